"""The outbox: events become rows in the announcing transaction, workers claim them from there.

Whether anybody wants an event is read in that very transaction, once for all its events, right
before it commits. A flag kept in memory would be cheaper by one small query, and wrong for as long
as another process has not heard of a new webhook. What is shown of a subject is read there, too:
it is what the transaction leaves behind, and it is frozen, so that every attempt sends one body.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from piccolo.columns import Column

from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM
from octavo.kernel.clock import Clock
from octavo.kernel.db import before_commit, fetch, transaction
from octavo.kernel.events import Event, EventBus
from octavo.kernel.ids import new_code
from octavo.kernel.jobs import skip_locked
from octavo.kernel.log import get_logger
from octavo.webhooks import rules
from octavo.webhooks.catalogue import BY_CLASS, Entry
from octavo.webhooks.errors import WebhookNotFoundError
from octavo.webhooks.events import WebhookDisabled
from octavo.webhooks.rules import Reply, Verdict
from octavo.webhooks.subjects import SUBJECTS, Loader
from octavo.webhooks.tables import (
    WebhookAttemptRow,
    WebhookDeliveryRow,
    WebhookEventRow,
    WebhookRow,
)

__all__ = [
    "Claim",
    "Message",
    "Target",
    "add_message",
    "body_of",
    "claim",
    "disable",
    "on_event",
    "settle",
    "targets",
]

_log = get_logger("octavo.webhooks")

Changes = dict[Column | str, Any]

_MOST_IDS: Final = 100
"""Events about more things than this become several messages."""

_TARGETS = """
SELECT w.id AS id, w.failures AS failures FROM webhook w
WHERE w.is_active AND (w.not_before IS NULL OR w.not_before <= {}) AND EXISTS (
  SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.due_at <= {}
    AND (d.lease_until IS NULL OR d.lease_until < {}))
ORDER BY CASE WHEN w.last_attempt_at IS NULL THEN 0 ELSE 1 END, w.last_attempt_at, w.id
LIMIT 100"""

# An event waits for earlier ones about the same subject until these were tried once.
_CLAIM = """
UPDATE webhook_delivery
SET owner = {}, lease_until = {}, fence = fence + 1, tries = tries + 1
WHERE (lease_until IS NULL OR lease_until < {}) AND id IN (
  SELECT d.id FROM webhook_delivery d
  WHERE d.webhook_id = {} AND d.due_at <= {}
    AND (d.lease_until IS NULL OR d.lease_until < {})
    AND NOT EXISTS (
      SELECT 1 FROM webhook_delivery e
      WHERE e.webhook_id = d.webhook_id AND e.subject = d.subject AND e.id < d.id
        AND e.due_at IS NOT NULL AND (e.tries = 0 OR e.lease_until >= {}))
  ORDER BY d.due_at, d.id
  LIMIT {}"""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it is sent. `code` is its `webhook-id`."""

    code: str
    type: str
    subject: str
    body: str


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that something waits for. `failures`: attempts in a row that failed."""

    id: int
    failures: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery in the hands of this worker, at its attempt number `tries`."""

    id: int
    event_id: int
    fence: int
    tries: int


def on_event(clock: Clock, *, base_url: str) -> Callable[[Event], Awaitable[None]]:
    """Answer the listener that keeps every event for the webhooks that want it."""

    async def keep(events: list[Event]) -> None:
        await _keep(events, now=clock(), base_url=base_url)

    async def listen(event: Event) -> None:
        if type(event) in BY_CLASS:
            await before_commit(keep, event)

    return listen


async def _keep(events: Sequence[Event], *, now: datetime, base_url: str) -> None:
    rows = await fetch("SELECT id, events FROM webhook WHERE is_active ORDER BY id")
    if not rows:
        return
    wanted = {row["id"]: msgspec.json.decode(row["events"], type=set[str]) for row in rows}
    loader = Loader(base_url=base_url)
    async with transaction():
        for event in events:
            entry = BY_CLASS[type(event)]
            takers = [key for key, names in wanted.items() if rules.wants(names, entry.name)]
            for part in _parts(event) if takers else ():
                message = await _message(part, entry, loader=loader, now=now)
                await add_message(message, webhook_ids=takers, now=now)


def _parts(event: Event) -> Iterator[Event]:
    """Answer the event, or several that say the same about fewer things each."""
    name = next((n for n in ("piece_ids", "paths") if len(getattr(event, n, ())) > _MOST_IDS), None)
    if name is None:
        yield event
        return
    values = tuple(getattr(event, name))
    for start in range(0, len(values), _MOST_IDS):
        some = values[start : start + _MOST_IDS]
        changes: dict[str, Any] = {name: some}
        if hasattr(event, "live_ids"):
            live = set(event.live_ids)
            changes["live_ids"] = tuple(key for key in some if key in live)
        yield msgspec.structs.replace(event, **changes)


async def _message(event: Event, entry: Entry, *, loader: Loader, now: datetime) -> Message:
    data = {name: getattr(event, name) for name in event.__struct_fields__}
    subject, content_hash = entry.name.partition(".")[0], None
    if entry.subject is not None:
        field = SUBJECTS[entry.subject][0]
        key = data[field] if field else None
        seen = await loader.load(entry.subject, tuple(key) if isinstance(key, list) else key)
        data[entry.subject] = seen.state
        content_hash = seen.content_hash
        subject = f"{entry.subject}:{key}" if isinstance(key, int) else entry.subject
    return new_message(entry.name, data, subject=subject, content_hash=content_hash, now=now)


def new_message(
    name: str, data: dict[str, Any], *, subject: str, content_hash: str | None, now: datetime
) -> Message:
    """Make the message of one event; its body is what every attempt sends and signs."""
    code = f"evt_{new_code(26)}"
    body = msgspec.json.encode(
        {"type": name, "id": code, "timestamp": now, "data": data, "content_hash": content_hash}
    )
    return Message(code=code, type=name, subject=subject, body=body.decode())


async def add_message(
    message: Message, *, webhook_ids: Collection[int], now: datetime
) -> list[int]:
    """Keep the message for these webhooks; answer the ids of the deliveries."""
    rows = await WebhookEventRow.insert(
        WebhookEventRow(code=message.code, type=message.type, body=message.body, created_at=now)
    ).returning(WebhookEventRow.id)
    made = await WebhookDeliveryRow.insert(
        *(
            WebhookDeliveryRow(
                webhook_id=webhook_id,
                event_id=rows[0]["id"],
                subject=message.subject,
                due_at=now,
                created_at=now,
            )
            for webhook_id in webhook_ids
        )
    ).returning(WebhookDeliveryRow.id)
    return [row["id"] for row in made]


async def targets(*, now: datetime) -> list[Target]:
    """List the webhooks that something is due for, those first that waited longest."""
    rows = await fetch(_TARGETS, now, now, now)
    return [Target(**row) for row in rows]


async def claim(
    webhook_id: int, *, owner: str, now: datetime, lease_s: float, limit: int
) -> list[Claim]:
    """Lease up to `limit` due deliveries of a webhook, the oldest first."""
    until = now + timedelta(seconds=lease_s)
    statement = _CLAIM + skip_locked() + ") RETURNING id, event_id, fence, tries"
    async with transaction():
        rows = await fetch(statement, owner, until, now, webhook_id, now, now, now, limit)
    return [Claim(**row) for row in sorted(rows, key=lambda row: row["id"])]


async def body_of(event_id: int) -> tuple[str, str, str]:
    """Answer the code, the type and the body of an event."""
    row = await (
        WebhookEventRow.select(WebhookEventRow.code, WebhookEventRow.type, WebhookEventRow.body)
        .where(WebhookEventRow.id == event_id)
        .first()
    )
    if row is None:  # the webhook was deleted, and the log tidied up
        raise WebhookNotFoundError(f"event {event_id} is gone")
    return row["code"], row["type"], row["body"]


async def settle(
    webhook_id: int,
    claimed: Claim,
    *,
    reply: Reply,
    verdict: Verdict,
    started_at: datetime,
    duration_ms: int,
    now: datetime,
    bus: EventBus,
) -> None:
    """Write down an attempt, what became of its delivery, and what it says of the receiver."""
    mine = WebhookDeliveryRow.id == claimed.id
    async with transaction():
        if not await WebhookDeliveryRow.exists().where(mine):
            return  # the webhook was deleted meanwhile
        await WebhookAttemptRow.insert(
            WebhookAttemptRow(
                delivery_id=claimed.id,
                started_at=started_at,
                duration_ms=duration_ms,
                status=reply.status,
                error=reply.error,
                response=reply.response,
            )
        )
        # Guarded: a worker that was overtaken, or a replay meanwhile, is not written over.
        await WebhookDeliveryRow.update(
            {
                "state": verdict.state,
                "due_at": verdict.again_at,
                "done_at": None if verdict.again_at else now,
                "lease_until": None,
                "owner": "",
            }
        ).where(mine & (WebhookDeliveryRow.fence == claimed.fence))
        await _learn(
            webhook_id, reply=reply, verdict=verdict, started_at=started_at, now=now, bus=bus
        )


async def _learn(
    webhook_id: int,
    *,
    reply: Reply,
    verdict: Verdict,
    started_at: datetime,
    now: datetime,
    bus: EventBus,
) -> None:
    """Count successes and failures of the receiver, and turn it off when it is time."""
    where = WebhookRow.id == webhook_id
    seen: Changes = {"last_attempt_at": started_at, "last_status": reply.status}
    if reply.ok:
        fine: Changes = {"failures": 0, "failing_since": None, "not_before": None}
        await WebhookRow.update(seen | fine).where(where)
        return
    worse: Changes = {"failures": WebhookRow.failures + 1, "not_before": verdict.not_before}
    await WebhookRow.update(seen | worse).where(where)
    await WebhookRow.update({"failing_since": started_at}).where(
        where & WebhookRow.failing_since.is_null()
    )
    if verdict.gone:
        reason = "the receiver answered 410: it wants to be told nothing more"
        await disable(webhook_id, reason=reason, now=now, bus=bus)
        return
    row = (
        await WebhookRow.select(WebhookRow.failures, WebhookRow.failing_since).where(where).first()
    )
    if row and rules.is_given_up(**row, now=now):
        reason = f"every attempt failed since {row['failing_since']:%Y-%m-%d %H:%M} UTC"
        await disable(webhook_id, reason=reason, now=now, bus=bus)


async def disable(webhook_id: int, *, reason: str, now: datetime, bus: EventBus) -> None:
    """Turn a webhook off, and say so: in the audit log, in the log, and as an event."""
    async with transaction():
        rows = await (
            WebhookRow.update(
                {
                    "is_active": False,
                    "disabled_reason": reason,
                    "disabled_at": now,
                    "version": WebhookRow.version + 1,
                    "updated_at": now,
                }
            )
            .where((WebhookRow.id == webhook_id) & WebhookRow.is_active.eq(True))  # noqa: FBT003
            .returning(WebhookRow.name)
        )
        if not rows:
            return
        await accounts.record(
            SYSTEM,
            "webhook.disabled",
            subject=f"webhook:{webhook_id}",
            now=now,
            detail={"reason": reason},
        )
        name = rows[0]["name"]
        await bus.announce(WebhookDisabled(webhook_id=webhook_id, name=name, reason=reason))
    _log.warning("webhook_disabled", webhook_id=webhook_id, reason=reason)
