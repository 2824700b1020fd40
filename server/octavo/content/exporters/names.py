"""Names of exported files that every file system can hold. Pure."""

import hashlib
import re

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|index|_index)")
_UNSAFE = re.compile(r"[^a-z0-9_-]+")
_HASH = 10


def file_stem(slug: str) -> str:
    """Answer the name of a piece's file: its slug, or what is left of it with a mark of its own.

    Two slugs never share a name, whatever the file system makes of case, accents and length.
    """
    if _PLAIN.fullmatch(slug) and not _RESERVED.fullmatch(slug):
        return slug
    mark = hashlib.sha256(slug.encode()).hexdigest()[:_HASH]
    return f"{_UNSAFE.sub('-', slug.lower()).strip('-')[:80] or 'piece'}.{mark}"
