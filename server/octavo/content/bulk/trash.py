"""A deleted piece as a heap of rows, and the piece made of them again."""

from datetime import date, datetime
from typing import Any

from octavo.content.errors import StillInUseError
from octavo.content.events import PieceChanged, PieceCreated, RedirectsChanged, TranslationsChanged
from octavo.content.review.tables import CommentRow, ReviewerRow, VerdictRow
from octavo.content.tables import (
    AuthorRow,
    ImportedRow,
    PieceAuthorRow,
    PieceRow,
    PieceTagRow,
    RedirectRow,
    RevisionRow,
    SeriesRow,
    TagRow,
)
from octavo.kernel.db import fetch
from octavo.kernel.events import EventBus

__all__ = ["bring_back", "collect"]

Row = dict[str, Any]
Heap = dict[str, list[Row]]

# Any: Piccolo finds the columns of a class when the program runs.
_PARTS: tuple[Any, ...] = (
    RevisionRow, PieceTagRow, PieceAuthorRow, RedirectRow, ImportedRow, ReviewerRow, VerdictRow,
    CommentRow,
)  # fmt: skip
_LARGEST = 50_000_000  # characters of all revisions together


async def collect(piece_id: int) -> Heap:
    """Answer every row of a piece, so that it can be brought back.

    Raises:
        StillInUseError: its history is too long to be kept.
    """
    (size,) = await fetch(
        "SELECT COALESCE(SUM(LENGTH(body)), 0) AS total FROM piece_revision WHERE piece_id = {}",
        piece_id,
    )
    if size["total"] > _LARGEST:
        msg = "its history is too long to be kept for undoing: delete this piece by itself"
        raise StillInUseError(msg)
    heap: Heap = {"piece": await PieceRow.select().where(PieceRow.id == piece_id)}
    heap["siblings"] = await _siblings(heap["piece"][0])
    for table in _PARTS:
        rows = await table.select().where(table.piece_id == piece_id).order_by(table.id)
        heap[table.__name__] = rows
    return {name: [_stored(row) for row in rows] for name, rows in heap.items()}


async def bring_back(heap: Heap, *, now: datetime, bus: EventBus) -> int:
    """Store a collected piece again; answer its id, which is the old one unless that was taken.

    What changed elsewhere meanwhile stays: tags, bylines, series and addresses that are gone or
    taken are left out. Fails as the database does if the slug was taken.
    """
    piece = _loaded(heap["piece"][0])
    old_id, head, live = piece["id"], piece["head_revision_id"], piece["live_revision_id"]
    if await PieceRow.exists().where(PieceRow.id == old_id):
        del piece["id"]
    if piece["live_path"] and await PieceRow.exists().where(
        PieceRow.live_path == piece["live_path"]
    ):
        piece["live_path"] = None
    if piece.get("series_id") not in await _existing(SeriesRow):
        piece |= {"series_id": None, "series_position": None}
    found_again = await _reunite(piece, heap.get("siblings", []))
    if not await _may_rejoin(piece):
        piece["translation_group"] = None
    piece |= {"version": piece["version"] + 1, "updated_at": now}
    made = await PieceRow.insert(PieceRow(**piece)).returning(PieceRow.id)
    piece_id: int = made[0]["id"]
    revisions = await _revisions(_parts(heap, RevisionRow, piece_id))
    ends: dict[Any, Any] = {
        PieceRow.head_revision_id: revisions.get(head),
        PieceRow.live_revision_id: revisions.get(live),
    }
    await PieceRow.update(ends).where(PieceRow.id == piece_id)
    await _labels(heap, piece_id)
    await _opinions(heap, piece_id, revisions)
    paths = await _redirects(heap, piece_id)
    await bus.announce(PieceCreated(piece_id=piece_id, kind=piece["kind"]))
    await bus.announce(PieceChanged(piece_id=piece_id, version=piece["version"]))
    if found_again:
        await bus.announce(TranslationsChanged(piece_ids=found_again))
    if paths:
        await bus.announce(RedirectsChanged(paths=tuple(paths)))
    return piece_id


async def _siblings(piece: Row) -> list[Row]:
    group = piece["translation_group"]
    others = (PieceRow.translation_group == group) & (PieceRow.id != piece["id"])
    return await PieceRow.select(PieceRow.id).where(others) if group else []


async def _reunite(piece: Row, siblings: list[Row]) -> tuple[int, ...]:
    """Give the translation that was left alone its group again, unless it found another; answer it."""
    alone = (
        PieceRow.id.is_in([row["id"] for row in siblings] or [0])
        & PieceRow.translation_group.is_null()
        & (PieceRow.language != piece["language"])
    )
    if len(siblings) != 1 or await PieceRow.exists().where(
        PieceRow.translation_group == piece["translation_group"]
    ):
        return ()
    rows = await (
        PieceRow.update({PieceRow.translation_group: piece["translation_group"]})
        .where(alone)
        .returning(PieceRow.id)
    )
    return tuple(row["id"] for row in rows)


async def _may_rejoin(piece: Row) -> bool:
    """Say whether its translations are still together, without another one in its language."""
    group = piece.get("translation_group")
    languages = await PieceRow.select(PieceRow.language).where(PieceRow.translation_group == group)
    return bool(languages) and piece["language"] not in {row["language"] for row in languages}


async def _revisions(rows: list[Row]) -> dict[int, int]:
    """Store the revisions; answer old id -> new id."""
    ids: dict[int, int] = {}
    for row in rows:
        old = row.pop("id")
        made = await RevisionRow.insert(RevisionRow(**row)).returning(RevisionRow.id)
        ids[old] = made[0]["id"]
    return ids


async def _labels(heap: Heap, piece_id: int) -> None:
    tags = await _existing(TagRow)
    await _store(
        PieceTagRow, [row for row in _parts(heap, PieceTagRow, piece_id) if row["tag_id"] in tags]
    )
    authors = await _existing(AuthorRow)
    signed = _parts(heap, PieceAuthorRow, piece_id)
    await _store(PieceAuthorRow, [row for row in signed if row["author_id"] in authors])
    for row in _parts(heap, ImportedRow, piece_id):
        known = (ImportedRow.source == row["source"]) & (ImportedRow.source_id == row["source_id"])
        if not await ImportedRow.exists().where(known):
            await _store(ImportedRow, [row])


async def _opinions(heap: Heap, piece_id: int, revisions: dict[int, int]) -> None:
    await _store(ReviewerRow, _parts(heap, ReviewerRow, piece_id))
    verdicts = _parts(heap, VerdictRow, piece_id)
    for row in verdicts:
        row["revision_id"] = revisions.get(row["revision_id"], 0)
    await _store(VerdictRow, verdicts)
    comments: dict[int, int] = {}
    for row in _parts(heap, CommentRow, piece_id):
        old = row.pop("id")
        row["parent_id"] = comments.get(row["parent_id"])
        row["revision_id"] = revisions.get(row["revision_id"])
        made = await CommentRow.insert(CommentRow(**row)).returning(CommentRow.id)
        comments[old] = made[0]["id"]


async def _redirects(heap: Heap, piece_id: int) -> list[str]:
    paths: list[str] = []
    for row in _parts(heap, RedirectRow, piece_id):
        if not await RedirectRow.exists().where(RedirectRow.from_path == row["from_path"]):
            await _store(RedirectRow, [row])
            paths.append(row["from_path"])
    return paths


async def _store(table: Any, rows: list[Row]) -> None:
    for row in rows:
        row.pop("id", None)
    if rows:
        await table.insert(*(table(**row) for row in rows))


async def _existing(table: Any) -> set[int]:
    return {row["id"] for row in await table.select(table.id)}


def _parts(heap: Heap, table: Any, piece_id: int) -> list[Row]:
    return [{**_loaded(row), "piece_id": piece_id} for row in heap.get(table.__name__, [])]


def _stored(row: Row) -> Row:
    """Answer a row fit for JSON: instants and days say what they are."""
    return {
        name: {type(value).__name__: value.isoformat()} if isinstance(value, date) else value
        for name, value in row.items()
    }


def _loaded(row: Row) -> Row:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    match value:
        case {"datetime": str(text)}:
            return datetime.fromisoformat(text)
        case {"date": str(text)}:
            return date.fromisoformat(text)
        case _:
            return value
