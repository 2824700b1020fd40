"""Writes of publishing: keys marked for the next build, and pieces settled after it.

The subscribers are wired in `runtime`. Each only marks keys: the build compares old and new itself.
"""

from collections.abc import Sequence
from datetime import datetime

from octavo.accounts.events import OrganisationChanged
from octavo.content import site_queries as content
from octavo.content.events import (
    AuthorChanged,
    MediaChanged,
    MediaReplaced,
    PiecePublished,
    PiecesImported,
    PiecesRepathed,
    PieceWithdrawn,
    RedirectsChanged,
    SeriesChanged,
    TagChanged,
    TranslationsChanged,
)
from octavo.content.media import uses
from octavo.cta.events import CtaChanged, PieceCtasChanged
from octavo.kernel.db import fetch, one_of, transaction
from octavo.kernel.events import EventBus
from octavo.publishing.building.changes import EVERYTHING, SETTINGS
from octavo.publishing.events import PiecesWentLive
from octavo.publishing.tables import LivePieceRow, SiteChangeRow

__all__ = [
    "mark_changed",
    "on_author_changed",
    "on_ctas_changed",
    "on_media_changed",
    "on_media_replaced",
    "on_organisation_changed",
    "on_piece_ctas_changed",
    "on_piece_published",
    "on_piece_withdrawn",
    "on_pieces_imported",
    "on_pieces_repathed",
    "on_redirects_changed",
    "on_series_changed",
    "on_tag_changed",
    "on_translations_changed",
    "settle",
]

_CHUNK = 200
_MANY = 5_000
_KEY_LIMIT = 1_000


async def mark_changed(*keys: str) -> None:
    """Have the next build look at `keys`: `piece:12`, `tag:3`, `author:2`, `redirect:/old/`,
    `media:ab/cd.png`, `setting:site`, or `everything` for a build from scratch.
    """  # noqa: D205 - one sentence
    wanted = list(dict.fromkeys(key for key in keys if len(key) <= _KEY_LIMIT))
    if len(wanted) > _MANY:
        wanted = [EVERYTHING]
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        await SiteChangeRow.insert(*(SiteChangeRow(key=key) for key in part))


async def settle(
    change_ids: Sequence[int], live_ids: Sequence[int], *, now: datetime, bus: EventBus
) -> None:
    """Forget changes that were built, store and announce the pieces that are live now."""
    async with transaction():
        for start in range(0, len(change_ids), _CHUNK):
            part = change_ids[start : start + _CHUNK]
            await SiteChangeRow.delete().where(one_of(SiteChangeRow.id, part))
        for start in range(0, len(live_ids), _CHUNK):
            await _keep_live(live_ids[start : start + _CHUNK], now)
        if live_ids:
            await bus.announce(PiecesWentLive(piece_ids=list(live_ids), at=now))


async def _keep_live(piece_ids: Sequence[int], now: datetime) -> None:
    """Store that pieces are live; those that were stay as they are. A first build has all of them."""
    given = ", ".join(f"({int(piece_id)})" for piece_id in piece_ids)
    await fetch(
        "INSERT INTO site_live (piece_id, live_at)"  # noqa: S608 - whole numbers
        f" SELECT given.column1, {{}} FROM (VALUES {given}) AS given WHERE true"
        " ON CONFLICT (piece_id) DO NOTHING",
        now,
    )


async def on_piece_published(event: PiecePublished) -> None:
    await mark_changed(f"piece:{event.piece_id}")


async def on_piece_withdrawn(event: PieceWithdrawn) -> None:
    await mark_changed(f"piece:{event.piece_id}")
    await LivePieceRow.delete().where(LivePieceRow.piece_id == event.piece_id)


async def on_pieces_imported(event: PiecesImported) -> None:
    await mark_changed(*(f"piece:{i}" for i in event.live_ids))


async def on_pieces_repathed(event: PiecesRepathed) -> None:
    del event  # redirects came and went with the pieces
    await mark_changed(EVERYTHING)


async def on_redirects_changed(event: RedirectsChanged) -> None:
    await mark_changed(*(f"redirect:{path}" for path in event.paths))


async def on_media_replaced(event: MediaReplaced) -> None:
    pieces = await uses.live_pieces(event.media_id)
    await mark_changed(f"media:{event.path}", *(f"piece:{i}" for i in pieces))


async def on_media_changed(event: MediaChanged) -> None:
    await mark_changed(*(f"piece:{i}" for i in await uses.live_pieces(event.media_id)))


async def on_series_changed(event: SeriesChanged) -> None:
    await mark_changed(*(f"piece:{i}" for i in event.piece_ids))


async def on_translations_changed(event: TranslationsChanged) -> None:
    await mark_changed(*(f"piece:{i}" for i in event.piece_ids))


async def on_tag_changed(event: TagChanged) -> None:
    if await content.tags_named([event.tag_id]):
        await mark_changed(f"tag:{event.tag_id}")
    else:  # gone: its pieces stand without it
        await mark_changed(*(f"piece:{i}" for i in event.piece_ids))


async def on_author_changed(event: AuthorChanged) -> None:
    await mark_changed(f"author:{event.author_id}")


async def on_ctas_changed(event: CtaChanged) -> None:
    await mark_changed(*(f"piece:{i}" for i in event.piece_ids))


async def on_piece_ctas_changed(event: PieceCtasChanged) -> None:
    await mark_changed(f"piece:{event.piece_id}")


async def on_organisation_changed(event: OrganisationChanged) -> None:
    del event
    await mark_changed(SETTINGS)
