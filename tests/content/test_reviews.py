"""Asking for reviews and giving them. Through the service, on both engines."""

import asyncio

import pytest

from octavo.accounts.schemas import Actor
from octavo.accounts.tables import AuditRow, UserRow
from octavo.content import queries as pieces
from octavo.content.errors import (
    ForbiddenReviewError,
    InvalidContentError,
    NotReviewableError,
    StalePieceError,
)
from octavo.content.events import PieceMoved, ReviewersChanged, ReviewGiven, ReviewRequested
from octavo.content.review import presence, queries, rules
from octavo.content.review import service as reviews
from octavo.content.review.schemas import ReviewersIn, VerdictIn
from octavo.kernel.errors import OctavoError


@pytest.fixture(autouse=True)
def _told(room):
    room.bus.subscribe(PieceMoved, reviews.on_piece_moved(room.bus))


async def assign(room, piece_id, *people, actor=None, version=None):
    now = await pieces.get_piece(piece_id)
    data = ReviewersIn(
        version=version or now.version, reviewer_ids=[person.id for person in people]
    )
    actor = actor or room.editor
    return await reviews.assign_reviewers(piece_id, data, actor=actor, now=room.now, bus=room.bus)


async def judge(room, piece_id, actor, verdict="approve", comment="", *, version=None):
    now = await pieces.get_piece(piece_id)
    data = VerdictIn(version=version or now.version, verdict=verdict, comment=comment)
    return await reviews.give_verdict(piece_id, data, actor=actor, now=room.now, bus=room.bus)


async def in_review(room, *reviewers, **fields):
    """A writer's piece that waits for these people; its id."""
    piece = await room.make(actor=room.writer, **{"body": "first words", **fields})
    if reviewers:
        await assign(room, piece.id, *reviewers)
    await room.move(await pieces.get_piece(piece.id), "in_review", actor=room.writer)
    return piece.id


async def test_the_last_needed_approval_approves(room):
    piece_id = await in_review(room, room.editor, room.marketer)

    first = await judge(room, piece_id, room.marketer)
    assert (first.status, first.standing) == ("in_review", "waiting")
    assert first.waits_for == "waits for Edna Editor"
    last = await judge(room, piece_id, room.editor, comment="Lovely.")
    assert (last.status, last.standing, last.waits_for) == ("approved", "approved", "")
    assert [one.verdict for one in last.reviewers] == ["approve", "approve"]
    given = room.of(ReviewGiven)
    assert [(event.user_id, event.verdict) for event in given] == [
        (room.marketer.id, "approve"),
        (room.editor.id, "approve"),
    ]
    assert (await AuditRow.select(AuditRow.action).order_by(AuditRow.id, ascending=False))[0][
        "action"
    ] == "piece.approved"


async def test_approval_by_colleagues_alone_waits_for_somebody_who_may_review(room):
    piece_id = await in_review(room, room.other_writer, room.marketer)
    await judge(room, piece_id, room.other_writer)
    review = await judge(room, piece_id, room.marketer)

    assert (review.status, review.standing) == ("in_review", "waiting")
    assert review.waits_for == "waits for the approval of an editor or owner"
    assert (await judge(room, piece_id, room.owner)).status == "approved"


async def test_asking_for_changes_moves_back_to_draft_and_says_which(room):
    piece_id = await in_review(room, room.marketer, room.editor)
    with pytest.raises(InvalidContentError) as caught:
        await judge(room, piece_id, room.marketer, "request_changes", "  ")
    assert caught.value.fields[0].field == "comment"

    review = await judge(room, piece_id, room.marketer, "request_changes", "Name the source.")
    assert (review.status, review.standing) == ("draft", "changes_requested")
    assert review.verdicts[0].comment == "Name the source."
    with pytest.raises(NotReviewableError):
        await judge(room, piece_id, room.editor)


async def test_editing_makes_an_approval_stale_and_it_no_longer_counts(room):
    piece_id = await in_review(room, room.marketer, room.editor)
    await judge(room, piece_id, room.marketer)
    await room.patch(await pieces.get_piece(piece_id), body="other words", actor=room.writer)

    review = await judge(room, piece_id, room.editor)
    assert (review.status, review.standing) == ("in_review", "waiting")
    stale = {one.name: one.is_stale for one in review.reviewers}
    assert stale == {"Mark Marketer": True, "Edna Editor": False}
    assert review.reviewers[0].number == 1
    assert (await judge(room, piece_id, room.marketer)).status == "approved"


async def test_an_approved_text_that_an_editor_changes_shows_its_approvals_as_stale(room):
    piece_id = await in_review(room, room.editor)
    await judge(room, piece_id, room.editor)
    await room.patch(await pieces.get_piece(piece_id), body="slipped in", actor=room.owner)

    review = await queries.get_review(piece_id, actor=room.owner)
    assert [one.is_stale for one in review.reviewers] == [True]
    assert review.standing == "waiting"


async def test_a_verdict_on_a_text_that_moved_on_conflicts(room):
    piece_id = await in_review(room, room.editor)
    seen = await pieces.get_piece(piece_id)
    await room.patch(seen, body="changed meanwhile", actor=room.writer)

    with pytest.raises(StalePieceError) as caught:
        await judge(room, piece_id, room.editor, version=seen.version)
    assert caught.value.extra["current"].body == "changed meanwhile"
    assert (await queries.get_review(piece_id, actor=room.editor)).verdicts == []


async def test_two_last_approvals_at_once_approve_once(room):
    piece_id = await in_review(room, room.editor, room.owner)
    version = (await pieces.get_piece(piece_id)).version

    ended = await asyncio.gather(
        judge(room, piece_id, room.editor, version=version),
        judge(room, piece_id, room.owner, version=version),
        return_exceptions=True,
    )
    assert [one for one in ended if isinstance(one, Exception)] == []
    assert (await pieces.get_piece(piece_id)).status == "approved"
    moved = [event for event in room.of(PieceMoved) if event.after == "approved"]
    assert len(moved) == 1


async def test_who_is_asked_learns_it_when_the_piece_comes_into_review(room):
    piece_id = await in_review(room, room.editor)
    assert [event.reviewer_ids for event in room.of(ReviewRequested)] == [(room.editor.id,)]

    await assign(room, piece_id, room.editor, room.marketer)
    assert room.of(ReviewRequested)[-1].reviewer_ids == (room.marketer.id,)
    assert room.of(ReviewersChanged)[-1].reviewer_ids == (room.editor.id, room.marketer.id)


async def test_an_author_asks_for_reviewers_but_does_not_take_one_off(room):
    piece = await room.make(actor=room.writer)
    review = await assign(room, piece.id, room.editor, actor=room.writer)
    assert (review.may_assign, review.version) == (True, 2)
    for actor, people in (
        (room.writer, []),
        (room.writer, [room.marketer]),
        (room.other_writer, [room.editor, room.marketer]),
    ):
        with pytest.raises(ForbiddenReviewError):
            await assign(room, piece.id, *people, actor=actor)
    assert [one.name for one in (await assign(room, piece.id)).reviewers] == []


async def test_reviewers_must_be_able_to_review(room):
    piece = await room.make(actor=room.writer)
    gone = Actor(kind="user", id=99_999, name="Nobody", role="editor")
    for person in (gone, room.writer):
        with pytest.raises(InvalidContentError) as caught:
            await assign(room, piece.id, person)
        assert caught.value.fields[0].field == "reviewer_ids"
    with pytest.raises(StalePieceError):
        await assign(room, piece.id, room.editor, version=7)
    own = await room.make(actor=room.editor)
    assert (await assign(room, own.id, room.editor)).reviewers[0].is_assigned


async def test_nobody_waits_for_a_shut_account(room):
    piece_id = await in_review(room, room.editor, room.marketer)
    await UserRow.update({UserRow.is_active: False}).where(UserRow.id == room.marketer.id)

    review = await judge(room, piece_id, room.editor)
    assert review.status == "approved"
    assert [one.is_active for one in review.reviewers] == [True, False]


async def test_who_was_not_asked_and_may_not_review_has_no_verdict(room):
    piece_id = await in_review(room, room.editor)
    for actor in (room.other_writer, room.writer, room.marketer):
        with pytest.raises(ForbiddenReviewError):
            await judge(room, piece_id, actor)


async def test_a_published_piece_is_not_given_reviewers(room):
    piece = await room.move(await room.make(), "published")
    with pytest.raises(NotReviewableError):
        await assign(room, piece.id, room.owner)


async def test_the_list_of_what_waits_for_me(room):
    first = await in_review(room, room.marketer, room.editor)
    second = await in_review(room, room.marketer, title="Second")
    await in_review(room, room.editor, title="Not mine")
    page = await queries.list_waiting(actor=room.marketer, limit=1)
    assert [piece.id for piece in page.items] == [second]
    page = await queries.list_waiting(actor=room.marketer, limit=1, cursor=page.next_cursor)
    assert ([piece.id for piece in page.items], page.next_cursor) == ([first], None)

    await judge(room, first, room.marketer)
    page = await queries.list_waiting(actor=room.marketer)
    assert [piece.id for piece in page.items] == [second]


async def test_presence_is_advice_that_passes(room, clock):
    piece = await room.make()
    first = await presence.show_presence(piece.id, actor=room.editor, now=clock())
    assert (first.others, first.version) == ([], 1)
    seen = await presence.show_presence(piece.id, actor=room.writer, now=clock.move(seconds=30))
    assert [other.name for other in seen.others] == ["Edna Editor"]
    await room.patch(piece, title="Nobody is kept out", actor=room.owner)
    later = await presence.show_presence(piece.id, actor=room.writer, now=clock.move(seconds=31))
    assert (later.others, later.version) == ([], 2)
    await presence.leave_piece(piece.id, actor=room.writer)
    assert (await presence.show_presence(piece.id, actor=room.editor, now=clock())).others == []
    with pytest.raises(OctavoError):
        await presence.show_presence(9_999, actor=room.editor, now=clock())


@pytest.mark.parametrize(
    ("needed", "said", "expected"),
    [
        ([], [], "none"),
        (["user:1"], [], "waiting"),
        (["user:1"], [("user:1", "approve", True, True)], "approved"),
        (["user:1"], [("user:1", "approve", True, False)], "waiting"),
        (["user:1"], [("user:1", "approve", False, True)], "waiting"),
        (["user:1", "user:2"], [("user:1", "approve", True, True)], "waiting"),
        ([], [("user:9", "approve", True, True)], "approved"),
        (["user:1"], [("user:9", "request_changes", True, True)], "changes_requested"),
        (["user:1"], [("user:1", "request_changes", False, True)], "waiting"),
    ],
)
def test_standing(needed, said, expected):
    judgements = [
        rules.Judgement(principal=who, verdict=what, is_fresh=fresh, may_review=may)
        for who, what, fresh, may in said
    ]
    assert rules.standing_of(needed, judgements) == expected


async def test_the_door_of_reviews(client, room):
    piece = await room.make(actor=room.writer)
    path = f"/pieces/{piece.id}/review"
    asked = await client.put(
        path,
        json={"version": 1, "reviewer_ids": [room.marketer.id, room.marketer.id]},
        headers={"x-as": "writer"},
    )
    assert (asked.status_code, asked.json()["version"]) == (200, 2)
    assert asked.json()["reviewers"][0]["is_assigned"] is True
    stale = await client.put(path, json={"version": 1, "reviewer_ids": []})
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 2)
    moved = {"to": "in_review", "version": 2}
    await client.post(f"/pieces/{piece.id}/transitions", json=moved, headers={"x-as": "writer"})
    waiting = await client.get("/reviews", headers={"x-as": "marketer"})
    assert [item["id"] for item in waiting.json()["items"]] == [piece.id]
    judged = await client.post(
        f"{path}/verdicts",
        json={"version": 3, "verdict": "request_changes", "comment": "Why?"},
        headers={"x-as": "marketer"},
    )
    assert (judged.status_code, judged.json()["status"]) == (201, "draft")
    seen = await client.get(path, headers={"x-as": "marketer"})
    assert (seen.json()["may_judge"], seen.json()["may_assign"]) == (True, False)
    here = await client.put(f"/pieces/{piece.id}/presence")
    assert here.json() == {"version": 4, "others": []}
    assert (await client.delete(f"/pieces/{piece.id}/presence")).status_code == 204


@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("PUT", "review", {"version": 1}),
        ("PUT", "review", {"version": 1, "reviewer_ids": ["x"]}),
        ("PUT", "review", {"version": 1, "reviewer_ids": [0]}),
        ("PUT", "review", {"version": 1, "reviewer_ids": [1] * 21}),
        ("PUT", "review", {"version": 2, "reviewer_ids": [2**31 - 1]}),
        ("PUT", "review", {"version": -1, "reviewer_ids": []}),
        ("POST", "review/verdicts", {"version": 1, "verdict": "maybe"}),
        ("POST", "review/verdicts", {"version": 1, "verdict": "approve", "comment": "x\x00"}),
        ("POST", "review/verdicts", {"version": 1, "verdict": "approve", "comment": "x" * 10_001}),
        ("POST", "review/verdicts", [[[[]]]]),
        ("POST", "restore", {"version": 1, "revision_id": 2**40}),
        ("POST", "restore", {"revision_id": 1}),
    ],
)
async def test_what_is_no_review_is_refused_and_leaves_nothing(client, room, method, tail, body):
    piece = await room.move(await room.make(actor=room.writer), "in_review")
    answer = await client.request(method, f"/pieces/{piece.id}/{tail}", json=body)
    assert answer.status_code == 400, answer.text

    review = await queries.get_review(piece.id, actor=room.editor)
    assert (review.version, review.verdicts, review.reviewers) == (piece.version, [], [])
    missing = await client.request(method, f"/pieces/9999/{tail}", json=body)
    assert missing.status_code in {400, 404}
