"""Transactions on both engines: all or nothing, nothing leaked, nothing swallowed."""
# ruff: noqa: PT012 - what fails here is the end of a block, not one statement

import asyncio
import sqlite3
import threading
from contextlib import suppress

import asyncpg
import pytest
from piccolo.columns import Integer, Text
from piccolo.table import Table

from octavo.kernel import db
from octavo.kernel.db import (
    after_commit,
    before_commit,
    fetch,
    is_unique_violation,
    transaction,
    with_first_commit,
)


class NoteRow(Table, tablename="test_note"):
    text = Text()
    n = Integer(unique=True)


@pytest.fixture
async def notes(database):
    NoteRow._meta.db = database.main
    await NoteRow.create_table()
    return NoteRow


async def numbers():
    return [row["n"] for row in await fetch("SELECT n FROM test_note ORDER BY n")]


async def test_a_failing_block_leaves_nothing(notes):
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await notes.insert(notes(text="a", n=1))
            raise ZeroDivisionError

    assert await numbers() == []


async def test_an_inner_failure_takes_back_its_own_rows_only(notes):
    async with transaction():
        await notes.insert(notes(text="outer", n=1))
        with pytest.raises(ZeroDivisionError):
            async with transaction():
                await notes.insert(notes(text="inner", n=2))
                raise ZeroDivisionError
        await notes.insert(notes(text="after", n=3))

    assert await numbers() == [1, 3]


async def test_a_taken_key_is_recognised_and_the_transaction_goes_on(notes):
    async with transaction():
        await notes.insert(notes(text="a", n=1))
        with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)) as caught:
            async with transaction():
                await notes.insert(notes(text="b", n=1))
        await notes.insert(notes(text="c", n=2))

    assert is_unique_violation(caught.value)
    assert not is_unique_violation(ValueError())
    assert await numbers() == [1, 2]


async def test_hooks_run_after_the_outermost_commit_and_never_after_a_rollback(notes):
    said = []
    async with transaction():
        async with transaction():
            after_commit(lambda: said.append("inner"))
        assert said == []
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            after_commit(lambda: said.append("never"))
            raise ZeroDivisionError

    assert said == ["inner"]


async def test_many_writers_lose_no_update(notes):
    """Read, think, write: SQLite serialises them, and one statement does it anywhere."""
    await notes.insert(notes(text="count", n=0))

    async def bump():
        async with transaction():
            await fetch("UPDATE test_note SET n = n + 1 WHERE text = {}", "count")

    await asyncio.gather(*(bump() for _ in range(40)))

    assert await numbers() == [40]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_readers_that_turn_writers_are_never_locked_out(notes):
    await notes.insert(notes(text="count", n=0))

    async def bump():
        async with transaction():
            (row,) = await notes.select(notes.n)
            await asyncio.sleep(0)
            await notes.update({notes.n: row["n"] + 1}).where(notes.text == "count")

    await asyncio.gather(*(bump() for _ in range(40)))

    assert await numbers() == [40]


@pytest.mark.parametrize("verb", ["begin", "commit", "rollback"])
async def test_a_failing_verb_leaks_neither_connection_nor_task_state(
    database, notes, monkeypatch, verb
):
    kind = type(database.main.transaction())

    async def fail(self):
        raise OSError(verb)

    before = threading.active_count()
    with monkeypatch.context() as patched:
        patched.setattr(kind, verb, fail)
        for _ in range(12):
            with pytest.raises((OSError, ZeroDivisionError)):
                async with transaction():
                    if verb == "rollback":
                        raise ZeroDivisionError

    async with transaction():
        await notes.insert(notes(text="still works", n=1))
    assert await numbers() == [1]
    assert threading.active_count() <= before + 4
    assert database.main.current_transaction.get() is None


async def test_closing_ends_every_thread_of_the_pool(database, notes):
    await asyncio.gather(*(fetch("SELECT 1 AS one") for _ in range(8)))
    await database.close()
    await asyncio.sleep(0.1)

    names = [
        thread.name for thread in threading.enumerate() if thread is not threading.main_thread()
    ]
    assert [
        name for name in names if "aiosqlite" in name.lower() or "_connection_worker" in name
    ] == []
    await database.open()


async def test_what_comes_with_the_first_commit_is_stored_with_it_or_not_at_all(notes):
    written = []

    async def mark():
        written.append("mark")
        await notes.insert(notes(text="mark", n=100 + len(written)))

    with with_first_commit(mark) as failed, pytest.raises(ZeroDivisionError):
        async with transaction():
            await notes.insert(notes(text="a", n=1))
            raise ZeroDivisionError
    assert (failed.done, await numbers()) == (False, [])
    with with_first_commit(mark) as deed:
        for n in (1, 2):
            async with transaction(), transaction():
                await notes.insert(notes(text="a", n=n))
    async with transaction():
        await notes.insert(notes(text="later", n=3))

    assert deed.done
    assert await numbers() == [1, 2, 3, 101]


async def test_a_mark_that_cannot_be_written_stops_the_deed(notes):
    async def refuse():
        raise PermissionError

    with with_first_commit(refuse) as deed, pytest.raises(PermissionError):
        async with transaction():
            await notes.insert(notes(text="a", n=1))

    assert (deed.done, await numbers()) == (False, [])


def test_an_unknown_scheme_is_refused():
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://"):
        db.Database("mysql://x", tables=[])


async def test_work_put_off_to_the_commit_is_done_once_with_all_that_was_kept(database):
    batches: list[list[int]] = []

    async def work(items: list[int]) -> None:
        batches.append(items)

    async with transaction():
        await before_commit(work, 1)
        with suppress(ZeroDivisionError):
            async with transaction():
                await before_commit(work, 2)
                _ = 1 / 0
        async with transaction():
            await before_commit(work, 3)
        inside = list(batches)
    await before_commit(work, 4)

    assert inside == []
    assert batches == [[1, 3], [4]]


async def test_work_that_fails_before_the_commit_takes_the_transaction_with_it(notes):
    async def work(_: list[str]) -> None:
        msg = "no"
        raise ValueError(msg)

    with pytest.raises(ValueError, match="no"):
        async with transaction():
            await notes.insert(notes(text="a", n=1))
            await before_commit(work, "x")

    assert await numbers() == []
