"""The queue: how a worker takes a delivery, and how each step it takes is guarded.

A claim is one UPDATE. It raises `fence`; every later write names the fence it was given, so a
worker that was overtaken writes nothing. A lease that ran out is free for anybody: in `planned` and
`retrying` nothing was sent, in `sending` something may have been, and is looked into first.

Leases are wall time in the database, because workers on different machines must agree; the deadline
to send is measured by the boot clock, because a paused or sleeping worker must notice its pause.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from piccolo.columns import Column

from octavo.distribution.schemas import DeliveryState
from octavo.distribution.tables import DeliveryRow
from octavo.kernel.db import fetch, transaction
from octavo.kernel.jobs import skip_locked
from octavo.publishing import queries as publishing

__all__ = [
    "SEND_SHARE",
    "Claim",
    "boot_s",
    "claim_due",
    "intend",
    "release",
    "settle",
    "wake_waiting",
]

Changes = dict[Column | str, Any]

SEND_SHARE: Final = 0.6
"""The share of a lease within which sending must begin; the rest is for the call to end."""

_RECENTLY: Final = timedelta(minutes=10)
_MOST_WAITING: Final = 500
_BOOT_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

# Doubtful deliveries go first: they may be out, and people wait to know.
_CLAIM = """
UPDATE delivery SET owner = {}, lease_until = {}, fence = fence + 1
WHERE (lease_until IS NULL OR lease_until < {}) AND id IN (
  SELECT id FROM delivery
  WHERE (lease_until IS NULL OR lease_until < {})
    AND (next_try_at IS NULL OR next_try_at <= {})
    AND (state = 'sending' OR (state IN ('planned', 'retrying') AND due_at <= {}))
    AND channel_id IN (
      SELECT id FROM channel WHERE state = 'active' AND (not_before IS NULL OR not_before <= {}))
  ORDER BY CASE WHEN state = 'sending' THEN 0 ELSE 1 END, due_at, id
  LIMIT {}"""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery in the hands of this worker. `claimed_s` is on the boot clock."""

    id: int
    fence: int
    state: DeliveryState
    claimed_s: float


def boot_s() -> float:
    """Answer the seconds since boot, those in which the machine slept included."""
    return time.clock_gettime(_BOOT_CLOCK)


async def wake_waiting(*, now: datetime) -> None:
    """Make those due whose piece went live in the very moment in which they began to wait for it.

    On PostgreSQL neither of the two transactions sees the other's rows.
    """
    waiting = (
        DeliveryRow.due_at.is_null()
        & DeliveryRow.state.is_in(["planned", "retrying"])
        & (DeliveryRow.updated_at > now - _RECENTLY)
    )
    rows = await DeliveryRow.select(DeliveryRow.piece_id).where(waiting).limit(_MOST_WAITING)
    live = await publishing.live_pieces(sorted({row["piece_id"] for row in rows}))
    if live:
        await DeliveryRow.update({"due_at": now, "updated_at": now}).where(
            waiting & DeliveryRow.piece_id.is_in(list(live))
        )


async def claim_due(*, owner: str, now: datetime, lease_s: float, limit: int) -> Sequence[Claim]:
    """Lease up to `limit` deliveries that are due or in doubt; doubtful ones first, then oldest."""
    claimed_s = boot_s()
    until = now + timedelta(seconds=lease_s)
    statement = _CLAIM + skip_locked() + ") RETURNING id, fence, state"
    async with transaction():
        rows = await fetch(statement, owner, until, now, now, now, now, now, limit)
    return [Claim(**row, claimed_s=claimed_s) for row in rows]


async def intend(claim: Claim, changes: Changes, *, now: datetime, lease_s: float) -> bool:
    """Write down that the call is about to be made, and renew the lease.

    False = the lease ran out or the delivery was taken away: do not make the call.
    """
    until = now + timedelta(seconds=lease_s)
    intent: Changes = {"state": "sending", "lease_until": until, "updated_at": now}
    rows = await (
        DeliveryRow.update(changes | intent)
        .where(
            (DeliveryRow.id == claim.id)
            & (DeliveryRow.fence == claim.fence)
            & (DeliveryRow.lease_until > now)
        )
        .returning(DeliveryRow.id)
    )
    return bool(rows)


async def settle(claim: Claim, changes: Changes, *, now: datetime) -> bool:
    """Write down what became of it, and let it go. False = somebody else has it by now."""
    gone: Changes = {"lease_until": None, "owner": "", "updated_at": now}
    rows = await (
        DeliveryRow.update(changes | gone)
        .where((DeliveryRow.id == claim.id) & (DeliveryRow.fence == claim.fence))
        .returning(DeliveryRow.id)
    )
    return bool(rows)


async def release(
    claim: Claim, *, now: datetime, again_at: datetime, reason: str | None = None
) -> bool:
    """Let it go as it was, to be looked at again at `again_at`."""
    changes: Changes = {"next_try_at": again_at}
    if reason is not None:
        changes["reason"] = reason
    return await settle(claim, changes, now=now)
