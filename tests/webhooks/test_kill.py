"""Two senders on one outbox, killed at random: nothing is lost, and a repeat has the id of the first."""

import asyncio
import os
import random
import time
from collections import defaultdict

import pytest
from standardwebhooks import Webhook as Verifier
from tests.nursery import Nursery

from octavo.kernel.clock import system_clock
from octavo.kernel.db import fetch, transaction
from octavo.sdk.testing import Reply
from octavo.strategy.events import CampaignChanged

EVENTS = 120
KILLS = 12
LEASE_S = 1.0
SECRET_KEY = "kill" * 10


@pytest.fixture
def environment(receiver):
    return {
        "OCTAVO_ALLOWED_TARGETS": f"127.0.0.1:{receiver.port}",
        "OCTAVO_SECRET_KEY": SECRET_KEY,
    }


@pytest.mark.timeout(120)
async def test_killed_senders_lose_nothing_and_repeat_under_the_same_id(
    desk, receiver, database_url, tmp_path
):
    seed = int(os.environ.get("OCTAVO_CHAOS_SEED", time.time_ns() % 10**6))
    chance = random.Random(seed)
    desk.clock.instant = system_clock()
    hook = await desk.hook(receiver.url, "campaign.changed")

    async def answer(request):
        await asyncio.sleep(0.05 + chance.random() * 0.1)
        return Reply(status=500 if chance.random() < 0.1 else 204, body=b"")

    receiver.answer = answer
    nursery = Nursery(
        "tests.webhooks.sender_process",
        database_url,
        f"127.0.0.1:{receiver.port}",
        str(LEASE_S),
        environ={"HOOKS_HOME": str(tmp_path / "home")},
    )
    try:
        for _ in range(2):
            await nursery.start()
        for number in range(EVENTS):
            async with transaction():
                await desk.runtime.bus.announce(CampaignChanged(campaign_id=number + 1))
            if number % (EVENTS // KILLS) == 0:
                await asyncio.sleep(chance.uniform(0.1, 0.4))
                await nursery.kill(chance.choice(nursery.alive))
        for _ in range(300):
            left = await fetch(
                "SELECT COUNT(*) AS n FROM webhook_delivery WHERE due_at IS NOT NULL"
            )
            if left[0]["n"] == 0:
                break
            await asyncio.sleep(0.1)
    finally:
        nursery.stop()
    bodies = defaultdict(set)
    for request in receiver.requests:
        Verifier(hook["secret"]).verify(request.body, request.headers)
        bodies[request.headers["webhook-id"]].add(request.body)
    states = await fetch("SELECT state, COUNT(*) AS n FROM webhook_delivery GROUP BY state")
    told = {message["data"]["campaign_id"] for message in receiver.messages}
    print(f"seed {seed}: {len(receiver.requests)} requests for {len(bodies)} events")

    assert told == set(range(1, EVENTS + 1))
    assert [(row["state"], row["n"]) for row in states] == [("delivered", EVENTS)]
    assert len(bodies) == EVENTS
    assert {len(one) for one in bodies.values()} == {1}
    assert len(receiver.requests) > EVENTS, "no sender was killed in the middle, and none failed"
