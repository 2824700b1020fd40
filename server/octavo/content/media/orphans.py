"""What does not belong together: files without rows, rows without files, files that nobody uses."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from piccolo.columns.combination import WhereRaw

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content.media import queries, uses
from octavo.content.media.schemas import Media, OrphanReport
from octavo.content.media.store import MediaStore
from octavo.content.tables import MediaRow
from octavo.kernel.storage import Storage, StoredFile

__all__ = ["MIN_AGE", "drop_orphans", "find_orphans"]

MIN_AGE = timedelta(hours=1)
"""Younger files may belong to an upload that is just being stored."""

_MADE_OF_OURS = ("sizes/", "cards/")
"""What publishing made of our files lies there, and publishing looks after it."""

_SHOWN = 1_000
_CHUNK = 500


async def find_orphans(*, store: MediaStore) -> OrphanReport:
    """Compare the storage with the library. Reads every name of both."""
    files = await asyncio.to_thread(_files, store.storage)
    missing, known = await _rows_without_file(files)
    strays = [file for name, file in sorted(files.items()) if name not in known]
    await uses.note_all()
    unused = WhereRaw(uses.unused_condition())
    rows = await MediaRow.select(MediaRow.id).where(unused).order_by(MediaRow.id).limit(_SHOWN)
    return OrphanReport(
        files_without_row=strays[:_SHOWN],
        rows_without_file=await _named(missing[:_SHOWN]),
        unused=await _named([row["id"] for row in rows]),
        count_files_without_row=len(strays),
        count_rows_without_file=len(missing),
        count_unused=await MediaRow.count().where(unused),
        bytes_without_row=sum(file.size_bytes for file in strays),
    )


async def drop_orphans(
    *, store: MediaStore, now: datetime, min_age: timedelta = MIN_AGE, actor: Actor | None = None
) -> OrphanReport:
    """Delete the files without rows that are older than `min_age`; rows are left as they are."""
    files = await asyncio.to_thread(_files, store.storage)
    old = {name: file for name, file in files.items() if file.modified_at <= now - min_age}
    # Asked after the files were listed: a row that came meanwhile saves its file.
    _, known = await _rows_without_file(files)
    gone = [name for name in sorted(old) if name not in known]
    deleted = await asyncio.to_thread(_delete, store.storage, gone)
    if deleted and actor:
        await accounts.record(
            actor, "media.orphans_deleted", subject="media", detail={"files": deleted}, now=now
        )
    report = await find_orphans(store=store)
    return msgspec.structs.replace(report, deleted=deleted)


async def _rows_without_file(files: dict[str, StoredFile]) -> tuple[list[int], set[str]]:
    """Answer the ids of rows whose file is missing, and every name that a row points at."""
    missing: list[int] = []
    known: set[str] = set()
    last = 0
    while True:
        rows = await (
            MediaRow.select(MediaRow.id, MediaRow.path, MediaRow.staged)
            .where(MediaRow.id > last)
            .order_by(MediaRow.id)
            .limit(_CHUNK)
        )
        for row in rows:
            known |= {row["path"], row["staged"] or row["path"]}
            if row["path"] not in files and row["staged"] not in files:
                missing.append(row["id"])
        if len(rows) < _CHUNK:
            return missing, known
        last = rows[-1]["id"]


async def _named(media_ids: list[int]) -> list[Media]:
    found = await queries.media_named(media_ids) if media_ids else {}
    return [found[media_id] for media_id in media_ids if media_id in found]


def _files(storage: Storage) -> dict[str, StoredFile]:
    """Answer what is stored, and what came in and was never stored, under `.incoming/`."""
    files = {file.name: file for file in storage.files() if not file.name.startswith(_MADE_OF_OURS)}
    for path in _left_behind(storage):
        status = path.stat()
        files[f".incoming/{path.name}"] = StoredFile(
            name=f".incoming/{path.name}",
            size_bytes=status.st_size,
            modified_at=datetime.fromtimestamp(status.st_mtime).astimezone(),
            etag="",
        )
    return files


def _left_behind(storage: Storage) -> list[Path]:
    return list(storage.incoming.iterdir()) if storage.incoming.is_dir() else []


def _delete(storage: Storage, names: list[str]) -> int:
    deleted = 0
    for name in names:
        if name.startswith(".incoming/"):
            (storage.incoming / name.removeprefix(".incoming/")).unlink(missing_ok=True)
            deleted += 1
        else:
            deleted += storage.delete(name)
    return deleted
