"""Where a scheduled thing lands in another zone. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from octavo.content.rezoning.schemas import (
    Choice,
    Drift,
    Keep,
    KeptInstant,
    KeptWallTime,
    Option,
    Question,
    RezoningItem,
    Standing,
)
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.ids import fingerprint
from octavo.kernel.walltime import Moment, read_wall, resolve, shown_at, wall_text

__all__ = ["digest_of", "drift_of", "item_of", "land", "said_of"]

_SAME = timedelta(seconds=1)  # clock times are kept to the second
_SAID = {
    "gap": "the clocks of the new zone skip that time",
    "overlap": "the clocks of the new zone show that time twice",
    "past": "that time has passed in the new zone: it would happen at once",
}


def item_of(thing: Standing, zone: str, *, now: datetime) -> RezoningItem:
    """Show both ways that a thing can go when the zone becomes another.

    Raises:
        InvalidInputError: there is no such zone.
    """
    kept = shown_at(thing.instant, zone)
    question, ways = _read(thing, zone, now=now)
    options: list[Option] = []
    if question is not None:
        # A passed time that is shown once has one meaning, not two.
        folds: tuple[Choice, ...] = (0,) if question == "past" else (0, 1)
        options = [_option(choice, way) for choice, way in zip(folds, ways, strict=False)]
        options.append(_option("instant", kept))
    return RezoningItem(
        id=thing.id,
        kind=thing.kind,
        piece_id=thing.piece_id,
        title=thing.title,
        channel=thing.channel,
        wall_time=wall_text(thing.wall),
        instant=thing.instant,
        kept_instant=KeptInstant(wall_time=wall_text(kept.wall)),
        kept_wall_time=KeptWallTime(
            instant=ways[0].instant if question is None else None,
            question=question,
            options=options,
        ),
        is_past=any(way.instant <= now for way in ways),
    )


def land(
    thing: Standing, zone: str, *, keep: Keep, choice: Choice | None, now: datetime
) -> Moment | None:
    """Answer where a thing goes; None: somebody has to say, nothing is guessed."""
    if keep == "instants" or choice == "instant":
        return shown_at(thing.instant, zone)
    question, ways = _read(thing, zone, now=now)
    if question is not None and choice is None:
        return None
    return ways[choice or 0]


def said_of(question: Question) -> str:
    """Answer a question in words."""
    return _SAID[question]


def digest_of(things: Iterable[Standing]) -> str:
    """Answer a short text that differs when anything is scheduled otherwise."""
    state = [(t.id, t.wall, t.zone, t.fold, t.instant) for t in things]
    return fingerprint(msgspec.json.encode(sorted(state, key=lambda s: s[0])).decode())


def drift_of(thing: Standing) -> Drift | None:
    """Answer how today's rules of its zone disagree with a stored instant; None: they do not."""
    try:
        reading = read_wall(thing.wall, thing.zone)
        if thing.fold is None and reading.kind == "overlap" and thing.instant in reading.instants:
            return None  # stored before the fold was
        expected = resolve(thing.wall, thing.zone, thing.fold)
    except InvalidInputError as exc:
        return Drift(thing=thing, expected=None, problem=exc.message)
    if abs(expected.instant - thing.instant) < _SAME:
        return None
    return Drift(thing=thing, expected=expected, problem=None)


def _read(
    thing: Standing, zone: str, *, now: datetime
) -> tuple[Question | None, tuple[Moment, Moment]]:
    """Answer what has to be asked, and the two meanings of the clock time (mostly the same)."""
    kept = shown_at(thing.instant, zone)
    if kept.wall == thing.wall:
        return None, (kept, kept)  # both zones agree there: the moment is the clock time
    reading = read_wall(thing.wall, zone)
    first, second = (shown_at(instant, zone) for instant in reading.instants)
    if reading.kind != "once":
        return reading.kind, (first, second)
    return ("past" if first.instant <= now else None), (first, second)


def _option(choice: Choice, moment: Moment) -> Option:
    return Option(choice=choice, instant=moment.instant, wall_time=wall_text(moment.wall))
