"""What our own public reads answer. Fields that were not asked for are left out."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from octavo.content.schemas import Kind

__all__ = [
    "PublicAuthor", "PublicCover", "PublicLink", "PublicPiece", "PublicRedirect", "PublicRef",
    "PublicSeries", "PublicSettings", "PublicTag",
]  # fmt: skip


class PublicRef(msgspec.Struct, frozen=True, kw_only=True):
    """A tag, or whoever signed a piece."""

    id: int
    name: str
    slug: str


class PublicCover(msgspec.Struct, frozen=True, kw_only=True):
    """The picture that stands for a piece; `url` is absolute."""

    url: str
    alt: str
    caption: str


class PublicTranslation(msgspec.Struct, frozen=True, kw_only=True):
    """The same in another language; `language` is empty for the site's own."""

    id: int
    language: str
    title: str
    path: str
    url: str


class PublicSeries(msgspec.Struct, frozen=True, kw_only=True):
    """The series that a piece is part of; `position` is its place there, None when it has none."""

    id: int
    title: str
    slug: str
    position: int | None


class PublicPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece as readers see it. Addresses are absolute; nothing in `html` runs.

    `html`, `markdown` and `plain` come when they are asked for; `fields` are those of its kind.
    `summary` is the excerpt, else the beginning of the text. Text is in the language `language`,
    the organisation's when that is empty.
    """

    id: int | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    title: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    path: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    excerpt: str | UnsetType = UNSET
    summary: str | UnsetType = UNSET
    html: str | UnsetType = UNSET
    markdown: str | UnsetType = UNSET
    plain: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    canonical_url: str | UnsetType | None = UNSET
    source_url: str | UnsetType | None = UNSET
    tags: list[PublicRef] | UnsetType = UNSET
    authors: list[PublicRef] | UnsetType = UNSET
    series: PublicSeries | UnsetType | None = UNSET
    translations: list[PublicTranslation] | UnsetType = UNSET
    cover: PublicCover | UnsetType | None = UNSET
    fields: dict[str, Any] | UnsetType = UNSET
    featured: bool | UnsetType = UNSET
    meta_title: str | UnsetType = UNSET
    meta_description: str | UnsetType = UNSET
    words: int | UnsetType = UNSET
    published_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType | None = UNSET


class PublicTag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that readers see; `posts` counts the pieces under it that are no pages.

    `is_internal`: its name begins with #; it is there for programs, not for people.
    """

    id: int
    name: str
    slug: str
    description: str
    url: str
    posts: int
    is_internal: bool


class PublicAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """A byline that readers see; `posts` counts the pieces under it that are no pages."""

    id: int
    name: str
    slug: str
    bio: str
    website: str
    url: str
    posts: int


class PublicRedirect(msgspec.Struct, frozen=True, kw_only=True):
    """An address that was; `target` is a path of the site or an absolute address."""

    path: str
    target: str


class PublicLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link of the site's menu."""

    label: str
    url: str


class PublicSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a site made of this content needs to know of the organisation.

    `content_version` moves with whatever readers could see differently.
    """

    name: str
    tagline: str
    description: str
    url: str
    zone: str
    locale: str
    nav: list[PublicLink]
    content_version: int
