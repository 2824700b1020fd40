"""Moves the content version, in the transaction of whatever moved it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from octavo.accounts.events import KeyRevoked, OrganisationChanged
from octavo.content.events import (
    AuthorChanged,
    MediaChanged,
    MediaDeleted,
    PiecePublished,
    PiecesImported,
    PiecesRepathed,
    PieceWithdrawn,
    RedirectsChanged,
    SeriesChanged,
    TagChanged,
    TranslationsChanged,
)
from octavo.cta.events import CtaChanged, PieceCtasChanged
from octavo.kernel.clock import Clock
from octavo.kernel.db import before_commit, fetch
from octavo.kernel.events import Event

__all__ = ["SEEN_BY_READERS", "move_version", "on_seen_change"]

SEEN_BY_READERS: Final[tuple[type[Event], ...]] = (
    PiecePublished,
    PieceWithdrawn,
    PiecesImported,
    PiecesRepathed,
    RedirectsChanged,
    TagChanged,
    AuthorChanged,
    SeriesChanged,
    TranslationsChanged,
    MediaChanged,  # a cover without a text for it takes its picture's
    MediaDeleted,
    CtaChanged,
    PieceCtasChanged,
    OrganisationChanged,
    KeyRevoked,  # kept answers are served to whoever had a good key at this version
)
"""Facts after which some answer could be another one. A test asks every other class of events why
it is not among them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOVE = """
INSERT INTO reading_version (id, number) VALUES (1, {})
ON CONFLICT (id) DO UPDATE SET number = CASE
  WHEN reading_version.number >= {} THEN reading_version.number + 1 ELSE {} END
"""


def on_seen_change(clock: Clock) -> Callable[[Event], Awaitable[None]]:
    """Make the subscriber that moves the version once for a transaction, right before its commit.

    At its end, because every other transaction that moves it waits for the row until then.
    """

    async def move(events: list[Event]) -> None:
        del events
        await move_version(now=clock())

    async def seen(event: Event) -> None:
        if not (isinstance(event, PiecesImported) and not event.live_ids):
            await before_commit(move, event)

    return seen


async def move_version(*, now: datetime) -> None:
    """Move the version on.

    It is the time in microseconds, or one more than it was: a database that was restored from an
    older copy does not count to the same numbers again while clients still hold answers to them.
    """
    micros = (now - _EPOCH) // timedelta(microseconds=1)
    await fetch(_MOVE, micros, micros, micros)
