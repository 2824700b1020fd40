"""Whether a picture is shown turned by a quarter, so that width and height change places.

Only heads of parts are read: PNG keeps it in `eXIf` (third edition, 11.3.4.5), WebP in `EXIF` (RFC
9649, 2.7.1.5), AVIF in the property `irot` (ISO/IEC 23008-12, 6.5.10: quarters against the clock).
JPEG says it on the way to its size: see `images`.
"""

import struct
from typing import BinaryIO

from octavo.kernel.exif import SIDEWAYS, orientation_of

__all__ = ["has_turned_avif", "is_turned_png", "is_turned_webp"]

_MOST_CHUNKS = 20_000
_EXIF_BYTES = 65_536
_ROTATION = b"\x00\x00\x00\x09irot"


def is_turned_png(file: BinaryIO) -> bool:
    """Say it of a PNG, wherever its chunk stands."""
    return _is_sideways(_chunk(file, 8, b"eXIf", is_png=True))


def is_turned_webp(file: BinaryIO) -> bool:
    """Say it of a WebP; only its extended form has more than the picture."""
    file.seek(12)
    return file.read(4) == b"VP8X" and _is_sideways(
        _chunk(file, 12, b"EXIF", is_png=False).removeprefix(b"Exif\0\0")
    )


def has_turned_avif(metadata: bytes) -> bool:
    """Say it of the beginning of an AVIF, as far as its metadata reach."""
    place = metadata.find(_ROTATION)
    angle = metadata[place + len(_ROTATION) :][:1] if place >= 0 else b""
    return bool(angle) and angle[0] & 1 == 1


def _is_sideways(exif: bytes) -> bool:
    return orientation_of(exif) in SIDEWAYS


def _chunk(file: BinaryIO, place: int, wanted: bytes, *, is_png: bool) -> bytes:
    """Answer what stands in the first chunk of this kind; nothing when there is none.

    A PNG says the length first and ends with a checksum; a WebP says the kind first, and has an
    even number of bytes.
    """
    for _ in range(_MOST_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004 - length and kind
            return b""
        length, kind = struct.unpack(">I4s", head) if is_png else struct.unpack("<4sI", head)[::-1]
        if kind == wanted:
            return file.read(min(length, _EXIF_BYTES))
        place += 8 + length + (4 if is_png else length & 1)
    return b""
