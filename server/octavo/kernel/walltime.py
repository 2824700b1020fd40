"""From the time on the wall to the instant, without guessing.

Whatever is planned is stored three ways: the wall time that was typed, its IANA zone, and the UTC
instant. When clocks go forward an hour of wall times does not exist; when they go back an hour
exists twice. Both are asked about, never guessed.
"""

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from octavo.kernel.errors import FieldError, InvalidInputError

__all__ = ["Moment", "Reading", "read_wall", "resolve", "shown_at", "wall_text", "zone_named"]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A planned time: what was typed, where, and when that is; `fold` is 1 for the later of two."""

    wall: datetime
    zone: str
    instant: datetime
    fold: int


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the clocks of a zone make of a wall time.

    `instants` are those of fold 0 and fold 1. In a gap they are what the clocks of before the
    change and of after it would say: the first shows a later time than was asked for, the second
    an earlier one.
    """

    kind: Literal["once", "gap", "overlap"]
    instants: tuple[datetime, datetime]


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=256)
def zone_named(name: str, *, field: str = "zone") -> ZoneInfo:
    """Answer the IANA zone of that name.

    Raises:
        InvalidInputError: there is none.
    """
    if name not in _zone_names():  # the folders that ZoneInfo looks in hold more: posixrules …
        raise InvalidInputError(
            f"{name!r} is not an IANA time zone",
            FieldError(field=field, message="unknown time zone", code="unknown_zone"),
        )
    return ZoneInfo(name)


def resolve(
    wall: str | datetime,
    zone: str,
    fold: int | None = None,
    *,
    field: str = "publish_at",
    zone_field: str = "zone",
) -> Moment:
    """Answer the instant at which clocks in `zone` show `wall`.

    Args:
        wall: ISO 8601 without an offset, to the second or coarser.
        fold: which of the two, 0 or 1, when the clocks show it twice.

    Raises:
        InvalidInputError: not a time, an unknown zone, a time that the clocks skip, or one that
            they show twice and no `fold` was given.
    """
    naive = _parse(wall, field=field)
    tz = zone_named(zone, field=zone_field)
    reading = _reading(naive, tz)
    first, second = reading.instants
    if reading.kind == "once":
        return Moment(wall=naive, zone=zone, instant=first, fold=0)
    if reading.kind == "gap":
        raise _gap(naive, zone, after=_shown_at(_transition(first, second, tz), tz), field=field)
    if fold not in {0, 1}:
        raise _overlap(naive, zone, first, second, tz, field=field)
    return Moment(wall=naive, zone=zone, instant=second if fold else first, fold=fold)


def read_wall(wall: str | datetime, zone: str, *, field: str = "publish_at") -> Reading:
    """Answer every instant that a wall time may mean in a zone; asks nothing, guesses nothing.

    Raises:
        InvalidInputError: not a time, or an unknown zone.
    """
    return _reading(_parse(wall, field=field), zone_named(zone))


def shown_at(instant: datetime, zone: str) -> Moment:
    """Answer what clocks in a zone show at an instant: `resolve` of it is that instant again.

    Raises:
        InvalidInputError: an unknown zone.
    """
    exact = instant.astimezone(UTC).replace(microsecond=0)
    shown = exact.astimezone(zone_named(zone))
    wall = shown.replace(tzinfo=None, fold=0)
    return Moment(wall=wall, zone=zone, instant=exact, fold=shown.fold)


def wall_text(wall: datetime) -> str:
    """Answer a wall time as text, to the minute if it is one: `2026-12-01T09:00`."""
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")


def _reading(naive: datetime, tz: ZoneInfo) -> Reading:
    first, second = (naive.replace(tzinfo=tz, fold=n).astimezone(UTC) for n in (0, 1))
    if first == second:
        return Reading(kind="once", instants=(first, second))
    kind: Literal["gap", "overlap"] = "overlap" if _shown_at(first, tz) == naive else "gap"
    return Reading(kind=kind, instants=(first, second))


def _parse(wall: str | datetime, *, field: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(wall) if isinstance(wall, str) else wall
    except ValueError as exc:
        raise _invalid(
            field, f"{wall!r} is not a time like 2026-12-01T09:00", "not_a_time"
        ) from exc
    if isinstance(wall, str) and ":" not in wall:
        # `2026-12-01` would pass for midnight: nobody who typed a day meant that.
        raise _invalid(field, f"{wall!r} has no time of day: write 2026-12-01T09:00", "not_a_time")
    if parsed.tzinfo is not None:
        raise _invalid(
            field, "give the time on the wall without an offset, and the zone", "has_offset"
        )
    try:
        parsed.replace(tzinfo=UTC).timestamp()
        _ = (parsed - timedelta(days=2), parsed + timedelta(days=2))
    except (OverflowError, ValueError) as exc:
        raise _invalid(field, f"{wall!s} is out of range", "out_of_range") from exc
    return parsed.replace(microsecond=0, fold=0)


def _shown_at(instant: datetime, tz: ZoneInfo) -> datetime:
    return instant.astimezone(tz).replace(tzinfo=None, fold=0)


def _transition(first: datetime, second: datetime, tz: ZoneInfo) -> datetime:
    """Find the instant between two at which the offset changes, to the second."""
    low, high = sorted((first, second))
    offset = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(tz).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def _gap(naive: datetime, zone: str, *, after: datetime, field: str) -> InvalidInputError:
    return _invalid(
        field,
        f"clocks in {zone} skip {naive:%Y-%m-%d %H:%M}; the next time they show is {after:%H:%M}",
        "time_skipped",
    )


def _overlap(
    naive: datetime, zone: str, first: datetime, second: datetime, tz: ZoneInfo, *, field: str
) -> InvalidInputError:
    names = [f"{instant.astimezone(tz):%H:%M%z}" for instant in (first, second)]
    return _invalid(
        field,
        f"clocks in {zone} show {naive:%Y-%m-%d %H:%M} twice: say fold 0 for {names[0]}"
        f" or fold 1 for {names[1]}",
        "time_repeated",
    )


def _invalid(field: str, message: str, code: str) -> InvalidInputError:
    return InvalidInputError(
        message, FieldError(field=field, message=message, code=code), code=code
    )
