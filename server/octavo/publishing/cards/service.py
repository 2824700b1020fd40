"""Writes of the table of cards: which pieces to look at, who is at it, what came of it.

The subscribers are wired in `runtime`. Each only asks for a look: the worker compares old and new itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from octavo.accounts.events import OrganisationChanged
from octavo.content import site_queries as content
from octavo.content.events import (
    AuthorChanged,
    PieceChanged,
    PieceDeleted,
    PiecePublished,
    PieceScheduled,
    PiecesImported,
)
from octavo.kernel.db import transaction
from octavo.publishing.building.changes import SETTINGS
from octavo.publishing.cards import queries
from octavo.publishing.service import mark_changed
from octavo.publishing.tables import CardRow

__all__ = [
    "claim", "note", "on_author_changed", "on_organisation_changed", "on_piece_changed", "on_piece_deleted",
    "on_piece_published", "on_piece_scheduled", "on_pieces_imported", "want", "want_all",
    "want_look", "want_unknown",
]  # fmt: skip

_CLAIM = timedelta(minutes=5)
_AT_ONCE = 200
_MOST_TRIES = 3


async def want(piece_ids: Sequence[int]) -> None:
    """Have the cards of pieces looked at; whoever is at one of them looks again."""
    for start in range(0, len(piece_ids), _AT_ONCE):
        rows = [CardRow(piece_id=i) for i in piece_ids[start : start + _AT_ONCE]]
        await CardRow.insert(*rows).on_conflict(
            target=CardRow.piece_id,
            action="DO UPDATE",
            values=[(CardRow.is_wanted, True), (CardRow.tries, 0), (CardRow.claimed_until, None)],
        )


async def want_all() -> None:
    """Have every card looked at: the organisation has another name, or the theme other colours."""
    await CardRow.update(
        {CardRow.is_wanted: True, CardRow.tries: 0, CardRow.claimed_until: None}, force=True
    )


async def want_look(look: str) -> bool:
    """Have every card and that of the site looked at unless that was done with this look; say whether."""
    if await queries.asked_look() == look:
        return False
    async with transaction():
        await want([queries.SITE])
        await want_all()
        await CardRow.update({CardRow.look: look}).where(CardRow.piece_id == queries.SITE)
    return True


async def want_unknown() -> int:
    """Have the live pieces looked at that the table does not know; answer how many."""
    asked, after = 0, None
    while page := await content.live_ids(after, _AT_ONCE):
        after = page[-1]
        known = await queries.pieces_with_rows(page)
        missing = [i for i in page if i not in known]
        await want(missing)
        asked += len(missing)
    return asked


async def claim(limit: int, *, now: datetime) -> dict[int, datetime]:
    """Take pieces that wait and that nobody is at, the newest first; answer until when each is ours.

    Whoever dies at them leaves them to the next one, five minutes later. What was tried three times
    stays as it is.
    """
    free = (
        CardRow.is_wanted.eq(True)  # noqa: FBT003 - Piccolo's own way
        & (CardRow.tries < _MOST_TRIES)
        & (CardRow.claimed_until.is_null() | (CardRow.claimed_until <= now))
    )
    rows = await (
        CardRow.select(CardRow.id)
        .where(free)
        .order_by(CardRow.piece_id, ascending=False)
        .limit(limit)
    )
    if not rows:
        return {}
    until = now + _CLAIM
    taken = await (
        CardRow.update({CardRow.claimed_until: until, CardRow.tries: CardRow.tries + 1})
        .where(CardRow.id.is_in([row["id"] for row in rows]) & free)
        .returning(CardRow.piece_id)
    )
    return {row["piece_id"]: until for row in taken}


async def note(
    piece_id: int, path: str, *, next_path: str = "", claimed_until: datetime, is_new: bool
) -> None:
    """Store the card of a piece, empty for none; a new one has its page made again.

    `next_path` is that of its planned edit: it takes the place of the other when the edit goes live.

    Somebody asked anew meanwhile: then it is stored, and looked at once more.
    """
    async with transaction():
        await CardRow.update({CardRow.path: path, CardRow.next_path: next_path}).where(
            CardRow.piece_id == piece_id
        )
        await CardRow.update(
            {CardRow.is_wanted: False, CardRow.tries: 0, CardRow.claimed_until: None}
        ).where((CardRow.piece_id == piece_id) & (CardRow.claimed_until == claimed_until))
        if is_new:
            await mark_changed(f"piece:{piece_id}" if piece_id != queries.SITE else SETTINGS)


async def on_piece_changed(event: PieceChanged) -> None:
    """Look again at a piece that has or waits for a card: a scheduled one may have another title."""
    await CardRow.update(
        {CardRow.is_wanted: True, CardRow.tries: 0, CardRow.claimed_until: None}
    ).where(CardRow.piece_id == event.piece_id)


async def on_piece_published(event: PiecePublished) -> None:
    """Let the card that waits stand with the text that it was drawn for; the worker compares."""
    await CardRow.update({CardRow.path: CardRow.next_path, CardRow.next_path: ""}).where(
        (CardRow.piece_id == event.piece_id) & (CardRow.next_path != "")
    )
    await want([event.piece_id])


async def on_piece_scheduled(event: PieceScheduled) -> None:
    await want([event.piece_id])


async def on_pieces_imported(event: PiecesImported) -> None:
    await want(event.live_ids)


async def on_piece_deleted(event: PieceDeleted) -> None:
    """Forget the piece; its file goes with the strays."""
    await CardRow.delete().where(CardRow.piece_id == event.piece_id)


async def on_author_changed(event: AuthorChanged) -> None:
    await want(event.piece_ids)


async def on_organisation_changed(event: OrganisationChanged) -> None:
    del event
    await want_all()
