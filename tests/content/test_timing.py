"""Pieces that leave by themselves, and edits of live pieces that wait for their time."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octavo.content import queries, site_queries
from octavo.content import service as content
from octavo.content.errors import ForbiddenMoveError, StalePieceError
from octavo.content.events import PiecePublished, PieceWithdrawn
from octavo.content.schemas import UnpublishTime
from octavo.kernel.errors import InvalidInputError, OctavoError

MADRID = ZoneInfo("Europe/Madrid")


def wall(instant: datetime) -> str:
    return instant.astimezone(MADRID).strftime("%Y-%m-%dT%H:%M")


async def end(room, piece, at, *, actor=None, **more):
    data = UnpublishTime(version=piece.version, unpublish_at=at, **more)
    return await content.set_unpublish_time(
        piece.id, data, actor=actor or room.editor, now=room.now, bus=room.bus
    )


async def tick(room):
    published = await content.publish_due(room.now, room.bus)
    return published, await content.withdraw_due(room.now, room.bus)


async def live_body(piece):
    shown = await site_queries.published_pieces([piece.id])
    return shown[0].body if shown else None


async def test_a_piece_leaves_at_its_time_and_not_before(room):
    piece = await room.move(await room.make(body="x"), "published")
    piece = await end(room, piece, wall(room.now + timedelta(hours=2)))

    room.now += timedelta(hours=1)
    assert await tick(room) == ([], [])
    room.now += timedelta(hours=5)  # late
    assert await tick(room) == ([], [piece.id])
    assert await tick(room) == ([], [])
    piece = await queries.get_piece(piece.id)
    assert (piece.status, piece.unpublish_at, await live_body(piece)) == ("archived", None, None)
    assert len(room.of(PieceWithdrawn)) == 1


async def test_a_worker_that_slept_through_both_times_publishes_and_withdraws(room):
    piece = await room.make(body="x")
    piece = await room.move(piece, "scheduled", publish_at=wall(room.now + timedelta(hours=1)))
    piece = await end(room, piece, wall(room.now + timedelta(hours=2)))

    room.now += timedelta(days=1)
    assert await tick(room) == ([piece.id], [piece.id])
    assert (await queries.get_piece(piece.id)).published_at is not None


async def test_of_two_workers_one_withdraws(room):
    piece = await room.move(await room.make(body="x"), "published")
    await end(room, piece, wall(room.now + timedelta(hours=1)))
    room.now += timedelta(hours=2)

    done = await asyncio.gather(*(content.withdraw_due(room.now, room.bus) for _ in range(4)))

    assert [piece_id for ids in done for piece_id in ids] == [piece.id]
    assert len(room.of(PieceWithdrawn)) == 1


async def test_times_that_make_no_sense_are_refused(room):
    piece = await room.move(await room.make(body="x"), "published")
    for at in (wall(room.now - timedelta(minutes=1)), "soon", "2027-03-28T02:30"):
        with pytest.raises(InvalidInputError) as caught:
            await end(room, piece, at)
        assert caught.value.fields[0].field == "unpublish_at"
    with pytest.raises(InvalidInputError) as caught:  # the clocks show it twice
        await end(room, piece, "2027-10-31T02:30")
    assert caught.value.fields[0].code == "time_repeated"
    twice = [await end(room, piece, "2027-10-31T02:30", fold=0)]
    twice.append(await end(room, twice[0], "2027-10-31T02:30", fold=1))
    assert twice[1].unpublish_instant - twice[0].unpublish_instant == timedelta(hours=1)
    planned = await room.make(body="x")
    planned = await room.move(planned, "scheduled", publish_at=wall(room.now + timedelta(days=2)))
    with pytest.raises(InvalidInputError):
        await end(room, planned, wall(room.now + timedelta(days=1)))


async def test_who_may_not_withdraw_may_not_plan_it(room):
    piece = await room.make(body="x", actor=room.writer)
    piece = await end(room, piece, wall(room.now + timedelta(days=9)), actor=room.writer)
    with pytest.raises(ForbiddenMoveError):
        await end(room, piece, None, actor=room.other_writer)
    piece = await room.move(piece, "published")
    with pytest.raises(ForbiddenMoveError):
        await end(room, piece, None, actor=room.writer)
    stale = piece
    assert (await end(room, piece, None)).unpublish_at is None
    with pytest.raises(StalePieceError):
        await end(room, stale, None)


async def test_a_planned_edit_goes_live_as_it_was_planned(room):
    piece = await room.move(await room.make(body="old", tags=["a"], slug="one"), "published")
    piece = await room.patch(piece, body="planned", tags=["b"], slug="two")
    at = room.now + timedelta(hours=3)
    piece = await room.move(piece, "published", publish_at=wall(at))
    assert (piece.planned_edit.publish_instant, await live_body(piece)) == (at, "old")
    piece = await room.patch(piece, body="later still", tags=["c"])

    room.now = at
    assert await tick(room) == ([piece.id], [])

    (live,) = await site_queries.published_pieces([piece.id])
    assert (live.body, live.path, [tag.name for tag in live.tags]) == ("planned", "/two/", ["b"])
    after = await queries.get_piece(piece.id)
    assert (after.body, [tag.name for tag in after.tags]) == ("later still", ["c"])
    assert (after.planned_edit, after.has_unpublished_changes) == (None, True)
    assert after.published_at == piece.published_at
    assert room.of(PiecePublished)[-1].revision_id == live.revision_id


async def test_publishing_by_hand_or_withdrawing_ends_a_planned_edit(room):
    for deed in ("published", "archived"):
        piece = await room.move(await room.make(body="old"), "published")
        piece = await room.patch(piece, body="new")
        piece = await room.move(piece, "published", publish_at=wall(room.now + timedelta(hours=1)))
        piece = await room.move(piece, deed)
        assert piece.planned_edit is None
    room.now += timedelta(hours=2)
    assert await tick(room) == ([], [])


async def test_a_planned_edit_is_taken_back_or_planned_anew(room):
    piece = await room.move(await room.make(body="old"), "published")
    with pytest.raises(InvalidInputError):  # nothing new
        await room.move(piece, "published", publish_at=wall(room.now + timedelta(hours=1)))
    piece = await room.patch(piece, body="new")
    piece = await room.move(piece, "published", publish_at=wall(room.now + timedelta(hours=1)))
    piece = await room.move(piece, "published", publish_at=wall(room.now + timedelta(hours=5)))
    room.now += timedelta(hours=2)
    assert await tick(room) == ([], [])
    with pytest.raises(ForbiddenMoveError):
        await content.drop_planned_edit(
            piece.id, version=piece.version, actor=room.writer, now=room.now, bus=room.bus
        )
    piece = await content.drop_planned_edit(
        piece.id, version=piece.version, actor=room.editor, now=room.now, bus=room.bus
    )
    room.now += timedelta(days=1)
    assert await tick(room) == ([], [])
    assert (piece.planned_edit, await live_body(piece), piece.body) == (None, "old", "new")


async def test_a_planned_edit_whose_address_was_taken_appears_at_the_old_one(room):
    piece = await room.move(await room.make(body="old", slug="one"), "published")
    piece = await room.patch(piece, body="new", slug="two")
    piece = await room.move(piece, "published", publish_at=wall(room.now + timedelta(hours=1)))
    piece = await room.patch(piece, slug="three")
    await room.move(await room.make(slug="two", body="other"), "published")

    room.now += timedelta(hours=1)
    assert await tick(room) == ([piece.id], [])

    (live,) = await site_queries.published_pieces([piece.id])
    assert (live.body, live.path) == ("new", "/one/")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["patch", "publish", "later", "schedule", "draft", "archive", "end", "drop", "tick"]
        ),
        st.sampled_from(["editor", "writer", "other_writer"]),
        st.integers(1, 5),
    ),
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_whatever_happens_in_whatever_order_the_piece_stays_whole(room, steps):
    """Live exactly when published; the first date stays; no revision is lost; versions only grow."""
    piece = await room.make(body="0", actor=room.writer)
    first = None
    for number, (step, who, hours) in enumerate(steps):
        before = await queries.get_piece(piece.id)
        actor = getattr(room, who)
        at = wall(room.now + timedelta(hours=hours))
        try:
            if step == "patch":
                await room.patch(before, body=f"{number}", actor=actor)
            elif step == "end":
                await end(room, before, at, actor=actor)
            elif step == "drop":
                await content.drop_planned_edit(
                    piece.id, version=before.version, actor=actor, now=room.now, bus=room.bus
                )
            elif step == "tick":
                room.now += timedelta(hours=hours)
                await tick(room)
            else:
                to = {"publish": "published", "later": "published", "schedule": "scheduled"}
                times = {"publish_at": at} if step in {"later", "schedule"} else {}
                goal = to.get(step, {"draft": "draft", "archive": "archived"}.get(step))
                await room.move(before, goal, actor=actor, **times)
        except OctavoError:
            assert await queries.get_piece(piece.id) == before
        after = await queries.get_piece(piece.id)
        shown = await live_body(after)
        assert (shown is not None) == (after.status == "published")
        assert after.version >= before.version
        assert first is None or after.published_at == first
        first = after.published_at
        assert after.planned_edit is None or after.status == "published"
        numbers = [
            item.number for item in (await queries.list_revisions(piece.id, limit=100)).items
        ]
        assert len(numbers) == len(set(numbers)) > 0


def test_the_clock_of_these_tests_is_aware(now):
    assert now.tzinfo is UTC
