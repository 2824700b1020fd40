"""What each kind of piece has beside its text, as Structs. `fields` checks them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta as Bounds

Line = Annotated[str, Bounds(max_length=300)]
Paragraph = Annotated[str, Bounds(max_length=5_000)]
Transcript = Annotated[str, Bounds(max_length=500_000)]
Address = Annotated[str, Bounds(max_length=2_000)]
MediaId = Annotated[int, Bounds(ge=1, le=2**31 - 1)]
Seconds = Annotated[int, Bounds(ge=0, le=7 * 24 * 3_600)]
Count = Annotated[int, Bounds(ge=0, le=1_000_000)]
Bytes = Annotated[int, Bounds(ge=0, le=2**40)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that stands in the fields of a piece."""


class FileRef(Part, frozen=True, kw_only=True):
    """A file of the media library, or one that lies elsewhere: one of the two."""

    media_id: MediaId | None = None
    url: Address | None = None


class Cover(FileRef, frozen=True, kw_only=True):
    """The picture that stands for a piece in lists and cards."""

    alt: Line = ""
    caption: Paragraph = ""


class Contact(Part, frozen=True, kw_only=True):
    """Whom the press may ask."""

    name: Line
    email: Line = ""
    phone: Line = ""


class CaptionTrack(Part, frozen=True, kw_only=True):
    """What is said in a video, in a language, with its times (WebVTT)."""

    language: Annotated[str, Bounds(max_length=16)]
    media_id: MediaId


class PictureItem(Part, frozen=True, kw_only=True):
    """One picture of several."""

    media_id: MediaId
    alt: Line = ""
    caption: Paragraph = ""


class Plain(Part, frozen=True, kw_only=True):
    """Nothing beside the text."""


class PressRelease(Part, frozen=True, kw_only=True):
    """`dateline` is where and when; `boilerplate` what the organisation says of itself each time.

    Until `embargo_until` (a wall time in `embargo_zone`) nobody is to report it; it cannot go live
    before.
    """

    dateline: Line = ""
    boilerplate: Paragraph = ""
    contacts: Annotated[list[Contact], Bounds(max_length=20)] = []
    embargo_until: Annotated[str, Bounds(max_length=40)] | None = None
    embargo_zone: Annotated[str, Bounds(max_length=64)] | None = None
    embargo_fold: Literal[0, 1] | None = None


class Video(Part, frozen=True, kw_only=True):
    video: FileRef | None = None
    duration_s: Seconds | None = None
    poster_media_id: MediaId | None = None
    captions: Annotated[list[CaptionTrack], Bounds(max_length=50)] = []
    transcript: Transcript = ""


class Audio(Part, frozen=True, kw_only=True):
    """An episode; the names of `episode_type` are those of podcast feeds.

    `size_bytes` is said of a recording that lies elsewhere: of the library's own it is known.
    """

    audio: FileRef | None = None
    duration_s: Seconds | None = None
    size_bytes: Bytes | None = None
    episode: Count | None = None
    season: Count | None = None
    episode_type: Literal["full", "trailer", "bonus"] = "full"
    explicit: bool = False
    transcript: Transcript = ""


class Picture(Part, frozen=True, kw_only=True):
    pictures: Annotated[list[PictureItem], Bounds(max_length=200)] = []


class Newsletter(Part, frozen=True, kw_only=True):
    """`preheader` is what inboxes show after the subject."""

    subject: Line = ""
    preheader: Line = ""


class Link(Part, frozen=True, kw_only=True):
    """What a shared link quotes, and of whom; its address is the piece's `source_url`."""

    quote: Paragraph = ""
    source_title: Line = ""
    source_author: Line = ""


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision says of itself beside text and fields, as it is stored."""

    cover: Cover | None = None
    meta_title: str = ""
    meta_description: str = ""
    featured: bool = False
    series_id: int | None = None
    series_position: int | None = None


FIELDS: dict[str, type[Part]] = {
    "press_release": PressRelease,
    "video": Video,
    "audio": Audio,
    "picture": Picture,
    "newsletter": Newsletter,
    "link": Link,
}
"""The fields by kind; a kind that is not here has none."""
