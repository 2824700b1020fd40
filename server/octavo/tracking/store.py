"""The click writer's own connection: raw, unshared, and durable before it answers.

Piccolo's pool serves everybody and syncs lazily (SQLite NORMAL); a click is promised to be stored
once its redirect is sent, so it is written through a connection that syncs on every commit. It
waits for a lock less long than a reader waits for the redirect.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import asyncpg

from octavo.kernel.db import Database
from octavo.kernel.engines import PooledSQLite
from octavo.tracking import sql
from octavo.tracking.sql import Row

T = TypeVar("T")

_SALT_IN = "INSERT INTO trk_salt (day, salt, destroy_at) VALUES ({}, {}, {}) ON CONFLICT DO NOTHING"
_SALT_OUT = "SELECT salt FROM trk_salt WHERE day = {}"
_PG_TIMEOUT_S = 2.0


class Store(Protocol):
    """Where batches of clicks go."""

    async def write(self, events: Sequence[Row], minutes: Sequence[Row]) -> None:
        """Store all rows durably in one transaction, or raise and store none."""

    async def salt(self, day: int, *, fresh: str, destroy_at: int) -> str:
        """Answer the salt of a day, which is `fresh` if there was none."""

    async def close(self) -> None:
        """End the connection."""


class SqliteStore:
    """One connection in one thread of its own, so that no fsync ever stops the event loop."""

    def __init__(self, path: str, *, busy_s: float, durable: bool = True) -> None:
        self._path = path
        self._busy_s = busy_s
        self._synchronous = "FULL" if durable else "OFF"
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="clicks")
        self._connection: sqlite3.Connection | None = None

    async def write(self, events: Sequence[Row], minutes: Sequence[Row]) -> None:
        await self._run(self._write, events, minutes)

    async def salt(self, day: int, *, fresh: str, destroy_at: int) -> str:
        return await self._run(self._salt, day, fresh, destroy_at)

    async def close(self) -> None:
        await self._run(self._close)
        self._thread.shutdown(wait=True)

    async def _run(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self._path, isolation_level=None, timeout=self._busy_s)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={self._synchronous}")
            self._connection = connection
        return self._connection

    def _write(self, events: Sequence[Row], minutes: Sequence[Row]) -> None:
        connection = self._open()
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_SQLITE_EVENT, events)
            if minutes:
                connection.execute(_SQLITE_MINUTES, [sql.encode(minutes)])
            connection.execute("COMMIT")
        except BaseException:
            self._give_up()
            raise

    def _salt(self, day: int, fresh: str, destroy_at: int) -> str:
        connection = self._open()
        query = _SALT_OUT.format("?")
        row = connection.execute(query, [day]).fetchone()
        if row is None:
            connection.execute(_SALT_IN.format("?", "?", "?"), [day, fresh, destroy_at])
            row = connection.execute(query, [day]).fetchone()
        return str(row[0])

    def _give_up(self) -> None:
        """End the failed transaction; a connection that cannot even do that is thrown away."""
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_SQLITE_EVENT = (
    f"INSERT INTO trk_event ({sql.names(sql.EVENT_COLUMNS)}, rolled) "  # noqa: S608 - constants
    f"VALUES ({', '.join('?' * len(sql.EVENT_COLUMNS))}, 0) ON CONFLICT (event_id) DO NOTHING"
)
_SQLITE_MINUTES = sql.add_minutes("sqlite", parameter="?")


class PostgresStore:
    """One connection, opened again when it broke; `synchronous_commit` is the server's."""

    def __init__(self, dsn: str, *, lock_s: float) -> None:
        self._dsn = dsn
        self._lock_ms = int(lock_s * 1000)
        self._connection: Any = None
        # One statement at a time: asyncpg refuses a second one on the same connection.
        self._turn = asyncio.Lock()

    async def write(self, events: Sequence[Row], minutes: Sequence[Row]) -> None:
        async with self._turn:
            connection = await self._open()
            async with connection.transaction():
                if events:
                    await connection.execute(_PG_EVENTS, sql.encode(events))
                if minutes:
                    await connection.execute(_PG_MINUTES, sql.encode(minutes))

    async def salt(self, day: int, *, fresh: str, destroy_at: int) -> str:
        async with self._turn:
            connection = await self._open()
            await connection.execute(_SALT_IN.format("$1", "$2", "$3"), day, fresh, destroy_at)
            return str(await connection.fetchval(_SALT_OUT.format("$1"), day))

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close(timeout=_PG_TIMEOUT_S)
            self._connection = None

    async def _open(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn,
                timeout=_PG_TIMEOUT_S,
                command_timeout=_PG_TIMEOUT_S,
                server_settings={
                    "lock_timeout": f"{self._lock_ms}ms",
                    "application_name": "octavo clicks",
                },
            )
        return self._connection


_PG_EVENTS = sql.insert_events("postgres", parameter="$1")
_PG_MINUTES = sql.add_minutes("postgres", parameter="$1")


def open_store(database: Database, *, wait_s: float) -> Store:
    """Answer the store for the database that holds the tracking tables."""
    engine = database.sides["track"]
    if isinstance(engine, PooledSQLite):
        return SqliteStore(str(engine.path), busy_s=wait_s)
    return PostgresStore(database.url, lock_s=wait_s)
