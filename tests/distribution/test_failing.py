"""What becomes of a delivery whose channel says no, or nothing, before anything is sent."""

from datetime import timedelta
from typing import Any

from octavo.accounts.schemas import SYSTEM
from octavo.distribution import queries, rules, service
from octavo.distribution.events import DeliveryFailed
from octavo.distribution.schemas import ChannelPatch
from octavo.sdk import (
    AuthExpiredError,
    RateLimitedError,
    RejectedError,
    TransientError,
)

LOST = TransientError("no answer", safe_to_retry=False)
DOWN = TransientError("cannot be reached", safe_to_retry=True)


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
    planned = await desk.ready()
    network.before.append(DOWN)
    await desk.tick()
    await desk.later(minutes=2)

    assert network.keys == [planned.key]
    assert network.calls.count("prepare") == 1


async def test_what_the_channel_will_never_take_fails_at_once_and_can_be_retried(
    desk: Any, network: Any
) -> None:
    planned = await desk.ready()
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
    planned = await desk.ready()
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
    planned = await desk.ready()
    network.prepare.append(LOST)
    await desk.tick()
    retrying = await desk.get(planned)
    await desk.later(minutes=2)

    assert retrying.state == "retrying"
    assert network.keys == [planned.key]
