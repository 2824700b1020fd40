"""Pieces and addresses as readers meet them."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from octavo.content.kinds import Cover
from octavo.content.schemas.labels import AuthorRef, SeriesShown, TagRef
from octavo.content.schemas.values import Id, Kind, Url


class StoredRedirect(msgspec.Struct, frozen=True, kw_only=True):
    """A redirect as its keepers see it: to a piece, wherever that is, or to a fixed target."""

    id: int
    from_path: str
    piece_id: int | None
    to_path: str | None
    reason: str


class RedirectIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    from_path: Annotated[str, Meta(min_length=1, max_length=600)]
    piece_id: Id | None = None
    to_path: Url | None = None


class Redirect(msgspec.Struct, frozen=True, kw_only=True):
    """A redirect as the site has it: `target` is where it leads now, chains resolved."""

    path: str
    target: str


class LiveTranslation(msgspec.Struct, frozen=True, kw_only=True):
    """A live piece of a group of translations; `language` may be empty."""

    id: int
    language: str
    title: str
    path: str


class PublishedPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece as readers see it. `path` begins and ends with a slash."""

    id: int
    kind: Kind
    revision_id: int
    title: str
    slug: str
    path: str
    body: str
    excerpt: str
    language: str
    published_at: datetime
    updated_at: datetime | None
    tags: list[TagRef]
    authors: list[AuthorRef]
    canonical_url: str | None
    source: str | None
    fields: dict[str, Any] = {}
    cover: Cover | None = None
    meta_title: str = ""
    meta_description: str = ""
    featured: bool = False
    series: SeriesShown | None = None
    series_position: int | None = None
    translation_group: str | None = None
