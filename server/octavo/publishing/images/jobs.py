"""What the worker does for pictures; each may run twice, late or not at all."""

import asyncio
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from octavo.content.media import queries as media
from octavo.content.media.schemas import PictureRef
from octavo.content.media.store import MediaStore
from octavo.kernel.clock import Clock
from octavo.kernel.log import get_logger
from octavo.kernel.storage import StorageUnavailableError
from octavo.publishing.images import queries, service
from octavo.publishing.images.making import Answer, Task
from octavo.publishing.images.schemas import (
    MediaRenditions,
    RenditionCounts,
    StoredRendition,
    Work,
)
from octavo.publishing.images.sizes import FOLDER, Recipe, Wanted, name_of, why_kept

__all__ = ["Studio"]

_MEMORY_BYTES = 2 << 30
_CPU_S = 60
_TIME_LIMIT_S = 120.0
_MOST_TRIES = 3
_LATER = timedelta(minutes=1)
_AT_ONCE = 500
_STRAY_AGE = timedelta(hours=1)
_log = get_logger("octavo.images")


class Studio:
    """Makes the sizes of pictures, at most `width` at a time, each in a process of its own.

    `recipe` None makes none. What waits stands in the database: any number of processes may work.
    """

    def __init__(
        self,
        *,
        store: MediaStore,
        clock: Clock,
        recipe: Recipe | None,
        width: int | None = None,
        time_limit_s: float = _TIME_LIMIT_S,
    ) -> None:
        self._store = store
        self._clock = clock
        self._recipe = recipe
        # One core stays for readers and writers.
        self._width = width or max(1, min((os.cpu_count() or 1) - 1, 4))
        self._time_limit_s = time_limit_s
        self._seen = 0
        self._gone: set[str] = set()

    async def find_new(self) -> int:
        """Note the pictures that came in since the last look; answer how many."""
        if self._recipe is None:
            return 0
        asked = 0
        async for part in media.pictures_after(self._seen):
            hashes = [picture.sha256 for picture in part if _may_have_sizes(picture)]
            asked += await service.want(hashes, recipe=self._recipe.name)
            self._seen = part[-1].id
        return asked

    async def look_again(self, *, failed: bool = False) -> int:
        """Look at the whole library: other recipes, other bytes; with `failed` those, too."""
        if self._recipe is None:
            return 0
        asked = 0
        async for part in media.pictures_after(0):
            hashes = [picture.sha256 for picture in part if _may_have_sizes(picture)]
            asked += await service.want(hashes, recipe=self._recipe.name, again=failed)
        return asked

    async def make_waiting(
        self, *, for_s: float = math.inf, told: Callable[[int, int], None] | None = None
    ) -> int:
        """Make sizes until nothing waits; begin with none after `for_s`. Answers of how many."""
        if self._recipe is None:
            return 0
        end = time.monotonic() + for_s
        done = 0
        total = (await queries.count_renditions()).wanted if told else 0

        async def work() -> None:
            nonlocal done
            while time.monotonic() < end:
                one = await service.claim(now=self._clock())
                if one is None:
                    return
                await self._make(one)
                done += 1
                if told is not None:
                    told(done, max(done, total))

        async with asyncio.TaskGroup() as group:
            for _ in range(self._width):
                group.create_task(work())
        return done

    async def drop_unneeded(self, *, at_once: bool = False) -> int:
        """Drop the sizes of pictures that are gone or have other bytes; answer how many.

        A build may still be reading of them: they go at the second look, or `at_once`.
        """
        rows = await queries.all_hashes()
        known: set[str] = set()
        async for part in media.pictures_after(0):
            known |= {picture.sha256 for picture in part}
        gone = rows - known
        due = gone if at_once else gone & self._gone
        self._gone = gone - due
        files = await service.forget(sorted(due))
        return await self._delete([file.path for file in files])

    async def drop_strays(self) -> int:
        """Delete files of ours that no row names, once they are an hour old; answer how many."""
        before = self._clock() - _STRAY_AGE
        names = await asyncio.to_thread(
            lambda: [
                file.name
                for file in self._store.storage.files()
                if file.name.startswith(FOLDER) and file.modified_at <= before
            ]
        )
        known = await queries.known_paths()
        return await self._delete([name for name in names if name not in known])

    async def counts(self, *, dropped: int = 0) -> RenditionCounts:
        """Answer how many pictures stand how."""
        return msgspec.structs.replace(await queries.count_renditions(), dropped=dropped)

    async def _make(self, work: Work) -> None:
        picture = await media.find_by_hash(work.sha256)
        if picture is None or self._recipe is None:  # gone meanwhile: `drop_unneeded` forgets it
            await service.release(work.sha256, until=self._clock() + _LATER)
            return
        try:
            made = await self._made(work, picture.path, picture.mime, picture.size_bytes)
        except StorageUnavailableError as exc:
            _log.warning("sizes_wait_for_storage", media=picture.id, reason=exc.message)
            await service.release(work.sha256, until=self._clock() + _LATER)
            return
        if made.state == "failed":
            _log.warning("sizes_failed", media=picture.id, reason=made.reason)
        unused = await service.note(work, made, recipe=self._recipe.name, media_id=picture.id)
        await self._delete([file.path for file in unused])

    async def _made(self, work: Work, path: str, mime: str, size_bytes: int) -> MediaRenditions:
        now = self._clock()
        if work.tries > _MOST_TRIES:
            reason = "the worker ended in the middle of it, each time"
            return MediaRenditions(state="failed", reason=reason, made_at=now)
        if kept := why_kept(mime, size_bytes):
            return MediaRenditions(state="kept", reason=kept, made_at=now)
        file = await asyncio.to_thread(self._store.storage.local_file, path)
        if file is None:
            return MediaRenditions(state="failed", reason="its bytes are gone", made_at=now)
        with tempfile.TemporaryDirectory(prefix="octavo-sizes-") as folder:
            answer = await self._ask(file, mime, size_bytes, Path(folder))
            if answer.failed:
                return MediaRenditions(state="failed", reason=answer.failed, made_at=now)
            stored = await asyncio.to_thread(self._put, work.sha256, answer, Path(folder))
        return MediaRenditions(
            state="made" if stored else "kept",
            reason=answer.kept,
            width=answer.width,
            height=answer.height,
            files=stored,
            made_at=now,
        )

    async def _ask(self, file: Path, mime: str, size_bytes: int, folder: Path) -> Answer:
        task = Task(
            file=str(file),
            mime=mime,
            size_bytes=size_bytes,
            folder=str(folder),
            recipe=self._recipe or Recipe(),
            max_pixels=self._store.limits.max_pixels,
            memory_bytes=_MEMORY_BYTES,
            cpu_s=_CPU_S,
        )
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "octavo.publishing.images.making"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
        try:
            async with asyncio.timeout(self._time_limit_s):
                out, _ = await process.communicate(msgspec.json.encode(task))
        except TimeoutError:
            return Answer(failed=f"takes longer than {self._time_limit_s:g} seconds")
        finally:
            if process.returncode is None:
                process.kill()
                await asyncio.shield(process.wait())
        try:
            return msgspec.json.decode(out, type=Answer)
        except msgspec.MsgspecError:
            return Answer(failed="makes the decoder crash, or takes too long")

    def _put(self, sha256: str, answer: Answer, folder: Path) -> list[StoredRendition]:
        stored: list[StoredRendition] = []
        for one in answer.files:
            wanted = Wanted(mime=one.mime, width=one.width, height=one.height)
            name = name_of(sha256, wanted)
            self._store.storage.put(name, folder / one.file)
            stored.append(
                StoredRendition(
                    path=name,
                    mime=one.mime,
                    width=one.width,
                    height=one.height,
                    size_bytes=one.size_bytes,
                )
            )
        return stored

    async def _delete(self, names: Sequence[str]) -> int:
        def delete() -> int:
            return sum(self._store.storage.delete(name) for name in names)

        return await asyncio.to_thread(delete) if names else 0


def _may_have_sizes(picture: PictureRef) -> bool:
    return not why_kept(picture.mime, picture.size_bytes)
