"""What Piccolo cannot say: unique keys."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-01-01T00:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys"

RAW = ("CREATE UNIQUE INDEX IF NOT EXISTS site_live_piece ON site_live (piece_id)",)


async def finish():
    """Run the raw part; each statement may run again."""
    engine = engine_finder()
    for statement in RAW:
        await engine.run_ddl(statement)


async def forwards():
    # A migration of its own: Piccolo runs raw steps before it makes tables.
    manager = MigrationManager(migration_id=ID, app_name="publishing", description=DESCRIPTION)
    manager.add_raw(finish)
    return manager
