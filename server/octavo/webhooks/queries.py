"""Reads: webhooks and the log of their deliveries. Secrets never leave."""

from collections import defaultdict
from typing import Any, Final

import msgspec

from octavo.kernel.pagination import Page, decode_id, encode_cursor
from octavo.webhooks.errors import WebhookDeliveryNotFoundError, WebhookNotFoundError
from octavo.webhooks.schemas import (
    DeliveryFilter,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookDeliveryDetail,
)
from octavo.webhooks.tables import (
    WebhookAttemptRow,
    WebhookDeliveryRow,
    WebhookRow,
)

Row = dict[str, Any]

_MOST_ATTEMPTS: Final = 50

_WEBHOOK: Final = (
    WebhookRow.id,
    WebhookRow.name,
    WebhookRow.url,
    WebhookRow.events,
    WebhookRow.is_active,
    WebhookRow.failures,
    WebhookRow.failing_since,
    WebhookRow.not_before,
    WebhookRow.last_attempt_at,
    WebhookRow.last_status,
    WebhookRow.disabled_reason,
    WebhookRow.disabled_at,
    WebhookRow.previous_until.as_alias("previous_secret_until"),
    WebhookRow.version,
    WebhookRow.created_at,
    WebhookRow.updated_at,
)
_DELIVERY: Final = (
    WebhookDeliveryRow.id,
    WebhookDeliveryRow.webhook_id,
    WebhookDeliveryRow.event_id.code.as_alias("code"),
    WebhookDeliveryRow.event_id.type.as_alias("type"),
    WebhookDeliveryRow.subject,
    WebhookDeliveryRow.state,
    WebhookDeliveryRow.tries,
    WebhookDeliveryRow.due_at.as_alias("next_try_at"),
    WebhookDeliveryRow.created_at,
    WebhookDeliveryRow.done_at,
)


async def get_webhook(webhook_id: int) -> Webhook:
    """Answer one webhook.

    Raises:
        WebhookNotFoundError: there is none of that id.
    """
    row = await WebhookRow.select(*_WEBHOOK).where(WebhookRow.id == webhook_id).first()
    if row is None:
        raise WebhookNotFoundError(f"there is no webhook {webhook_id}")
    return _webhook(row)


async def list_webhooks(*, cursor: str | None = None, limit: int = 20) -> Page[Webhook]:
    """Answer a page of webhooks, the oldest first."""
    query = WebhookRow.select(*_WEBHOOK).order_by(WebhookRow.id).limit(limit + 1)
    if cursor is not None:
        query = query.where(WebhookRow.id > decode_id(cursor))
    rows = await query
    return Page(items=[_webhook(row) for row in rows[:limit]], next_cursor=_next(rows, limit))


async def list_deliveries(
    webhook_id: int, wanted: DeliveryFilter, *, cursor: str | None = None, limit: int = 20
) -> Page[WebhookDelivery]:
    """Answer a page of what a webhook was sent, the newest first.

    Raises:
        WebhookNotFoundError: there is no such webhook.
    """
    await get_webhook(webhook_id)
    query = (
        WebhookDeliveryRow.select(*_DELIVERY)
        .where(WebhookDeliveryRow.webhook_id == webhook_id)
        .order_by(WebhookDeliveryRow.id, ascending=False)
    )
    if wanted.states:
        query = query.where(WebhookDeliveryRow.state.is_in(list(wanted.states)))
    if wanted.type is not None:
        query = query.where(WebhookDeliveryRow.event_id.type == wanted.type)
    if cursor is not None:
        query = query.where(WebhookDeliveryRow.id < decode_id(cursor))
    rows = await query.limit(limit + 1)
    attempts = await _attempts_of([row["id"] for row in rows[:limit]])
    items = [WebhookDelivery(**_plain(row), attempts=attempts[row["id"]]) for row in rows[:limit]]
    return Page(items=items, next_cursor=_next(rows, limit))


async def get_delivery(webhook_id: int, delivery_id: int) -> WebhookDeliveryDetail:
    """Answer one delivery with its attempts and its body.

    Raises:
        WebhookDeliveryNotFoundError: the webhook has none of that id.
    """
    row = await (
        WebhookDeliveryRow.select(*_DELIVERY, WebhookDeliveryRow.event_id.body.as_alias("body"))
        .where(
            (WebhookDeliveryRow.id == delivery_id) & (WebhookDeliveryRow.webhook_id == webhook_id)
        )
        .first()
    )
    if row is None:
        raise WebhookDeliveryNotFoundError(f"webhook {webhook_id} has no delivery {delivery_id}")
    attempts = await _attempts_of([delivery_id])
    return WebhookDeliveryDetail(**_plain(row), body=row["body"], attempts=attempts[delivery_id])


async def disabled_webhooks() -> list[Webhook]:
    """List the webhooks that were turned off by themselves."""
    rows = await (
        WebhookRow.select(*_WEBHOOK)
        .where(WebhookRow.disabled_at.is_not_null())
        .order_by(WebhookRow.id)
        .limit(100)
    )
    return [_webhook(row) for row in rows]


async def _attempts_of(delivery_ids: list[int]) -> dict[int, list[WebhookAttempt]]:
    found: dict[int, list[WebhookAttempt]] = defaultdict(list)
    if not delivery_ids:
        return found
    rows = await (
        WebhookAttemptRow.select(
            WebhookAttemptRow.delivery_id,
            WebhookAttemptRow.started_at,
            WebhookAttemptRow.duration_ms,
            WebhookAttemptRow.status,
            WebhookAttemptRow.error,
            WebhookAttemptRow.response,
        )
        .where(WebhookAttemptRow.delivery_id.is_in(delivery_ids))
        .order_by(WebhookAttemptRow.id, ascending=False)
        .limit(_MOST_ATTEMPTS * len(delivery_ids))
    )
    for row in reversed(rows):
        found[row.pop("delivery_id")].append(WebhookAttempt(**row))
    return found


def _plain(row: Row) -> Row:
    kept = {name: value for name, value in row.items() if name not in {"code", "body"}}
    return kept | {"event_id": row["code"]}


def _webhook(row: Row) -> Webhook:
    return Webhook(**row | {"events": msgspec.json.decode(row["events"], type=list[str])})


def _next(rows: list[Row], limit: int) -> str | None:
    return encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
