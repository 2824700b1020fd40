"""Writes of the media library.

`store_file` first puts the bytes where they stay, then the row; a new file never takes the address of
another. `replace_file` puts the new bytes beside the old ones, commits the row, and then gives them the
old address: whoever finds a row in between finishes it (`finish_replacements`).
"""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import UNSET

from octavo.accounts import service as accounts
from octavo.accounts.access import Action, can
from octavo.accounts.schemas import Actor
from octavo.content import rules
from octavo.content.errors import (
    MediaForbiddenError,
    NotMediaRefusedError,
    StalePieceError,
    StillInUseError,
    TakenError,
)
from octavo.content.events import (
    MediaAdded,
    MediaChanged,
    MediaDeleted,
    MediaReplaced,
    PieceChanged,
    PieceCreated,
)
from octavo.content.media import queries, uses
from octavo.content.media.incoming import Incoming, received
from octavo.content.media.kinds import NotMediaError
from octavo.content.media.names import is_own_path, new_path, shown_name
from octavo.content.media.schemas import Media, MediaPatch
from octavo.content.media.store import MediaStore
from octavo.content.tables import MediaRow
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.log import get_logger
from octavo.kernel.storage import StorageUnavailableError
from octavo.kernel.text import clean_text

__all__ = [
    "NotMediaError",
    "Stored",
    "check_file",
    "delete_media",
    "finish_replacements",
    "on_piece_changed",
    "on_piece_created",
    "patch_media",
    "replace_file",
    "store_file",
]

_CHUNK_BYTES = 262_144
_TEXTS = ("name", "alt", "caption", "credit", "licence")
_log = get_logger("octavo.media")

Chunks = bytes | Path | AsyncIterable[bytes]


class Described(Protocol):
    """What somebody says of a file that they send."""

    @property
    def alt(self) -> str: ...

    @property
    def name(self) -> str | None: ...


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the library; `is_new` = these bytes were not there before."""

    media: Media
    is_new: bool


async def store_file(
    source: Chunks,
    name: str,
    *,
    store: MediaStore,
    now: datetime,
    bus: EventBus | None = None,
    actor: Actor | None = None,
    content_type: str = "",
    is_named: bool = True,
    alt: str = "",
    described: Callable[[], Described] | None = None,
    origin: str = "",
    at: str = "",
) -> Stored:
    """Store a file, or answer the one that has the same bytes; its alt text and name stay.

    Args:
        source: the bytes, a file of this machine (which stays), or chunks as they come.
        bus: who hears of it; nobody, for importers that announce what they did as a whole.
        is_named: somebody chose the name, so a name that claims another kind is refused.
        described: asked once the file is here, for what came after it; goes before `alt` and `name`.
        origin: where an importer found it.
        at: the address it had elsewhere; kept if it is a good one, and nobody's here.

    Raises:
        NotMediaRefusedError: it is no file that may be stored; a NotMediaError of the same words
            is its cause.
        MediaTooLargeError: it is larger than one of its kind may be.
        StorageUnavailableError: the storage has no room, or does not answer.
    """
    shown = shown_name(name)
    async with _incoming(
        source, shown, store, content_type=content_type, is_named=is_named
    ) as file:
        if described is not None:
            said = described()
            alt, shown = said.alt or alt, shown_name(said.name or shown)
        alt = clean_text(alt, field="alt").strip()
        known = await queries.find_by_hash(file.sha256)
        if known is not None:
            await _heal(known, file, store)
            return Stored(media=known, is_new=False)
        path = new_path(shown, extension=file.found.extension)
        if is_own_path(at, extension=file.found.extension) and not await MediaRow.exists().where(
            MediaRow.path == at
        ):
            path = at
        await asyncio.to_thread(store.storage.put, path, file.path)
        try:
            media_id = await _insert(
                file, path=path, name=shown, alt=alt, origin=origin, actor=actor, now=now, bus=bus
            )
        except BaseException:
            await asyncio.shield(_drop(store, path))
            raise
    if media_id is None:  # another process was first
        await _drop(store, path)
        known = await queries.find_by_hash(file.sha256)
        if known is None:
            raise StorageUnavailableError("the file was deleted while it came in: send it again")
        return Stored(media=known, is_new=False)
    return Stored(media=await queries.get_media(media_id), is_new=True)


async def check_file(source: Chunks, name: str, *, store: MediaStore) -> None:
    """Pass if `store_file` would take this file, whatever it is called; nothing stays.

    Raises: what `store_file` raises.
    """
    with tempfile.TemporaryDirectory(prefix="octavo-") as folder:
        elsewhere = Path(folder)
        async with _incoming(source, shown_name(name), store, is_named=False, folder=elsewhere):
            pass


async def patch_media(
    media_id: int, patch: MediaPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Media:
    """Change what is said of a file that is still at `patch.version`.

    Raises:
        MediaNotFoundError: there is no such file.
        StalePieceError: it moved on; carries `current`.
        InvalidInputError: a field cannot be used.
    """
    before = await queries.get_media(media_id)
    given = msgspec.structs.asdict(patch)
    changes = {name: v for name, v in given.items() if v is not UNSET and name != "version"}
    for name in _TEXTS:
        if name in changes:
            changes[name] = clean_text(changes[name], field=name).strip()
    if "name" in changes:
        changes["name"] = shown_name(changes["name"])
    after = msgspec.structs.replace(before, **changes)
    for name in ("focal_x", "focal_y"):
        if changes.get(name) is not None:
            changes[name] = round(changes[name] * queries.FOCAL_STEPS)
    async with transaction():
        await _update(before, patch.version, {**changes, "search_key": _search_key(after)}, now=now)
        await accounts.record(actor, "media.changed", subject=f"media:{media_id}", now=now)
        await bus.announce(MediaChanged(media_id=media_id, version=patch.version + 1))
    return await queries.get_media(media_id)


async def replace_file(
    media_id: int,
    source: Chunks,
    name: str,
    *,
    version: int | None = None,
    store: MediaStore,
    actor: Actor,
    now: datetime,
    bus: EventBus,
    content_type: str = "",
) -> Media:
    """Give a file other bytes of the same format under the same id and address.

    Args:
        version: the one that was read; None for whatever there is.

    Raises:
        MediaNotFoundError: there is no such file.
        StalePieceError: it moved on, or is just being replaced; carries `current`.
        NotMediaRefusedError: it is not of the same format, which the end of the address says.
        TakenError: another file of the library has these bytes.
        MediaTooLargeError, StorageUnavailableError: as for `store_file`.
    """
    before = await queries.get_media(media_id)
    async with _incoming(source, shown_name(name), store, content_type=content_type) as file:
        _check_format(before, file)
        if file.sha256 == before.sha256:
            await _heal(before, file, store)
            return before
        await _check_unknown(file.sha256)
        staged = f".staged-{secrets.token_hex(12)}"
        await asyncio.to_thread(store.storage.put, staged, file.path)
        try:
            await _commit_replacement(before, file, staged, version=version, actor=actor, now=now)
        except BaseException:
            await asyncio.shield(_drop(store, staged))
            raise
    await _finish(media_id, before.path, staged, store=store, bus=bus)
    return await queries.get_media(media_id)


async def delete_media(
    media_id: int, *, store: MediaStore, actor: Actor, now: datetime, bus: EventBus
) -> None:
    """Delete a file that no piece uses; old revisions may still name it.

    Raises:
        MediaNotFoundError: there is no such file.
        MediaForbiddenError: it is somebody else's, and the actor may not review.
        StillInUseError: pieces use it; carries them as `usages`.
    """
    media = await queries.get_media(media_id)
    own = actor.kind == "user" and media.created_by == actor.id
    if not own and not can(actor, Action.REVIEW):
        raise MediaForbiddenError("only who uploaded this file or an editor may delete it")
    async with transaction():
        used = await uses.usages_of(media_id)
        if used:
            count = "1 piece uses" if len(used) == 1 else f"{len(used)} pieces use"
            raise StillInUseError(f"{count} this file: take it out there first", usages=used[:20])
        gone = await (
            MediaRow.delete()
            .where((MediaRow.id == media_id) & (MediaRow.version == media.version))
            .returning(MediaRow.id, MediaRow.staged)
        )
        if not gone:
            raise await _stale(media_id)
        await accounts.record(actor, "media.deleted", subject=f"media:{media_id}", now=now)
        await bus.announce(MediaDeleted(media_id=media_id, path=media.path))
    for path in filter(None, (media.path, gone[0]["staged"])):
        await _drop(store, path)


async def finish_replacements(*, store: MediaStore, bus: EventBus) -> int:
    """Finish what a killed process left between commit and rename; answer how many."""
    rows = await (
        MediaRow.select(MediaRow.id, MediaRow.path, MediaRow.staged)
        .where(MediaRow.staged.is_not_null())
        .order_by(MediaRow.id)
        .limit(100)
    )
    for row in rows:
        await _finish(row["id"], row["path"], row["staged"], store=store, bus=bus)
    return len(rows)


async def on_piece_created(event: PieceCreated) -> None:
    await uses.note_piece(event.piece_id)


async def on_piece_changed(event: PieceChanged) -> None:
    await uses.note_piece(event.piece_id)


# --- the bytes


@asynccontextmanager
async def _incoming(
    source: Chunks,
    name: str,
    store: MediaStore,
    *,
    content_type: str = "",
    is_named: bool = True,
    folder: Path | None = None,
) -> AsyncIterator[Incoming]:
    try:
        async with received(
            _chunks(source),
            folder=folder or store.storage.incoming,
            limits=store.limits,
            name=name,
            content_type=content_type,
            is_named=is_named,
        ) as file:
            yield file
    except NotMediaError as exc:
        raise NotMediaRefusedError(f"{name[:80]} {exc}", reason=str(exc)) from exc


async def _chunks(source: Chunks) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        for start in range(0, len(source), _CHUNK_BYTES):
            yield source[start : start + _CHUNK_BYTES]
    elif isinstance(source, Path):
        with await asyncio.to_thread(source.open, "rb") as stream:
            while chunk := await asyncio.to_thread(stream.read, _CHUNK_BYTES):
                yield chunk
    else:
        async for chunk in source:
            yield chunk


async def _heal(known: Media, file: Incoming, store: MediaStore) -> None:
    """Put the bytes back where the library says they are, should they be lost."""
    if await asyncio.to_thread(store.storage.find, known.path) is None:
        await asyncio.to_thread(store.storage.put, known.path, file.path)


async def _drop(store: MediaStore, path: str) -> None:
    """Remove a file that no row points at; one that stays is an orphan, which is reported."""
    with suppress(StorageUnavailableError):
        await asyncio.to_thread(store.storage.delete, path)


async def _finish(
    media_id: int, path: str, staged: str, *, store: MediaStore, bus: EventBus
) -> None:
    # The one who comes second finds nothing to move, and nothing to take the mark off.
    await asyncio.to_thread(store.storage.move, staged, path)
    async with transaction():
        done = await (
            MediaRow.update({MediaRow.staged: None})
            .where((MediaRow.id == media_id) & (MediaRow.staged == staged))
            .returning(MediaRow.id)
        )
        if done:
            await bus.announce(MediaReplaced(media_id=media_id, path=path))


# --- the row


async def _insert(
    file: Incoming,
    *,
    path: str,
    name: str,
    alt: str,
    origin: str,
    actor: Actor | None,
    now: datetime,
    bus: EventBus | None,
) -> int | None:
    """Store the row; None when these bytes have one."""
    row = MediaRow(
        sha256=file.sha256,
        name=name,
        mime=file.found.mime,
        kind=file.found.kind,
        size_bytes=file.size_bytes,
        width=file.found.width,
        height=file.found.height,
        path=path,
        alt=alt,
        source=origin[-500:],
        search_key=rules.search_key(name, alt),
        created_by=actor.id if actor is not None and actor.kind == "user" else None,
        created_at=now,
    )
    async with transaction():
        rows: Any = await (
            MediaRow.insert(row)
            .on_conflict(target=MediaRow.sha256, action="DO NOTHING")
            .returning(MediaRow.id)
        )
        if not rows:
            return None
        media_id = int(rows[0]["id"])
        if actor is not None:
            await accounts.record(actor, "media.added", subject=f"media:{media_id}", now=now)
        if bus is not None:
            await bus.announce(MediaAdded(media_id=media_id, kind=file.found.kind))
    return media_id


async def _commit_replacement(
    before: Media,
    file: Incoming,
    staged: str,
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    changes = {
        "sha256": file.sha256,
        "mime": file.found.mime,
        "kind": file.found.kind,
        "size_bytes": file.size_bytes,
        "width": file.found.width,
        "height": file.found.height,
        "staged": staged,
    }
    try:
        async with transaction():
            expected = before.version if version is None else version
            await _update(before, expected, changes, now=now, only_settled=True)
            subject = f"media:{before.id}"
            await accounts.record(actor, "media.replaced", subject=subject, now=now)
    except Exception as exc:
        if is_unique_violation(exc):
            raise TakenError("another file of the library has these bytes", field="file") from exc
        raise


async def _update(
    before: Media,
    version: int,
    changes: dict[str, Any],
    *,
    now: datetime,
    only_settled: bool = False,
) -> None:
    row: Any = MediaRow
    columns = {getattr(row, name): value for name, value in changes.items()}
    query = row.update({**columns, row.version: version + 1, row.updated_at: now}).where(
        (row.id == before.id) & (row.version == version)
    )
    if only_settled:
        query = query.where(row.staged.is_null())
    if not await query.returning(row.id):
        raise await _stale(before.id)


async def _stale(media_id: int) -> StalePieceError:
    current = await queries.get_media(media_id)
    return StalePieceError("the file was changed since you read it", current=current)


async def _check_unknown(sha256: str) -> None:
    other = await queries.find_by_hash(sha256)
    if other is not None:
        msg = f"file {other.id} ({other.name}) has these bytes already: use that one"
        raise TakenError(msg, field="file")


def _check_format(before: Media, file: Incoming) -> None:
    extension = before.path.rpartition(".")[2]
    if file.found.extension != extension:
        raise NotMediaRefusedError(
            f"the address ends in .{extension} and stays: send a file of that format,"
            f" or upload this {file.found.extension.upper()} as a new one",
            reason=f"is {file.found.article}, not a file that ends in .{extension}",
        )


def _search_key(media: Media) -> str:
    return rules.search_key(media.name, media.alt, media.caption, media.credit)
