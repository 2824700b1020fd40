"""Pieces as they leave by HTTP: with the absolute address that only the settings know."""

from typing import TypeVar

import msgspec

from octavo.content.errors import StalePieceError
from octavo.content.schemas import PieceSummary
from octavo.kernel.settings import Settings

__all__ = ["with_current_url", "with_url"]

P = TypeVar("P", bound=PieceSummary)


def with_url(piece: P, settings: Settings) -> P:
    """Answer the piece with its address."""
    url = None if piece.path is None else f"{settings.base_url}{piece.path}"
    return msgspec.structs.replace(piece, url=url)


def with_current_url(error: StalePieceError, settings: Settings) -> StalePieceError:
    """Answer the conflict with the address of the piece as it is."""
    current = error.extra.get("current")
    if isinstance(current, PieceSummary):
        error.extra["current"] = with_url(current, settings)
    return error
