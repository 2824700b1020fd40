"""Kept answers, and the version that says whether they still hold."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import msgspec

from octavo.kernel.http_cache import strong_etag

__all__ = ["Answer", "Answers", "VersionReader", "answer_of"]

_LIMIT_BYTES = 64 * 1024 * 1024
_LIMIT_ITEMS = 4_000
_LONGEST_KEPT_BYTES = 8 * 1024 * 1024


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent for a GET: a JSON document, as bytes."""

    status: int
    body: bytes
    etag: str


def answer_of(document: object, *, status: int = 200) -> Answer:
    """Encode a document."""
    body = msgspec.json.encode(document)
    return Answer(status=status, body=body, etag=strong_etag(body))


class VersionReader:
    """Reads the content version for every request, one read for all that wait at the same time.

    A read that began before a request came is not good enough for it: a write may have been
    committed, and told to whoever asks now, in between. One that began later serves all who wait.
    """

    def __init__(self, read: Callable[[], Awaitable[int]]) -> None:
        self._read = read
        self._turn = asyncio.Lock()
        self._begun = 0
        self._done = 0
        self._value = 0

    async def current(self) -> int:
        """Answer the version as it was at this call, or later."""
        begun_before = self._begun
        async with self._turn:
            if self._done <= begun_before:
                self._begun += 1
                number = self._begun
                self._value = await self._read()
                self._done = number
            return self._value


class Answers:
    """Answers by what was asked, each with the version it was made at; the least used go first."""

    def __init__(self, *, limit_bytes: int = _LIMIT_BYTES, limit_items: int = _LIMIT_ITEMS) -> None:
        self._limit_bytes, self._limit_items = limit_bytes, limit_items
        self._kept: OrderedDict[str, tuple[int, Answer]] = OrderedDict()
        self._bytes = 0

    def find(self, asked: str, *, version: int) -> Answer | None:
        """Answer what was kept for this at exactly this version."""
        known = self._kept.get(asked)
        if known is None or known[0] != version:
            return None
        self._kept.move_to_end(asked)
        return known[1]

    def keep(self, asked: str, answer: Answer, *, version: int) -> None:
        """Keep an answer whose reads began after `version` was read."""
        self._drop(self._kept.pop(asked, None), asked)
        if len(answer.body) > _LONGEST_KEPT_BYTES:
            return
        self._kept[asked] = (version, answer)
        self._bytes += len(answer.body) + len(asked)
        while self._bytes > self._limit_bytes or len(self._kept) > self._limit_items:
            old, known = self._kept.popitem(last=False)
            self._drop(known, old)

    def _drop(self, known: tuple[int, Answer] | None, asked: str) -> None:
        if known is not None:
            self._bytes -= len(known[1].body) + len(asked)
