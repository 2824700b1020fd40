"""How often something may be tried, counted in the database: every process sees the same count."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from octavo.kernel.db import fetch, transaction
from octavo.kernel.errors import TooManyRequestsError
from octavo.kernel.ids import fingerprint
from octavo.kernel.tables import AttemptCountRow

__all__ = ["Quota", "drop_old_counts", "forget", "take"]


@dataclass(frozen=True)
class Quota:
    """At most `limit` tries in each `window`; the window opens with the first try."""

    limit: int
    window: timedelta


async def take(name: str, quota: Quota, *, now: datetime) -> None:
    """Count one try.

    Raises:
        TooManyRequestsError: the quota is used up; says when the window ends.
    """
    key = fingerprint(name)
    opened_after = now - quota.window
    async with transaction():
        await AttemptCountRow.insert(
            AttemptCountRow(name=key, tries=0, window_start=now)
        ).on_conflict(target=AttemptCountRow.name, action="DO NOTHING")
        await AttemptCountRow.update(
            {AttemptCountRow.tries: 0, AttemptCountRow.window_start: now}
        ).where((AttemptCountRow.name == key) & (AttemptCountRow.window_start <= opened_after))
        await fetch("UPDATE kernel_attempt_count SET tries = tries + 1 WHERE name = {}", key)
        row = await (
            AttemptCountRow.select(AttemptCountRow.tries, AttemptCountRow.window_start)
            .where(AttemptCountRow.name == key)
            .first()
        )
    if row is not None and row["tries"] > quota.limit:
        wait = row["window_start"] + quota.window - now
        raise TooManyRequestsError(
            "too many attempts: wait a while and try again",
            retry_after_s=max(1, int(wait.total_seconds())),
        )


async def forget(name: str) -> None:
    """Start counting anew."""
    await AttemptCountRow.delete().where(AttemptCountRow.name == fingerprint(name))


async def drop_old_counts(*, now: datetime, keep: timedelta = timedelta(days=1)) -> None:
    """Delete counts whose windows are long over."""
    await AttemptCountRow.delete().where(AttemptCountRow.window_start <= now - keep)
