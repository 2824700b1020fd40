"""Nobody knows whether it went out: looked into, found, sent again, or left to a person."""

from datetime import timedelta
from typing import Any

import pytest

from octavo.accounts.schemas import SYSTEM
from octavo.distribution import rules, service
from octavo.distribution.errors import DeliveryStateError
from octavo.distribution.events import DeliveryFailed
from octavo.distribution.schemas import Resolution
from octavo.sdk import (
    AlreadyExistsError,
    TransientError,
    Undecidable,
)

LOST = TransientError("no answer", safe_to_retry=False)
DOWN = TransientError("cannot be reached", safe_to_retry=True)


async def test_a_lost_answer_is_looked_into_and_found(desk: Any, network: Any) -> None:
    planned = await desk.ready()
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
    planned = await desk.ready()
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
    planned = await desk.ready()
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
    planned = await desk.ready()
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
    planned = await desk.ready()
    network.after.append(LOST)
    await desk.tick()
    await desk.later(hours=2)

    assert (await desk.get(planned)).state == "unknown"
    assert len(network.posts) == 1


async def test_a_network_that_cannot_be_asked_ends_in_unknown_and_a_person_decides(
    desk: Any, network: Any, use: Any
) -> None:
    use(idempotency="none")
    planned = await desk.ready()
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
    planned = await desk.ready()
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
    planned = await desk.ready()
    network.before.append(LOST)
    network.looks.append(Undecidable(reason="may not read"))
    await desk.tick()
    await desk.later(minutes=2)
    unknown = await desk.get(planned)

    assert (unknown.state, unknown.reason) == ("unknown", "may not read")


async def test_looking_is_tried_again_when_it_fails_and_given_up_in_the_end(
    desk: Any, network: Any
) -> None:
    planned = await desk.ready()
    network.before.append(LOST)
    network.looks.extend([DOWN] * rules.MOST_LOOKS)
    await desk.tick()
    for _ in range(rules.MOST_LOOKS):
        await desk.later(hours=5)

    assert (await desk.get(planned)).state == "unknown"
    assert network.posts == []


async def test_a_bug_in_an_adapter_counts_as_a_doubtful_outcome(desk: Any, network: Any) -> None:
    planned = await desk.ready()
    network.after.append(KeyError("token hush-hush-4711"))
    await desk.tick()
    doubtful = await desk.get(planned)
    await desk.later(minutes=2)

    assert doubtful.state == "sending"
    assert "hush" not in str(doubtful)
    assert (await desk.get(planned)).state == "sent"
    assert len(network.posts) == 1


async def test_what_is_there_already_is_a_success(desk: Any, network: Any) -> None:
    planned = await desk.ready()
    network.before.append(AlreadyExistsError("77", "https://fake.example/77"))
    await desk.tick()
    sent = await desk.get(planned)

    assert (sent.state, sent.remote_id) == ("sent", "77")


async def test_a_pending_publication_is_asked_after(desk: Any, network: Any) -> None:
    planned = await desk.ready()
    network.pending = 2
    await desk.tick()
    pending = await desk.get(planned)
    await desk.later(seconds=31)
    await desk.later(seconds=31)

    assert pending.state == "sending"
    assert (await desk.get(planned)).state == "sent"
    assert len(network.posts) == 1
    assert network.calls.count("poll") == 2
