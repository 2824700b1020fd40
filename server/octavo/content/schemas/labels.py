"""What pieces are told apart and put together by: tags, series and authors."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from octavo.content.schemas.values import Id, Name, Slug, Text, Url, Version


class TagRef(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    slug: str


class AuthorRef(msgspec.Struct, frozen=True, kw_only=True):
    """A byline. `bio` is plain text, `website` an absolute address; empty when there is none."""

    id: int
    name: str
    slug: str
    bio: str = ""
    website: str = ""


class SeriesRef(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    title: str
    slug: str


class SeriesShown(SeriesRef, frozen=True, kw_only=True):
    """A series as readers see it."""

    description: str


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag; `pieces` counts what writers have under it."""

    id: int
    name: str
    slug: str
    description: str
    version: int
    pieces: int


class TagIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    slug: Slug | None = None
    description: Text = ""


class TagPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Version
    name: Name | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    description: Text | UnsetType = UNSET


class TagMerge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tag that takes the place of the one that is merged."""

    into: Id


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces in an order; `pieces` counts what writers have in it."""

    id: int
    title: str
    slug: str
    description: str
    version: int
    pieces: int


class SeriesIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    slug: Slug | None = None
    description: Text = ""


class PlacedPiece(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece in the order of its series, and the version in which it was seen there."""

    id: Id
    version: Version


class SeriesOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every piece of a series, each once, the first part first."""

    pieces: Annotated[list[PlacedPiece], Meta(max_length=1000)]


class SeriesPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Version
    title: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    description: Text | UnsetType = UNSET


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """A byline; `user_id` is whose it is, if anybody's. `website` is an absolute address or empty."""

    id: int
    name: str
    slug: str
    bio: str
    website: str
    user_id: int | None
    version: int
    pieces: int


class AuthorIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    slug: Slug | None = None
    bio: Text = ""
    website: Url = ""
    user_id: Id | None = None


class AuthorPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Version
    name: Name | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    bio: Text | UnsetType = UNSET
    website: Url | UnsetType = UNSET
    user_id: Id | UnsetType | None = UNSET


class AuthorMerge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The author who signs in the place of the one that is merged."""

    into: Id
