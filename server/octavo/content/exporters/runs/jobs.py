"""The worker's part: one export at a time, begun anew by whoever finds it left behind."""

import asyncio
import shutil
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from piccolo.table import Table

from octavo.content.exporters.everything import write_document
from octavo.content.exporters.markdown import Companion, NoCtas, write_folder
from octavo.content.exporters.runs import service
from octavo.content.exporters.runs.tables import ExportRunRow
from octavo.content.exporters.writing import whole_file
from octavo.content.exporters.wxr import Render, export_wxr
from octavo.content.media.store import MediaStore
from octavo.kernel.clock import Clock
from octavo.kernel.errors import OctavoError
from octavo.kernel.jobs import Turn

_ATTEMPTS = 5
_KEPT = timedelta(days=7)
_ENDINGS = {"markdown": "zip", "json": "json", "wxr": "xml"}
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(kw_only=True)
class _Progress:
    done: int = 0
    total: int = 0

    def __call__(self, done: int, total: int) -> None:
        self.done, self.total = done, total


@dataclass(frozen=True, kw_only=True)
class Exporting:
    """What a worker needs to export. `folder` holds the files, one folder for each run."""

    clock: Clock
    media: MediaStore
    folder: Path
    owner: str
    tables: Sequence[type[Table]]
    render: Render
    ctas: Companion = field(default_factory=NoCtas)


async def run_next(exporting: Exporting) -> bool:
    """Do the oldest export that waits, or that another worker left behind; False if there is none."""
    await _sweep(exporting)
    turn = Turn(lease="exports", owner=exporting.owner, clock=exporting.clock)
    return await turn.take(_next, partial(_run, exporting=exporting, turn=turn))


async def _sweep(exporting: Exporting) -> None:
    """Remove what is too old, and files whose export is gone: its writer may have died since."""
    await ExportRunRow.delete().where(ExportRunRow.expires_at <= exporting.clock())
    lying = await asyncio.to_thread(service.numbered_folders, exporting.folder)
    if lying:
        rows = await ExportRunRow.select(ExportRunRow.id).where(ExportRunRow.id.is_in(lying))
        for run_id in sorted(set(lying) - {row["id"] for row in rows}):
            await service.drop_files(run_id, folder=exporting.folder)


async def _next() -> dict[str, Any] | None:
    row: dict[str, Any] | None = await (
        ExportRunRow.select()
        .where(ExportRunRow.state.is_in(["waiting", "running"]))
        .order_by(ExportRunRow.id)
        .first()
    )
    return row


async def _run(row: dict[str, Any], *, exporting: Exporting, turn: Turn) -> None:
    run_id, attempts = row["id"], row["attempts"] + 1
    if attempts > _ATTEMPTS:
        error = "it was begun five times and never came to its end"
        await _finish(run_id, exporting, {ExportRunRow.state: "failed", ExportRunRow.error: error})
        await service.drop_files(run_id, folder=exporting.folder)
        return
    started = row["started_at"] or exporting.clock()
    await _update(run_id, {ExportRunRow.state: "running", ExportRunRow.attempts: attempts,
                           ExportRunRow.started_at: started})  # fmt: skip
    progress = _Progress()

    async def tell() -> bool:
        told = {ExportRunRow.done: progress.done, ExportRunRow.total: progress.total}
        return await _update(run_id, told)

    try:
        values = await turn.keep(_export(row, exporting, progress), tell=tell)
    except OctavoError as exc:
        values = {ExportRunRow.state: "failed", ExportRunRow.error: exc.message}
    if values is not None:
        await _finish(run_id, exporting, values)


async def _export(row: dict[str, Any], exporting: Exporting, progress: _Progress) -> dict[Any, Any]:
    """Write the file; answer what the row says of it."""
    await service.drop_files(row["id"], folder=exporting.folder)
    place = await service.make_place(row["id"], folder=exporting.folder)
    now, format_ = exporting.clock(), row["format"]
    target = place / f"octavo-{format_}-{now:%Y-%m-%d}.{_ENDINGS[format_]}"
    counts: dict[str, int]
    notes: list[str] = []
    if format_ == "wxr":
        report = await export_wxr(
            target, media=exporting.media, render=exporting.render, now=now, progress=progress
        )
        counts, notes = report.counts, report.notes
    else:
        with whole_file(target) as stream:
            if format_ == "json":
                counts = await write_document(
                    stream, tables=exporting.tables, now=now, progress=progress
                )
            else:
                counts, notes = await _write_zip(stream, place, exporting, progress)
    return {
        ExportRunRow.state: "done",
        ExportRunRow.counts: msgspec.json.encode(dict(sorted(counts.items()))).decode(),
        ExportRunRow.notes: msgspec.json.encode(notes).decode(),
        ExportRunRow.name: target.name,
        ExportRunRow.size: target.stat().st_size,
        ExportRunRow.done: progress.done,
        ExportRunRow.total: progress.total,
    }


async def _write_zip(
    stream: BinaryIO, place: Path, exporting: Exporting, progress: _Progress
) -> tuple[Counter[str], list[str]]:
    folder = place / ".markdown"
    await asyncio.to_thread(folder.mkdir)
    try:
        told = await write_folder(
            folder, media=exporting.media, ctas=exporting.ctas, progress=progress
        )
        await asyncio.to_thread(_zip, folder, stream)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return told


def _zip(folder: Path, stream: BinaryIO) -> None:
    """Put a folder into an archive: the same folder makes the same bytes."""
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            member = zipfile.ZipInfo(name, _ZIP_EPOCH)
            member.external_attr = 0o644 << 16
            packed = name.startswith("media/")  # pictures and films do not get smaller
            member.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            member.file_size = path.stat().st_size  # tells beforehand whether it needs zip64
            with path.open("rb") as source, archive.open(member, "w") as target:
                while chunk := source.read(1_048_576):
                    target.write(chunk)


async def _finish(run_id: int, exporting: Exporting, values: dict[Any, Any]) -> None:
    now = exporting.clock()
    await _update(
        run_id, {**values, ExportRunRow.finished_at: now, ExportRunRow.expires_at: now + _KEPT}
    )


async def _update(run_id: int, values: dict[Any, Any]) -> bool:
    rows = await (
        ExportRunRow.update(values).where(ExportRunRow.id == run_id).returning(ExportRunRow.id)
    )
    return bool(rows)
