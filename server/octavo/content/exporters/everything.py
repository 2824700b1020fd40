"""`octavo export json`: every table that holds something of the user's, in one document.

Written row by row, so its size does not matter. Columns are named here one by one to be left out or,
with their whole table, to be taken: a new table is in no export before somebody decides about it.
"""
# ruff: noqa: SLF001 - Piccolo tells of its tables through `_meta`

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from piccolo.table import Table

from octavo.content.exporters.report import ExportReport, counted
from octavo.content.exporters.writing import whole_file
from octavo.kernel.errors import OctavoError

__all__ = ["LEFT_OUT", "TAKEN", "VERSION", "export_json", "write_document"]

FORMAT = "octavo-library"
VERSION = 1

TAKEN: dict[str, frozenset[str]] = {
    # table: columns that stay here, because they let somebody in or mean nothing elsewhere
    "organisation": frozenset(),
    "account_user": frozenset({"password_hash"}),
    "objective": frozenset(),
    "campaign": frozenset(),
    "trk_channel": frozenset(),
    "trk_link": frozenset(),
    "trk_daily": frozenset(),
    "series": frozenset(),
    "tag": frozenset(),
    "author": frozenset(),
    "media": frozenset({"staged", "search_key"}),
    "piece": frozenset({"search_key"}),
    "piece_revision": frozenset({"media_noted"}),
    "piece_tag": frozenset(),
    "piece_author": frozenset(),
    "media_use": frozenset(),
    "redirect": frozenset(),
    "imported_piece": frozenset(),
    "piece_reviewer": frozenset(),
    "piece_verdict": frozenset({"principal"}),
    "piece_comment": frozenset({"principal"}),
    "cta": frozenset({"linked_version"}),
    "piece_cta": frozenset(),
    "channel": frozenset({"secrets"}),
    "deploy_target": frozenset({"secrets", "release"}),
    "delivery": frozenset({"key", "owner", "lease_until", "fence", "prepared", "pending"}),
    "delivery_attempt": frozenset(),
    # The address of a webhook is often a secret itself.
    "webhook": frozenset({"url", "secret", "previous_secret", "previous_until", "code"}),
}
LEFT_OUT = frozenset({
    "kernel_lease", "kernel_idempotency", "kernel_attempt_count",
    "account_invitation", "account_session", "account_key", "account_audit",
    "trk_salt", "trk_event", "trk_minute", "trk_seen", "trk_dirty",
    "piece_presence", "bulk_action", "bulk_item", "import_run", "import_report", "export_run",
    "site_change", "site_live", "deploy_run", "preview_link", "rendition", "card", "reading_version",
    "webhook_event", "webhook_delivery", "webhook_attempt",
})  # fmt: skip
_JSON = frozenset({
    "nav", "theme", "fields", "meta", "extra", "tag_names", "author_names", "edit_refs", "settings",
    "limits", "account", "links", "events",
})  # fmt: skip
_AT_ONCE = 50


class UndecidedTableError(OctavoError):
    """A table is in neither list."""

    code = "undecided_table"


async def export_json(
    target: Path,
    *,
    tables: Sequence[type[Table]],
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> ExportReport:
    """Write everything into one file, which appears when it is complete.

    Raises:
        TargetRefusedError: there is no folder for it, or a folder has its name.
        NoRoomError: the disk is full.
    """
    started = time.monotonic()
    with whole_file(target) as stream:
        counts = await write_document(stream, tables=tables, now=now, progress=progress)
    return ExportReport(
        target=target.name,
        format="json",
        counts=counted(counts),
        notes=["files of the media library are not in it; their hashes are"],
        seconds=time.monotonic() - started,
    )


async def write_document(
    stream: BinaryIO,
    *,
    tables: Sequence[type[Table]],
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Counter[str]:
    """Write everything: `{"format", "version", "exported_at", "tables": {name: [row, …]}}`.

    One row is one line. Answers the rows by table; `progress` counts rows of all of them.

    Raises:
        UndecidedTableError: somebody made a table and did not say whether it is exported.
    """
    known = {table._meta.tablename: table for table in tables}
    if undecided := sorted(known.keys() - TAKEN.keys() - LEFT_OUT):
        raise UndecidedTableError(f"nobody said whether to export {', '.join(undecided)}")
    counts: Counter[str] = Counter()
    head = {"format": FORMAT, "version": VERSION, "exported_at": now}
    stream.write(msgspec.json.encode(head)[:-1] + b',"tables":{')
    names = [name for name in TAKEN if name in known]
    total = sum([await known[name].count() for name in names])
    for place, name in enumerate(names):
        stream.write((b"," if place else b"") + b"\n" + msgspec.json.encode(name) + b":[")
        async for rows in _rows(known[name], TAKEN[name]):
            # Texts are long: putting them together must not hold up a server's requests.
            await asyncio.to_thread(_write_rows, stream, rows, is_first=not counts[name])
            counts[name] += len(rows)
            if progress is not None:
                progress(counts.total(), max(total, counts.total()))
        stream.write(b"]")
    stream.write(b"\n}}\n")
    return counts


async def _rows(table: type[Table], hidden: frozenset[str]) -> AsyncIterator[list[dict[str, Any]]]:
    columns = [column for column in table._meta.columns if column._meta.name not in hidden]
    key: Any = table._meta.primary_key
    query = table.select(*columns).order_by(key).limit(_AT_ONCE)
    rows = await query
    while rows:
        yield rows
        after = key > rows[-1][key._meta.name]
        rows = await table.select(*columns).where(after).order_by(key).limit(_AT_ONCE)


def _write_rows(stream: BinaryIO, rows: list[dict[str, Any]], *, is_first: bool) -> None:
    lines = [
        msgspec.json.encode({name: _value(name, value) for name, value in row.items()})
        for row in rows
    ]
    stream.write((b"\n" if is_first else b",\n") + b",\n".join(lines))


def _value(name: str, value: Any) -> Any:
    if name not in _JSON or not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value
