"""Conditions on what readers see, as values: made by those who ask, turned into SQL by `public_queries`.

Names are those of `PIECE_NAMES`, `TAG_NAMES` and `AUTHOR_NAMES` there. A value never becomes part of
a statement: it is always an argument of it.
"""

from datetime import datetime
from typing import Literal

import msgspec

__all__ = ["ALWAYS", "NEVER", "All", "AnyOf", "Condition", "Is", "Op", "Order", "Value"]

Value = str | int | bool | datetime | None
Op = Literal["in", "<", "<=", ">", ">=", "contains", "starts", "ends"]


class Is(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said about a name; `in` takes many values, every other operator one.

    Negated it holds for whatever the plain one does not, for what has no value at all, too.
    """

    name: str
    op: Op = "in"
    values: tuple[Value, ...]
    negated: bool = False


class All(msgspec.Struct, frozen=True):
    """All of these hold; of none at all, that is true."""

    parts: tuple["Condition", ...]


class AnyOf(msgspec.Struct, frozen=True):
    """One of these holds; of none at all, that is false."""

    parts: tuple["Condition", ...]


Condition = Is | All | AnyOf

ALWAYS = All(())
NEVER = AnyOf(())


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """By a name, or (`values`) by the place among these, or (`matching`) by how many of them match."""

    name: str
    descending: bool = False
    values: tuple[Value, ...] = ()
    matching: bool = False
