"""Reads of the table of cards. Rows in, Structs out."""

from collections.abc import Sequence

from octavo.kernel.db import one_of
from octavo.publishing.tables import CardRow

__all__ = ["SITE", "asked_look", "cards_of", "known_paths", "next_cards_of", "pieces_with_rows"]

SITE = 0
"""The number in the table of the site itself; no piece has it."""

_AT_ONCE = 500


async def cards_of(piece_ids: Sequence[int]) -> dict[int, str]:
    """Answer the paths of cards below `/media/` by piece; a piece without one is left out."""
    found: dict[int, str] = {}
    for start in range(0, len(piece_ids), _AT_ONCE):
        part = list(piece_ids[start : start + _AT_ONCE])
        rows = await CardRow.select(CardRow.piece_id, CardRow.path).where(
            one_of(CardRow.piece_id, part) & (CardRow.path != "")
        )
        found |= {row["piece_id"]: row["path"] for row in rows}
    return found


async def next_cards_of(piece_ids: Sequence[int]) -> dict[int, str]:
    """Answer the cards that pieces get with their planned edits, by piece."""
    rows = await CardRow.select(CardRow.piece_id, CardRow.next_path).where(
        one_of(CardRow.piece_id, piece_ids) & (CardRow.next_path != "")
    )
    return {row["piece_id"]: row["next_path"] for row in rows}


async def asked_look() -> str | None:
    """Answer the mark of the look that all cards were last asked for with; None before the first."""
    row = await CardRow.select(CardRow.look).where(CardRow.piece_id == SITE).first()
    return row["look"] if row else None


async def pieces_with_rows(piece_ids: Sequence[int]) -> set[int]:
    """Answer those of the pieces that the table knows."""
    rows = await CardRow.select(CardRow.piece_id).where(CardRow.piece_id.is_in(list(piece_ids)))
    return {row["piece_id"] for row in rows}


async def known_paths() -> set[str]:
    """Answer the file of every card."""
    rows = await CardRow.select(CardRow.path, CardRow.next_path).where(
        (CardRow.path != "") | (CardRow.next_path != "")
    )
    return {path for row in rows for path in row.values() if path}
