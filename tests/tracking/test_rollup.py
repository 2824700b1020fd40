"""Figures: exactly once, whatever the order; equal to a recompute; unchanged by what comes late."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octavo.kernel import db
from octavo.tracking import jobs, queries, rules, service, sql
from octavo.tracking.schemas import Event
from octavo.tracking.spool import row_of
from octavo.tracking.tables import TABLES, DailyRow, EventRow, MinuteRow, SaltRow, SeenRow

DAYS = (20260614, 20260615)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


async def store(events: list[Event]) -> None:
    await db.fetch(
        sql.insert_events(sql.here()), sql.encode([row_of(e) for e in events]), table=EventRow
    )


async def keep_salts() -> None:
    await SaltRow.insert(*[SaltRow(day=day, salt="a" * 64, destroy_at=10**15) for day in DAYS])


async def differences() -> list:
    return [difference for day in DAYS for difference in await jobs.audit(day)]


events = st.builds(
    Event,
    event_id=st.integers(0, 60).map(str),
    kind=st.sampled_from([3, 3, 3, 1]),
    occurred_at=st.just(1),
    received_at=st.integers(1, 100),
    day=st.sampled_from(DAYS),
    content_id=st.integers(1, 3),
    cta_id=st.integers(0, 2),
    channel_id=st.integers(1, 3),
    visitor=st.sampled_from([None, "a", "b", "c"]),
    klass=st.sampled_from([0, 0, 0, 0, 1, 2, 4, 5, 6]),
)


@given(batches=st.lists(st.lists(events, max_size=12), max_size=6), dirty=st.booleans())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_the_rollup_is_a_recompute_whatever_comes_in_whatever_order(database, batches, dirty):
    """Batches share event ids (duplicates), come shuffled (late), some before and some after a
    rollup, some rolled up twice."""
    for table in [*TABLES[3:], SaltRow]:
        await table.delete(force=True)
    await keep_salts()
    for batch in batches:
        await store(batch)
        await jobs.roll_up(NOW)
        await jobs.roll_up(NOW)
    if dirty:
        await jobs.rebuild(DAYS[0], 2)
        await store([*batches[0], *batches[-1]] if batches else [])
        await jobs.roll_up(NOW)

    assert await differences() == []
    unique_ids = {e.event_id for batch in batches for e in batch}
    assert await EventRow.count() == len(unique_ids)


def many(count: int, seed: int = 1) -> list[Event]:
    chance = random.Random(seed)
    return [
        Event(
            event_id=f"{seed}-{n}",
            kind=3,
            occurred_at=n,
            received_at=n,
            day=chance.choice(DAYS),
            content_id=chance.randint(1, 20),
            cta_id=chance.randint(1, 4),
            channel_id=chance.randint(1, 4),
            visitor=f"v{chance.randint(1, 300)}",
            klass=chance.choice([0, 0, 0, 1]),
        )
        for n in range(count)
    ]


async def test_more_than_one_batch_is_rolled_up_exactly(database):
    await keep_salts()
    raw = many(3_000)
    await store(raw)

    rolled = await jobs.roll_up(NOW)
    (site,) = await DailyRow.select(DailyRow.clicks, DailyRow.u_clicks, DailyRow.x_bot).where(
        (DailyRow.grain == 5) & (DailyRow.day == DAYS[0])
    )
    human = [e for e in raw if e.day == DAYS[0] and e.klass == 0]
    assert (rolled, await differences()) == (3_000, [])
    assert site == {
        "clicks": len(human),
        "u_clicks": len({e.visitor for e in human}),
        "x_bot": sum(1 for e in raw if e.day == DAYS[0] and e.klass == 1),
    }


async def test_the_audit_finds_a_wrong_figure_and_a_rebuild_mends_it(database):
    await keep_salts()
    await store(many(300))
    await jobs.roll_up(NOW)
    await DailyRow.update({DailyRow.clicks: DailyRow.clicks + 1, DailyRow.u_clicks: 0}).where(
        (DailyRow.day == DAYS[0]) & (DailyRow.content_id == 5)
    )
    before = await differences()
    await service.mark_dirty(DAYS[0], 5, now=NOW)

    rebuilt = await jobs.rebuild_dirty(NOW)
    assert (bool(before), rebuilt, await differences()) == (True, 1, [])


async def test_a_visitor_taken_out_by_a_rebuild_counts_again_when_he_returns(database):
    await keep_salts()
    click = {"kind": 3, "occurred_at": 1, "received_at": 1, "day": DAYS[0], "visitor": "a"}
    place = {"content_id": 1, "cta_id": 1, "channel_id": 1}
    await store([Event(event_id="1", **click, **place)])
    await jobs.roll_up(NOW)
    await EventRow.update({EventRow.klass: 4}).where(EventRow.event_id == "1")
    await jobs.rebuild(DAYS[0], 1)
    await store([Event(event_id="2", **click, **place)])
    await jobs.roll_up(NOW)

    (totals,) = await queries.totals(1, DAYS[0], DAYS[0])
    assert (totals.clicks, totals.unique_clicks, totals.scanner) == (1, 1, 1)
    assert await differences() == []


async def test_previews_are_counted_once_however_often_they_are_rolled_up(database):
    place = {"day": DAYS[0], "content_id": 1, "cta_id": 1, "channel_id": 1}
    add = sql.add_minutes(sql.here())
    row = (1, 100, 3, *place.values(), 0, 40)
    for _ in range(3):
        await db.fetch(add, sql.encode([row]), table=MinuteRow)
        await jobs.roll_up(NOW)
        await jobs.roll_up(NOW)

    (totals,) = await queries.totals(1, DAYS[0], DAYS[0])
    assert (totals.preview, totals.clicks) == (120, 0)
    assert await differences() == []


async def test_uniques_of_channels_are_not_summed_into_those_of_the_piece(database):
    await keep_salts()
    place = {"kind": 3, "occurred_at": 1, "received_at": 1, "day": DAYS[0], "content_id": 1}
    await store(
        [
            Event(event_id=str(channel), **place, cta_id=1, channel_id=channel, visitor="a")
            for channel in (1, 2)
        ]
    )
    await jobs.roll_up(NOW)

    (whole,) = await queries.totals_of_all_channels(1, DAYS[0], DAYS[0])
    assert (whole.clicks, whole.unique_clicks) == (2, 1)
    assert [t.unique_clicks for t in await queries.totals(1, DAYS[0], DAYS[0])] == [1, 1]


async def test_a_salt_dies_48_hours_after_its_day_and_every_hash_with_it(reader, make_link, clock):
    link = await make_link()
    await reader.get(link.path)
    dies_at = rules.salt_dies_at(20260615, "UTC")

    early = await jobs.rotate_salts(dies_at - timedelta(seconds=1))
    late = await jobs.rotate_salts(dies_at)
    (event,) = await EventRow.select(EventRow.visitor, EventRow.rolled)
    (totals,) = await queries.totals(7, 20260615, 20260615)
    assert (early, late, event) == (0, 1, {"visitor": None, "rolled": 1})
    assert (totals.clicks, totals.unique_clicks) == (1, 1)
    assert (await SeenRow.count(), await SaltRow.exists().where(SaltRow.day == 20260615)) == (
        0,
        False,
    )


async def test_an_event_30_hours_late_lands_on_its_day(database, make_link):
    await keep_salts()
    place = {"kind": 3, "content_id": 1, "cta_id": 1, "channel_id": 1}
    await store(
        [Event(event_id="late", day=DAYS[0], occurred_at=1, received_at=9, visitor="a", **place)]
    )
    await jobs.roll_up(NOW)

    assert [t.clicks for t in await queries.totals(1, DAYS[0], DAYS[0])] == [1]
    assert await queries.totals(1, DAYS[1], DAYS[1]) == []


async def test_what_is_frozen_keeps_its_uniques_through_a_rebuild(database):
    await keep_salts()
    await store(many(200))
    await jobs.roll_up(NOW)
    before = {t.cta_id: t.unique_clicks for t in await queries.totals_of_all_channels(5, *DAYS)}
    await SaltRow.update({SaltRow.destroy_at: 0}, force=True)
    await jobs.rotate_salts(NOW)

    for day in DAYS:
        await jobs.rebuild(day, 5)
    after = {t.cta_id: t.unique_clicks for t in await queries.totals_of_all_channels(5, *DAYS)}
    assert (after, await differences()) == (before, [])


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Europe/Madrid"])
async def test_the_day_of_a_click_is_the_organisations(zone, start_tracker, clock, make_link):
    async def zone_of() -> str:
        return zone

    clock.instant = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    _, reader = await start_tracker(zone_of=zone_of)
    link = await make_link()
    await reader.get(link.path)

    (event,) = await EventRow.select(EventRow.day)
    (salt,) = await SaltRow.select(SaltRow.day)
    assert (event["day"], salt["day"]) == (20260329, 20260329)


async def test_the_quality_of_the_data_is_told(reader, make_link, settings, now):
    link = await make_link()
    await reader.get(link.path)
    await reader.get(link.path, sec_gpc="1", address="203.0.113.9")
    await reader.get(link.path, agent="curl/8")
    before = await queries.data_quality(0, 99991231, spool=settings.state_dir / "spool")
    await jobs.roll_up(now)

    after = await queries.data_quality(0, 99991231, spool=settings.state_dir / "spool")
    assert (before.clicks, before.not_rolled_up) == (0, 3)
    assert (after.clicks, after.clicks_noid, after.not_rolled_up) == (2, 1, 0)
    assert after.filtered == {"bot": 1, "other": 0, "prefetch": 0, "preview": 0, "scanner": 0}
