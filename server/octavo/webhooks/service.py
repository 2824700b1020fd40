"""Writes: webhooks, their secrets, tests and replays."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import UNSET
from piccolo.columns import Column

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.kernel.db import transaction
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.ids import new_code
from octavo.kernel.text import clean_text
from octavo.kernel.vault import SealBrokenError, Vault
from octavo.webhooks import outbox, queries, rules, sending
from octavo.webhooks.catalogue import BY_NAME
from octavo.webhooks.errors import (
    StaleWebhookError,
    TooManyWebhooksError,
    WebhookBrokenError,
    WebhookDeliveryNotFoundError,
    WebhookInactiveError,
    WebhookNotFoundError,
)
from octavo.webhooks.outbox import Claim, on_event
from octavo.webhooks.schemas import (
    Replayed,
    ReplayIn,
    SecretIn,
    SecretMade,
    Webhook,
    WebhookDeliveryDetail,
    WebhookIn,
    WebhookMade,
    WebhookPatch,
)
from octavo.webhooks.signing import new_secret
from octavo.webhooks.tables import WebhookDeliveryRow, WebhookEventRow, WebhookRow

__all__ = [
    "create_webhook",
    "delete_webhook",
    "on_event",
    "patch_webhook",
    "ping_webhook",
    "replay_delivery",
    "replay_range",
    "rotate_secret",
]

Changes = dict[Column | str, Any]

MOST_WEBHOOKS: Final = 100
_PING_LEASE_S: Final = 60.0


async def create_webhook(
    data: WebhookIn,
    *,
    actor: Actor,
    now: datetime,
    vault: Vault,
    allowed_targets: Collection[str],
) -> WebhookMade:
    """Store a webhook; the answer is the only place where its secret is seen.

    Raises:
        InvalidWebhookError: the address may not be called, or there is no such event.
        TooManyWebhooksError: there are as many as there may be.
    """
    url = rules.check_url(data.url, allowed_targets=allowed_targets)
    events = rules.check_events(data.events, known=_known())
    code, secret = new_code(16), new_secret()
    row = WebhookRow(
        code=code,
        name=clean_text(data.name, field="name"),
        url=url,
        events=_json(events),
        is_active=data.is_active,
        secret=vault.seal(secret, context=sending.place(code)),
        created_at=now,
        updated_at=now,
    )
    async with transaction():
        if await WebhookRow.count() >= MOST_WEBHOOKS:
            raise TooManyWebhooksError(f"there may be {MOST_WEBHOOKS} webhooks at most")
        rows = await WebhookRow.insert(row).returning(WebhookRow.id)
        webhook_id = int(rows[0]["id"])
        await accounts.record(
            actor,
            "webhook.created",
            subject=f"webhook:{webhook_id}",
            now=now,
            detail={"events": events},
        )
    made = await queries.get_webhook(webhook_id)
    return WebhookMade(**msgspec.structs.asdict(made), secret=secret)


async def patch_webhook(
    webhook_id: int,
    patch: WebhookPatch,
    *,
    actor: Actor,
    now: datetime,
    allowed_targets: Collection[str],
) -> Webhook:
    """Change a webhook that is still at `patch.version`.

    Raises:
        WebhookNotFoundError: there is none of that id.
        StaleWebhookError: it moved; `current` holds it as it is.
        InvalidWebhookError: the address may not be called, or there is no such event.
    """
    changes = _changes(patch, allowed_targets=allowed_targets)
    fields = [str(name) for name in changes]
    if changes.get("is_active"):
        changes |= _fresh_start()
    changes |= {"version": WebhookRow.version + 1, "updated_at": now}
    async with transaction():
        changed = await (
            WebhookRow.update(changes)
            .where((WebhookRow.id == webhook_id) & (WebhookRow.version == patch.version))
            .returning(WebhookRow.id)
        )
        if not changed:
            current = await queries.get_webhook(webhook_id)
            msg = f"webhook {webhook_id} is no longer at version {patch.version}"
            raise StaleWebhookError(msg, current=current)
        await accounts.record(
            actor,
            "webhook.changed",
            subject=f"webhook:{webhook_id}",
            now=now,
            detail={"fields": sorted(fields)},
        )
    return await queries.get_webhook(webhook_id)


async def delete_webhook(webhook_id: int, *, actor: Actor, now: datetime) -> None:
    """Remove a webhook with its log.

    Raises:
        WebhookNotFoundError: there is none of that id.
    """
    async with transaction():
        gone = await WebhookRow.delete().where(WebhookRow.id == webhook_id).returning(WebhookRow.id)
        if not gone:
            raise WebhookNotFoundError(f"there is no webhook {webhook_id}")
        await accounts.record(actor, "webhook.deleted", subject=f"webhook:{webhook_id}", now=now)


async def rotate_secret(
    webhook_id: int, data: SecretIn, *, actor: Actor, now: datetime, vault: Vault
) -> SecretMade:
    """Give a webhook a new secret; the replaced one signs too for `overlap_h` hours.

    Raises:
        WebhookNotFoundError: there is none of that id.
    """
    secret = new_secret()
    async with transaction():
        row = await (
            WebhookRow.select(WebhookRow.code, WebhookRow.secret)
            .where(WebhookRow.id == webhook_id)
            .first()
        )
        if row is None:
            raise WebhookNotFoundError(f"there is no webhook {webhook_id}")
        until = now + timedelta(hours=data.overlap_h) if data.overlap_h else None
        changes: Changes = {
            "secret": vault.seal(secret, context=sending.place(row["code"])),
            "previous_secret": row["secret"] if until else None,
            "previous_until": until,
            "version": WebhookRow.version + 1,
            "updated_at": now,
        }
        await WebhookRow.update(changes).where(WebhookRow.id == webhook_id)
        await accounts.record(
            actor, "webhook.secret_replaced", subject=f"webhook:{webhook_id}", now=now
        )
    return SecretMade(secret=secret, previous_secret_until=until)


async def ping_webhook(
    webhook_id: int,
    *,
    actor: Actor,
    now: datetime,
    vault: Vault,
    http: GuardedClient,
    bus: EventBus,
) -> WebhookDeliveryDetail:
    """Send a `webhook.ping` now, once, whether the webhook is on or off; answer what came of it.

    Raises:
        WebhookNotFoundError: there is none of that id.
        WebhookBrokenError: its secret cannot be opened.
    """
    webhook = await queries.get_webhook(webhook_id)
    try:
        receiver = await sending.open_receiver(webhook_id, vault=vault, now=now, even_off=True)
    except SealBrokenError as exc:
        raise WebhookBrokenError("its secret cannot be opened: give it a new one") from exc
    if receiver is None:
        raise WebhookNotFoundError(f"there is no webhook {webhook_id}")
    message = outbox.new_message(
        rules.PING,
        {"webhook_id": webhook_id, "name": webhook.name},
        subject=f"webhook:{webhook_id}",
        content_hash=None,
        now=now,
    )
    async with transaction():
        (delivery_id,) = await outbox.add_message(message, webhook_ids=[webhook_id], now=now)
        claimed = await _claim_for_us(delivery_id, now=now)
        await accounts.record(actor, "webhook.pinged", subject=f"webhook:{webhook_id}", now=now)
    await sending.attempt(receiver, claimed, clock=lambda: now, http=http, bus=bus, chance=0)
    return await queries.get_delivery(webhook_id, delivery_id)


async def replay_delivery(
    webhook_id: int, delivery_id: int, *, actor: Actor, now: datetime
) -> WebhookDeliveryDetail:
    """Let a delivery go out again, under the same id and with the same body.

    Raises:
        WebhookNotFoundError, WebhookDeliveryNotFoundError: there is none of that id.
        WebhookInactiveError: the webhook is off.
    """
    await _check_active(webhook_id)
    which = (WebhookDeliveryRow.id == delivery_id) & (WebhookDeliveryRow.webhook_id == webhook_id)
    async with transaction():
        if not await _replay(webhook_id, which, now=now):
            msg = f"webhook {webhook_id} has no delivery {delivery_id}"
            raise WebhookDeliveryNotFoundError(msg)
        await accounts.record(
            actor, "webhook.replayed", subject=f"webhook:{webhook_id}", now=now,
            detail={"deliveries": 1},
        )  # fmt: skip
    return await queries.get_delivery(webhook_id, delivery_id)


async def replay_range(webhook_id: int, data: ReplayIn, *, actor: Actor, now: datetime) -> Replayed:
    """Let all deliveries of a span of time that ended in these states go out again, but no tests.

    Raises:
        WebhookNotFoundError: there is none of that id.
        WebhookInactiveError: the webhook is off.
    """
    await _check_active(webhook_id)
    which = (
        (WebhookDeliveryRow.webhook_id == webhook_id)
        & (WebhookDeliveryRow.created_at >= data.start)
        & (WebhookDeliveryRow.created_at < (data.end or now + timedelta(seconds=1)))
        & WebhookDeliveryRow.state.is_in(list(data.states))
        & WebhookDeliveryRow.event_id.not_in(
            WebhookEventRow.select(WebhookEventRow.id).where(WebhookEventRow.type == rules.PING)
        )
    )
    async with transaction():
        queued = await _replay(webhook_id, which, now=now)
        await accounts.record(
            actor, "webhook.replayed", subject=f"webhook:{webhook_id}", now=now,
            detail={"deliveries": queued},
        )  # fmt: skip
    return Replayed(queued=queued)


async def _replay(webhook_id: int, which: Any, *, now: datetime) -> int:
    """Make deliveries as new; whoever holds one of them writes nothing more about it."""
    changes: Changes = {
        "state": "pending",
        "tries": 0,
        "due_at": now,
        "done_at": None,
        "lease_until": None,
        "fence": WebhookDeliveryRow.fence + 1,
    }
    rows = await WebhookDeliveryRow.update(changes).where(which).returning(WebhookDeliveryRow.id)
    await WebhookRow.update({"not_before": None}).where(WebhookRow.id == webhook_id)
    return len(rows)


async def _claim_for_us(delivery_id: int, *, now: datetime) -> Claim:
    """Take a delivery before any worker sees it."""
    held: Changes = {
        "owner": "ping",
        "lease_until": now + timedelta(seconds=_PING_LEASE_S),
        "fence": 1,
        "tries": 1,
    }
    rows = await (
        WebhookDeliveryRow.update(held)
        .where(WebhookDeliveryRow.id == delivery_id)
        .returning(WebhookDeliveryRow.event_id)
    )
    return Claim(id=delivery_id, event_id=rows[0]["event_id"], fence=1, tries=1)


async def _check_active(webhook_id: int) -> None:
    webhook = await queries.get_webhook(webhook_id)
    if not webhook.is_active:
        raise WebhookInactiveError(f"webhook {webhook_id} is off: turn it on first")


def _changes(patch: WebhookPatch, *, allowed_targets: Collection[str]) -> Changes:
    changes: Changes = {}
    if patch.name is not UNSET:
        changes["name"] = clean_text(patch.name, field="name")
    if patch.url is not UNSET:
        changes["url"] = rules.check_url(patch.url, allowed_targets=allowed_targets)
    if patch.events is not UNSET:
        changes["events"] = _json(rules.check_events(patch.events, known=_known()))
    if patch.is_active is not UNSET:
        changes["is_active"] = patch.is_active
    return changes


def _fresh_start() -> Changes:
    """What is forgotten when a person turns a webhook on."""
    return {
        "failures": 0,
        "failing_since": None,
        "not_before": None,
        "disabled_reason": None,
        "disabled_at": None,
    }


def _known() -> Collection[str]:
    return BY_NAME.keys()


def _json(value: list[str]) -> str:
    return msgspec.json.encode(value).decode()
