"""Visitors of a day: the salts held in memory, and who clicked how often just now.

A salt is made for one local day and forgotten everywhere 48 hours after the day's end. Nothing
here stores an address or a User-Agent.
"""

import asyncio
import secrets
from datetime import datetime

from octavo.kernel.clock import to_ms
from octavo.tracking import rules
from octavo.tracking.schemas import Class, Verdict
from octavo.tracking.store import Store

_MOST_PAIRS = 200_000


class Salts:
    """The salts this process has met, read from or made in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, tuple[bytes, datetime]] = {}
        self._loading: dict[int, asyncio.Task[bytes]] = {}

    def find(self, day: int) -> bytes | None:
        """Answer a salt already in memory."""
        held = self._known.get(day)
        return None if held is None else held[0]

    async def load(self, day: int, *, zone: str) -> bytes:
        """Answer the salt of a day, making it when there is none; all who wait share one read."""
        task = self._loading.get(day)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._load(day, zone))
            self._loading[day] = task
            task.add_done_callback(lambda done: self._loaded(day, done))
        return await asyncio.shield(task)

    def _loaded(self, day: int, done: asyncio.Task[bytes]) -> None:
        del self._loading[day]
        if not done.cancelled():
            done.exception()  # whoever waited has seen it; nobody waiting is no fault

    async def _load(self, day: int, zone: str) -> bytes:
        dies_at = rules.salt_dies_at(day, zone)
        text = await self._store.salt(day, fresh=secrets.token_hex(32), destroy_at=to_ms(dies_at))
        salt = bytes.fromhex(text)
        self._known[day] = (salt, dies_at)
        return salt

    def forget(self, *, now: datetime) -> None:
        """Drop the salts whose time is over."""
        self._known = {day: held for day, held in self._known.items() if held[1] > now}


class Pace:
    """Tells one click too many: twice within two seconds, or over thirty in a minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._pairs: dict[tuple[str, int], tuple[int, int]] = {}

    def judge(self, visitor: str, link_id: int, *, now_ms: int) -> Verdict:
        """Answer HUMAN, or CAPPED with the reason, and remember the click."""
        minute = now_ms // 60_000
        if minute != self._minute or len(self._pairs) > _MOST_PAIRS:
            self._start(minute, now_ms=now_ms)
        last_ms, count = self._pairs.get((visitor, link_id), (-rules.REPEAT_MS, 0))
        self._pairs[visitor, link_id] = (now_ms, count + 1)
        if count >= rules.CLICKS_PER_MINUTE:
            return Verdict(klass=Class.CAPPED, reason="too_many")
        if now_ms - last_ms < rules.REPEAT_MS:
            return Verdict(klass=Class.CAPPED, reason="repeat")
        return Verdict(klass=Class.HUMAN)

    def _start(self, minute: int, *, now_ms: int) -> None:
        """Begin a minute with the pairs that a repeat could still belong to."""
        self._minute = minute
        self._pairs = {
            pair: (last_ms, 0)
            for pair, (last_ms, _) in self._pairs.items()
            if now_ms - last_ms < rules.REPEAT_MS
        }
