"""Reads of imports in the background."""

from collections import defaultdict
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count, Sum

from octavo.content.importers.report import Outcome, ReportRow
from octavo.content.importers.runs.schemas import ImportDetail, ImportRun
from octavo.content.importers.runs.tables import ImportReportRow, ImportRunRow
from octavo.kernel.errors import NotFoundError
from octavo.kernel.pagination import Page, decode_id, encode_cursor

_NAMES = [name for name in ImportRun.__struct_fields__ if name != "counts"]
_RUN = tuple(getattr(ImportRunRow, name) for name in _NAMES)
_SHOWN = 200


class ImportNotFoundError(NotFoundError):
    """There is no such import."""

    code = "import_not_found"


async def list_runs(*, cursor: str | None = None, limit: int = 20) -> Page[ImportRun]:
    """Answer a page of the imports, newest first."""
    query = ImportRunRow.select(*_RUN).order_by(ImportRunRow.id, ascending=False)
    if cursor:
        query = query.where(ImportRunRow.id < decode_id(cursor))
    rows = await query.limit(limit + 1)
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(items=await _runs(rows[:limit]), next_cursor=next_cursor)


async def get_run(run_id: int) -> ImportDetail:
    """Answer one import.

    Raises:
        ImportNotFoundError: there is none of that id.
    """
    row = await ImportRunRow.select(*_RUN).where(ImportRunRow.id == run_id).first()
    if row is None:
        raise ImportNotFoundError(f"there is no import {run_id}")
    (run,) = await _runs([row])
    rows = await (
        ImportReportRow.select(ImportReportRow.row)
        .where(
            (ImportReportRow.run_id == run_id)
            & ((ImportReportRow.outcome == "skipped") | (ImportReportRow.warnings > 0))
        )
        .order_by(ImportReportRow.number)
        .limit(_SHOWN)
    )
    return ImportDetail(**msgspec.structs.asdict(run), rows=[_row(one["row"]) for one in rows])


async def list_rows(
    run_id: int, *, outcome: Outcome | None, cursor: str | None, limit: int
) -> Page[ReportRow]:
    """Answer a page of what became of the items, in the order of the source."""
    query = (
        ImportReportRow.select(ImportReportRow.number, ImportReportRow.row)
        .where(ImportReportRow.run_id == run_id)
        .order_by(ImportReportRow.number)
    )
    if outcome is not None:
        query = query.where(ImportReportRow.outcome == outcome)
    if cursor:
        query = query.where(ImportReportRow.number > decode_id(cursor))
    rows = await query.limit(limit + 1)
    if not rows and not await ImportRunRow.exists().where(ImportRunRow.id == run_id):
        raise ImportNotFoundError(f"there is no import {run_id}")
    next_cursor = encode_cursor((rows[limit - 1]["number"],)) if len(rows) > limit else None
    return Page(items=[_row(one["row"]) for one in rows[:limit]], next_cursor=next_cursor)


async def _runs(rows: list[dict[str, Any]]) -> list[ImportRun]:
    counts = await _counts([row["id"] for row in rows])
    return [
        ImportRun(
            **{**row, "notes": msgspec.json.decode(row["notes"])},
            counts=counts[row["id"]],
        )
        for row in rows
    ]


async def _counts(run_ids: list[int]) -> dict[int, dict[str, int]]:
    names = ("taken", "changed", "unchanged", "skipped", "warnings")
    counts: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    if not run_ids:
        return counts
    rows = await (
        ImportReportRow.select(
            ImportReportRow.run_id,
            ImportReportRow.outcome,
            Count(alias="items"),
            Sum(ImportReportRow.warnings, alias="noticed"),
        )
        .where(ImportReportRow.run_id.is_in(run_ids))
        .group_by(ImportReportRow.run_id, ImportReportRow.outcome)
    )
    for row in rows:
        of_run = counts[row["run_id"]]
        of_run[row["outcome"]] = row["items"]
        of_run["warnings"] += int(row["noticed"] or 0)
    return counts


def _row(raw: str) -> ReportRow:
    return msgspec.json.decode(raw, type=ReportRow)
