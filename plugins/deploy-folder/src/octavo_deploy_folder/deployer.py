"""The deployer of folders.

    target/
      .octavo-deploy    says that all this is ours
      current -> releases/000007-a1b2c3
      releases/000007-a1b2c3/…  the site; `releases/000007-a1b2c3.changes` names the one it was made from, and
                        the paths that differ
      next/             the release being made; `next.base` names the one it is made from

A release is made of the oldest one that is no longer kept: only what changed since is linked into
it from the present one. So its cost is that of the changes, not that of the site; only the first
releases, and one after a cut, link the whole. Files are hard links and never written into.
"""

import asyncio
import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from octavo.sdk.deploying import (
    DEPLOY_API_VERSION,
    Begun,
    DeployCapabilities,
    DeployContext,
    Deployer,
    DeployRefusedError,
    DeployUnavailableError,
    Held,
    SiteFile,
    md5_of,
)

__all__ = ["FolderDeployer", "FolderSettings"]

_T = TypeVar("_T")

MARK = ".octavo-deploy"
_NAME = re.compile(r"\d{6,12}-[0-9a-f]{6}")
_MARK_TEXT = "Octavo deploys here: what stands in this folder is replaced by it.\n"


class FolderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the site goes, and how many releases stay to go back to."""

    folder: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=1000,
            title="Folder",
            description="A web server shows `current` in it. Relative to the folder that the"
            " operator set aside for deployments.",
        ),
    ]
    keep: Annotated[
        int, Meta(ge=1, le=50, title="Releases to keep", description="The present one counts.")
    ] = 3


class FolderDeployer(Deployer[FolderSettings]):
    """Puts releases into a folder."""

    api_version = DEPLOY_API_VERSION
    id = "folder"
    title = "Folder"
    capabilities = DeployCapabilities(atomic=True, batch=500)
    settings = FolderSettings

    def __init__(self, ctx: DeployContext[FolderSettings]) -> None:
        super().__init__(ctx)
        self._root = _root(ctx)
        self._releases = self._root / "releases"
        self._next = self._root / "next"
        self._base = self._root / "next.base"
        self._log = self._root / "next.changes"
        self._made: set[str] = set()

    async def begin(self) -> Begun:
        """Make `next` a copy of the present release, or go on with one that is."""
        return await asyncio.to_thread(self._explained, self._begin)

    async def held(self, paths: Sequence[str] | None = None) -> AsyncIterator[Held]:
        """Answer the files of `next`."""
        for path in _files(self._next) if paths is None else paths:
            file = self._next / path
            if file.is_file():
                yield Held(path=path, tag=await asyncio.to_thread(md5_of, file))

    async def put(self, files: Sequence[SiteFile]) -> None:
        """Link the files into `next`, or copy them from another file system."""
        await asyncio.to_thread(self._explained, lambda: self._put(files))

    async def delete(self, paths: Sequence[str]) -> None:
        """Remove files from `next`, and the folders that this leaves empty."""
        await asyncio.to_thread(self._explained, lambda: self._delete(paths))

    async def switch(self) -> None:
        """Give `next` its name and let `current` lead to it; old releases go."""
        await asyncio.to_thread(self._explained, self._switch)

    # --- the same, without waiting

    def _begin(self) -> Begun:
        self._claim()
        self._finish_switch()
        live = self._live()
        base, _, release = _read(self._base).partition(">")
        if not release or base != live or not self._next.is_dir():
            # No two releases are called the same, not even when one of them never came to be.
            release = f"{self._last() + 1:06d}-{secrets.token_hex(3)}"
            self._base.unlink(missing_ok=True)
            self._make_next(live)
            _write(self._log, f"{live}\n")
            _write(self._base, f"{live}>{release}")
        return Begun(live=live, release=release)

    def _finish_switch(self) -> None:
        """Finish, or take back, a switch that was cut off."""
        name = _read(self._base).partition(">")[2]
        if not name:
            return
        if (self._releases / name).is_dir() and not self._next.exists():
            self._show(name)
        elif not self._log.exists():
            with contextlib.suppress(FileNotFoundError):
                (self._releases / f"{name}.changes").rename(self._log)

    def _claim(self) -> None:
        mark = self._root / MARK
        if not mark.exists():
            if self._root.exists() and any(self._root.iterdir()):
                msg = f"{self._root} holds other files: give an empty folder, or one that is not there"
                raise DeployRefusedError(msg)
            self._root.mkdir(parents=True, exist_ok=True)
            _write(mark, f"{self.ctx.target}\n{_MARK_TEXT}")
        if _read(mark).partition("\n")[0] != self.ctx.target:
            msg = f"another target deploys to {self._root}; to take it over, remove the folder"
            raise DeployRefusedError(msg)
        self._releases.mkdir(exist_ok=True)

    def _make_next(self, live: str) -> None:
        """Make `next` hold what the present release holds."""
        self._log.unlink(missing_ok=True)
        shutil.rmtree(self._next, ignore_errors=True)
        old = self._to_recycle(live)
        if old is None:
            if live:
                _link_all(self._releases / live, self._next)
            else:
                self._next.mkdir()
            return
        changed = self._changed_since(old, live)
        (self._releases / old).rename(self._next)
        (self._releases / f"{old}.changes").unlink(missing_ok=True)
        present = self._releases / live
        for path in changed:
            _remove(self._next, path)
        for path in changed:
            if (present / path).is_file():
                self._link(present / path, path)

    def _to_recycle(self, live: str) -> str | None:
        """Answer the oldest release that need not be kept and whose way to the present is known."""
        names = [name for name in self._names() if _number(name) <= _number(live)]
        if len(names) < max(self.ctx.config.keep, 2):
            return None
        way = list(pairwise(names))
        # After somebody went back to an older one, a release may not be made from the one before it.
        known = all(self._changes(later)[:1] == [earlier] for earlier, later in way)
        return names[0] if known and names[-1] == live else None

    def _changed_since(self, old: str, live: str) -> list[str]:
        found: dict[str, None] = {}
        for name in self._names():
            if _number(old) < _number(name) <= _number(live):
                found.update(dict.fromkeys(self._changes(name)[1:]))
        return list(found)

    def _changes(self, name: str) -> list[str]:
        """Answer which release a release was made from, and the paths that differ."""
        return _read(self._releases / f"{name}.changes").split("\n")[:-1]

    def _put(self, files: Sequence[SiteFile]) -> None:
        self._note(file.path for file in files)
        for file in files:
            _check(file.path)
            self._link(file.source, file.path)

    def _delete(self, paths: Sequence[str]) -> None:
        self._note(paths)
        for path in paths:
            _check(path)
            _remove(self._next, path)
        self._made.clear()

    def _note(self, paths: Iterable[str]) -> None:
        """List what is about to change, before it does."""
        with self._log.open("a", encoding="utf-8") as log:
            log.writelines(f"{path}\n" for path in paths)

    def _link(self, source: Path, path: str) -> None:
        target = f"{self._next}/{path}"
        parent = target.rpartition("/")[0]
        if parent not in self._made:
            _make_folder(Path(parent), self._next)
            self._made.add(parent)
        try:
            os.link(source, target)
        except FileExistsError:
            if Path(target).is_dir():
                shutil.rmtree(target)
            self._link_over(source, target)
        except OSError:
            self._link_over(source, target)

    def _link_over(self, source: Path, target: str) -> None:
        fresh = self._root / "next.file"
        fresh.unlink(missing_ok=True)
        try:
            os.link(source, fresh)
        except OSError:  # another file system, or one without links
            shutil.copyfile(source, fresh)
        # Not over the old name directly: a rename onto another link of the same file does nothing.
        Path(target).unlink(missing_ok=True)
        fresh.replace(target)

    def _switch(self) -> None:
        name = _read(self._base).partition(">")[2]
        # In this order a cut leaves either `next` to go on with, or a release that is complete.
        self._log.replace(self._releases / f"{name}.changes")
        self._next.rename(self._releases / name)
        self._show(name)

    def _show(self, name: str) -> None:
        link = self._root / "current.next"
        link.unlink(missing_ok=True)
        link.symlink_to(f"releases/{name}")
        link.replace(self._root / "current")  # the moment
        self._base.unlink(missing_ok=True)
        self._drop_old(name)

    def _drop_old(self, live: str) -> None:
        kept = {live, *self._names()[-self.ctx.config.keep :]}
        for name in self._names():
            if name not in kept:
                shutil.rmtree(self._releases / name, ignore_errors=True)
        for log in self._releases.glob("*.changes"):
            if log.stem not in kept:
                log.unlink(missing_ok=True)

    def _names(self) -> list[str]:
        with os.scandir(self._releases) as entries:
            names = [e.name for e in entries if _NAME.fullmatch(e.name) and e.is_dir()]
        return sorted(names, key=_number)

    def _last(self) -> int:
        names = self._names()
        return _number(names[-1]) if names else 0

    def _live(self) -> str:
        try:
            name = Path(os.readlink(self._root / "current")).name  # noqa: PTH115 - as text
        except OSError:
            return ""
        return name if _NAME.fullmatch(name) and (self._releases / name).is_dir() else ""

    def _explained(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except OSError as exc:
            full = exc.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}
            kind = DeployUnavailableError if full else DeployRefusedError
            raise kind(f"{self._root} cannot be written: {exc.strerror}") from exc


def _number(name: str) -> int:
    return int(name.partition("-")[0] or 0)


def _root(ctx: DeployContext[FolderSettings]) -> Path:
    """Answer the target's folder; it must be below one that the operator set aside."""
    if not ctx.folders:
        raise DeployRefusedError("no folder of this machine is set aside for deployments")
    root = (ctx.folders[0] / ctx.config.folder).resolve()
    if not any(allowed.resolve() in root.parents for allowed in ctx.folders):
        places = ", ".join(str(folder) for folder in ctx.folders)
        raise DeployRefusedError(f"the folder must be inside one set aside for it: {places}")
    return root


def _link_all(source: Path, target: Path) -> None:
    def link(one: str, other: str) -> None:
        try:
            os.link(one, other)
        except OSError:
            shutil.copyfile(one, other)

    shutil.copytree(source, target, copy_function=link)


def _files(root: Path) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        below = os.path.relpath(folder, root)
        for name in names:
            yield name if below == "." else f"{below}/{name}"


def _check(path: str) -> None:
    """Refuse what would leave the release; the host never asks for it."""
    parts = path.split("/")
    if not path.isprintable() or any(part in {"", ".", ".."} for part in parts):
        raise DeployRefusedError(f"{path!r} is not the path of a file of a site")


def _make_folder(folder: Path, root: Path) -> None:
    """Make a folder; a file of the old site that stands in its way goes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        for ancestor in [folder, *folder.parents]:
            if root in ancestor.parents and ancestor.is_file():
                ancestor.unlink()
        folder.mkdir(parents=True, exist_ok=True)


def _remove(root: Path, path: str) -> None:
    file = root / path
    try:
        file.unlink(missing_ok=True)
    except (IsADirectoryError, NotADirectoryError, PermissionError):
        if not file.is_dir():  # a folder has its place by now, or a file the folder's
            return
    folder = file.parent
    while folder != root:
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass  # its parent may be empty, too
        except OSError:
            return
        folder = folder.parent


def _read(file: Path) -> str:
    with contextlib.suppress(OSError):
        return file.read_text(encoding="utf-8")
    return ""


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(file.name + ".fresh")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
