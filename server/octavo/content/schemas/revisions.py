"""Saved versions of a piece."""

from datetime import datetime
from typing import Any

import msgspec

from octavo.content.kinds import Cover


class RevisionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A saved version without its text. `number` is the version of the piece that it became."""

    id: int
    piece_id: int
    number: int
    reason: str
    title: str
    slug: str
    created_at: datetime
    created_by: int | None
    created_by_name: str
    is_head: bool
    is_live: bool


class Revision(RevisionSummary, frozen=True, kw_only=True):
    body: str
    excerpt: str
    language: str
    canonical_url: str | None
    source_url: str | None
    tags: list[str]
    authors: list[str]
    fields: dict[str, Any]
    cover: Cover | None
    meta_title: str
    meta_description: str
    featured: bool
    series_id: int | None
    series_position: int | None
