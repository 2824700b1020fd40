"""What the worker runs for tracking: rolling up, sweeping, forgetting, checking.

All may run twice, late, or at once in two processes. Rolling up is exact because the event's flag,
the visitors seen and the figures change in one transaction; one process at a time does it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from octavo.kernel import db
from octavo.kernel.clock import to_ms
from octavo.tracking import rollup, sql
from octavo.tracking.queries import recompute, stored_figures
from octavo.tracking.rollup import ANONYMOUS, CONTENT_GRAINS, KEYS, METRICS, Cell, Figures, Raw
from octavo.tracking.schemas import Difference
from octavo.tracking.spool import SpoolReport, import_spools
from octavo.tracking.tables import DailyRow, DirtyRow, EventRow, SaltRow, transaction

__all__ = [
    "audit",
    "rebuild",
    "rebuild_dirty",
    "roll_up",
    "rotate_salts",
    "sweep_spool",
]

_BATCH = 5_000
# On SQLite the rollup and the clicks write to one file: hold it for a part of their deadline only.
_SQLITE_BATCH = 400
# SQLite's waiting writers look again after growing pauses: leave them a gap to find.
_SQLITE_PAUSE_S = 0.02
_SEEN_CHUNK = 5_000
_PG_LOCK = 0x0C7A70  # ours alone, for pg_advisory_xact_lock

_SEEN = (("day", "integer"), ("k", "bigint"))
_DAILY = (
    ("grain", "smallint"),
    ("day", "integer"),
    ("content_id", "bigint"),
    ("channel_id", "integer"),
    ("cta_id", "bigint"),
    ("variant_id", "smallint"),
    *((metric, "bigint") for metric in METRICS),
)


async def roll_up(now: datetime, *, at_most: int = 200_000) -> int:
    """Add pending events to the daily figures; answer how many were added.

    Takes what was there at `now` or at most `at_most`, in transactions of a bounded length.
    """
    limit = _SQLITE_BATCH if sql.here() == "sqlite" else _BATCH
    total = await _roll_minutes()
    while total < at_most:
        rolled = await _roll_events(limit, received_until=to_ms(now))
        total += rolled
        if rolled < limit:
            break
        if sql.here() == "sqlite":
            await asyncio.sleep(_SQLITE_PAUSE_S)
    return total


async def _roll_events(limit: int, *, received_until: int) -> int:
    async with transaction():
        await _take_turn()
        rows = await db.fetch(
            "UPDATE trk_event SET rolled = 1 WHERE rolled = 0 AND event_id IN ("
            "SELECT event_id FROM trk_event WHERE rolled = 0 AND received_at <= {} "
            "ORDER BY received_at LIMIT {}) "
            "RETURNING kind, day, content_id, channel_id, cta_id, variant_id, "
            "class AS klass, visitor",
            received_until,
            limit,
            table=EventRow,
        )
        events = msgspec.convert(rows, list[Raw])
        figures = rollup.counts(events)
        marks = rollup.candidates(events)
        for day, k in await _see(list(marks)):
            cell, metric = marks[day, k]
            figures[cell][metric] += 1
        await _add(figures)
    return len(events)


async def _roll_minutes() -> int:
    """Add the counters of hits without rows. Locked first: they grow while we read them."""
    lock = "" if sql.here() == "sqlite" else " FOR UPDATE"
    async with transaction():
        await _take_turn()
        rows = await db.fetch(
            "SELECT id, 3 AS kind, day, content_id, channel_id, cta_id, variant_id, "  # noqa: S608
            "class AS klass, NULL AS visitor, n - rolled AS n "
            f"FROM trk_minute WHERE n > rolled ORDER BY id LIMIT 5000{lock}",
            table=EventRow,
        )
        if not rows:
            return 0
        await _add(rollup.counts(msgspec.convert(rows, list[Raw])))
        ids = sql.source([("id", "bigint")], sql.here())
        await db.fetch(
            f"UPDATE trk_minute SET rolled = n WHERE id IN ({ids})",  # noqa: S608
            sql.encode([(row["id"],) for row in rows]),
            table=EventRow,
        )
    return sum(row["n"] for row in rows)


async def _take_turn() -> None:
    """Wait until no other process changes figures. SQLite's IMMEDIATE has seen to it already."""
    if sql.here() == "postgres":
        await db.fetch("SELECT pg_advisory_xact_lock({})", _PG_LOCK, table=EventRow)


async def _see(marks: Sequence[rollup.Mark]) -> list[rollup.Mark]:
    """Remember visitors as counted; answer those who were not before."""
    new: list[rollup.Mark] = []
    for start in range(0, len(marks), _SEEN_CHUNK):
        rows = await db.fetch(
            f"INSERT INTO trk_seen (day, k) {sql.source(_SEEN, sql.here())} "
            "ON CONFLICT (day, k) DO NOTHING RETURNING day, k",
            sql.encode(marks[start : start + _SEEN_CHUNK]),
            table=EventRow,
        )
        new += [(row["day"], row["k"]) for row in rows]
    return new


async def _add(figures: Figures) -> None:
    await _write(figures, ", ".join(f"{m} = trk_daily.{m} + excluded.{m}" for m in METRICS))


async def _write(figures: Figures, change: str) -> None:
    if not figures:
        return
    rows = [(*cell, *(figures[cell][metric] for metric in METRICS)) for cell in sorted(figures)]
    await db.fetch(
        f"INSERT INTO trk_daily ({sql.names(_DAILY)}) "
        f"{sql.source(_DAILY, sql.here())} "
        f"ON CONFLICT (grain, day, {', '.join(KEYS)}) DO UPDATE SET {change}",
        sql.encode(rows),
        table=DailyRow,
    )


async def sweep_spool(folder: Path, *, now: datetime) -> SpoolReport:
    """Store what processes left in the spool (`state_dir / "spool"`)."""
    return await import_spools(folder, now_ms=to_ms(now))


async def rotate_salts(now: datetime) -> int:
    """Destroy the salts whose time is over, and every hash made with them; answer how many.

    Salts are made when first needed. From now on the figures of unique visitors of those days
    stand still; what still arrives for them counts without identity.
    """
    due = await SaltRow.select(SaltRow.day).where(SaltRow.destroy_at <= to_ms(now))
    if due:
        await roll_up(now)
    for row in due:
        await _destroy(row["day"])
    return len(due)


async def _destroy(day: int) -> None:
    async with transaction():
        await _take_turn()
        await db.fetch(
            "UPDATE trk_event SET visitor = NULL WHERE day = {} AND visitor IS NOT NULL",
            day,
            table=EventRow,
        )
        await db.fetch("DELETE FROM trk_seen WHERE day = {}", day, table=EventRow)
        # Overwritten before it is deleted: SQLite leaves deleted bytes lying in the file.
        await db.fetch(
            "UPDATE trk_salt SET salt = {} WHERE day = {}", "0" * 64, day, table=EventRow
        )
        await db.fetch("DELETE FROM trk_salt WHERE day = {}", day, table=EventRow)


async def audit(day: int) -> list[Difference]:
    """Answer where the figures of a day are not what its raw events say; the right answer is [].

    Of days whose salt is gone only the figures that need no visitors can be checked.
    """
    async with transaction():
        await _take_turn()
        metrics = METRICS if await _has_salt(day) else ANONYMOUS
        computed = await recompute(day)
        stored = await stored_figures(day)
    differences = []
    for cell in sorted(computed.keys() | stored.keys()):
        want = {m: computed[cell][m] for m in metrics} if cell in computed else {}
        have = {m: stored[cell][m] for m in metrics} if cell in stored else {}
        if {m: n for m, n in want.items() if n} != {m: n for m, n in have.items() if n}:
            differences.append(Difference(cell=cell, stored=have, computed=want))
    return differences


async def rebuild(day: int, content_id: int) -> None:
    """Compute the figures of one piece on one day again from its raw events.

    Channel and site figures of the day are computed again as a whole, and so is who was seen: one
    piece's part cannot be taken out of a hash. Once the day's salt is gone, figures that need
    visitors stay as they are.
    """
    async with transaction():
        await _take_turn()
        alive = await _has_salt(day)
        metrics = METRICS if alive else ANONYMOUS
        figures = {
            cell: figure
            for cell, figure in (await recompute(day)).items()
            if _is_touched(cell, content_id)
        }
        await _clear(day, content_id, metrics)
        await _write(figures, ", ".join(f"{metric} = excluded.{metric}" for metric in metrics))
        if alive:
            await _see_again(day)


async def rebuild_dirty(now: datetime) -> int:
    """Rebuild every cell marked dirty up to `now`; answer how many."""
    rows = await (
        DirtyRow.select(DirtyRow.id, DirtyRow.day, DirtyRow.content_id)
        .where(DirtyRow.marked_at <= to_ms(now))
        .order_by(DirtyRow.id)
        .limit(1_000)
    )
    for row in rows:
        await rebuild(row["day"], row["content_id"])
        await DirtyRow.delete().where(DirtyRow.id == row["id"])
    return len(rows)


def _is_touched(cell: Cell, content_id: int) -> bool:
    return cell[0] not in CONTENT_GRAINS or cell[2] == content_id


async def _has_salt(day: int) -> bool:
    return await SaltRow.exists().where(SaltRow.day == day)


async def _clear(day: int, content_id: int, metrics: Sequence[str]) -> None:
    """Set the figures about to be written to zero: some cells may hold nothing any more."""
    zeros = ", ".join(f"{metric} = 0" for metric in metrics)
    await db.fetch(
        f"UPDATE trk_daily SET {zeros} "  # noqa: S608 - constants
        "WHERE day = {} AND (grain IN (4, 5) OR content_id = {})",
        day,
        content_id,
        table=DailyRow,
    )


async def _see_again(day: int) -> None:
    await db.fetch("DELETE FROM trk_seen WHERE day = {}", day, table=EventRow)
    rows = await db.fetch(
        f"SELECT DISTINCT kind, day, {', '.join(KEYS)}, class AS klass, visitor "  # noqa: S608
        "FROM trk_event WHERE day = {} AND rolled = 1 AND class = 0 AND visitor IS NOT NULL",
        day,
        table=EventRow,
    )
    await _see(list(rollup.candidates(msgspec.convert(rows, list[Raw]))))
