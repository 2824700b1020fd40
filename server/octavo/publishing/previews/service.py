"""Writes of previews: links made, used, revoked."""

from datetime import datetime, timedelta

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import queries as content
from octavo.content.events import PieceDeleted
from octavo.kernel.db import transaction
from octavo.kernel.ids import fingerprint, new_token
from octavo.publishing.previews import queries
from octavo.publishing.previews.errors import PreviewLinkNotFoundError, TooManyPreviewsError
from octavo.publishing.previews.schemas import PreviewLinkIn, PreviewLinkMade, Shared
from octavo.publishing.tables import PreviewLinkRow

__all__ = ["make_link", "note_seen", "on_piece_deleted", "revoke_link"]

_MOST_OPEN = 20
_SEEN_EVERY = timedelta(minutes=1)
_KEPT = timedelta(days=90)


async def make_link(
    piece_id: int, data: PreviewLinkIn, *, actor: Actor, now: datetime, base_url: str
) -> PreviewLinkMade:
    """Make a link that shows a piece until it ends or is revoked.

    Raises:
        PieceNotFoundError: there is no such piece.
        RevisionNotFoundError: it has no such revision.
        TooManyPreviewsError: it has enough links.
    """
    token = new_token()
    async with transaction():
        await content.get_piece(piece_id)
        if data.revision_id is not None:
            await content.get_revision(piece_id, data.revision_id)
        if await queries.count_open(piece_id, now=now) >= _MOST_OPEN:
            raise TooManyPreviewsError(f"there are {_MOST_OPEN} links already: revoke one first")
        await PreviewLinkRow.delete().where(
            (PreviewLinkRow.piece_id == piece_id) & (PreviewLinkRow.expires_at < now - _KEPT)
        )
        row = PreviewLinkRow(
            piece_id=piece_id,
            revision_id=data.revision_id,
            token_hash=fingerprint(token),
            created_by=actor.id if actor.kind == "user" else None,
            created_by_name=actor.name[:120],
            created_at=now,
            expires_at=now + timedelta(days=data.days),
        )
        await PreviewLinkRow.insert(row)
        await accounts.record(actor, "preview.shared", subject=f"piece:{piece_id}", now=now)
    return PreviewLinkMade(
        id=row.id,
        piece_id=piece_id,
        revision_id=row.revision_id,
        created_by=row.created_by,
        created_by_name=row.created_by_name,
        created_at=now,
        expires_at=row.expires_at,
        revoked_at=None,
        last_seen_at=None,
        url=f"{base_url.rstrip('/')}/p/{token}",
    )


async def revoke_link(piece_id: int, link_id: int, *, actor: Actor, now: datetime) -> None:
    """Let a link show nothing any more; once more changes nothing.

    Raises:
        PreviewLinkNotFoundError: the piece has no such link.
    """
    mine = (PreviewLinkRow.id == link_id) & (PreviewLinkRow.piece_id == piece_id)
    async with transaction():
        if not await PreviewLinkRow.exists().where(mine):
            raise PreviewLinkNotFoundError(f"piece {piece_id} has no preview link {link_id}")
        revoked = await (
            PreviewLinkRow.update({PreviewLinkRow.revoked_at: now})
            .where(mine & PreviewLinkRow.revoked_at.is_null())
            .returning(PreviewLinkRow.id)
        )
        if revoked:
            await accounts.record(actor, "preview.revoked", subject=f"piece:{piece_id}", now=now)


async def note_seen(shared: Shared, *, now: datetime) -> None:
    """Remember when a link was last opened, to the minute."""
    if shared.last_seen_at is None or now - shared.last_seen_at >= _SEEN_EVERY:
        await PreviewLinkRow.update({PreviewLinkRow.last_seen_at: now}).where(
            PreviewLinkRow.id == shared.id
        )


async def on_piece_deleted(event: PieceDeleted) -> None:
    await PreviewLinkRow.delete().where(PreviewLinkRow.piece_id == event.piece_id)
