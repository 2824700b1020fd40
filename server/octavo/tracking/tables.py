"""What tracking stores. On SQLite it has a file of its own, `track.db`.

Times are integer milliseconds (UTC); `day` is yyyymmdd in the organisation's zone; the id 0 in a
key column means "none", because NULLs are never equal in a unique index. Compound keys are made by
the migration: Piccolo cannot state them portably.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from piccolo.columns import BigInt, BigSerial, Integer, SmallInt, Text, Varchar
from piccolo.table import Table


class SaltRow(Table, tablename="trk_salt"):
    """The key of one day's visitor hashes. Must not go into backups: they would outlive it."""

    day = Integer(primary_key=True)
    salt = Varchar(length=64)
    destroy_at = BigInt()


class ChannelRow(Table, tablename="trk_channel"):
    """A channel as tracking knows it; `exposure`: what it can measure (none, view, delivered)."""

    channel_id = Integer(primary_key=True)
    code = Varchar(length=32, unique=True)
    exposure = Varchar(length=12, default="none")


class LinkRow(Table, tablename="trk_link"):
    """A tracked link. Unique: (content_id, cta_id, channel_id, variant_id, delivery_id)."""

    link_id = BigSerial(primary_key=True)
    code = Varchar(length=16, unique=True)
    content_id = BigInt()
    cta_id = BigInt(index=True)
    channel_id = Integer()
    variant_id = SmallInt(default=0)
    delivery_id = BigInt(default=0)
    dest_url = Text()
    dest_version = Integer(default=1)  # of the call to action; an older one never wins
    pass_click_id = SmallInt(default=0)
    is_trap = SmallInt(default=0)
    created_at = BigInt()
    changed_at = BigInt(index=True)
    retired_at = BigInt(null=True, default=None)


class EventRow(Table, tablename="trk_event"):
    """One thing that happened. `visitor` is nulled when its day's salt is destroyed."""

    event_id = Varchar(length=36, primary_key=True)
    kind = SmallInt()
    occurred_at = BigInt()
    received_at = BigInt()
    day = Integer()
    content_id = BigInt()
    cta_id = BigInt(default=0)
    channel_id = Integer()
    variant_id = SmallInt(default=0)
    link_id = BigInt(null=True, default=None)
    click_id = Varchar(length=32, null=True, default=None)
    visitor = Varchar(length=22, null=True, default=None)
    klass = SmallInt(default=0, db_column_name="class")
    reason = Varchar(length=24, null=True, default=None)
    rolled = SmallInt(default=0)


class MinuteRow(Table, tablename="trk_minute"):
    """Hits that get no row of their own: a storm of link previews is one row per link and minute.

    Unique: (link_id, minute, class). `n - rolled` is what the rollup has not seen yet.
    """

    id = BigSerial(primary_key=True)
    link_id = BigInt()
    minute = Integer()  # since 1970
    klass = SmallInt(db_column_name="class")
    day = Integer(index=True)
    content_id = BigInt()
    cta_id = BigInt()
    channel_id = Integer()
    variant_id = SmallInt(default=0)
    n = BigInt(default=0)
    rolled = BigInt(default=0)


class SeenRow(Table, tablename="trk_seen"):
    """Visitors already counted: `k` hashes metric, grain, keys and visitor. Unique: (day, k)."""

    id = BigSerial(primary_key=True)
    day = Integer()
    k = BigInt()


class DailyRow(Table, tablename="trk_daily"):
    """The figures of one cell. Unique: (grain, day, content, channel, cta, variant), 0 = all."""

    id = BigSerial(primary_key=True)
    grain = SmallInt()
    day = Integer()
    content_id = BigInt(default=0)
    channel_id = Integer(default=0)
    cta_id = BigInt(default=0)
    variant_id = SmallInt(default=0)
    views = BigInt(default=0)
    u_views = BigInt(default=0)
    impressions = BigInt(default=0)
    u_exposed = BigInt(default=0)
    clicks = BigInt(default=0)
    u_clicks = BigInt(default=0)
    clicks_verified = BigInt(default=0)
    clicks_noid = BigInt(default=0)
    x_bot = BigInt(default=0)
    x_preview = BigInt(default=0)
    x_prefetch = BigInt(default=0)
    x_scanner = BigInt(default=0)
    x_other = BigInt(default=0)
    conversions = BigInt(default=0)
    converters = BigInt(default=0)
    credit_ppm = BigInt(default=0)


class DirtyRow(Table, tablename="trk_dirty"):
    """Cells to compute again from raw events. Unique: (day, content_id)."""

    id = BigSerial(primary_key=True)
    day = Integer()
    content_id = BigInt()
    marked_at = BigInt()


TABLES = [SaltRow, ChannelRow, LinkRow, EventRow, MinuteRow, SeenRow, DailyRow, DirtyRow]


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Run the block in one transaction on the database that holds these tables."""
    async with EventRow._meta.db.transaction():
        yield
