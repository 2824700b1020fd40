"""What Piccolo cannot say: the index that workers claim by."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-01-01T00:00:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys and indexes"

RAW = (
    "CREATE INDEX IF NOT EXISTS delivery_queue ON delivery (due_at, id)"
    " WHERE state IN ('planned', 'retrying', 'sending')",
    "CREATE INDEX IF NOT EXISTS delivery_of_piece ON delivery (piece_id, id)",
)


async def finish():
    """Run the raw part; each statement may run again."""
    engine = engine_finder()
    for statement in RAW:
        await engine.run_ddl(statement)


async def forwards():
    # A migration of its own: Piccolo runs raw steps before it makes tables.
    manager = MigrationManager(migration_id=ID, app_name="distribution", description=DESCRIPTION)
    manager.add_raw(finish)
    return manager
