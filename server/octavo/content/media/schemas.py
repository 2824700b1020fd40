"""What the media library answers, and what may come in."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from octavo.content.media.kinds import MediaKind
from octavo.content.schemas import Kind, Status, Version
from octavo.kernel.storage import StoredFile

AltText = Annotated[str, Meta(max_length=2_000)]
Caption = Annotated[str, Meta(max_length=5_000)]
Credit = Annotated[str, Meta(max_length=500)]
Licence = Annotated[str, Meta(max_length=200)]
FileName = Annotated[str, Meta(min_length=1, max_length=255)]
Fraction = Annotated[float, Meta(ge=0, le=1)]


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A stored file. Its address is `/media/<path>` for good, whatever its bytes are.

    `url` is absolute, and so is `thumbnail_url`, the smallest of the sizes made of a picture; None as
    long as there is none. `focal_x` and `focal_y` say which point of a picture must stay in sight when
    it is cropped: parts of its width and height, from the upper left corner. `decorative` pictures
    say nothing that the text does not, and need no `alt`. `pieces` counts the pieces that use it,
    in what writers see, in what readers see or in a planned edit. `version` moves with every write.
    """

    id: int
    kind: MediaKind
    name: str
    mime: str
    size_bytes: int
    width: int | None
    height: int | None
    sha256: str
    path: str
    url: str = ""
    thumbnail_url: str | None = None
    alt: str
    decorative: bool
    caption: str
    credit: str
    licence: str
    focal_x: float | None
    focal_y: float | None
    source: str
    version: int
    pieces: int = 0
    created_by: int | None
    created_at: datetime
    updated_at: datetime | None


class MediaPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changed fields of a file that is still at `version`."""

    version: Version
    name: FileName | UnsetType = UNSET
    alt: AltText | UnsetType = UNSET
    decorative: bool | UnsetType = UNSET
    caption: Caption | UnsetType = UNSET
    credit: Credit | UnsetType = UNSET
    licence: Licence | UnsetType = UNSET
    focal_x: Fraction | UnsetType | None = UNSET
    focal_y: Fraction | UnsetType | None = UNSET


class MediaFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which files are wanted; every field that is given must hold."""

    q: str = ""
    kind: MediaKind | None = None
    unused: bool = False


class MediaUsage(msgspec.Struct, frozen=True, kw_only=True):
    """A piece that uses a file: in which of its texts, and where in them."""

    piece_id: int
    title: str
    kind: Kind
    status: Status
    texts: list[Literal["draft", "live", "planned"]]
    places: list[Literal["body", "cover", "fields"]]


class OrphanReport(msgspec.Struct, frozen=True, kw_only=True):
    """What does not belong together. Each list holds at most 1,000; the counts are whole.

    `files_without_row`: files that nobody knows of, those of a broken upload included.
    `rows_without_file`: the library lists them, and their bytes are gone.
    `unused`: no piece uses them; kept until somebody deletes them.
    """

    files_without_row: list[StoredFile]
    rows_without_file: list[Media]
    unused: list[Media]
    count_files_without_row: int
    count_rows_without_file: int
    count_unused: int
    bytes_without_row: int
    deleted: int = 0


class MediaStorage(msgspec.Struct, frozen=True, kw_only=True):
    """Where the bytes lie: a folder of the server, or a bucket below a prefix; never a key.

    `endpoint` is the service of the bucket; empty for Amazon's, and for a folder.
    """

    kind: Literal["folder", "bucket"]
    place: str
    endpoint: str = ""


class ShownFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the site shows it; the focal point is in parts of one, from the left and the top."""

    id: int
    path: str
    sha256: str
    mime: str
    size_bytes: int
    width: int | None
    height: int | None
    alt: str
    decorative: bool
    caption: str
    credit: str
    licence: str
    focal_x: float | None
    focal_y: float | None


class PictureRef(msgspec.Struct, frozen=True, kw_only=True):
    """A picture by its bytes."""

    id: int
    sha256: str
    mime: str
    size_bytes: int
