"""The HTTP face of distribution: adapters, channels, deliveries."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.distribution import queries, service
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.schemas import (
    AdapterInfo,
    Channel,
    ChannelIn,
    ChannelPatch,
    Delivery,
    DeliveryFilter,
    DeliveryIn,
    DeliveryPreview,
    DeliveryPreviewIn,
    DeliveryState,
    Resolution,
)
from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import IdFilter, Limit
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault

_States = tuple[DeliveryState, ...]


@get("/adapters", operation_id="list_adapters", guards=[may(Action.READ)], sync_to_thread=False)
def list_adapters(registry: NamedDependency[AdapterRegistry]) -> Page[AdapterInfo]:
    """List the kinds of channels there are, the unusable ones with the reason."""
    return Page(items=registry.list(), next_cursor=None)


@get("/channels", operation_id="list_channels", guards=[may(Action.READ)])
async def list_channels(
    cursor: FromQuery[str | None] = None, limit: FromQuery[Limit] = 20
) -> Page[Channel]:
    """List the channels, the oldest first; secrets are never shown."""
    return await queries.list_channels(cursor=cursor, limit=limit)


@post("/channels", operation_id="create_channel", guards=[may(Action.CONFIGURE)])
async def create_channel(
    data: JSONBody[ChannelIn],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    registry: NamedDependency[AdapterRegistry],
    vault: NamedDependency[Vault],
    bus: NamedDependency[EventBus],
) -> Channel:
    """Set up a channel."""
    return await service.create_channel(
        data, actor=actor, now=now, registry=registry, vault=vault, bus=bus
    )


@get("/channels/{channel_id:int}", operation_id="get_channel", guards=[may(Action.READ)])
async def get_channel(channel_id: FromPath[int]) -> Channel:
    """Answer one channel, without its secrets."""
    return await queries.get_channel(channel_id)


@patch("/channels/{channel_id:int}", operation_id="patch_channel", guards=[may(Action.CONFIGURE)])
async def patch_channel(
    channel_id: FromPath[int],
    *,
    data: JSONBody[ChannelPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    registry: NamedDependency[AdapterRegistry],
    vault: NamedDependency[Vault],
    bus: NamedDependency[EventBus],
) -> Channel:
    """Change a channel, pause it, or set it going again."""
    return await service.patch_channel(
        channel_id, data, actor=actor, now=now, registry=registry, vault=vault, bus=bus
    )


@post(
    "/channels/{channel_id:int}/verify",
    operation_id="verify_channel",
    guards=[may(Action.CONFIGURE)],
    status_code=HTTP_200_OK,
)
async def verify_channel(
    channel_id: FromPath[int],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    registry: NamedDependency[AdapterRegistry],
    vault: NamedDependency[Vault],
    http: NamedDependency[GuardedClient],
    bus: NamedDependency[EventBus],
) -> Channel:
    """Test the connection: ask the channel who we are."""
    return await service.verify_channel(
        channel_id, actor=actor, now=now, registry=registry, vault=vault, http=http, bus=bus
    )


@get(
    "/pieces/{piece_id:int}/deliveries",
    operation_id="list_piece_deliveries",
    guards=[may(Action.READ)],
)
async def list_piece_deliveries(
    piece_id: FromPath[int],
    settings: NamedDependency[Settings],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[Delivery]:
    """List the deliveries of a piece, the newest first."""
    wanted = DeliveryFilter(piece_id=piece_id)
    return await queries.list_deliveries(
        wanted, base_url=settings.base_url, cursor=cursor, limit=limit
    )


@post(
    "/pieces/{piece_id:int}/deliveries",
    operation_id="plan_delivery",
    guards=[may(Action.DELIVER)],
)
async def plan_delivery(
    piece_id: FromPath[int],
    *,
    data: JSONBody[DeliveryIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    registry: NamedDependency[AdapterRegistry],
    settings: NamedDependency[Settings],
    bus: NamedDependency[EventBus],
) -> Delivery:
    """Plan the piece for a channel; without `send_at` it goes out when the piece is live."""
    return await service.plan_delivery(
        piece_id, data, actor=actor, now=now, registry=registry, settings=settings, bus=bus
    )


@post(
    "/pieces/{piece_id:int}/deliveries/preview",
    operation_id="preview_delivery",
    guards=[may(Action.READ)],
    status_code=HTTP_200_OK,
)
async def preview_delivery(
    piece_id: FromPath[int],
    data: JSONBody[DeliveryPreviewIn],
    registry: NamedDependency[AdapterRegistry],
    settings: NamedDependency[Settings],
) -> DeliveryPreview:
    """Show what a delivery would say, how long it is, and what is wrong with it."""
    return await service.preview_delivery(piece_id, data, registry=registry, settings=settings)


@get("/deliveries", operation_id="list_deliveries", guards=[may(Action.READ)])
async def list_deliveries(
    settings: NamedDependency[Settings],
    *,
    states: Annotated[str | None, QueryParameter(name="state")] = None,
    channel_id: IdFilter = None,
    piece_id: IdFilter = None,
    due_from: FromQuery[datetime | None] = None,
    due_to: FromQuery[datetime | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[Delivery]:
    """List deliveries, the newest first. `state` takes several, with commas between."""
    wanted = DeliveryFilter(
        states=_states(states),
        channel_id=channel_id,
        piece_id=piece_id,
        due_from=due_from,
        due_to=due_to,
    )
    return await queries.list_deliveries(
        wanted, base_url=settings.base_url, cursor=cursor, limit=limit
    )


@get("/deliveries/{delivery_id:int}", operation_id="get_delivery", guards=[may(Action.READ)])
async def get_delivery(delivery_id: FromPath[int], settings: NamedDependency[Settings]) -> Delivery:
    """Answer one delivery with its links and every attempt."""
    return await queries.get_delivery(delivery_id, base_url=settings.base_url)


@post(
    "/deliveries/{delivery_id:int}/retry",
    operation_id="retry_delivery",
    guards=[may(Action.DELIVER)],
    status_code=HTTP_200_OK,
)
async def retry_delivery(
    delivery_id: FromPath[int],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    settings: NamedDependency[Settings],
    bus: NamedDependency[EventBus],
) -> Delivery:
    """Send a failed, held or waiting delivery now."""
    return await service.retry_delivery(
        delivery_id, actor=actor, now=now, settings=settings, bus=bus
    )


@post(
    "/deliveries/{delivery_id:int}/cancel",
    operation_id="cancel_delivery",
    guards=[may(Action.DELIVER)],
    status_code=HTTP_200_OK,
)
async def cancel_delivery(
    delivery_id: FromPath[int],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    settings: NamedDependency[Settings],
    bus: NamedDependency[EventBus],
) -> Delivery:
    """Take back a delivery that is not out."""
    return await service.cancel_delivery(
        delivery_id, actor=actor, now=now, settings=settings, bus=bus
    )


@post(
    "/deliveries/{delivery_id:int}/resolve",
    operation_id="resolve_delivery",
    guards=[may(Action.DELIVER)],
    status_code=HTTP_200_OK,
)
async def resolve_delivery(
    delivery_id: FromPath[int],
    *,
    data: JSONBody[Resolution],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Delivery:
    """Say what became of a delivery whose outcome is unknown: it is there, or send it again."""
    return await service.resolve_delivery(
        delivery_id, data, actor=actor, now=now, bus=bus, settings=settings
    )


def _states(wanted: str | None) -> tuple[DeliveryState, ...]:
    try:
        return msgspec.convert(tuple(filter(None, (wanted or "").split(","))), _States)
    except msgspec.ValidationError as exc:
        raise InvalidInputError(
            f"{wanted!r} are not states of a delivery",
            FieldError(field="state", message="unknown state", code="unknown_state"),
        ) from exc


router = Router(
    path="/",
    tags=["distribution"],
    route_handlers=[
        list_adapters,
        list_channels,
        create_channel,
        get_channel,
        patch_channel,
        verify_channel,
        list_piece_deliveries,
        plan_delivery,
        preview_delivery,
        list_deliveries,
        get_delivery,
        retry_delivery,
        cancel_delivery,
        resolve_delivery,
    ],
)
