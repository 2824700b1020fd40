"""Rows of the library that are changed only where they were read."""

from datetime import datetime
from typing import Any

from octavo.content.errors import StalePieceError
from octavo.content.media import queries
from octavo.content.media.schemas import Media
from octavo.content.tables import MediaRow


async def update_row(
    before: Media,
    version: int,
    changes: dict[str, Any],
    *,
    now: datetime,
    only_settled: bool = False,
) -> None:
    """Change a row that is still at this version.

    Raises:
        StalePieceError: it is not, or is just being replaced and has to be settled; carries `current`.
    """
    row: Any = MediaRow
    columns = {getattr(row, name): value for name, value in changes.items()}
    query = row.update({**columns, row.version: version + 1, row.updated_at: now}).where(
        (row.id == before.id) & (row.version == version)
    )
    if only_settled:
        query = query.where(row.staged.is_null())
    if not await query.returning(row.id):
        raise await stale(before.id)


async def stale(media_id: int) -> StalePieceError:
    """Make the refusal of a change to what somebody else changed."""
    current = await queries.get_media(media_id)
    return StalePieceError("the file was changed since you read it", current=current)
