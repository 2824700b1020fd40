"""The builder's memory: one SQLite file that says what is live, which page read what, what stands on disk.

Everything in it can be made again (`octavo build --full`); a file that is damaged, or of another
schema, counts as absent. Whoever opens it holds the build lock.

The commit of a build is one commit of this file: it holds the new model *and* the journal of
renames that is still to be done. A process killed before it leaves the old site; one killed after
it leaves a journal that the next start plays to its end.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

__all__ = ["SCHEMA_VERSION", "Artifact", "State", "StateLostError", "Step"]

SCHEMA_VERSION = 4

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- What is live. `published` is in microseconds; `ref` is what lists show of a piece, `page` the rest.
CREATE TABLE piece (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, listed INTEGER NOT NULL, published INTEGER NOT NULL,
  changed INTEGER NOT NULL, month TEXT NOT NULL, path TEXT NOT NULL, ref BLOB NOT NULL,
  page BLOB NOT NULL, source BLOB NOT NULL
);
CREATE INDEX piece_path ON piece (path);
CREATE INDEX piece_listed ON piece (listed, id) WHERE listed = 0;
CREATE TABLE body (piece_id INTEGER PRIMARY KEY, html BLOB NOT NULL);
-- Live pieces that are translations of each other.
CREATE TABLE translation (
  family TEXT NOT NULL, piece_id INTEGER NOT NULL, PRIMARY KEY (family, piece_id)
) WITHOUT ROWID;
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL);
CREATE TABLE series (
  id INTEGER PRIMARY KEY, title TEXT NOT NULL, slug TEXT NOT NULL, description TEXT NOT NULL
);
CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL, bio TEXT NOT NULL,
  website TEXT NOT NULL);

-- Lists: home, tag:<id>, author:<id>, month:<yyyy-mm>, series:<id>, language:<tag>; from the oldest,
-- or the first part.
-- `place` is the time of publication, or a part's number.
CREATE TABLE entry (
  list TEXT NOT NULL, place INTEGER NOT NULL, piece_id INTEGER NOT NULL,
  PRIMARY KEY (list, place, piece_id)
) WITHOUT ROWID;
CREATE TABLE listing (list TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;

-- `file` is what serves the path: two paths may share one (`/a`, `/a/`).
CREATE TABLE redirect (
  path TEXT PRIMARY KEY, target TEXT NOT NULL, file TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX redirect_file ON redirect (file, path);
CREATE TABLE media_use (
  path TEXT NOT NULL, piece_id INTEGER NOT NULL, PRIMARY KEY (path, piece_id)
) WITHOUT ROWID;
CREATE INDEX media_use_piece ON media_use (piece_id);

-- Which page read which key; what stands on disk, and which page put it there.
CREATE TABLE dep (key TEXT NOT NULL, page TEXT NOT NULL, PRIMARY KEY (key, page)) WITHOUT ROWID;
CREATE TABLE artifact (
  path TEXT PRIMARY KEY, page TEXT NOT NULL, hash BLOB NOT NULL, size INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE problem (page TEXT NOT NULL, message TEXT NOT NULL, PRIMARY KEY (page, message)) WITHOUT ROWID;
CREATE TABLE journal (step INTEGER PRIMARY KEY, path TEXT NOT NULL, staged TEXT);
CREATE TABLE announcement (piece_id INTEGER PRIMARY KEY);

-- In which release of this state a file was last written or removed: see `releases`.
CREATE TABLE changed (path TEXT PRIMARY KEY, release INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX changed_release ON changed (release);
"""
# What only a build step by step asks: made last, at once, when a site is built from nothing.
_INDEXES = """
CREATE INDEX IF NOT EXISTS dep_page ON dep (page);
CREATE INDEX IF NOT EXISTS artifact_page ON artifact (page);
"""


class StateLostError(Exception):
    """The file is not there, damaged, or of another schema: only a full build helps."""


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the site. `path` is relative to its root."""

    path: str
    page: str
    hash: bytes
    size: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One rename of the journal; `staged` None removes the file."""

    path: str
    staged: str | None


class State:
    """An open state file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection

    @classmethod
    def create(cls, file: Path) -> "State":
        """Make an empty file in place of `file`; when it is filled, `add_indexes` must follow.

        It is not durable until it takes its final name, and nobody else can read it before `share`:
        what fills it is written once, and not into a log first.
        """
        for old in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
            old.unlink(missing_ok=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        state = cls(_connect(file))
        state.db.execute("PRAGMA synchronous=OFF")
        state.db.execute("PRAGMA journal_mode=MEMORY")
        state.db.executescript(_SCHEMA)
        state.set_meta("schema", str(SCHEMA_VERSION))
        state.set_meta("epoch", secrets.token_hex(8))
        return state

    @classmethod
    def open(cls, file: Path) -> "State":
        """Open `file`.

        Raises:
            StateLostError: see there.
        """
        if not file.is_file():
            msg = "there is no build state yet"
            raise StateLostError(msg)
        try:
            state = cls(_connect(file))
            if state.meta("schema") == str(SCHEMA_VERSION):
                return state
        except sqlite3.DatabaseError as exc:
            msg = "the build state is damaged"
            raise StateLostError(msg) from exc
        state.close()
        msg = "the build state is of another version"
        raise StateLostError(msg)

    @classmethod
    def open_to_read(cls, file: Path) -> "State":
        """Open a file that nobody writes to at the same time."""
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, check_same_thread=False)
        connection.execute("PRAGMA mmap_size=268435456")
        return cls(connection)

    @classmethod
    def in_memory(cls) -> "State":
        """Make a state that nobody keeps."""
        state = cls(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
        state.db.executescript(_SCHEMA + _INDEXES)
        return state

    def share(self) -> None:
        """Let others read a file that was just made while it is written to; not in a transaction."""
        self.db.execute("PRAGMA journal_mode=WAL")

    def add_indexes(self) -> None:
        for statement in filter(None, map(str.strip, _INDEXES.split(";"))):
            self.db.execute(statement)

    def close(self) -> None:
        self.db.close()

    def begin(self) -> None:
        self.db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.db.commit()

    def rollback(self) -> None:
        self.db.rollback()

    def meta(self, name: str) -> str:
        """Answer a value, empty when it was never set."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def set_meta(self, name: str, value: str) -> None:
        self.db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    # --- pages and what they read

    def pages_reading(self, keys: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for key in keys:
            found.update(
                p for (p,) in self.db.execute("SELECT page FROM dep WHERE key = ?", (key,))
            )
        return found

    def record_reads(self, page: str, keys: Iterable[str]) -> None:
        """Note that `page` read exactly `keys`."""
        wanted = set(keys)
        known = self.reads_of(page)
        self.db.executemany(
            "DELETE FROM dep WHERE key = ? AND page = ?", [(k, page) for k in known - wanted]
        )
        self.db.executemany("INSERT INTO dep VALUES (?, ?)", [(k, page) for k in wanted - known])

    def reads_of(self, page: str) -> set[str]:
        """Answer what `page` read when it was made."""
        return {k for (k,) in self.db.execute("SELECT key FROM dep WHERE page = ?", (page,))}

    def forget_page(self, page: str) -> list[str]:
        """Forget what `page` read, what went wrong with it and its files; answer their paths."""
        paths = [p for (p,) in self.db.execute("SELECT path FROM artifact WHERE page = ?", (page,))]
        for table in ("artifact", "dep", "problem"):
            self.db.execute(f"DELETE FROM {table} WHERE page = ?", (page,))  # noqa: S608 - our names
        return paths

    def artifacts_of(self, page: str) -> dict[str, Artifact]:
        rows = self.db.execute(
            "SELECT path, page, hash, size FROM artifact WHERE page = ?", (page,)
        )
        return {r[0]: Artifact(path=r[0], page=r[1], hash=r[2], size=r[3]) for r in rows}

    def artifact(self, path: str) -> Artifact | None:
        r = self.db.execute(
            "SELECT path, page, hash, size FROM artifact WHERE path = ?", (path,)
        ).fetchone()
        return Artifact(path=r[0], page=r[1], hash=r[2], size=r[3]) if r else None

    def put_artifacts(self, artifacts: Iterable[Artifact]) -> None:
        self.db.executemany(
            "INSERT OR REPLACE INTO artifact VALUES (?, ?, ?, ?)",
            [(a.path, a.page, a.hash, a.size) for a in artifacts],
        )

    def drop_artifact(self, path: str) -> None:
        self.db.execute("DELETE FROM artifact WHERE path = ?", (path,))

    def all_pages(self) -> Iterator[str]:
        """Answer every page that has a file."""
        rows = self.db.execute("SELECT DISTINCT page FROM artifact")
        return (page for (page,) in rows)

    # --- problems

    def set_problems(self, page: str, messages: Iterable[str]) -> None:
        self.db.execute("DELETE FROM problem WHERE page = ?", (page,))
        self.db.executemany(
            "INSERT OR IGNORE INTO problem VALUES (?, ?)", [(page, m) for m in messages]
        )

    def problems(self, limit: int) -> list[tuple[str, str]]:
        return self.db.execute(
            "SELECT page, message FROM problem ORDER BY page, message LIMIT ?", (limit,)
        ).fetchall()

    # --- the journal and what is to be announced after it

    def write_journal(self, steps: Iterable[Step]) -> None:
        self.db.executemany(
            "INSERT INTO journal (path, staged) VALUES (?, ?)", [(s.path, s.staged) for s in steps]
        )

    def journal(self) -> list[Step]:
        rows = self.db.execute("SELECT path, staged FROM journal ORDER BY step")
        return [Step(path=path, staged=staged) for path, staged in rows]

    def clear_journal(self) -> None:
        self.db.execute("DELETE FROM journal")

    def add_announcements(self, piece_ids: Iterable[int]) -> None:
        self.db.executemany(
            "INSERT OR IGNORE INTO announcement VALUES (?)", [(i,) for i in piece_ids]
        )

    def announcements(self) -> list[int]:
        rows = self.db.execute("SELECT piece_id FROM announcement ORDER BY piece_id")
        return [piece_id for (piece_id,) in rows]

    def clear_announcements(self, piece_ids: Iterable[int]) -> None:
        self.db.executemany(
            "DELETE FROM announcement WHERE piece_id = ?", [(i,) for i in piece_ids]
        )


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, isolation_level=None, timeout=30, check_same_thread=False, cached_statements=256
    )
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "cache_size=-16000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection
