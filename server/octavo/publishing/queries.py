"""Reads of publishing. Rows in, Structs out."""

from collections.abc import Sequence
from datetime import datetime

from octavo.publishing.building.changes import LoggedChange
from octavo.publishing.schemas import LivePiece
from octavo.publishing.tables import LivePieceRow, SiteChangeRow

__all__ = ["count_pending", "live_pieces", "pending_changes"]


async def pending_changes(limit: int) -> list[LoggedChange]:
    """Answer the keys marked since the last build, oldest first."""
    rows = (
        await SiteChangeRow.select(SiteChangeRow.id, SiteChangeRow.key)
        .order_by(SiteChangeRow.id)
        .limit(limit)
    )
    return [LoggedChange(id=row["id"], key=row["key"]) for row in rows]


async def count_pending() -> int:
    """Count the keys that wait for the next build."""
    return int(await SiteChangeRow.count())


async def live_pieces(piece_ids: Sequence[int]) -> dict[int, datetime]:
    """Answer since when those of `piece_ids` that are live can be opened."""
    if not piece_ids:
        return {}
    rows = await LivePieceRow.select(LivePieceRow.piece_id, LivePieceRow.live_at).where(
        LivePieceRow.piece_id.is_in(list(piece_ids))
    )
    found = [LivePiece(piece_id=row["piece_id"], live_at=row["live_at"]) for row in rows]
    return {live.piece_id: live.live_at for live in found}
