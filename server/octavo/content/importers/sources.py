"""Where files come from: a folder, one file, or a .zip; never from outside of it.

Every path is relative, with forward slashes. What cannot be trusted is refused with a reason and
never opened: links, names that climb out, names that would fall onto each other, bombs.
"""

import os
import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Protocol

from octavo.kernel.errors import RefusedError

MAX_FILE_BYTES = 40_000_000
_CHUNK_BYTES = 1_048_576
_MAX_ENTRIES = 100_000
_MAX_NAME = 900
_MAX_TOTAL_BYTES = 4_000_000_000
_BOMB_RATIO = 100
_BOMB_BYTES = 5_000_000
_ENCRYPTED = 0x1
_IGNORED_FOLDERS = frozenset({"node_modules", "__MACOSX"})


class UnusableSourceError(RefusedError):
    """What the user pointed at is nothing that can be imported."""

    code = "unusable_source"


class UnreadableError(Exception):
    """One file cannot be had; the message says why."""


class Source(Protocol):
    """Files by their relative path, and what was refused beforehand with its reason."""

    name: str
    files: dict[str, int]
    refused: list[tuple[str, str]]

    def read(self, path: str, *, limit: int) -> bytes:
        """Answer a file's bytes.

        Raises:
            UnreadableError: it is larger than `limit`, or damaged.
        """

    def close(self) -> None:
        """Let go of the source."""


class FileSource(Source, Protocol):
    """A source of this machine."""

    def unpack(self, path: str, folder: Path) -> Path:
        """Answer a file of this machine with these bytes; one of an archive is made in `folder`.

        Raises:
            UnreadableError: it is larger than what was allowed at the opening, or damaged.
        """


def open_source(path: Path, *, largest: int = MAX_FILE_BYTES) -> FileSource:
    """Open what the user pointed at.

    Args:
        largest: bytes that one file of an archive may have.

    Raises:
        UnusableSourceError: it is neither a folder, a Markdown file nor a readable .zip.
    """
    if path.is_dir():
        return _Folder(path)
    if path.suffix.lower() in {".md", ".markdown"}:
        return _OneFile(path)
    if path.suffix.lower() == ".zip":
        return _Zip(path, largest=largest)
    raise UnusableSourceError(f"{path.name} is not a folder, a .zip or a Markdown file")


class _Folder:
    def __init__(self, root: Path) -> None:
        self.name = root.name
        self.files: dict[str, int] = {}
        self.refused: list[tuple[str, str]] = []
        self._root = root.resolve()
        self._walk()

    def read(self, path: str, *, limit: int) -> bytes:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
        try:
            with os.fdopen(os.open(self._root / path, flags), "rb") as file:
                data = file.read(limit + 1)
        except OSError as exc:
            raise UnreadableError(exc.strerror or str(exc)) from exc
        if len(data) > limit:
            raise UnreadableError(f"is larger than {limit // 1_000_000} MB")
        return data

    def unpack(self, path: str, folder: Path) -> Path:
        del folder
        file = self._root / path
        if file.is_symlink() or not file.is_file():
            raise UnreadableError("is not a regular file")
        return file

    def close(self) -> None:
        """Nothing is held open."""

    def _walk(self) -> None:
        for folder, folders, names in os.walk(self._root, followlinks=False):
            here = Path(folder)
            for name in sorted(folders):
                if (here / name).is_symlink():
                    self._refuse(here / name, "is a symbolic link")
            folders[:] = sorted(
                name
                for name in folders
                if not (name.startswith(".") or name in _IGNORED_FOLDERS)
                and not (here / name).is_symlink()
            )
            for name in sorted(names):
                self._add(here / name)

    def _add(self, file: Path) -> None:
        status = file.lstat()
        if file.name.startswith("."):
            return
        if stat.S_ISLNK(status.st_mode):
            self._refuse(file, "is a symbolic link")
        elif not stat.S_ISREG(status.st_mode):
            self._refuse(file, "is not a regular file")
        elif len(self.files) >= _MAX_ENTRIES:
            raise UnusableSourceError(f"holds more than {_MAX_ENTRIES:,} files")
        elif not _is_text(file.name):
            self._refuse(file, "its name is not valid UTF-8")
        elif len(file.relative_to(self._root).as_posix()) > _MAX_NAME:
            self._refuse(file, "its name is too long")
        else:
            self.files[file.relative_to(self._root).as_posix()] = status.st_size

    def _refuse(self, file: Path, reason: str) -> None:
        name = file.relative_to(self._root).as_posix()
        self.refused.append((name.encode(errors="replace").decode(), reason))


class _OneFile(_Folder):
    def __init__(self, path: Path) -> None:
        self._only = path.name
        super().__init__(path.parent)
        self.name = path.name

    def _walk(self) -> None:
        self._add(self._root / self._only)


class _Zip:
    def __init__(self, path: Path, *, largest: int) -> None:
        self.name = path.name
        self.files: dict[str, int] = {}
        self.refused: list[tuple[str, str]] = []
        self._largest = largest
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self._left = _MAX_TOTAL_BYTES
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as exc:
            raise _unusable(path.name) from exc
        infos = self._archive.infolist()
        if len(infos) > _MAX_ENTRIES:
            self.close()
            raise UnusableSourceError(f"{path.name} holds more than {_MAX_ENTRIES:,} files")
        self._take(infos)

    def read(self, path: str, *, limit: int) -> bytes:
        limit = min(limit, self._left)
        try:
            with self._archive.open(self._entries[path]) as file:
                data = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as exc:
            raise UnreadableError(f"is damaged: {exc}") from exc
        except (NotImplementedError, RuntimeError) as exc:
            raise UnreadableError(f"cannot be unpacked: {exc}") from exc
        if len(data) > limit:
            raise UnreadableError(f"is larger than {limit // 1_000_000} MB")
        self._left -= len(data)
        return data

    def unpack(self, path: str, folder: Path) -> Path:
        target = folder / f"{len(list(folder.iterdir()))}{PurePosixPath(path).suffix[:10]}"
        left = min(self._largest, self._left)
        try:
            with self._archive.open(self._entries[path]) as source, target.open("xb") as copy:
                while chunk := source.read(_CHUNK_BYTES):
                    left -= len(chunk)
                    if left < 0:
                        raise UnreadableError(f"is larger than {self._largest // 1_000_000} MB")
                    copy.write(chunk)
                    self._left -= len(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as exc:
            raise UnreadableError(f"is damaged: {exc}") from exc
        except (NotImplementedError, RuntimeError) as exc:
            raise UnreadableError(f"cannot be unpacked: {exc}") from exc
        return target

    def close(self) -> None:
        self._archive.close()

    def _take(self, infos: list[zipfile.ZipInfo]) -> None:
        folded: dict[str, str] = {}
        for info in infos:
            if info.is_dir():
                continue
            name = info.filename
            reason = _distrust(info, self._largest)
            key = unicodedata.normalize("NFC", name).casefold()
            if reason is None and key in folded:
                reason = (
                    "is in the archive twice"
                    if folded[key] == name
                    else f"its name differs from {folded[key]} in case or accents only"
                )
            if reason is not None:
                self.refused.append((name, reason))
            elif not _is_ignored(name):
                folded[key] = name
                self.files[name] = info.file_size
                self._entries[name] = info


def _distrust(info: zipfile.ZipInfo, largest: int) -> str | None:
    """Answer why an entry is not to be opened, or None."""
    # zipfile cuts names at NUL and turns the system's separator; look at what was written.
    written = info.orig_filename
    parts = PurePosixPath(written).parts
    packed = max(info.compress_size, 1)
    checks = (
        (len(written) > _MAX_NAME, "its name is too long"),
        ("\x00" in written or not parts or not _is_text(written), "its name cannot be used"),
        (written.startswith("/") or "\\" in written, "its name is not a relative path"),
        (bool(parts) and ":" in parts[0], "its name is not a relative path"),
        (".." in parts, "its name climbs out of the archive"),
        (stat.S_ISLNK(info.external_attr >> 16), "is a symbolic link"),
        (bool(info.flag_bits & _ENCRYPTED), "is encrypted: unpack it with its password first"),
        (info.file_size > largest, f"is larger than {largest // 1_000_000} MB"),
        (
            info.file_size > _BOMB_BYTES and info.file_size / packed > _BOMB_RATIO,
            "unpacks to more than a hundred times its size",
        ),
    )
    return next((reason for refused, reason in checks if refused), None)


def _is_ignored(name: str) -> bool:
    parts = name.split("/")
    return any(part.startswith(".") or part in _IGNORED_FOLDERS for part in parts)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unusable(name: str) -> UnusableSourceError:
    return UnusableSourceError(
        f"{name} is not a .zip that can be read: it is damaged or something else"
    )
