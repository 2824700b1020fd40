"""How a picture is turned, from its Exif data (Exif 2.3, 4.6.2: TIFF 6.0 directories)."""

import struct

__all__ = ["SIDEWAYS", "UPRIGHT", "orientation_of"]

UPRIGHT = 1
SIDEWAYS = frozenset({5, 6, 7, 8})
"""Orientations in which width and height change places."""

_ORIENTATION = 0x0112
_KNOWN = range(1, 9)
_MOST_FIELDS = 500


def orientation_of(tiff: bytes) -> int:
    """Answer the orientation that Exif data gives, from 1 to 8; 0 for none. Never fails."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, first)
        for n in range(min(count, _MOST_FIELDS)):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, first + 2 + 12 * n)
            if tag == _ORIENTATION:
                return value if value in _KNOWN else UPRIGHT
    except struct.error:
        pass
    return 0
