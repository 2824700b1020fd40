"""Reads of exports in the background."""

from typing import Any

import msgspec

from octavo.content.exporters.runs.schemas import ExportRun
from octavo.content.exporters.runs.tables import ExportRunRow
from octavo.kernel.errors import NotFoundError
from octavo.kernel.pagination import Page, decode_id, encode_cursor

_RUN = tuple(getattr(ExportRunRow, name) for name in ExportRun.__struct_fields__)


class ExportNotFoundError(NotFoundError):
    """There is no such export."""

    code = "export_not_found"


async def list_runs(*, cursor: str | None = None, limit: int = 20) -> Page[ExportRun]:
    """Answer a page of the exports, newest first."""
    query = ExportRunRow.select(*_RUN).order_by(ExportRunRow.id, ascending=False)
    if cursor:
        query = query.where(ExportRunRow.id < decode_id(cursor))
    rows = await query.limit(limit + 1)
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(items=[_run(row) for row in rows[:limit]], next_cursor=next_cursor)


async def get_run(run_id: int) -> ExportRun:
    """Answer one export.

    Raises:
        ExportNotFoundError: there is none of that id.
    """
    row = await ExportRunRow.select(*_RUN).where(ExportRunRow.id == run_id).first()
    if row is None:
        raise ExportNotFoundError(f"there is no export {run_id}")
    return _run(row)


def _run(row: dict[str, Any]) -> ExportRun:
    lists = {name: msgspec.json.decode(row[name]) for name in ("counts", "notes")}
    return ExportRun(**{**row, **lists})
