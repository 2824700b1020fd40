"""Pieces: made, changed, refused. Through the service, on both engines."""

import asyncio

import pytest

from octavo.content import listing, queries
from octavo.content.errors import StalePieceError, TakenError
from octavo.content.events import PieceChanged, PieceCreated
from octavo.kernel.errors import InvalidInputError


async def test_a_new_piece_is_a_draft_with_a_slug_its_tags_and_its_author(room):
    piece = await room.make(title="Olé, señor!", tags=["Bread", "bread ", "C++", "C#"])

    assert (piece.status, piece.version, piece.slug, piece.path) == (
        "draft", 1, "ole-senor", "/ole-senor/",
    )  # fmt: skip
    assert [tag.slug for tag in piece.tags] == ["bread", "c-plus-plus", "c-sharp"]
    assert [tag.name for tag in piece.tags] == ["Bread", "C++", "C#"]
    assert [author.name for author in piece.authors] == ["Edna Editor"]
    assert [event.piece_id for event in room.of(PieceCreated)] == [piece.id]


async def test_made_up_slugs_are_suffixed_and_chosen_ones_conflict(room):
    first = await room.make(title="News")
    second = await room.make(title="News")
    reserved = await room.make(title="Admin")

    assert (first.slug, second.slug, reserved.slug) == ("news", "news-2", "admin-2")
    with pytest.raises(TakenError) as caught:
        await room.make(title="Other", slug="news")
    assert caught.value.fields[0].field == "slug"
    with pytest.raises(InvalidInputError) as refused:
        await room.make(title="Other", slug="admin")
    assert refused.value.fields[0].code == "reserved"


async def test_two_writers_making_the_same_slug_at_once_both_succeed(room):
    pieces = await asyncio.gather(*(room.make(title="Rush hour") for _ in range(6)))

    slugs = {piece.slug for piece in pieces}
    assert len(slugs) == 6
    assert all(slug.startswith("rush-hour") for slug in slugs)
    assert len({piece.authors[0].id for piece in pieces}) == 1


async def test_each_edit_moves_the_version_and_keeps_a_revision(room):
    piece = await room.make(body="one")
    piece = await room.patch(piece, body="two", tags=["x"])
    same = await room.patch(piece, body="two")

    revisions = await queries.list_revisions(piece.id)
    assert (piece.version, same.version) == (2, 3)
    assert [(item.number, item.reason) for item in revisions.items] == [
        (2, "saved"),
        (1, "created"),
    ]
    old = await queries.get_revision(piece.id, revisions.items[1].id)
    assert (old.body, old.tags, old.is_head) == ("one", [], False)
    assert [event.version for event in room.of(PieceChanged)] == [2, 3]


async def test_a_stale_edit_conflicts_and_carries_the_current_piece(room):
    piece = await room.make(body="mine")
    await room.patch(piece, body="theirs")

    with pytest.raises(StalePieceError) as caught:
        await room.patch(piece, body="late")
    assert caught.value.extra["current"].body == "theirs"
    assert (await queries.get_piece(piece.id)).body == "theirs"


async def test_of_many_edits_at_once_exactly_one_wins(room):
    piece = await room.make(body="start")
    outcomes = await asyncio.gather(
        *(room.patch(piece, body=f"edit {number}") for number in range(8)), return_exceptions=True
    )

    won = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, StalePieceError)]
    assert (len(won), len(lost)) == (1, 7)
    assert (await queries.get_piece(piece.id)).body == won[0].body
    assert len((await queries.list_revisions(piece.id)).items) == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "a\x00b"}, "title"),
        ({"body": "ok\nbad\x08"}, "body"),
        ({"excerpt": "\ud800"}, "excerpt"),
        ({"slug": "///"}, "slug"),
        ({"tags": ["fine", "!!!"]}, "tags[1]"),
        ({"tags": ["nul\x00"]}, "tags[0]"),
        ({"planned_for": "2026-13"}, "planned_for"),
        ({"planned_for": "2026-W60"}, "planned_for"),
        ({"planned_for": "tomorrow"}, "planned_for"),
        ({"campaign_id": 99}, "campaign_id"),
        ({"author_ids": [99]}, "author_ids"),
        ({"kind": "video", "fields": {"plot": 1}}, "fields.plot"),
        (
            {"kind": "picture", "fields": {"pictures": [{"media_id": 0}]}},
            "fields.pictures[0].media_id",
        ),
        ({"cover": {"media_id": 1, "url": "https://x.org/y"}}, "cover"),
        ({"series_id": 99}, "series_id"),
        ({"language": "<script>"}, "language"),
        ({"canonical_url": "javascript:alert(1)"}, "canonical_url"),
        ({"source_url": "//evil"}, "source_url"),
    ],
)
async def test_a_field_that_cannot_be_used_is_named_and_nothing_is_stored(room, fields, field):
    with pytest.raises(InvalidInputError) as caught:
        await room.make(**fields)

    assert [wrong.field for wrong in caught.value.fields] == [field]
    from octavo.content.schemas import PieceFilter

    assert (await listing.list_pieces(PieceFilter())).items == []


async def test_ten_megabytes_are_a_piece(room):
    body = "wörd " * 1_600_000
    piece = await room.make(body=body)

    assert (await queries.get_piece(piece.id)).body == body
