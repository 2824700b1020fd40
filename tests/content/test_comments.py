"""Comments on passages that move, and the finding of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.content import queries as pieces
from octavo.content.errors import (
    CommentNotFoundError,
    ForbiddenReviewError,
    InvalidContentError,
)
from octavo.content.events import CommentAdded, CommentChanged, CommentDeleted, CommentResolved
from octavo.content.review import comments
from octavo.content.review.anchors import Finder, neighbourhood
from octavo.content.review.schemas import AnchorIn, CommentIn, CommentPatch
from octavo.kernel.errors import InvalidInputError

TEXT = (
    "# Sourdough\n\nFlour, water and salt are all that a loaf needs.\n\n"
    "Feed the starter twice a day until it doubles in four hours.\n\n"
    "Bake it hot: two hundred and fifty degrees, with steam for the first fifteen minutes.\n"
)
PASSAGE = "Feed the starter twice a day"


def found(text, new, quote):
    start = text.index(quote)
    spot = Finder(new).find(neighbourhood(text, start, start + len(quote)))
    return None if spot is None else (spot.found, new[spot.start : spot.end])


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (TEXT, ("exact", PASSAGE)),
        ("A new beginning.\n\n" + TEXT, ("exact", PASSAGE)),
        (TEXT.replace("all that a loaf", "what every loaf"), ("exact", PASSAGE)),
        (f"{PASSAGE} is a chapter.\n\n{TEXT}", ("exact", PASSAGE)),
        (TEXT.replace(PASSAGE, "Give it food every day"), ("context", "Give it food every day")),
        (TEXT.replace(PASSAGE + " until", "Until"), None),
        (TEXT.replace(PASSAGE, " "), None),
        (
            "Feed your starter twice each day, and bake.",
            ("fuzzy", "Feed your starter twice each day"),
        ),
        ("Something else entirely, about rye and caraway.", None),
        ("", None),
    ],
)
def test_a_passage_is_found_again_or_lost(new, expected):
    assert found(TEXT, new, PASSAGE) == expected


def test_the_right_one_of_several_equal_passages_is_found():
    text = "First: mix well.\n\nSecond: mix well.\n\nThird: mix well.\n"
    start = text.index("mix well", text.index("Second"))
    new = text.replace("First: mix well.\n\n", "Zeroth: mix well.\n\nFirst: mix well.\n\n")
    spot = Finder(new).find(neighbourhood(text, start, start + 8))

    assert new[: spot.start].endswith("Second: ")


def test_a_short_word_is_not_found_where_it_means_something_else():
    assert found("Bread is old. The cat sat.", "My cat is here, see?", "cat") is None


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("ab \n.é👩"), min_size=1, max_size=80),
    st.text(st.sampled_from("ab \n.é👩"), max_size=80),
    st.data(),
)
def test_whatever_is_found_lies_within_the_text(text, new, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    spot = Finder(new).find(neighbourhood(text, start, end))

    if spot is not None:
        assert 0 <= spot.start < spot.end <= len(new)
        assert spot.found != "exact" or new[spot.start : spot.end] == text[start:end]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 60), st.text(max_size=50))
def test_a_passage_of_an_unchanged_neighbourhood_is_found_wherever_it_went(start, prefix):
    text = " ".join(f"word{number}" for number in range(40))
    quote = text[start : start + 30]
    spot = Finder(prefix + text).find(neighbourhood(text, start, start + 30))

    assert (spot.start, spot.end) == (len(prefix) + start, len(prefix) + start + len(quote))


def test_looking_for_many_passages_in_a_large_text_takes_bounded_time():
    import time

    text = " ".join(f"word{number % 3001} the" for number in range(100_000))
    finder = Finder(text.replace("word7 ", "other "))
    began = time.monotonic()
    for number in range(100):
        start = number * 9_000
        finder.find(neighbourhood(text, start, start + 3_000))
    assert time.monotonic() - began < 30


async def add(room, piece, body="Why?", *, actor=None, quote=None, parent_id=None):
    anchor = None
    if quote is not None:
        now = await pieces.get_piece(piece.id)
        revision = (await pieces.list_revisions(piece.id)).items[0].id
        start = now.body.index(quote)
        anchor = AnchorIn(revision_id=revision, start=start, end=start + len(quote))
    data = CommentIn(body=body, parent_id=parent_id, anchor=anchor)
    return await comments.add_comment(
        piece.id, data, actor=actor or room.editor, now=room.now, bus=room.bus
    )


async def patch(room, comment, *, actor=None, **fields):
    return await comments.patch_comment(
        comment.id, CommentPatch(**fields), actor=actor or room.editor, now=room.now, bus=room.bus
    )


async def test_a_comment_follows_its_passage_through_revisions(room):
    piece = await room.make(body=TEXT)
    made = await add(room, piece, quote=PASSAGE)
    assert (made.anchor.quote, made.anchor.found, made.is_own) == (PASSAGE, "exact", True)

    longer = "An introduction.\n\n" + TEXT
    piece = await room.patch(piece, body=longer)
    (comment,) = (await comments.list_comments(piece.id, actor=room.writer)).items
    place = comment.anchor.place
    assert longer[place.start : place.end] == PASSAGE
    assert comment.anchor.start == TEXT.index(PASSAGE)  # what it was said about stays on record
    piece = await room.patch(
        piece, body=longer.replace(PASSAGE, "Feed the old starter thrice a day")
    )
    (comment,) = (await comments.list_comments(piece.id, actor=room.writer)).items
    assert comment.anchor.found == "context"
    await room.patch(piece, body="All is new.")
    (comment,) = (await comments.list_comments(piece.id, actor=room.writer)).items
    assert (comment.anchor.found, comment.anchor.place) == ("lost", None)
    assert comment.anchor.quote == PASSAGE


async def test_answers_resolving_and_opening_again(room):
    piece = await room.make(body=TEXT, actor=room.writer)
    root = await add(room, piece, quote=PASSAGE)
    answer = await add(room, piece, "Because.", actor=room.writer, parent_id=root.id)
    assert answer.parent_id == root.id

    done = await patch(room, root, actor=room.marketer, resolved=True)
    assert (done.is_resolved, done.resolved_by) == (True, "Mark Marketer")
    await patch(room, root, resolved=True)  # says nothing new
    again = await patch(room, root, resolved=False)
    assert (again.is_resolved, again.resolved_by, again.resolved_at) == (False, "", None)
    assert [event.is_resolved for event in room.of(CommentResolved)] == [True, False]
    assert [(e.comment_id, e.parent_id, e.user_id) for e in room.of(CommentAdded)] == [
        (root.id, None, room.editor.id), (answer.id, root.id, room.writer.id),
    ]  # fmt: skip


async def test_words_are_their_authors_and_deleting_is_theirs_and_the_reviewers(room):
    piece = await room.make(body=TEXT)
    mine = await add(room, piece, actor=room.writer)
    changed = await patch(room, mine, actor=room.writer, body=" Better. ")
    assert (changed.body, changed.edited_at) == ("Better.", room.now)
    assert len(room.of(CommentChanged)) == 1
    for actor in (room.editor, room.other_writer):
        with pytest.raises(ForbiddenReviewError):
            await patch(room, mine, actor=actor, body="Put into their mouth")

    named = {"now": room.now, "bus": room.bus}
    with pytest.raises(ForbiddenReviewError):
        await comments.delete_comment(mine.id, actor=room.other_writer, **named)
    await comments.delete_comment(mine.id, actor=room.editor, **named)
    with pytest.raises(CommentNotFoundError):
        await patch(room, mine, actor=room.writer, body="again")
    assert len(room.of(CommentDeleted)) == 1


async def test_a_deleted_comment_keeps_its_answers(room):
    piece = await room.make(body=TEXT)
    root = await add(room, piece, "Rude.")
    await add(room, piece, "Calm down.", parent_id=root.id, actor=room.owner)
    await comments.delete_comment(root.id, actor=room.editor, now=room.now, bus=room.bus)

    first, second = (await comments.list_comments(piece.id, actor=room.editor)).items
    assert (first.is_deleted, first.body, second.body) == (True, "", "Calm down.")
    with pytest.raises(CommentNotFoundError):
        await patch(room, root, body="Back.")


async def test_comments_come_in_pages_oldest_first(room):
    piece = await room.make(body=TEXT)
    made = [(await add(room, piece, f"No. {number}")).id for number in range(5)]
    first = await comments.list_comments(piece.id, actor=room.editor, limit=3)
    rest = await comments.list_comments(
        piece.id, actor=room.editor, limit=3, cursor=first.next_cursor
    )

    assert [comment.id for comment in first.items + rest.items] == made
    assert rest.next_cursor is None


async def test_what_cannot_be_commented_on_is_refused_by_name(room):
    piece, other = await room.make(body="short"), await room.make(body="other")
    revision = (await pieces.list_revisions(piece.id)).items[0].id
    foreign = (await pieces.list_revisions(other.id)).items[0].id
    root = await add(room, piece)
    answer = await add(room, piece, parent_id=root.id)
    elsewhere = await add(room, other)
    blank = await room.make(body="a     b")
    blank_revision = (await pieces.list_revisions(blank.id)).items[0].id
    cases = [
        (piece, CommentIn(body="  "), "body"),
        (piece, CommentIn(body="x\x00"), "body"),
        (piece, CommentIn(body="x", parent_id=elsewhere.id), "parent_id"),
        (piece, CommentIn(body="x", parent_id=answer.id), "parent_id"),
        (piece, at(foreign, 0, 2), "anchor.revision_id"),
        (piece, at(revision, 0, 6), "anchor.end"),
        (piece, at(revision, 3, 3), "anchor.end"),
        (blank, at(blank_revision, 1, 4), "anchor"),
        (piece, CommentIn(body="x", parent_id=root.id, anchor=at(revision, 0, 2).anchor), "anchor"),
    ]
    for where, data, field in cases:
        with pytest.raises(InvalidInputError) as caught:
            await comments.add_comment(
                where.id, data, actor=room.editor, now=room.now, bus=room.bus
            )
        assert caught.value.fields[0].field == field
    with pytest.raises(InvalidContentError):
        await patch(room, answer, resolved=True)


def at(revision_id, start, end):
    return CommentIn(body="x", anchor=AnchorIn(revision_id=revision_id, start=start, end=end))


async def test_the_door_takes_comments_from_everybody_who_may_read(client, room):
    piece = await room.make(body=TEXT)
    path = f"/pieces/{piece.id}/comments"
    made = await client.post(path, json={"body": "Nice."}, headers={"x-as": "marketer"})
    assert (made.status_code, made.json()["name"]) == (201, "Mark Marketer")
    number = made.json()["id"]
    changed = await client.patch(f"/comments/{number}", json={"resolved": True})
    assert changed.json()["is_resolved"] is True
    assert (await client.delete(f"/comments/{number}")).status_code == 204
    assert (await client.get(path)).json() == {"items": [], "next_cursor": None}
    for body in (
        {}, {"body": ""}, {"body": "x" * 10_001}, {"body": "x", "anchor": {}}, {"body": 7},
        {"body": "x", "anchor": {"revision_id": 1, "start": -1, "end": 2}},
        {"body": "x", "anchor": {"revision_id": 2**40, "start": 0, "end": 2}},
        {"body": "x", "colour": "red"},
    ):  # fmt: skip
        assert (await client.post(path, json=body)).status_code == 400, body
    assert (await client.get("/pieces/9999/comments")).status_code == 404
    assert (await client.get(path, params={"cursor": "!"})).status_code == 400
