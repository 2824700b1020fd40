"""The key by which a row of an import's report is noted once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-23T14:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys and indexes of imports"

RAW = (
    "CREATE UNIQUE INDEX IF NOT EXISTS import_report_key ON import_report (run_id, number)",
    "CREATE INDEX IF NOT EXISTS import_report_outcome"
    " ON import_report (run_id, outcome, number)",
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
