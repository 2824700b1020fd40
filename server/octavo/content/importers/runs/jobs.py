"""The worker's part: one import at a time, taken up again by whoever finds it left behind."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from octavo.content.importers import formats, intake
from octavo.content.importers.ghost.service import GhostOptions, import_ghost
from octavo.content.importers.markdown import MarkdownFolder
from octavo.content.importers.report import ImportReport, ReportRow
from octavo.content.importers.restoring.archive import is_own_export
from octavo.content.importers.restoring.companion import Companion, NoCtas
from octavo.content.importers.restoring.service import restore
from octavo.content.importers.runs import service
from octavo.content.importers.runs.schemas import RunOptions
from octavo.content.importers.runs.tables import ImportRunRow
from octavo.content.importers.wordpress.service import WordPressOptions, import_wordpress
from octavo.content.media.store import MediaStore
from octavo.kernel.clock import Clock
from octavo.kernel.errors import OctavoError
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.jobs import Turn

_ATTEMPTS = 5


@dataclass(kw_only=True)
class _Progress:
    phase: str = ""
    done: int = 0
    total: int = 0
    written: tuple[str, int, int] = field(default=("", 0, 0))

    def __call__(self, phase: str, done: int, total: int) -> None:
        self.phase, self.done, self.total = phase, done, total


@dataclass(frozen=True, kw_only=True)
class Importing:
    """What a worker needs to import. `folder` holds the uploads."""

    clock: Clock
    bus: EventBus
    media: MediaStore
    http: GuardedClient
    folder: Path
    owner: str
    ctas: Companion = field(default_factory=NoCtas)


async def run_next(importing: Importing) -> bool:
    """Do the oldest import that waits, or that another worker left behind; False if there is none."""
    turn = Turn(lease="imports", owner=importing.owner, clock=importing.clock)
    return await turn.take(_next, partial(_run, importing=importing, turn=turn))


async def _next() -> dict[str, Any] | None:
    row: dict[str, Any] | None = await (
        ImportRunRow.select()
        .where(ImportRunRow.state.is_in(["waiting", "running"]))
        .order_by(ImportRunRow.id)
        .first()
    )
    return row


async def _run(row: dict[str, Any], *, importing: Importing, turn: Turn) -> None:
    run_id, attempts = row["id"], row["attempts"] + 1
    if attempts > _ATTEMPTS:
        await _finish(row, importing, error="it was begun five times and never came to its end")
        return
    await _update(
        run_id,
        {
            ImportRunRow.state: "running",
            ImportRunRow.attempts: attempts,
            ImportRunRow.started_at: row["started_at"] or importing.clock(),
        },
    )
    progress = _Progress()

    async def tell() -> bool:
        await _tell(run_id, progress)
        return True

    try:
        report = await turn.keep(_import(row, importing, progress), tell=tell)
    except OctavoError as exc:
        await _finish(row, importing, error=exc.message)
        return
    if report is not None:
        await _finish(row, importing, notes=report.notes)


async def _import(
    row: dict[str, Any], importing: Importing, progress: formats.Progress
) -> ImportReport:
    options = msgspec.json.decode(row["options"], type=RunOptions)
    path = importing.folder / row["file"]
    common = formats.Options(
        dry_run=options.dry_run,
        author_email=options.author or None,
        zone=options.timezone or None,
    )

    async def log(rows: "list[tuple[int, ReportRow]]") -> None:
        await service.note_rows(row["id"], rows)

    given: dict[str, Any] = {
        "now": importing.clock(),
        "bus": importing.bus,
        "progress": progress,
        "log": log,
    }
    reach: dict[str, Any] = {"media": importing.media, "http": importing.http}
    if row["format"] == "wordpress":
        wordpress = WordPressOptions(
            common=common, fetch_media=options.fetch_media, comments=options.comments
        )
        return await import_wordpress(path, options=wordpress, **given, **reach)
    if row["format"] == "ghost":
        ghost = GhostOptions(
            common=common, fetch_media=options.fetch_media, site_url=options.site_url
        )
        return await import_ghost(path, options=ghost, **given, **reach)
    if await asyncio.to_thread(is_own_export, path):
        report = await _restore(path, importing, progress, dry_run=options.dry_run)
        await log(list(enumerate(report.rows)))
        return report
    folder = MarkdownFolder(path, media=importing.media, now=given["now"], dry_run=options.dry_run)
    return await intake.take_in(folder, options=common, **given)


async def _restore(
    path: Path, importing: Importing, progress: formats.Progress, *, dry_run: bool
) -> ImportReport:
    return await restore(
        path,
        dry_run=dry_run,
        now=importing.clock(),
        bus=importing.bus,
        media=importing.media,
        ctas=importing.ctas,
        progress=lambda done, total: progress("importing", done, total),
    )


async def _tell(run_id: int, progress: _Progress) -> None:
    told = (progress.phase, progress.done, progress.total)
    if told == progress.written:
        return
    progress.written = told
    await _update(
        run_id,
        {ImportRunRow.phase: told[0], ImportRunRow.done: told[1], ImportRunRow.total: told[2]},
    )


async def _finish(
    row: dict[str, Any], importing: Importing, *, notes: list[str] | None = None, error: str = ""
) -> None:
    await _update(
        row["id"],
        {
            ImportRunRow.state: "failed" if error else "done",
            ImportRunRow.error: error,
            ImportRunRow.notes: msgspec.json.encode(notes or []).decode(),
            ImportRunRow.finished_at: importing.clock(),
            ImportRunRow.file: "",
        },
    )
    await service.drop_file(row["file"], folder=importing.folder)


async def _update(run_id: int, values: dict[Any, Any]) -> None:
    await ImportRunRow.update(values).where(ImportRunRow.id == run_id)
