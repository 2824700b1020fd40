from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-22T23:47:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "Compound keys and the standing channels"

# What Piccolo cannot state portably: compound unique keys, partial indexes, the standing channels.
RAW = (
    "CREATE UNIQUE INDEX IF NOT EXISTS trk_link_place ON trk_link"
    " (content_id, cta_id, channel_id, variant_id, delivery_id)",
    "CREATE UNIQUE INDEX IF NOT EXISTS trk_event_click ON trk_event (click_id)"
    " WHERE click_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS trk_event_pending ON trk_event (received_at) WHERE rolled = 0",
    "CREATE INDEX IF NOT EXISTS trk_event_cell ON trk_event (day, content_id)",
    "CREATE UNIQUE INDEX IF NOT EXISTS trk_minute_cell ON trk_minute (link_id, minute, class)",
    "CREATE INDEX IF NOT EXISTS trk_minute_pending ON trk_minute (id) WHERE n > rolled",
    "CREATE UNIQUE INDEX IF NOT EXISTS trk_seen_key ON trk_seen (day, k)",
    "CREATE UNIQUE INDEX IF NOT EXISTS trk_daily_cell ON trk_daily"
    " (grain, day, content_id, channel_id, cta_id, variant_id)",
    "CREATE INDEX IF NOT EXISTS trk_daily_post ON trk_daily (grain, content_id, day)",
    "CREATE UNIQUE INDEX IF NOT EXISTS trk_dirty_cell ON trk_dirty (day, content_id)",
    "INSERT INTO trk_channel (channel_id, code, exposure)"
    " VALUES (1, 'blog', 'none'), (2, 'feed', 'none') ON CONFLICT (channel_id) DO NOTHING",
)


async def finish():
    """Run the raw part; each statement may run again."""
    engine = engine_finder()
    for statement in RAW:
        await engine.run_ddl(statement)


async def forwards():
    # A migration of its own: Piccolo runs raw steps before it makes tables.
    manager = MigrationManager(migration_id=ID, app_name="tracking", description=DESCRIPTION)
    manager.add_raw(finish)
    return manager
