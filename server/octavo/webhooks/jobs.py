"""What the worker runs. May run twice at once, late or not at all: the rows are the queue.

Each webhook has a lane of its own, so that a receiver that hangs holds up nobody but itself. Lanes
of receivers that fail are few, and try one delivery at a time until one gets through.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

from octavo.kernel.clock import Clock
from octavo.kernel.db import fetch, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.jobs import Background
from octavo.kernel.vault import SealBrokenError, Vault
from octavo.webhooks import outbox, sending
from octavo.webhooks.outbox import Claim, Target
from octavo.webhooks.sending import Receiver

__all__ = ["Sender", "drop_old"]

_RANDOM: Final = SystemRandom()
_LANES: Final = 4
_FAILING_LANES: Final = 2
_AT_ONCE: Final = 3
_LANE_S: Final = 20.0
_DRAIN_S: Final = 10.0
_MOST_DROPPED: Final = 500

_DROP_DELIVERIES = """
DELETE FROM webhook_delivery WHERE id IN (
  SELECT id FROM webhook_delivery WHERE created_at < {} AND (due_at IS NULL OR due_at < {})
  ORDER BY id LIMIT {}) RETURNING id"""
_DROP_EVENTS = """
DELETE FROM webhook_event WHERE id IN (
  SELECT e.id FROM webhook_event e WHERE e.created_at < {} AND NOT EXISTS (
    SELECT 1 FROM webhook_delivery d WHERE d.event_id = e.id)
  ORDER BY e.id LIMIT {}) RETURNING id"""


class Sender:
    """Sends what is due, one lane for each webhook. `chance` in [0, 1) is for the jitter."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: EventBus,
        vault: Vault,
        http: GuardedClient,
        owner: str,
        lease_s: float = 30.0,
        timeout_s: float = sending.TIMEOUT_S,
        chance: Callable[[], float] = _RANDOM.random,
    ) -> None:
        self._clock = clock
        self._bus = bus
        self._vault = vault
        self._http = http
        self._owner = owner
        self._lease_s = lease_s
        self._timeout_s = timeout_s
        self._chance = chance
        self._background = Background()
        self._lanes: dict[int, bool] = {}  # webhook id -> was it failing when the lane was begun

    async def tick(self) -> int:
        """Begin a lane for each webhook that something is due for; answer how many were begun."""
        begun = 0
        for target in await outbox.targets(now=self._clock()):
            failing = target.failures > 0
            most = _FAILING_LANES if failing else _LANES
            if target.id in self._lanes or list(self._lanes.values()).count(failing) >= most:
                continue
            self._lanes[target.id] = failing
            self._background.start(f"webhook {target.id}", self._lane(target))
            begun += 1
        return begun

    async def drain(self, *, timeout_s: float = _DRAIN_S) -> None:
        """Wait for the lanes; what takes longer is cancelled, and taken up again later."""
        await self._background.drain(timeout_s=timeout_s)

    async def _lane(self, target: Target) -> None:
        """Send what waits for one webhook, until nothing does, or it fails, or others want to."""
        end_s = time.monotonic() + _LANE_S
        at_once = 1 if target.failures else _AT_ONCE
        try:
            while time.monotonic() < end_s:
                receiver = await self._receiver(target.id)
                if receiver is None:
                    return
                claims = await outbox.claim(
                    target.id,
                    owner=self._owner,
                    now=self._clock(),
                    lease_s=self._lease_s,
                    limit=at_once,
                )
                if not claims:
                    return
                went = await asyncio.gather(*(self._send(receiver, one) for one in claims))
                if not all(went):
                    return
                at_once = _AT_ONCE
        finally:
            del self._lanes[target.id]

    async def _receiver(self, webhook_id: int) -> Receiver | None:
        now = self._clock()
        try:
            return await sending.open_receiver(webhook_id, vault=self._vault, now=now)
        except SealBrokenError:
            reason = "its secret cannot be opened: give it a new one"
            await outbox.disable(webhook_id, reason=reason, now=now, bus=self._bus)
            return None

    async def _send(self, receiver: Receiver, claimed: Claim) -> bool:
        reply = await sending.attempt(
            receiver,
            claimed,
            clock=self._clock,
            http=self._http,
            bus=self._bus,
            chance=self._chance(),
            timeout_s=self._timeout_s,
        )
        return reply.ok


async def drop_old(*, now: datetime, days: int) -> None:
    """Forget deliveries of more than `days` days ago, with their attempts and events.

    Those that are still to be tried stay.
    """
    before = now - timedelta(days=days)
    # A little at a time: SQLite has one writer. What waits that long is of a webhook turned off.
    for statement, arguments in (
        (_DROP_DELIVERIES, (before, before, _MOST_DROPPED)),
        (_DROP_EVENTS, (before, _MOST_DROPPED)),
    ):
        while True:
            async with transaction():
                dropped = await fetch(statement, *arguments)
            if len(dropped) < _MOST_DROPPED:
                break
