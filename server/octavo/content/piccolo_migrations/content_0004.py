"""Indexes for what the worker looks for each second."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-23T11:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "times that are due"

RAW = (
    "CREATE INDEX IF NOT EXISTS piece_unpublish_due ON piece (unpublish_instant)"
    " WHERE unpublish_instant IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS piece_edit_due ON piece (edit_instant)"
    " WHERE edit_instant IS NOT NULL",
)


async def finish():
    """Run the raw part; each statement may run again."""
    engine = engine_finder()
    for statement in RAW:
        await engine.run_ddl(statement)


async def forwards():
    # A migration of its own: Piccolo runs raw steps before it makes tables.
    manager = MigrationManager(migration_id=ID, app_name="content", description=DESCRIPTION)
    manager.add_raw(finish)
    return manager
