"""Series: kept, joined, ordered, left; as writers and as readers see them."""

from datetime import timedelta

import pytest

from octavo.content import authors, listing, queries, series, site_queries, tags
from octavo.content import service as content
from octavo.content.errors import (
    SeriesNotFoundError,
    StalePieceError,
    StillInUseError,
    TakenError,
)
from octavo.content.events import SeriesChanged
from octavo.content.schemas import (
    AuthorIn,
    PieceFilter,
    PlacedPiece,
    SeriesIn,
    SeriesOrder,
    SeriesPatch,
)
from octavo.kernel.errors import InvalidInputError


async def begin(room, title, **fields):
    data = SeriesIn(title=title, **fields)
    return await series.create_series(data, actor=room.editor, now=room.now, bus=room.bus)


async def drop(room, made):
    await series.delete_series(made.id, actor=room.editor, now=room.now, bus=room.bus)


async def plan(room, piece):
    at = (room.now + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
    return await room.move(piece, "published", publish_at=at, zone="UTC")


async def when_due(room):
    room.now += timedelta(hours=6)
    return await content.publish_due(room.now, room.bus)


async def test_a_series_is_made_changed_found_and_counted(room):
    bread = await begin(room, " Bread,  from  scratch ", description="Of rye")
    await begin(room, "Salt")
    assert (bread.title, bread.slug, bread.pieces) == (
        "Bread, from scratch", "bread-from-scratch", 0,
    )  # fmt: skip
    await room.make(series_id=bread.id)

    patch = SeriesPatch(version=1, title="Bread", slug="bread")
    changed = await series.patch_series(
        bread.id, patch, actor=room.editor, now=room.now, bus=room.bus
    )
    assert (changed.title, changed.slug, changed.version, changed.pieces) == (
        "Bread",
        "bread",
        2,
        1,
    )
    with pytest.raises(StalePieceError) as caught:
        await series.patch_series(bread.id, patch, actor=room.editor, now=room.now, bus=room.bus)
    assert caught.value.extra["current"].version == 2
    first = await series.list_series(limit=1)
    rest = await series.list_series(limit=1, cursor=first.next_cursor)
    assert [item.slug for item in (*first.items, *rest.items)] == ["salt", "bread"]
    assert [item.slug for item in (await series.list_series(q="BRE")).items] == ["bread"]


async def test_a_slug_is_taken_once_and_made_of_letters(room):
    await begin(room, "Bread")
    with pytest.raises(TakenError) as caught:
        await begin(room, "Other", slug="bread")
    assert caught.value.fields[0].field == "slug"
    for given, field in (({"title": "!!!"}, "title"), ({"title": "x", "slug": "//"}, "slug")):
        with pytest.raises(InvalidInputError) as refused:
            await begin(room, **given)
        assert refused.value.fields[0].field == field


async def test_readers_see_the_series_of_the_published_revision(room):
    bread, salt = await begin(room, "Bread"), await begin(room, "Salt")
    piece = await room.make(series_id=bread.id, series_position=2)
    piece = await room.move(piece, "published")
    piece = await room.patch(piece, series_id=salt.id, series_position=1)

    (live,) = await site_queries.published_pieces([piece.id])
    assert (live.series.slug, live.series_position) == ("bread", 2)
    assert (piece.series.slug, piece.series_position) == ("salt", 1)
    (listed,) = (await listing.list_pieces(PieceFilter(series="salt"))).items
    assert listed.id == piece.id
    piece = await room.patch(piece, series_id=None)
    assert (piece.series, piece.series_position) == (None, None)


async def test_pieces_outlive_their_series_and_never_slip_into_the_next_one(room):
    """SQLite gives the number of the last row again once it is gone."""
    bread = await begin(room, "Bread")
    live = await room.move(await room.make(series_id=bread.id, series_position=7), "published")
    edited = await room.patch(live, body="more")
    edited = await plan(room, edited)
    draft = await room.make(series_id=bread.id)
    await drop(room, bread)
    assert room.of(SeriesChanged)[-1].piece_ids == (live.id, draft.id)
    await begin(room, "Salt")

    for piece_id in (live.id, draft.id):
        piece = await queries.get_piece(piece_id)
        assert (piece.series, piece.series_position) == (None, None)
        for item in (await queries.list_revisions(piece_id)).items:
            assert (await queries.get_revision(piece_id, item.id)).series_id is None
    assert await when_due(room) == [live.id]
    (shown,) = await site_queries.published_pieces([live.id])
    assert (shown.body, shown.series, shown.series_position) == ("more", None, None)


async def test_only_those_in_the_series_are_told_of(room):
    """The pattern for series 1 is not the one for series 11."""
    made = [await begin(room, f"Series {n}") for n in range(11)]
    one = await room.move(await room.make(series_id=made[0].id), "published")
    await room.move(await room.make(series_id=made[10].id), "published")
    await drop(room, made[0])
    with pytest.raises(SeriesNotFoundError):
        await drop(room, made[0])

    assert room.of(SeriesChanged)[-1].piece_ids == (one.id,)
    other = await listing.list_pieces(PieceFilter(series="series-10"))
    assert len(other.items) == 1


async def test_a_planned_edit_shows_what_became_of_its_tags(room):
    piece = await room.move(await room.make(tags=["old"]), "published")
    piece = await room.patch(piece, body="new", tags=["gone", "merged", "kept"])
    gone, merged, kept = piece.tags
    await plan(room, piece)
    people = {"actor": room.editor, "now": room.now, "bus": room.bus}
    await room.patch(await queries.get_piece(piece.id), tags=["later"])
    await tags.merge_tag(merged.id, into=kept.id, **people)
    last = (await room.make(tags=["last"])).tags[0]
    await tags.delete_tag(gone.id, **people)
    await tags.delete_tag(last.id, **people)
    await room.make(tags=["new at an old number"])
    await when_due(room)

    (shown,) = await site_queries.published_pieces([piece.id])
    assert [tag.name for tag in shown.tags] == ["kept"]


async def test_a_byline_of_a_planned_edit_is_not_deleted(room):
    people = {"actor": room.editor, "now": room.now}
    ada = await authors.create_author(AuthorIn(name="Ada"), **people, bus=room.bus)
    piece = await room.move(await room.make(), "published")
    piece = await plan(room, await room.patch(piece, author_ids=[ada.id]))
    piece = await room.patch(piece, author_ids=[])

    with pytest.raises(StillInUseError, match="planned edit"):
        await authors.delete_author(ada.id, **people)
    await content.drop_planned_edit(piece.id, version=piece.version, **people, bus=room.bus)
    await authors.delete_author(ada.id, **people)


async def test_series_are_kept_over_the_api(client):
    made = await client.post("/series", json={"title": "Bread"})
    assert (made.status_code, made.json()["slug"]) == (201, "bread")
    path = f"/series/{made.json()['id']}"
    assert (await client.get("/series")).json()["items"] == [made.json()]
    assert (await client.get(path)).json() == made.json()
    writer = {"x-as": "writer"}
    refused = await client.patch(path, json={"version": 1, "title": "Mine"}, headers=writer)
    assert refused.status_code == 403
    assert (await client.delete(path, headers=writer)).status_code == 403
    stale = await client.patch(path, json={"version": 9, "title": "Rye"})
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 1)
    bad = await client.post("/series", json={"title": "nul\u0000"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "title")
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def order(room, made, *pieces):
    placed = [PlacedPiece(id=piece.id, version=piece.version) for piece in pieces]
    return await series.order_series(
        made.id, SeriesOrder(pieces=placed), actor=room.editor, now=room.now, bus=room.bus
    )


async def places(*pieces):
    now = [await queries.get_piece(piece.id) for piece in pieces]
    return [(piece.series_position, piece.version) for piece in now]


async def test_an_order_is_kept_whole_and_writes_only_what_moves(room):
    bread = await begin(room, "Bread")
    flour, dough, oven = [
        await room.make(title=title, series_id=bread.id, series_position=place)
        for title, place in (("Flour", 1), ("Dough", None), ("Oven", 2))
    ]

    assert (await order(room, bread, flour, dough, oven)).pieces == 3
    assert await places(flour, dough, oven) == [(1, 1), (2, 2), (3, 2)]
    told = len(room.heard)
    await order(room, bread, flour, dough, oven)  # the answer to the first one was lost
    assert len(room.heard) == told
    assert await places(flour, dough, oven) == [(1, 1), (2, 2), (3, 2)]


async def test_an_order_of_other_pieces_or_of_older_versions_changes_nothing(room):
    bread = await begin(room, "Bread")
    flour, dough = [await room.make(series_id=bread.id, series_position=n) for n in (1, 2)]
    stranger = await room.make()
    for wrong in ([flour], [flour, flour], [flour, dough, dough], [flour, stranger]):
        with pytest.raises(InvalidInputError) as refused:
            await order(room, bread, *wrong)
        assert refused.value.fields[0].field == "pieces"
    with pytest.raises(SeriesNotFoundError):
        await series.order_series(
            99, SeriesOrder(pieces=[]), actor=room.editor, now=room.now, bus=room.bus
        )

    newer = await room.patch(flour, body="Sifted.")
    with pytest.raises(StalePieceError) as stale:
        await order(room, bread, dough, flour)
    assert stale.value.extra["current"].id == flour.id
    assert await places(dough, newer) == [(2, 1), (1, 2)]
    await order(room, bread, dough, newer)
    assert await places(dough, newer) == [(1, 2), (2, 3)]
