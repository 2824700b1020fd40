"""The timetable of pieces: when they go live, change, and leave."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import fields
from octavo.content.events import PieceChanged, PieceScheduled
from octavo.content.publication import write
from octavo.content.rezoning.errors import ThingMovedError
from octavo.content.rezoning.schemas import Move, Standing, StandingKind
from octavo.content.tables import PieceRow, RevisionRow
from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.kernel.events import EventBus
from octavo.kernel.walltime import wall_text

__all__ = ["PieceTimetable"]

Row = dict[str, Any]

_PARTS: tuple[StandingKind, ...] = ("publish", "edit", "unpublish")
_CHUNK = 200
_STATE = (
    PieceRow.id,
    PieceRow.kind,
    PieceRow.status,
    PieceRow.title,
    PieceRow.slug,
    PieceRow.version,
    PieceRow.published_at,
    PieceRow.head_revision_id,
    PieceRow.edit_revision_id,
    *(
        getattr(PieceRow, f"{part}_{name}")
        for part in _PARTS
        for name in ("at", "zone", "fold", "instant")
    ),
)


class PieceTimetable:
    """What is scheduled for pieces; see `Timetable`."""

    async def standing(self, *, after: datetime, zone: str | None = None) -> list[Standing]:
        """Answer what is scheduled after that instant, in one zone or in all, the next first."""
        found = [
            _standing(row, part)
            for part in _PARTS
            for row in await PieceRow.select(*_STATE).where(_scheduled(part, after, zone))
        ]
        return sorted(found, key=lambda thing: (thing.instant, thing.id))

    async def move(
        self, moves: Sequence[Move], *, actor: Actor, now: datetime, bus: EventBus
    ) -> None:
        """Give each its new moment, every piece by one conditional UPDATE.

        Raises:
            ThingMovedError: a piece is no longer as it was read.
            InvalidInputError: a piece cannot stand there; names it as `choices.<id>`.
        """
        of_piece: dict[int, dict[str, Move]] = defaultdict(dict)
        for move in moves:
            of_piece[move.thing.piece_id][move.thing.kind] = move
        ids = sorted(of_piece)
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            rows = await PieceRow.select(*_STATE).where(PieceRow.id.is_in(chunk))
            by_id = {row["id"]: row for row in rows}
            for piece_id in chunk:
                row = by_id.get(piece_id)
                await _move_piece(piece_id, row, of_piece[piece_id], actor=actor, now=now, bus=bus)


def _scheduled(part: str, after: datetime, zone: str | None) -> Any:
    condition: Any = getattr(PieceRow, f"{part}_instant") > after
    if part == "publish":  # what was published keeps the time that it was scheduled for
        condition &= PieceRow.status == "scheduled"
    if zone is not None:
        condition &= getattr(PieceRow, f"{part}_zone") == zone
    return condition


def _standing(row: Row, part: StandingKind) -> Standing:
    return Standing(
        id=f"piece:{row['id']}:{part}",
        kind=part,
        piece_id=row["id"],
        title=row["title"] or row["slug"],
        wall=datetime.fromisoformat(row[f"{part}_at"]),
        zone=row[f"{part}_zone"],
        fold=row[f"{part}_fold"],
        instant=row[f"{part}_instant"],
    )


async def _move_piece(
    piece_id: int,
    row: Row | None,
    moves: dict[str, Move],
    *,
    actor: Actor,
    now: datetime,
    bus: EventBus,
) -> None:
    if row is None or any(_standing(row, m.thing.kind) != m.thing for m in moves.values()):
        raise _moved(piece_id)
    await _check(row, moves)
    if not await write(row, _changes(row, moves), now=now):
        raise _moved(piece_id)
    detail: dict[str, object] = {
        part: f"{wall_text(move.moment.wall)} {move.moment.zone}" for part, move in moves.items()
    }
    await accounts.record(
        actor, "piece.rezoned", subject=f"piece:{piece_id}", now=now, detail=detail
    )
    await bus.announce(PieceChanged(piece_id=piece_id, version=row["version"] + 1))
    for part, move in moves.items():
        if part != "unpublish" and move.moment.instant != move.thing.instant:
            await bus.announce(PieceScheduled(piece_id=piece_id, instant=move.moment.instant))


def _changes(row: Row, moves: dict[str, Move]) -> dict[Any, Any]:
    changes: dict[Any, Any] = {}
    for part, move in moves.items():
        moment = move.moment
        changes[getattr(PieceRow, f"{part}_at")] = wall_text(moment.wall)
        changes[getattr(PieceRow, f"{part}_zone")] = moment.zone
        changes[getattr(PieceRow, f"{part}_fold")] = moment.fold
        changes[getattr(PieceRow, f"{part}_instant")] = moment.instant
    if "publish" in moves and row["published_at"] is None:
        changes[PieceRow.stands_at] = moves["publish"].moment.instant
    return changes


async def _check(row: Row, moves: dict[str, Move]) -> None:
    """Pass if the piece comes before it leaves, and not before its embargo ends."""
    then: dict[str, datetime | None] = {
        part: moves[part].moment.instant if part in moves else row[f"{part}_instant"]
        for part in _PARTS
    }
    for part, revision_id in (("publish", "head_revision_id"), ("edit", "edit_revision_id")):
        begins, ends = then[part], then["unpublish"]
        if begins is None or (part == "publish" and row["status"] != "scheduled"):
            continue
        if ends is not None and ends <= begins:
            moved = part if part in moves else "unpublish"
            message = f"“{row['title'] or row['slug']}” would be taken away before it comes"
            raise _wrong(row, moved, message, code="out_of_order")
        if part in moves and begins < moves[part].thing.instant:
            await _check_ready(row, part, revision_id=row[revision_id], at=begins)


async def _check_ready(row: Row, part: str, *, revision_id: int, at: datetime) -> None:
    text = await (
        RevisionRow.select(
            RevisionRow.title, RevisionRow.body, RevisionRow.source_url, RevisionRow.fields
        )
        .where(RevisionRow.id == revision_id)
        .first()
    )
    if text is None:
        raise _moved(row["id"])
    text["fields"] = fields.fields_from(row["kind"], text["fields"])
    try:
        fields.check_ready(row["kind"], **text, now=at)
    except InvalidInputError as exc:
        raise _wrong(row, part, exc.message, code=exc.fields[0].code) from exc


def _wrong(row: Row, part: str, message: str, *, code: str) -> InvalidInputError:
    field = f"choices.piece:{row['id']}:{part}"
    return InvalidInputError(message, FieldError(field=field, message=message, code=code))


def _moved(piece_id: int) -> ThingMovedError:
    return ThingMovedError(f"piece {piece_id} was changed meanwhile: look again")
