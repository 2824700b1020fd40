"""Books what a build makes: files to rename into place, files that go, what each page read."""

from collections.abc import Iterable

from octavo.publishing.building.output import WHOLE
from octavo.publishing.building.rendering import MadePage
from octavo.publishing.read_model.state import Artifact, State, Step

__all__ = ["Ledger"]


class Ledger:
    """The books of one build over an open state.

    Args:
        made_anew: the names of all pages that this build makes; None when it makes every page into
            an empty state, where nothing needs to be looked up first.
        old: the state of the site that stands there, to keep of it the pages that now fail.
    """

    def __init__(
        self, state: State, *, made_anew: set[str] | None, old: State | None = None
    ) -> None:
        self._state = state
        self._old = old
        self._made_anew = made_anew
        self._gone: dict[str, str] = {}
        self.written = 0
        self.unchanged = 0
        self.removed = 0
        self.added = 0

    def take(self, pages: Iterable[MadePage]) -> None:
        """Book made pages; their files enter the journal in this order."""
        if self._made_anew is None:
            self._take_fresh(list(pages))
            return
        for made in pages:
            self._take_one(made)

    def finish(self) -> None:
        """Book the files that no page has any more, last of all."""
        for path, page in self._gone.items():
            artifact = self._state.artifact(path)
            if artifact is not None and artifact.page == page:
                self._state.drop_artifact(path)
                self.drop([path])
                self.added -= 1

    def take_whole(self) -> None:
        """Book that all which was staged as one comes in one step."""
        self._state.write_journal([Step(path="", staged=WHOLE)])

    def drop(self, paths: Iterable[str]) -> None:
        steps = [Step(path=path, staged=None) for path in paths]
        self.removed += len(steps)
        self._state.write_journal(steps)

    def _take_fresh(self, pages: list[MadePage]) -> None:
        good = [made for made in pages if not made.failed]
        artifacts = [
            Artifact(path=f.path, page=made.page, hash=f.hash, size=f.size)
            for made in good
            for f in made.files
        ]
        self._state.put_artifacts(artifacts)
        self._state.db.executemany(
            "INSERT OR IGNORE INTO dep VALUES (?, ?)",
            [(key, m.page) for m in good for key in m.reads],
        )
        for made in pages:
            if made.problems:
                self._state.set_problems(made.page, made.problems)
            if made.failed and self._old is not None:
                kept = self._old.artifacts_of(made.page)
                self._state.put_artifacts(kept.values())
                self._state.record_reads(made.page, self._old.reads_of(made.page))
                self.unchanged += len(kept)
                self.added += len(kept)
        steps = [
            Step(path=f.path, staged=f.staged)
            for m in good
            for f in m.files
            if f.staged not in {None, WHOLE}
        ]
        self._state.write_journal(steps)
        written = sum(f.staged is not None for m in good for f in m.files)
        self.written += written
        self.unchanged += len(artifacts) - written
        self.added += len(artifacts)

    def _take_one(self, made: MadePage) -> None:
        if made.failed:
            self._state.set_problems(made.page, made.problems)
            return
        old = self._state.artifacts_of(made.page)
        problems = list(made.problems)
        kept: list[Artifact] = []
        steps: list[Step] = []
        for file in made.files:
            other = self._state.artifact(file.path)
            if other and other.page != made.page and other.page not in (self._made_anew or ()):
                problems.append(f"/{file.path} already belongs to {other.page}")
                continue
            self.added += other is None
            kept.append(Artifact(path=file.path, page=made.page, hash=file.hash, size=file.size))
            if file.staged is not None:
                steps.append(Step(path=file.path, staged=file.staged))
        self._gone.update((path, made.page) for path in old.keys() - {a.path for a in kept})
        self._state.put_artifacts(a for a in kept if old.get(a.path) != a)
        self._state.write_journal(steps)
        self._state.record_reads(made.page, made.reads)
        self._state.set_problems(made.page, problems)
        self.written += len(steps)
        self.unchanged += len(kept) - len(steps)
