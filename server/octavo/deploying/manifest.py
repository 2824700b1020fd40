"""What a target has: one SQLite file for each target, beside the builder's state.

`held` is what readers can get; `staged` what a release in the making has more, or less (no mark);
`flying` what was being put when nothing more was heard. Losing the file costs one listing of the
target.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from octavo.publishing.building.releases import Release
from octavo.sdk.deploying import Begun

__all__ = ["UNKNOWN", "Entry", "Manifest"]

UNKNOWN = b""
"""The mark of a file that we did not put there ourselves."""

_UNDECIDED = "?"
_VERSION = 1
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE held (path TEXT PRIMARY KEY, mark BLOB NOT NULL, tag TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE staged (path TEXT PRIMARY KEY, mark BLOB, tag TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE flying (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a target has: the builder's mark of it, and the deployer's tag."""

    path: str
    mark: bytes
    tag: str


class Manifest:
    """An open manifest. `atomic`: records are of a release that readers do not see yet."""

    def __init__(self, file: Path, *, atomic: bool) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._table = "staged" if atomic else "held"
        self._atomic = atomic
        self.db = _open(file)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    # --- which release, of what

    def is_of(self, begun: Begun, *, dress: str) -> bool:
        """Take in what a target says of itself; False when it must be asked for all it has."""
        if self._atomic and begun.live and self._meta("staged_for") == begun.live:
            self.finish(begun.live)  # killed after the switch
        if self._meta("live") != begun.live or self._meta("dress") != f"={dress}":
            return False
        if self._atomic and self._meta("staged_for") != begun.release:
            self._clear_staged()
        return True

    def begin_anew(self, begun: Begun, *, dress: str, found: Iterable[Entry]) -> None:
        """Forget all, and take what the target was found to have.

        When files are put in another dress now, what is there is right for none of them.
        """
        with self._writing():
            same = self._meta("dress") in {"", f"={dress}"}
            for table in ("held", "staged", "flying"):
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - our names
            self.db.executemany(
                "INSERT OR REPLACE INTO held VALUES (?, ?, ?)",
                ((e.path, UNKNOWN, e.tag if same else "") for e in found),
            )
            # What was found is of the release in the making: until the switch, not of what is live.
            live = _UNDECIDED if self._atomic else begun.live
            self._set(live=live, dress=f"={dress}", release="", staged_for="")

    def release(self) -> Release | None:
        """Answer which release of the site the target has in full; None when nobody knows."""
        return _release(self._meta("release"))

    def aim(self, begun: Begun, release: Release) -> None:
        """Note what is about to be deployed, and under which name."""
        with self._writing():
            self._set(aim=f"{release.epoch}:{release.number}", staged_for=begun.release)

    def finish(self, live: str) -> None:
        """Book that the target has what was aimed at, under this name."""
        with self._writing():
            self.db.execute(
                "INSERT OR REPLACE INTO held SELECT path, mark, tag FROM staged WHERE mark IS NOT NULL"
            )
            self.db.execute(
                "DELETE FROM held WHERE path IN (SELECT path FROM staged WHERE mark IS NULL)"
            )
            self._set(live=live, release=self._meta("aim"))
        self._clear_staged()

    def _clear_staged(self) -> None:
        with self._writing():
            self.db.execute("DELETE FROM staged")
            self.db.execute("DELETE FROM flying")
            self._set(staged_for="")

    # --- files

    def entry(self, path: str) -> Entry | None:
        """Answer what the release in the making has of a path."""
        for table in ("staged", "held"):
            row = self.db.execute(
                f"SELECT path, mark, tag FROM {table} WHERE path = ?",  # noqa: S608 - our names
                (path,),
            ).fetchone()
            if row is not None:
                return None if row[1] is None else Entry(path=row[0], mark=row[1], tag=row[2])
        return None

    def entries(self) -> Iterator[Entry]:
        """Answer all that the release in the making has."""
        rows = self.db.execute(
            "SELECT path, mark, tag FROM staged WHERE mark IS NOT NULL UNION ALL"
            " SELECT path, mark, tag FROM held WHERE path NOT IN (SELECT path FROM staged)"
        )
        return (Entry(path=path, mark=mark, tag=tag) for path, mark, tag in rows)

    def is_staging(self) -> bool:
        """Say whether the release in the making differs from the one that readers see."""
        return self.db.execute("SELECT 1 FROM staged LIMIT 1").fetchone() is not None

    def let_fly(self, paths: Sequence[str]) -> None:
        """Note what is about to be put: until it is recorded, nobody knows whether it arrived."""
        with self._writing():
            self.db.executemany("INSERT OR IGNORE INTO flying VALUES (?)", [(p,) for p in paths])

    def flying(self) -> list[str]:
        """Answer what was being put when nothing more was heard."""
        return [path for (path,) in self.db.execute("SELECT path FROM flying")]

    def record(self, entries: Sequence[Entry]) -> None:
        """Book files that the target has now."""
        with self._writing():
            self.db.executemany(
                f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?, ?)",  # noqa: S608 - our names
                [(e.path, e.mark, e.tag) for e in entries],
            )
            self._landed([e.path for e in entries])

    def drop(self, paths: Sequence[str]) -> None:
        """Book files that the target has no more."""
        rows = [(path,) for path in paths]
        with self._writing():
            if self._atomic:
                self.db.executemany("INSERT OR REPLACE INTO staged VALUES (?, NULL, '')", rows)
            else:
                self.db.executemany("DELETE FROM held WHERE path = ?", rows)
            self._landed(paths)

    def _landed(self, paths: Sequence[str]) -> None:
        self.db.executemany("DELETE FROM flying WHERE path = ?", [(path,) for path in paths])

    def _meta(self, name: str) -> str:
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def _set(self, **values: str) -> None:
        self.db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self.db.execute("SAVEPOINT deed")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO deed")
            self.db.execute("RELEASE deed")
            raise
        self.db.execute("RELEASE deed")


def _release(text: str) -> Release | None:
    epoch, _, number = text.partition(":")
    return Release(epoch, int(number)) if epoch and number.isdigit() else None


def _open(file: Path) -> sqlite3.Connection:
    """Open the file; one that is damaged or of another version begins anew."""
    for _ in range(2):
        db = sqlite3.connect(file, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={_VERSION}; COMMIT;")
                return db
            if version == _VERSION:
                return db
        except sqlite3.DatabaseError:
            pass
        db.close()
        for part in ("", "-wal", "-shm"):
            file.with_name(file.name + part).unlink(missing_ok=True)
    msg = f"{file} cannot be opened"
    raise OSError(msg)
