"""Lists by cursor: each page is bounded, and costs the same wherever it stands in the list."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.kernel.text import has_forbidden_characters

__all__ = [
    "CursorValue",
    "Page",
    "decode_cursor",
    "decode_id",
    "encode_cursor",
]

T = TypeVar("T")

CursorValue = str | int | float | bool | datetime | None
"""What a cursor may hold: the sort key of the last item seen, ending in its unique id."""

# What a cursor may hold goes into a query: nothing that no column holds.
_Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some items, and where to go on: `next_cursor` is None on the last page."""

    items: list[T]
    next_cursor: str | None


def encode_cursor(values: tuple[CursorValue, ...]) -> str:
    """Answer an opaque cursor that `decode_cursor` turns back into the same values."""
    tagged = [["t", v.isoformat()] if isinstance(v, datetime) else ["v", v] for v in values]
    return base64.urlsafe_b64encode(msgspec.json.encode(tagged)).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[CursorValue, ...]:
    """Answer the values of a cursor.

    Raises:
        InvalidInputError: this is not a cursor that we gave out.
    """
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        tagged = msgspec.json.decode(
            raw, type=list[tuple[str, str | _Integer | float | bool | None]]
        )
        return tuple(_instant(value) if tag == "t" else _storable(value) for tag, value in tagged)
    except (binascii.Error, msgspec.MsgspecError, ValueError, UnicodeError) as exc:
        raise _not_ours() from exc


def decode_id(cursor: str) -> int:
    """Answer the one id that the cursor of a list by id holds.

    Raises:
        InvalidInputError: this is not a cursor that we gave out.
    """
    values = decode_cursor(cursor)
    if len(values) != 1 or type(values[0]) is not int:
        raise _not_ours()
    return values[0]


def _not_ours() -> InvalidInputError:
    return InvalidInputError(
        "this cursor was not given out by this list",
        FieldError(field="cursor", message="not a cursor", code="bad_cursor"),
    )


def _instant(value: CursorValue) -> datetime:
    instant = datetime.fromisoformat(str(value))
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant


def _storable(value: CursorValue) -> CursorValue:
    if isinstance(value, str) and has_forbidden_characters(value):
        raise ValueError(value)
    return value
