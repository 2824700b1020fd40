"""Writes of the media library.

`store_file` first puts the bytes where they stay, then the row; a new file never takes the address of
another. For other bytes under an old address see `replacing`.
"""

import asyncio
import tempfile
from collections.abc import Callable
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
    StillInUseError,
)
from octavo.content.events import (
    MediaAdded,
    MediaChanged,
    MediaDeleted,
    PieceChanged,
    PieceCreated,
    PiecesImported,
)
from octavo.content.media import queries, uses
from octavo.content.media.arriving import Chunks, drop, heal, taken_in
from octavo.content.media.incoming import Incoming
from octavo.content.media.kinds import NotMediaError
from octavo.content.media.names import is_own_path, new_path, shown_name
from octavo.content.media.rows import stale, update_row
from octavo.content.media.schemas import Media, MediaPatch
from octavo.content.media.store import MediaStore
from octavo.content.tables import MediaRow
from octavo.kernel.db import transaction
from octavo.kernel.events import EventBus
from octavo.kernel.log import get_logger
from octavo.kernel.storage import StorageUnavailableError
from octavo.kernel.text import clean_text

__all__ = [
    "NotMediaError",
    "Stored",
    "check_file",
    "delete_media",
    "on_piece_changed",
    "on_piece_created",
    "patch_media",
    "store_file",
]

_TEXTS = ("name", "alt", "caption", "credit", "licence")
_log = get_logger("octavo.media")


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
    async with taken_in(source, shown, store, content_type=content_type, is_named=is_named) as file:
        if described is not None:
            said = described()
            alt, shown = said.alt or alt, shown_name(said.name or shown)
        alt = clean_text(alt, field="alt").strip()
        known = await queries.find_by_hash(file.sha256)
        if known is not None:
            await heal(known, file, store)
            return Stored(media=known, is_new=False)
        path = await _path_for(file, shown, at=at)
        row = _new_row(file, path=path, name=shown, alt=alt, origin=origin, actor=actor, now=now)
        await asyncio.to_thread(store.storage.put, path, file.path)
        try:
            media_id = await _insert(row, actor=actor, now=now, bus=bus)
        except BaseException:
            await asyncio.shield(drop(store, path))
            raise
    if media_id is not None:
        return Stored(media=await queries.get_media(media_id), is_new=True)
    await drop(store, path)
    return await _stored_first(file)


async def _stored_first(file: Incoming) -> Stored:
    """Answer the file of the same bytes that another process stored meanwhile."""
    known = await queries.find_by_hash(file.sha256)
    if known is None:
        raise StorageUnavailableError("the file was deleted while it came in: send it again")
    return Stored(media=known, is_new=False)


async def _path_for(file: Incoming, name: str, *, at: str) -> str:
    """Answer where a new file goes: where it was elsewhere, if that is a good place and free."""
    extension = file.found.extension
    if is_own_path(at, extension=extension) and not await MediaRow.exists().where(
        MediaRow.path == at
    ):
        return at
    return new_path(name, extension=extension)


async def check_file(source: Chunks, name: str, *, store: MediaStore) -> None:
    """Pass if `store_file` would take this file, whatever it is called; nothing stays.

    Raises: what `store_file` raises.
    """
    with tempfile.TemporaryDirectory(prefix="octavo-") as folder:
        elsewhere = Path(folder)
        async with taken_in(source, shown_name(name), store, is_named=False, folder=elsewhere):
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
        await update_row(
            before, patch.version, {**changes, "search_key": _search_key(after)}, now=now
        )
        await accounts.record(actor, "media.changed", subject=f"media:{media_id}", now=now)
        await bus.announce(MediaChanged(media_id=media_id, version=patch.version + 1))
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
            raise await stale(media_id)
        await accounts.record(actor, "media.deleted", subject=f"media:{media_id}", now=now)
        await bus.announce(MediaDeleted(media_id=media_id, path=media.path))
    for path in filter(None, (media.path, gone[0]["staged"])):
        await drop(store, path)


async def on_piece_created(event: PieceCreated) -> None:
    await uses.note_piece(event.piece_id)


async def on_piece_changed(event: PieceChanged) -> None:
    await uses.note_piece(event.piece_id)


async def on_pieces_imported(event: PiecesImported) -> None:
    await uses.note_pieces(event.piece_ids)


def _new_row(
    file: Incoming,
    *,
    path: str,
    name: str,
    alt: str,
    origin: str,
    actor: Actor | None,
    now: datetime,
) -> MediaRow:
    return MediaRow(
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


async def _insert(
    row: MediaRow, *, actor: Actor | None, now: datetime, bus: EventBus | None
) -> int | None:
    """Store the row; None when these bytes have one."""
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
            await bus.announce(MediaAdded(media_id=media_id, kind=row.kind))
    return media_id


def _search_key(media: Media) -> str:
    return rules.search_key(media.name, media.alt, media.caption, media.credit)
