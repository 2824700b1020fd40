"""What becomes of a delivery, whatever its channel does. On both engines."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest

from octavo.accounts.schemas import SYSTEM
from octavo.content import queries as content_q
from octavo.content import service as content
from octavo.content.schemas import Transition
from octavo.distribution import outbox, queries, rules, service
from octavo.distribution.errors import DeliveryStateError
from octavo.distribution.events import DeliveryFailed, DeliverySent
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.schemas import ChannelPatch, Resolution
from octavo.distribution.tables import DeliveryRow
from octavo.sdk import (
    AlreadyExistsError,
    AuthExpiredError,
    RateLimitedError,
    RejectedError,
    TransientError,
    Undecidable,
)

LOST = TransientError("no answer", safe_to_retry=False)
DOWN = TransientError("cannot be reached", safe_to_retry=True)


@pytest.fixture
def use(desk: Any, network: Any, fake: Any) -> Any:
    """Give the network other capabilities."""

    def use(**capabilities: Any) -> None:
        desk.registry = AdapterRegistry({"fake": fake(network, **capabilities)})

    return use


async def ready(desk: Any, **given: Any) -> Any:
    """Plan a delivery of a live piece."""
    channel = await desk.channel()
    return await desk.plan(await desk.piece(live=True), channel.id, **given)


# -- the plain way -----------------------------------------------------------------------------


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
    planned = await ready(desk, text="{title}! {cta:join-us} — {excerpt} {url}")
    await desk.tick()

    assert network.posts[0][1] == (
        f"Paper! {planned.links[0].url} — E. https://blog.example.org/paper/"
    )


async def test_a_delivery_with_a_time_waits_for_it(desk: Any, network: Any) -> None:
    planned = await ready(desk, send_at="2026-06-15T14:00", zone="Europe/Madrid")
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
    planned = await ready(desk)
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
    planned = await ready(desk)
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


# -- definite failures ------------------------------------------------------------------------


async def test_a_channel_that_is_down_is_tried_after_1_5_15_60_and_240_minutes(
    desk: Any, network: Any
) -> None:
    channel = await desk.channel(late_limit_min=None)
    planned = await desk.plan(await desk.piece(live=True), channel.id)
    network.before.extend([DOWN] * 10)
    await desk.tick()
    waits = []
    for _ in rules.BACKOFF:
        retrying = await desk.get(planned)
        assert retrying.state == "retrying"
        waits.append((retrying.next_try_at - desk.now).total_seconds() / 60)
        await desk.later(seconds=(retrying.next_try_at - desk.now).total_seconds() - 1)
        assert (await desk.get(planned)).updated_at == retrying.updated_at
        await desk.later(seconds=1)
    failed = await desk.get(planned)

    for wait, base in zip(waits, (1, 5, 15, 60, 240), strict=True):
        assert base <= wait <= base * 1.2
    assert failed.state == "failed"
    assert network.calls.count("publish") == 6
    assert [a.outcome for a in failed.attempts] == ["transient"] * 6
    assert isinstance(desk.heard[-1], DeliveryFailed)


async def test_the_same_key_and_text_are_used_on_every_attempt(desk: Any, network: Any) -> None:
    planned = await ready(desk)
    network.before.append(DOWN)
    await desk.tick()
    await desk.later(minutes=2)

    assert network.keys == [planned.key]
    assert network.calls.count("prepare") == 1


async def test_what_the_channel_will_never_take_fails_at_once_and_can_be_retried(
    desk: Any, network: Any
) -> None:
    planned = await ready(desk)
    network.before.append(RejectedError("no links here"))
    await desk.tick()
    failed = await desk.get(planned)
    await service.retry_delivery(
        planned.id, actor=SYSTEM, now=desk.now, settings=desk.settings, bus=desk.bus
    )
    await desk.tick()
    sent = await desk.get(planned)

    assert (failed.state, failed.reason) == ("failed", "no links here")
    assert sent.state == "sent"
    assert sent.key != planned.key


async def test_a_text_that_no_longer_fits_fails_before_anything_is_sent(
    desk: Any, network: Any
) -> None:
    planned = await ready(desk)
    network.maximum = 10
    await desk.tick()
    failed = await desk.get(planned)

    assert failed.state == "failed"
    assert "more than 10" in failed.reason
    assert "publish" not in network.calls


async def test_too_many_requests_make_the_whole_channel_wait(desk: Any, network: Any) -> None:
    channel = await desk.channel(late_limit_min=None)
    first = await desk.plan(await desk.piece("A", live=True), channel.id)
    network.before.append(RateLimitedError("slow down", retry_after=timedelta(minutes=10)))
    await desk.tick()
    second = await desk.plan(await desk.piece("B", live=True), channel.id)
    await desk.later(minutes=9)
    meanwhile = list(network.posts)
    await desk.later(minutes=1)

    assert meanwhile == []
    assert (await desk.get(first)).state == (await desk.get(second)).state == "sent"


async def test_a_limit_of_the_network_makes_all_its_channels_wait(desk: Any, network: Any) -> None:
    one, two = await desk.channel(name="One"), await desk.channel(name="Two")
    await desk.plan(await desk.piece("A", live=True), one.id)
    network.before.append(
        RateLimitedError("slow down", retry_after=timedelta(minutes=10), scope="app")
    )
    await desk.tick()
    await desk.plan(await desk.piece("B", live=True), two.id)
    await desk.tick()

    assert network.posts == []
    assert (await queries.get_channel(two.id)).not_before == desk.now + timedelta(minutes=10)


async def test_expired_credentials_block_the_channel_and_hold_its_queue(
    desk: Any, network: Any
) -> None:
    channel = await desk.channel()
    first = await desk.plan(await desk.piece("A", live=True), channel.id)
    network.before.append(AuthExpiredError("token revoked"))
    await desk.tick()
    second = await desk.plan(await desk.piece("B", live=True), channel.id)
    await desk.later(minutes=20)
    blocked = await queries.get_channel(channel.id)
    states = [(await desk.get(d)).state for d in (first, second)]
    await service.patch_channel(
        channel.id,
        ChannelPatch(version=blocked.version, secrets={"token": "fresh-token"}),
        actor=SYSTEM,
        now=desk.now,
        registry=desk.registry,
        vault=desk.vault,
        bus=desk.bus,
    )
    await desk.tick()

    assert (blocked.state, blocked.reason) == ("blocked", "token revoked")
    assert states == ["retrying", "planned"]
    assert sorted(network.keys) == sorted([first.key, second.key])


async def test_a_failing_prepare_makes_nothing_visible_and_is_tried_again(
    desk: Any, network: Any
) -> None:
    planned = await ready(desk)
    network.prepare.append(LOST)
    await desk.tick()
    retrying = await desk.get(planned)
    await desk.later(minutes=2)

    assert retrying.state == "retrying"
    assert network.keys == [planned.key]


# -- doubtful outcomes ------------------------------------------------------------------------


async def test_a_lost_answer_is_looked_into_and_found(desk: Any, network: Any) -> None:
    planned = await ready(desk)
    network.after.append(LOST)
    await desk.tick()
    doubtful = await desk.get(planned)
    await desk.later(minutes=2)
    sent = await desk.get(planned)

    assert doubtful.state == "sending"
    assert sent.state == "sent"
    assert network.keys == [planned.key]
    assert [(a.phase, a.outcome) for a in sent.attempts] == [
        ("publish", "transient"),
        ("reconcile", "published"),
    ]


async def test_what_a_lookup_misses_once_is_looked_for_again_before_it_is_sent_again(
    desk: Any, network: Any
) -> None:
    planned = await ready(desk)
    network.after.append(LOST)
    network.hidden_looks = 1
    await desk.tick()
    await desk.later(minutes=2)
    missed = await desk.get(planned)
    await desk.later(minutes=2)

    assert missed.state == "sending"
    assert (await desk.get(planned)).state == "sent"
    assert network.keys == [planned.key]


async def test_what_is_not_there_after_two_looks_is_sent_again_under_the_same_key(
    desk: Any, network: Any
) -> None:
    planned = await ready(desk)
    network.before.append(LOST)
    await desk.tick()
    await desk.later(minutes=2)
    await desk.later(minutes=2)

    assert (await desk.get(planned)).state == "sent"
    assert network.keys == [planned.key]
    assert network.calls.count("reconcile") == 2


async def test_a_network_that_remembers_keys_is_simply_sent_the_same_again(
    desk: Any, network: Any, use: Any
) -> None:
    use(idempotency="native_key")
    network.remembers_keys = True
    planned = await ready(desk)
    network.after.append(LOST)
    await desk.tick()
    await desk.later(minutes=2)

    assert (await desk.get(planned)).state == "sent"
    assert network.calls.count("publish") == 2
    assert network.keys == [planned.key]


async def test_a_key_that_the_network_has_forgotten_is_not_trusted(
    desk: Any, network: Any, use: Any
) -> None:
    use(idempotency="native_key", idempotency_ttl=timedelta(hours=1))
    planned = await ready(desk)
    network.after.append(LOST)
    await desk.tick()
    await desk.later(hours=2)

    assert (await desk.get(planned)).state == "unknown"
    assert len(network.posts) == 1


async def test_a_network_that_cannot_be_asked_ends_in_unknown_and_a_person_decides(
    desk: Any, network: Any, use: Any
) -> None:
    use(idempotency="none")
    planned = await ready(desk)
    network.after.append(LOST)
    await desk.tick()
    await desk.later(hours=5)
    unknown = await desk.get(planned)
    with pytest.raises(DeliveryStateError):
        await service.retry_delivery(
            planned.id, actor=SYSTEM, now=desk.now, settings=desk.settings, bus=desk.bus
        )
    there = await service.resolve_delivery(
        planned.id,
        Resolution(outcome="sent", remote_url="https://fake.example/1"),
        actor=SYSTEM,
        now=desk.now,
        bus=desk.bus,
        settings=desk.settings,
    )

    assert unknown.state == "unknown"
    assert [event.state for event in desk.heard if isinstance(event, DeliveryFailed)] == ["unknown"]
    assert (there.state, there.remote_url) == ("sent", "https://fake.example/1")
    assert len(network.posts) == 1


async def test_publish_again_uses_a_new_key(desk: Any, network: Any, use: Any) -> None:
    use(idempotency="none")
    planned = await ready(desk)
    network.before.append(LOST)
    await desk.tick()
    await service.resolve_delivery(
        planned.id,
        Resolution(outcome="again"),
        actor=SYSTEM,
        now=desk.now,
        bus=desk.bus,
        settings=desk.settings,
    )
    await desk.tick()

    assert (await desk.get(planned)).state == "sent"
    assert network.keys != [planned.key]


async def test_an_adapter_that_cannot_tell_ends_in_unknown(desk: Any, network: Any) -> None:
    planned = await ready(desk)
    network.before.append(LOST)
    network.looks.append(Undecidable(reason="may not read"))
    await desk.tick()
    await desk.later(minutes=2)
    unknown = await desk.get(planned)

    assert (unknown.state, unknown.reason) == ("unknown", "may not read")


async def test_looking_is_tried_again_when_it_fails_and_given_up_in_the_end(
    desk: Any, network: Any
) -> None:
    planned = await ready(desk)
    network.before.append(LOST)
    network.looks.extend([DOWN] * rules.MOST_LOOKS)
    await desk.tick()
    for _ in range(rules.MOST_LOOKS):
        await desk.later(hours=5)

    assert (await desk.get(planned)).state == "unknown"
    assert network.posts == []


async def test_a_bug_in_an_adapter_counts_as_a_doubtful_outcome(desk: Any, network: Any) -> None:
    planned = await ready(desk)
    network.after.append(KeyError("token hush-hush-4711"))
    await desk.tick()
    doubtful = await desk.get(planned)
    await desk.later(minutes=2)

    assert doubtful.state == "sending"
    assert "hush" not in str(doubtful)
    assert (await desk.get(planned)).state == "sent"
    assert len(network.posts) == 1


async def test_what_is_there_already_is_a_success(desk: Any, network: Any) -> None:
    planned = await ready(desk)
    network.before.append(AlreadyExistsError("77", "https://fake.example/77"))
    await desk.tick()
    sent = await desk.get(planned)

    assert (sent.state, sent.remote_id) == ("sent", "77")


async def test_a_pending_publication_is_asked_after(desk: Any, network: Any) -> None:
    planned = await ready(desk)
    network.pending = 2
    await desk.tick()
    pending = await desk.get(planned)
    await desk.later(seconds=31)
    await desk.later(seconds=31)

    assert pending.state == "sending"
    assert (await desk.get(planned)).state == "sent"
    assert len(network.posts) == 1
    assert network.calls.count("poll") == 2


# -- workers that die, and workers that are paused -------------------------------------------------


async def test_a_worker_that_died_after_the_intent_is_followed_by_one_that_looks(
    desk: Any, network: Any
) -> None:
    planned = await ready(desk)
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
    planned = await ready(desk)
    await outbox.claim_due(owner="dead", now=desk.now, lease_s=60, limit=10)
    await desk.tick()
    leased = list(network.posts)
    await desk.later(seconds=61)

    assert leased == []
    assert network.keys == [planned.key]
    assert "reconcile" not in network.calls


async def test_a_worker_that_was_overtaken_writes_nothing(desk: Any) -> None:
    planned = await ready(desk)
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
    planned = await ready(desk)
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


async def test_a_late_delivery_is_held_and_asked_about(desk: Any, network: Any) -> None:
    planned = await ready(desk)
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
    planned = await ready(desk)
    installed, desk.registry = desk.registry, AdapterRegistry({})
    await desk.tick()
    waiting = await desk.get(planned)
    desk.registry = installed
    await desk.later(minutes=6)

    assert waiting.state == "planned"
    assert "no adapter 'fake'" in waiting.reason
    assert len(network.posts) == 1


async def test_every_move_in_the_database_is_one_the_rules_know(desk: Any, network: Any) -> None:
    planned = await ready(desk)
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
