"""One deployment: what differs, in order, a batch at a time, booked as it arrives."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from octavo.deploying.manifest import UNKNOWN, Entry, Manifest
from octavo.deploying.rules import is_attachment, phase_of
from octavo.publishing.building.builder import Site
from octavo.publishing.building.releases import Release, Standing, StandingFile
from octavo.publishing.serving.headers import is_named_by_content, media_type
from octavo.sdk.deploying import Begun, Deployer, SiteFile

__all__ = ["Deployment", "Moved"]

_DELETED_AT_ONCE = 500
_T = TypeVar("_T")


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment did, or so far: `same` files were looked at and are there already."""

    release: Release | None = None
    to_put: int = 0
    to_delete: int = 0
    put: int = 0
    same: int = 0
    deleted: int = 0
    size_bytes: int = 0


Progress = Callable[[Moved], Awaitable[None]]


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`sources` holds the bytes of `changed`, by their place in it."""

    release: Release
    changed: list[StandingFile]
    gone: list[str]
    sources: Path


class Deployment:
    """A deployment of the site to one target; whoever makes it holds the target's lock.

    Args:
        spool: a folder on the file system of the site, for links to what is being put.
        progress: awaited after each batch.
    """

    def __init__(
        self,
        site: Site,
        deployer: Deployer[Any],
        manifest: Manifest,
        *,
        spool: Path,
        progress: Progress | None = None,
    ) -> None:
        self._site = site
        self._deployer = deployer
        self._manifest = manifest
        self._spool = spool
        self._progress = progress
        self._moved = Moved()

    async def run(self, *, full: bool = False) -> Moved:
        """Bring the target up to date; `full` asks it for all it has, and compares everything.

        Raises:
            DeployError: the target failed; what arrived is booked.
            BuildRunningError, SiteNotBuiltError: there is no site to deploy for now.
        """
        begun = await self._begin(full=full)
        try:
            plan = await self._snapshot()
            self._manifest.aim(begun, plan.release)
            self._moved = Moved(
                release=plan.release, to_put=len(plan.changed), to_delete=len(plan.gone)
            )
            await self._put_all(plan)
            for paths in _batches(plan.gone, _DELETED_AT_ONCE):
                await self._deployer.delete(paths)
                self._manifest.drop(paths)
                await self._moved_on(deleted=len(paths))
            if self._deployer.capabilities.atomic and self._manifest.is_staging():
                await self._deployer.switch()
                begun = msgspec.structs.replace(begun, live=begun.release)
            self._manifest.finish(begun.live)
        finally:
            await asyncio.to_thread(shutil.rmtree, self._spool, ignore_errors=True)
        return self._moved

    async def look(self, *, full: bool = False) -> Moved:
        """Say what a deployment would move at most; nothing that readers see changes."""
        await self._begin(full=full)
        async with self._site.held_still() as standing:
            changed, gone = await asyncio.to_thread(self._compare, standing)
        return Moved(release=standing.release, to_put=len(changed), to_delete=len(gone))

    async def _begin(self, *, full: bool) -> Begun:
        """Begin, and make the manifest tell the truth of what the target has."""
        deployer, manifest = self._deployer, self._manifest
        begun, dress = await deployer.begin(), await asyncio.to_thread(deployer.dress)
        if not manifest.is_of(begun, dress=dress) or full:
            found = [Entry(path=h.path, mark=UNKNOWN, tag=h.tag) async for h in deployer.held()]
            await asyncio.to_thread(manifest.begin_anew, begun, dress=dress, found=found)
        elif flying := manifest.flying():
            arrived = {held.path: held.tag async for held in deployer.held(flying)}
            manifest.record([Entry(path=p, mark=UNKNOWN, tag=t) for p, t in arrived.items()])
            manifest.drop([path for path in flying if path not in arrived])
        return begun

    async def _snapshot(self) -> _Plan:
        """Link what differs, while no build can touch it: it stays as it is, whatever follows."""
        async with self._site.held_still() as standing:
            return await asyncio.to_thread(self._link_changed, standing)

    def _link_changed(self, standing: Standing) -> _Plan:
        changed, gone = self._compare(standing)
        changed.sort(key=lambda file: (phase_of(file.path, file.page), file.path))
        shutil.rmtree(self._spool, ignore_errors=True)
        self._spool.mkdir(parents=True)
        kept: list[StandingFile] = []
        for file in changed:
            try:
                _link(f"{standing.folder}/{file.path}", f"{self._spool}/{len(kept)}")
            except FileNotFoundError:
                continue  # somebody removed it from the site's folder: the next build says so
            kept.append(file)
        return _Plan(release=standing.release, changed=kept, gone=gone, sources=self._spool)

    def _compare(self, standing: Standing) -> tuple[list[StandingFile], list[str]]:
        """Answer what the target lacks, and what it has too much; by the builder's own list."""
        changes = standing.changed_since(self._manifest.release())
        if changes is None:
            return self._compare_all(standing)
        changed: list[StandingFile] = []
        gone: list[str] = []
        for path, file in changes.items():
            entry = self._manifest.entry(path)
            if file is None and entry is not None:
                gone.append(path)
            elif file is not None and (entry is None or entry.mark != file.mark):
                changed.append(file)
        return changed, sorted(gone)

    def _compare_all(self, standing: Standing) -> tuple[list[StandingFile], list[str]]:
        marks = {entry.path: entry.mark for entry in self._manifest.entries()}
        # What is left of the marks is of files that the site does not have any more.
        changed = [file for file in standing.files() if marks.pop(file.path, None) != file.mark]
        return changed, sorted(marks)

    async def _put_all(self, plan: _Plan) -> None:
        numbered = enumerate(plan.changed)
        for _, phase in groupby(numbered, key=lambda pair: phase_of(pair[1].path, pair[1].page)):
            for part in _batches(phase, self._deployer.capabilities.batch):
                await self._put(part, plan.sources)

    async def _put(self, part: Sequence[tuple[int, StandingFile]], sources: Path) -> None:
        """Put a batch, but for what the target turns out to have."""
        files = [_site_file(file, sources / str(number)) for number, file in part]
        tags = await asyncio.to_thread(lambda: [self._deployer.tag(file) for file in files])
        wanted: list[SiteFile] = []
        for file, tag in zip(files, tags, strict=True):
            entry = self._manifest.entry(file.path)
            if entry is None or not tag or entry.tag != tag:
                wanted.append(file)
        if wanted:
            self._manifest.let_fly([file.path for file in wanted])
            await self._deployer.put(wanted)
        entries = [
            Entry(path=file.path, mark=file.mark, tag=tag)
            for (_, file), tag in zip(part, tags, strict=True)
        ]
        self._manifest.record(entries)
        await self._moved_on(
            put=len(wanted),
            same=len(files) - len(wanted),
            size_bytes=sum(file.size for file in wanted),
        )

    async def _moved_on(self, **more: int) -> None:
        counts = {name: getattr(self._moved, name) + count for name, count in more.items()}
        self._moved = msgspec.structs.replace(self._moved, **counts)
        if self._progress is not None:
            await self._progress(self._moved)


def _site_file(file: StandingFile, source: Path) -> SiteFile:
    return SiteFile(
        path=file.path,
        source=source,
        size=source.stat().st_size,
        content_type=media_type(file.path),
        immutable=is_named_by_content(file.path),
        attachment=is_attachment(file.path),
    )


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def _batches(things: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part
