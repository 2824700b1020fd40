"""What an earlier build rendered, for a build from nothing: taken when it was made from the same source.

A text is rendered once, however often the site is built: what a piece is made from has a hash (which
the version of the renderer is part of), and a piece whose hash is known is taken as it was stored.
"""

import sqlite3
from collections.abc import Sequence

import msgspec

from octavo.publishing.read_model.facts import PieceSource
from octavo.publishing.read_model.model import Model
from octavo.publishing.read_model.prepared import Prepared, source_hash
from octavo.publishing.read_model.state import State

__all__ = ["Kept"]


class Kept:
    """The pieces of an old state file. `version` is that of now; another one's texts are not taken."""

    def __init__(self, old: State | None, *, version: str) -> None:
        self._model = Model(old, zone="UTC") if old else None
        self._is_same_version = old is not None and old.meta("version") == version

    def split(self, sources: Sequence[PieceSource]) -> tuple[list[Prepared], list[PieceSource]]:
        """Answer the pieces that stand as they were, and the sources that are to be rendered."""
        if not self._is_same_version:
            return [], list(sources)
        same: list[Prepared] = []
        others: list[PieceSource] = []
        for source in sources:
            prepared = self._same(source)
            if prepared is None:
                others.append(source)
            else:
                same.append(prepared)
        return same, others

    def last_good(self, piece_id: int) -> Prepared | None:
        """Answer a piece as it was stored last, None when it never was."""
        return self._model.recall(piece_id) if self._model else None

    def _same(self, source: PieceSource) -> Prepared | None:
        if self._model is None:
            return None
        digest = source_hash(source)
        try:
            if self._model.source(source.piece.id) != digest:
                return None
            stored = self._model.recall(source.piece.id)
        except (sqlite3.DatabaseError, msgspec.MsgspecError):  # damaged: rendering mends it
            return None
        if stored is None:
            return None
        return msgspec.structs.replace(stored, source=digest)
