"""Comparing texts and revisions, and bringing old ones back."""

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.content import queries as pieces
from octavo.content.comparing import Fuel, compare_texts, match_sequences
from octavo.content.errors import LockedError, RevisionNotFoundError, StalePieceError
from octavo.content.review import revisions
from octavo.content.review.schemas import RestoreIn

WORDS = st.sampled_from(
    ["a", "the", "cat", " ", "  ", "\n", "\n\n", ".", "né", "猫", "👩‍🚀", "x" * 30]
)
TEXTS = st.lists(WORDS, max_size=60).map("".join)


def sides(difference):
    runs = difference.runs
    return (
        "".join(run.text for run in runs if run.op != "insert"),
        "".join(run.text for run in runs if run.op != "delete"),
    )


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_the_runs_hold_both_texts(old, new):
    difference = compare_texts(old, new)

    assert sides(difference) == (old, new)
    neighbours = zip(difference.runs, difference.runs[1:], strict=False)
    assert [1 for one, other in neighbours if one.op == other.op] == []
    assert all(run.text for run in difference.runs)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, st.integers(0, 60))
def test_the_runs_hold_both_texts_however_little_fuel_there_is(old, new, steps):
    assert sides(compare_texts(old, new, fuel=Fuel(steps))) == (old, new)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_blocks_are_common_and_in_order(old, new):
    at_old = at_new = 0
    for a, b, length in match_sequences(old, new, fuel=Fuel()):
        assert length > 0
        assert (a >= at_old, b >= at_new, old[a : a + length]) == (True, True, new[b : b + length])
        at_old, at_new = a + length, b + length


def shortest_common(old, new):
    """The length of a longest common subsequence, by the book."""
    row = [0] * (len(new) + 1)
    for token in old:
        before = row
        row = [0]
        for column, other in enumerate(new):
            best = before[column] + 1 if token == other else max(before[column + 1], row[column])
            row.append(best)
    return row[-1]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30)
)
def test_short_sequences_share_as_much_as_can_be(old, new):
    blocks = match_sequences(old, new, fuel=Fuel())

    assert sum(length for _, _, length in blocks) == shortest_common(old, new)


def marked(old, new):
    signs = {"same": "{}", "insert": "[+{}]", "delete": "[-{}]"}
    return "".join(signs[run.op].format(run.text) for run in compare_texts(old, new).runs)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("one two three", "one two three", "one two three"),
        ("The cat sat.", "The dog sat.", "The [-cat][+dog] sat."),
        ("One.\n\nTwo.", "One.\n\nTwo.\n\nThree.", "One.\n\nTwo.[+\n\nThree.]"),
        ("a b", "", "[-a b]"),
        ("", "a b", "[+a b]"),
        ("我喜欢猫", "我喜欢狗", "我喜欢[-猫][+狗]"),
        ("red car here", "blue bus there", "[-red car here][+blue bus there]"),
        ("same\nold\nsame", "same\nnew\nsame", "same\n[-old][+new]\nsame"),
    ],
)
def test_changes_are_shown_by_word(old, new, expected):
    assert marked(old, new) == expected


def large(seed, word="word"):
    """About a megabyte of prose of which no two paragraphs are the same."""
    return "\n\n".join(
        " ".join(f"{word}{(seed * 7919 + n * 31 + m * m) % 4001}" for m in range(80))
        for n in range(1_700)
    )


async def test_two_large_texts_are_compared_while_others_are_answered(client, room):
    """A pause of the loop is what everybody else would wait."""
    body = large(1)
    assert len(body) > 1_000_000
    piece = await room.make(body=body)
    changed = body.replace("word7 ", "changed ").replace("word9", "word")
    piece = await room.patch(piece, body=changed)
    other = await room.patch(piece, body=large(2, "other"))
    newest, middle, oldest = [item.id for item in (await pieces.list_revisions(other.id)).items]
    longest = 0.0

    async def watch():
        nonlocal longest
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - began)

    watcher = asyncio.ensure_future(watch())
    for ends in ((oldest, middle), (oldest, newest)):
        began = time.monotonic()
        found = await revisions.compare_revisions(piece.id, *ends)
        assert time.monotonic() - began < 30
    watcher.cancel()

    (body_difference,) = [field for field in found.fields if field.field == "body"]
    assert body_difference.is_changed
    assert longest < 1.0


async def test_revisions_are_compared_field_by_field(client, room):
    piece = await room.make(title="Old title", body="one two", tags=["a"])
    piece = await room.patch(piece, title="New title", tags=["a", "b"], excerpt="Short.")
    new, old = [item.id for item in (await pieces.list_revisions(piece.id)).items]

    answer = await client.get(f"/pieces/{piece.id}/compare", params={"from": old, "to": new})
    fields = {field["field"]: field for field in answer.json()["fields"]}
    assert fields["title"]["runs"] == [
        {"op": "delete", "text": "Old"},
        {"op": "insert", "text": "New"},
        {"op": "same", "text": " title"},
    ]
    assert (fields["body"]["is_changed"], fields["excerpt"]["is_changed"]) == (False, True)
    assert fields["tags"]["runs"] == [
        {"op": "same", "text": "a"}, {"op": "insert", "text": "\nb"},
    ]  # fmt: skip
    assert "slug" not in fields


async def test_compare_refuses_revisions_of_other_pieces(client, room):
    piece, other = await room.make(), await room.make()
    mine = (await pieces.list_revisions(piece.id)).items[0].id
    foreign = (await pieces.list_revisions(other.id)).items[0].id
    path = f"/pieces/{piece.id}/compare"

    assert (await client.get(path, params={"from": mine, "to": foreign})).status_code == 404
    for params in ({"from": mine}, {"from": "x", "to": mine}, {"from": 0, "to": 2**40}):
        assert (await client.get(path, params=params)).status_code == 400
    missing = await client.get("/pieces/9999/compare", params={"from": mine, "to": mine})
    assert missing.status_code == 404


async def restore(room, piece, revision_id, *, actor=None, version=None):
    data = RestoreIn(version=version or piece.version, revision_id=revision_id)
    return await revisions.restore_revision(
        piece.id, data, actor=actor or room.editor, now=room.now, bus=room.bus
    )


async def test_restoring_makes_a_new_revision_of_old_words(room):
    piece = await room.make(title="First", body="old", tags=["bread"], slug="first", excerpt="e")
    (first,) = (await pieces.list_revisions(piece.id)).items
    piece = await room.patch(piece, title="Second", body="new", tags=[], slug="second", excerpt="")

    piece = await restore(room, piece, first.id)
    assert (piece.title, piece.body, piece.excerpt, piece.version) == ("First", "old", "e", 3)
    assert [tag.name for tag in piece.tags] == ["bread"]
    assert piece.slug == "second"  # links to it go on working
    listed = (await pieces.list_revisions(piece.id)).items
    assert [(item.number, item.reason) for item in listed] == [
        (3, "restored"), (2, "saved"), (1, "created"),
    ]  # fmt: skip


async def test_restoring_follows_the_rules_of_editing(room):
    piece = await room.make(body="old", actor=room.writer)
    (first,) = (await pieces.list_revisions(piece.id)).items
    piece = await room.patch(piece, body="new", actor=room.writer)
    with pytest.raises(StalePieceError):
        await restore(room, piece, first.id, version=1)
    with pytest.raises(RevisionNotFoundError):
        await restore(room, piece, 9_999)
    piece = await room.move(piece, "approved")
    with pytest.raises(LockedError):
        await restore(room, piece, first.id, actor=room.writer)

    assert (await pieces.get_piece(piece.id)).body == "new"


async def test_the_fields_of_a_kind_are_compared_and_restored(room):
    piece = await room.make(
        kind="link", source_url="https://example.org/", fields={"quote": "Old words."}
    )
    piece = await room.patch(piece, fields={"quote": "New words."}, meta_title="For searchers")
    new, old = [item.id for item in (await pieces.list_revisions(piece.id)).items]

    found = await revisions.compare_revisions(piece.id, old, new)
    changed = {field.field for field in found.fields if field.is_changed}
    assert changed == {"fields.quote", "meta_title"}
    piece = await restore(room, piece, old)
    assert (piece.fields["quote"], piece.meta_title) == ("Old words.", "")


async def test_restoring_what_there_is_already_makes_no_new_revision(room):
    piece = await room.make(body="same")
    (only,) = (await pieces.list_revisions(piece.id)).items
    await restore(room, piece, only.id)

    assert len((await pieces.list_revisions(piece.id)).items) == 1
