"""A file on its way in: written to a folder beside the store while it comes, and checked on the way.

Never more than a few hundred kilobytes of it are in memory. Whatever ends it early, a limit, the
network or the caller, the file is removed; after a `kill -9` it lies among the incoming files.
"""

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from octavo.content.errors import MediaTooLargeError
from octavo.content.media.kinds import (
    NotMediaError,
    Recognised,
    check_claim,
    inspect,
    recognise_head,
)
from octavo.content.media.limits import MediaLimits
from octavo.content.media.svg import UnsafeSvgError, sanitise
from octavo.kernel.storage import StorageUnavailableError

_HEAD_BYTES = 4_096
_BUFFER_BYTES = 262_144
_SVG_BYTES = 5_000_000
_SPARE_BYTES = 200_000_000
_LOOK_AT_DISK_EVERY = 16_000_000


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is here, whole and checked, and belongs to nobody yet."""

    path: Path
    found: Recognised
    sha256: str
    size_bytes: int


@asynccontextmanager
async def received(
    chunks: AsyncIterable[bytes],
    *,
    folder: Path,
    limits: MediaLimits,
    name: str,
    content_type: str = "",
    is_named: bool = True,
) -> AsyncIterator[Incoming]:
    """Take a file in for the length of the block; what is still there at its end is removed.

    Args:
        folder: where to put it meanwhile.
        content_type: what it was sent as, if anything.
        is_named: its name was given by its owner, so it must agree with the bytes.

    Raises:
        NotMediaError: it is no file that may be stored.
        MediaTooLargeError: it is larger than its kind may be; the rest of it was not read.
        StorageUnavailableError: there is no room for it.
    """
    path = folder / f"upload-{secrets.token_hex(8)}"
    try:
        writer = await asyncio.to_thread(_Writer, path, limits)
        try:
            async for chunk in chunks:
                if writer.take(chunk):
                    await asyncio.to_thread(writer.flush)
            await asyncio.to_thread(writer.flush)
        finally:
            await asyncio.to_thread(writer.close)
        claim = (name if is_named else "", content_type)
        yield await asyncio.to_thread(_checked, writer, limits, *claim)
    finally:
        await asyncio.shield(asyncio.to_thread(path.unlink, missing_ok=True))


def check_room(folder: Path, *, size_bytes: int) -> None:
    """Pass if a file of this size leaves the disk some room.

    Raises:
        StorageUnavailableError: it does not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size_bytes + _SPARE_BYTES:
        raise StorageUnavailableError("the disk has no room for this file", code="disk_full")


class _Writer:
    """Writes, hashes and counts; finds out from the head what limit holds."""

    def __init__(self, path: Path, limits: MediaLimits) -> None:
        check_room(path.parent, size_bytes=0)
        self.path = path
        self.size_bytes = 0
        self.hash = hashlib.sha256()
        self._limits = limits
        self._limit = limits.largest_bytes
        self._buffer = bytearray()
        self._look_at = _LOOK_AT_DISK_EVERY
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._file: BinaryIO = os.fdopen(handle, "wb", buffering=0)

    def take(self, chunk: bytes) -> bool:
        """Take a chunk; answer whether there is enough to be written."""
        before = self.size_bytes + len(self._buffer)
        self._buffer += chunk
        if before < _HEAD_BYTES <= before + len(chunk):
            kind = recognise_head(bytes(self._buffer[:_HEAD_BYTES]))
            if kind is not None:
                self._limit = self._limits.bytes_of(kind)
        if before + len(chunk) > self._limit:
            raise MediaTooLargeError(limit_bytes=self._limit)
        return len(self._buffer) >= _BUFFER_BYTES

    def flush(self) -> None:
        try:
            left = memoryview(self._buffer)
            while left:
                left = left[self._file.write(left) :]
        except OSError as exc:
            raise StorageUnavailableError(f"the file cannot be written: {exc.strerror}") from exc
        self.hash.update(self._buffer)
        self.size_bytes += len(self._buffer)
        self._buffer = bytearray()
        if self.size_bytes >= self._look_at:
            self._look_at += _LOOK_AT_DISK_EVERY
            check_room(self.path.parent, size_bytes=0)

    def close(self) -> None:
        self._file.close()


def _checked(writer: _Writer, limits: MediaLimits, name: str, content_type: str) -> Incoming:
    found = inspect(writer.path, max_pixels=limits.max_pixels)
    check_claim(found, name=name, content_type=content_type)
    if writer.size_bytes > limits.bytes_of(found.kind):
        raise MediaTooLargeError(limit_bytes=limits.bytes_of(found.kind))
    digest, size = writer.hash.hexdigest(), writer.size_bytes
    if found.extension == "svg":
        data = _harmless(writer.path, size)
        writer.path.write_bytes(data)
        digest, size = hashlib.sha256(data).hexdigest(), len(data)
    return Incoming(path=writer.path, found=found, sha256=digest, size_bytes=size)


def _harmless(path: Path, size_bytes: int) -> bytes:
    if size_bytes > _SVG_BYTES:
        raise MediaTooLargeError(limit_bytes=_SVG_BYTES)
    try:
        return sanitise(path.read_bytes())
    except UnsafeSvgError as exc:
        raise NotMediaError(f"is an SVG that {exc}") from exc
