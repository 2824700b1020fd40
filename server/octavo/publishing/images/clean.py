"""Takes off a picture what tells where, when and by whom it was taken. Pure.

The picture itself is not encoded again: the parts of the file that hold metadata are left out, what
decoders need (colour profile, transparency, frames) stays, and so does the orientation, on its own.
Bytes that do not follow their format are answered as they are: what no reader of metadata can find,
needs no taking off.

Formats: JPEG (ITU T.81 annex B, Exif 2.3), PNG (third edition, 11.3), WebP (RFC 9649), AVIF (ISO/IEC
14496-12: `meta`, `iinf`, `iloc`).
"""

import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from octavo.kernel.exif import UPRIGHT, orientation_of

__all__ = ["clean_bytes", "cleaned", "holds_metadata"]

_MOST_PARTS = 20_000
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_APPS = range(0xE0, 0xF0)
_AFTER_SCAN = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_METADATA = {b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"}
_AVIF_BRANDS = {b"avif", b"avis", b"mif1", b"msf1"}  # films begin with `ftyp`, too
_WEBP_METADATA = {b"EXIF", b"XMP "}
_EMPTY_EXIF = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"  # decoders refuse zeros there


def clean_bytes(file: Path) -> bytes | None:
    """Answer what readers get instead of a file of the library; None when they get the file.

    Blocks. A file without metadata costs a look at its structure, not its size.

    Raises:
        OSError: the file cannot be read.
    """
    with file.open("rb") as stream:
        if not holds_metadata(stream):
            return None
        stream.seek(0)
        data = stream.read()
    clean = cleaned(data)
    return None if clean is data else clean


def holds_metadata(stream: BinaryIO) -> bool:
    """Say whether `cleaned` may have something to do. Reads heads of parts and skips the rest."""
    head = stream.read(16)
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg_holds(stream)
    if head.startswith(_PNG_HEAD):
        return _chunks_hold(stream, 8, _PNG_METADATA, png=True)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _chunks_hold(stream, 12, _WEBP_METADATA, png=False)
    return head[4:8] == b"ftyp" and head[8:12] in _AVIF_BRANDS


def _jpeg_holds(stream: BinaryIO) -> bool:
    place = 2
    for _ in range(_MOST_PARTS):
        stream.seek(place)
        head = stream.read(16)
        if len(head) < 4 or head[0] != 0xFF or head[1] == _SOS:  # noqa: PLR2004 - marker and length
            return False
        if head[1] == 0xFF:  # noqa: PLR2004 - fill byte
            place += 1
            continue
        if _is_jpeg_metadata(head[1], head):
            return True
        place += 2 + struct.unpack_from(">H", head, 2)[0]
    return True


def _chunks_hold(stream: BinaryIO, place: int, wanted: set[bytes], *, png: bool) -> bool:
    for _ in range(_MOST_PARTS):
        stream.seek(place)
        head = stream.read(8)
        if len(head) < 8:  # noqa: PLR2004 - length and kind
            return False
        length, kind = struct.unpack(">I4s", head) if png else struct.unpack("<4sI", head)[::-1]
        if kind in wanted:
            return True
        place += 12 + length if png else 8 + length + (length & 1)
    return True


def cleaned(data: bytes) -> bytes:
    """Answer a picture without its metadata; the same object when it has none."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            clean = _clean_jpeg(data)
        elif data.startswith(_PNG_HEAD):
            clean = _clean_png(data)
        elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            clean = _clean_webp(data)
        elif data[4:8] == b"ftyp" and data[8:12] in _AVIF_BRANDS:
            clean = _clean_avif(data)
        else:
            return data
    except (struct.error, IndexError, ValueError):
        return data
    return data if clean == data else clean


# --- JPEG


def _clean_jpeg(data: bytes) -> bytes:
    """Leave out Exif, XMP, IPTC, previews, remarks, and whatever stands behind the picture."""
    parts = [b"\xff\xd8"]
    turn = UPRIGHT
    place = 2
    while True:
        while data[place + 1] == 0xFF:  # noqa: PLR2004 - fill bytes
            place += 1
        if data[place] != 0xFF:  # noqa: PLR2004 - a marker begins so
            raise ValueError("no marker")
        marker = data[place + 1]
        if marker == _EOI:
            parts.append(b"\xff\xd9")
            break
        end = place + 2 + struct.unpack_from(">H", data, place + 2)[0]
        segment = data[place:end]
        if marker == _APP1 and segment[4:10] == _EXIF:
            turn = orientation_of(segment[10:]) or turn
        if not _is_jpeg_metadata(marker, segment):
            parts.append(segment)
        place = end
        if marker == _SOS:
            after = _AFTER_SCAN.search(data, place)
            if after is None:  # cut off in the middle: as far as it goes
                parts.append(data[place:])
                break
            parts.append(data[place : after.start()])
            place = after.end() - 2
    if turn != UPRIGHT:
        exif = _EXIF + _only_orientation(turn)
        parts.insert(1, struct.pack(">HH", 0xFFE1, len(exif) + 2) + exif)
    return b"".join(parts)


def _is_jpeg_metadata(marker: int, segment: bytes) -> bool:
    if marker == _APP2:
        return segment[4:16] != b"ICC_PROFILE\0"
    return marker == _COM or (marker in _APPS and marker not in {_APP0, _APP14})


def _only_orientation(turn: int) -> bytes:
    """Answer Exif data that says how the picture is turned, and nothing else."""
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, _ORIENTATION, 3, 1, turn, 0, 0)


# --- PNG


def _clean_png(data: bytes) -> bytes:
    parts = [_PNG_HEAD]
    turn = UPRIGHT
    place = len(_PNG_HEAD)
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, end = data[place + 4 : place + 8], place + 12 + length
        if kind == b"eXIf":
            turn = orientation_of(data[place + 8 : end - 4]) or turn
        if kind not in _PNG_METADATA:
            parts.append(data[place:end])
        place = end
        if kind == b"IEND":
            break
    if turn != UPRIGHT and len(parts) > 1:
        body = b"eXIf" + _only_orientation(turn)
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        parts.insert(2, chunk)  # behind the header, before the picture
    return b"".join(parts)


# --- WebP


def _clean_webp(data: bytes) -> bytes:
    parts: list[tuple[bytes, bytes]] = []
    turn = UPRIGHT
    place, stop = 12, min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while place + 8 <= stop:
        kind, length = struct.unpack_from("<4sI", data, place)
        body = data[place + 8 : place + 8 + length]
        if kind == b"EXIF":
            turn = orientation_of(body.removeprefix(_EXIF)) or turn
        if kind not in _WEBP_METADATA:
            parts.append((kind, body))
        place += 8 + length + (length & 1)
    is_extended = bool(parts) and parts[0][0] == b"VP8X"
    turned = is_extended and turn != UPRIGHT
    if is_extended:
        flags = parts[0][1][0] & ~0x0C | (0x08 if turned else 0)
        parts[0] = (b"VP8X", bytes([flags]) + parts[0][1][1:])
    if turned:
        parts.append((b"EXIF", _only_orientation(turn)))
    whole = b"".join(
        struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) & 1)
        for kind, body in parts
    )
    return b"RIFF" + struct.pack("<I", len(whole) + 4) + b"WEBP" + whole


# --- AVIF


def _clean_avif(data: bytes) -> bytes:
    """Write nothing over the items that hold Exif and XMP: all places in the file stay what they were."""
    meta = next((body for kind, body in _boxes(data, 0, len(data)) if kind == b"meta"), None)
    if meta is None:
        return data
    inner = dict(_boxes(data, meta[0] + 4, meta[1]))
    if b"iinf" not in inner or b"iloc" not in inner:
        return data
    hidden = _metadata_items(data, *inner[b"iinf"])
    if not hidden:
        return data
    items = set(hidden)
    clean = bytearray(data)
    base = inner[b"idat"][0] if b"idat" in inner else 0
    left = len(data)  # what is named again and again is written over once
    for item, method, start, length in _item_places(data, *inner[b"iloc"]):
        first = start + (base if method == 1 else 0)
        if item in items and 0 <= first <= first + length <= len(data) and length <= left:
            left -= length
            clean[first : first + length] = hidden.pop(item, b"")[:length].ljust(length, b"\0")
    return bytes(clean)


def _boxes(data: bytes, place: int, stop: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Answer the kind of each box, and where its contents begin and end."""
    while place + 8 <= stop:
        size, kind = struct.unpack_from(">I4s", data, place)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, place + 8)[0], 16
        end = stop if size == 0 else place + size
        if end < place + head or end > stop:
            return
        yield kind, (place + head, end)
        place = end


def _metadata_items(data: bytes, place: int, stop: int) -> dict[int, bytes]:
    """Answer the ids of the items that are Exif or XMP, and what says nothing in their place."""
    found: dict[int, bytes] = {}
    first = place + (6 if data[place] == 0 else 8)
    for kind, (start, end) in _boxes(data, first, stop):
        if kind != b"infe" or data[start] not in {2, 3}:
            continue
        wide = data[start] == 3  # noqa: PLR2004 - version 3 has long ids
        (item,) = struct.unpack_from(">I" if wide else ">H", data, start + 4)
        at = start + (10 if wide else 8)
        form, rest = data[at : at + 4], data[at + 4 : end]
        if form == b"Exif":
            found[item] = _EMPTY_EXIF
        elif form == b"mime" and b"rdf+xml" in rest:
            found[item] = b""
    return found


def _item_places(data: bytes, place: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Answer id, construction method, start and length of every part of every item."""
    version = data[place]
    sizes = struct.unpack_from(">H", data, place + 4)[0]
    offset_size, length_size, base_size, index_size = (
        (sizes >> shift) & 15 for shift in (12, 8, 4, 0)
    )
    place += 6
    if not length_size:  # parts without a length; there may be any number
        raise ValueError("no lengths")

    def number(size: int) -> int:
        nonlocal place
        if place + size > stop:
            raise ValueError("beyond the box")
        value = int.from_bytes(data[place : place + size], "big")
        place += size
        return value

    for _ in range(number(2 if version < 2 else 4)):  # noqa: PLR2004 - version 2 has long ids
        item = number(2 if version < 2 else 4)  # noqa: PLR2004 - as above
        method = number(2) & 15 if version else 0
        number(2)  # always this file
        base = number(base_size)
        for _ in range(number(2)):
            if version and index_size:
                number(index_size)
            start, length = base + number(offset_size), number(length_size)
            yield item, method, start, length
