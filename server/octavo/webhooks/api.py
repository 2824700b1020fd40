"""The HTTP face of webhooks: the webhooks, their log, tests and replays."""

from datetime import datetime
from typing import Annotated

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED, HTTP_204_NO_CONTENT

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.kernel.errors import FieldError
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault
from octavo.webhooks import catalogue, queries, service
from octavo.webhooks.errors import InvalidWebhookError
from octavo.webhooks.schemas import (
    DeliveryFilter,
    EventKind,
    Replayed,
    ReplayIn,
    SecretIn,
    SecretMade,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryDetail,
    WebhookIn,
    WebhookMade,
    WebhookPatch,
)

_STATES = frozenset({"pending", "delivered", "failed"})


@get("/webhooks", operation_id="list_webhooks", guards=[may(Action.CONFIGURE)])
async def list_webhooks(
    cursor: FromQuery[str | None] = None, limit: FromQuery[Limit] = 20
) -> Page[Webhook]:
    """List the webhooks, the oldest first; secrets are never shown."""
    return await queries.list_webhooks(cursor=cursor, limit=limit)


@get(
    "/webhooks/events",
    operation_id="list_webhook_events",
    guards=[may(Action.CONFIGURE)],
    sync_to_thread=False,
)
def list_webhook_events() -> Page[EventKind]:
    """List every kind of event that a webhook can ask for."""
    return Page(items=catalogue.kinds(), next_cursor=None)


@post("/webhooks", operation_id="create_webhook", guards=[may(Action.CONFIGURE)])
async def create_webhook(
    data: JSONBody[WebhookIn],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    vault: NamedDependency[Vault],
    settings: NamedDependency[Settings],
) -> WebhookMade:
    """Set up a webhook; its signing secret is in this answer and nowhere else."""
    return await service.create_webhook(
        data, actor=actor, now=now, vault=vault, allowed_targets=settings.allowed_targets
    )


@get("/webhooks/{webhook_id:int}", operation_id="get_webhook", guards=[may(Action.CONFIGURE)])
async def get_webhook(webhook_id: FromPath[int]) -> Webhook:
    """Answer one webhook, without its secret."""
    return await queries.get_webhook(webhook_id)


@patch("/webhooks/{webhook_id:int}", operation_id="patch_webhook", guards=[may(Action.CONFIGURE)])
async def patch_webhook(
    webhook_id: FromPath[int],
    *,
    data: JSONBody[WebhookPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    settings: NamedDependency[Settings],
) -> Webhook:
    """Change a webhook, turn it off, or on again."""
    return await service.patch_webhook(
        webhook_id, data, actor=actor, now=now, allowed_targets=settings.allowed_targets
    )


@delete(
    "/webhooks/{webhook_id:int}",
    operation_id="delete_webhook",
    guards=[may(Action.CONFIGURE)],
    status_code=HTTP_204_NO_CONTENT,
)
async def delete_webhook(
    webhook_id: FromPath[int], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> None:
    """Remove a webhook with its log."""
    await service.delete_webhook(webhook_id, actor=actor, now=now)


@post(
    "/webhooks/{webhook_id:int}/secret",
    operation_id="rotate_webhook_secret",
    guards=[may(Action.CONFIGURE)],
)
async def rotate_webhook_secret(
    webhook_id: FromPath[int],
    *,
    data: JSONBody[SecretIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    vault: NamedDependency[Vault],
) -> SecretMade:
    """Give a webhook a new secret; it is in this answer and nowhere else."""
    return await service.rotate_secret(webhook_id, data, actor=actor, now=now, vault=vault)


@post(
    "/webhooks/{webhook_id:int}/ping",
    operation_id="ping_webhook",
    guards=[may(Action.CONFIGURE)],
    status_code=HTTP_200_OK,
)
async def ping_webhook(
    webhook_id: FromPath[int],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    vault: NamedDependency[Vault],
    http: NamedDependency[GuardedClient],
    bus: NamedDependency[EventBus],
) -> WebhookDeliveryDetail:
    """Send a test event now, once; answer what the receiver said."""
    return await service.ping_webhook(
        webhook_id, actor=actor, now=now, vault=vault, http=http, bus=bus
    )


@get(
    "/webhooks/{webhook_id:int}/deliveries",
    operation_id="list_webhook_deliveries",
    guards=[may(Action.CONFIGURE)],
)
async def list_webhook_deliveries(
    webhook_id: FromPath[int],
    *,
    states: Annotated[str | None, QueryParameter(name="state")] = None,
    event_type: Annotated[str | None, QueryParameter(name="type", max_length=60)] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[WebhookDelivery]:
    """List what a webhook was sent, the newest first. `state` takes several, with commas."""
    wanted = DeliveryFilter(states=_states(states), type=event_type)
    return await queries.list_deliveries(webhook_id, wanted, cursor=cursor, limit=limit)


@get(
    "/webhooks/{webhook_id:int}/deliveries/{delivery_id:int}",
    operation_id="get_webhook_delivery",
    guards=[may(Action.CONFIGURE)],
)
async def get_webhook_delivery(
    webhook_id: FromPath[int], delivery_id: FromPath[int]
) -> WebhookDeliveryDetail:
    """Answer one delivery with every attempt and its body."""
    return await queries.get_delivery(webhook_id, delivery_id)


@post(
    "/webhooks/{webhook_id:int}/deliveries/{delivery_id:int}/replay",
    operation_id="replay_webhook_delivery",
    guards=[may(Action.CONFIGURE)],
    status_code=HTTP_202_ACCEPTED,
)
async def replay_webhook_delivery(
    webhook_id: FromPath[int],
    delivery_id: FromPath[int],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> WebhookDeliveryDetail:
    """Let one delivery go out again, under the same id."""
    return await service.replay_delivery(webhook_id, delivery_id, actor=actor, now=now)


@post(
    "/webhooks/{webhook_id:int}/replay",
    operation_id="replay_webhook_deliveries",
    guards=[may(Action.CONFIGURE)],
    status_code=HTTP_202_ACCEPTED,
)
async def replay_webhook_deliveries(
    webhook_id: FromPath[int],
    *,
    data: JSONBody[ReplayIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Replayed:
    """Let the deliveries of a span of time go out again; by default those that failed."""
    return await service.replay_range(webhook_id, data, actor=actor, now=now)


def _states(given: str | None) -> tuple[str, ...]:
    states = tuple(part for part in (given or "").split(",") if part)
    if unknown := [state for state in states if state not in _STATES]:
        raise InvalidWebhookError(
            f"there is no state {unknown[0]!r}",
            FieldError(field="state", message="unknown state", code="unknown_state"),
        )
    return states


router = Router(
    path="/",
    tags=["webhooks"],
    route_handlers=[
        list_webhooks,
        list_webhook_events,
        create_webhook,
        get_webhook,
        patch_webhook,
        delete_webhook,
        rotate_webhook_secret,
        ping_webhook,
        list_webhook_deliveries,
        get_webhook_delivery,
        replay_webhook_delivery,
        replay_webhook_deliveries,
    ],
)
