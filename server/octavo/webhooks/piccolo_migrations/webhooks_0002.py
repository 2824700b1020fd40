"""What Piccolo cannot say: the indexes that workers claim by, and that the log is listed by."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-23T17:00:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys and indexes"

RAW = (
    "CREATE INDEX IF NOT EXISTS webhook_delivery_queue ON webhook_delivery (webhook_id, due_at, id)"
    " WHERE due_at IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS webhook_delivery_order ON webhook_delivery (webhook_id, subject, id)"
    " WHERE due_at IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS webhook_delivery_log ON webhook_delivery (webhook_id, id)",
)


async def finish():
    """Run the raw part; each statement may run again."""
    engine = engine_finder()
    for statement in RAW:
        await engine.run_ddl(statement)


async def forwards():
    # A migration of its own: Piccolo runs raw steps before it makes tables.
    manager = MigrationManager(migration_id=ID, app_name="webhooks", description=DESCRIPTION)
    manager.add_raw(finish)
    return manager
