"""Two people's changes in one text, and the proposal in the conflict."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.content.merging import merge_names, merge_texts

WORDS = st.sampled_from(["a", "the", "cat", " ", "\n", "\n\n", ".", "né", "👩‍🚀", "dog"])
TEXTS = st.lists(WORDS, max_size=40).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_one_sided_and_equal_changes_are_taken_as_they_are(base, changed):
    for mine, theirs in ((changed, changed), (base, changed), (changed, base)):
        merged = merge_texts(base, mine, theirs)
        assert (merged.text, merged.clashes) == (changed, [])


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_a_clash_holds_both_texts_and_says_where_mine_stands(base, mine, theirs):
    merged = merge_texts(base, mine, theirs)

    for clash in merged.clashes:
        assert merged.text[clash.start : clash.end] == clash.mine
        assert clash.mine != clash.theirs
        assert (clash.base in base, clash.mine in mine, clash.theirs in theirs) == (True,) * 3


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_who_merges_makes_no_difference_but_for_whose_words_stand_in_a_clash(base, mine, theirs):
    one, other = merge_texts(base, mine, theirs), merge_texts(base, theirs, mine)

    assert len(one.clashes) == len(other.clashes)
    if not one.clashes:
        assert one.text == other.text


def paragraphs(count):
    return [f"Paragraph {n} says number {n * n} and ends with word{n}." for n in range(count)]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_changes_to_different_paragraphs_are_clean_and_both_there(data):
    base = paragraphs(12)
    where = data.draw(st.permutations(range(12)))
    split = data.draw(st.integers(1, 11))
    mine, theirs = list(base), list(base)
    for side, places, name in ((mine, where[:split], "MINE"), (theirs, where[split:], "THEIRS")):
        for place in places:
            kind = data.draw(st.sampled_from(["replace", "append", "insert", "cut"]))
            side[place] = {
                "replace": f"{name} {place} instead.",
                "append": f"{base[place]} {name} {place} more.",
                "insert": f"{name} {place} before.\n\n{base[place]}",
                "cut": base[place].removesuffix(f" and ends with word{place}."),
            }[kind]

    merged = merge_texts(*("\n\n".join(side) for side in (base, mine, theirs)))
    expected = [mine[n] if mine[n] != base[n] else theirs[n] for n in range(12)]
    assert merged.clashes == []
    assert merged.text == "\n\n".join(expected)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("The cat sat on the mat.", "A cat sat on the mat.", "The cat sat on the rug.",
         "A cat sat on the rug."),
        ("A para.", "A para.\n\nNew.", "The para.", "The para.\n\nNew."),
        ("one\n\ntwo\n\nthree", "one\n\nthree", "one\n\ntwo\n\nthree\n\nfour",
         "one\n\nthree\n\nfour"),
    ],
)  # fmt: skip
def test_changes_that_do_not_touch_are_merged(base, mine, theirs, expected):
    merged = merge_texts(base, mine, theirs)

    assert (merged.text, merged.clashes) == (expected, [])


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        ("The cat sat.", "A cat sat.", "The dog sat."),
        ("one\n\ntwo", "one\n\n2", "one\n\nII"),
        ("one", "one\n\nmine", "one\n\ntheirs"),
        ("", "mine", "theirs"),
        ("Some words here.", "", "Some words there."),
    ],
)
def test_changes_that_touch_clash(base, mine, theirs):
    (clash,) = merge_texts(base, mine, theirs).clashes

    assert clash.mine in mine
    assert clash.theirs in theirs


def test_a_clash_is_shown_with_its_paragraph():
    base = "Before.\n\nThe cat sat on the mat.\n\nAfter."
    merged = merge_texts(base, base.replace("cat", "dog"), base.replace("cat", "cow") + " More.")

    (clash,) = merged.clashes
    assert clash.theirs == "The cow sat on the mat."
    assert merged.text == "Before.\n\nThe dog sat on the mat.\n\nAfter. More."


def test_large_texts_are_merged_in_bounded_time():
    base = "\n\n".join(f"{text} {number % 97} {number % 13}" for number, text in
                       enumerate(paragraphs(18_000)))  # fmt: skip
    assert len(base) > 1_000_000
    mine, theirs = base.replace(" says ", " tells "), base.replace(" ends ", " closes ")
    began = time.monotonic()
    merged = merge_texts(base, mine, theirs)
    hopeless = merge_texts(base, "ab " * 300_000, "ba " * 300_000)

    assert time.monotonic() - began < 60
    assert merged.text == base.replace(" says ", " tells ").replace(" ends ", " closes ")
    assert len(hopeless.clashes) == 1


def test_names_are_joined():
    assert merge_names(["a", "b"], ["a", "b", "mine"], ["b", "theirs"]) == ["b", "theirs", "mine"]


async def test_a_conflict_carries_a_clean_proposal(client, room):
    piece = await room.make(
        title="Bread", body="First paragraph here.\n\nSecond one.", tags=["a", "b"]
    )
    await room.patch(
        piece, body="First paragraph here.\n\nSecond one, longer.", tags=["a", "b", "t"]
    )
    mine = {
        "version": 1, "title": "Bread and salt", "tags": ["b", "m"],
        "body": "First paragraph there.\r\n\r\nSecond one.",
    }  # fmt: skip

    answer = await client.patch(f"/pieces/{piece.id}", json=mine)
    problem = answer.json()
    merge = problem["merge"]
    assert (answer.status_code, problem["current"]["version"], merge["clean"]) == (409, 2, True)
    assert merge["body"] == "First paragraph there.\n\nSecond one, longer."
    assert (merge["title"], merge["excerpt"], merge["conflicts"]) == ("Bread and salt", "", [])
    assert merge["values"] == {"tags": ["b", "t", "m"]}
    accepted = await client.patch(
        f"/pieces/{piece.id}",
        json={
            "version": 2, "title": merge["title"], "body": merge["body"], **merge["values"],
        },
    )  # fmt: skip
    assert (accepted.status_code, accepted.json()["body"]) == (200, merge["body"])


async def test_a_conflict_that_cannot_be_joined_has_both_texts(client, room):
    piece = await room.make(body="The cat sat.", slug="cat")
    piece = await room.move(piece, "in_review")  # moves make no revision: the base is the first
    await room.patch(piece, body="The dog sat.", slug="dog", language="en")
    mine = {"version": 2, "body": "The cow sat.", "slug": "cow", "language": "en"}

    merge = (await client.patch(f"/pieces/{piece.id}", json=mine)).json()["merge"]
    assert merge["clean"] is False
    assert merge["conflicts"] == [
        {"field": "body", "base": "The cat sat.", "mine": "The cow sat.", "theirs": "The dog sat.",
         "start": 0, "end": 12},
        {"field": "slug", "base": "cat", "mine": "cow", "theirs": "dog", "start": None,
         "end": None},
    ]  # fmt: skip
    assert merge["body"] == "The cow sat."


async def test_a_version_that_never_was_has_no_proposal(client, room):
    piece = await room.make(body="The cat sat.")
    for version in (0, 7, 2**31 - 1):
        answer = await client.patch(f"/pieces/{piece.id}", json={"version": version, "body": "x"})
        assert answer.status_code == 409
        assert "merge" not in answer.json()
        assert answer.json()["current"]["body"] == "The cat sat."


async def test_the_fields_of_a_kind_are_merged_one_by_one(client, room):
    piece = await room.make(kind="newsletter", fields={"subject": "One", "preheader": "Two"})
    await room.patch(piece, fields={"subject": "Theirs", "preheader": "Two"}, meta_title="Theirs")
    mine = {"version": 1, "fields": {"subject": "Mine", "preheader": "My two"}, "featured": True}

    merge = (await client.patch(f"/pieces/{piece.id}", json=mine)).json()["merge"]
    assert merge["values"] == {
        "fields": {"subject": "Mine", "preheader": "My two"}, "featured": True,
    }  # fmt: skip
    assert [(one["field"], one["theirs"]) for one in merge["conflicts"]] == [
        ("fields.subject", "Theirs")
    ]
