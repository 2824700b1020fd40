"""Series: pieces that belong together in an order. A piece joins by its own `series_id`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import rules, service
from octavo.content.cursors import id_of
from octavo.content.errors import SeriesNotFoundError, StalePieceError, TakenError, wrong
from octavo.content.events import SeriesChanged
from octavo.content.finding import holds
from octavo.content.kinds import Meta
from octavo.content.schemas import PiecePatch, Series, SeriesIn, SeriesOrder, SeriesPatch
from octavo.content.tables import PieceRow, RevisionRow, SeriesRow
from octavo.kernel.db import fetch, is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page, encode_cursor
from octavo.kernel.text import clean_text

_SERIES = (
    SeriesRow.id,
    SeriesRow.title,
    SeriesRow.slug,
    SeriesRow.description,
    SeriesRow.version,
)


async def get_series(series_id: int) -> Series:
    """Answer one series.

    Raises:
        SeriesNotFoundError: there is none of that id.
    """
    row = await SeriesRow.select(*_SERIES).where(SeriesRow.id == series_id).first()
    if row is None:
        raise SeriesNotFoundError(f"there is no series {series_id}")
    (series,) = await _counted([row])
    return series


async def list_series(*, q: str = "", cursor: str | None = None, limit: int = 20) -> Page[Series]:
    """Answer a page of the series, newest first; `q` finds them by a part of the title or slug."""
    query = SeriesRow.select(*_SERIES).order_by(SeriesRow.id, ascending=False).limit(limit + 1)
    if q.strip():
        query = query.where(holds(q, "title", slug=rules.author_slug(q)))
    if cursor:
        query = query.where(SeriesRow.id < id_of(cursor))
    rows = await query
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(items=await _counted(rows[:limit]), next_cursor=next_cursor)


async def ensure_series(titles: Sequence[str], *, now: datetime) -> dict[str, int]:
    """Answer the ids of these series by title, making those that are missing.

    Two spellings with the same slug are one series. A title without a letter or digit is left out.
    """
    named = {title: rules.author_slug(title)[:80] for title in titles}
    slugs = {slug: title for title, slug in reversed(named.items()) if slug}
    found = await _ids_by_slug(list(slugs))
    missing = [slug for slug in slugs if slug not in found]
    if missing:
        rows = [
            SeriesRow(title=slugs[slug][:200], slug=slug, created_at=now, updated_at=now)
            for slug in missing
        ]
        await SeriesRow.insert(*rows).on_conflict(target=SeriesRow.slug, action="DO NOTHING")
        found |= await _ids_by_slug(missing)
    return {title: found[slug] for title, slug in named.items() if slug in found}


async def _ids_by_slug(slugs: Sequence[str]) -> dict[str, int]:
    if not slugs:
        return {}
    rows = await SeriesRow.select(SeriesRow.id, SeriesRow.slug).where(
        SeriesRow.slug.is_in(list(slugs))
    )
    return {row["slug"]: row["id"] for row in rows}


async def create_series(data: SeriesIn, *, actor: Actor, now: datetime, bus: EventBus) -> Series:
    """Store a new series.

    Raises:
        TakenError: there is a series of that slug.
        InvalidContentError: a field cannot be used.
    """
    title, slug = _named(data.title, data.slug)
    description = clean_text(data.description, field="description")
    row = SeriesRow(title=title, slug=slug, description=description, created_at=now, updated_at=now)
    try:
        async with transaction():
            (made,) = await SeriesRow.insert(row).returning(SeriesRow.id)
            await accounts.record(actor, "series.created", subject=f"series:{made['id']}", now=now)
            await bus.announce(SeriesChanged(series_id=made["id"], piece_ids=()))
    except Exception as exc:
        if is_unique_violation(exc):
            raise TakenError(f"there is a series {slug!r} already", field="slug") from exc
        raise
    return await get_series(made["id"])


async def patch_series(
    series_id: int, patch: SeriesPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Series:
    """Change a series that is still at `patch.version`.

    Raises:
        SeriesNotFoundError: there is none of that id.
        StalePieceError: it moved on; carries `current`.
        TakenError: there is another series of that slug.
    """
    try:
        async with transaction():
            await get_series(series_id)
            done = await (
                SeriesRow.update(_changes(patch, now=now))
                .where((SeriesRow.id == series_id) & (SeriesRow.version == patch.version))
                .returning(SeriesRow.id)
            )
            await _check_moved(series_id, moved=bool(done), version=patch.version)
            await accounts.record(actor, "series.changed", subject=f"series:{series_id}", now=now)
            await bus.announce(
                SeriesChanged(series_id=series_id, piece_ids=await _pieces_of(series_id))
            )
    except Exception as exc:
        if is_unique_violation(exc):
            raise TakenError("there is another series of that slug", field="slug") from exc
        raise
    return await get_series(series_id)


async def order_series(
    series_id: int, order: SeriesOrder, *, actor: Actor, now: datetime, bus: EventBus
) -> Series:
    """Number the pieces of a series in this order, all of them or none.

    What has its number already is left alone, whatever its version. Readers of a published piece see
    its new place when it is published again.

    Raises:
        SeriesNotFoundError: there is none of that id.
        InvalidContentError: these are not the pieces of the series, each once.
        StalePieceError: a piece that would move is no longer at its version; carries it as `current`.
        LockedError: such a piece was approved, and the actor may not judge.
    """
    async with transaction():
        await get_series(series_id)
        rows = await PieceRow.select(PieceRow.id, PieceRow.series_position).where(
            PieceRow.series_id == series_id
        )
        places = {row["id"]: row["series_position"] for row in rows}
        if sorted(placed.id for placed in order.pieces) != sorted(places):
            raise wrong("pieces", "name each piece of the series once", code="mismatch")
        for position, placed in enumerate(order.pieces, start=1):
            if places[placed.id] != position:
                patch = PiecePatch(version=placed.version, series_position=position)
                await service.patch_piece(placed.id, patch, actor=actor, now=now, bus=bus)
    return await get_series(series_id)


async def delete_series(series_id: int, *, actor: Actor, now: datetime, bus: EventBus) -> None:
    """Delete a series; its pieces stay, on their own.

    Raises:
        SeriesNotFoundError: there is none of that id.
    """
    async with transaction():
        await get_series(series_id)
        piece_ids = await _pieces_of(series_id)
        await PieceRow.update({PieceRow.series_position: None}).where(
            PieceRow.series_id == series_id
        )
        await _leave_revisions(series_id)
        await SeriesRow.delete().where(SeriesRow.id == series_id)
        await accounts.record(actor, "series.deleted", subject=f"series:{series_id}", now=now)
        await bus.announce(SeriesChanged(series_id=series_id, piece_ids=piece_ids))


async def _check_moved(series_id: int, *, moved: bool, version: int) -> None:
    if not moved:
        msg = f"series {series_id} is no longer at version {version}"
        raise StalePieceError(msg, current=await get_series(series_id))


def _changes(patch: SeriesPatch, *, now: datetime) -> dict[Any, Any]:
    changes: dict[Any, Any] = {SeriesRow.updated_at: now, SeriesRow.version: SeriesRow.version + 1}
    if patch.title is not UNSET:
        changes[SeriesRow.title] = _named(patch.title, "x")[0]
    if patch.slug is not UNSET:
        changes[SeriesRow.slug] = _named("x", patch.slug)[1]
    if patch.description is not UNSET:
        changes[SeriesRow.description] = clean_text(patch.description, field="description")
    return changes


def _named(raw_title: str, raw_slug: str | None) -> tuple[str, str]:
    title = " ".join(clean_text(raw_title, field="title").split())
    slug = rules.author_slug(title if raw_slug is None else clean_text(raw_slug, field="slug"))
    if not title or not slug:
        field = "title" if raw_slug is None or not title else "slug"
        raise wrong(field, "needs at least one letter or digit")
    return title, slug[:80]


async def _pieces_of(series_id: int) -> tuple[int, ...]:
    """Answer the pieces that writers or readers see in the series."""
    rows = await fetch(
        "SELECT p.id FROM piece p LEFT JOIN piece_revision r ON r.id = p.live_revision_id"
        " WHERE p.series_id = {} OR r.meta LIKE {}"
        " ORDER BY p.series_position IS NULL, p.series_position, p.id",
        series_id,
        _mark(series_id),
    )
    return tuple(row["id"] for row in rows)


async def _leave_revisions(series_id: int) -> None:
    """Let no revision name a series that goes away: its number may be given again."""
    rows = await fetch(
        "SELECT DISTINCT meta FROM piece_revision WHERE meta LIKE {}", _mark(series_id)
    )
    for row in rows:
        meta = msgspec.json.decode(row["meta"], type=Meta)
        if meta.series_id == series_id:
            alone = msgspec.structs.replace(meta, series_id=None, series_position=None)
            await RevisionRow.update({RevisionRow.meta: msgspec.json.encode(alone).decode()}).where(
                RevisionRow.meta == row["meta"]
            )


def _mark(series_id: int) -> str:
    """Answer a pattern for stored `Meta` of the series."""
    return f'%"series_id":{series_id},%'


async def _counted(rows: Sequence[dict[str, Any]]) -> list[Series]:
    if not rows:
        return []
    marks = ", ".join(["{}"] * len(rows))
    counts = await fetch(
        f"SELECT series_id, count(*) AS pieces FROM piece WHERE series_id IN ({marks})"  # noqa: S608 - marks
        " GROUP BY series_id",
        *(row["id"] for row in rows),
    )
    pieces = {row["series_id"]: row["pieces"] for row in counts}
    return [Series(**row, pieces=pieces.get(row["id"], 0)) for row in rows]
