"""Facts travel up: a feature announces, features above it subscribe, wired in `runtime` only.

Subscribers run inside the announcer's transaction, in the order they were added, and may only
write rows. If one fails, the announcement fails and the transaction with it: a fact and what
follows from it are stored together or not at all. Whatever touches the network is a job.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

__all__ = ["Event", "EventBus", "Question"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact, named in the past tense (`PiecePublished`). Holds ids and values, never rows."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is about to happen (`PublicationAsked`); who hears it may refuse it by raising.

    It is no fact yet: listeners to every fact do not hear it.
    """


E = TypeVar("E", bound=Event | Question)
Subscriber = Callable[[E], Awaitable[None]]


class EventBus:
    """Hands each announced fact to the subscribers of its exact type."""

    def __init__(self) -> None:
        self._subscribers: dict[type, list[Subscriber[Any]]] = defaultdict(list)
        self._listeners: list[Subscriber[Event]] = []

    def subscribe(self, kind: type[E], subscriber: Subscriber[E]) -> None:
        """Call `subscriber` with every fact, or question, of `kind` from now on."""
        self._subscribers[kind].append(subscriber)

    def subscribe_all(self, listener: Subscriber[Event]) -> None:
        """Call `listener` with every fact of any kind, after those who asked for its kind."""
        self._listeners.append(listener)

    async def announce(self, event: Event) -> None:
        """Tell every subscriber; raises what the first failing one raises."""
        for subscriber in self._subscribers[type(event)]:
            await subscriber(event)
        for listener in self._listeners:
            await listener(event)

    async def ask(self, question: Question) -> None:
        """Go on if nobody objects; raises what the first who does raises."""
        for subscriber in self._subscribers[type(question)]:
            await subscriber(question)
