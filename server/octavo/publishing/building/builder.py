"""The builder: from what changed to a site on disk, whole at every moment.

    lock -> finish what a killed build left -> read the changes -> decide how -> make and stage
    -> commit the state with its journal (this is the moment) -> rename -> announce

`Site` is what the rest of Octavo holds.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from octavo.accounts.schemas import Organisation
from octavo.content.schemas import PublishedPiece
from octavo.kernel.paths import default_theme
from octavo.kernel.settings import Settings
from octavo.publishing.building import releases
from octavo.publishing.building.changes import ChangeLog, Wanted, read_changes, sort_keys
from octavo.publishing.building.last_build import KeptReport, keep_report, kept_report
from octavo.publishing.building.ledger import Ledger
from octavo.publishing.building.library import Library
from octavo.publishing.building.lock import build_lock
from octavo.publishing.building.marks import keep_marks, needs_scratch, stale_kinds
from octavo.publishing.building.output import Output
from octavo.publishing.building.preview import render_alone, render_sample
from octavo.publishing.building.rebuilding import Progress, Rebuild
from octavo.publishing.building.releases import Release, Standing
from octavo.publishing.building.site_theme import Dress, SiteTheme
from octavo.publishing.building.stepping import step
from octavo.publishing.errors import BuildFailedError, BuildRunningError, SiteNotBuiltError
from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.read_model.facts import PieceSource, files_wanted, sources_of
from octavo.publishing.read_model.model import Model
from octavo.publishing.read_model.state import State, StateLostError
from octavo.publishing.schemas import BuildProblem, BuildReport
from octavo.publishing.theme.templates import Theme, ThemeError

__all__ = ["Site"]

_CHANGE_LIMIT = 50_000
_MOST_CHANGES = 2_000_000
_PROBLEM_LIMIT = 1_000
_ANNOUNCE_CHUNK = 500
_LOCK_WAIT_S = 600.0


class _Target(msgspec.Struct, frozen=True, kw_only=True):
    """A folder to build, with the state that belongs to it."""

    output: Output
    state_file: Path
    announces: bool


class Site:
    """The generated site of this installation."""

    def __init__(
        self,
        settings: Settings,
        *,
        library: Library,
        log: ChangeLog,
        theme_folders: Sequence[Path] | None = None,
        workers: int | None = None,
    ) -> None:
        self._settings = settings
        self._library = library
        self._log = log
        folders = theme_folders or (settings.home / "theme", default_theme())
        self._dress = SiteTheme(settings, library, folders)
        self._workers = workers
        self._failed = ""

    @property
    def folder(self) -> Path:
        """Where the generated site stands."""
        return self._settings.site_dir

    @property
    def base_url(self) -> str:
        """The site's public address, without a slash at its end."""
        return self._dress.base_url

    async def build(
        self,
        *,
        full: bool = False,
        now: datetime,
        progress: Progress | None = None,
        output: Path | None = None,
        wait_s: float = _LOCK_WAIT_S,
    ) -> BuildReport:
        """Bring the site's files up to date; `full` forgets everything and makes every page again.

        With `output` the whole site goes to that folder, and nothing is announced.

        Raises:
            BuildRunningError: another process builds, and did so for `wait_s`.
            BuildFailedError: the theme cannot be used; the old site stands.
            OutputRefusedError: `output` holds files that are not ours.
        """
        target = self._target(output)
        async with self._locked(target, wait_s):
            report = await self._build(target, full=full, now=now, progress=progress)
        if target.announces:
            await asyncio.to_thread(self._keep_report, report, now)
        return report

    async def build_pending(self, now: datetime) -> BuildReport | None:
        """Build if something was marked, or the theme changed; None when there was nothing to do.

        A theme that failed is not tried again before it changes.

        Raises:
            BuildFailedError: the theme cannot be used; the old site stands.
        """
        changes = await self._log.pending(1)
        mark = await asyncio.to_thread(self._dress.mark)
        if mark == self._failed or (
            not changes and await asyncio.to_thread(self._is_settled, mark)
        ):
            return None
        try:
            return await self.build(now=now, wait_s=0)
        except BuildRunningError:
            return None
        except BuildFailedError:
            self._failed = mark
            raise

    async def render_piece(self, piece: PublishedPiece) -> str:
        """Render a piece as its page would be, by the same code; nothing is stored.

        Raises:
            PreviewRefusedError: the text is beyond the limits.
            BuildFailedError: the theme cannot be used.
        """
        settings = await self._dress.settings_for(await self._library.organisation())
        ctas = await self._library.ctas([piece.id]) if piece.id else {}
        ids, paths = files_wanted([piece])
        files = await self._library.files(sorted(ids), sorted(paths)) if ids or paths else []
        (source,) = sources_of([piece], ctas, files, {})
        try:
            return await asyncio.to_thread(self._render_alone, source, settings)
        except ThemeError as exc:
            raise BuildFailedError(str(exc)) from exc

    async def dressed(self) -> tuple[SiteSettings, Theme]:
        """Answer the settings and the theme of the site as they are now.

        Raises:
            BuildFailedError: the theme cannot be used.
        """
        settings = await self._dress.settings_for(await self._library.organisation())
        try:
            return settings, await asyncio.to_thread(self._dress.current, settings)
        except ThemeError as exc:
            raise BuildFailedError(str(exc)) from exc

    def release(self) -> Release | None:
        """Answer which release of the site stands; None before the first build. Cheap."""
        return releases.present(self._target(None).state_file)

    @asynccontextmanager
    async def held_still(self, *, wait_s: float = _LOCK_WAIT_S) -> AsyncIterator[Standing]:
        """Let no build touch the site's files during the block, and answer what stands there.

        Raises:
            BuildRunningError: a build ran for `wait_s`.
            SiteNotBuiltError: there is nothing yet.
        """
        target = self._target(None)
        async with self._locked(target, wait_s):
            old = await asyncio.to_thread(self._open_state, target)
            if old is None:
                raise SiteNotBuiltError("the site was not built yet: build it first")
            try:
                yield Standing(old, self.folder)
            finally:
                await asyncio.to_thread(old.close)

    def last_report(self) -> tuple[datetime, BuildReport] | None:
        """Answer when the last build was and what it did."""
        kept = kept_report(self._settings.state_dir)
        return (kept.built_at, kept.report) if kept else None

    # --- one build

    async def _build(
        self, target: _Target, *, full: bool, now: datetime, progress: Progress | None
    ) -> BuildReport:
        began = time.perf_counter()
        await asyncio.to_thread(target.output.claim)
        old = await asyncio.to_thread(self._open_state, target)
        try:
            if old is not None and target.announces:
                await self._announce(old, [], now)
            logged = await self._log.pending(_CHANGE_LIMIT) if target.announces else []
            wanted = sort_keys(change.key for change in logged)
            scratch = full or wanted.everything or not target.announces
            settings = await self._dress.settings_for(await self._library.organisation())
            dress = await asyncio.to_thread(self._dress.dress, settings)
            if old is None or scratch or needs_scratch(old, dress.marks):
                if len(logged) == _CHANGE_LIMIT:  # it takes in all that was marked until now
                    logged = await self._log.pending(_MOST_CHANGES)
                old, ledger = await self._from_scratch(target, old, dress, progress)
            else:
                old, ledger = await self._from_changes(target, old, wanted, dress, progress)
            await asyncio.to_thread(releases.switch, old, target.output)
            report = _report(old, ledger, full=scratch)
            if target.announces:
                await self._announce(old, [change.id for change in logged], now)
            return msgspec.structs.replace(report, seconds=round(time.perf_counter() - began, 4))
        finally:
            if old is not None:
                await asyncio.to_thread(old.close)

    async def _from_scratch(
        self, target: _Target, old: State | None, dress: Dress, progress: Progress | None
    ) -> tuple[State, Ledger]:
        rebuild = self._rebuild(target, dress, progress)
        version = dress.marks["version"]
        ledger = await rebuild.from_scratch(old, version=version, check=dress.check)
        known = set(Model(old, zone="UTC").piece_ids()) if old else set()
        rebuild.state.add_announcements(i for i in rebuild.live if i not in known)
        if old is not None:
            old.close()
        return await asyncio.to_thread(self._seal, target, rebuild, ledger, dress.marks), ledger

    async def _from_changes(
        self, target: _Target, old: State, wanted: Wanted, dress: Dress, progress: Progress | None
    ) -> tuple[State, Ledger]:
        kinds = stale_kinds(old, dress.marks)
        changes = await read_changes(self._library, wanted)
        await dress.check()
        if not kinds:
            return old, await asyncio.to_thread(step, old, target.output, changes, dress, progress)
        rebuild = self._rebuild(target, dress, progress)
        old.close()
        ledger = await rebuild.from_copy(target.state_file, changes, kinds)
        return await asyncio.to_thread(self._seal, target, rebuild, ledger, dress.marks), ledger

    def _rebuild(self, target: _Target, dress: Dress, progress: Progress | None) -> Rebuild:
        return Rebuild(
            library=self._library,
            output=target.output,
            file=target.state_file.with_name(target.state_file.name + ".next"),
            theme=dress.theme,
            settings=dress.settings,
            progress=progress,
            workers=self._workers,
        )

    def _seal(
        self, target: _Target, rebuild: Rebuild, ledger: Ledger, marks: dict[str, str]
    ) -> State:
        """Give the new state its final name: from here on, the new site is what will be."""
        keep_marks(rebuild.state, marks)
        (files,) = rebuild.state.db.execute("SELECT count(*) FROM artifact").fetchone()
        rebuild.state.set_meta("files", str(files))
        if ledger.removed or ledger.written:
            rebuild.state.set_meta("changed", str(time.time_ns()))
        rebuild.close()
        next_file = target.state_file.with_name(target.state_file.name + ".next")
        os.replace(next_file, target.state_file)  # noqa: PTH105 - the commit, said as it is
        return State.open(target.state_file)

    async def _announce(self, state: State, change_ids: list[int], now: datetime) -> None:
        """Say that pieces are live. A crash before the end says it again: at least once."""
        waiting = state.announcements()
        for start in range(0, max(len(waiting), 1), _ANNOUNCE_CHUNK):
            part = waiting[start : start + _ANNOUNCE_CHUNK]
            last = start + _ANNOUNCE_CHUNK >= len(waiting)
            if part or change_ids:
                await self._log.settle(change_ids if last else [], part, now)
        if waiting:
            state.begin()
            state.clear_announcements(waiting)
            state.commit()

    # --- around it

    def _open_state(self, target: _Target) -> State | None:
        """Open the state and finish what a killed build left; None when there is none to use."""
        try:
            state = State.open(target.state_file)
            releases.switch(state, target.output)
        except StateLostError:
            target.output.clear_staging()
            return None
        target.output.clear_staging()
        return state

    def _is_settled(self, mark: str) -> bool:
        """Say whether the site was built with the theme and the settings of now."""
        kept = kept_report(self._settings.state_dir)
        return self._target(None).state_file.exists() and kept is not None and kept.theme == mark

    async def render_sample(self, organisation: Organisation, what: str) -> str:
        """Render a page of the site (`home` or `post`) as it would be with these settings.

        The style sheet and the chosen pictures stand in the page: the site has them not yet.

        Raises:
            BuildFailedError: the theme cannot be used.
        """
        settings = await self._dress.settings_for(organisation)
        state_file = self._target(None).state_file
        try:
            theme = await asyncio.to_thread(self._dress.current, settings)
            return await asyncio.to_thread(render_sample, what, theme, settings, state_file)
        except ThemeError as exc:
            raise BuildFailedError(str(exc)) from exc

    def _render_alone(self, source: PieceSource, settings: SiteSettings) -> str:
        return render_alone(source, self._dress.current(settings), settings)

    def theme(self) -> Theme:
        """Answer the theme as its files are now, with nothing chosen.

        Raises:
            ThemeError: it cannot be read.
        """
        return self._dress.plain()

    def _keep_report(self, report: BuildReport, now: datetime) -> None:
        kept = KeptReport(built_at=now, report=report, theme=self._dress.mark())
        keep_report(self._settings.state_dir, kept)

    def _target(self, output: Path | None) -> _Target:
        if output is None or output.resolve() == self._settings.site_dir.resolve():
            file = self._settings.state_dir / "site.db"
            return _Target(output=Output(self._settings.site_dir), state_file=file, announces=True)
        folder = output.resolve()
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        file = self._settings.state_dir / "outputs" / f"{name}.db"
        return _Target(output=Output(folder), state_file=file, announces=False)

    @asynccontextmanager
    async def _locked(self, target: _Target, wait_s: float) -> AsyncIterator[None]:
        with ExitStack() as stack:
            lock = build_lock(target.state_file.with_suffix(".lock"), wait_s=wait_s)
            await asyncio.to_thread(stack.enter_context, lock)
            yield


def _report(state: State, ledger: Ledger, *, full: bool) -> BuildReport:
    return BuildReport(
        full=full,
        written=ledger.written,
        unchanged=int(state.meta("files")) - ledger.written,
        removed=ledger.removed,
        seconds=0.0,
        problems=[
            BuildProblem(subject=_subject(page), message=message)
            for page, message in state.problems(_PROBLEM_LIMIT)
        ],
        went_live=len(state.announcements()),
    )


def _subject(page: str) -> str:
    return page.replace("source:", "piece:", 1) if page.startswith("source:") else page
