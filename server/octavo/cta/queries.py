"""Reads of calls to action. Rows in, Structs out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from octavo.content import queries as content
from octavo.content.errors import PieceNotFoundError
from octavo.cta import rules
from octavo.cta.errors import CtaNotFoundError, wrong
from octavo.cta.schemas import (
    Cta,
    CtaFilter,
    Destination,
    Expected,
    Filtered,
    ObjectiveRef,
    Outcome,
    Outcomes,
    PieceCta,
    Unattributed,
)
from octavo.cta.tables import CtaRow, PieceCtaRow
from octavo.kernel.db import one_of
from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.kernel.pagination import Page, decode_cursor, encode_cursor
from octavo.strategy import queries as strategy
from octavo.tracking import queries as tracking
from octavo.tracking.schemas import BLOG_CHANNEL, FEED_CHANNEL, Link, Totals

_CTA = (
    CtaRow.id,
    CtaRow.slug,
    CtaRow.label,
    CtaRow.action,
    CtaRow.destination_url,
    CtaRow.objective_id,
    CtaRow.expected_count,
    CtaRow.expected_ppm,
    CtaRow.version,
    CtaRow.archived_at,
    CtaRow.created_at,
    CtaRow.updated_at,
)
_ATTACHED = (
    PieceCtaRow.piece_id,
    PieceCtaRow.cta_id,
    PieceCtaRow.position,
    PieceCtaRow.expected_count,
    PieceCtaRow.expected_ppm,
    PieceCtaRow.cta_id.slug.as_alias("slug"),
    PieceCtaRow.cta_id.label.as_alias("label"),
    PieceCtaRow.cta_id.action.as_alias("action"),
    PieceCtaRow.cta_id.destination_url.as_alias("destination_url"),
    PieceCtaRow.cta_id.expected_count.as_alias("cta_count"),
    PieceCtaRow.cta_id.expected_ppm.as_alias("cta_ppm"),
)
_MOST_ID = 2**31 - 1
_CHUNK = 500
_FIRST_DAY, _LAST_DAY = 0, 99_991_231


async def find_cta(cta_id: int) -> Cta | None:
    """Answer a call to action, archived ones too, or None."""
    if not 0 < cta_id <= _MOST_ID:
        return None
    row = await CtaRow.select(*_CTA).where(CtaRow.id == cta_id).first()
    return None if row is None else _cta(row)


async def get_cta(cta_id: int) -> Cta:
    """Answer a call to action, archived ones too.

    Raises:
        CtaNotFoundError: there is none of that id.
    """
    cta = await find_cta(cta_id)
    if cta is None:
        raise CtaNotFoundError(f"there is no call to action {cta_id}")
    return cta


async def list_ctas(wanted: CtaFilter, *, cursor: str | None = None, limit: int = 20) -> Page[Cta]:
    """Answer a page of the calls to action, newest first."""
    archived = CtaRow.archived_at.is_not_null() if wanted.archived else CtaRow.archived_at.is_null()
    query = CtaRow.select(*_CTA).where(archived).order_by(CtaRow.id, ascending=False)
    if wanted.action is not None:
        query = query.where(CtaRow.action == wanted.action)
    if wanted.objective_id is not None:
        query = query.where(CtaRow.objective_id == wanted.objective_id)
    if cursor:
        query = query.where(CtaRow.id < _before(cursor))
    rows = await query.limit(limit + 1)
    more = len(rows) > limit
    return Page(
        items=[_cta(row) for row in rows[:limit]],
        next_cursor=encode_cursor((rows[limit - 1]["id"],)) if more else None,
    )


async def pieces_of_cta(cta_id: int) -> tuple[int, ...]:
    """Answer the pieces that a call to action stands on."""
    rows = await (
        PieceCtaRow.select(PieceCtaRow.piece_id)
        .where(PieceCtaRow.cta_id == cta_id)
        .order_by(PieceCtaRow.piece_id)
    )
    return tuple(row["piece_id"] for row in rows)


async def ctas_of_pieces(piece_ids: Sequence[int]) -> dict[int, list[PieceCta]]:
    """Answer the calls to action of each piece that has any, in their order."""
    links = _by_place(await tracking.standing_links(piece_ids))
    found: dict[int, list[PieceCta]] = {}
    for start in range(0, len(piece_ids), _CHUNK):
        rows = await (
            PieceCtaRow.select(*_ATTACHED)
            .where(one_of(PieceCtaRow.piece_id, piece_ids[start : start + _CHUNK]))
            .order_by(PieceCtaRow.piece_id)
            .order_by(PieceCtaRow.position)
            .order_by(PieceCtaRow.id)
        )
        for row in rows:
            found.setdefault(row["piece_id"], []).append(_piece_cta(row, links))
    return found


async def ctas_of_piece(piece_id: int) -> list[PieceCta]:
    """Answer the calls to action of one piece, in their order.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    await check_piece(piece_id)
    return (await ctas_of_pieces([piece_id])).get(piece_id, [])


async def check_piece(piece_id: int) -> None:
    """Pass if there is a piece of that id.

    Raises:
        PieceNotFoundError: there is none.
    """
    if not 0 < piece_id <= _MOST_ID or not await content.pieces_named([piece_id]):
        raise PieceNotFoundError(f"there is no piece {piece_id}")


async def piece_url(piece_id: int) -> str | None:
    """Answer where readers find a piece; None while it is not published."""
    piece = (await content.pieces_named([piece_id])).get(piece_id)
    return piece.path if piece is not None and piece.status == "published" else None


async def outcomes(
    piece_id: int, day_from: date | None = None, day_to: date | None = None, *, now: datetime
) -> Outcomes:
    """Answer what each call to action of a piece brought on each channel it has a link on.

    Days are the organisation's, both included; None = without a limit. Rows without a click are
    listed too: nothing came of them, which is an answer.

    Raises:
        PieceNotFoundError: there is no such piece.
        InvalidCtaError: the range ends before it begins.
    """
    if day_from and day_to and day_from > day_to:
        raise wrong("from", "is after the end of the range", code="bad_day")
    attached = {cta.cta_id: cta for cta in await ctas_of_piece(piece_id)}
    first, last = _day(day_from, _FIRST_DAY), _day(day_to, _LAST_DAY)
    measured = await tracking.totals(piece_id, first, last)
    whole = await tracking.totals_of_all_channels(piece_id, first, last)
    links = await tracking.find_links(content_id=piece_id)
    ctas = await _ctas_named({*attached, *(t.cta_id for t in whole), *(x.cta_id for x in links)})
    yardsticks = _Yardsticks(
        ctas=ctas,
        expected={i: (attached.get(i) or cta).expected for i, cta in ctas.items()},
        objectives=await _objectives(ctas.values()),
        channels={channel.channel_id: channel.code for channel in await tracking.list_channels()},
        by_conversions={t.cta_id for t in whole if t.conversions},
    )
    pending, oldest_ms = await tracking.pending(content_id=piece_id)
    return Outcomes(
        piece_id=piece_id,
        day_from=day_from,
        day_to=day_to,
        items=yardsticks.measure(_with_silent(measured, links)),
        totals=yardsticks.measure(_with_silent_ctas(whole, attached)),
        unattributed=Unattributed(),
        filtered=_filtered(whole),
        as_of=now if oldest_ms is None else datetime.fromtimestamp(oldest_ms / 1000, UTC),
        pending=pending,
    )


class _Yardsticks(msgspec.Struct, frozen=True, kw_only=True):
    """What the outcomes of a piece are measured against. All by id; `channels` are codes."""

    ctas: dict[int, Cta]
    expected: dict[int, Expected]
    objectives: dict[int, ObjectiveRef]
    channels: dict[int, str]
    by_conversions: set[int]

    def measure(self, rows: Iterable[Totals]) -> list[Outcome]:
        """Answer the outcome of each row whose call to action is still there."""
        return [self._outcome(totals) for totals in rows if totals.cta_id in self.ctas]

    def _outcome(self, totals: Totals) -> Outcome:
        cta = self.ctas[totals.cta_id]
        return _outcome(
            totals,
            cta,
            channel=self.channels.get(totals.channel_id, "all"),
            expected=self.expected[cta.id],
            objective=self.objectives.get(cta.objective_id or 0),
            by_conversions=cta.id in self.by_conversions,
        )


def _outcome(
    totals: Totals,
    cta: Cta,
    *,
    channel: str,
    expected: Expected,
    objective: ObjectiveRef | None,
    by_conversions: bool,
) -> Outcome:
    rate = rules.rate_of(totals.converters, totals.unique_clicks)
    # Readers who asked not to be recognised count, each click as one of them.
    reached = totals.conversions if by_conversions else totals.unique_clicks + totals.clicks_noid
    return Outcome(
        cta_id=cta.id,
        slug=cta.slug,
        label=cta.label,
        channel=channel,
        impressions=totals.impressions or None,
        clicks=totals.clicks,
        unique_clicks=totals.unique_clicks,
        clicks_noid=totals.clicks_noid,
        conversions=totals.conversions,
        converters=totals.converters,
        conversion_rate=rate,
        interval=rules.wilson(totals.converters, totals.unique_clicks),
        confidence=rules.confidence(totals.converters, totals.unique_clicks),
        expected=expected,
        measured_by="conversions" if by_conversions else "clicks",
        attainment=rules.attainment(
            expected, reached=reached, rate=rate if by_conversions else None
        ),
        filtered=_filtered([totals]),
        objective=objective,
    )


def _with_silent(measured: list[Totals], links: list[Link]) -> list[Totals]:
    """Add a row of zeros for every call to action and channel that has a live link and no hit."""
    known = {(t.cta_id, t.channel_id) for t in measured}
    silent = {(x.cta_id, x.channel_id) for x in links if not x.retired} - known
    rows = [*measured, *(_zeros(cta_id, channel_id) for cta_id, channel_id in silent)]
    return sorted(rows, key=lambda t: (t.cta_id, t.channel_id))


def _with_silent_ctas(whole: list[Totals], attached: Iterable[int]) -> list[Totals]:
    silent = set(attached) - {t.cta_id for t in whole}
    return sorted([*whole, *(_zeros(i, 0) for i in silent)], key=lambda t: t.cta_id)


def _zeros(cta_id: int, channel_id: int) -> Totals:
    none = {name: 0 for name in Totals.__struct_fields__ if name not in {"cta_id", "channel_id"}}
    return Totals(cta_id=cta_id, channel_id=channel_id, **none)


def _filtered(rows: Iterable[Totals]) -> Filtered:
    rows = list(rows)
    return Filtered(
        **{name: sum(getattr(t, name) for t in rows) for name in Filtered.__struct_fields__}
    )


async def _ctas_named(cta_ids: set[int]) -> dict[int, Cta]:
    if not cta_ids:
        return {}
    rows = await CtaRow.select(*_CTA).where(CtaRow.id.is_in(sorted(cta_ids)))
    return {row["id"]: _cta(row) for row in rows}


async def _objectives(ctas: Iterable[Cta]) -> dict[int, ObjectiveRef]:
    found: dict[int, ObjectiveRef] = {}
    for objective_id in sorted({cta.objective_id for cta in ctas if cta.objective_id}):
        objective = await strategy.find_objective(objective_id)
        if objective is not None:
            found[objective_id] = ObjectiveRef(
                id=objective.id,
                name=objective.name,
                metric=objective.metric,
                target=objective.target,
            )
    return found


def _day(day: date | None, default: int) -> int:
    return default if day is None else day.year * 10_000 + day.month * 100 + day.day


def _by_place(links: list[Link]) -> dict[tuple[int, int, int], str]:
    return {(link.content_id, link.cta_id, link.channel_id): link.path for link in links}


def _piece_cta(row: dict[str, Any], links: Mapping[tuple[int, int, int], str]) -> PieceCta:
    own = row["expected_count"], row["expected_ppm"]
    expected = own if own != (None, None) else (row["cta_count"], row["cta_ppm"])
    place = row["piece_id"], row["cta_id"]
    return PieceCta(
        piece_id=row["piece_id"],
        cta_id=row["cta_id"],
        slug=row["slug"],
        label=row["label"],
        action=row["action"],
        destination=Destination(url=row["destination_url"]),
        expected=rules.expectation_of(*expected),
        position=row["position"],
        blog_path=links.get((*place, BLOG_CHANNEL), ""),
        feed_path=links.get((*place, FEED_CHANNEL), ""),
    )


def _cta(row: dict[str, Any]) -> Cta:
    return Cta(
        id=row["id"],
        slug=row["slug"],
        label=row["label"],
        action=row["action"],
        destination=Destination(url=row["destination_url"]),
        objective_id=row["objective_id"],
        expected=rules.expectation_of(row["expected_count"], row["expected_ppm"]),
        version=row["version"],
        archived=row["archived_at"] is not None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _before(cursor: str) -> int:
    values = decode_cursor(cursor)
    if len(values) != 1 or not isinstance(values[0], int) or not 0 <= values[0] <= _MOST_ID:
        raise InvalidInputError(
            "this cursor was not given out by this list",
            FieldError(field="cursor", message="not a cursor of this list", code="bad_cursor"),
        )
    return values[0]
