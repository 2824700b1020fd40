"""Writes about deliveries: what people and the going-live of pieces do to them."""

import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec
from piccolo.columns import Column

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import queries as content
from octavo.content import site_queries
from octavo.content.events import PieceDeleted
from octavo.distribution import messages, queries, rules
from octavo.distribution.errors import (
    ChannelNotFoundError,
    DeliveryExistsError,
    DeliveryNotFoundError,
    DeliveryStateError,
    InvalidDeliveryError,
)
from octavo.distribution.events import DeliveryCancelled, DeliveryPlanned, DeliverySent
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.schemas import (
    Delivery,
    DeliveryIn,
    DeliveryPreview,
    DeliveryPreviewIn,
    DeliveryState,
    Resolution,
)
from octavo.distribution.service.channels import tracking_channel
from octavo.distribution.tables import ChannelRow, DeliveryRow
from octavo.kernel import walltime
from octavo.kernel.db import dialect, fetch, one_of, transaction
from octavo.kernel.errors import FieldError
from octavo.kernel.events import EventBus
from octavo.kernel.settings import Settings
from octavo.kernel.text import clean_text
from octavo.publishing import queries as publishing
from octavo.publishing.events import PiecesWentLive
from octavo.sdk import Finding, Limits

Row = dict[str, Any]
Changes = dict[Column | str, Any]

_GRACE = timedelta(minutes=5)
_CHUNK = 200
_WORKING = "the delivery is being sent right now: look again in a minute"


async def plan_delivery(
    piece_id: int,
    data: DeliveryIn,
    *,
    actor: Actor,
    now: datetime,
    registry: AdapterRegistry,
    settings: Settings,
    bus: EventBus,
) -> Delivery:
    """Plan one piece for one channel, with its tracked links.

    Raises:
        PieceNotFoundError, ChannelNotFoundError: one of the two is not there.
        InvalidDeliveryError: the time or the text cannot be; names the field.
        DeliveryExistsError: the same is planned already.
    """
    await _check_piece(piece_id)
    moment = await _moment(data, now=now)
    preview = await preview_delivery(
        piece_id,
        DeliveryPreviewIn(channel_id=data.channel_id, text=data.text),
        registry=registry,
        settings=settings,
    )
    _refuse(preview.findings)
    async with transaction():
        await _alone_with(data.channel_id)
        await _check_new(piece_id, data, moment)
        live = await is_live(piece_id)
        due_at = moment.instant if moment else (now if live else None)
        delivery_id = await _insert(piece_id, data, moment, due_at=due_at, actor=actor, now=now)
        await _link(delivery_id, piece_id, data.channel_id, base_url=settings.base_url, now=now)
        await _record(actor, "delivery.planned", delivery_id, now=now, piece_id=piece_id)
        await bus.announce(
            DeliveryPlanned(delivery_id=delivery_id, piece_id=piece_id, channel_id=data.channel_id)
        )
    return await queries.get_delivery(delivery_id, base_url=settings.base_url)


async def preview_delivery(
    piece_id: int, data: DeliveryPreviewIn, *, registry: AdapterRegistry, settings: Settings
) -> DeliveryPreview:
    """Show what a delivery would say and what is wrong with it; stores and sends nothing.

    Raises:
        PieceNotFoundError, ChannelNotFoundError: one of the two is not there.
        AdapterUnavailableError: the channel's plugin cannot be asked.
    """
    source = await messages.draft_source(piece_id, base_url=settings.base_url)
    channel = await (
        ChannelRow.select(ChannelRow.adapter, ChannelRow.limits)
        .where(ChannelRow.id == data.channel_id)
        .first()
    )
    if channel is None:
        raise ChannelNotFoundError(f"there is no channel {data.channel_id}")
    adapter = registry.get(channel["adapter"])
    limits = adapter.default_limits()
    if channel["limits"]:
        limits = msgspec.json.decode(channel["limits"], type=Limits)
    text = None if data.text is None else clean_text(data.text, field="text")
    links = await messages.sample_links(piece_id, base_url=settings.base_url)
    message = messages.compose_message(source, text=text, links=links)
    findings = messages.text_findings(text, links) + adapter.validate(message, limits)
    count = adapter.count(message.text, limits)
    return DeliveryPreview(
        text=adapter.preview(message, limits).text,
        used=count.used,
        maximum=count.maximum,
        parts=list(count.parts),
        findings=findings,
    )


async def cancel_delivery(
    delivery_id: int, *, actor: Actor, now: datetime, settings: Settings, bus: EventBus
) -> Delivery:
    """Take a delivery back that is surely not out.

    Raises:
        DeliveryNotFoundError: there is none of that id.
        DeliveryStateError: it is out, may be out, or is being sent.
    """
    async with transaction():
        await _move(delivery_id, from_=rules.CANCELLABLE, to="cancelled", now=now)
        await _record(actor, "delivery.cancelled", delivery_id, now=now)
        row = await _get_row(delivery_id)
        await bus.announce(DeliveryCancelled(delivery_id=delivery_id, **_whose(row)))
    return await queries.get_delivery(delivery_id, base_url=settings.base_url)


async def retry_delivery(
    delivery_id: int, *, actor: Actor, now: datetime, settings: Settings, bus: EventBus
) -> Delivery:
    """Send a failed, held or waiting delivery as soon as its piece and channel allow.

    Raises:
        DeliveryNotFoundError: there is none of that id.
        DeliveryStateError: there is nothing to retry, or it may be out: resolve it first.
    """
    async with transaction():
        row = await _get_row(delivery_id)
        # Nothing of it is out. What failed is sent anew, as the piece is now.
        anew: Changes = _anew() if row["state"] == "failed" else {}
        live = await is_live(row["piece_id"])
        fresh: Changes = {"due_at": now if live else None, "next_try_at": None, "reason": None}
        await _move(delivery_id, from_=rules.RETRIABLE, to="planned", now=now, changes=fresh | anew)
        await _record(actor, "delivery.retried", delivery_id, now=now)
        await bus.announce(DeliveryPlanned(delivery_id=delivery_id, **_whose(row)))
    return await queries.get_delivery(delivery_id, base_url=settings.base_url)


async def resolve_delivery(
    delivery_id: int,
    data: Resolution,
    *,
    actor: Actor,
    now: datetime,
    bus: EventBus,
    settings: Settings,
) -> Delivery:
    """Say what became of a delivery whose outcome nobody knew.

    Raises:
        DeliveryNotFoundError: there is none of that id.
        DeliveryStateError: its outcome is known.
    """
    async with transaction():
        row = await _get_row(delivery_id)
        if data.outcome == "sent":
            there: Changes = {"remote_url": data.remote_url, "sent_at": now, "reason": None}
            await _move(delivery_id, from_=rules.RESOLVABLE, to="sent", now=now, changes=there)
            await bus.announce(
                DeliverySent(delivery_id=delivery_id, remote_url=data.remote_url, **_whose(row))
            )
        else:
            again: Changes = _anew() | {"due_at": now, "next_try_at": None, "reason": None}
            await _move(delivery_id, from_=rules.RESOLVABLE, to="planned", now=now, changes=again)
            await bus.announce(DeliveryPlanned(delivery_id=delivery_id, **_whose(row)))
        await _record(actor, "delivery.resolved", delivery_id, now=now, outcome=data.outcome)
    return await queries.get_delivery(delivery_id, base_url=settings.base_url)


async def on_pieces_went_live(event: PiecesWentLive) -> None:
    """Make the deliveries due that waited for these pieces."""
    ids = list(event.piece_ids)
    for start in range(0, len(ids), _CHUNK):
        await DeliveryRow.update({"due_at": event.at, "updated_at": event.at}).where(
            one_of(DeliveryRow.piece_id, ids[start : start + _CHUNK])
            & DeliveryRow.due_at.is_null()
            & DeliveryRow.state.is_in(["planned", "retrying"])
        )


async def on_piece_deleted(event: PieceDeleted) -> None:
    """Cancel what was planned for a piece that is gone."""
    await DeliveryRow.update({"state": "cancelled", "reason": "its piece was deleted"}).where(
        (DeliveryRow.piece_id == event.piece_id)
        & DeliveryRow.state.is_in(sorted(rules.CANCELLABLE))
    )


async def is_live(piece_id: int) -> bool:
    """Say whether readers can open the piece: it is published, and its page is built."""
    published = await site_queries.published_pieces([piece_id])
    return bool(published) and piece_id in await publishing.live_pieces([piece_id])


async def _check_piece(piece_id: int) -> None:
    piece = await content.get_piece(piece_id)
    if piece.status == "archived":
        raise InvalidDeliveryError(
            "an archived piece is not delivered",
            FieldError(field="piece_id", message="the piece is archived", code="piece_archived"),
        )


async def _moment(data: DeliveryIn, *, now: datetime) -> walltime.Moment | None:
    if data.send_at is None:
        return None
    zone = (await accounts_q.get_organisation()).zone if data.zone is None else data.zone
    moment = walltime.resolve(data.send_at, zone, data.fold, field="send_at")
    if moment.instant < now - _GRACE:
        raise InvalidDeliveryError(
            "the time to send is past",
            FieldError(field="send_at", message="is past", code="time_past"),
        )
    return moment


def _refuse(findings: list[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise InvalidDeliveryError(
            errors[0].message,
            *(FieldError(field=e.field, message=e.message, code=e.code) for e in errors),
        )


async def _alone_with(channel_id: int) -> None:
    """Keep others from planning for this channel until the transaction ends; SQLite has one writer."""
    if dialect() == "postgres":
        await fetch("SELECT id FROM channel WHERE id = {} FOR UPDATE", channel_id)


async def _check_new(piece_id: int, data: DeliveryIn, moment: walltime.Moment | None) -> None:
    """Pass unless the same piece is on its way to the same channel with the same text and time."""
    rows = await DeliveryRow.select(DeliveryRow.id, DeliveryRow.text, DeliveryRow.send_at).where(
        (DeliveryRow.piece_id == piece_id)
        & (DeliveryRow.channel_id == data.channel_id)
        & DeliveryRow.state.is_in(sorted(rules.OPEN))
    )
    wall = moment.wall.isoformat() if moment else None
    for row in rows:
        if row["text"] == data.text and row["send_at"] == wall:
            msg = f"delivery {row['id']} already brings this to that channel"
            raise DeliveryExistsError(msg, delivery_id=row["id"])


async def _link(
    delivery_id: int, piece_id: int, channel_id: int, *, base_url: str, now: datetime
) -> None:
    """Give a delivery its own tracked links."""
    _, links = await messages.tracked_links(
        piece_id,
        channel_id=tracking_channel(channel_id),
        delivery_id=delivery_id,
        base_url=base_url,
        now=now,
    )
    kept: Changes = {"links": msgspec.json.encode(links).decode()}
    await DeliveryRow.update(kept).where(DeliveryRow.id == delivery_id)


async def _insert(
    piece_id: int,
    data: DeliveryIn,
    moment: walltime.Moment | None,
    *,
    due_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> int:
    rows = await DeliveryRow.insert(
        DeliveryRow(
            piece_id=piece_id,
            channel_id=data.channel_id,
            text=data.text,
            send_at=moment.wall.isoformat() if moment else None,
            send_zone=moment.zone if moment else None,
            send_fold=moment.fold if moment else None,
            due_at=due_at,
            key=_new_key(),
            created_by=actor.id if actor.kind == "user" else None,
            created_at=now,
            updated_at=now,
        )
    ).returning(DeliveryRow.id)
    return int(rows[0]["id"])


async def _get_row(delivery_id: int) -> Row:
    row = await (
        DeliveryRow.select(DeliveryRow.state, DeliveryRow.piece_id, DeliveryRow.channel_id)
        .where(DeliveryRow.id == delivery_id)
        .first()
    )
    if row is None:
        raise DeliveryNotFoundError(f"there is no delivery {delivery_id}")
    return row


def _whose(row: Row) -> dict[str, int]:
    return {"piece_id": row["piece_id"], "channel_id": row["channel_id"]}


async def _move(
    delivery_id: int,
    *,
    from_: frozenset[DeliveryState],
    to: DeliveryState,
    now: datetime,
    changes: Changes | None = None,
) -> None:
    """Move a delivery, and take it out of the hands of a worker that only just claimed it.

    Raises:
        DeliveryNotFoundError: there is none of that id.
        DeliveryStateError: it is in none of the states `from_`.
    """
    set_: Changes = {"state": to, "lease_until": None, "owner": "", "updated_at": now}
    moved = await (
        DeliveryRow.update({**set_, **(changes or {}), "fence": DeliveryRow.fence + 1})
        .where((DeliveryRow.id == delivery_id) & DeliveryRow.state.is_in(sorted(from_)))
        .returning(DeliveryRow.id)
    )
    if not moved:
        state = (await _get_row(delivery_id))["state"]
        msg = _WORKING if state == "sending" else f"a delivery that is {state} cannot become {to}"
        raise DeliveryStateError(msg, current=state)


def _anew() -> Changes:
    """Forget earlier attempts: a new key, and the piece as it is when it is sent."""
    return {
        "key": _new_key(),
        "prepared": None,
        "pending": None,
        "first_sent_at": None,
        "tries": 0,
        "looks": 0,
        "remote_id": None,
        "remote_url": None,
    }


def _new_key() -> str:
    return secrets.token_hex(16)


async def _record(
    actor: Actor, action: str, delivery_id: int, *, now: datetime, **detail: object
) -> None:
    subject = f"delivery:{delivery_id}"
    await accounts.record(actor, action, subject=subject, now=now, detail=detail)
