"""Who has a piece open. Advice that passes by itself; nobody is ever kept out by it."""

from datetime import datetime, timedelta

from octavo.accounts.schemas import Actor
from octavo.content.review.queries import actor_id, piece_row
from octavo.content.review.schemas import Presence, Present
from octavo.content.review.tables import PresenceRow
from octavo.kernel.db import transaction

__all__ = ["LIFETIME", "leave_piece", "show_presence"]

LIFETIME = timedelta(seconds=60)
"""How long somebody counts as present after they last said so."""


async def show_presence(piece_id: int, *, actor: Actor, now: datetime) -> Presence:
    """Note that the actor has the piece open; answer who else has.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    piece = await piece_row(piece_id)
    user_id = actor_id(actor)
    row = PresenceRow
    async with transaction():
        await row.delete().where((row.piece_id == piece_id) & (row.seen_at < now - LIFETIME))
        if user_id is not None:
            seen = row(piece_id=piece_id, user_id=user_id, seen_at=now)
            await row.insert(seen).on_conflict(
                target=(row.piece_id, row.user_id), action="DO UPDATE", values=[row.seen_at]
            )
    others = await (
        row.select(row.user_id, row.user_id.name.as_alias("name"), row.seen_at)
        .where((row.piece_id == piece_id) & (row.user_id != (user_id or 0)))
        .order_by(row.seen_at, ascending=False)
        .limit(50)
    )
    return Presence(version=piece["version"], others=[Present(**other) for other in others])


async def leave_piece(piece_id: int, *, actor: Actor) -> None:
    """Note that the actor closed the piece."""
    await PresenceRow.delete().where(
        (PresenceRow.piece_id == piece_id) & (PresenceRow.user_id == (actor_id(actor) or 0))
    )
