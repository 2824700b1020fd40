"""Wall times become instants without guessing, in every zone and at both changes of the clock."""
# ruff: noqa: DTZ001 - a wall time has no zone

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.kernel.errors import InvalidInputError
from octavo.kernel.walltime import resolve

ZONES = sorted(zone for zone in available_timezones() if not zone.startswith(("posix", "right")))


def code_of(error: InvalidInputError) -> tuple[str, str]:
    (wrong,) = error.fields
    return wrong.field, wrong.code


def instants_showing(wall: datetime, zone: str) -> list[datetime]:
    """Every instant at which clocks in the zone show this, by looking at each offset nearby."""
    tz = ZoneInfo(zone)
    naive = wall.replace(tzinfo=UTC)
    offsets = {(naive + timedelta(hours=h)).astimezone(tz).utcoffset() for h in range(-48, 49)}
    found = {naive - offset for offset in offsets}
    return sorted(t for t in found if t.astimezone(tz).replace(tzinfo=None) == wall)


def changes_of(zone: str, year: int) -> list[datetime]:
    """The hours of a year after which the zone's clocks differ from before."""
    tz = ZoneInfo(zone)

    def changed(instants: list[datetime]) -> list[datetime]:
        offsets = [instant.astimezone(tz).utcoffset() for instant in instants]
        return [t for t, (a, b) in zip(instants, pairwise(offsets), strict=False) if a != b]

    new_year = datetime(year, 1, 1, tzinfo=UTC)
    days = changed([new_year + timedelta(days=n) for n in range(366)])
    return [t for day in days for t in changed([day + timedelta(hours=n) for n in range(25)])]


CHANGES = [
    (zone, change)
    for zone in ZONES[::7]
    for year in (1995, 2011, 2026)
    for change in changes_of(zone, year)
]


@given(st.sampled_from(CHANGES), st.integers(-300, 300))
def test_around_each_change_a_time_is_skipped_shown_once_or_shown_twice(change, minutes):
    zone, instant = change
    shown = (instant + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
    for wall in (shown.replace(tzinfo=None, second=0), shown_before(instant, minutes, zone)):
        instants = instants_showing(wall, zone)
        if not instants:
            with pytest.raises(InvalidInputError) as caught:
                resolve(wall, zone)
            assert code_of(caught.value) == ("publish_at", "time_skipped")
        elif len(instants) == 1:
            assert resolve(wall, zone).instant == instants[0]
        else:
            with pytest.raises(InvalidInputError) as caught:
                resolve(wall, zone)
            assert code_of(caught.value) == ("publish_at", "time_repeated")
            assert [resolve(wall, zone, fold).instant for fold in (0, 1)] == instants


def shown_before(change: datetime, minutes: int, zone: str) -> datetime:
    """A wall time near the change by the clocks of before it: in the gap, when there is one."""
    offset = change.astimezone(ZoneInfo(zone)).utcoffset()
    return (change + timedelta(minutes=minutes) + offset).replace(tzinfo=None, second=0)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)).map(
        lambda wall: wall.replace(microsecond=0)
    ),
    st.sampled_from(ZONES),
)
def test_an_instant_shows_the_wall_time_it_was_made_of(wall, zone):
    fold = 0 if len(instants_showing(wall, zone)) == 2 else None
    if not instants_showing(wall, zone):
        return  # see the next test
    moment = resolve(wall, zone, fold)

    assert moment.instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    assert moment.instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("wall", "zone", "next_shown"),
    [
        ("2026-03-29T02:30", "Europe/Madrid", "03:00"),
        ("2026-03-08T02:15", "America/New_York", "03:00"),
        ("2026-10-04T02:10", "Australia/Lord_Howe", "02:30"),
    ],
)
def test_a_time_that_the_clocks_skip_is_refused_and_the_next_one_named(wall, zone, next_shown):
    with pytest.raises(InvalidInputError, match=next_shown) as caught:
        resolve(wall, zone)

    assert code_of(caught.value) == ("publish_at", "time_skipped")


def test_a_time_shown_twice_is_asked_about_and_then_taken_as_said():
    with pytest.raises(InvalidInputError, match=r"02:30\+0200.*02:30\+0100") as caught:
        resolve("2026-10-25T02:30", "Europe/Madrid")
    first, second = (resolve("2026-10-25T02:30", "Europe/Madrid", fold) for fold in (0, 1))

    assert code_of(caught.value) == ("publish_at", "time_repeated")
    assert second.instant - first.instant == timedelta(hours=1)
    assert first.instant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("tomorrow", "Europe/Madrid", ("publish_at", "not_a_time")),
        ("2026-02-30T09:00", "Europe/Madrid", ("publish_at", "not_a_time")),
        ("2026-12-01T09:00+01:00", "Europe/Madrid", ("publish_at", "has_offset")),
        ("0001-01-01T00:00", "Pacific/Kiritimati", ("publish_at", "out_of_range")),
        ("9999-12-31T23:59", "America/New_York", ("publish_at", "out_of_range")),
        ("2026-12-01T09:00", "Europe/Atlantis", ("zone", "unknown_zone")),
        ("2026-12-01T09:00", "../../etc/passwd", ("zone", "unknown_zone")),
        ("2026-12-01T09:00", "", ("zone", "unknown_zone")),
    ],
)
def test_what_is_not_a_time_in_a_zone_names_its_field(wall, zone, expected):
    with pytest.raises(InvalidInputError) as caught:
        resolve(wall, zone)

    assert code_of(caught.value) == expected


def test_nine_in_the_morning_stays_nine_across_the_change():
    winter, summer = (resolve(f"2026-{day}T09:00", "Europe/Madrid") for day in ("03-28", "03-29"))

    assert summer.instant - winter.instant == timedelta(hours=23)
