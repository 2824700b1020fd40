"""Finds another piece of the same title, which is asked for while somebody writes one."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-23T17:14:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "pieces by title"

RAW = ("CREATE INDEX IF NOT EXISTS piece_title ON piece (title, id)",)


async def finish():
    """Run the raw part; each statement may run again."""
    engine = engine_finder()
    for statement in RAW:
        await engine.run_ddl(statement)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="content", description=DESCRIPTION)
    manager.add_raw(finish)
    return manager
