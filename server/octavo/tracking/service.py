"""Writes of tracking: links and channels. Events come in through `writer.Tracker` alone."""

from datetime import datetime

from octavo.kernel import db
from octavo.kernel.clock import to_ms
from octavo.kernel.db import after_commit
from octavo.kernel.errors import FieldError
from octavo.kernel.ids import new_code
from octavo.tracking.errors import BadDestinationError
from octavo.tracking.links import links_changed
from octavo.tracking.queries import get_channel, link_of
from octavo.tracking.schemas import Link
from octavo.tracking.tables import ChannelRow, DirtyRow, LinkRow

_MOST_URL = 2_000
_RETURNED = (
    "link_id, code, content_id, cta_id, channel_id, variant_id, delivery_id, "
    "dest_url, pass_click_id, retired_at"
)
# A newer version of the destination wins; what stands already keeps its code.
_MINT = (
    "INSERT INTO trk_link (code, content_id, cta_id, channel_id, variant_id, delivery_id, "  # noqa: S608
    "dest_url, dest_version, pass_click_id, is_trap, created_at, changed_at) "
    "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, 0, {}, {}) "
    "ON CONFLICT (content_id, cta_id, channel_id, variant_id, delivery_id) DO UPDATE SET "
    "dest_url = CASE WHEN excluded.dest_version >= trk_link.dest_version "
    "THEN excluded.dest_url ELSE trk_link.dest_url END, "
    "dest_version = CASE WHEN excluded.dest_version >= trk_link.dest_version "
    "THEN excluded.dest_version ELSE trk_link.dest_version END, "
    "changed_at = CASE WHEN trk_link.retired_at IS NULL "
    "AND trk_link.dest_url = excluded.dest_url "
    "THEN trk_link.changed_at ELSE excluded.changed_at END, "
    f"retired_at = NULL RETURNING {_RETURNED}"
)


async def mint_link(
    *,
    content_id: int,
    cta_id: int,
    channel_id: int,
    delivery_id: int | None = None,
    dest_url: str,
    now: datetime,
    dest_version: int = 1,
    variant_id: int = 0,
    pass_click_id: bool = False,
) -> Link:
    """Answer the link of a call to action in one place, making it if there is none.

    There is one per (content, call to action, channel, variant, delivery); asking again answers
    the same, no longer retired, and led to `dest_url` unless a newer version led it elsewhere.

    Raises:
        ChannelUnknownError: `ensure_channel` was never called for it.
        BadDestinationError: the address cannot stand in a header.
    """
    _check_destination(dest_url)
    await get_channel(channel_id)
    rows = await db.fetch(
        _MINT,
        new_code(),
        content_id,
        cta_id,
        channel_id,
        variant_id,
        delivery_id or 0,
        dest_url,
        dest_version,
        int(pass_click_id),
        to_ms(now),
        to_ms(now),
        table=LinkRow,
    )
    after_commit(links_changed)
    return link_of(rows[0])


async def retarget_links(cta_id: int, dest_url: str, *, version: int, now: datetime) -> int:
    """Lead every link of a call to action to `dest_url`; answer how many changed.

    A link led somewhere by a newer version stays: two changes may arrive in either order.
    """
    _check_destination(dest_url)
    rows = await db.fetch(
        "UPDATE trk_link SET dest_url = {}, dest_version = {}, changed_at = {} "
        "WHERE cta_id = {} AND dest_version < {} RETURNING link_id",
        dest_url,
        version,
        to_ms(now),
        cta_id,
        version,
        table=LinkRow,
    )
    after_commit(links_changed)
    return len(rows)


async def retire_links(
    *,
    now: datetime,
    content_id: int | None = None,
    cta_id: int | None = None,
    delivery_id: int | None = None,
) -> int:
    """Retire the links that match everything given: they answer 410. Answer how many.

    `delivery_id=0` means the standing links, which belong to no delivery.

    Raises:
        ValueError: nothing was given, which would retire every link there is.
    """
    given = {"content_id": content_id, "cta_id": cta_id, "delivery_id": delivery_id}
    wanted = {column: value for column, value in given.items() if value is not None}
    if not wanted:
        raise ValueError("say which links to retire")
    where = " AND ".join(f"{column} = {{}}" for column in wanted)
    rows = await db.fetch(
        "UPDATE trk_link SET retired_at = {}, changed_at = {} "  # noqa: S608 - our column names
        f"WHERE retired_at IS NULL AND {where} RETURNING link_id",
        to_ms(now),
        to_ms(now),
        *wanted.values(),
        table=LinkRow,
    )
    after_commit(links_changed)
    return len(rows)


async def ensure_channel(channel_id: int, code: str, exposure: str = "none") -> None:
    """Make a channel known, or take over its new code. 1 and 2 are the blog and its feeds."""
    await db.fetch(
        "INSERT INTO trk_channel (channel_id, code, exposure) VALUES ({}, {}, {}) "
        "ON CONFLICT (channel_id) DO UPDATE SET code = excluded.code, exposure = excluded.exposure",
        channel_id,
        code,
        exposure,
        table=ChannelRow,
    )


async def mark_dirty(day: int, content_id: int, *, now: datetime) -> None:
    """Have the figures of one piece on one day computed again from its raw events."""
    await db.fetch(
        "INSERT INTO trk_dirty (day, content_id, marked_at) VALUES ({}, {}, {}) "
        "ON CONFLICT (day, content_id) DO NOTHING",
        day,
        content_id,
        to_ms(now),
        table=DirtyRow,
    )


def _check_destination(dest_url: str) -> None:
    """Refuse what could end a header early or not be sent at all; callers refuse more, kindly."""
    usable = dest_url.isascii() and dest_url.isprintable() and " " not in dest_url
    if not usable or len(dest_url) > _MOST_URL:
        raise BadDestinationError(
            "the destination cannot be sent as an address",
            FieldError(field="destination.url", message="not a usable address", code="bad_url"),
        )
