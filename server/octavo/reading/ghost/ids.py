"""Ids as Ghost has them, made of ours and turned back: nothing is stored, and they never change."""

import hashlib
import re
from typing import Final, Literal

__all__ = ["Things", "ghost_id", "ghost_uuid", "our_id", "our_id_of_uuid"]

Things = Literal["piece", "tag", "author"]

# "oct" and a number, then ours: 24 hexadecimal digits, like an ObjectId.
_PREFIX: Final[dict[Things, str]] = {"piece": "6f637401", "tag": "6f637402", "author": "6f637403"}
_LARGEST: Final = 2**31 - 1
_HEX = re.compile(r"[0-9a-f]{24}")


def ghost_id(things: Things, our: int) -> str:
    """Answer 24 hexadecimal digits."""
    return f"{_PREFIX[things]}{our:016x}"


def our_id(things: Things, text: str) -> int | None:
    """Answer the id that this was made of; None when it was not made here."""
    if not _HEX.fullmatch(text) or not text.startswith(_PREFIX[things]):
        return None
    our = int(text[8:], 16)
    return our if 0 < our <= _LARGEST else None


def ghost_uuid(piece_id: int, *, site: str) -> str:
    """Answer a UUID in the form of version 4; `site` keeps those of two sites apart."""
    digest = hashlib.blake2b(b"octavo piece uuid " + site.encode(), digest_size=8).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[12:15]}-8000-{piece_id:012x}"


def our_id_of_uuid(text: str, *, site: str) -> int | None:
    """Answer the id that this was made of; None when it was not made here."""
    last = text.rpartition("-")[2]
    if not re.fullmatch(r"[0-9a-f]{12}", last):
        return None
    our = int(last, 16)
    made_here = 0 < our <= _LARGEST and ghost_uuid(our, site=site) == text
    return our if made_here else None
