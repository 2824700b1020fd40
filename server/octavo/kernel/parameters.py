"""Query parameters that many lists take. Apart from `pagination`: only the HTTP face knows Litestar."""

from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Meta

__all__ = ["IdFilter", "Limit"]

# Litestar reads the first, msgspec the second; either ignores the other's.
Limit = Annotated[int, QueryParameter(ge=1, le=100), Meta(ge=1, le=100)]
"""How many items a page may hold at most."""

IdFilter = Annotated[int | None, QueryParameter(ge=1, le=2**31 - 1)]
"""A filter by the id of something; none is beyond what an id can be."""
