"""Pieces as those see them who work on them, and what is told of one."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from octavo.content.kinds import Cover
from octavo.content.schemas.labels import AuthorRef, SeriesRef, TagRef
from octavo.content.schemas.values import (
    AuthorIds,
    Body,
    Excerpt,
    Fields,
    Id,
    Kind,
    Language,
    MetaDescription,
    MetaTitle,
    PlannedFor,
    Position,
    Slug,
    Status,
    TagNames,
    Title,
    Url,
    Version,
)


class TranslationRef(msgspec.Struct, frozen=True, kw_only=True):
    """The same piece in another language; `language` is empty for the organisation's own."""

    id: int
    language: str
    title: str
    status: Status


class PlannedEdit(msgspec.Struct, frozen=True, kw_only=True):
    """A revision that takes the place of the live one at a time: wall time, zone and instant."""

    revision_id: int
    publish_at: str
    publish_zone: str
    publish_instant: datetime


class PieceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A piece as lists show it: everything but its text.

    `publish_at` is the wall time in `publish_zone`, `publish_instant` the moment that it means.
    `version` moves with every write; `live_version` is the one that readers see, None when they
    see none. `url` is absolute.
    """

    id: int
    kind: Kind
    title: str
    slug: str
    status: Status
    language: str
    version: int
    tags: list[TagRef]
    authors: list[AuthorRef]
    series: SeriesRef | None
    series_position: int | None
    campaign_id: int | None
    path: str | None
    url: str | None
    planned_for: str | None
    publish_at: str | None
    publish_zone: str | None
    publish_instant: datetime | None
    unpublish_at: str | None
    unpublish_zone: str | None
    unpublish_instant: datetime | None
    planned_edit: PlannedEdit | None
    published_at: datetime | None
    live_version: int | None
    live_path: str | None
    has_unpublished_changes: bool
    created_by: int | None
    created_at: datetime
    updated_at: datetime


class Piece(PieceSummary, frozen=True, kw_only=True):
    """A piece as its writers see it. `fields` are those of its kind: see `kinds`."""

    body: str
    excerpt: str
    canonical_url: str | None
    source_url: str | None
    fields: dict[str, Any]
    cover: Cover | None
    meta_title: str
    meta_description: str
    featured: bool
    translations: list[TranslationRef]


class PieceIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new piece. Without `status` it is a draft; without `author_ids` its author is the actor.

    `translation_of` is any of the pieces that say the same in other languages.
    """

    kind: Kind = "post"
    title: Title = ""
    body: Body = ""
    slug: Slug | None = None
    excerpt: Excerpt = ""
    tags: TagNames = []
    author_ids: AuthorIds | None = None
    campaign_id: Id | None = None
    planned_for: PlannedFor | None = None
    language: Language = ""
    canonical_url: Url | None = None
    source_url: Url | None = None
    fields: Fields = {}
    cover: Cover | None = None
    meta_title: MetaTitle = ""
    meta_description: MetaDescription = ""
    featured: bool = False
    series_id: Id | None = None
    series_position: Position | None = None
    translation_of: Id | None = None
    status: Literal["idea", "draft"] = "draft"


class PiecePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changed fields of a piece that is still at `version`.

    `fields` holds those of its kind that change; the others stay. A piece changes its `kind` until it
    was published for the first time, and loses the fields that the new kind has not.

    With `translation_of` it joins that piece and all its translations, or (null) leaves those it is
    among; readers see it at once.
    """

    version: Version
    kind: Kind | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    body: Body | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    excerpt: Excerpt | UnsetType = UNSET
    tags: TagNames | UnsetType = UNSET
    author_ids: AuthorIds | UnsetType = UNSET
    campaign_id: Id | UnsetType | None = UNSET
    planned_for: PlannedFor | UnsetType | None = UNSET
    language: Language | UnsetType = UNSET
    canonical_url: Url | UnsetType | None = UNSET
    source_url: Url | UnsetType | None = UNSET
    fields: Fields | UnsetType = UNSET
    cover: Cover | UnsetType | None = UNSET
    meta_title: MetaTitle | UnsetType = UNSET
    meta_description: MetaDescription | UnsetType = UNSET
    featured: bool | UnsetType = UNSET
    series_id: Id | UnsetType | None = UNSET
    series_position: Position | UnsetType | None = UNSET
    translation_of: Id | UnsetType | None = UNSET


class TranslationIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The language of a new translation."""

    language: Annotated[str, Meta(min_length=2, max_length=16)]


class UnpublishTime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When readers are to see a piece no more; without `unpublish_at`, it stays."""

    version: Version
    unpublish_at: Annotated[str, Meta(max_length=40)] | None = None
    zone: Annotated[str, Meta(max_length=64)] | None = None
    fold: Literal[0, 1] | None = None


class Transition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move to another state.

    To `published` with a future `publish_at`, of a piece that readers see: the present revision takes
    the place of theirs then, whatever is written meanwhile.

    To `scheduled`: `publish_at` is a wall time in `zone` (default: the organisation's); `fold`
    says which of the two is meant when the clocks go back (0 the earlier, 1 the later).

    `despite_checks` lets it go out though a check that holds pieces back found something.
    """

    to: Status
    version: Version
    publish_at: Annotated[str, Meta(max_length=40)] | None = None
    zone: Annotated[str, Meta(max_length=64)] | None = None
    fold: Literal[0, 1] | None = None
    despite_checks: bool = False


SortBy = Literal[
    "updated_at", "-updated_at", "created_at", "-created_at", "stands_at", "-stands_at",
    "published_at", "-published_at", "title", "-title", "id", "-id",
]  # fmt: skip
"""`stands_at` is a piece's place in the plan: published, else scheduled, else planned, else made.
`published_at` is the same order; it reads well together with `status=published`."""


class PieceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which pieces are wanted; every field that is given must hold. Days are the organisation's."""

    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    campaign_id: int | None = None
    tag: str | None = None  # slug
    author: str | None = None  # slug
    series: str | None = None  # slug
    language: str | None = None
    translated: bool | None = None
    day_from: date | None = None
    day_to: date | None = None
    q: str = ""
