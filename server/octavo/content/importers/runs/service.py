"""Starting imports in the background, and telling of their progress."""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content.errors import wrong
from octavo.content.importers.report import ReportRow
from octavo.content.importers.runs import queries
from octavo.content.importers.runs.schemas import Format, ImportDetail, RunOptions
from octavo.content.importers.runs.tables import ImportReportRow, ImportRunRow
from octavo.kernel.db import transaction
from octavo.kernel.errors import UnavailableError
from octavo.kernel.text import slugify, without_forbidden_characters
from octavo.kernel.walltime import zone_named

LARGEST_BYTES = 4_000_000_000
_ENDINGS: dict[Format, tuple[str, ...]] = {
    "wordpress": (".xml", ".zip"),
    "ghost": (".json", ".zip"),
    "markdown": (".zip", ".md", ".markdown"),
}
_WRITE_BYTES = 1_048_576
_ROWS_AT_ONCE = 200


class NoRoomError(UnavailableError):
    """The file cannot be put aside."""

    code = "no_room"


class PutAside(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came in: where it lies below the folder of imports."""

    name: str
    file: str


def check_name(format_: Format, name: str) -> str:
    """Answer the ending of a file that may hold such an export.

    Raises:
        InvalidContentError: it is none that the format comes in.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in _ENDINGS[format_]:
        endings = " or ".join(_ENDINGS[format_])
        raise wrong("file", f"a {format_} export is a file that ends in {endings}")
    return suffix


async def put_aside(
    chunks: AsyncIterator[bytes], *, format_: Format, name: str, folder: Path
) -> PutAside:
    """Keep an upload until a worker takes it up; nothing stays of one that does not come whole.

    Raises:
        InvalidContentError: its name does not end like such an export.
        NoRoomError: the disk is full.
    """
    suffix = check_name(format_, name)
    token = secrets.token_hex(12)
    target = folder / token / f"{slugify(PurePosixPath(name).stem)[:60] or 'export'}{suffix}"
    try:
        await asyncio.to_thread(target.parent.mkdir, parents=True, mode=0o700)
        with await asyncio.to_thread(target.open, "xb") as stream:
            await _write(chunks, stream)
    except OSError as exc:
        await drop_file(f"{token}/", folder=folder)
        raise NoRoomError(f"the file could not be kept: {exc.strerror or exc}") from exc
    except BaseException:
        await asyncio.shield(drop_file(f"{token}/", folder=folder))
        raise
    shown = without_forbidden_characters(name)[-255:]
    return PutAside(name=shown, file=f"{token}/{target.name}")


async def start_run(
    kept: PutAside, *, format_: Format, options: RunOptions, actor: Actor, now: datetime
) -> ImportDetail:
    """Give a worker an import to do.

    Raises:
        InvalidInputError: the author or the zone cannot be used.
    """
    await check_options(options)
    async with transaction():
        rows = await ImportRunRow.insert(
            ImportRunRow(
                format=format_,
                name=kept.name,
                file=kept.file,
                options=msgspec.json.encode(options).decode(),
                dry_run=options.dry_run,
                state="waiting",
                created_by=actor.id if actor.kind == "user" else None,
                created_by_name=actor.name[:120],
                created_at=now,
            )
        ).returning(ImportRunRow.id)
        run_id = rows[0]["id"]
        await accounts.record(
            actor, "import.started", subject=f"import:{run_id}", now=now,
            detail={"format": format_, "name": kept.name, "dry_run": options.dry_run},
        )  # fmt: skip
    return await queries.get_run(run_id)


async def check_options(options: RunOptions) -> None:
    """Pass if an import with these options can begin.

    Raises:
        InvalidInputError: the author or the zone cannot be used; names the field.
    """
    if options.timezone:
        zone_named(options.timezone)
    if options.author and await accounts_q.find_user(options.author.strip().lower()) is None:
        raise wrong("author", f"nobody with the address {options.author} can sign in here")


async def note_rows(run_id: int, rows: Sequence[tuple[int, ReportRow]]) -> None:
    """Keep rows of the report; those that were kept before the process died stay as they are."""
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        await ImportReportRow.insert(
            *(
                ImportReportRow(
                    run_id=run_id,
                    number=number,
                    outcome=row.outcome,
                    warnings=len(row.warnings),
                    row=msgspec.json.encode(row).decode(),
                )
                for number, row in rows[start : start + _ROWS_AT_ONCE]
            )
        ).on_conflict(target=(ImportReportRow.run_id, ImportReportRow.number), action="DO NOTHING")


async def drop_file(file: str, *, folder: Path) -> None:
    """Remove an upload with the folder that was made for it."""
    if file:
        place = folder / file.partition("/")[0]
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)


async def _write(chunks: AsyncIterator[bytes], stream: BinaryIO) -> None:
    waiting = bytearray()
    async for chunk in chunks:
        waiting += chunk
        if len(waiting) >= _WRITE_BYTES:
            await asyncio.to_thread(stream.write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(stream.write, bytes(waiting))
    await asyncio.to_thread(stream.flush)
    await asyncio.to_thread(os.fsync, stream.fileno())
