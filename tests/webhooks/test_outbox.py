"""What is kept, at what cost, and for how long."""

import asyncio

import pytest

from octavo.accounts.schemas import SYSTEM
from octavo.kernel.db import fetch, transaction
from octavo.strategy.events import CampaignChanged, ObjectiveChanged
from octavo.webhooks import outbox, queries, service
from octavo.webhooks.jobs import drop_old
from octavo.webhooks.schemas import DeliveryFilter


async def count(table):
    rows = await fetch(f"SELECT COUNT(*) AS n FROM {table}")
    return rows[0]["n"]


async def test_without_webhooks_a_transaction_costs_one_query_whatever_it_announces(
    desk, monkeypatch
):
    asked = []

    async def counting(sql, *args):
        asked.append(sql)
        return await fetch(sql, *args)

    monkeypatch.setattr(outbox, "fetch", counting)
    async with transaction():
        for number in range(50):
            await desk.runtime.bus.announce(CampaignChanged(campaign_id=number))
    await desk.publish(await desk.piece())

    assert len(asked) == 3  # ours, the creation, the publication
    assert await count("webhook_event") == 0


async def test_an_event_of_a_savepoint_that_is_taken_back_is_not_told(desk, receiver):
    await desk.hook(receiver.url, "campaign.changed", "objective.changed")
    async with transaction():
        await desk.runtime.bus.announce(CampaignChanged(campaign_id=1))
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with transaction():
                await desk.runtime.bus.announce(ObjectiveChanged(objective_id=1))
                _ = 1 / 0
    await desk.send()

    assert receiver.types == ["campaign.changed"]


async def test_a_webhook_made_by_another_process_is_heard_at_once(desk, receiver, database_url):
    """Nothing about webhooks is kept in memory: a row that appears counts from the next commit."""
    await desk.piece("Before")
    hook = await desk.hook("https://example.org/", "piece.created", is_active=False)
    await fetch("UPDATE webhook SET is_active = {} WHERE id = {}", True, hook["id"])
    await desk.piece("After")

    assert [d["type"] for d in await desk.deliveries(hook)] == ["piece.created"]


async def test_the_log_is_forgotten_in_time_but_what_waits_stays(desk, receiver, clock):
    hook = await desk.hook(receiver.url, "campaign.changed")

    async def announce(campaign_id):
        async with transaction():
            await desk.runtime.bus.announce(CampaignChanged(campaign_id=campaign_id))

    async def kept():
        page = await queries.list_deliveries(hook["id"], DeliveryFilter())
        return [delivery.state for delivery in page.items]

    await announce(1)
    await desk.send()
    clock.move(days=20)
    await announce(2)
    await desk.send()
    clock.move(days=20)
    await announce(3)
    await drop_old(now=clock(), days=30)
    some = await kept()
    (waiting,) = (
        await queries.list_deliveries(hook["id"], DeliveryFilter(states=("pending",)))
    ).items
    clock.move(days=40)
    await service.replay_delivery(hook["id"], waiting.id, actor=SYSTEM, now=clock())
    await drop_old(now=clock(), days=30)

    assert some == ["pending", "delivered"]
    assert await kept() == ["pending"]
    assert await count("webhook_event") == 1
    await desk.send()
    assert receiver.messages[-1]["data"]["campaign_id"] == 3


async def test_a_replay_is_not_ended_by_an_attempt_that_was_under_way(desk, receiver):
    hook = await desk.hook(receiver.url, "piece.created")
    await desk.piece()
    receiver.gate.clear()
    slow = desk.new_sender(timeout_s=10.0)
    await slow.tick()
    while not receiver.requests:
        await asyncio.sleep(0.01)
    (delivery,) = await desk.deliveries(hook)
    await desk.post(f"/webhooks/{hook['id']}/deliveries/{delivery['id']}/replay", 202)
    receiver.gate.set()
    await slow.drain()
    (after,) = await desk.deliveries(hook)

    # The replay still went out: what the first attempt found did not end it.
    assert [attempt["status"] for attempt in after["attempts"]] == [204, 204]
    assert (after["state"], after["tries"]) == ("delivered", 1)


async def test_doctor_names_webhooks_that_were_turned_off(desk, receiver):
    from octavo.doctor import examine
    from octavo.sdk.testing import Reply

    await desk.hook(receiver.url, "piece.created")
    receiver.replies = [Reply(status=410)]
    await desk.piece()
    await desk.send()
    findings = await examine(desk.runtime.settings)

    (found,) = [finding for finding in findings if finding.check == "webhook"]
    assert found.level == "warn"
    assert found.message.startswith("The mirror was turned off: the receiver answered 410")
