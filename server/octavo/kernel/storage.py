"""Where files lie: a local folder, or a bucket of an S3-compatible service.

Names are relative, with forward slashes; no name is the folder of another (S3 cannot hold both).
Names that begin with a dot are not for readers. Every call blocks: run it in a thread.

    storage = open_storage(storage_address(settings))
    storage.put("ab/cd.png", storage.incoming / "x")

An address is a folder, or `s3://bucket/prefix?endpoint=https://…&region=…`. The keys of a bucket are
`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` of the environment, or stand in front of the bucket:
`s3://key:secret@bucket`.
"""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol

import msgspec

from octavo.kernel.errors import NotFoundError, UnavailableError
from octavo.kernel.settings import Settings

__all__ = [
    "LocalStorage",
    "Storage",
    "StorageUnavailableError",
    "StoredFile",
    "StoredFileNotFoundError",
    "is_name",
    "open_storage",
    "storage_address",
]

CHUNK_BYTES = 1024 * 1024

_NAME = re.compile(r"[^\x00-\x1f\x7f\\]{1,400}\Z")
_INCOMING = ".incoming"


class StoredFileNotFoundError(NotFoundError):
    """There is no file of that name."""

    code = "file_not_found"


class StorageUnavailableError(UnavailableError):
    """The storage did not answer, refused our keys, or is full."""

    code = "storage_unavailable"


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a file without opening it. `etag` differs when the bytes do."""

    name: str
    size_bytes: int
    modified_at: datetime
    etag: str


class Storage(Protocol):
    """Files by name. Each is there whole or not at all, also after a crash or a power cut.

    All methods raise `StorageUnavailableError` when the storage cannot be used.
    """

    @property
    def incoming(self) -> Path:
        """A folder of this machine for files on their way in; those a crash left lie there too."""
        ...

    def put(self, name: str, file: Path) -> None:
        """Take a file of this machine in under `name`, in place of what was there; it is moved."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """Answer the bytes in chunks; StoredFileNotFoundError when there are none."""
        ...

    def local_file(self, name: str) -> Path | None:
        """Answer a file of this machine that holds the present bytes; None when there are none.

        Whoever keeps it longer than a moment makes a link of it, or a copy.
        """
        ...

    def move(self, name: str, target: str) -> bool:
        """Give a file another name, in place of what was there; False when there is none."""
        ...

    def delete(self, name: str) -> bool:
        """Remove a file; False when there is none."""
        ...

    def drop_unfinished(self, before: datetime) -> int:
        """Drop what was begun to be put before then and never ended, unseen; answer how many."""
        ...

    def find(self, name: str) -> StoredFile | None:
        """Answer what is known of a file; None when there is none."""
        ...

    def files(self) -> Iterator[StoredFile]:
        """Answer every file there is, in no order; those on their way in are not among them."""
        ...


def is_name(name: str) -> bool:
    """Say whether a file can be called so."""
    parts = name.split("/")
    return bool(_NAME.match(name)) and all(part not in {"", ".", ".."} for part in parts)


def storage_address(settings: Settings) -> str:
    """Answer where the media of an installation lie; `open_storage` opens it, in any process."""
    if not settings.media_url:
        return str(settings.media_dir)
    sign = "&" if "?" in settings.media_url else "?"
    return f"{settings.media_url}{sign}copies={settings.state_dir / 'media'}"


@cache
def open_storage(address: str) -> Storage:
    """Open the storage at an address; nothing is reached before it is used.

    Raises:
        ValueError: no storage can have this address; says why.
    """
    if not address.startswith("s3://"):
        return LocalStorage(Path(address))
    from octavo.kernel.storage_s3 import open_bucket  # loads a large library

    return open_bucket(address)


class LocalStorage:
    """A folder. Files are synced and renamed into their place, and so is the folder above them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def incoming(self) -> Path:
        return self._folder / _INCOMING

    def put(self, name: str, file: Path) -> None:
        with _explained():
            target = self._file(name)
            _sync(file)
            if not target.parent.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
                _sync(target.parent.parent)
            try:
                file.replace(target)
            except OSError:  # another file system, or the folder was just emptied and removed
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy_over(file, target)
            _sync(target.parent)

    def read(self, name: str) -> Iterator[bytes]:
        with _explained():
            try:
                stream = self._file(name).open("rb")
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as exc:
                raise StoredFileNotFoundError(f"there is no file {name}") from exc
            with stream:
                while chunk := stream.read(CHUNK_BYTES):
                    yield chunk

    def local_file(self, name: str) -> Path | None:
        file = self._file(name)
        # A link that leads out of the folder is nobody's file.
        inside = file.is_file() and file.resolve().is_relative_to(self._folder.resolve())
        return file if inside else None

    def move(self, name: str, target: str) -> bool:
        with _explained():
            end = self._file(target)
            end.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._file(name).replace(end)
            except FileNotFoundError:
                return False
            _sync(end.parent)
            return True

    def drop_unfinished(self, before: datetime) -> int:
        del before  # what is on its way in lies in `incoming`
        return 0

    def delete(self, name: str) -> bool:
        with _explained():
            file = self._file(name)
            try:
                file.unlink()
            except (FileNotFoundError, NotADirectoryError):
                return False
            with contextlib.suppress(OSError):  # not empty, or just filled again
                file.parent.rmdir()
            return True

    def find(self, name: str) -> StoredFile | None:
        with _explained():
            try:
                found = self._file(name).stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
            return _stored(name, found)

    def files(self) -> Iterator[StoredFile]:
        with _explained():
            for folder, folders, names in os.walk(self._folder):
                if _INCOMING in folders and Path(folder) == self._folder:
                    folders.remove(_INCOMING)
                for file in names:
                    path = Path(folder, file)
                    with contextlib.suppress(FileNotFoundError):
                        name = path.relative_to(self._folder).as_posix()
                        yield _stored(name, path.lstat())

    def _file(self, name: str) -> Path:
        if not is_name(name):
            raise StoredFileNotFoundError(f"no file is called {name[:100]!r}")
        return self._folder / name


def _stored(name: str, found: os.stat_result) -> StoredFile:
    return StoredFile(
        name=name,
        size_bytes=found.st_size,
        modified_at=datetime.fromtimestamp(found.st_mtime, UTC),
        etag=f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}",
    )


def _copy_over(file: Path, target: Path) -> None:
    fresh = target.with_name(f".{secrets.token_hex(8)}")
    try:
        shutil.copyfile(file, fresh)
        _sync(fresh)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    file.unlink()


def _sync(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise StorageUnavailableError(f"the media folder cannot be used: {exc.strerror}") from exc
