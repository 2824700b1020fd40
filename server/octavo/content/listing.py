"""The list of pieces as writers see it: any filter, any order, any page at the same cost."""

from datetime import UTC, date, datetime, time
from functools import reduce
from operator import and_
from typing import Any
from zoneinfo import ZoneInfo

from piccolo.columns.combination import WhereRaw

from octavo.accounts import queries as accounts_q
from octavo.content import queries, rules
from octavo.content.cursors import is_id
from octavo.content.errors import wrong
from octavo.content.schemas import PieceFilter, PieceSummary, SortBy
from octavo.content.tables import (
    AuthorRow,
    PieceAuthorRow,
    PieceRow,
    PieceTagRow,
    SeriesRow,
    TagRow,
)
from octavo.kernel.pagination import Page, decode_cursor, encode_cursor
from octavo.kernel.walltime import zone_named

Row = dict[str, Any]

_SORT = {
    "updated_at": PieceRow.updated_at,
    "created_at": PieceRow.created_at,
    "stands_at": PieceRow.stands_at,
    "published_at": PieceRow.stands_at,
    "title": PieceRow.search_key,
    "id": PieceRow.id,
}
_INSTANTS = frozenset({"updated_at", "created_at", "stands_at"})


async def list_pieces(
    wanted: PieceFilter, *, sort: SortBy = "-updated_at", cursor: str | None = None, limit: int = 20
) -> Page[PieceSummary]:
    """Answer a page of pieces without their texts; any page costs the same.

    Raises:
        InvalidContentError: the cursor was not made by this list in this order.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    organisation = await accounts_q.get_organisation()
    conditions = _conditions(wanted, zone_named(organisation.zone))
    conditions += _language_conditions(wanted, locale=organisation.locale)
    rows: list[Row] = []
    for part in _parts_beyond(cursor, name=name, descending=descending) if cursor else [[]]:
        query = PieceRow.select(*queries.PIECE_COLUMNS).order_by(
            _SORT[name], ascending=not descending
        )
        if name != "id":
            query = query.order_by(PieceRow.id, ascending=not descending)
        if conditions + part:
            query = query.where(reduce(and_, conditions + part))
        rows += await query.limit(limit + 1 - len(rows))
        if len(rows) > limit:
            break
    next_cursor = _cursor(*rows[limit - 1 : limit + 1], name=name) if len(rows) > limit else None
    return Page(items=await queries.summaries(rows[:limit]), next_cursor=next_cursor)


def _conditions(wanted: PieceFilter, zone: ZoneInfo) -> list[Any]:
    conditions: list[Any] = []
    if wanted.kinds:
        conditions.append(PieceRow.kind.is_in(list(wanted.kinds)))
    if wanted.statuses:
        conditions.append(PieceRow.status.is_in(list(wanted.statuses)))
    if wanted.campaign_id is not None:
        conditions.append(PieceRow.campaign_id == wanted.campaign_id)
    if wanted.day_from:
        conditions.append(PieceRow.stands_at >= _instant(wanted.day_from, time.min, zone))
    if wanted.day_to:
        conditions.append(PieceRow.stands_at <= _instant(wanted.day_to, time.max, zone))
    if wanted.q.strip():
        pattern = rules.like_pattern(wanted.q)
        conditions.append(WhereRaw("search_key LIKE {} ESCAPE '!'", pattern))
    return conditions + _label_conditions(wanted)


def _language_conditions(wanted: PieceFilter, *, locale: str) -> list[Any]:
    conditions: list[Any] = []
    if wanted.language is not None:
        language = rules.tidy_language(wanted.language)
        own = language == rules.tidy_language(locale)  # those without a language are of it
        conditions.append(PieceRow.language.is_in([language, ""] if own else [language]))
    if wanted.translated is not None:
        group = PieceRow.translation_group
        conditions.append(group.is_not_null() if wanted.translated else group.is_null())
    return conditions


def _label_conditions(wanted: PieceFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.tag is not None:
        tagged = PieceTagRow.select(PieceTagRow.piece_id).where(
            PieceTagRow.tag_id.is_in(TagRow.select(TagRow.id).where(TagRow.slug == wanted.tag))
            & (PieceTagRow.live == False)  # noqa: E712 - SQL
        )
        conditions.append(PieceRow.id.is_in(tagged))
    if wanted.author is not None:
        signed = PieceAuthorRow.select(PieceAuthorRow.piece_id).where(
            PieceAuthorRow.author_id.is_in(
                AuthorRow.select(AuthorRow.id).where(AuthorRow.slug == wanted.author)
            )
            & (PieceAuthorRow.live == False)  # noqa: E712 - SQL
        )
        conditions.append(PieceRow.id.is_in(signed))
    if wanted.series is not None:
        of_slug = SeriesRow.select(SeriesRow.id).where(SeriesRow.slug == wanted.series)
        conditions.append(PieceRow.series_id.is_in(of_slug))
    return conditions


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, at, tzinfo=zone)
    try:
        return local.astimezone(UTC)
    except OverflowError:  # the first or the last day that there is
        return local.replace(tzinfo=UTC)


def _cursor(last: Row, following: Row, *, name: str) -> str:
    """Answer where a page ends: the last row, or its moment as a whole when that ends there, too."""
    column = _name_of(name)
    whole = column != "id" and last[column] != following[column]
    return encode_cursor((last[column], None if whole else last["id"]))


def _parts_beyond(cursor: str, *, name: str, descending: bool) -> list[list[Any]]:
    """Answer the conditions for rows after the cursor: those of its own moment, then the others.

    One condition for both would read the index from the first row of that moment, and all that an
    import brought is of one; SQLite does so for a row value, too.
    """
    column = _SORT[name]
    value, last_id = _decoded(cursor, column=_name_of(name))
    others = column < value if descending else column > value
    if last_id is None or name == "id":
        return [[others]]
    ids = PieceRow.id < last_id if descending else PieceRow.id > last_id
    return [[column == value, ids], [others]]


def _name_of(sort: str) -> str:
    return {"published_at": "stands_at", "title": "search_key"}.get(sort, sort)


def _decoded(cursor: str, *, column: str) -> tuple[Any, int | None]:
    values = decode_cursor(cursor)
    expected = datetime if column in _INSTANTS else str if column == "search_key" else int
    if len(values) != 2 or not isinstance(values[0], expected):  # noqa: PLR2004 - key and id
        raise wrong("cursor", "was made for another order")
    value, last_id = values
    aware = not isinstance(value, datetime) or value.tzinfo is not None
    if not aware or (expected is int and not is_id(value)):
        raise wrong("cursor", "was not made by this list")
    if last_id is None and expected is not int:
        return value, None
    if not is_id(last_id):
        raise wrong("cursor", "was not made by this list")
    return value, last_id
