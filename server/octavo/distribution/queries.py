"""Reads: channels and deliveries as the rest of the world sees them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from octavo.distribution.errors import ChannelNotFoundError, DeliveryNotFoundError
from octavo.distribution.schemas import (
    Account,
    Attempt,
    Channel,
    ChannelRef,
    Delivery,
    DeliveryFilter,
    DeliveryLinkView,
)
from octavo.distribution.tables import AttemptRow, ChannelRow, DeliveryRow
from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.kernel.pagination import Page, decode_cursor, encode_cursor

Row = dict[str, Any]

_CHANNEL = (
    ChannelRow.id,
    ChannelRow.adapter,
    ChannelRow.name,
    ChannelRow.code,
    ChannelRow.settings,
    ChannelRow.secrets,
    ChannelRow.state,
    ChannelRow.reason,
    ChannelRow.not_before,
    ChannelRow.late_limit_min,
    ChannelRow.account,
    ChannelRow.verified_at,
    ChannelRow.version,
    ChannelRow.created_at,
    ChannelRow.updated_at,
)

_DELIVERY = (
    DeliveryRow.id,
    DeliveryRow.piece_id,
    DeliveryRow.channel_id,
    DeliveryRow.state,
    DeliveryRow.text,
    DeliveryRow.send_at,
    DeliveryRow.send_zone,
    DeliveryRow.due_at,
    DeliveryRow.next_try_at,
    DeliveryRow.key,
    DeliveryRow.links,
    DeliveryRow.revision_id,
    DeliveryRow.remote_id,
    DeliveryRow.remote_url,
    DeliveryRow.sent_at,
    DeliveryRow.reason,
    DeliveryRow.created_at,
    DeliveryRow.updated_at,
)

_MOST_ATTEMPTS = 50


async def get_channel(channel_id: int) -> Channel:
    """Answer one channel.

    Raises:
        ChannelNotFoundError: there is none of that id.
    """
    row = await ChannelRow.select(*_CHANNEL).where(ChannelRow.id == channel_id).first()
    if row is None:
        raise ChannelNotFoundError(f"there is no channel {channel_id}")
    return _channel(row)


async def list_channels(*, cursor: str | None = None, limit: int = 20) -> Page[Channel]:
    """Answer a page of channels, the oldest first."""
    query = ChannelRow.select(*_CHANNEL).order_by(ChannelRow.id).limit(limit + 1)
    if cursor is not None:
        query = query.where(ChannelRow.id > _id_of(cursor))
    rows = await query
    return Page(items=[_channel(row) for row in rows[:limit]], next_cursor=_next(rows, limit))


async def get_delivery(delivery_id: int, *, base_url: str) -> Delivery:
    """Answer one delivery with its links and attempts.

    Raises:
        DeliveryNotFoundError: there is none of that id.
    """
    row = await DeliveryRow.select(*_DELIVERY).where(DeliveryRow.id == delivery_id).first()
    if row is None:
        raise DeliveryNotFoundError(f"there is no delivery {delivery_id}")
    (delivery,) = await _deliveries([row], base_url=base_url)
    return delivery


async def list_deliveries(
    wanted: DeliveryFilter, *, base_url: str, cursor: str | None = None, limit: int = 20
) -> Page[Delivery]:
    """Answer a page of deliveries, the newest first."""
    query = DeliveryRow.select(*_DELIVERY).order_by(DeliveryRow.id, ascending=False)
    if wanted.states:
        query = query.where(DeliveryRow.state.is_in(list(wanted.states)))
    if wanted.channel_id is not None:
        query = query.where(DeliveryRow.channel_id == wanted.channel_id)
    if wanted.piece_id is not None:
        query = query.where(DeliveryRow.piece_id == wanted.piece_id)
    if wanted.due_from is not None:
        query = query.where(DeliveryRow.due_at >= wanted.due_from)
    if wanted.due_to is not None:
        query = query.where(DeliveryRow.due_at < wanted.due_to)
    if cursor is not None:
        query = query.where(DeliveryRow.id < _id_of(cursor))
    rows = await query.limit(limit + 1)
    items = await _deliveries(rows[:limit], base_url=base_url)
    return Page(items=items, next_cursor=_next(rows, limit))


async def deliveries_between(start: datetime, end: datetime, *, base_url: str) -> list[Delivery]:
    """Answer the deliveries due in [start, end), at most 500, for a calendar."""
    rows = await (
        DeliveryRow.select(*_DELIVERY)
        .where((DeliveryRow.due_at >= start) & (DeliveryRow.due_at < end))
        .order_by(DeliveryRow.due_at)
        .order_by(DeliveryRow.id)
        .limit(500)
    )
    return await _deliveries(rows, base_url=base_url)


async def _deliveries(rows: Sequence[Row], *, base_url: str) -> list[Delivery]:
    if not rows:
        return []
    channels = await _channels_named({row["channel_id"] for row in rows})
    attempts = await _attempts_of([row["id"] for row in rows])
    return [
        Delivery(
            **{name: value for name, value in row.items() if name not in {"send_zone", "links"}},
            zone=row["send_zone"],
            channel=channels[row["channel_id"]],
            links=_links(row["links"], base_url=base_url),
            attempts=attempts[row["id"]],
        )
        for row in rows
    ]


async def _channels_named(channel_ids: set[int]) -> dict[int, ChannelRef]:
    rows = await ChannelRow.select(
        ChannelRow.id, ChannelRow.code, ChannelRow.name, ChannelRow.adapter, ChannelRow.state
    ).where(ChannelRow.id.is_in(list(channel_ids)))
    return {row["id"]: ChannelRef(**row) for row in rows}


async def _attempts_of(delivery_ids: list[int]) -> dict[int, list[Attempt]]:
    rows = await (
        AttemptRow.select(
            AttemptRow.delivery_id,
            AttemptRow.phase,
            AttemptRow.started_at,
            AttemptRow.ended_at,
            AttemptRow.outcome,
            AttemptRow.status,
            AttemptRow.detail,
        )
        .where(AttemptRow.delivery_id.is_in(delivery_ids))
        .order_by(AttemptRow.id)
        .limit(_MOST_ATTEMPTS * len(delivery_ids))
    )
    found: dict[int, list[Attempt]] = defaultdict(list)
    for row in rows:
        found[row.pop("delivery_id")].append(Attempt(**row))
    return found


def _links(stored: str, *, base_url: str) -> list[DeliveryLinkView]:
    pairs = msgspec.json.decode(stored, type=list[tuple[int, str]])
    return [DeliveryLinkView(cta_id=cta_id, url=base_url + path) for cta_id, path in pairs]


def _channel(row: Row) -> Channel:
    account = row["account"] and msgspec.json.decode(row["account"], type=Account)
    plain = {name: value for name, value in row.items() if name != "secrets"}
    return Channel(
        **plain
        | {
            "settings": msgspec.json.decode(row["settings"]),
            "account": account or None,
            "secrets_set": sorted(msgspec.json.decode(row["secrets"], type=dict[str, str])),
        }
    )


def _id_of(cursor: str) -> int:
    values = decode_cursor(cursor)
    if len(values) != 1 or not isinstance(values[0], int):
        raise InvalidInputError(
            "this cursor was not given out by this list",
            FieldError(field="cursor", message="not a cursor", code="bad_cursor"),
        )
    return values[0]


def _next(rows: Sequence[Row], limit: int) -> str | None:
    return encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
