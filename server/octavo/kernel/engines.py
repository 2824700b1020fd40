"""The two Piccolo engines we run on, made fit for a concurrent server.

Stock Piccolo opens an SQLite connection and a thread for every query, begins transactions DEFERRED
(readers that turn writers fail with "database is locked") and leaks connection and thread when
COMMIT or BEGIN fails. `PooledSQLite` keeps a few connections open, sets the pragmas once and
begins IMMEDIATE. `PooledPostgres` opens nothing when it is constructed. Both hand their
connections back whatever happens.

These classes override private methods: the version of Piccolo is pinned and
`tests/kernel/test_engines.py` is the contract.
"""

import asyncio
import contextlib
import sqlite3
from types import TracebackType
from typing import Any

import aiosqlite
import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType, dict_factory

__all__ = ["Engine", "PooledPostgres", "PooledSQLite"]

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    # A committed WAL write survives the death of the process; a power cut may lose the last ones.
    # The click writer, which promises more, opens its own connection with FULL.
    "PRAGMA synchronous=NORMAL",
    "PRAGMA cache_size=-8000",
    "PRAGMA temp_store=MEMORY",
)


class _LeasedConnection:
    """A pooled connection whose `close()` gives it back instead of closing it."""

    def __init__(self, pool: "PooledSQLite", connection: aiosqlite.Connection) -> None:
        self._pool = pool
        self._connection = connection
        self.sound = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def close(self) -> None:
        await self._pool.give_back(self._connection, sound=self.sound)


def _is_over(error: BaseException) -> bool:
    """Say whether the statement that raised this is over.

    One that was cancelled goes on in its connection's thread: a BEGIN that waits for the lock
    still gets it, later, and would keep it.
    """
    return isinstance(error, Exception)


class _SafeSQLiteTransaction(SQLiteTransaction):
    """Piccolo's transaction that cannot leak: the connection goes back even if COMMIT raises."""

    async def __aenter__(self) -> "SQLiteTransaction":
        if self._parent is not None:
            return self._parent
        self.connection = await self.get_connection()
        try:
            await self.begin()
        except BaseException as exc:
            self.connection.sound = _is_over(exc)
            await self.connection.close()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._parent is not None:
            return exception is None
        try:
            if self._committed or self._rolled_back:
                return exception is None
            if exception is None:
                await self.commit()
            else:
                # A full disk has rolled back already; the first failure is the one to tell.
                with contextlib.suppress(sqlite3.OperationalError):
                    await self.rollback()
        except BaseException as exc:
            self.connection.sound = _is_over(exc)
            raise
        finally:
            self.engine.current_transaction.reset(self.context)
            await self.connection.close()
        return exception is None


class PooledSQLite(SQLiteEngine):
    """SQLite through a small pool of connections, each with its pragmas set once.

    The pool belongs to the running event loop; `close_pool()` must be awaited on that loop, or the
    connections' threads keep the process alive.
    """

    def __init__(self, path: str, *, size: int = 4) -> None:
        super().__init__(path=path, timeout=10)
        self._size = size
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free: asyncio.Semaphore = asyncio.Semaphore(size)
        self._idle: list[aiosqlite.Connection] = []
        self._ending: set[asyncio.Future[Any]] = set()
        self._closed = False

    async def _open(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(**self.connection_kwargs)
        try:
            connection.row_factory = dict_factory  # type: ignore[assignment]  # any callable will do
            for pragma in _PRAGMAS:
                await connection.execute(pragma)
        except BaseException:
            self._discard(connection)
            raise
        return connection

    async def take(self) -> aiosqlite.Connection:
        """Lease a connection; waits while all are out.

        Raises:
            RuntimeError: the pool was closed.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._free, self._idle = loop, asyncio.Semaphore(self._size), []
        await self._free.acquire()
        try:
            return await self._idle_or_new()
        except BaseException:
            self._free.release()
            raise

    async def _idle_or_new(self) -> aiosqlite.Connection:
        if self._closed:
            msg = "the database is closed"
            raise RuntimeError(msg)
        return self._idle.pop() if self._idle else await self._open()

    async def give_back(self, connection: aiosqlite.Connection, *, sound: bool = True) -> None:
        """Return a leased connection; one left inside a transaction is rolled back.

        Args:
            sound: False when a statement may still be running; then the connection is not used again.
        """
        reusable = False
        try:
            if sound and not self._closed:
                if connection.in_transaction:
                    await connection.rollback()
                reusable = True
        finally:
            if reusable:
                self._idle.append(connection)
            else:
                self._discard(connection)
            self._free.release()

    def _discard(self, connection: aiosqlite.Connection) -> None:
        """Close after whatever still runs in the connection's thread; waits for nothing."""
        ended = connection.stop()
        if ended is not None:
            self._ending.add(ended)
            ended.add_done_callback(self._ending.discard)

    def open_pool(self) -> None:
        """Lend connections (again). A new pool is open."""
        self._closed = False

    async def close_pool(self) -> None:
        """Close every idle connection and end its thread; those that are out, when they are back."""
        self._closed = True
        while self._idle:
            self._discard(self._idle.pop())
        if self._ending:
            await asyncio.gather(*self._ending, return_exceptions=True)

    async def get_connection(self) -> Any:
        """Lease a connection in the shape Piccolo's transactions expect."""
        return _LeasedConnection(self, await self.take())

    async def _run_in_new_connection(
        self, query: str, args: list[Any] | None = None, *_: Any, **__: Any
    ) -> Any:
        connection = await self.take()
        try:
            rows = await connection.execute_fetchall(query, args or [])
        except BaseException as exc:
            await self.give_back(connection, sound=_is_over(exc))
            raise
        await self.give_back(connection)
        return rows

    async def _run_in_existing_connection(
        self, connection: Any, query: str, args: list[Any] | None = None, *_: Any, **__: Any
    ) -> Any:
        return await connection.execute_fetchall(query, args or [])

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.immediate,
        allow_nested: bool = True,  # noqa: FBT001, FBT002 - Piccolo's signature
    ) -> SQLiteTransaction:
        """Begin IMMEDIATE unless told otherwise: a reader can always become the writer."""
        return _SafeSQLiteTransaction(
            engine=self, transaction_type=transaction_type, allow_nested=allow_nested
        )


class _SafePostgresTransaction(PostgresTransaction):
    """Piccolo's transaction that cannot leak: the connection goes back even if COMMIT raises."""

    async def __aenter__(self) -> "PostgresTransaction":
        if self._parent is not None:
            return self._parent
        self.connection = await self.get_connection()
        try:
            self.transaction = self.connection.transaction()
            await self.begin()
        except BaseException:
            await self._release()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._parent is not None:
            return exception is None
        try:
            if self._committed or self._rolled_back:
                return exception is None
            if exception is None:
                await self.commit()
            else:
                await self._undo()
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._release()
        return exception is None

    async def _undo(self) -> None:
        """Roll back; a connection that cannot is dropped, and the first failure is the one told."""
        try:
            await self.rollback()
        except (
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            OSError,
        ):
            self.connection.terminate()

    async def _release(self) -> None:
        # The pool drops a connection that it cannot clean, and says so by raising: what happened
        # in the transaction stays true all the same.
        with contextlib.suppress(
            asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError
        ):
            if self.engine.pool:
                await self.engine.pool.release(self.connection)
            else:
                await self.connection.close()


class PooledPostgres(PostgresEngine):
    """PostgreSQL that connects when asked to, not when it is constructed."""

    def __init__(self, dsn: str) -> None:
        super().__init__(config={"dsn": dsn})

    async def check_version(self) -> None:
        """Do nothing: the stock engine opens a connection here, at construction."""

    async def prep_database(self) -> None:
        """Do nothing: no extension is needed, and creating one wants rights we may not have."""

    def transaction(
        self,
        allow_nested: bool = True,  # noqa: FBT001, FBT002 - Piccolo's signature
    ) -> PostgresTransaction:
        """Begin at READ COMMITTED: guard read-modify-write by a version in the WHERE."""
        return _SafePostgresTransaction(engine=self, allow_nested=allow_nested)


Engine = PooledSQLite | PooledPostgres
