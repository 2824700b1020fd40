"""What kind of picture a file is, and how large: from its head, never from its name.

Nothing is decoded: the sizes stand in the headers, so a picture that would fill the memory of
whoever opens it is known before anybody does.
"""

import io
import struct
import zlib
from typing import BinaryIO, NamedTuple

from octavo.content.media.turned import has_turned_avif, is_turned_png, is_turned_webp
from octavo.kernel.exif import SIDEWAYS, orientation_of

_JPEG_SIZES = frozenset(
    {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
)
_JPEG_EXIF = 0xE1
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xDA)})
_JPEG_SEGMENTS = 2_000
_GIF_BLOCKS = 2_000_000
_HEAD_BYTES = 4_096
_AVIF_META_BYTES = 1_000_000


class Picture(NamedTuple):
    """A kind of picture; a size of None is not known."""

    mime: str
    extension: str
    width: int | None = None
    height: int | None = None


def recognise(data: bytes) -> Picture | None:
    """Answer what picture these bytes are; see `recognise_file`."""
    return recognise_file(io.BytesIO(data))


def recognise_file(file: BinaryIO) -> Picture | None:
    """Answer what picture this is, or None when it is none that readers' browsers show."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    picture = _bitmap(head, file)
    if picture is not None:
        return picture
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in text:
        return Picture("image/svg+xml", "svg")
    return None


def flaw_of(picture: Picture, file: BinaryIO, *, max_pixels: int) -> str | None:
    """Answer why a bitmap is not to be stored, or None.

    A file that only begins like a picture is found out here: a GIF without a block structure is a
    script with a GIF's first letters.
    """
    if picture.mime == "image/svg+xml":
        return None
    if picture.mime == "image/png" and not _has_png_header(file):
        return "is a damaged PNG: its header is not whole"
    if not picture.width or not picture.height:
        return f"is a damaged {picture.extension.upper()}: it does not say how large it is"
    if picture.width * picture.height > max_pixels:
        return (
            f"has {picture.width:,} x {picture.height:,} pixels; more than"
            f" {max_pixels // 1_000_000} megapixels are not taken"
        )
    if picture.mime == "image/gif" and not _has_gif_blocks(file, max_pixels=max_pixels):
        return "is a damaged GIF, or something else that begins like one"
    return None


def _bitmap(head: bytes, file: BinaryIO) -> Picture | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        size = _numbers(">II", head[16:24])
        return Picture("image/png", "png", *_as_shown(size, is_turned=is_turned_png(file)))
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Picture("image/gif", "gif", *_numbers("<HH", head[6:10]))
    if head.startswith(b"\xff\xd8\xff"):
        return Picture("image/jpeg", "jpg", *_jpeg_size(file))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        size = _webp_size(head)
        return Picture("image/webp", "webp", *_as_shown(size, is_turned=is_turned_webp(file)))
    if head[4:12] in {b"ftypavif", b"ftypavis"}:
        return Picture("image/avif", "avif", *_avif_size(file))
    return None


def _as_shown(
    size: tuple[int | None, int | None], *, is_turned: bool
) -> tuple[int | None, int | None]:
    return size[::-1] if is_turned else size


def _numbers(layout: str, data: bytes) -> tuple[int | None, int | None]:
    if len(data) < struct.calcsize(layout):
        return None, None
    width, height = struct.unpack(layout, data)
    return width, height


def _jpeg_size(file: BinaryIO) -> tuple[int | None, int | None]:
    """Walk the segments to the first frame header; the size is the one that is shown."""
    place = 2
    is_sideways = False
    for _ in range(_JPEG_SEGMENTS):
        file.seek(place)
        data = file.read(9)
        if len(data) < 9 or data[0] != 0xFF:  # noqa: PLR2004 - a marker with its length and size
            break
        marker = data[1]
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", data[5:9])
            return (height, width) if is_sideways else (width, height)
        if marker == _JPEG_EXIF and data[4:9] == b"Exif\0":
            (length,) = struct.unpack(">H", data[2:4])
            is_sideways = orientation_of(file.read(length)[1:]) in SIDEWAYS
        if marker in _JPEG_BARE or marker == 0xFF:  # noqa: PLR2004 - fill byte
            place += 1 if marker == 0xFF else 2  # noqa: PLR2004 - as above
        else:
            place += 2 + struct.unpack(">H", data[2:4])[0]
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


def _avif_size(file: BinaryIO) -> tuple[int | None, int | None]:
    """Answer the largest of the sizes that the metadata gives: what must be held in memory."""
    file.seek(0)
    data = file.read(_AVIF_META_BYTES)
    width = height = 0
    place = data.find(b"ispe")
    while place >= 0 and place + 16 <= len(data):
        one, other = struct.unpack(">II", data[place + 8 : place + 16])
        if one * other > width * height:
            width, height = one, other
        place = data.find(b"ispe", place + 4)
    size = (width, height) if width else (None, None)
    return _as_shown(size, is_turned=has_turned_avif(data))


def _has_png_header(file: BinaryIO) -> bool:
    file.seek(8)
    chunk = file.read(25)
    if len(chunk) < 25 or chunk[:8] != b"\x00\x00\x00\rIHDR":  # noqa: PLR2004 - the whole chunk
        return False
    return zlib.crc32(chunk[4:21]) == int.from_bytes(chunk[21:25], "big")


def _has_gif_blocks(file: BinaryIO, *, max_pixels: int) -> bool:
    """Walk the blocks up to the first frame and its data."""
    file.seek(10)
    head = file.read(3)
    if len(head) < 3:  # noqa: PLR2004 - flags, background, aspect
        return False
    file.seek(13 + _table_bytes(head[0]))
    for _ in range(_GIF_BLOCKS):
        kind = file.read(1)
        if kind == b"!":
            file.read(1)
            if not _skip_parts(file):
                return False
        elif kind == b",":
            frame = file.read(9)
            if len(frame) < 9:  # noqa: PLR2004 - place, size, flags
                return False
            width, height = struct.unpack("<HH", frame[4:8])
            file.seek(_table_bytes(frame[8]), io.SEEK_CUR)
            code_bits = file.read(1)
            plausible = 0 < width * height <= max_pixels and b"\x01" <= code_bits <= b"\x0c"
            return plausible and _skip_parts(file)
        else:
            return False
    return False


def _table_bytes(flags: int) -> int:
    """Answer the length of the colour table that these flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _skip_parts(file: BinaryIO) -> bool:
    """Pass over the parts of a block; False when the file ends before they do."""
    for _ in range(_GIF_BLOCKS):
        length = file.read(1)
        if not length:
            return False
        if length == b"\x00":
            return True
        file.seek(length[0], io.SEEK_CUR)
    return False
