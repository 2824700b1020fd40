"""The way of a piece to its readers and back. Through the service, on both engines."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import get_args

import pytest

from octavo.accounts.tables import OrganisationRow
from octavo.content import listing, queries, site_queries
from octavo.content import redirects as redirects_of
from octavo.content import service as content
from octavo.content.errors import (
    ForbiddenMoveError,
    ImpossibleMoveError,
    LockedError,
    StalePieceError,
    StillInUseError,
)
from octavo.content.events import (
    PiecePublished,
    PieceScheduled,
    PiecesRepathed,
    PieceWithdrawn,
    RedirectsChanged,
)
from octavo.content.schemas import PieceFilter, RedirectIn, SortBy
from octavo.kernel.errors import InvalidInputError, OctavoError


async def test_publishing_puts_the_head_revision_before_readers(room):
    piece = await room.make(body="Hello", tags=["b", "a"], slug="hello")
    piece = await room.move(piece, "published")

    (live,) = await site_queries.published_page(None, 10)
    assert (live.title, live.body, live.path) == (piece.title, "Hello", "/hello/")
    assert [tag.name for tag in live.tags] == ["b", "a"]
    assert (live.published_at, live.updated_at) == (room.now, room.now)
    assert (piece.status, piece.live_version, piece.published_at) == ("published", 1, room.now)
    (event,) = room.of(PiecePublished)
    assert (event.first, event.previous, event.path) == (True, None, "/hello/")


async def test_editing_a_published_piece_changes_nothing_for_readers_until_published_again(room):
    piece = await room.move(await room.make(body="old", tags=["one"], slug="a"), "published")
    piece = await room.patch(piece, body="new", tags=["two"], slug="b", title="New title")

    (live,) = await site_queries.published_pieces([piece.id])
    assert (live.body, live.path, [tag.name for tag in live.tags]) == ("old", "/a/", ["one"])
    assert piece.has_unpublished_changes
    room.now += timedelta(hours=1)
    await room.move(piece, "published")
    (live,) = await site_queries.published_pieces([piece.id])
    assert (live.body, live.path, [tag.name for tag in live.tags]) == ("new", "/b/", ["two"])
    assert live.published_at == room.now - timedelta(hours=1)
    assert live.updated_at == room.now
    event = room.of(PiecePublished)[-1]
    assert (event.first, event.previous.path) == (False, "/a/")
    assert event.previous.tag_ids != event.tag_ids
    assert room.of(RedirectsChanged)[-1].paths == ("/a/",)
    (redirect,) = await site_queries.redirects_page(None, 10)
    assert (redirect.path, redirect.target) == ("/a/", "/b/")


async def test_a_slug_that_goes_back_leaves_no_redirect_on_the_page(room):
    piece = await room.move(await room.make(slug="a"), "published")
    piece = await room.move(await room.patch(piece, slug="b"), "published")
    piece = await room.move(await room.patch(piece, slug="a"), "published")

    (redirect,) = await site_queries.redirects_page(None, 10)
    assert (redirect.path, redirect.target) == ("/b/", "/a/")


async def test_withdrawing_takes_the_piece_from_readers_and_its_redirects_with_it(room):
    piece = await room.move(await room.make(slug="a", tags=["t"]), "published")
    piece = await room.move(await room.patch(piece, slug="b"), "published")
    piece = await room.move(piece, "archived")

    assert await site_queries.published_page(None, 10) == []
    assert await site_queries.redirects_page(None, 10) == []
    (event,) = room.of(PieceWithdrawn)
    assert (event.path, len(event.tag_ids), len(event.author_ids)) == ("/b/", 1, 1)
    assert room.of(RedirectsChanged)[-1].paths == ("/a/",)
    piece = await room.move(piece, "published")
    assert [item.path for item in await site_queries.redirects_at(["/a/"])] == ["/a/"]
    assert room.of(RedirectsChanged)[-1].paths == ("/a/",)


async def test_a_withdrawn_address_can_be_taken_by_another_piece(room):
    piece = await room.move(await room.make(slug="a"), "published")
    piece = await room.move(piece, "archived")
    piece = await room.patch(piece, slug="b")
    other = await room.move(await room.make(slug="a"), "published")

    assert other.path == "/a/"


async def test_a_live_address_is_taken_even_when_its_piece_has_another_slug_by_now(room):
    piece = await room.move(await room.make(slug="a"), "published")
    await room.patch(piece, slug="b")
    made_up = await room.make(title="A")

    assert made_up.slug == "a-2"


async def test_scheduling_keeps_wall_time_zone_and_instant(room):
    piece = await room.make()
    piece = await room.move(
        piece, "scheduled", publish_at="2026-12-01T09:00", zone="America/New_York"
    )

    assert (piece.publish_at, piece.publish_zone) == ("2026-12-01T09:00", "America/New_York")
    assert piece.publish_instant == datetime(2026, 12, 1, 14, tzinfo=UTC)
    (event,) = room.of(PieceScheduled)
    assert event.instant == piece.publish_instant
    piece = await room.move(piece, "scheduled", publish_at="2026-12-02T09:00")
    assert (piece.publish_zone, piece.publish_instant) == (
        "Europe/Madrid", datetime(2026, 12, 2, 8, tzinfo=UTC),
    )  # fmt: skip
    piece = await room.move(piece, "draft")
    assert (piece.publish_at, piece.publish_instant) == (None, None)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({}, "publish_at", "required"),
        ({"publish_at": "2026-03-29T02:30", "zone": "Europe/Madrid"}, "publish_at", "time_skipped"),
        (
            {"publish_at": "2026-10-25T02:30", "zone": "Europe/Madrid"},
            "publish_at",
            "time_repeated",
        ),
        ({"publish_at": "2026-12-01T09:00", "zone": "Mars/Phobos"}, "zone", "unknown_zone"),
        ({"publish_at": "2026-12-01T09:00", "zone": "../../etc/passwd"}, "zone", "unknown_zone"),
        ({"publish_at": "next tuesday"}, "publish_at", "not_a_time"),
        ({"publish_at": "2026-12-01T09:00+02:00"}, "publish_at", "has_offset"),
        ({"publish_at": "2020-01-01T09:00"}, "publish_at", "past"),
        ({"publish_at": "9999-12-31T23:59"}, "publish_at", "out_of_range"),
    ],
)
async def test_a_time_that_cannot_be_used_is_refused_by_its_field(room, fields, field, code):
    piece = await room.make()
    with pytest.raises(InvalidInputError) as caught:
        await room.move(piece, "scheduled", **fields)

    assert [(wrong.field, wrong.code) for wrong in caught.value.fields] == [(field, code)]
    assert (await queries.get_piece(piece.id)).status == "draft"


async def test_a_time_that_clocks_show_twice_is_taken_with_a_fold(room):
    fields = {"publish_at": "2026-10-25T02:30", "zone": "Europe/Madrid"}
    piece = await room.make()
    piece = await room.move(piece, "scheduled", fold=0, **fields)
    first = piece.publish_instant
    piece = await room.move(piece, "scheduled", fold=1, **fields)

    assert piece.publish_instant - first == timedelta(hours=1)


async def test_due_pieces_are_published_once_by_two_workers_and_dated_as_scheduled(room):
    pieces = [
        await room.move(
            await room.make(title=f"Piece {n}"), "scheduled", publish_at=f"2026-07-01T09:0{n}"
        )
        for n in range(4)
    ]
    later = datetime(2026, 7, 1, 7, 2, 30, tzinfo=UTC)
    rounds = await asyncio.gather(*(content.publish_due(later, room.bus) for _ in range(4)))

    assert sorted(chain.from_iterable(rounds)) == [piece.id for piece in pieces[:3]]
    assert len(room.of(PiecePublished)) == 3
    assert [piece.published_at for piece in await site_queries.published_page(None, 9)] == [
        piece.publish_instant for piece in pieces[:3]
    ]
    assert await content.publish_due(later, room.bus) == []


async def test_a_subscriber_that_fails_leaves_the_piece_scheduled_and_the_others_published(room):
    bad, good = [
        await room.move(await room.make(title=t), "scheduled", publish_at="2026-07-01T09:00")
        for t in ("Bad", "Good")
    ]

    async def refuse(event: PiecePublished) -> None:
        if event.piece_id == bad.id:
            raise RuntimeError("no")

    room.bus.subscribe(PiecePublished, refuse)
    done = await content.publish_due(room.now + timedelta(days=60), room.bus)

    assert done == [good.id]
    assert (await queries.get_piece(bad.id)).status == "scheduled"


async def test_a_published_piece_is_not_deleted_and_a_draft_is(room):
    piece = await room.move(await room.make(), "published")
    with pytest.raises(StillInUseError):
        await content.delete_piece(piece.id, actor=room.owner, now=room.now, bus=room.bus)
    draft = await room.make()
    await content.delete_piece(draft.id, actor=room.owner, now=room.now, bus=room.bus)

    assert await queries.find_piece(draft.id) is None
    assert await queries.find_piece(piece.id) is not None


async def test_a_writer_cannot_swap_the_words_of_what_was_approved(room):
    piece = await room.make(actor=room.writer)
    piece = await room.move(piece, "in_review", actor=room.writer)
    with pytest.raises(ForbiddenMoveError):
        await room.move(piece, "approved", actor=room.writer)
    piece = await room.move(piece, "approved")
    with pytest.raises(LockedError):
        await room.patch(piece, actor=room.writer, body="something else")
    with pytest.raises(ForbiddenMoveError):
        await room.move(piece, "scheduled", actor=room.other_writer, publish_at="2026-12-01T09:00")
    piece = await room.move(piece, "scheduled", actor=room.writer, publish_at="2026-12-01T09:00")
    assert piece.status == "scheduled"


async def test_moves_that_nobody_may_make_are_refused_with_what_is_allowed(room):
    piece = await room.make()
    with pytest.raises(ImpossibleMoveError) as caught:
        await room.move(piece, "draft")

    assert "published" in caught.value.extra["allowed"]
    with pytest.raises(StalePieceError):
        await content.transition_piece(
            piece.id,
            content_move("published", piece.version + 1),
            actor=room.editor,
            now=room.now,
            bus=room.bus,
        )


def content_move(to, version):
    from octavo.content.schemas import Transition

    return Transition(to=to, version=version)


async def test_a_piece_without_a_title_is_not_published(room):
    piece = await room.make(title="  ")
    with pytest.raises(InvalidInputError) as caught:
        await room.move(piece, "published")

    assert caught.value.fields[0].field == "title"


async def test_a_new_permalink_pattern_moves_posts_and_leads_readers_there(room):
    post = await room.move(await room.make(slug="a"), "published")
    page = await room.move(await room.make(slug="about", kind="page"), "published")
    await OrganisationRow.update({OrganisationRow.post_path: "/{year}/{month}/{slug}/"}).where(
        OrganisationRow.id > 0
    )
    await content.repath_pieces(now=room.now, bus=room.bus)

    assert {piece.path for piece in await site_queries.published_page(None, 9)} == {
        "/2026/06/a/", "/about/",
    }  # fmt: skip
    (redirect,) = await site_queries.redirects_page(None, 9)
    assert (redirect.path, redirect.target) == ("/a/", "/2026/06/a/")
    assert room.of(PiecesRepathed)[0].piece_ids == (post.id,)
    assert (await queries.get_piece(page.id)).path == "/about/"


async def test_redirects_by_hand_resolve_chains_and_refuse_loops_to_themselves(room):
    piece = await room.move(await room.make(slug="a"), "published")
    for data in (
        RedirectIn(from_path="/old.html", to_path="/older/"),
        RedirectIn(from_path="/older/", piece_id=piece.id),
        RedirectIn(from_path="/out", to_path="https://example.org/x"),
    ):
        await redirects_of.create_redirect(data, actor=room.editor, now=room.now, bus=room.bus)
    found = {item.path: item.target for item in await site_queries.redirects_page(None, 10)}

    assert found == {"/old.html": "/a/", "/older/": "/a/", "/out": "https://example.org/x"}
    for from_path, to_path in (
        ("/x", "/x"), ("x", "/y"), ("//evil", "/y"), ("/../x", "/y"), ("/x", "javascript:1"),
        ("/x\x00", "/y"), ("/", "/y"), ("/a/", "/y"), ("/old.html", "/y"), ("/x", "//evil.org"),
    ):  # fmt: skip
        with pytest.raises(OctavoError):
            await redirects_of.create_redirect(
                RedirectIn(from_path=from_path, to_path=to_path),
                actor=room.editor, now=room.now, bus=room.bus,
            )  # fmt: skip
    assert len(await site_queries.redirects_page(None, 20)) == 3


@pytest.mark.parametrize("sort", get_args(SortBy))
async def test_pages_of_every_order_are_whole_among_pieces_of_one_moment(room, sort):
    made = [(await room.make(title="Same")).id for _ in range(5)]
    seen, cursor = [], None
    while cursor is not None or not seen:
        page = await listing.list_pieces(PieceFilter(), sort=sort, cursor=cursor, limit=2)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor

    assert sorted(seen) == made
    if "title" not in sort:  # their slugs tell them apart
        assert seen == (made[::-1] if sort.startswith("-") else made)


async def test_lists_filter_sort_and_page_without_gaps_or_repeats(room):
    for number in range(7):
        room.now += timedelta(minutes=1)
        await room.make(title=f"Piece {number} Ñandú", tags=["odd" if number % 2 else "even"])
    seen, cursor = [], None
    for _ in range(4):
        page = await listing.list_pieces(PieceFilter(), sort="title", cursor=cursor, limit=2)
        seen += [item.title for item in page.items]
        cursor = page.next_cursor
    assert seen == [f"Piece {number} Ñandú" for number in range(7)]
    assert cursor is None
    odd = await listing.list_pieces(PieceFilter(tag="odd", q="ñandu", statuses=("draft",)))
    assert [item.title[6] for item in odd.items] == ["5", "3", "1"]
    for wanted in (
        PieceFilter(q="100%"), PieceFilter(campaign_id=5), PieceFilter(tag="none"),
        PieceFilter(day_from=room.now.date() + timedelta(days=1)), PieceFilter(author="nobody"),
    ):  # fmt: skip
        assert (await listing.list_pieces(wanted)).items == []
    planned = await room.make(title="Planned", planned_for="2026-12-24")
    eve = PieceFilter(day_from=date(2026, 12, 24), day_to=date(2026, 12, 24))
    assert [item.id for item in (await listing.list_pieces(eve)).items] == [planned.id]
    first = await listing.list_pieces(PieceFilter(), sort="id", limit=2)
    for cursor in ("rubbish", "W10", first.next_cursor[:-3]):
        with pytest.raises(InvalidInputError):
            await listing.list_pieces(PieceFilter(), sort="title", cursor=cursor)
    with pytest.raises(InvalidInputError):
        await listing.list_pieces(PieceFilter(), sort="title", cursor=first.next_cursor)
