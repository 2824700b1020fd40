"""Planned deliveries go with the organisation's zone, and with new rules of their own zone."""

from datetime import UTC, datetime, timedelta

import pytest

from octavo.accounts.schemas import SYSTEM
from octavo.accounts.tables import OrganisationRow
from octavo.content.rezoning import service as rezoning
from octavo.content.rezoning.errors import ThingMovedError
from octavo.content.rezoning.schemas import Move, RezoningIn
from octavo.distribution import service
from octavo.distribution.rezoning import DeliveryTimetable
from octavo.distribution.tables import DeliveryRow
from octavo.kernel.walltime import shown_at
from octavo.runtime import TIMETABLES

OLD, NEW = "Europe/Madrid", "America/New_York"


@pytest.fixture
async def planned(desk, fake, network):
    """A delivery on 2026-12-01 at nine in the morning, Madrid time."""
    await OrganisationRow.insert(OrganisationRow(name="Crumb", zone=OLD))
    piece_id = await desk.piece()
    channel = await desk.channel()
    return await desk.plan(piece_id, channel.id, send_at="2026-12-01T09:00")


async def rezone(desk, *, keep, zone=NEW, **more):
    data = RezoningIn(zone=zone, version=1, keep=keep, **more)
    return await rezoning.rezone(
        data, timetables=TIMETABLES, actor=SYSTEM, now=desk.now, bus=desk.bus
    )


@pytest.mark.parametrize(
    ("keep", "wall", "hour"),
    [("instants", "2026-12-01T03:00:00", 8), ("wall_times", "2026-12-01T09:00:00", 14)],
)
async def test_a_delivery_moves_as_decided_and_goes_out_then(desk, planned, keep, wall, hour):
    shown = await rezoning.survey(NEW, timetables=TIMETABLES, now=desk.now)
    done = await rezone(desk, keep=keep, digest=shown.digest)

    after = await desk.get(planned)
    assert [(item.id, item.channel) for item in shown.items] == [
        (f"delivery:{planned.id}", "Our account")
    ]
    assert done.moved == 1
    assert (after.send_at, after.zone) == (wall, NEW)
    assert after.due_at == datetime(2026, 12, 1, hour, tzinfo=UTC)


async def test_a_delivery_remembers_which_of_two_equal_times_it_stands_at(desk, planned):
    second = await desk.plan(
        planned.piece_id, planned.channel.id, send_at="2026-10-25T02:30", fold=1
    )
    await rezone(desk, keep="wall_times", zone="Europe/Paris")

    row = await DeliveryRow.select(DeliveryRow.send_fold).where(DeliveryRow.id == second.id).first()
    assert row == {"send_fold": 1}
    assert (await desk.get(second)).due_at == second.due_at


async def test_what_was_cancelled_or_is_due_is_not_asked_about(desk, planned):
    await service.cancel_delivery(
        planned.id, actor=SYSTEM, now=desk.now, settings=desk.settings, bus=desk.bus
    )
    due = await desk.plan(planned.piece_id, planned.channel.id, send_at="2026-12-02T09:00")
    desk.clock.instant = due.due_at + timedelta(minutes=1)

    assert (await rezoning.survey(NEW, timetables=TIMETABLES, now=desk.now)).items == []


async def test_a_delivery_that_changed_since_it_was_read_is_not_moved(desk, planned):
    table = DeliveryTimetable()
    [thing] = await table.standing(after=desk.now)
    await service.cancel_delivery(
        planned.id, actor=SYSTEM, now=desk.now, settings=desk.settings, bus=desk.bus
    )

    move = Move(thing=thing, moment=shown_at(thing.instant, NEW))
    with pytest.raises(ThingMovedError):
        await table.move([move], actor=SYSTEM, now=desk.now, bus=desk.bus)


async def test_new_rules_of_a_zone_are_noticed_and_mended_as_decided(desk, planned):
    """As if Madrid had given up its winter time after the delivery was planned."""
    hour = timedelta(hours=1)
    stored = planned.due_at - hour
    await DeliveryRow.update({DeliveryRow.due_at: stored}).where(DeliveryRow.id == planned.id)

    [drift] = await rezoning.drifted(TIMETABLES, now=desk.now)
    assert (drift.thing.instant, drift.expected.instant) == (stored, planned.due_at)
    done = await rezoning.mend(
        "wall_times", timetables=TIMETABLES, actor=SYSTEM, now=desk.now, bus=desk.bus
    )

    assert ([d.thing.id for d in done.moved], done.left) == ([f"delivery:{planned.id}"], [])
    after = await desk.get(planned)
    assert (after.due_at, after.send_at) == (planned.due_at, "2026-12-01T09:00:00")
    assert await rezoning.drifted(TIMETABLES, now=desk.now) == []


async def test_rows_of_before_the_fold_was_kept_are_no_drift(desk, planned):
    second = await desk.plan(
        planned.piece_id, planned.channel.id, send_at="2026-10-25T02:30", fold=1
    )
    await DeliveryRow.update({DeliveryRow.send_fold: None}).where(DeliveryRow.id == second.id)

    assert await rezoning.drifted(TIMETABLES, now=desk.now) == []
