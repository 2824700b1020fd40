"""Which release of the site stands, and what changed since another: for those who copy it elsewhere.

A release is `(epoch, number)`. Each time that files are switched into the site the number goes up,
and each file of the switch remembers it; a state made from nothing, and a switch of very many
files, begin another epoch, and whoever knows an older one compares everything.
"""

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from octavo.publishing.building.output import WHOLE, Output
from octavo.publishing.read_model.state import State, Step

__all__ = ["Release", "Standing", "StandingFile", "present", "switch"]

_MANY = 5_000
_CHUNK = 500


class Release(msgspec.Struct, frozen=True):
    """The state of the files after a switch."""

    epoch: str
    number: int


class StandingFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the site. `mark` changes whenever its bytes may have; `page` is what made it."""

    path: str
    page: str
    mark: bytes


class Standing:
    """The files of the site while no build can touch them."""

    def __init__(self, state: State, folder: Path) -> None:
        self._state = state
        self.folder = folder
        self.release = _release(state)

    def files(self) -> Iterator[StandingFile]:
        """Answer every file, by path."""
        rows = self._state.db.execute("SELECT path, page, hash FROM artifact ORDER BY path")
        return (StandingFile(path=path, page=page, mark=mark) for path, page, mark in rows)

    def changed_since(self, known: Release | None) -> dict[str, StandingFile | None] | None:
        """Answer what changed, None for what is gone; None as a whole: nobody can say."""
        if known is None or known.epoch != self.release.epoch:
            return None
        rows = self._state.db.execute(
            "SELECT changed.path, page, hash FROM changed"
            " LEFT JOIN artifact ON artifact.path = changed.path WHERE release > ?",
            (known.number,),
        )
        return {
            path: None if page is None else StandingFile(path=path, page=page, mark=mark)
            for path, page, mark in rows
        }


def switch(state: State, output: Output) -> None:
    """Play the journal to its end; safe to be killed in, and to be done twice."""
    steps = state.journal()
    if not steps:
        return
    failed: list[tuple[str, str]] = []
    output.switch(steps, on_problem=lambda path, message: failed.append((path, message)))
    state.begin()
    for path, message in failed:
        artifact = state.artifact(path)
        state.set_problems(artifact.page if artifact else path, [f"/{path} {message}"])
    _note(state, steps)
    state.clear_journal()
    state.commit()
    output.clear_staging()


def _note(state: State, steps: Sequence[Step]) -> None:
    """Book a switch, in the transaction that ends it."""
    if len(steps) > _MANY or any(step.staged == WHOLE for step in steps):
        state.db.execute("DELETE FROM changed")
        state.set_meta("epoch", secrets.token_hex(8))
        return
    number = _release(state).number + 1
    state.db.executemany(
        "INSERT OR REPLACE INTO changed VALUES (?, ?)", [(step.path, number) for step in steps]
    )
    state.set_meta("release", str(number))


def present(file: Path) -> Release | None:
    """Read which release a state is of, beside whoever builds; None without a state to read."""
    if not file.is_file():
        return None
    with contextlib.suppress(sqlite3.Error):
        state = State.open_to_read(file)
        try:
            return _release(state)
        finally:
            state.close()
    return None


def _release(state: State) -> Release:
    return Release(state.meta("epoch"), int(state.meta("release") or 0))
