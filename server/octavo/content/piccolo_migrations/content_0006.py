"""Compound keys of reviews, and the indexes that their lists stand on."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-23T12:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys and indexes of reviews"

RAW = (
    "CREATE UNIQUE INDEX IF NOT EXISTS piece_reviewer_key ON piece_reviewer (piece_id, user_id)",
    "CREATE UNIQUE INDEX IF NOT EXISTS piece_presence_key ON piece_presence (piece_id, user_id)",
    "CREATE INDEX IF NOT EXISTS piece_verdict_piece ON piece_verdict (piece_id, id)",
    "CREATE INDEX IF NOT EXISTS piece_comment_piece ON piece_comment (piece_id, id)",
    "CREATE INDEX IF NOT EXISTS piece_comment_parent ON piece_comment (parent_id)"
    " WHERE parent_id IS NOT NULL",
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
