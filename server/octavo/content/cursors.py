"""The cursors of content's lists: what they may hold, and the id that a list by id goes on from."""

from typing import TypeGuard

from octavo.content.errors import wrong
from octavo.kernel.pagination import decode_cursor


def id_of(cursor: str) -> int:
    """Answer the id that the cursor of a list ordered by id holds.

    Raises:
        InvalidContentError: it holds something else.
    """
    values = decode_cursor(cursor)
    if len(values) != 1 or not is_id(values[0]):
        raise wrong("cursor", "was not made by this list")
    return values[0]


def is_id(value: object) -> TypeGuard[int]:
    """Say whether both databases could hold it as an id."""
    return isinstance(value, int) and 0 <= value < 2**31
