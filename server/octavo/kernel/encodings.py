"""Content codings of answers that are kept: each is made once, when somebody first asks for it."""

import asyncio
import gzip
import re

import brotli

from octavo.kernel.http_cache import strong_etag

__all__ = ["Representation", "wanted_coding"]

_LEAST_BYTES = 600  # below this, headers and a packet weigh more than what is saved
_INLINE_BYTES = 65_536  # larger ones are compressed beside the loop
_WORTH_IT = ("text/", "application/json", "application/feed+json", "application/rss+xml",
             "application/atom+xml", "application/xml", "application/manifest+json",
             "image/svg+xml")  # fmt: skip
_KNOWN_HEADERS = 256
_QUICK, _GOOD, _BEST = 5, 9, 11
_BEST_LIMIT_BYTES = 100_000  # the best one works for a second on half a megabyte

_WEIGHT = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?", re.ASCII)

_choices: dict[bytes, str] = {}


def wanted_coding(accept_encoding: bytes) -> str:
    """Answer `br`, `gzip` or nothing: the better one of those that the client takes (RFC 9110, 12.5.3)."""
    known = _choices.get(accept_encoding)
    if known is None:
        if len(_choices) >= _KNOWN_HEADERS:
            _choices.clear()
        known = _choices[accept_encoding] = _choose(accept_encoding.decode("latin-1"))
    return known


def _choose(header: str) -> str:
    """Answer the coding that is wanted most; the better one when two are wanted alike.

    The bytes as they are come last, but for who says otherwise.
    """
    weights: dict[str, float] = {}
    for part in header[:1_000].lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    best, most = "", weights.get("identity", 0.0)
    for coding in ("gzip", "br"):
        weight = weights.get(coding, weights.get("*", 0.0))
        if weight > 0 and weight >= most:
            best, most = coding, weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    return float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0


class Representation:
    """Bytes that are sent again and again, as they are and compressed.

    Args:
        for_long: they are asked for over a long time, so that the best compression pays.
    """

    __slots__ = ("_coded", "_effort", "body", "etag", "is_text")

    def __init__(self, body: bytes, media_type: str, *, for_long: bool = False) -> None:
        self.body = body
        self.etag = strong_etag(body)
        self.is_text = len(body) >= _LEAST_BYTES and media_type.startswith(_WORTH_IT)
        self._effort = _QUICK
        if for_long:
            self._effort = _BEST if len(body) <= _BEST_LIMIT_BYTES else _GOOD
        self._coded: dict[str, bytes] = {}

    @property
    def held_bytes(self) -> int:
        """Answer what all of it takes in memory."""
        return len(self.body) + sum(map(len, self._coded.values()))

    def etag_of(self, coding: str) -> str:
        """Answer the entity tag of the coded bytes: each coding is a representation of its own."""
        return self.etag if not coding else f'{self.etag[:-1]}-{coding}"'

    async def coded(self, coding: str) -> bytes:
        """Answer the bytes in a coding; empty for none."""
        if not coding:
            return self.body
        known = self._coded.get(coding)
        if known is None:
            data = (
                _compress(self.body, coding, self._effort)
                if len(self.body) <= _INLINE_BYTES and self._effort == _QUICK
                else await asyncio.to_thread(_compress, self.body, coding, self._effort)
            )
            known = self._coded[coding] = data
        return known


def _compress(body: bytes, coding: str, effort: int) -> bytes:
    if coding == "br":
        return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=effort))
    return gzip.compress(body, compresslevel=6, mtime=0)
