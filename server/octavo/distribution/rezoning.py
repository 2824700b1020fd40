"""The timetable of deliveries: those with a clock time of their own that is still to come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import queries as content
from octavo.content.rezoning.errors import ThingMovedError
from octavo.content.rezoning.schemas import Move, Standing
from octavo.distribution.events import DeliveryPlanned
from octavo.distribution.tables import ChannelRow, DeliveryRow
from octavo.kernel.events import EventBus

__all__ = ["DeliveryTimetable"]

Row = dict[str, Any]

_CHUNK = 200


class DeliveryTimetable:
    """When planned deliveries go out; see `content.rezoning.schemas.Timetable`."""

    async def standing(self, *, after: datetime, zone: str | None = None) -> list[Standing]:
        """Answer what is scheduled after that instant, in one zone or in all, the next first."""
        planned = (
            (DeliveryRow.state == "planned")
            & DeliveryRow.send_at.is_not_null()
            & (DeliveryRow.due_at > after)
        )
        if zone is not None:
            planned &= DeliveryRow.send_zone == zone
        rows = await (
            DeliveryRow.select(
                DeliveryRow.id,
                DeliveryRow.piece_id,
                DeliveryRow.channel_id,
                DeliveryRow.send_at,
                DeliveryRow.send_zone,
                DeliveryRow.send_fold,
                DeliveryRow.due_at,
            )
            .where(planned)
            .order_by(DeliveryRow.due_at)
            .order_by(DeliveryRow.id)
        )
        titles = await _titles(sorted({row["piece_id"] for row in rows}))
        channels = await ChannelRow.select(ChannelRow.id, ChannelRow.name)
        names = {channel["id"]: channel["name"] for channel in channels}
        return [_standing(row, titles=titles, names=names) for row in rows]

    async def move(
        self, moves: Sequence[Move], *, actor: Actor, now: datetime, bus: EventBus
    ) -> None:
        """Give each its new moment, by one conditional UPDATE.

        Raises:
            ThingMovedError: a delivery is no longer planned as it was read.
        """
        for move in moves:
            await _move(move, actor=actor, now=now, bus=bus)


async def _titles(piece_ids: list[int]) -> dict[int, str]:
    titles: dict[int, str] = {}
    for start in range(0, len(piece_ids), _CHUNK):
        pieces = await content.pieces_named(piece_ids[start : start + _CHUNK])
        titles |= {piece.id: piece.title or piece.slug for piece in pieces.values()}
    return titles


def _standing(row: Row, *, titles: dict[int, str], names: dict[int, str]) -> Standing:
    return Standing(
        id=f"delivery:{row['id']}",
        kind="delivery",
        piece_id=row["piece_id"],
        title=titles.get(row["piece_id"], ""),
        channel=names.get(row["channel_id"]),
        wall=datetime.fromisoformat(row["send_at"]),
        zone=row["send_zone"],
        fold=row["send_fold"],
        instant=row["due_at"],
    )


async def _move(move: Move, *, actor: Actor, now: datetime, bus: EventBus) -> None:
    thing, moment = move.thing, move.moment
    delivery_id = int(thing.id.partition(":")[2])
    rows = await (
        DeliveryRow.update(
            {
                DeliveryRow.send_at: moment.wall.isoformat(),
                DeliveryRow.send_zone: moment.zone,
                DeliveryRow.send_fold: moment.fold,
                DeliveryRow.due_at: moment.instant,
                DeliveryRow.updated_at: now,
            }
        )
        .where(
            (DeliveryRow.id == delivery_id)
            & (DeliveryRow.state == "planned")
            & (DeliveryRow.due_at == thing.instant)
            & (DeliveryRow.send_zone == thing.zone)
        )
        .returning(DeliveryRow.piece_id, DeliveryRow.channel_id)
    )
    if not rows:
        raise ThingMovedError(f"delivery {delivery_id} was changed meanwhile: look again")
    await accounts.record(
        actor,
        "delivery.rezoned",
        subject=f"delivery:{delivery_id}",
        now=now,
        detail={"send_at": f"{moment.wall.isoformat()} {moment.zone}"},
    )
    if moment.instant != thing.instant:
        await bus.announce(DeliveryPlanned(delivery_id=delivery_id, **rows[0]))
