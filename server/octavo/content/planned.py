"""The tags and bylines that a planned edit will show: kept by id, for its revision has names alone."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from octavo.content.tables import PieceRow

__all__ = ["Refs", "has_planned_byline", "refs_from", "replace_planned", "stored_refs"]


class Refs(msgspec.Struct, frozen=True, kw_only=True):
    """The tags and bylines of a planned edit, by id, in their order."""

    tag_ids: list[int] = []
    author_ids: list[int] = []


def stored_refs(tag_ids: Sequence[int], author_ids: Sequence[int]) -> str:
    """Answer the ids as they are stored."""
    refs = Refs(tag_ids=list(tag_ids), author_ids=list(author_ids))
    return msgspec.json.encode(refs).decode()


def refs_from(stored: str) -> Refs:
    """Answer the ids that were stored."""
    return msgspec.json.decode(stored, type=Refs)


async def replace_planned(
    what: Literal["tag_ids", "author_ids"], gone: int, *, by: int | None = None
) -> None:
    """Let planned edits show another tag or byline, or none, in place of one that goes away.

    SQLite gives the number of the last row again once it is gone: a stale id would come to mean
    something else.
    """
    for piece_id, refs in await _all():
        ids = getattr(refs, what)
        if gone in ids:
            kept = dict.fromkeys(by if i == gone else i for i in ids)
            changed = msgspec.structs.replace(refs, **{what: [i for i in kept if i is not None]})
            await PieceRow.update(
                {PieceRow.edit_refs: msgspec.json.encode(changed).decode()}
            ).where(PieceRow.id == piece_id)


async def has_planned_byline(author_id: int) -> bool:
    """Say whether a planned edit is to show the byline."""
    return any(author_id in refs.author_ids for _, refs in await _all())


async def _all() -> list[tuple[int, Refs]]:
    rows = await PieceRow.select(PieceRow.id, PieceRow.edit_refs).where(
        PieceRow.edit_instant.is_not_null()
    )
    return [(row["id"], refs_from(row["edit_refs"])) for row in rows]
