"""Signatures by the specification's own example; retries, pauses and giving up as decisions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier

from octavo.webhooks import rules
from octavo.webhooks.rules import SCHEDULE, Reply, judge
from octavo.webhooks.signing import new_secret, signed_headers

NOW = datetime(2026, 6, 15, 10, 30, tzinfo=UTC)


def decide(reply=None, *, tries=1, failures=0, is_ping=False, chance=0.0):
    reply = reply or Reply(status=500, error="answered 500")
    return judge(reply, tries=tries, failures=failures, is_ping=is_ping, now=NOW, chance=chance)


def test_the_example_of_the_specification_is_signed_as_it_says():
    headers = signed_headers(
        b'{"test": 2432232314}',
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        now=datetime.fromtimestamp(1614265330, UTC),
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        # From the reference implementations of Standard Webhooks.
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_secrets_are_as_long_as_the_specification_asks_and_never_alike():
    made = {new_secret() for _ in range(50)}

    assert len(made) == 50
    assert {len(Verifier(secret)._whsecret) for secret in made} == {32}


@given(st.floats(0, 1, exclude_max=True))
def test_ten_attempts_take_a_little_over_three_days(chance):
    waits = [decide(tries=tries, chance=chance).again_at - NOW for tries in range(1, 10)]

    assert waits == sorted(waits)
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=4)
    assert decide(tries=10, chance=chance).again_at is None
    assert decide(tries=10, chance=chance).state == "failed"


@given(st.integers(0, 100_000))
def test_a_receiver_that_fails_is_left_alone_longer_but_not_long(failures):
    pause = decide(failures=failures).not_before - NOW

    assert timedelta(seconds=5) <= pause <= timedelta(minutes=5)
    assert pause <= decide(failures=failures + 1).not_before - NOW


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_every_2xx_is_success(status):
    assert decide(Reply(status=status, error=None)).state == "delivered"


@pytest.mark.parametrize("status", [None, 100, 301, 307, 400, 401, 404, 429, 500, 503])
def test_all_else_is_tried_again(status):
    assert decide(Reply(status=status, error="x")).state == "pending"


def test_a_receiver_that_is_gone_says_so_once():
    verdict = decide(Reply(status=410, error="answered 410"))

    assert (verdict.state, verdict.gone, verdict.again_at) == ("failed", True, None)


@pytest.mark.parametrize("status", [429, 503])
def test_what_the_receiver_asks_for_counts_up_to_a_day(status):
    asked = [timedelta(seconds=90), timedelta(days=300)]
    verdicts = [decide(Reply(status=status, error="x", retry_after=wait)) for wait in asked]

    assert [verdict.again_at - NOW for verdict in verdicts] == [asked[0], timedelta(days=1)]
    assert [verdict.not_before - NOW for verdict in verdicts] == [asked[0], timedelta(days=1)]


def test_a_test_event_is_sent_once_and_holds_up_nothing():
    assert decide(is_ping=True) == rules.Verdict(state="failed")


@pytest.mark.parametrize(
    ("failures", "days", "given_up"), [(9, 30, False), (10, 2.9, False), (10, 3, True)]
)
def test_giving_up_takes_many_failures_and_a_long_time(failures, days, given_up):
    since = NOW - timedelta(days=days)

    assert rules.is_given_up(failures=failures, failing_since=since, now=NOW) is given_up


def test_the_first_attempt_is_made_at_once():
    assert SCHEDULE[0] == timedelta(0)
