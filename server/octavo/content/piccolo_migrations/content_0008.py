"""Keys of the media library, and the search keys of what is there already."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-23T13:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys of the media library"

RAW = (
    "CREATE UNIQUE INDEX IF NOT EXISTS media_use_key ON media_use (revision_id, media_id, place)",
    "CREATE INDEX IF NOT EXISTS media_kind ON media (kind, id)",
    "CREATE INDEX IF NOT EXISTS media_staged ON media (id) WHERE staged IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS piece_revision_unnoted ON piece_revision (id) WHERE NOT media_noted",
    "UPDATE media SET search_key = lower(name || ' ' || alt) WHERE search_key = ''",
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
