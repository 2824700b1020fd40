"""What the worker does for the media library; each may run twice, late or not at all."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

from octavo.content.media import replacing, uses
from octavo.content.media.store import MediaStore
from octavo.kernel.clock import Clock
from octavo.kernel.events import EventBus
from octavo.kernel.log import get_logger
from octavo.kernel.storage import StorageUnavailableError

_LEFT_BEHIND_S = 86_400

_log = get_logger("octavo.media")


async def keep_in_order(*, store: MediaStore, bus: EventBus) -> None:
    """Finish replacements that a crash left half done, and note the uses of what was imported."""
    await replacing.finish_replacements(store=store, bus=bus)
    await uses.note_all()


async def drop_left_behind(*, store: MediaStore) -> None:
    """Delete incoming files of uploads that died a day ago."""
    await asyncio.to_thread(_drop_old, store.storage.incoming)


async def drop_cut_off(*, store: MediaStore, clock: Clock) -> int:
    """Drop what was begun to be put into the storage a day ago and never ended; answer how many."""
    before = clock() - timedelta(seconds=_LEFT_BEHIND_S)
    try:
        return await asyncio.to_thread(store.storage.drop_unfinished, before)
    except StorageUnavailableError as exc:  # tomorrow again
        _log.warning("cut_off_uploads_stay", reason=str(exc))
        return 0


def _drop_old(folder: Path) -> None:
    if not folder.is_dir():
        return
    for file in folder.iterdir():
        if file.stat().st_mtime < time.time() - _LEFT_BEHIND_S:
            file.unlink(missing_ok=True)
