"""A worker that dies, stops or is overtaken in the middle of a delivery."""

import asyncio
from typing import Any

import pytest

from octavo.distribution import outbox
from octavo.sdk import (
    TransientError,
)

LOST = TransientError("no answer", safe_to_retry=False)
DOWN = TransientError("cannot be reached", safe_to_retry=True)


async def test_a_worker_that_died_after_the_intent_is_followed_by_one_that_looks(
    desk: Any, network: Any
) -> None:
    planned = await desk.ready()
    network.during = died
    with pytest.raises(BaseExceptionGroup):
        await desk.tick()
    network.during = None
    dead = await desk.get(planned)
    await desk.later(seconds=30)
    leased = list(network.calls)
    await desk.later(seconds=31)
    await desk.later(minutes=3)

    assert dead.state == "sending"
    assert "reconcile" not in leased
    assert network.keys == [planned.key]
    assert (await desk.get(planned)).state == "sent"


async def died() -> None:
    raise asyncio.CancelledError


async def test_a_worker_that_died_before_the_intent_left_nothing_in_doubt(
    desk: Any, network: Any
) -> None:
    planned = await desk.ready()
    await outbox.claim_due(owner="dead", now=desk.now, lease_s=60, limit=10)
    await desk.tick()
    leased = list(network.posts)
    await desk.later(seconds=61)

    assert leased == []
    assert network.keys == [planned.key]
    assert "reconcile" not in network.calls


async def test_a_worker_that_was_overtaken_writes_nothing(desk: Any) -> None:
    planned = await desk.ready()
    (slow,) = await outbox.claim_due(owner="slow", now=desk.now, lease_s=60, limit=10)
    desk.clock.move(seconds=61)
    await desk.tick(owner="quick")
    intended = await outbox.intend(slow, {}, now=desk.now, lease_s=60)
    settled = await outbox.settle(slow, {"state": "failed"}, now=desk.now)

    assert not intended
    assert not settled
    assert (await desk.get(planned)).state == "sent"


async def test_a_worker_that_was_paused_does_not_send(
    desk: Any, network: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = await desk.ready()
    real, paused_s = outbox.boot_s, 0.0

    async def pause() -> None:
        nonlocal paused_s
        paused_s = 40.0

    monkeypatch.setattr(outbox, "boot_s", lambda: real() + paused_s)
    network.while_preparing = pause
    await desk.tick()
    waiting = await desk.get(planned)
    network.while_preparing = None
    await desk.later(seconds=30)

    assert waiting.state == "planned"
    assert network.keys == [planned.key]
    assert network.calls.count("publish") == 1
