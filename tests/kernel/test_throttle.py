"""How often somebody may try, counted where every process sees it."""

import asyncio
from datetime import timedelta

import pytest

from octavo.kernel.errors import TooManyRequestsError
from octavo.kernel.tables import AttemptCountRow
from octavo.kernel.throttle import Quota, drop_old_counts, forget, take

QUOTA = Quota(limit=3, window=timedelta(minutes=15))


async def tries(clock, name="ada", count=1):
    """How many of so many tries were allowed."""
    allowed = 0
    for _ in range(count):
        try:
            await take(name, QUOTA, now=clock())
            allowed += 1
        except TooManyRequestsError:
            pass
    return allowed


async def test_a_quota_ends_and_comes_back_with_the_next_window(database, clock):
    first = await tries(clock, count=5)
    with pytest.raises(TooManyRequestsError) as caught:
        await take("ada", QUOTA, now=clock.move(minutes=5))
    clock.move(minutes=10)

    assert (first, caught.value.retry_after_s) == (3, 600)
    assert await tries(clock, count=5) == 3


async def test_each_name_has_its_own_count_and_can_start_anew(database, clock):
    await tries(clock, count=3)
    other = await tries(clock, "eve", count=3)
    await forget("ada")

    assert (other, await tries(clock, count=3)) == (3, 3)


async def test_tries_at_the_same_moment_are_all_counted(database, clock):
    allowed = await asyncio.gather(*(tries(clock) for _ in range(10)))

    assert sum(allowed) == 3


async def test_no_name_is_stored_and_old_counts_go(database, clock):
    await tries(clock, "ada@example.org")
    stored = await AttemptCountRow.select()
    await drop_old_counts(now=clock.move(days=2))

    assert "ada" not in str(stored)
    assert await AttemptCountRow.count() == 0
