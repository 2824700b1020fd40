"""Databases move on with their rows in them, on both engines, whoever interrupts."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import asyncpg
import pytest
from piccolo.apps.migrations.tables import Migration
from piccolo.table import sort_table_classes
from tests.conftest import make_database

from octavo import piccolo_conf
from octavo.kernel import migrations
from octavo.kernel.db import fetch, is_foreign_key_violation, is_unique_violation
from octavo.kernel.migrations import MigrationFailedError, migrate, pending_migrations

REFUSED = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)

FIRST = """
    key = "INTEGER PRIMARY KEY" if dialect() == "sqlite" else "SERIAL PRIMARY KEY"
    await fetch(f"CREATE TABLE IF NOT EXISTS press_issue (id {key}, title VARCHAR(20))")
    await fetch(
        f"CREATE TABLE IF NOT EXISTS press_note (id {key}, text TEXT,"
        " issue INTEGER NOT NULL REFERENCES press_issue ON DELETE CASCADE)"
    )
    await fetch("CREATE INDEX IF NOT EXISTS press_issue_title ON press_issue (title)")
"""

# What SQLite cannot ALTER: a column that is not null, unique and computed; a type; a default.
RESHAPED = """
    if dialect() == "postgres":
        await fetch("ALTER TABLE press_issue ADD COLUMN slug TEXT")
        await fetch("UPDATE press_issue SET slug = lower(title)")
        await fetch("ALTER TABLE press_issue ALTER COLUMN slug SET NOT NULL")
        await fetch("ALTER TABLE press_issue ADD CONSTRAINT one_slug UNIQUE (slug)")
        await fetch("ALTER TABLE press_issue ALTER COLUMN title TYPE TEXT")
        return
    await rebuild_table(
        bound().main,
        "press_issue",
        ddl='''CREATE TABLE press_issue__new (
            id INTEGER PRIMARY KEY, title TEXT, slug TEXT NOT NULL UNIQUE)''',
        columns={"id": "id", "title": "title", "slug": "lower(title)"},
        after=["CREATE INDEX press_issue_title ON press_issue (title)"],
    )
"""


async def rows(table):
    return [dict(row) for row in await fetch(f"SELECT * FROM {table} ORDER BY id")]


@pytest.fixture
async def filled(database, app):
    """A database that was migrated once and has been worked with since."""
    app.migration(1, FIRST)
    await migrate(database)
    for title in ("One", "Two"):
        await fetch("INSERT INTO press_issue (title) VALUES ({})", title)
        await fetch("INSERT INTO press_note (text, issue) SELECT 'x', max(id) FROM press_issue")
    return database


async def test_a_table_with_rows_takes_another_shape_and_keeps_them(filled, app):
    second = app.migration(2, RESHAPED, wrapped=False)
    report = await migrate(filled)

    assert report.applied == [second]
    assert await rows("press_issue") == [
        {"id": 1, "title": "One", "slug": "one"},
        {"id": 2, "title": "Two", "slug": "two"},
    ]
    assert [row["issue"] for row in await rows("press_note")] == [1, 2]  # no cascade ran
    with pytest.raises(REFUSED) as taken:
        await fetch("INSERT INTO press_issue (id, title, slug) VALUES (9, 'x', 'one')")
    assert is_unique_violation(taken.value)
    with pytest.raises(REFUSED) as dangling:
        await fetch("INSERT INTO press_note (text, issue) VALUES ('x', 77)")
    assert is_foreign_key_violation(dangling.value)
    await fetch("DELETE FROM press_issue WHERE id = 1")
    assert [row["issue"] for row in await rows("press_note")] == [2]


async def test_what_ran_does_not_run_again(filled, app):
    app.migration(2, RESHAPED, wrapped=False)
    await migrate(filled)

    assert await pending_migrations(filled) == []
    assert (await migrate(filled)).summary == "the database is up to date"


async def test_a_step_killed_before_it_was_noted_down_runs_again(filled, app):
    """Piccolo notes a migration down after its transaction: steps are written to be repeated."""
    await Migration.delete().where(Migration.app_name == app.name)

    assert len((await migrate(filled)).applied) == 1
    assert len(await rows("press_issue")) == 2


async def test_a_bad_migration_says_why_and_leaves_the_database_as_it_was(filled, app):
    bad = app.migration(
        2,
        """
        await fetch("UPDATE press_issue SET title = 'spoilt'")
        await fetch("ALTER TABLE no_such_table ADD COLUMN x TEXT")
        """,
    )
    with pytest.raises(MigrationFailedError, match="no_such_table") as caught:
        await migrate(filled)

    assert app.name in str(caught.value)
    assert [row["title"] for row in await rows("press_issue")] == ["One", "Two"]
    assert await pending_migrations(filled) == [(app.name, bad)]
    app.migration(2, "await fetch(\"UPDATE press_issue SET title = 'fine'\")")
    await migrate(filled)
    assert [row["title"] for row in await rows("press_issue")] == ["fine", "fine"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_rebuild_that_would_lose_references_is_undone(filled, app):
    app.migration(
        2,
        RESHAPED.replace('"id": "id"', '"id": "id + 100"'),
        wrapped=False,
    )
    with pytest.raises(MigrationFailedError, match="point at nothing"):
        await migrate(filled)

    assert [row["id"] for row in await rows("press_issue")] == [1, 2]
    assert await fetch("SELECT name FROM sqlite_master WHERE name LIKE 'press_issue__new'") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_rebuild_inside_a_transaction_is_refused_at_once(filled, app):
    """It would wait for the lock that it holds itself."""
    app.migration(2, RESHAPED, wrapped=True)

    with pytest.raises(MigrationFailedError, match="wrap_in_transaction=False"):
        await migrate(filled)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_copy_is_made_before_each_change_and_the_last_three_are_kept(filled, app):
    reports = []
    for number in range(2, 7):
        app.migration(number, f"await fetch(\"UPDATE press_issue SET title = '{number}'\")")
        reports.append(await migrate(filled))
    nothing_to_do = await migrate(filled)

    kept = sorted(filled.files[0].parent.glob("octavo.before-*.db"))
    assert len(kept) == 3
    assert str(kept[-1]) in reports[-1].copies
    assert nothing_to_do.copies == []
    with sqlite3.connect(kept[-1]) as copy:
        assert copy.execute("SELECT DISTINCT title FROM press_issue").fetchall() == [("5",)]
    copy.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_copy_that_cannot_be_made_stops_the_migration(filled, app, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("octavo.kernel.migrations._copy", full)
    app.migration(2, 'await fetch("DROP TABLE press_note")')

    with pytest.raises(MigrationFailedError, match="No space left"):
        await migrate(filled)
    assert len(await rows("press_note")) == 2


async def test_a_database_of_a_newer_version_is_not_touched(filled, app):
    await Migration.insert(Migration(name="from_the_future", app_name=app.name))
    app.migration(2, 'await fetch("DROP TABLE press_note")')

    with pytest.raises(MigrationFailedError, match="newer version"):
        await migrate(filled)
    assert len(await rows("press_note")) == 2


MIGRATE = """
import asyncio, sys
from tests.conftest import make_database
from octavo.kernel.migrations import migrate

async def main():
    database = make_database(sys.argv[1])
    await database.open()
    try:
        print(len((await migrate(database)).applied))
    finally:
        await database.close()

asyncio.run(main())
"""


def test_processes_that_migrate_together_do_it_once(empty_database_url):
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, empty_database_url],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [process.communicate(timeout=90) for process in started]

    assert [process.returncode for process in started] == [0, 0, 0], [err for _, err in ended]
    applied = sorted(int(out) for out, _ in ended)
    assert applied[:2] == [0, 0]
    assert applied[2] >= len(piccolo_conf.APPS)


async def shape(database, names):
    """Columns, keys and declared references of the tables, as the database itself tells them."""
    found = {}
    for table in names:
        engine = table._meta.db
        name = table._meta.tablename
        if hasattr(engine, "path"):
            columns = await engine._run_in_new_connection(f"PRAGMA table_info('{name}')")
            references = await engine._run_in_new_connection(f"PRAGMA foreign_key_list('{name}')")
            found[name] = (
                sorted((c["name"], c["type"], c["notnull"], c["pk"]) for c in columns),
                sorted((r["from"], r["table"], r["on_delete"]) for r in references),
            )
        else:
            columns = await fetch(
                "SELECT column_name, data_type, is_nullable, character_maximum_length AS length"
                " FROM information_schema.columns WHERE table_name = {}",
                name,
            )
            references = await fetch(
                "SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint"
                " WHERE contype IN ('f', 'p', 'u') AND conrelid = {}::text::regclass",
                name,
            )
            found[name] = (
                sorted(tuple(c.values()) for c in columns),
                sorted(r["definition"] for r in references),
            )
    return found


async def indexes(table):
    """The indexed columns of a table, unique ones marked."""
    engine, name = table._meta.db, table._meta.tablename
    if not hasattr(engine, "path"):
        rows = await fetch("SELECT indexdef FROM pg_indexes WHERE tablename = {}", name)
        return {row["indexdef"].split(" USING ")[1] for row in rows}
    found = set()
    for index in await engine._run_in_new_connection(f"PRAGMA index_list('{name}')"):
        parts = await engine._run_in_new_connection(f"PRAGMA index_info('{index['name']}')")
        found.add((index["unique"], tuple(part["name"] for part in parts)))
    return found


@pytest.mark.parametrize(
    ("database_url", "empty_database_url"),
    [("sqlite", "sqlite"), ("postgres", "postgres")],
    indirect=True,
)
async def test_migrations_make_the_tables_that_are_declared(database, empty_database_url):
    """Declared and migrated schemas are compared in the database, on the same engine."""
    tables = database_tables()
    migrated = await shape(database, tables)
    migrated_indexes = {t._meta.tablename: await indexes(t) for t in tables}
    declared_database = make_database(empty_database_url)
    await declared_database.open()
    try:
        for table in sort_table_classes(tables):
            await table.create_table(if_not_exists=True)
        declared = await shape(declared_database, tables)
        declared_indexes = {t._meta.tablename: await indexes(t) for t in tables}
    finally:
        await declared_database.close()

    assert migrated == declared
    missing = {name: declared_indexes[name] - migrated_indexes[name] for name in declared}
    assert {name: gone for name, gone in missing.items() if gone} == {}


def database_tables():
    return [
        table
        for app in piccolo_conf.APPS
        for table in import_module(f"octavo.{app}.piccolo_app").APP_CONFIG.table_classes
    ]


def test_a_copy_never_holds_what_is_to_be_destroyed(tmp_path):
    """A day's salt is destroyed after two days; in a copy it would live on."""
    source = tmp_path / "track.db"
    with contextlib.closing(sqlite3.connect(source)) as connection:
        connection.execute("CREATE TABLE trk_salt (day INTEGER, salt TEXT)")
        connection.execute("CREATE TABLE trk_link (code TEXT)")
        connection.execute("INSERT INTO trk_salt VALUES (20260615, 'a very secret salt')")
        connection.execute("INSERT INTO trk_link VALUES ('abc')")
        connection.commit()

    copy = migrations._copy(source)

    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT * FROM trk_salt").fetchall() == []
        assert connection.execute("SELECT * FROM trk_link").fetchall() == [("abc",)]
    assert b"a very secret salt" not in copy.read_bytes()
