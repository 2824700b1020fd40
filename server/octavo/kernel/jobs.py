"""Work that any process may pick up: leases for jobs that one process does at a time.

Rows that many workers share (deliveries, due pieces) are claimed where they live, by one
`UPDATE … WHERE id IN (SELECT … LIMIT n) RETURNING`; `skip_locked()` is the part that differs.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from octavo.kernel.clock import Clock
from octavo.kernel.db import dialect, transaction
from octavo.kernel.log import get_logger
from octavo.kernel.tables import LeaseRow

__all__ = ["Background", "Turn", "hold_lease", "release_lease", "skip_locked"]

_Row = TypeVar("_Row")
_Done = TypeVar("_Done")
_log = get_logger("octavo.jobs")


async def hold_lease(name: str, *, owner: str, now: datetime, lease_s: float) -> bool:
    """Take or renew the lease; False when another owner holds it.

    A lease that its owner did not renew is free at `until`; a job must therefore be safe to run
    twice, and should take less time than its lease.
    """
    until = now + timedelta(seconds=lease_s)
    async with transaction():
        await LeaseRow.insert(LeaseRow(name=name, owner=owner, until=now)).on_conflict(
            target=LeaseRow.name, action="DO NOTHING"
        )
        held = await (
            LeaseRow.update({LeaseRow.owner: owner, LeaseRow.until: until})
            .where((LeaseRow.name == name) & ((LeaseRow.owner == owner) | (LeaseRow.until <= now)))
            .returning(LeaseRow.id)
        )
    return bool(held)


async def release_lease(name: str, *, owner: str, now: datetime) -> None:
    """Let the lease go, if it is still this owner's."""
    await LeaseRow.update({LeaseRow.until: now}).where(
        (LeaseRow.name == name) & (LeaseRow.owner == owner)
    )


def skip_locked() -> str:
    """Answer what ends the inner SELECT of a claim: PostgreSQL passes over rows being claimed."""
    return " FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The turn of one process at work of minutes: others wait until it is done, or its owner dead.

    Args:
        lease: names the work; one process holds it at a time.
        lease_s: after so long without a sign of life another process takes over.
        tick_s: how often a sign is given.
    """

    lease: str
    owner: str
    clock: Clock
    lease_s: float = 30
    tick_s: float = 1.0

    async def take(
        self,
        find: Callable[[], Awaitable[_Row | None]],
        do: Callable[[_Row], Awaitable[None]],
    ) -> bool:
        """Do what `find` answers; False if there is nothing, or another process has its turn."""
        if await find() is None or not await self._hold():
            return False
        try:
            found = await find()  # another may have done it before the lease was ours
            if found is not None:
                await do(found)
            return found is not None
        finally:
            await release_lease(self.lease, owner=self.owner, now=self.clock())

    async def keep(
        self, work: Coroutine[Any, Any, _Done], *, tell: Callable[[], Awaitable[bool]]
    ) -> _Done | None:
        """Answer what comes of the work, with `tell` awaited at each tick and at the end.

        The work is cancelled, and the answer None, once `tell` answers False or the lease is lost.
        """
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=self.tick_s)
                if not await tell() or not await self._hold():
                    _log.warning("work_given_up", lease=self.lease)
                    return None
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _hold(self) -> bool:
        return await hold_lease(
            self.lease, owner=self.owner, now=self.clock(), lease_s=self.lease_s
        )


class Background:
    """Tasks that outlive a request but not the process; a failing one is logged, never lost."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run the work beside everything else."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def drain(self, *, timeout_s: float) -> None:
        """Wait for what is running; cancel what takes longer."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    @asynccontextmanager
    async def running(self, *, timeout_s: float = 10) -> AsyncIterator["Background"]:
        """Drain at the end of the block."""
        try:
            yield self
        finally:
            await self.drain(timeout_s=timeout_s)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("background_task_failed", task=task.get_name(), exc_info=task.exception())
