"""Where the search keeps a piece, by its id: see `index`. Pages: `search-docs:<n>`, `search-words:<n>`."""

from collections.abc import Iterable

__all__ = ["BLOCK", "CHUNK", "GROUP", "every_page", "pages_moved", "pages_of", "tail_start"]

CHUNK = 16
GROUP = 64
BLOCK = 1_024


def tail_start(last: int) -> int:
    """Answer the first id of the tail, which no block has, when `last` is the newest live piece."""
    return last - last % GROUP


def pages_of(piece_id: int, last: int) -> set[str]:
    """Answer the pages that hold a piece."""
    pages = {f"search-docs:{piece_id // CHUNK}"}
    if piece_id < tail_start(last):
        pages.add(f"search-words:{piece_id // BLOCK}")
    return pages


def every_page(piece_ids: Iterable[int]) -> list[str]:
    """Answer the pages that hold these pieces, which come in the order of their ids."""
    ids = list(piece_ids)
    chunks = dict.fromkeys(piece_id // CHUNK for piece_id in ids)
    blocks = dict.fromkeys(piece_id // BLOCK for piece_id in ids)
    return [*(f"search-words:{n}" for n in blocks), *(f"search-docs:{n}" for n in chunks)]


def pages_moved(before: int, after: int) -> set[str]:
    """Answer the pages that change because the newest live piece is another one."""
    if before == after:
        return set()
    start, end = sorted((tail_start(before), tail_start(after)))
    chunks = range(start // CHUNK, end // CHUNK)
    blocks = range(start // BLOCK, -(-end // BLOCK)) if start != end else range(0)
    return {
        "search-index",
        *(f"search-docs:{n}" for n in chunks),
        *(f"search-words:{n}" for n in blocks),
    }
