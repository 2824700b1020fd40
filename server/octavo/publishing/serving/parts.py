"""Which part of a file is asked for (RFC 9110, 14). Pure."""

import re

__all__ = ["content_range", "wanted_part"]

# The names of units are case-insensitive (14.1).
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z", re.IGNORECASE)


def wanted_part(asked: str, *, if_range: str, etag: str, size: int) -> range | None:
    """Answer the bytes that are asked for; none of them when there are none such; None for the whole.

    Several parts at once, units that we do not know and a part of another version are answered with
    the whole file (14.2, 13.1.5). We send no dates, so a date in `If-Range` is of another version.
    """
    found = _RANGE.match(asked.strip())
    if found is None or if_range not in {"", etag} or not (found[1] or found[2]):
        return None
    if not found[1]:
        return range(max(0, size - int(found[2])), size)
    first = int(found[1])
    if found[2] and int(found[2]) < first:
        return None
    return range(first, min(int(found[2]) + 1, size) if found[2] else size)


def content_range(part: range, size: int) -> tuple[bytes, bytes]:
    """Answer the header that says which part of how many bytes it is."""
    return b"content-range", f"bytes {part.start}-{part.stop - 1}/{size}".encode()
