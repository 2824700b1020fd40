"""The pools give back what they lent, whatever is cancelled, broken or closed meanwhile."""
# ruff: noqa: PT012 - what fails here is a block, not one statement

import asyncio
import sqlite3
import threading
from collections.abc import Callable

import asyncpg
import pytest
from piccolo.querystring import QueryString

from octavo.kernel.db import fetch, transaction
from octavo.kernel.engines import PooledSQLite
from octavo.kernel.tables import LeaseRow

# What `kernel.problem` answers 503 to.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InternalClientError,
    ConnectionError,
)


async def soon(holds: Callable[[], bool]) -> bool:
    """Wait for what another thread does, longer than any machine should need."""
    for _ in range(500):
        if holds():
            return True
        await asyncio.sleep(0.01)
    return False


def threads():
    """The threads that hold SQLite connections."""
    return [t for t in threading.enumerate() if "_connection_worker" in t.name]


async def write(clock, name, *, then=None):
    async with transaction():
        await LeaseRow.insert(LeaseRow(name=name, owner="", until=clock()))
        if then is not None:
            await then()


async def still_works(clock):
    await asyncio.gather(*(write(clock, f"after-{n}") for n in range(12)))
    return await LeaseRow.count().where(LeaseRow.name.like("after-%")) == 12


async def test_a_cancelled_transaction_is_rolled_back_and_gives_its_connection_back(
    database, clock
):
    async def forever():
        await asyncio.Event().wait()

    for n in range(12):  # more than there are connections
        task = asyncio.ensure_future(write(clock, f"cancelled-{n}", then=forever))
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert await LeaseRow.count() == 0
    assert await asyncio.wait_for(still_works(clock), 20)


async def test_cancelling_at_any_moment_breaks_nothing(database, clock):
    """Begin, insert, commit and the wait for a connection are all cancelled somewhere."""
    for delay_ms in (0, 0, 1, 1, 2, 3, 5, 8):
        tasks = [
            asyncio.ensure_future(write(clock, f"c-{delay_ms}-{n}-{id(object())}"))
            for n in range(12)
        ]
        await asyncio.sleep(delay_ms / 1000)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert await asyncio.wait_for(still_works(clock), 20)


async def test_statements_that_fail_give_their_connections_back(database, clock):
    for _ in range(12):
        with pytest.raises(Exception, match="no_such_table"):
            await fetch("SELECT * FROM no_such_table")
        with pytest.raises(Exception, match="no_such_table"):
            async with transaction():
                await fetch("SELECT * FROM no_such_table")

    assert await asyncio.wait_for(still_works(clock), 20)


async def test_a_task_started_inside_a_transaction_does_not_see_it_end(database, clock):
    """A transaction belongs to one task; others wait for their own connection."""

    async def other():
        return await LeaseRow.count()

    async with transaction():
        await LeaseRow.insert(LeaseRow(name="mine", owner="", until=clock()))
    assert await asyncio.gather(other(), other()) == [1, 1]


@pytest.fixture
async def small_pool(tmp_path):
    pool = PooledSQLite(str(tmp_path / "x.db"), size=3)
    yield pool
    await pool.close_pool()


async def test_every_connection_has_its_pragmas(small_pool):
    connections = [await small_pool.take() for _ in range(3)]
    try:
        for connection in connections:
            for pragma, value in {
                "journal_mode": "wal",
                "foreign_keys": 1,
                "busy_timeout": 10000,
                "synchronous": 1,
            }.items():
                (row,) = await connection.execute_fetchall(f"PRAGMA {pragma}")
                assert next(iter(row.values())) == value
    finally:
        for connection in connections:
            await small_pool.give_back(connection)


async def test_a_full_disk_is_told_as_such_and_nothing_is_half_written(tmp_path):
    pool = PooledSQLite(str(tmp_path / "x.db"), size=1)
    await pool._run_in_new_connection("CREATE TABLE t (x)")
    await pool._run_in_new_connection("PRAGMA max_page_count=10")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        async with pool.transaction():
            for _ in range(100):
                await pool.run_querystring(QueryString("INSERT INTO t VALUES (zeroblob(9000))"))

    assert await pool._run_in_new_connection("SELECT COUNT(*) AS n FROM t") == [{"n": 0}]
    await pool.close_pool()


async def test_a_connection_that_comes_back_after_closing_is_closed_too(small_pool):
    before = len(threads())
    connection = await small_pool.take()
    await small_pool.close_pool()
    await small_pool.give_back(connection)

    assert await soon(lambda: len(threads()) == before)


async def test_a_file_that_cannot_be_opened_leaves_no_thread(tmp_path):
    before = len(threads())
    pool = PooledSQLite(str(tmp_path / "missing" / "x.db"), size=2)
    for _ in range(5):
        with pytest.raises(sqlite3.OperationalError):
            await pool.take()

    assert await soon(lambda: len(threads()) == before)


async def test_a_file_that_is_no_database_leaves_no_thread(tmp_path):
    (tmp_path / "x.db").write_bytes(b"this is a letter, not a database" * 100)
    before = len(threads())
    pool = PooledSQLite(str(tmp_path / "x.db"), size=2)
    for _ in range(5):
        with pytest.raises(sqlite3.DatabaseError):
            await pool.take()

    assert await soon(lambda: len(threads()) == before)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_the_pool_recovers_when_the_server_ends_its_connections(database, clock):
    """As after a restart of PostgreSQL: some statements fail, then all is as before."""
    await asyncio.gather(*(fetch("SELECT pg_sleep(0.05)") for _ in range(6)))
    other = await asyncpg.connect(database.url)
    try:
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await other.close()
    ended = await asyncio.gather(
        *(write(clock, f"lost-{n}") for n in range(6)), return_exceptions=True
    )

    assert all(e is None or isinstance(e, LOST) for e in ended), ended
    assert await asyncio.wait_for(still_works(clock), 20)
