"""Zones of the whole world: there and back, in order, never early; and rules that change."""
# ruff: noqa: DTZ001 - a wall time has no zone

import asyncio
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octavo.cli import cli
from octavo.content import service as content
from octavo.content.rezoning.rules import digest_of, drift_of, item_of, land
from octavo.content.rezoning.schemas import Standing
from octavo.content.tables import PieceRow
from octavo.doctor import examine
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.walltime import read_wall, resolve, shown_at

ZONES = sorted(zone for zone in available_timezones() if not zone.startswith(("posix", "right")))
# Where something rare happens: half hours, Ramadan, a day that never was, both sides of the date.
ODD = [
    "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia",
    "Asia/Kathmandu", "America/St_Johns", "Antarctica/Troll", "Pacific/Kiritimati", "Etc/GMT+12",
]  # fmt: skip

zones = st.sampled_from(ODD) | st.sampled_from(ZONES)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=0)
)


@st.composite
def near_changes(draw):
    """An instant within three hours of a change of the clocks in a zone, or any."""
    zone = draw(zones)
    tz = ZoneInfo(zone)
    day = draw(instants)
    for hours in range(0, 24 * 200, 12):
        later = day + timedelta(hours=hours)
        if later.astimezone(tz).utcoffset() != day.astimezone(tz).utcoffset():
            return zone, later + timedelta(minutes=draw(st.integers(-900, 180)))
    return zone, day


def thing(moment, *, instant=None):
    return Standing(
        id="piece:1:publish",
        kind="publish",
        piece_id=1,
        title="Rye",
        wall=moment.wall,
        zone=moment.zone,
        fold=moment.fold,
        instant=instant or moment.instant,
    )


@given(near_changes())
def test_an_instant_said_as_a_clock_time_is_that_instant_again(at):
    zone, instant = at
    moment = shown_at(instant, zone)

    assert moment.instant == instant
    assert resolve(moment.wall, zone, moment.fold) == moment
    assert resolve(moment.wall.isoformat(), zone, moment.fold) == moment
    assert drift_of(thing(moment)) is None


@given(near_changes(), st.integers(0, 400))
def test_the_order_of_moments_is_kept_however_clocks_jump(at, minutes):
    zone, instant = at
    later = instant + timedelta(minutes=minutes)
    first, second = (shown_at(when, zone) for when in (instant, later))

    assert resolve(first.wall, zone, first.fold).instant <= resolve(
        second.wall, zone, second.fold
    ).instant  # fmt: skip


@given(near_changes(), zones, st.sampled_from([None, 0, 1, "instant"]))
def test_a_kept_moment_is_the_moment_and_a_kept_clock_time_is_asked_about_or_right(at, new, choice):
    zone, instant = at
    now = instant - timedelta(hours=6)
    moved = thing(shown_at(instant, zone))
    item = item_of(moved, new, now=now)

    kept = land(moved, new, keep="instants", choice=None, now=now)
    assert (kept.instant, kept.zone) == (instant, new)
    landed = land(moved, new, keep="wall_times", choice=choice, now=now)
    question = item.kept_wall_time.question
    if choice is None:
        assert (landed is None) == (question is not None)
    elif question is not None and choice in [o.choice for o in item.kept_wall_time.options]:
        [option] = [o for o in item.kept_wall_time.options if o.choice == choice]
        assert landed.instant == option.instant
    if landed is not None:
        assert resolve(landed.wall, new, landed.fold) == landed
        assert choice == "instant" or question == "gap" or landed.wall == moved.wall
    if question in {None, "past"} and choice is None and landed is not None:
        assert landed.instant > now


GAPS = [
    # (zone, a wall time, what the clocks make of it, the instants of its two readings in UTC)
    ("Europe/Madrid", "2026-03-29T02:30", "gap", "2026-03-29T01:30", "2026-03-29T00:30"),
    ("Europe/Madrid", "2026-10-25T02:30", "overlap", "2026-10-25T00:30", "2026-10-25T01:30"),
    ("America/New_York", "2026-03-08T02:30", "gap", "2026-03-08T07:30", "2026-03-08T06:30"),
    ("America/New_York", "2026-11-01T01:30", "overlap", "2026-11-01T05:30", "2026-11-01T06:30"),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "gap", "2026-10-03T15:45", "2026-10-03T15:15"),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "overlap", "2026-04-04T14:45", "2026-04-04T15:15"),
    ("Africa/Casablanca", "2026-03-22T02:30", "gap", "2026-03-22T02:30", "2026-03-22T01:30"),
    ("Africa/Casablanca", "2026-02-15T02:30", "overlap", "2026-02-15T01:30", "2026-02-15T02:30"),
    ("Pacific/Apia", "2011-12-30T12:00", "gap", "2011-12-30T22:00", "2011-12-29T22:00"),
    ("UTC", "2026-03-29T02:30", "once", "2026-03-29T02:30", "2026-03-29T02:30"),
]


@pytest.mark.parametrize(("zone", "wall", "kind", "first", "second"), GAPS)
def test_known_changes_of_clocks_are_read_as_they_were(zone, wall, kind, first, second):
    reading = read_wall(wall, zone)

    assert reading.kind == kind
    assert reading.instants == tuple(
        datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, second)
    )
    code = {"gap": "time_skipped", "overlap": "time_repeated"}.get(kind)
    if code:
        with pytest.raises(InvalidInputError) as caught:
            resolve(wall, zone)
        assert caught.value.code == code
    if kind == "gap":
        before, after = shown_at(reading.instants[1], zone), shown_at(reading.instants[0], zone)
        assert before.wall < datetime.fromisoformat(wall) < after.wall


def test_a_day_that_never_was_has_a_neighbour_on_either_side():
    noon = read_wall("2011-12-30T12:00", "Pacific/Apia")

    shown = [shown_at(instant, "Pacific/Apia").wall for instant in noon.instants]
    assert shown == [datetime(2011, 12, 31, 12), datetime(2011, 12, 29, 12)]


def test_a_zone_that_is_gone_or_a_time_that_is_skipped_by_now_is_a_drift_with_its_reason():
    moment = resolve("2026-12-01T09:00", "Europe/Madrid")
    gone = thing(moment)
    skipped = thing(resolve("2026-03-29T03:30", "Europe/Madrid"))
    cases = [
        (Standing(**{**_fields(gone), "zone": "Europe/Atlantis"}), "Europe/Atlantis"),
        (Standing(**{**_fields(skipped), "wall": datetime(2026, 3, 29, 2, 30)}), "skip"),
        (
            Standing(**{**_fields(gone), "fold": None, "wall": datetime(2026, 10, 25, 2, 30)}),
            "fold",
        ),
    ]
    for drifted, word in cases:
        found = drift_of(drifted)
        assert found.expected is None
        assert word in found.problem


def _fields(standing):
    return {name: getattr(standing, name) for name in standing.__struct_fields__}


@given(near_changes(), st.integers(-5, 5))
def test_the_digest_of_a_list_differs_when_a_moment_does(at, minutes):
    zone, instant = at
    one, other = (thing(shown_at(instant + timedelta(minutes=m), zone)) for m in (0, minutes))
    assert (digest_of([one]) == digest_of([other])) == (one == other)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=near_changes(), early=st.integers(1, 3600))
async def test_nothing_goes_live_before_its_instant_wherever_its_clocks_stand(room, at, early):
    zone, instant = at
    instant = instant.replace(year=2030 + instant.year % 8, day=min(instant.day, 28))
    moment = shown_at(instant, zone)
    piece = await room.move(
        await room.make(body="x"),
        "scheduled",
        publish_at=moment.wall.isoformat(),
        zone=zone,
        fold=moment.fold,
    )

    before = await content.publish_due(instant - timedelta(seconds=early), room.bus)
    then = await content.publish_due(instant, room.bus)

    assert piece.id not in before
    assert then == [piece.id]


@pytest.fixture
def octavo(installation, monkeypatch):
    """Run the command on the installation."""
    settings = installation.runtime.settings
    monkeypatch.setenv("OCTAVO_HOME", str(settings.home))
    monkeypatch.setenv("OCTAVO_DATABASE_URL", settings.database_url)

    async def run(*arguments):
        ended = await asyncio.to_thread(CliRunner().invoke, cli, list(arguments))
        assert ended.exit_code == 0, ended.output
        return ended.output

    return run


async def test_doctor_and_times_name_what_new_rules_moved_and_put_it_right(installation, octavo):
    """As if Madrid had given up its winter time since the piece was scheduled."""
    owner = await installation.owner()
    piece = (await owner.post("/api/v1/pieces", json={"title": "Rye", "body": "x"})).json()
    move = {"to": "scheduled", "version": 1, "publish_at": "2031-12-01T09:00"}
    await owner.post(f"/api/v1/pieces/{piece['id']}/transitions", json=move)
    stored = datetime(2031, 12, 1, 7, tzinfo=UTC)
    await PieceRow.update({PieceRow.publish_instant: stored}).where(PieceRow.id == piece["id"])

    findings = [f for f in await examine(installation.runtime.settings) if f.check == "time"]
    listed = await octavo("times")
    mended = json.loads(await octavo("times", "--keep", "clock-times", "--json"))

    assert [finding.level for finding in findings] == ["warn", "warn"]
    assert f"piece:{piece['id']}:publish “Rye” at 2031-12-01T09:00 Europe/Madrid" in listed
    assert "2031-12-01T07:00:00Z, by today's rules of the zone 2031-12-01T08:00:00Z" in listed
    assert (len(mended["moved"]), mended["left"]) == (1, [])
    assert mended["moved"][0]["expected"]["instant"] == "2031-12-01T08:00:00Z"
    assert "0 put right, 0 left" in await octavo("times", "--keep", "moments")
