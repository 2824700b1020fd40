"""A delivery on its way: when it goes, and when it does not. On both engines."""

import asyncio
import itertools
from typing import Any

import pytest

from octavo.accounts.schemas import SYSTEM
from octavo.content import queries as content_q
from octavo.content import service as content
from octavo.content.schemas import Transition
from octavo.distribution import rules, service
from octavo.distribution.errors import DeliveryStateError
from octavo.distribution.events import DeliveryFailed, DeliverySent
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.tables import DeliveryRow
from octavo.sdk import (
    TransientError,
)

LOST = TransientError("no answer", safe_to_retry=False)
DOWN = TransientError("cannot be reached", safe_to_retry=True)


async def test_a_delivery_goes_out_once_when_its_piece_is_live(desk: Any, network: Any) -> None:
    channel = await desk.channel()
    piece_id = await desk.piece()
    planned = await desk.plan(piece_id, channel.id)
    await desk.tick()
    before = list(network.posts)
    await desk.publish(piece_id, built=False)
    await desk.tick()
    not_built = list(network.posts)
    await desk.build(piece_id)
    await desk.tick()
    await desk.later(hours=1)
    sent = await desk.get(planned)

    assert planned.state == "planned"
    assert planned.due_at is None
    assert before == not_built == []
    assert sent.state == "sent"
    assert network.posts == [
        (
            planned.key,
            f"Paper\n\nhttps://blog.example.org/paper/\nJoin us: {planned.links[0].url}",
        )
    ]
    assert planned.links[0].url.startswith("https://blog.example.org/go/")
    assert sent.links == planned.links
    assert sent.remote_url == f"https://fake.example/{planned.key}"
    assert sent.revision_id is not None
    assert [(a.phase, a.outcome) for a in sent.attempts] == [("publish", "published")]
    assert desk.heard == [
        DeliverySent(
            delivery_id=sent.id,
            piece_id=piece_id,
            channel_id=channel.id,
            remote_url=sent.remote_url,
        )
    ]


async def test_a_text_of_its_own_is_filled_in(desk: Any, network: Any) -> None:
    planned = await desk.ready(text="{title}! {cta:join-us} — {excerpt} {url}")
    await desk.tick()

    assert network.posts[0][1] == (
        f"Paper! {planned.links[0].url} — E. https://blog.example.org/paper/"
    )


async def test_a_delivery_with_a_time_waits_for_it(desk: Any, network: Any) -> None:
    planned = await desk.ready(send_at="2026-06-15T14:00", zone="Europe/Madrid")
    await desk.later(minutes=89)
    early = list(network.posts)
    await desk.later(minutes=2)

    assert planned.due_at.isoformat() == "2026-06-15T12:00:00+00:00"
    assert early == []
    assert len(network.posts) == 1


async def test_a_time_that_comes_before_the_piece_waits_for_the_piece(
    desk: Any, network: Any
) -> None:
    channel = await desk.channel()
    piece_id = await desk.piece()
    planned = await desk.plan(piece_id, channel.id, send_at="2026-06-15T11:00", zone="UTC")
    await desk.later(hours=5)
    waiting = await desk.get(planned)
    await desk.publish(piece_id)
    await desk.tick()

    assert waiting.state == "planned"
    assert waiting.reason == "waits for its piece to be live"
    assert len(network.posts) == 1


async def test_a_piece_that_went_live_in_the_moment_of_planning_is_delivered(
    desk: Any, network: Any
) -> None:
    channel = await desk.channel()
    planned = await desk.plan(await desk.piece(live=True), channel.id)
    # As the planning transaction leaves it when it did not see the build end.
    await DeliveryRow.update({DeliveryRow.due_at: None}).where(DeliveryRow.id == planned.id)
    await desk.tick()

    assert network.keys == [planned.key]


async def test_a_withdrawn_piece_is_not_delivered(desk: Any, network: Any) -> None:
    channel = await desk.channel()
    piece_id = await desk.piece(live=True)
    planned = await desk.plan(piece_id, channel.id, send_at="2026-06-15T11:00", zone="UTC")
    piece = await content_q.get_piece(piece_id)
    await content.transition_piece(
        piece_id,
        Transition(to="archived", version=piece.version),
        actor=SYSTEM,
        now=desk.now,
        bus=desk.bus,
    )
    await desk.later(hours=1)

    assert network.posts == []
    assert (await desk.get(planned)).state == "planned"


async def test_a_cancelled_delivery_does_not_go_out(desk: Any, network: Any) -> None:
    planned = await desk.ready()
    cancelled = await service.cancel_delivery(
        planned.id, actor=SYSTEM, now=desk.now, settings=desk.settings, bus=desk.bus
    )
    await desk.later(hours=1)

    assert cancelled.state == "cancelled"
    assert network.posts == []
    with pytest.raises(DeliveryStateError):
        await service.cancel_delivery(
            planned.id, actor=SYSTEM, now=desk.now, settings=desk.settings, bus=desk.bus
        )


async def test_a_delivery_cannot_be_cancelled_while_it_is_being_sent(
    desk: Any, network: Any
) -> None:
    planned = await desk.ready()
    refused: list[Exception] = []

    async def during() -> None:
        try:
            await service.cancel_delivery(
                planned.id, actor=SYSTEM, now=desk.now, settings=desk.settings, bus=desk.bus
            )
        except DeliveryStateError as error:
            refused.append(error)

    network.during = during
    await desk.tick()

    assert len(refused) == 1
    assert (await desk.get(planned)).state == "sent"


async def test_many_deliveries_and_several_workers_send_each_once(desk: Any, network: Any) -> None:
    channel = await desk.channel()
    planned = [await desk.plan(await desk.piece(f"P{n}", live=True), channel.id) for n in range(24)]

    async def slowly() -> None:
        await asyncio.sleep(0.01)

    network.during = slowly
    await asyncio.gather(*(desk.tick(owner=f"worker-{n}") for n in range(3)))

    assert sorted(network.keys) == sorted(delivery.key for delivery in planned)


async def test_a_late_delivery_is_held_and_asked_about(desk: Any, network: Any) -> None:
    planned = await desk.ready()
    await desk.later(minutes=61)
    held = await desk.get(planned)
    await service.retry_delivery(
        planned.id, actor=SYSTEM, now=desk.now, settings=desk.settings, bus=desk.bus
    )
    await desk.tick()

    assert (held.state, held.reason) == ("held", "61 minutes late: its channel allows 60")
    assert isinstance(desk.heard[0], DeliveryFailed)
    assert network.keys == [planned.key]


async def test_a_channel_may_allow_any_lateness(desk: Any, network: Any) -> None:
    channel = await desk.channel(late_limit_min=None)
    await desk.plan(await desk.piece(live=True), channel.id)
    await desk.later(days=10)

    assert len(network.posts) == 1


async def test_a_missing_plugin_leaves_its_deliveries_waiting(desk: Any, network: Any) -> None:
    planned = await desk.ready()
    installed, desk.registry = desk.registry, AdapterRegistry({})
    await desk.tick()
    waiting = await desk.get(planned)
    desk.registry = installed
    await desk.later(minutes=6)

    assert waiting.state == "planned"
    assert "no adapter 'fake'" in waiting.reason
    assert len(network.posts) == 1


async def test_every_move_in_the_database_is_one_the_rules_know(desk: Any, network: Any) -> None:
    planned = await desk.ready()
    network.before.append(DOWN)
    network.after.append(LOST)
    seen = [planned.state]
    for _ in range(6):
        await desk.later(minutes=3)
        seen.append((await desk.get(planned)).state)

    for before, after in itertools.pairwise(seen):
        assert before == after or after in rules.MOVES[before]
    assert seen[-1] == "sent"
    assert await DeliveryRow.count().where(DeliveryRow.lease_until.is_not_null()) == 0
