"""What kind of picture some bytes are, and how large: from their head, never from their name."""

import struct
from typing import NamedTuple

_JPEG_SIZES = frozenset(
    {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
)
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xDA)})


class Picture(NamedTuple):
    """A kind of picture; a size of None is not known."""

    mime: str
    extension: str
    width: int | None = None
    height: int | None = None


def recognise(data: bytes) -> Picture | None:
    """Answer what picture this is, or None when it is none that readers' browsers show."""
    picture = _bitmap(data)
    if picture is not None:
        return picture
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in head:
        return Picture("image/svg+xml", "svg")
    return None


def _bitmap(data: bytes) -> Picture | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Picture("image/png", "png", *_numbers(">II", data[16:24]))
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Picture("image/gif", "gif", *_numbers("<HH", data[6:10]))
    if data.startswith(b"\xff\xd8\xff"):
        return Picture("image/jpeg", "jpg", *_jpeg_size(data))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Picture("image/webp", "webp", *_webp_size(data))
    is_avif = data[4:12] in {b"ftypavif", b"ftypavis"}
    return Picture("image/avif", "avif") if is_avif else None


def _numbers(layout: str, data: bytes) -> tuple[int | None, int | None]:
    if len(data) < struct.calcsize(layout):
        return None, None
    width, height = struct.unpack(layout, data)
    return width, height


def _jpeg_size(data: bytes) -> tuple[int | None, int | None]:
    """Walk the segments to the first frame header."""
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:  # noqa: PLR2004 - a marker
        marker = data[place + 1]
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        if marker in _JPEG_BARE or marker == 0xFF:  # noqa: PLR2004 - fill byte
            place += 1 if marker == 0xFF else 2  # noqa: PLR2004 - as above
        else:
            place += 2 + struct.unpack(">H", data[place + 2 : place + 4])[0]
    return None, None


def _webp_size(data: bytes) -> tuple[int | None, int | None]:
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:  # noqa: PLR2004 - the header
        width = int.from_bytes(data[24:27], "little") + 1
        return width, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8 " and len(data) >= 30:  # noqa: PLR2004 - the header
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and len(data) >= 25:  # noqa: PLR2004 - the header
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return None, None
