"""The database: one code base on SQLite and PostgreSQL, chosen by `OCTAVO_DATABASE_URL`.

`Database(url, ...)` binds the tables to their engines; there is one bound database per process.
Features then read and write through their own Piccolo tables, and open one `transaction()` per
verb, in `service.py`. No network call happens inside one.

Some tables may live in a database file of their own ("side" tables), so that a long transaction
on the main file cannot hold them up. On PostgreSQL side tables share the main database.
"""

import os
import sqlite3
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from piccolo.apps.migrations.tables import Migration
from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString
from piccolo.table import Table

from octavo.kernel.engines import Engine, PooledPostgres, PooledSQLite

__all__ = [
    "Database",
    "FirstCommit",
    "after_commit",
    "before_commit",
    "bound",
    "dialect",
    "fetch",
    "is_foreign_key_violation",
    "is_unique_violation",
    "make_private",
    "one_of",
    "transaction",
    "with_first_commit",
]

_POSTGRES_SCHEMES = ("postgresql://", "postgres://")
_SQLITE_SCHEME = "sqlite:///"

_bound: "Database | None" = None
_on_commit: ContextVar[list[Callable[[], None]] | None] = ContextVar("on_commit", default=None)
_first_commit: ContextVar["FirstCommit | None"] = ContextVar("first_commit", default=None)
_gathered: ContextVar["list[_Gathered] | None"] = ContextVar("gathered", default=None)

# Work to be done right before a commit, and one of the things that it is to be done with.
_Gathered = tuple[Callable[[list[Any]], Awaitable[None]], Any]
T = TypeVar("T")


@dataclass
class FirstCommit:
    """Something to be written together with the first transaction of a block, or not at all."""

    write: Callable[[], Awaitable[None]]
    done: bool = False


class Database:
    """The engines of this process and the tables bound to them.

    Args:
        url: `sqlite:///relative/or//absolute/path` or `postgresql://…`.
        tables: tables of the main database.
        side: tables that get an SQLite file of their own, by the stem of its name: with
            `{"track": [...]}` and `sqlite:///var/octavo.db` they live in `var/track.db`.

    Raises:
        ValueError: the URL names neither SQLite nor PostgreSQL.
    """

    def __init__(
        self,
        url: str,
        *,
        tables: Iterable[type[Table]],
        side: Mapping[str, Iterable[type[Table]]] | None = None,
    ) -> None:
        global _bound  # noqa: PLW0603 - Piccolo binds tables per process, so does this
        self.url = url
        self.main: Engine
        self.sides: dict[str, Engine]
        side = side or {}
        if url.startswith(_POSTGRES_SCHEMES):
            self.main = PooledPostgres(url)
            self.sides = dict.fromkeys(side, self.main)
        elif url.startswith(_SQLITE_SCHEME):
            path = Path(url.removeprefix(_SQLITE_SCHEME))
            self.main = PooledSQLite(str(path))
            self.sides = {
                stem: PooledSQLite(str(path.with_name(f"{stem}.db")), size=2) for stem in side
            }
        else:
            msg = "OCTAVO_DATABASE_URL must start with sqlite:/// or postgresql://"
            raise ValueError(msg)
        main_tables: list[type[Table]] = [*tables, Migration]
        for table in main_tables:
            table._meta.db = self.main
        for stem, members in side.items():
            for table in members:
                table._meta.db = self.sides[stem]
        _bound = self

    @property
    def engines(self) -> list[Engine]:
        """Every engine once, the main one first."""
        return list(dict.fromkeys([self.main, *self.sides.values()]))

    @property
    def files(self) -> list[Path]:
        """The SQLite files, the main one first; empty on PostgreSQL."""
        return [Path(engine.path) for engine in self.engines if isinstance(engine, PooledSQLite)]

    async def open(self) -> None:
        """Make folders and connections ready on the running loop."""
        for engine in self.engines:
            if isinstance(engine, PooledSQLite):
                make_private(Path(engine.path))
                engine.open_pool()
            elif engine.pool is None:
                await engine.start_connection_pool(min_size=1, max_size=10)

    async def close(self) -> None:
        """Close every connection and end its thread."""
        for engine in self.engines:
            if isinstance(engine, PooledSQLite):
                await engine.close_pool()
            elif engine.pool is not None:
                await engine.close_connection_pool()


def make_private(path: Path) -> None:
    """Make a file that is not there yet for its owner alone; SQLite's own files beside it follow."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def bound() -> Database:
    """Answer the database of this process.

    Raises:
        RuntimeError: none was made yet.
    """
    if _bound is None:
        msg = "no database is bound: build a runtime first"
        raise RuntimeError(msg)
    return _bound


def dialect() -> str:
    """Answer `sqlite` or `postgres`, for the few statements that differ."""
    return "sqlite" if isinstance(bound().main, PooledSQLite) else "postgres"


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Run the block in one transaction on the main database; commit at its end, or roll back.

    Inside another one this is a savepoint: a failing block takes back its own rows only. Do not
    start a task inside: it would inherit a connection that is not its own.
    """
    engine = bound().main
    outer = engine.current_transaction.get()
    if outer is not None:
        savepoint, gathered = await outer.savepoint(), _gathered.get()
        mark = len(gathered or ())
        try:
            yield
        except BaseException:
            if gathered is not None:
                del gathered[mark:]
            await savepoint.rollback_to()
            raise
        await savepoint.release()
        return
    hooks: list[Callable[[], None]] = []
    token, gathered_token = _on_commit.set(hooks), _gathered.set([])
    first = _first_commit.get()
    try:
        async with engine.transaction():
            yield
            await _do_gathered()
            if first is not None and not first.done:
                await first.write()
    finally:
        _on_commit.reset(token)
        _gathered.reset(gathered_token)
    if first is not None:
        first.done = True
    for hook in hooks:
        hook()


@contextmanager
def with_first_commit(write: Callable[[], Awaitable[None]]) -> Iterator[FirstCommit]:
    """Run `write` inside the first outermost transaction of the block, right before it commits.

    Afterwards `done` says whether that transaction was committed. If `write` raises, it is not.
    """
    first = FirstCommit(write)
    token = _first_commit.set(first)
    try:
        yield first
    finally:
        _first_commit.reset(token)


def after_commit(hook: Callable[[], None]) -> None:
    """Call `hook` once the present transaction is committed; at once when there is none.

    For waking somebody up, never for work that must happen: a process may die in between.
    """
    hooks = _on_commit.get()
    if hooks is None:
        hook()
    else:
        hooks.append(hook)


async def before_commit(work: Callable[[list[T]], Awaitable[None]], item: T) -> None:
    """Call `work` with this and all other items given for it, right before the commit.

    It sees what the whole transaction has done, and its writes are stored with it or not at all.
    Items of a savepoint that is taken back are forgotten with it. Outside a transaction: at once.
    """
    gathered = _gathered.get()
    if gathered is None:
        await work([item])
    else:
        gathered.append((work, item))


async def _do_gathered() -> None:
    """Do what was put off until now, and what that puts off in its turn."""
    gathered = _gathered.get()
    while gathered:
        work = gathered[0][0]
        items = [item for other, item in gathered if other == work]
        gathered[:] = [entry for entry in gathered if entry[0] != work]
        await work(items)


async def fetch(sql: str, *args: Any, table: type[Table] | None = None) -> Sequence[dict[str, Any]]:
    """Run one statement with `{}` in place of each argument; answer its rows as dicts.

    Runs in the present transaction if there is one. `table` picks the database of a side table.
    Values come back as the driver gives them: timestamps written by Piccolo are UTC text on SQLite.
    """
    engine = table._meta.db if table is not None else bound().main
    rows = await engine.run_querystring(QueryString(sql, *args))
    return engine.transform_response_to_dicts(rows or [])


def one_of(column: Column, ids: Iterable[int]) -> WhereRaw:
    """Answer the condition that a column is one of some ids, of which there may be hundreds.

    `is_in` looks at each value for what it could be, which takes longer than the query. No ids, no rows.
    """
    given = ", ".join(str(int(one)) for one in ids) or "NULL"
    return WhereRaw(f"{column._meta.get_full_name(with_alias=False)} IN ({given})")


def is_unique_violation(error: BaseException) -> bool:
    """Say whether a write failed because a unique key is taken.

    On PostgreSQL the failed statement spoils its transaction: wrap the attempt in `transaction()`.
    """
    if isinstance(error, sqlite3.IntegrityError):
        name = getattr(error, "sqlite_errorname", "")
        return name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
    return isinstance(error, asyncpg.UniqueViolationError)


def is_foreign_key_violation(error: BaseException) -> bool:
    """Say whether a write failed because another row points at what it removes, or at nothing."""
    if isinstance(error, sqlite3.IntegrityError):
        name = getattr(error, "sqlite_errorname", "")
        # ON DELETE RESTRICT is reported as a trigger.
        return name in {"SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_TRIGGER"}
    return isinstance(error, asyncpg.ForeignKeyViolationError | asyncpg.RestrictViolationError)
