"""Decisions about deliveries: what to do at a claim, and what follows from each outcome. Pure.

planned ──▶ sending ──▶ sent
   │  ▲        │ ├────▶ retrying ──▶ sending        a definite failure, tried again later
   │  │        │ ├────▶ sending                     doubtful: looked into before anything else
   │  │        │ ├────▶ unknown                     nobody can tell; a person decides
   │  │        │ └────▶ failed                      never, for this content
   ▼  │
  held ◀── retrying                                 too late: asked about, never dumped
cancelled from planned, retrying, held; failed, unknown and held go back to planned by a person.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

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

BACKOFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_TRIES: Final = len(BACKOFF) + 1
MOST_LOOKS: Final = 8
JITTER: Final = 0.2
"""A wait is lengthened by up to this share, so that what failed together comes back apart."""

_DEFAULT_PAUSE: Final = timedelta(minutes=5)

MOVES: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    "planned": frozenset({"sending", "retrying", "failed", "held", "cancelled"}),
    "retrying": frozenset({"planned", "sending", "retrying", "failed", "held", "cancelled"}),
    "sending": frozenset({"sending", "sent", "retrying", "failed", "unknown"}),
    "held": frozenset({"planned", "cancelled", "sent"}),
    "failed": frozenset({"planned", "cancelled", "sent"}),
    "unknown": frozenset({"planned", "sent"}),
    "sent": frozenset(),
    "cancelled": frozenset(),
}

CANCELLABLE: Final = frozenset(state for state, to in MOVES.items() if "cancelled" in to)
RETRIABLE: Final[frozenset[DeliveryState]] = frozenset({"failed", "held", "retrying"})
RESOLVABLE: Final[frozenset[DeliveryState]] = frozenset({"unknown", "failed", "held"})
OPEN: Final[frozenset[DeliveryState]] = frozenset(
    {"planned", "sending", "retrying", "held", "unknown"}
)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Where a delivery goes next, and what becomes of its channel.

    `next_try_at` says when it is looked at again; None = as soon as its due time allows.
    `pause_until`: every channel in `pause_scope` waits. `block`: the channel waits for a person.
    """

    state: DeliveryState
    reason: str | None = None
    next_try_at: datetime | None = None
    pause_until: datetime | None = None
    pause_scope: Literal["channel", "adapter"] = "channel"
    block: str | None = None
    remote_id: str | None = None
    remote_url: str | None = None


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Not now: the piece is not live. The delivery goes out when it is."""


class Go(msgspec.Struct, frozen=True, kw_only=True):
    """Send it now."""


def at_claim(
    *, due_at: datetime, late_limit_min: int | None, piece_is_live: bool, now: datetime
) -> Go | Wait | Step:
    """Decide about a delivery whose time has come and that is surely not out yet."""
    if not piece_is_live:
        return Wait()
    late_min = int((now - due_at).total_seconds() // 60)
    if late_limit_min is not None and late_min > late_limit_min:
        reason = f"{late_min} minutes late: its channel allows {late_limit_min}"
        return Step(state="held", reason=reason)
    return Go()


def backoff(tries: int, *, chance: float) -> timedelta:
    """Answer how long to wait after `tries` attempts; `chance` is in [0, 1)."""
    wait = BACKOFF[min(max(tries, 1), len(BACKOFF)) - 1]
    return wait * (1 + JITTER * chance)


def sent(outcome: Published) -> Step:
    """The channel has it."""
    return Step(state="sent", remote_id=outcome.remote_id, remote_url=outcome.url)


def after_failure(
    error: AdapterError,
    *,
    capabilities: Capabilities,
    may_have_arrived: bool,
    tries: int,
    now: datetime,
    chance: float,
) -> Step:
    """Decide what follows from a failed `prepare` or `publish`.

    Args:
        may_have_arrived: the failing call was `publish`; `prepare` makes nothing visible.
        tries: publishing attempts so far, this one included.
    """
    reason = error.reason
    if isinstance(error, RejectedError | UnsupportedError):
        return Step(state="failed", reason=reason)
    if isinstance(error, AuthExpiredError | PermissionMissingError | AdapterOutdatedError):
        # Surely refused: the delivery stays in the queue, which waits for the channel.
        return Step(state="retrying", reason=reason, next_try_at=now, block=reason)
    if isinstance(error, RateLimitedError):
        until = now + (error.retry_after or _DEFAULT_PAUSE)
        scope: Literal["channel", "adapter"] = "channel" if error.scope == "account" else "adapter"
        return Step(
            state="retrying", reason=reason, next_try_at=until, pause_until=until, pause_scope=scope
        )
    doubtful = may_have_arrived and not (isinstance(error, TransientError) and error.safe_to_retry)
    if doubtful:
        return _doubt(error, capabilities=capabilities, tries=tries, now=now, chance=chance)
    return _again(reason, wait=_asked(error), tries=tries, now=now, chance=chance)


def after_look(
    found: Published | NotFound | Undecidable,
    *,
    capabilities: Capabilities,
    looks: int,
    tries: int,
    first_sent_at: datetime,
    now: datetime,
) -> Step | Go:
    """Decide what follows from a `reconcile` that answered. `Go` = it is not there: send it again.

    Args:
        looks: how often we looked since the last attempt, this time included.
    """
    if isinstance(found, Published):
        return sent(found)
    if isinstance(found, Undecidable):
        return Step(state="unknown", reason=found.reason)
    trusts_key = capabilities.idempotency in {"native_key", "deterministic_id"}
    ttl = capabilities.idempotency_ttl
    if trusts_key and ttl is not None and now - first_sent_at >= ttl:
        return Step(state="unknown", reason="the channel no longer remembers whether it took this")
    if not trusts_key and looks == 1 and capabilities.settle > timedelta():
        # What was accepted may not show yet: look once more before believing that it is not there.
        return Step(state="sending", next_try_at=now + capabilities.settle)
    if tries >= MOST_TRIES:
        return Step(state="failed", reason=f"not accepted in {tries} attempts")
    return Go()


def after_failed_look(error: AdapterError, *, looks: int, now: datetime, chance: float) -> Step:
    """Decide what follows from a `reconcile` or `poll` that failed: it is still in doubt."""
    if isinstance(error, AuthExpiredError | PermissionMissingError | AdapterOutdatedError):
        return Step(state="sending", reason=error.reason, next_try_at=now, block=error.reason)
    if isinstance(error, RateLimitedError):
        until = now + (error.retry_after or _DEFAULT_PAUSE)
        return Step(state="sending", reason=error.reason, next_try_at=until, pause_until=until)
    if looks >= MOST_LOOKS or isinstance(error, RejectedError | UnsupportedError):
        return Step(state="unknown", reason=f"could not find out: {error.reason}")
    return Step(
        state="sending", reason=error.reason, next_try_at=now + backoff(looks, chance=chance)
    )


def _doubt(
    error: AdapterError, *, capabilities: Capabilities, tries: int, now: datetime, chance: float
) -> Step:
    kind = capabilities.idempotency
    if kind == "none":
        return Step(state="unknown", reason=error.reason)
    wait = capabilities.settle if kind == "lookup" else backoff(tries, chance=chance)
    wait = max(wait, _asked(error) or timedelta())
    return Step(state="sending", reason=error.reason, next_try_at=now + wait)


def _again(
    reason: str, *, wait: timedelta | None, tries: int, now: datetime, chance: float
) -> Step:
    if tries >= MOST_TRIES:
        return Step(state="failed", reason=f"{reason} ({tries} attempts)")
    delay = max(backoff(tries, chance=chance), wait or timedelta())
    return Step(state="retrying", reason=reason, next_try_at=now + delay)


def _asked(error: AdapterError) -> timedelta | None:
    return error.retry_after if isinstance(error, TransientError) else None
