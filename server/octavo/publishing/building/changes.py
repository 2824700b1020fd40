"""What changed since the last build: keys in a log, and the pieces, tags and redirects behind them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from octavo.content.schemas import AuthorRef, PublishedPiece, TagRef
from octavo.publishing.building.library import Library
from octavo.publishing.read_model.facts import PieceSource, files_wanted, sources_of

__all__ = [
    "EVERYTHING",
    "SETTINGS",
    "ChangeLog",
    "Changes",
    "LoggedChange",
    "Wanted",
    "read_changes",
    "read_sources",
    "sort_keys",
]

EVERYTHING = "everything"
"""The key that asks for a build from scratch."""

SETTINGS = "setting:site"
"""The organisation's settings; they are compared at every build, so this only wakes the builder."""

_CHUNK = 200


class LoggedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was marked."""

    id: int
    key: str


class ChangeLog(Protocol):
    """The keys marked since the last build, and the way to say that pieces are live."""

    async def pending(self, limit: int) -> Sequence[LoggedChange]: ...

    async def settle(
        self, change_ids: Sequence[int], live_ids: Sequence[int], now: datetime
    ) -> None:
        """In one transaction: forget these changes, store and announce that these pieces are live."""
        ...


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Keys sorted by what they name."""

    pieces: list[int]
    tags: list[int]
    authors: list[int]
    redirects: list[str]
    media: list[str]
    everything: bool


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The present state of everything that was marked."""

    pieces: list[PieceSource]
    gone: list[int]
    tags: list[TagRef]
    authors: list[AuthorRef]
    redirects: dict[str, str | None]
    media: list[str]


def sort_keys(keys: Iterable[str]) -> Wanted:
    """Sort keys such as `piece:12`, `tag:3`, `author:2`, `redirect:/old/`, `media:ab/cd.png`."""
    found: dict[str, dict[str, None]] = {}
    for key in keys:
        kind, _, rest = key.partition(":")
        found.setdefault(kind, {})[rest] = None

    def ids(kind: str) -> list[int]:
        return [int(rest) for rest in found.get(kind, {}) if rest.isdecimal()]

    return Wanted(
        pieces=ids("piece"),
        tags=ids("tag"),
        authors=ids("author"),
        redirects=list(found.get("redirect", {})),
        media=list(found.get("media", {})),
        everything=EVERYTHING in found,
    )


async def read_sources(library: Library, pieces: Sequence[PublishedPiece]) -> list[PieceSource]:
    """Read what belongs to pieces."""
    ctas = await library.ctas([piece.id for piece in pieces])
    ids, paths = files_wanted(pieces)
    files = await library.files(sorted(ids), sorted(paths)) if ids or paths else []
    cards = await library.cards([piece.id for piece in pieces])
    return sources_of(pieces, ctas, files, cards)


async def read_changes(library: Library, wanted: Wanted) -> Changes:
    """Read what the keys name, as it is now; what is not found is gone."""
    pieces: list[PieceSource] = []
    for start in range(0, len(wanted.pieces), _CHUNK):
        ids = wanted.pieces[start : start + _CHUNK]
        pieces += await read_sources(library, await library.pieces(ids))
    live = {source.piece.id for source in pieces}
    redirects: dict[str, str | None] = dict.fromkeys(wanted.redirects)
    if wanted.redirects:
        for redirect in await library.redirects_at(wanted.redirects):
            redirects[redirect.path] = redirect.target
    return Changes(
        pieces=sorted(pieces, key=lambda s: (s.piece.published_at, s.piece.id)),
        gone=[i for i in wanted.pieces if i not in live],
        tags=list(await library.tags(wanted.tags)) if wanted.tags else [],
        authors=list(await library.authors(wanted.authors)) if wanted.authors else [],
        redirects=redirects,
        media=wanted.media,
    )
