"""Builds into a new state file: from scratch, or a copy of the old one when theme or settings changed.

Pieces stream through in chunks, so memory does not grow with the archive. Nothing that the site or
the old state consists of is touched until the new state takes the old one's name.
"""

import asyncio
import itertools
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from octavo.content.schemas import Redirect
from octavo.publishing.building.changes import Changes, read_sources
from octavo.publishing.building.kept import Kept
from octavo.publishing.building.ledger import Ledger
from octavo.publishing.building.library import Library
from octavo.publishing.building.output import Output
from octavo.publishing.building.pool import Pool, core_count
from octavo.publishing.building.rendering import MadePage, PageJob, PieceOutcome, PrepareJob
from octavo.publishing.building.stepping import apply_changes, in_order
from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.read_model.facts import PieceSource
from octavo.publishing.read_model.model import Model
from octavo.publishing.read_model.plan import SINGLE_PAGES, SITEMAP_SIZE, pages_of_list
from octavo.publishing.read_model.prepared import Prepared
from octavo.publishing.read_model.state import State
from octavo.publishing.search.layout import every_page
from octavo.publishing.theme.templates import Theme

__all__ = ["Progress", "Rebuild"]

Progress = Callable[[int, int], None]
_READ_CHUNK = 400
_PREPARE_CHUNK = 50
_READ_AHEAD = 4
_PAGE_CHUNK = 200
_SMALL_SITE = 150
_LARGE_ARCHIVE = 20_000


class Rebuild:
    """One build of that kind. `state` is the new state file, open, until `close`."""

    def __init__(
        self,
        *,
        library: Library,
        output: Output,
        file: Path,
        theme: Theme,
        settings: SiteSettings,
        progress: Progress | None,
        workers: int | None,
    ) -> None:
        self._library = library
        self._output = output
        self._file = file
        self._theme = theme
        self._settings = settings
        self._progress = progress
        self._workers = workers
        self._guard = threading.Lock()
        self._numbers = itertools.count()
        self._fresh = output.is_fresh()
        self.state: State
        self.live: list[int] = []

    async def from_scratch(
        self, old: State | None, *, version: str, check: Callable[[], Awaitable[None]]
    ) -> Ledger:
        """Read every live piece and make every page; what `old` has rendered already is taken from it.

        `check` looks meanwhile whether pages can be made; if not, none is.
        """
        total = await self._library.count()
        with self._new_state(State.create(self._file)):
            return await self._build_all(old, total, version=version, check=check)

    async def _build_all(
        self, old: State | None, total: int, *, version: str, check: Callable[[], Awaitable[None]]
    ) -> Ledger:
        model = Model(self.state, zone=self._settings.zone, front=self._settings.front)
        kept = Kept(old, version=version)
        async with Pool(self._size(total)) as pool, _beside(check()) as checked:
            self.state.begin()
            readers = _Crowd(2)
            await readers.add(self._load_pieces(pool, model, kept, total))
            await readers.add(self._load_redirects(model))
            await readers.join()
            await asyncio.to_thread(self._finish_model, model)
            await checked
            ledger = Ledger(self.state, made_anew=None, old=old)
            jobs = self._jobs(self._every_page(model))
            await self._make(pool, jobs, ledger, total)
        self.state.begin()
        if self._fresh:
            ledger.take_whole()
            return ledger
        known = self.state.artifact
        ledger.drop(
            await asyncio.to_thread(self._output.strays, lambda path: known(path) is not None)
        )
        return ledger

    async def from_copy(self, old_file: Path, changes: Changes, kinds: set[str]) -> Ledger:
        """Take in the changes, then make every page whose kind is in `kinds` from what is stored."""
        await asyncio.to_thread(shutil.copyfile, old_file, self._file)
        with self._new_state(State.open(self._file)):
            return await self._build_stale(changes, kinds)

    async def _build_stale(self, changes: Changes, kinds: set[str]) -> Ledger:
        self.state.db.execute("PRAGMA synchronous=OFF")
        model = Model(self.state, zone=self._settings.zone, front=self._settings.front)
        self.state.begin()
        applied = await asyncio.to_thread(apply_changes, self.state, model, changes)
        self.live = applied.live
        self.state.commit()
        pages = applied.pages | {f"asset:{name}" for name in self._theme.asset_names}
        pages |= {page for page in self.state.all_pages() if _kind_of(page) in kinds}
        pages |= {page for page in SINGLE_PAGES if _kind_of(page) in kinds}
        ledger = Ledger(self.state, made_anew=pages)
        async with Pool(self._size(len(pages))) as pool:
            await self._make(pool, self._jobs([in_order(pages)]), ledger, len(pages))
        self.state.begin()
        await asyncio.to_thread(ledger.finish)
        return ledger

    @contextmanager
    def _new_state(self, state: State) -> Iterator[None]:
        self.state = state
        try:
            yield
        except BaseException:
            state.close()
            raise

    def close(self) -> None:
        """Commit and close the new state, ready to take its final name."""
        self.state.add_indexes()
        self.state.commit()
        self.state.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.state.close()

    def _size(self, total: int) -> int:
        if self._workers is not None:
            return self._workers
        return core_count() if total > _SMALL_SITE else 0

    # --- the model

    async def _load_pieces(self, pool: Pool, model: Model, kept: Kept, total: int) -> None:
        async def prepare(sources: list[PieceSource]) -> None:
            others = await asyncio.to_thread(self._take_same, model, kept, sources)
            if others:
                job = PrepareJob(pieces=others, small=total > _LARGE_ARCHIVE)
                outcomes = await pool.prepare(job)
                await asyncio.to_thread(self._load, model, kept, outcomes)
            self._report(len(self.live), 2 * total)

        crowd = _Crowd(pool.width * _READ_AHEAD)
        after = None
        while pieces := await self._library.page(after, _READ_CHUNK):
            sources = await read_sources(self._library, pieces)
            after = (pieces[-1].published_at, pieces[-1].id)
            for start in range(0, len(pieces), _PREPARE_CHUNK):
                await crowd.add(prepare(sources[start : start + _PREPARE_CHUNK]))
        await crowd.join()

    def _take_same(self, model: Model, kept: Kept, sources: list[PieceSource]) -> list[PieceSource]:
        """Load what was rendered before from the same source; answer the others."""
        with self._guard:
            same, others = kept.split(sources)
            model.load(same)
            self.live += [prepared.record.id for prepared in same]
        return others

    def _load(self, model: Model, kept: Kept, outcomes: list[PieceOutcome]) -> None:
        good: list[Prepared] = []
        with self._guard:
            for outcome in outcomes:
                prepared = outcome.prepared
                if prepared is None:
                    self.state.set_problems(f"source:{outcome.piece_id}", [outcome.problem])
                    prepared = kept.last_good(outcome.piece_id)
                if prepared is not None:
                    good.append(prepared)
            model.load(good)
            self.live += [prepared.record.id for prepared in good]

    async def _load_redirects(self, model: Model) -> None:
        after = None
        while redirects := await self._library.redirects_page(after, _READ_CHUNK):
            after = redirects[-1].path
            await asyncio.to_thread(self._take_redirects, model, redirects)

    def _take_redirects(self, model: Model, redirects: Sequence[Redirect]) -> None:
        with self._guard:
            model.load_redirects([(r.path, r.target) for r in redirects])

    def _finish_model(self, model: Model) -> None:
        model.count_lists()
        self.state.commit()
        self.state.share()

    # --- the pages

    def _every_page(self, model: Model) -> Iterator[Iterable[str]]:
        """Answer every page in runs that read the model in its own order."""
        yield (f"asset:{name}" for name in self._theme.asset_names)
        yield (f"media:{path}" for path in list(model.media()))
        ids = list(model.piece_ids())
        yield (f"piece:{i}" for i in ids)
        yield every_page(sorted(ids))
        yield (f"redirect:{path}" for path, _ in list(model.redirects()))
        fronts: list[str] = []
        for prefix in ("home", "language:", "tag:", "author:", "month:", "series:", "podcast"):
            for name, count in model.listings(prefix):
                pages = pages_of_list(name, count)
                yield (page for page in pages if "#" in page)
                fronts += [page for page in pages if "#" not in page]
        for name, count in model.listings("month:"):
            month = name.removeprefix("month:")
            fronts += [f"sitemap:{month}:{shard}" for shard in range(-(-count // SITEMAP_SIZE))]
        yield in_order({*fronts, *SINGLE_PAGES})

    def _jobs(self, runs: Iterable[Iterable[str]]) -> Iterator[PageJob]:
        pages = itertools.chain.from_iterable(runs)
        while chunk := list(itertools.islice(pages, _PAGE_CHUNK)):
            yield PageJob(
                build=str(id(self)),
                state_file=str(self._file),
                output=str(self._output.folder),
                settings=self._settings,
                number=next(self._numbers),
                pages=chunk,
                fresh=self._fresh,
            )

    async def _make(self, pool: Pool, jobs: Iterable[PageJob], ledger: Ledger, total: int) -> None:
        """Make all pages; they are booked in the order of the jobs, however they come back."""
        waiting: dict[int, list[MadePage]] = {}
        turn = 0

        async def make(place: int, job: PageJob) -> None:
            nonlocal turn
            waiting[place] = await pool.make_pages(job)
            ready: list[MadePage] = []
            while turn in waiting:
                ready += waiting.pop(turn)
                turn += 1
            if ready:
                await asyncio.to_thread(self._book, ledger, ready)
                self._report(min(2 * total, total + ledger.added), 2 * total)

        crowd = _Crowd(pool.width)
        for place, job in enumerate(list(jobs)):
            await crowd.add(make(place, job))
        await crowd.join()

    def _book(self, ledger: Ledger, pages: list[MadePage]) -> None:
        with self._guard:
            self.state.begin()
            try:
                ledger.take(pages)
            except sqlite3.DatabaseError:
                self.state.rollback()
                raise
            self.state.commit()

    def _report(self, done: int, total: int) -> None:
        if self._progress:
            self._progress(done, total)


def _kind_of(page: str) -> str:
    """Answer the kind as templates tell them apart: `list:tag`, `piece`, `tags`."""
    kind, _, rest = page.partition(":")
    return f"list:{rest.partition(':')[0].partition('#')[0]}" if kind == "list" else kind


@asynccontextmanager
async def _beside(work: Awaitable[None]) -> AsyncIterator[Awaitable[None]]:
    """Let `work` begin, to be waited for in the block; it does not outlive it."""
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # whoever waited has heard of it


class _Crowd:
    """Runs up to `width` tasks at a time; the first failure cancels the others."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._tasks: set[asyncio.Task[None]] = set()

    async def add(self, work: Awaitable[None]) -> None:
        while len(self._tasks) >= self._width:
            await self._collect(asyncio.FIRST_COMPLETED)
        self._tasks.add(asyncio.ensure_future(work))

    async def join(self) -> None:
        while self._tasks:
            await self._collect(asyncio.FIRST_EXCEPTION)

    async def _collect(self, when: str) -> None:
        try:
            done, self._tasks = await asyncio.wait(self._tasks, return_when=when)
        except asyncio.CancelledError:
            self._cancel()
            raise
        for task in done:
            if (error := task.exception()) is not None:
                self._cancel()
                raise error

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
