"""One worker's way with one claimed delivery: look, or decide, prepare and send; commit what came.

The order of writes is the point. The intent (`sending`, with the key) is committed before the call
that makes something visible; the result is committed right after it, before anything else happens.
Between the two nothing but the call itself is awaited.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, Final

import msgspec
from piccolo.columns import Column

from octavo.distribution import attempts, messages, outbox, rules
from octavo.distribution.attempts import Outcome
from octavo.distribution.calls import HeldUpError, Turn
from octavo.distribution.connections import Connection, open_channel
from octavo.distribution.errors import (
    AdapterUnavailableError,
    AdapterUnknownError,
    InvalidChannelError,
)
from octavo.distribution.events import ChannelChanged, DeliveryFailed, DeliverySent
from octavo.distribution.outbox import Claim
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.rules import Go, Step, Wait
from octavo.distribution.schemas import Phase
from octavo.distribution.service import is_live, tracking_channel
from octavo.distribution.tables import ChannelRow, DeliveryRow
from octavo.kernel.clock import Clock
from octavo.kernel.db import transaction
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.log import get_logger
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault
from octavo.sdk import (
    AdapterError,
    AlreadyExistsError,
    Limits,
    Message,
    NotFound,
    Pending,
    Prepared,
    Published,
    TransientError,
    Undecidable,
)

__all__ = ["Runner"]

_log = get_logger("octavo.distribution")

Row = dict[str, Any]
Changes = dict[Column | str, Any]

_LIMITS_AGE: Final = timedelta(hours=24)
_SOON: Final = timedelta(seconds=10)
_LATER: Final = timedelta(minutes=5)


@dataclass
class _Job:
    """A claimed delivery with all that was read about it."""

    claim: Claim
    row: Row
    channel: Row
    connection: Connection
    turn: Turn
    attempt_id: int | None = None
    extra: Changes = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Runner:
    """What a worker needs to send. `chance` answers a number in [0, 1) for the jitter."""

    clock: Clock
    bus: EventBus
    registry: AdapterRegistry
    vault: Vault
    http: GuardedClient
    settings: Settings
    owner: str
    lease_s: float = 60.0
    chance: Callable[[], float] = SystemRandom().random

    async def work(self, claim: Claim) -> None:
        """Take one claimed delivery as far as it goes now."""
        job = await self._open(claim)
        if job is None:
            return
        if claim.state == "sending":
            await self._look(job)
        else:
            await self._begin(job)

    # -- opening -----------------------------------------------------------------------------

    async def _open(self, claim: Claim) -> _Job | None:
        row = await DeliveryRow.select().where(DeliveryRow.id == claim.id).first()
        if row is None or row["fence"] != claim.fence:
            return None
        channel = await ChannelRow.select().where(ChannelRow.id == row["channel_id"]).first()
        if channel is None:
            return None
        now = self.clock()
        try:
            connection = open_channel(channel, registry=self.registry, vault=self.vault)
        except InvalidChannelError as exc:
            await self._block(channel["id"], exc.message, now=now)
            await outbox.release(claim, now=now, again_at=now, reason=exc.message)
            return None
        except (AdapterUnavailableError, AdapterUnknownError) as exc:
            await outbox.release(claim, now=now, again_at=now + _LATER, reason=exc.message)
            return None
        return _Job(
            claim,
            row,
            channel,
            connection,
            Turn(connection.adapter.id, began_s=claim.claimed_s, lease_s=self.lease_s),
        )

    # -- sending -----------------------------------------------------------------------------

    async def _begin(self, job: _Job) -> None:
        now = self.clock()
        source = await messages.live_source(job.row["piece_id"], base_url=self.settings.base_url)
        decision = rules.at_claim(
            due_at=job.row["due_at"],
            late_limit_min=job.channel["late_limit_min"],
            piece_is_live=source is not None and await is_live(job.row["piece_id"]),
            now=now,
        )
        if isinstance(decision, Step):
            await self._finish(job, decision)
        elif isinstance(decision, Wait) or source is None:
            waits: Changes = {"due_at": None, "reason": "waits for its piece to be live"}
            await outbox.settle(job.claim, waits, now=now)
        else:
            job.extra["revision_id"] = source.revision_id
            await self._prepare(job, source)

    async def _prepare(self, job: _Job, source: messages.Source) -> None:
        if job.row["prepared"] is not None:
            prepared = msgspec.json.decode(job.row["prepared"], type=Prepared)
            job.extra.pop("revision_id")
            await self._send(job, prepared)
            return
        started = self.clock()
        try:
            message = await self._message(job, source)
            ctx = job.connection.context(
                http=job.turn.http(self.http), now=started, key=job.row["key"]
            )
            prepared = await job.turn.call(job.connection.adapter.prepare(ctx, message))
        except AdapterError as error:
            await attempts.note(
                job.claim.id, "prepare", started=started, now=self.clock(), outcome=error
            )
            await self._fail(job, error, may_have_arrived=False)
            return
        job.extra["prepared"] = msgspec.json.encode(prepared).decode()
        await self._send(job, prepared)

    async def _message(self, job: _Job, source: messages.Source) -> Message:
        """Compose the message with its tracked links and check it by the channel's live limits."""
        limits = await self._limits(job)
        now = self.clock()
        links, kept = await messages.tracked_links(
            source.piece_id,
            channel_id=tracking_channel(job.channel["id"]),
            delivery_id=job.claim.id,
            base_url=self.settings.base_url,
            now=now,
        )
        job.extra["links"] = msgspec.json.encode(kept).decode()
        html = None
        if "html" in job.connection.adapter.capabilities.formats:
            html = await messages.live_html(source, links, base_url=self.settings.base_url)
        message = messages.compose_message(source, text=job.row["text"], links=links, html=html)
        job.connection.adapter.refuse(message, limits)
        return message

    async def _limits(self, job: _Job) -> Limits:
        """Answer the channel's limits, asked for once a day; the old ones if it does not answer."""
        now = self.clock()
        known = job.channel["limits"]
        asked_at = job.channel["limits_at"]
        if known is not None and asked_at is not None and now - asked_at < _LIMITS_AGE:
            return msgspec.json.decode(known, type=Limits)
        ctx = job.connection.context(http=job.turn.http(self.http), now=now)
        try:
            limits = await job.turn.call(job.connection.adapter.limits(ctx))
        except TransientError:
            adapter = job.connection.adapter
            return msgspec.json.decode(known, type=Limits) if known else adapter.default_limits()
        found: Changes = {"limits": msgspec.json.encode(limits).decode(), "limits_at": now}
        await ChannelRow.update(found).where(ChannelRow.id == job.channel["id"])
        return limits

    async def _send(self, job: _Job, prepared: Prepared) -> None:
        """Commit the intent, make the call, commit the result."""
        if not await self._intend(job):
            return
        started = self.clock()
        http = job.turn.http(self.http, check_deadline=True)
        ctx = job.connection.context(http=http, now=started, key=job.row["key"])
        try:
            outcome = await job.turn.call(job.connection.adapter.publish(ctx, prepared))
        except AlreadyExistsError as there:
            outcome = Published(remote_id=there.remote_id, url=there.url)
        except HeldUpError as error:
            await self._put_back(job, error)
            return
        except AdapterError as error:
            await self._fail(job, error, may_have_arrived=True)
            return
        await self._finish(job, self._outcome_step(job, outcome), outcome=outcome)

    async def _put_back(self, job: _Job, error: AdapterError) -> None:
        """Let it be sent soon: the call was not begun, for reasons that are not the channel's."""
        job.extra["tries"] = job.row["tries"] - 1
        again_at = self.clock() + _SOON
        step = Step(state="retrying", reason=error.reason, next_try_at=again_at)
        await self._finish(job, step, outcome=error)

    async def _intend(self, job: _Job) -> bool:
        now, began_s = self.clock(), outbox.boot_s()
        if began_s > job.turn.deadline_s:
            await outbox.release(job.claim, now=now, again_at=now + _SOON)
            return False
        tries = job.row["tries"] + 1
        changes: Changes = job.extra | {
            "tries": tries,
            "looks": 0,
            "pending": None,
            "next_try_at": None,
            "first_sent_at": job.row["first_sent_at"] or now,
        }
        async with transaction():
            if not await outbox.intend(job.claim, changes, now=now, lease_s=self.lease_s):
                return False
            job.attempt_id = await attempts.begin(job.claim.id, "publish", now=now)
        job.row["tries"] = tries
        job.extra = {}
        # Measured from before the write: the lease in the database ends later than this says.
        job.turn = Turn(job.connection.adapter.id, began_s=began_s, lease_s=self.lease_s)
        return True

    # -- looking -----------------------------------------------------------------------------

    async def _look(self, job: _Job) -> None:
        """Find out what became of an attempt that nobody saw the end of."""
        started = self.clock()
        adapter, looks = job.connection.adapter, job.row["looks"] + 1
        job.extra["looks"] = looks
        ctx = job.connection.context(http=job.turn.http(self.http), now=started, key=job.row["key"])
        prepared = msgspec.json.decode(job.row["prepared"], type=Prepared)
        phase: Phase = "poll" if job.row["pending"] else "reconcile"
        found: Published | Pending | NotFound | Undecidable
        try:
            if job.row["pending"]:
                pending = msgspec.json.decode(job.row["pending"], type=Pending)
                found = await job.turn.call(adapter.poll(ctx, pending))
            else:
                found = await job.turn.call(adapter.reconcile(ctx, prepared))
        except AdapterError as error:
            await attempts.note(
                job.claim.id, phase, started=started, now=self.clock(), outcome=error
            )
            step = rules.after_failed_look(
                error, looks=looks, now=self.clock(), chance=self.chance()
            )
            await self._finish(job, step)
            return
        await attempts.note(job.claim.id, phase, started=started, now=self.clock(), outcome=found)
        if isinstance(found, Published | Pending):
            await self._finish(job, self._outcome_step(job, found))
            return
        decision = rules.after_look(
            found,
            capabilities=adapter.capabilities,
            looks=looks,
            tries=job.row["tries"],
            first_sent_at=job.row["first_sent_at"] or started,
            now=self.clock(),
        )
        if isinstance(decision, Go):
            job.extra = {}
            await self._send(job, prepared)
        else:
            await self._finish(job, decision)

    # -- results -----------------------------------------------------------------------------

    def _outcome_step(self, job: _Job, outcome: Published | Pending) -> Step:
        if isinstance(outcome, Published):
            return rules.sent(outcome)
        job.extra["pending"] = msgspec.json.encode(outcome).decode()
        return Step(state="sending", next_try_at=self.clock() + outcome.after)

    async def _fail(self, job: _Job, error: AdapterError, *, may_have_arrived: bool) -> None:
        tries = job.row["tries"] + (0 if may_have_arrived else 1)
        job.extra["tries"] = tries
        step = rules.after_failure(
            error,
            capabilities=job.connection.adapter.capabilities,
            may_have_arrived=may_have_arrived,
            tries=tries,
            now=self.clock(),
            chance=self.chance(),
        )
        await self._finish(job, step, outcome=error)

    async def _finish(self, job: _Job, step: Step, *, outcome: Outcome | None = None) -> None:
        """Commit what became of the delivery, its attempt and its channel, and announce it."""
        now = self.clock()
        changes: Changes = job.extra | {
            "state": step.state,
            "reason": step.reason,
            "next_try_at": step.next_try_at,
        }
        if step.state == "sent":
            there: Changes = {"remote_id": step.remote_id, "remote_url": step.remote_url}
            changes |= there | {"sent_at": now, "pending": None}
        async with transaction():
            if job.attempt_id is not None and outcome is not None:
                await attempts.end(job.attempt_id, outcome, now=now)
            if not await outbox.settle(job.claim, changes, now=now):
                _log.warning("delivery_overtaken", delivery_id=job.claim.id)
                return
            await self._channel_effects(job, step, now=now)
            await self._announce(job, step)
        _log.info("delivery_moved", delivery_id=job.claim.id, state=step.state)

    async def _channel_effects(self, job: _Job, step: Step, *, now: datetime) -> None:
        if step.block is not None:
            await self._block(job.channel["id"], step.block, now=now)
        if step.pause_until is not None:
            whose = (
                ChannelRow.id == job.channel["id"]
                if step.pause_scope == "channel"
                else ChannelRow.adapter == job.channel["adapter"]
            )
            await ChannelRow.update({"not_before": step.pause_until}).where(whose)

    async def _block(self, channel_id: int, reason: str, *, now: datetime) -> None:
        blocked: Changes = {"state": "blocked", "reason": reason, "updated_at": now}
        async with transaction():
            rows = await (
                ChannelRow.update(blocked)
                .where((ChannelRow.id == channel_id) & (ChannelRow.state == "active"))
                .returning(ChannelRow.id)
            )
            if rows:
                await self.bus.announce(ChannelChanged(channel_id=channel_id))
        _log.warning("channel_blocked", channel_id=channel_id)

    async def _announce(self, job: _Job, step: Step) -> None:
        subject = {
            "delivery_id": job.claim.id,
            "piece_id": job.row["piece_id"],
            "channel_id": job.channel["id"],
        }
        if step.state == "sent":
            await self.bus.announce(DeliverySent(**subject, remote_url=step.remote_url))
        elif step.state in {"failed", "unknown", "held"}:
            reason = step.reason or ""
            await self.bus.announce(DeliveryFailed(**subject, state=step.state, reason=reason))
