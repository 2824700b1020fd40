"""Lists by cursor: each page is bounded, and costs the same wherever it stands in the list."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from octavo.kernel.errors import FieldError, InvalidInputError

__all__ = ["CursorValue", "Limit", "Page", "decode_cursor", "encode_cursor"]

T = TypeVar("T")

CursorValue = str | int | float | bool | datetime | None
"""What a cursor may hold: the sort key of the last item seen, ending in its unique id."""

Limit = Annotated[int, Meta(ge=1, le=100)]
"""How many items a page may hold at most."""


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
        tagged = msgspec.json.decode(raw, type=list[tuple[str, str | int | float | bool | None]])
        return tuple(
            datetime.fromisoformat(str(value)) if tag == "t" else value for tag, value in tagged
        )
    except (binascii.Error, msgspec.MsgspecError, ValueError, UnicodeError) as exc:
        raise InvalidInputError(
            "this cursor was not given out by this list",
            FieldError(field="cursor", message="not a cursor", code="bad_cursor"),
        ) from exc
