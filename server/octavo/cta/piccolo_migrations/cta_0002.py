from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-22T23:59:20:999999"
VERSION = "1.38.0"
DESCRIPTION = "Compound keys"


async def finish():
    """Run the raw part; it may run again."""
    await engine_finder().run_ddl(
        "CREATE UNIQUE INDEX IF NOT EXISTS piece_cta_once ON piece_cta (piece_id, cta_id)"
    )


async def forwards():
    # A migration of its own: Piccolo runs raw steps before it makes tables.
    manager = MigrationManager(migration_id=ID, app_name="cta", description=DESCRIPTION)
    manager.add_raw(finish)
    return manager
