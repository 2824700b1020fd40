"""The bytes of the library: how they come in, come back, and go."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from octavo.content.errors import NotMediaRefusedError
from octavo.content.media.incoming import Incoming, received
from octavo.content.media.kinds import NotMediaError
from octavo.content.media.schemas import Media
from octavo.content.media.store import MediaStore
from octavo.kernel.storage import StorageUnavailableError

_CHUNK_BYTES = 262_144

Chunks = bytes | Path | AsyncIterable[bytes]


@asynccontextmanager
async def taken_in(
    source: Chunks,
    name: str,
    store: MediaStore,
    *,
    content_type: str = "",
    is_named: bool = True,
    folder: Path | None = None,
) -> AsyncIterator[Incoming]:
    """Take a file in for the length of the block, from whatever it comes as.

    Args:
        is_named: somebody chose the name, so a name that claims another kind is refused.
        folder: where it lies meanwhile; beside the store if not told.

    Raises:
        NotMediaRefusedError: it is no file that may be stored; its cause is a NotMediaError.
        MediaTooLargeError: it is larger than its kind may be.
        StorageUnavailableError: there is no room for it.
    """
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


async def heal(known: Media, file: Incoming, store: MediaStore) -> None:
    """Put the bytes back where the library says they are, should they be lost."""
    if await asyncio.to_thread(store.storage.find, known.path) is None:
        await asyncio.to_thread(store.storage.put, known.path, file.path)


async def drop(store: MediaStore, path: str) -> None:
    """Remove a file that no row points at; one that stays is an orphan, which is reported."""
    with suppress(StorageUnavailableError):
        await asyncio.to_thread(store.storage.delete, path)
