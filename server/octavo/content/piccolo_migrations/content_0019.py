"""One piece of each language among translations, and the languages that pieces already have."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-23T21:19:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys of translations"

RAW = (
    "UPDATE piece SET language = (SELECT r.language FROM piece_revision AS r"
    " WHERE r.id = piece.head_revision_id) WHERE EXISTS (SELECT 1 FROM piece_revision AS r"
    " WHERE r.id = piece.head_revision_id AND r.language <> '' AND piece.language = '')",
    "CREATE UNIQUE INDEX IF NOT EXISTS piece_translations ON piece (translation_group, language)",
    "CREATE INDEX IF NOT EXISTS piece_language ON piece (language, updated_at, id)",
)


async def finish():
    """Run the raw part; each statement may run again."""
    engine = engine_finder()
    for statement in RAW:
        await engine.run_ddl(statement)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="content", description=DESCRIPTION)
    manager.add_raw(finish)
    return manager
