"""What the worker does for the media library; each may run twice, late or not at all."""

import asyncio
import time
from pathlib import Path

from octavo.content.media import replacing, uses
from octavo.content.media.store import MediaStore
from octavo.kernel.events import EventBus

_LEFT_BEHIND_S = 86_400


async def keep_in_order(*, store: MediaStore, bus: EventBus) -> None:
    """Finish replacements that a crash left half done, and note the uses of what was imported."""
    await replacing.finish_replacements(store=store, bus=bus)
    await uses.note_all()


async def drop_left_behind(*, store: MediaStore) -> None:
    """Delete incoming files of uploads that died a day ago."""
    await asyncio.to_thread(_drop_old, store.storage.incoming)


def _drop_old(folder: Path) -> None:
    if not folder.is_dir():
        return
    for file in folder.iterdir():
        if file.stat().st_mtime < time.time() - _LEFT_BEHIND_S:
            file.unlink(missing_ok=True)
