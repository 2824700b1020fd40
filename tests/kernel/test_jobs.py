"""One process at a time, and no lost work."""

import asyncio

import structlog

from octavo.kernel.jobs import Background, hold_lease, release_lease


async def hold(clock, owner):
    return await hold_lease("build", owner=owner, now=clock(), lease_s=10)


async def test_one_owner_holds_a_lease_until_it_ends_or_is_let_go(database, clock):
    first, again, other = await hold(clock, "a"), await hold(clock, "a"), await hold(clock, "b")
    clock.move(seconds=10)
    after = await hold(clock, "b")
    await release_lease("build", owner="a", now=clock())
    not_the_owners = await hold(clock, "a")
    await release_lease("build", owner="b", now=clock())

    assert (first, again, other, after, not_the_owners) == (True, True, False, True, False)
    assert await hold(clock, "a")


async def test_of_many_at_once_one_gets_the_lease(database, clock):
    won = await asyncio.gather(*(hold(clock, f"worker-{n}") for n in range(8)))

    assert sum(won) == 1


async def test_work_in_the_background_is_finished_or_cancelled_and_failures_are_told():
    done = []

    async def quick():
        await asyncio.sleep(0)
        done.append("quick")

    async def broken():
        raise ValueError("lost?")

    async def endless():
        try:
            await asyncio.Event().wait()
        finally:
            done.append("cancelled")

    with structlog.testing.capture_logs() as lines:
        async with Background().running(timeout_s=0.1) as background:
            for work in (quick, broken, endless):
                background.start(work.__name__, work())

    assert sorted(done) == ["cancelled", "quick"]
    assert [(line["event"], line["task"]) for line in lines] == [
        ("background_task_failed", "broken")
    ]
