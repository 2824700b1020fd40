"""Reads of tracking. Rows in, Structs out."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from octavo.kernel import db
from octavo.kernel.db import one_of
from octavo.tracking.errors import ChannelUnknownError
from octavo.tracking.rollup import FILTERED, GRAINS, KEYS, METRICS, Cell, Figures, Raw, counts
from octavo.tracking.rules import day_range
from octavo.tracking.schemas import Channel, DataQuality, Link, Totals
from octavo.tracking.spool import spool_depth
from octavo.tracking.tables import ChannelRow, DailyRow, EventRow, LinkRow

_LINK = (
    LinkRow.link_id,
    LinkRow.code,
    LinkRow.content_id,
    LinkRow.cta_id,
    LinkRow.channel_id,
    LinkRow.variant_id,
    LinkRow.delivery_id,
    LinkRow.dest_url,
    LinkRow.pass_click_id,
    LinkRow.retired_at,
)
_TOTALS = {
    "impressions": "impressions",
    "exposed": "u_exposed",
    "clicks": "clicks",
    "unique_clicks": "u_clicks",
    "clicks_noid": "clicks_noid",
    "conversions": "conversions",
    "converters": "converters",
    "bot": "x_bot",
    "preview": "x_preview",
    "prefetch": "x_prefetch",
    "scanner": "x_scanner",
    "other": "x_other",
}
_CHUNK = 500
_CHANNEL = (ChannelRow.channel_id, ChannelRow.code, ChannelRow.exposure)


def link_of(row: dict[str, Any]) -> Link:
    """Answer a link row as the others know it."""
    return Link(
        link_id=row["link_id"],
        code=row["code"],
        content_id=row["content_id"],
        cta_id=row["cta_id"],
        channel_id=row["channel_id"],
        variant_id=row["variant_id"],
        delivery_id=row["delivery_id"] or None,
        dest_url=row["dest_url"],
        pass_click_id=bool(row["pass_click_id"]),
        retired=row["retired_at"] is not None,
    )


async def find_links(
    *,
    content_id: int | None = None,
    cta_id: int | None = None,
    delivery_id: int | None = None,
) -> list[Link]:
    """Answer the links that match everything given, oldest first; retired ones too."""
    query = LinkRow.select(*_LINK).order_by(LinkRow.link_id).limit(10_000)
    if content_id is not None:
        query = query.where(LinkRow.content_id == content_id)
    if cta_id is not None:
        query = query.where(LinkRow.cta_id == cta_id)
    if delivery_id is not None:
        query = query.where(LinkRow.delivery_id == delivery_id)
    return [link_of(row) for row in await query]


async def standing_links(content_ids: Sequence[int]) -> list[Link]:
    """Answer the live links of many contents that belong to no delivery."""
    links: list[Link] = []
    for start in range(0, len(content_ids), _CHUNK):
        rows = await LinkRow.select(*_LINK).where(
            one_of(LinkRow.content_id, content_ids[start : start + _CHUNK])
            & (LinkRow.delivery_id == 0)
            & LinkRow.retired_at.is_null()
        )
        links += [link_of(row) for row in rows]
    return links


async def get_channel(channel_id: int) -> Channel:
    """Answer one channel.

    Raises:
        ChannelUnknownError: tracking was never told of it.
    """
    row = await ChannelRow.select(*_CHANNEL).where(ChannelRow.channel_id == channel_id).first()
    if row is None:
        raise ChannelUnknownError(f"tracking knows no channel {channel_id}")
    return msgspec.convert(row, Channel)


async def list_channels() -> list[Channel]:
    """Answer every channel, the blog and its feeds first."""
    rows = await ChannelRow.select(*_CHANNEL).order_by(ChannelRow.channel_id).limit(1_000)
    return msgspec.convert(rows, list[Channel])


async def totals(content_id: int, day_from: int, day_to: int) -> list[Totals]:
    """Answer the figures of a piece's calls to action, each on each channel, both days included."""
    return await _totals(1, content_id, day_from, day_to)


async def totals_of_all_channels(content_id: int, day_from: int, day_to: int) -> list[Totals]:
    """Answer the figures of a piece's calls to action over all channels (`channel_id` 0).

    Not the sum of `totals`: whoever clicked on two channels on one day is one visitor here.
    """
    return await _totals(6, content_id, day_from, day_to)


async def _totals(grain: int, content_id: int, day_from: int, day_to: int) -> list[Totals]:
    sums = ", ".join(f"CAST(SUM({column}) AS BIGINT) AS {name}" for name, column in _TOTALS.items())
    rows = await db.fetch(
        f"SELECT cta_id, channel_id, {sums} FROM trk_daily "  # noqa: S608 - constants
        "WHERE grain = {} AND content_id = {} AND day BETWEEN {} AND {} "
        "GROUP BY cta_id, channel_id ORDER BY cta_id, channel_id",
        grain,
        content_id,
        day_from,
        day_to,
        table=DailyRow,
    )
    return msgspec.convert(rows, list[Totals])


async def pending(*, content_id: int | None = None) -> tuple[int, int | None]:
    """Answer how many events wait to be rolled up, and when the oldest came in (ms)."""
    where = "" if content_id is None else f" AND content_id = {int(content_id)}"
    rows = await db.fetch(
        "SELECT COUNT(*) AS n, MIN(received_at) AS oldest "  # noqa: S608 - an integer
        f"FROM trk_event WHERE rolled = 0{where}",
        table=EventRow,
    )
    return rows[0]["n"], rows[0]["oldest"]


async def data_quality(day_from: int, day_to: int, *, spool: Path) -> DataQuality:
    """Answer what was filtered out, how much came without identity, and what still waits."""
    metrics = ("clicks", "clicks_noid", *sorted(set(FILTERED.values())))
    rows = await db.fetch(
        "SELECT "  # noqa: S608 - constants
        + ", ".join(f"CAST(COALESCE(SUM({m}), 0) AS BIGINT) AS {m}" for m in metrics)
        + " FROM trk_daily WHERE grain = 5 AND day BETWEEN {} AND {}",
        day_from,
        day_to,
        table=DailyRow,
    )
    waiting, oldest = await pending()
    return DataQuality(
        day_from=day_from,
        day_to=day_to,
        clicks=rows[0]["clicks"],
        clicks_noid=rows[0]["clicks_noid"],
        filtered={m.removeprefix("x_"): rows[0][m] for m in metrics if m.startswith("x_")},
        not_rolled_up=waiting,
        oldest_pending_ms=oldest,
        spooled_files=spool_depth(spool),
    )


async def stored_figures(day: int) -> Figures:
    """Answer the figures of a day as they are stored."""
    rows = await db.fetch(
        f"SELECT grain, day, {', '.join((*KEYS, *METRICS))} "  # noqa: S608 - constants
        "FROM trk_daily WHERE day = {}",
        day,
        table=DailyRow,
    )
    return {_cell(row): Counter({m: row[m] for m in METRICS}) for row in rows}


async def recompute(day: int) -> Figures:
    """Answer the figures of a day as its raw events, rolled up so far, say they should be.

    Written apart from the rollup on purpose, as plain aggregates: it is what the audit trusts.
    """
    figures: Figures = defaultdict(Counter)
    rows = await db.fetch(
        f"SELECT kind, day, {', '.join(KEYS)}, class AS klass, "  # noqa: S608 - constants
        "CASE WHEN visitor IS NULL THEN NULL ELSE '+' END AS visitor, COUNT(*) AS n "
        "FROM trk_event WHERE day = {} AND rolled = 1 "
        f"GROUP BY kind, day, {', '.join(KEYS)}, class, "
        "CASE WHEN visitor IS NULL THEN NULL ELSE '+' END",
        day,
        table=EventRow,
    )
    minutes = await db.fetch(
        f"SELECT 3 AS kind, day, {', '.join(KEYS)}, class AS klass, "  # noqa: S608 - constants
        "NULL AS visitor, CAST(SUM(rolled) AS BIGINT) AS n FROM trk_minute WHERE day = {} "
        f"GROUP BY day, {', '.join(KEYS)}, class",
        day,
        table=EventRow,
    )
    for cell, figure in counts(msgspec.convert([*rows, *minutes], list[Raw])).items():
        figures[cell].update(figure)
    for grain in GRAINS:
        for cell, visitors in (await _unique_clicks(grain, day)).items():
            figures[cell]["u_clicks"] = visitors
    return figures


async def _unique_clicks(grain: int, day: int) -> dict[Cell, int]:
    kept = [key for key, keep in zip(KEYS, GRAINS[grain], strict=True) if keep]
    group = f" GROUP BY {', '.join(kept)}" if kept else ""
    rows = await db.fetch(
        f"SELECT {''.join(f'{key}, ' for key in kept)}"  # noqa: S608 - constants
        "COUNT(DISTINCT visitor) AS visitors FROM trk_event WHERE day = {} AND rolled = 1 "
        f"AND class = 0 AND kind = 3 AND visitor IS NOT NULL{group}",
        day,
        table=EventRow,
    )
    return {
        _cell({"grain": grain, "day": day, **dict.fromkeys(KEYS, 0), **row}): row["visitors"]
        for row in rows
        if row["visitors"]
    }


def _cell(row: dict[str, Any]) -> Cell:
    return (
        row["grain"],
        row["day"],
        row["content_id"],
        row["channel_id"],
        row["cta_id"],
        row["variant_id"],
    )


__all__ = [
    "data_quality",
    "day_range",
    "find_links",
    "get_channel",
    "link_of",
    "list_channels",
    "pending",
    "recompute",
    "standing_links",
    "stored_figures",
    "totals",
    "totals_of_all_channels",
]
