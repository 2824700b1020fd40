"""Whoever keeps the calls to action, of a feature above this one: on their way in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from octavo.content.exporters.records import CtaPlace


class Companion(Protocol):
    """Takes calls to action, and puts them onto pieces."""

    async def restore(self, lines: Sequence[bytes], *, now: datetime) -> list[str]:
        """Store calls to action that are not here yet; answer remarks."""

    async def place(self, piece_id: int, places: Sequence[CtaPlace]) -> list[str]:
        """Put calls to action onto a piece; answer remarks."""


class NoCtas:
    """Nobody takes calls to action."""

    async def restore(self, lines: Sequence[bytes], *, now: datetime) -> list[str]:
        """Say that they are left out."""
        del now
        return [f"{len(lines)} calls to action are left out"] if lines else []

    async def place(self, piece_id: int, places: Sequence[CtaPlace]) -> list[str]:
        """Leave them out."""
        del piece_id, places
        return []
