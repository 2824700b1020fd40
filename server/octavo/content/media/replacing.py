"""Other bytes under the same address.

`replace_file` puts the new bytes beside the old ones, commits the row, and then gives them the old
address: whoever finds a row in between finishes it (`finish_replacements`).
"""

import asyncio
import secrets
from datetime import datetime

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content.errors import NotMediaRefusedError, TakenError
from octavo.content.events import MediaReplaced
from octavo.content.media import queries
from octavo.content.media.arriving import Chunks, drop, heal, taken_in
from octavo.content.media.incoming import Incoming
from octavo.content.media.names import shown_name
from octavo.content.media.rows import update_row
from octavo.content.media.schemas import Media
from octavo.content.media.store import MediaStore
from octavo.content.tables import MediaRow
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus


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
    async with taken_in(source, shown_name(name), store, content_type=content_type) as file:
        _check_format(before, file)
        if file.sha256 == before.sha256:
            await heal(before, file, store)
            return before
        await _check_unknown(file.sha256)
        staged = f".staged-{secrets.token_hex(12)}"
        await asyncio.to_thread(store.storage.put, staged, file.path)
        try:
            await _commit_replacement(before, file, staged, version=version, actor=actor, now=now)
        except BaseException:
            await asyncio.shield(drop(store, staged))
            raise
    await _finish(media_id, before.path, staged, store=store, bus=bus)
    return await queries.get_media(media_id)


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
            await update_row(before, expected, changes, now=now, only_settled=True)
            subject = f"media:{before.id}"
            await accounts.record(actor, "media.replaced", subject=subject, now=now)
    except Exception as exc:
        if is_unique_violation(exc):
            raise TakenError("another file of the library has these bytes", field="file") from exc
        raise


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
