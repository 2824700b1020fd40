"""Work that any process may pick up: leases for jobs that one process does at a time.

Rows that many workers share (deliveries, due pieces) are claimed where they live, by one
`UPDATE … WHERE id IN (SELECT … LIMIT n) RETURNING`; `skip_locked()` is the part that differs.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from octavo.kernel.db import dialect, transaction
from octavo.kernel.log import get_logger
from octavo.kernel.tables import LeaseRow

__all__ = ["Background", "hold_lease", "release_lease", "skip_locked"]

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
