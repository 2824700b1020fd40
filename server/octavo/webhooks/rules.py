"""Decisions about addresses, retries and giving up; no clock, no tables, no network."""

import ipaddress
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec

from octavo.kernel.errors import FieldError
from octavo.kernel.http import is_public
from octavo.webhooks.errors import InvalidWebhookError

__all__ = [
    "ALL",
    "PING",
    "Reply",
    "Verdict",
    "check_events",
    "check_url",
    "is_given_up",
    "judge",
    "wants",
]

ALL: Final = "*"
PING: Final = "webhook.ping"

# As the specification proposes: together a little over three days.
SCHEDULE: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
_JITTER: Final = 0.2
_LONGEST_WAIT: Final = timedelta(hours=24)
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=5)
_GIVEN_UP_AFTER: Final = timedelta(days=3)
_GIVEN_UP_FAILURES: Final = 10
_GONE: Final = 410
_WAITS: Final = frozenset({429, 503})
_PORTS: Final = frozenset({80, 443})


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What one POST brought. `status` None: no answer; then `error` says why."""

    status: int | None
    error: str | None
    response: str = ""
    retry_after: timedelta | None = None

    @property
    def ok(self) -> bool:
        """Only 2xx is success; a redirect is not."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from a reply: the delivery's state, and what it says of the receiver.

    `again_at` None: it is over. Until `not_before` the receiver is left alone. `gone`: it asked to
    be told nothing more.
    """

    state: str
    again_at: datetime | None = None
    not_before: datetime | None = None
    gone: bool = False


def judge(
    reply: Reply, *, tries: int, failures: int, is_ping: bool, now: datetime, chance: float
) -> Verdict:
    """Decide what becomes of a delivery after its attempt number `tries`.

    Args:
        failures: attempts in a row that failed before this one, whichever delivery they were of.
        chance: in [0, 1), for the jitter, which only lengthens.
    """
    if reply.ok:
        return Verdict(state="delivered")
    if reply.status == _GONE:
        return Verdict(state="failed", gone=True)
    if is_ping:
        return Verdict(state="failed")
    asked = reply.retry_after if reply.status in _WAITS else None
    asked = min(asked, _LONGEST_WAIT) if asked else None
    pause = asked or _pause(failures + 1)
    if tries >= len(SCHEDULE):
        return Verdict(state="failed", not_before=now + pause)
    wait: timedelta = asked or SCHEDULE[tries] * (1 + _JITTER * chance)
    return Verdict(state="pending", again_at=now + wait, not_before=now + pause)


def is_given_up(*, failures: int, failing_since: datetime | None, now: datetime) -> bool:
    """Say whether a receiver failed so long, and so often, that it is told nothing more."""
    if failing_since is None or failures < _GIVEN_UP_FAILURES:
        return False
    return now - failing_since >= _GIVEN_UP_AFTER


def wants(events: Collection[str], name: str) -> bool:
    """Say whether a webhook that asked for `events` wants one of this name."""
    return ALL in events or name in events


def check_events(events: Sequence[str], *, known: Collection[str]) -> list[str]:
    """Answer the names, each once, in their order; `*` alone where it is among them.

    Raises:
        InvalidWebhookError: there is no such event.
    """
    if ALL in events:
        return [ALL]
    for place, name in enumerate(events):
        if name not in known:
            raise _wrong(f"events[{place}]", "is not the name of an event", "unknown_event")
    return list(dict.fromkeys(events))


def check_url(url: str, *, allowed_targets: Collection[str]) -> str:
    """Answer the address if it may be called; names are looked up only when it is called.

    Raises:
        InvalidWebhookError: it is no http(s) address, or not one that we call.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise _wrong("url", "is not an address", "invalid_url") from exc
    if parts.scheme not in {"http", "https"} or not host or not _is_plain(url):
        raise _wrong("url", "is not an http or https address", "invalid_url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _wrong("url", "may hold neither a user nor a fragment", "invalid_url")
    port = port or (443 if parts.scheme == "https" else 80)
    allowed = {target.lower().replace("[", "").replace("]", "") for target in allowed_targets}
    if f"{host}:{port}" not in allowed:
        _check_public(host, port)
    return url


def _check_public(host: str, port: int) -> None:
    if port not in _PORTS:
        raise _wrong("url", f"port {port} is not one that we call", "forbidden_port")
    try:
        ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        inside = host == "localhost" or host.endswith(".localhost")
    else:
        inside = not is_public(host)
    if inside:
        raise _wrong("url", f"{host} is not on the public internet", "private_address")


def _is_plain(url: str) -> bool:
    return url.isprintable() and not any(sign in url for sign in " \"'<>\\`{}|^")


def _pause(failures: int) -> timedelta:
    """How long a receiver is left alone after so many failures in a row."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(failures - 1, 10)
    return min(doubled, _LONGEST_PAUSE)


def _wrong(field: str, message: str, code: str) -> InvalidWebhookError:
    return InvalidWebhookError(
        f"{field} {message}", FieldError(field=field, message=message, code=code)
    )
