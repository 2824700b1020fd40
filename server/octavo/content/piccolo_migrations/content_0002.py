"""What Piccolo cannot say: compound keys, and the indexes that lists and workers stand on."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-01-01T00:00:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys and indexes"

RAW = (
    "CREATE UNIQUE INDEX IF NOT EXISTS piece_tag_key ON piece_tag (piece_id, tag_id, live)",
    "CREATE UNIQUE INDEX IF NOT EXISTS piece_author_key ON piece_author (piece_id, author_id, live)",
    "CREATE UNIQUE INDEX IF NOT EXISTS piece_revision_key ON piece_revision (piece_id, number)",
    "CREATE UNIQUE INDEX IF NOT EXISTS imported_piece_key ON imported_piece (source, source_id)",
    "CREATE UNIQUE INDEX IF NOT EXISTS author_user ON author (user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS piece_updated ON piece (updated_at, id)",
    "CREATE INDEX IF NOT EXISTS piece_created ON piece (created_at, id)",
    "CREATE INDEX IF NOT EXISTS piece_stands ON piece (stands_at, id)",
    "CREATE INDEX IF NOT EXISTS piece_status_stands ON piece (status, stands_at, id)",
    "CREATE INDEX IF NOT EXISTS piece_live ON piece (published_at, id)"
    " WHERE live_revision_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS piece_due ON piece (publish_instant) WHERE status = 'scheduled'",
    "CREATE INDEX IF NOT EXISTS redirect_target ON redirect (to_path) WHERE to_path IS NOT NULL",
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
