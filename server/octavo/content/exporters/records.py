"""What an export in Markdown says, as Structs: the head of a file and the lines of the lists.

Order of fields is order in the file. Whoever adds a field gives it a default: old exports lack it.
"""

from datetime import date, datetime
from typing import Any, Literal

import msgspec

from octavo.content.schemas import Kind, Status

FORMAT = "octavo-markdown"
VERSION = 1
MANIFEST = "octavo.json"
MEDIA, TAGS, AUTHORS = "media.jsonl", "tags.jsonl", "authors.jsonl"
SERIES, REDIRECTS, CAMPAIGNS = "series.jsonl", "redirects.jsonl", "campaigns.jsonl"
CTAS = "ctas.jsonl"
FOLDERS = ("pieces", "edits", "media")
OWN_NAMES = frozenset(
    {MANIFEST, MEDIA, TAGS, AUTHORS, SERIES, REDIRECTS, CAMPAIGNS, CTAS, *FOLDERS}
)


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of an export; what has its default is left out."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a folder an export of ours."""

    format: str
    version: int


class CoverLine(Record, frozen=True, kw_only=True):
    media: str | None = None
    url: str | None = None
    alt: str = ""
    caption: str = ""


class Moment(Record, frozen=True, kw_only=True):
    """A wall time as it was chosen, and the instant that it stands for."""

    at: str
    zone: str
    fold: int | None = None
    instant: datetime


class ImportLine(Record, frozen=True, kw_only=True):
    """Where the piece had come from, so that importing that again adds nothing."""

    source: str
    id: str
    hash: str
    url: str = ""


class CtaPlace(Record, frozen=True, kw_only=True):
    """A call to action on the piece, with what is expected of it there."""

    cta: str
    count: int | None = None
    ppm: int | None = None


class PieceBlock(Record, frozen=True, kw_only=True):
    """What is true of the piece whichever of its texts is read."""

    kind: Kind
    status: Status
    campaign: str | None = None
    planned_for: str | None = None
    publish: Moment | None = None
    unpublish: Moment | None = None
    edit: Moment | None = None
    stands_at: datetime
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    live_at: datetime | None = None
    path: str | None = None
    live_path: str | None = None
    is_live: bool = False
    edits: list[Literal["draft", "planned"]] = []
    ctas: list[CtaPlace] = []
    imported: list[ImportLine] = []


class TextBlock(Record, frozen=True, kw_only=True):
    """What a text says of itself beside the usual fields; `extra`: a file of that name is beside."""

    tags: list[str] = []
    authors: list[str] = []
    series: str | None = None
    series_position: int | None = None
    cover: CoverLine | None = None
    fields: dict[str, Any] = {}
    saved_at: datetime | None = None
    extra: bool = False
    piece: PieceBlock | None = None


class Head(Record, frozen=True, kw_only=True):
    """The head of a file. `date`, `lastmod`, `draft`, `tags`, `authors` are for other programs.

    Pieces with the same `translations` are one another's.
    """

    title: str = ""
    slug: str
    date: datetime | None = None
    lastmod: datetime | None = None
    draft: bool = False
    authors: list[str] = []
    tags: list[str] = []
    summary: str = ""
    lang: str = ""
    translations: str = ""
    canonical: str | None = None
    source_url: str | None = None
    image: str | None = None
    featured: bool = False
    meta_title: str = ""
    meta_description: str = ""
    aliases: list[str] = []
    octavo: TextBlock


class Label(Record, frozen=True, kw_only=True):
    """A tag or a series."""

    slug: str
    name: str
    description: str = ""


class Person(Record, frozen=True, kw_only=True):
    """A byline."""

    slug: str
    name: str
    bio: str = ""
    website: str = ""


class RedirectLine(Record, frozen=True, kw_only=True):
    """An address that leads elsewhere; those of pieces stand with them, as `aliases`."""

    path: str
    to: str
    reason: str = "manual"


class CampaignLine(Record, frozen=True, kw_only=True):
    name: str
    kind: str
    starts_on: date | None = None
    ends_on: date | None = None
    note: str = ""


class MediaLine(Record, frozen=True, kw_only=True):
    """A file below `media/`; the focal point is in ten-thousandths."""

    path: str
    sha256: str
    name: str
    mime: str
    alt: str = ""
    decorative: bool = False
    caption: str = ""
    credit: str = ""
    licence: str = ""
    focal_x: int | None = None
    focal_y: int | None = None
    source: str = ""
    created_at: datetime | None = None
