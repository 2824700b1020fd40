"""The course of a restoring: lists, then files, then pieces, then a report."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from octavo.content.importers.frontmatter import FrontMatterError
from octavo.content.importers.report import ImportReport, ReportRow, make_report
from octavo.content.importers.restoring.archive import Archive, RefusedFileError
from octavo.content.importers.restoring.companion import Companion
from octavo.content.importers.restoring.files import store_files
from octavo.content.importers.restoring.lists import store_lists
from octavo.content.importers.restoring.pieces import store_piece
from octavo.content.importers.restoring.state import Restoring
from octavo.content.importers.sources import UnreadableError
from octavo.content.media.store import MediaStore
from octavo.kernel.errors import OctavoError
from octavo.kernel.events import EventBus


async def restore(
    path: Path,
    *,
    dry_run: bool,
    now: datetime,
    bus: EventBus,
    media: MediaStore,
    ctas: Companion,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Take back every piece that is not here yet; say what became of each file.

    Raises:
        UnusableSourceError: the folder is no export of ours, or one of a later version.
    """
    started = time.monotonic()
    archive = Archive(path)
    try:
        run = Restoring(
            archive=archive, dry_run=dry_run, now=now, bus=bus, store=media, ctas=ctas
        )  # fmt: skip
        await store_lists(run)
        await store_files(run)
        await _store_pieces(run, progress)
    finally:
        archive.close()
    return make_report(
        archive.source.name, archive.rows, dry_run=dry_run, notes=run.notes,
        seconds=time.monotonic() - started,
    )  # fmt: skip


async def _store_pieces(run: Restoring, progress: Callable[[int, int], None] | None) -> None:
    rows, names = run.archive.rows, run.archive.pieces()
    for name, reason in run.archive.source.refused:
        rows.append(ReportRow(file=name, outcome="skipped", reason=reason))
    for number, name in enumerate(names, start=1):
        rows.append(await _row(run, name))
        if progress is not None:
            progress(number, len(names))


async def _row(run: Restoring, name: str) -> ReportRow:
    try:
        return await store_piece(run, name)
    except FrontMatterError as exc:
        return ReportRow(file=name, outcome="skipped", reason=str(exc), line=exc.line)
    except (RefusedFileError, UnreadableError, msgspec.MsgspecError, UnicodeError) as exc:
        return ReportRow(file=name, outcome="skipped", reason=str(exc))
    except OctavoError as exc:
        fields = "; ".join(f"{one.field}: {one.message}" for one in exc.fields)
        return ReportRow(file=name, outcome="skipped", reason=fields or exc.message)
