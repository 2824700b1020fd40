"""What stands at a wall time, what a change of zone would make of it, and what people decide."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import UNSET, Meta, UnsetType

from octavo.accounts.schemas import Actor, Organisation, Version
from octavo.kernel.events import EventBus
from octavo.kernel.walltime import Moment

StandingKind = Literal["publish", "unpublish", "edit", "delivery"]
Keep = Literal["instants", "wall_times"]
Question = Literal["gap", "overlap", "past"]
Choice = Literal["instant", 0, 1]
"""`instant`: leave the moment. 0 or 1: the clock time, its first or second meaning."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One scheduled thing as it is stored. `id` is like `piece:12:publish`."""

    id: str
    kind: StandingKind
    piece_id: int
    title: str
    channel: str | None = None
    wall: datetime
    zone: str
    fold: int | None
    instant: datetime


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A scheduled thing and where it goes."""

    thing: Standing
    moment: Moment


class Timetable(Protocol):
    """Scheduled things of one feature."""

    async def standing(self, *, after: datetime, zone: str | None = None) -> list[Standing]:
        """Answer what is scheduled after that instant, in one zone or in all, the next first."""

    async def move(
        self, moves: Sequence[Move], *, actor: Actor, now: datetime, bus: EventBus
    ) -> None:
        """Give each its new moment, in the present transaction.

        Raises:
            ThingMovedError: one is no longer as it was read.
            InvalidInputError: one cannot stand there; names it as `choices.<id>`.
        """


class Timetables:
    """The timetables of every feature, in the order in which they move."""

    def __init__(self, *timetables: Timetable) -> None:
        self._timetables = timetables

    def __iter__(self) -> Iterator[Timetable]:
        return iter(self._timetables)


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to a question, and what follows from it."""

    choice: Choice
    instant: datetime
    wall_time: str


class KeptInstant(msgspec.Struct, frozen=True, kw_only=True):
    """The moment stays: this is what clocks in the new zone show then."""

    wall_time: str


class KeptWallTime(msgspec.Struct, frozen=True, kw_only=True):
    """The clock time stays: this is when that is; `instant` is null while a question is open."""

    instant: datetime | None
    question: Question | None
    options: list[Option]


class RezoningItem(msgspec.Struct, frozen=True, kw_only=True):
    """One scheduled thing with both ways to go.

    `is_past`: its clock time in the new zone has passed; kept, it would happen at once.
    """

    id: str
    kind: StandingKind
    piece_id: int
    title: str
    channel: str | None
    wall_time: str
    instant: datetime
    kept_instant: KeptInstant
    kept_wall_time: KeptWallTime
    is_past: bool


class Rezoning(msgspec.Struct, frozen=True, kw_only=True):
    """Everything scheduled that stands in the organisation's present zone.

    `digest` stands for the list; given back with the decision it makes sure that nothing was
    scheduled, moved or taken back in between. `version` is the organisation's.
    """

    zone_before: str
    zone: str
    version: int
    digest: str
    items: list[RezoningItem]


class RezoningIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The decision. `choices` answer questions, and leave single moments with `instant`."""

    zone: Annotated[str, Meta(min_length=1, max_length=64)]
    version: Version
    keep: Keep
    choices: Annotated[
        dict[Annotated[str, Meta(max_length=60)], Choice], Meta(max_length=10_000)
    ] = {}
    digest: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET


class Rezoned(msgspec.Struct, frozen=True, kw_only=True):
    """The organisation in its new zone, and how many scheduled things went with it."""

    organisation: Organisation
    moved: int


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A stored instant that is not what its wall time means by today's rules of the zone.

    `expected` is null when the clocks skip that time now, show it twice, or the zone is gone:
    `problem` says so.
    """

    thing: Standing
    expected: Moment | None
    problem: str | None


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """What was put right, and what a person has to look at."""

    moved: list[Drift]
    left: list[Drift]
