"""Brings a database to this version: under a lock, with a copy made first, app by app.

Piccolo finds and runs the migration files; we choose the engine, hold the lock and keep the copy.
Two processes may start at once: the second waits, then finds nothing to do. A migration may run
again after a kill (Piccolo notes it down after the migration's own transaction), so every raw step
must be safe to repeat.

`rebuild_table` does what SQLite's ALTER TABLE cannot: https://www.sqlite.org/lang_altertable.html,
section 7.
"""

import asyncio
import contextlib
import fcntl
import io
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.apps.migrations.tables import Migration

from octavo import piccolo_conf
from octavo.kernel.clock import system_clock
from octavo.kernel.db import Database, make_private
from octavo.kernel.engines import Engine, PooledPostgres, PooledSQLite
from octavo.kernel.errors import UnavailableError

__all__ = [
    "MigrationFailedError",
    "MigrationReport",
    "migrate",
    "pending_migrations",
    "rebuild_table",
]

_COPIES_KEPT = 3
# Any constant will do, as long as it is ours alone in this database.
_ADVISORY_LOCK = 0x0C7A_0001


class MigrationFailedError(UnavailableError):
    """A migration stopped; `copy` is the database as it was before, if it had rows."""

    code = "migration_failed"


class MigrationReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: migration ids in the order they ran, and the copies made before."""

    applied: list[str]
    copies: list[str]

    @property
    def summary(self) -> str:
        """One line for the terminal."""
        if not self.applied:
            return "the database is up to date"
        copied = f"; copied first to {', '.join(self.copies)}" if self.copies else ""
        return f"applied {len(self.applied)} migrations{copied}"


class _AppHistory(msgspec.Struct, frozen=True, kw_only=True):
    """The migrations of an app, in order, and those that ran on this database."""

    app: str
    known: list[str]
    done: list[str]


async def migrate(database: Database) -> MigrationReport:
    """Run every migration that this database has not seen.

    Raises:
        MigrationFailedError: one of them failed: earlier ones stay, and so does the copy. Or the
            database belongs to a newer version than this; then nothing is touched.
    """
    async with _lock(database):
        history = await _history(database)
        _refuse_newer(history)
        waiting = _waiting(history)
        if not waiting:
            return MigrationReport(applied=[], copies=[])
        copies = await asyncio.to_thread(_copy_all, database.files)
        for app in dict.fromkeys(app for app, _ in waiting):
            await _forwards(database, app, copies)
    return MigrationReport(applied=[name for _, name in waiting], copies=[str(c) for c in copies])


async def pending_migrations(database: Database) -> list[tuple[str, str]]:
    """Answer (app, migration id) of what has not run yet, in the order it would run."""
    return _waiting(await _history(database))


def _waiting(history: list[_AppHistory]) -> list[tuple[str, str]]:
    return [(at.app, name) for at in history for name in at.known if name not in at.done]


def _refuse_newer(history: list[_AppHistory]) -> None:
    """Raise if migrations ran here that we do not have."""
    for at in history:
        unknown = sorted(set(at.done) - set(at.known))
        if unknown:
            msg = f"a newer version of Octavo migrated this database ({at.app} {unknown[0]})"
            raise MigrationFailedError(msg)


async def _history(database: Database) -> list[_AppHistory]:
    manager = BaseMigrationManager()
    history: list[_AppHistory] = []
    for config in manager.get_app_configs():
        with _engine_for(database, config.app_name):
            await Migration.create_table(if_not_exists=True)
            done = await Migration.get_migrations_which_ran(app_name=config.app_name)
        modules = manager.get_migration_modules(config.resolved_migrations_folder_path)
        known = manager.get_migration_ids(modules)
        history.append(_AppHistory(app=config.app_name, known=known, done=done))
    return history


async def rebuild_table(
    engine: Engine, table: str, *, ddl: str, columns: dict[str, str], after: Sequence[str] = ()
) -> None:
    """Give an SQLite table another shape and keep its rows. Call from a raw migration step.

    The MigrationManager must be made with `wrap_in_transaction=False`: foreign keys can only be
    switched off outside a transaction, and dropping the old table would cascade into others.
    Safe to repeat, and safe to kill: the old table is there until the one transaction commits.

    Args:
        ddl: CREATE TABLE for the new shape, under the name `<table>__new`.
        columns: new column -> SQL expression over the old row.
        after: statements that make the indexes and triggers again.

    Raises:
        MigrationFailedError: rows point at nothing afterwards; nothing was changed.
    """
    if not isinstance(engine, PooledSQLite):
        msg = "rebuild_table is for SQLite; PostgreSQL alters in place"
        raise TypeError(msg)
    if engine.current_transaction.get() is not None:
        msg = f"to rebuild {table}, make the migration with wrap_in_transaction=False"
        raise RuntimeError(msg)
    await asyncio.to_thread(_rebuild, Path(engine.path), table, ddl, columns, list(after))


def _rebuild(path: Path, table: str, ddl: str, columns: dict[str, str], after: list[str]) -> None:
    names, values = ", ".join(columns), ", ".join(columns.values())
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        # Outside the transaction: inside one this pragma does nothing.
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN IMMEDIATE")
        broken_before = _broken_references(connection)
        try:
            connection.execute(f'DROP TABLE IF EXISTS "{table}__new"')
            connection.execute(ddl)
            connection.execute(
                f'INSERT INTO "{table}__new" ({names}) SELECT {values} FROM "{table}"'  # noqa: S608
            )
            connection.execute(f'DROP TABLE "{table}"')
            connection.execute(f'ALTER TABLE "{table}__new" RENAME TO "{table}"')
            for statement in after:
                connection.execute(statement)
            _check(table, _broken_references(connection) - broken_before)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _check(table: str, broken: set[tuple[object, ...]]) -> None:
    if broken:
        msg = f"rebuilding {table} would leave {len(broken)} rows that point at nothing"
        raise MigrationFailedError(msg)


def _broken_references(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    return set(connection.execute("PRAGMA foreign_key_check").fetchall())


async def _forwards(database: Database, app: str, copies: list[Path]) -> None:
    said = io.StringIO()
    with _engine_for(database, app):
        try:
            with contextlib.redirect_stdout(said):
                result = await run_forwards(app)
        except Exception as exc:
            raise _failed(app, f"{type(exc).__name__}: {exc}", copies) from exc
    if not result.success:
        raise _failed(app, result.message or said.getvalue(), copies)


def _failed(app: str, why: str, copies: list[Path]) -> MigrationFailedError:
    kept = f"; the database as it was is kept at {copies[0]}" if copies else ""
    return MigrationFailedError(f"a migration of {app} failed: {why}{kept}")


@contextlib.contextmanager
def _engine_for(database: Database, app: str) -> Iterator[None]:
    """Point Piccolo's migration commands at the engine of this app's tables."""
    stem = piccolo_conf.SIDE_APPS.get(app)
    engine = database.sides[stem] if stem else database.main
    piccolo_conf.DB = engine
    Migration._meta.db = engine
    try:
        yield
    finally:
        piccolo_conf.DB = database.main
        Migration._meta.db = database.main


@asynccontextmanager
async def _lock(database: Database) -> AsyncIterator[None]:
    """Let one process migrate at a time; the others wait."""
    if isinstance(database.main, PooledPostgres):
        connection = await database.main.get_new_connection()
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _ADVISORY_LOCK)
            yield
        finally:
            await connection.close()  # ends the session and with it the lock
        return
    path = database.files[0].with_suffix(".migrate.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await asyncio.to_thread(fcntl.flock, descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # lets the lock go, as does the death of the process


def _has_rows(path: Path) -> bool:
    """Say whether the file is worth a copy: some migration has run on it before."""
    if not path.is_file() or path.stat().st_size == 0:
        return False
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            return bool(connection.execute("SELECT 1 FROM migration LIMIT 1").fetchone())
        except sqlite3.OperationalError:
            return False


def _copy_all(files: list[Path]) -> list[Path]:
    try:
        return [_copy(path) for path in files if _has_rows(path)]
    except (sqlite3.Error, OSError) as exc:
        msg = f"the database could not be copied, so nothing was migrated: {exc}"
        raise MigrationFailedError(msg) from exc


def _copy(path: Path) -> Path:
    """Copy a live SQLite file consistently; keep the newest few copies."""
    stamp = f"{system_clock():%Y%m%dT%H%M%S%f}"
    target = path.with_name(f"{path.stem}.before-{stamp}.db")
    make_private(target)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        for table in piccolo_conf.NEVER_COPIED:
            with contextlib.suppress(sqlite3.OperationalError):  # not in this file
                copy.execute("PRAGMA secure_delete=ON")
                copy.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        copy.execute("VACUUM")
    for old in sorted(path.parent.glob(f"{path.stem}.before-*.db"))[:-_COPIES_KEPT]:
        old.unlink()
    return target
