"""Reads of previews. Rows in, Structs out."""

from datetime import datetime

from octavo.content import queries as content
from octavo.kernel.ids import fingerprint
from octavo.publishing.previews.schemas import PreviewLink, Shared
from octavo.publishing.tables import PreviewLinkRow

__all__ = ["count_open", "find_shared", "list_links"]

_MOST = 100
_COLUMNS = (
    PreviewLinkRow.id, PreviewLinkRow.piece_id, PreviewLinkRow.revision_id, PreviewLinkRow.created_by,
    PreviewLinkRow.created_by_name, PreviewLinkRow.created_at, PreviewLinkRow.expires_at,
    PreviewLinkRow.revoked_at, PreviewLinkRow.last_seen_at,
)  # fmt: skip
_SHARED = (
    PreviewLinkRow.id, PreviewLinkRow.piece_id, PreviewLinkRow.revision_id, PreviewLinkRow.expires_at,
    PreviewLinkRow.revoked_at, PreviewLinkRow.last_seen_at,
)  # fmt: skip


async def list_links(piece_id: int) -> list[PreviewLink]:
    """Answer the links of a piece that were not revoked, the newest first.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    await content.get_piece(piece_id)
    rows = await (
        PreviewLinkRow.select(*_COLUMNS)
        .where((PreviewLinkRow.piece_id == piece_id) & PreviewLinkRow.revoked_at.is_null())
        .order_by(PreviewLinkRow.id, ascending=False)
        .limit(_MOST)
    )
    return [PreviewLink(**row) for row in rows]


async def count_open(piece_id: int, *, now: datetime) -> int:
    """Count the links of a piece that work."""
    mine = (PreviewLinkRow.piece_id == piece_id) & PreviewLinkRow.revoked_at.is_null()
    return int(await PreviewLinkRow.count().where(mine & (PreviewLinkRow.expires_at > now)))


async def find_shared(token: str) -> Shared | None:
    """Answer what a token leads to, whether or not it still does; None for one that never was."""
    row = await (
        PreviewLinkRow.select(*_SHARED)
        .where(PreviewLinkRow.token_hash == fingerprint(token))
        .first()
    )
    return Shared(**row) if row else None
