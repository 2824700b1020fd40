"""The decisions about deliveries, whatever comes."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.distribution import rules
from octavo.distribution.rules import Go, Step, Wait
from octavo.distribution.schemas import DeliveryState
from octavo.sdk import (
    AdapterError,
    AdapterOutdatedError,
    AuthExpiredError,
    Capabilities,
    NotFound,
    PermissionMissingError,
    Published,
    RateLimitedError,
    RejectedError,
    TransientError,
    Undecidable,
    UnsupportedError,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
waits = st.none() | st.timedeltas(timedelta(), timedelta(days=1))
chances = st.floats(0, 1, exclude_max=True)
tries = st.integers(1, 20)
capabilities = st.builds(
    Capabilities,
    idempotency=st.sampled_from(["native_key", "deterministic_id", "lookup", "none"]),
    idempotency_ttl=st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=2)),
    settle=st.timedeltas(timedelta(), timedelta(minutes=10)),
)
errors = st.one_of(
    st.builds(TransientError, st.just("t"), safe_to_retry=st.booleans(), retry_after=waits),
    st.builds(
        RateLimitedError,
        st.just("r"),
        retry_after=waits,
        scope=st.sampled_from(["account", "app", "instance"]),
    ),
    st.sampled_from(
        [
            AuthExpiredError("a"),
            PermissionMissingError("p"),
            AdapterOutdatedError("o"),
            RejectedError("no"),
            UnsupportedError("do that"),
            AdapterError("other"),
        ]
    ),
)


def after_failure(error, can, *, arrived, tries, chance) -> Step:
    return rules.after_failure(
        error, capabilities=can, may_have_arrived=arrived, tries=tries, now=NOW, chance=chance
    )


@given(errors, capabilities, st.booleans(), tries, chances)
def test_every_failure_leads_to_a_state_the_rules_know(error, can, arrived, tries, chance) -> None:
    step = after_failure(error, can, arrived=arrived, tries=tries, chance=chance)
    before = "sending" if arrived else "planned"

    assert step.state in rules.MOVES[before]
    assert step.reason
    assert step.next_try_at is None or step.next_try_at >= NOW


@given(capabilities, tries, chances)
def test_a_doubtful_outcome_is_never_simply_sent_again(can, tries, chance) -> None:
    lost = TransientError("lost", safe_to_retry=False)
    step = after_failure(lost, can, arrived=True, tries=tries, chance=chance)

    assert step.state in {"sending", "unknown"}
    assert (step.state == "unknown") == (can.idempotency == "none")


@given(errors, capabilities, tries, chances)
def test_what_makes_nothing_visible_is_never_in_doubt(error, can, tries, chance) -> None:
    step = after_failure(error, can, arrived=False, tries=tries, chance=chance)

    assert step.state in {"retrying", "failed"}


@given(st.integers(1, 50), chances)
def test_waits_grow_and_stay_within_their_jitter(tries, chance) -> None:
    wait = rules.backoff(tries, chance=chance)
    base = rules.BACKOFF[min(tries, len(rules.BACKOFF)) - 1]

    assert base <= wait <= base * (1 + rules.JITTER)


@given(waits, tries, chances)
def test_a_server_that_asks_for_time_gets_it(wait, tries, chance) -> None:
    busy = TransientError("busy", safe_to_retry=True, retry_after=wait)
    can = Capabilities(idempotency="lookup")
    step = after_failure(busy, can, arrived=True, tries=tries, chance=chance)

    if step.state == "retrying" and wait is not None:
        assert step.next_try_at >= NOW + wait
    assert (step.state == "failed") == (tries >= rules.MOST_TRIES)


@given(
    st.sampled_from([Published(remote_id="1"), NotFound(), Undecidable(reason="?")]),
    capabilities,
    st.integers(1, 20),
    tries,
    st.timedeltas(timedelta(), timedelta(days=3)),
)
def test_a_look_sends_again_only_what_is_surely_not_there(found, can, looks, tries, age) -> None:
    step = rules.after_look(
        found, capabilities=can, looks=looks, tries=tries, first_sent_at=NOW - age, now=NOW
    )

    if isinstance(step, Go):
        assert isinstance(found, NotFound)
        assert tries < rules.MOST_TRIES
        if can.idempotency in {"native_key", "deterministic_id"}:
            assert can.idempotency_ttl is None or age < can.idempotency_ttl
        else:
            assert looks > 1 or not can.settle
    else:
        assert step.state in rules.MOVES["sending"]
        assert (step.state == "sent") == isinstance(found, Published)


@given(errors, st.integers(1, 20), chances)
def test_a_failed_look_never_sends_and_never_fails(error, looks, chance) -> None:
    step = rules.after_failed_look(error, looks=looks, now=NOW, chance=chance)

    assert step.state in {"sending", "unknown"}


@pytest.mark.parametrize("error", [AuthExpiredError("a"), PermissionMissingError("p")])
def test_credentials_that_fail_block_the_channel_not_the_delivery(error: AdapterError) -> None:
    step = after_failure(
        error, Capabilities(idempotency="lookup"), arrived=True, tries=1, chance=0.0
    )

    assert (step.state, step.block) == ("retrying", error.reason)


@pytest.mark.parametrize(
    ("late_min", "limit", "live", "decision"),
    [
        (0, 60, True, Go),
        (60, 60, True, Go),
        (61, 60, True, Step),
        (1, 0, True, Step),
        (10**6, None, True, Go),
        (0, 60, False, Wait),
        (61, 60, False, Wait),
    ],
)
def test_the_late_policy(late_min: int, limit: int | None, live: bool, decision: type) -> None:
    due_at = NOW - timedelta(minutes=late_min)
    found = rules.at_claim(due_at=due_at, late_limit_min=limit, piece_is_live=live, now=NOW)

    assert isinstance(found, decision)


def test_every_state_is_in_the_table_and_what_is_sent_stays_sent() -> None:
    assert set(rules.MOVES) == set(get_args(DeliveryState))
    assert not rules.MOVES["sent"]
    assert "sending" not in rules.CANCELLABLE
    assert "unknown" not in rules.RETRIABLE
