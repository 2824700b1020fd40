"""What publishing answers and takes."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from octavo.content.kinds import Cover
from octavo.content.schemas import (
    AuthorIds,
    Fields,
    Id,
    Kind,
    MetaDescription,
    MetaTitle,
    Position,
    TagNames,
    Url,
)

__all__ = ["BuildIn", "BuildProblem", "BuildReport", "LivePiece", "PiecePreviewIn", "SiteStatus"]


class BuildProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be built, for the person who can mend it.

    `subject` names it: `piece:12`, `redirect:/old/`, `media:ab/cd.png`, `theme`.
    """

    subject: str
    message: str


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did to the files of the site."""

    full: bool
    written: int
    unchanged: int
    removed: int
    seconds: float
    problems: list[BuildProblem]
    went_live: int = 0


class LivePiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece whose page readers can open, and since when."""

    piece_id: int
    live_at: datetime


class SiteStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the site stands: its last build, None before the first, and what waits for the next."""

    pending: int
    built_at: datetime | None
    last_build: BuildReport | None


class BuildIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    full: bool = False


class PiecePreviewIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft as its editor has it; nothing of it is stored.

    With `piece_id`, what is left out is as the stored piece has it. `fields` are those of its kind.
    """

    kind: Kind | UnsetType = UNSET
    title: Annotated[str, Meta(max_length=300)] | UnsetType = UNSET
    body: Annotated[str, Meta(max_length=4_000_000)] | UnsetType = UNSET
    excerpt: Annotated[str, Meta(max_length=5_000)] | UnsetType = UNSET
    tags: TagNames | UnsetType = UNSET
    language: Annotated[str, Meta(max_length=16)] | UnsetType = UNSET
    fields: Fields | UnsetType = UNSET
    cover: Cover | UnsetType | None = UNSET
    author_ids: AuthorIds | UnsetType = UNSET
    series_id: Id | UnsetType | None = UNSET
    series_position: Position | UnsetType | None = UNSET
    source_url: Url | UnsetType | None = UNSET
    meta_title: MetaTitle | UnsetType = UNSET
    meta_description: MetaDescription | UnsetType = UNSET
    piece_id: Id | None = None
