"""Starting exports in the background, handing out their files, removing them."""

import asyncio
import shutil
from datetime import datetime
from pathlib import Path

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content.exporters.runs import queries
from octavo.content.exporters.runs.schemas import ExportRun, Format
from octavo.content.exporters.runs.tables import ExportRunRow
from octavo.content.exporters.writing import no_room
from octavo.kernel.db import transaction
from octavo.kernel.errors import RefusedError


class ExportNotReadyError(RefusedError):
    """There is no file to hand out."""

    code = "export_not_ready"


async def start_run(*, format_: Format, actor: Actor, now: datetime) -> ExportRun:
    """Give a worker an export to do."""
    async with transaction():
        rows = await ExportRunRow.insert(
            ExportRunRow(
                format=format_,
                state="waiting",
                created_by=actor.id if actor.kind == "user" else None,
                created_by_name=actor.name[:120],
                created_at=now,
            )
        ).returning(ExportRunRow.id)
        run_id = rows[0]["id"]
        await accounts.record(
            actor, "export.started", subject=f"export:{run_id}", now=now,
            detail={"format": format_},
        )  # fmt: skip
    return await queries.get_run(run_id)


async def open_file(run_id: int, *, folder: Path, actor: Actor, now: datetime) -> Path:
    """Answer where the whole file lies; that somebody took it is noted.

    Raises:
        ExportNotFoundError: there is none of that id.
        ExportNotReadyError: its file is not whole yet, or gone.
    """
    run = await queries.get_run(run_id)
    path = folder / str(run_id) / run.name
    if run.state != "done" or not run.name or not await asyncio.to_thread(path.is_file):
        raise ExportNotReadyError(f"export {run_id} has no file to download")
    await accounts.record(actor, "export.downloaded", subject=f"export:{run_id}", now=now)
    return path


async def delete_run(run_id: int, *, folder: Path, actor: Actor, now: datetime) -> None:
    """Remove an export with its file; a worker that is still writing it stops.

    Raises:
        ExportNotFoundError: there is none of that id.
    """
    await queries.get_run(run_id)
    async with transaction():
        await ExportRunRow.delete().where(ExportRunRow.id == run_id)
        await accounts.record(actor, "export.deleted", subject=f"export:{run_id}", now=now)
    await drop_files(run_id, folder=folder)


async def make_place(run_id: int, *, folder: Path) -> Path:
    """Make the folder that an export writes into, readable for nobody else.

    Raises:
        NoRoomError: the disk is full, or may not be written to.
    """
    place = folder / str(run_id)
    try:
        await asyncio.to_thread(place.mkdir, parents=True, mode=0o700)
    except OSError as exc:
        raise no_room(place, exc) from exc
    return place


def numbered_folders(folder: Path) -> list[int]:
    """Answer the ids of the exports that have something on the disk."""
    if not folder.is_dir():
        return []
    return [int(entry.name) for entry in folder.iterdir() if entry.name.isdecimal()]


async def drop_files(run_id: int, *, folder: Path) -> None:
    """Remove whatever an export has on the disk."""
    await asyncio.to_thread(shutil.rmtree, folder / str(run_id), ignore_errors=True)
