"""Pictures made byte by byte, for tests that need no library to make one."""

import struct
import zlib

__all__ = ["png"]


def png(width: int, height: int, rows: bytes) -> bytes:
    """Answer a PNG of 8-bit RGB; `rows` are its scanlines, each with the filter byte before it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
