"""One action on many pieces, and the way back. Through the service, on both engines."""

import asyncio
from datetime import timedelta

import pytest

from octavo.accounts.tables import AuditRow
from octavo.content import queries as pieces
from octavo.content import redirects
from octavo.content import service as content
from octavo.content.bulk import schemas as s
from octavo.content.bulk import service as bulk
from octavo.content.bulk.tables import BulkItemRow, BulkRow
from octavo.content.errors import InvalidContentError, NothingToUndoError
from octavo.content.events import PieceCreated, PiecePublished
from octavo.content.review import comments, queries
from octavo.content.review import service as reviews
from octavo.content.review.schemas import AnchorIn, CommentIn, ReviewersIn
from octavo.content.schemas import RedirectIn
from octavo.content.tables import PieceRow, SeriesRow
from octavo.kernel.errors import NotFoundError


async def act(room, ids, action, *, actor=None):
    data = s.BulkIn(ids=ids, action=action)
    return await bulk.act_on_pieces(data, actor=actor or room.editor, now=room.now, bus=room.bus)


async def undo(room, token, *, actor=None):
    data = s.BulkUndo(token=token)
    return await bulk.undo_bulk(data, actor=actor or room.editor, now=room.now, bus=room.bus)


async def tags_of(piece_id):
    return [tag.name for tag in (await pieces.get_piece(piece_id)).tags]


async def test_tags_are_added_and_taken_back(room):
    one = await room.make(tags=["bread"])
    two = await room.make(tags=["new", "bread"])

    ended = await act(room, [one.id, two.id, one.id], s.AddTags(tags=["New", "fresh"]))
    assert (ended.done, ended.failed) == ([one.id, two.id], [])
    assert await tags_of(one.id) == ["bread", "new", "fresh"]
    assert await tags_of(two.id) == ["new", "bread", "fresh"]
    back = await undo(room, ended.undo)
    assert sorted(back.done) == [one.id, two.id]
    assert (await tags_of(one.id), await tags_of(two.id)) == (["bread"], ["new", "bread"])
    with pytest.raises(NothingToUndoError):
        await undo(room, ended.undo)


async def test_tags_are_removed_by_slug_and_what_has_none_of_them_stays_untouched(room):
    one, two = await room.make(tags=["C++", "c"]), await room.make(tags=["c"])
    ended = await act(room, [one.id, two.id], s.RemoveTags(tags=["c++"]))

    assert ended.done == [one.id, two.id]
    assert await tags_of(one.id) == ["c"]
    assert (await pieces.get_piece(two.id)).version == 1
    nothing = await act(room, [two.id], s.RemoveTags(tags=["c++"]))
    assert nothing.undo is None
    assert await BulkRow.count() == 1


async def test_each_piece_has_its_own_rules_and_its_own_transaction(room):
    mine = await room.make(actor=room.writer)
    theirs = await room.make(actor=room.editor, slug="theirs")
    live = await room.move(await room.make(slug="live"), "published")
    action = s.Move(to="archived")

    ended = await act(room, [mine.id, theirs.id, live.id, 9_999], action, actor=room.writer)
    assert ended.done == [mine.id]
    assert [(item.id, item.code) for item in ended.failed] == [
        (theirs.id, "transition_forbidden"),
        (live.id, "transition_forbidden"),
        (9_999, "piece_not_found"),
    ]
    assert (await pieces.get_piece(theirs.id)).status == "draft"
    rows = await AuditRow.select(AuditRow.action).order_by(AuditRow.id, ascending=False)
    assert rows[0]["action"] == "pieces.bulk"


async def test_what_somebody_changed_since_is_named_and_left_alone(room):
    one, two = await room.make(), await room.make()
    ended = await act(room, [one.id, two.id], s.AddTags(tags=["x"]))
    await room.patch(await pieces.get_piece(two.id), title="Changed since")

    back = await undo(room, ended.undo)
    assert back.done == [one.id]
    assert [(item.id, item.code) for item in back.failed] == [(two.id, "changed_since")]
    assert await tags_of(two.id) == ["x"]


async def test_of_two_who_undo_at_once_each_piece_is_given_back_once(room):
    made = [(await room.make(title=f"No. {number}")).id for number in range(6)]
    ended = await act(room, made, s.AddTags(tags=["x"]))

    both = await asyncio.gather(
        undo(room, ended.undo), undo(room, ended.undo), return_exceptions=True
    )
    done = [piece_id for back in both if isinstance(back, s.BulkUndone) for piece_id in back.done]
    assert sorted(done) == sorted(made)
    assert [(await pieces.get_piece(piece_id)).version for piece_id in made] == [3] * 6


@pytest.mark.parametrize(
    ("way", "to"),
    [
        (["in_review"], "approved"),
        (["in_review"], "draft"),
        (["approved"], "published"),
        (["published"], "archived"),
        (["published"], "draft"),
        (["archived"], "draft"),
        ([], "published"),
    ],
)
async def test_a_move_is_taken_back(room, way, to):
    piece = await room.make()
    for step in way:
        piece = await room.move(piece, step)
    ended = await act(room, [piece.id], s.Move(to=to))
    assert (ended.done, (await pieces.get_piece(piece.id)).status) == ([piece.id], to)

    back = await undo(room, ended.undo)
    after = await pieces.get_piece(piece.id)
    assert (back.failed, after.status, after.live_version is None) == (
        [], piece.status, piece.live_version is None,
    )  # fmt: skip


async def test_a_time_is_given_back_with_its_zone(room):
    piece = await room.move(
        await room.make(), "scheduled", publish_at="2026-12-01T09:00", zone="America/New_York"
    )
    ended = await act(room, [piece.id], s.Move(to="draft"))
    await undo(room, ended.undo)

    after = await pieces.get_piece(piece.id)
    assert (after.status, after.publish_at, after.publish_zone) == (
        "scheduled", "2026-12-01T09:00", "America/New_York",
    )  # fmt: skip
    again = await act(room, [piece.id], s.Move(to="draft"))
    room.now += timedelta(days=365)
    with pytest.raises(NothingToUndoError, match="30 days"):
        await undo(room, again.undo)


async def test_an_archived_piece_with_unpublished_changes_is_not_published_by_undoing(room):
    """Readers would see a text that nobody published."""
    piece = await room.move(await room.make(body="old"), "published")
    piece = await room.patch(piece, body="not yet for readers")
    ended = await act(room, [piece.id], s.Move(to="archived"))
    heard = len(room.of(PiecePublished))

    back = await undo(room, ended.undo)
    assert [item.code for item in back.failed] == ["transition_impossible"]
    assert len(room.of(PiecePublished)) == heard


async def test_a_deleted_piece_comes_back_whole(room):
    piece = await room.make(body="one", tags=["bread"], slug="whole")
    piece = await room.patch(piece, body="two words")
    review = await reviews.assign_reviewers(
        piece.id,
        ReviewersIn(version=piece.version, reviewer_ids=[room.marketer.id]),
        actor=room.editor,
        now=room.now,
        bus=room.bus,
    )
    anchor = AnchorIn(revision_id=review.revision_id, start=0, end=3)
    await comments.add_comment(
        piece.id,
        CommentIn(body="Hm.", anchor=anchor),
        actor=room.writer,
        now=room.now,
        bus=room.bus,
    )
    old = RedirectIn(from_path="/once/", piece_id=piece.id)
    await redirects.create_redirect(old, actor=room.editor, now=room.now, bus=room.bus)

    ended = await act(room, [piece.id], s.Delete())
    with pytest.raises(NotFoundError):
        await pieces.get_piece(piece.id)
    back = await undo(room, ended.undo)
    assert (back.done, back.failed, back.new_ids) == ([piece.id], [], {})
    after = await pieces.get_piece(piece.id)
    assert (after.body, after.slug, [tag.name for tag in after.tags], after.created_at) == (
        "two words", "whole", ["bread"], piece.created_at,
    )  # fmt: skip
    assert after.version > piece.version
    assert [r.number for r in (await pieces.list_revisions(piece.id)).items] == [2, 1]
    review = await queries.get_review(piece.id, actor=room.editor)
    assert [one.name for one in review.reviewers] == ["Mark Marketer"]
    (comment,) = (await comments.list_comments(piece.id, actor=room.writer)).items
    assert (comment.anchor.quote, comment.anchor.found, comment.is_own) == ("two", "exact", True)
    assert [item.from_path for item in (await redirects.list_redirects(piece_id=piece.id)).items]
    assert room.of(PieceCreated)[-1].piece_id == piece.id
    await room.patch(after, body="and can be edited")


async def test_a_deleted_piece_whose_slug_was_taken_stays_deleted_and_can_be_tried_again(room):
    piece = await room.make(slug="wanted")
    ended = await act(room, [piece.id], s.Delete())
    other = await room.make(slug="wanted")

    back = await undo(room, ended.undo)
    assert [(item.id, item.code) for item in back.failed] == [(piece.id, "taken")]
    await room.patch(other, slug="elsewhere")
    back = await undo(room, ended.undo)
    assert back.done == [piece.id]
    new_id = back.new_ids.get(piece.id, piece.id)
    assert (await pieces.get_piece(new_id)).slug == "wanted"
    # SQLite gives the number of the last row away again.
    assert other.id != new_id


async def test_a_published_piece_is_not_deleted(room):
    piece = await room.move(await room.make(), "published")
    ended = await act(room, [piece.id], s.Delete())

    assert ([item.code for item in ended.failed], ended.undo) == (["still_in_use"], None)


async def make_series(room, *names):
    rows = await SeriesRow.insert(
        *(
            SeriesRow(title=name, slug=name, created_at=room.now, updated_at=room.now)
            for name in names
        )
    ).returning(SeriesRow.id)
    return [row["id"] for row in rows]


async def test_a_series_is_set_and_taken_back_with_the_place_in_it(room):
    bread, salt = await make_series(room, "bread", "salt")
    one = await room.make(series_id=bread, series_position=3)
    two = await room.make()
    ended = await act(room, [one.id, two.id], s.SetSeries(series_id=salt))
    assert (await pieces.get_piece(one.id)).series.slug == "salt"

    assert (await undo(room, ended.undo)).failed == []
    after = await pieces.get_piece(one.id)
    assert (after.series.slug, after.series_position) == ("bread", 3)
    assert (await pieces.get_piece(two.id)).series is None


async def test_a_deleted_piece_comes_back_without_a_series_that_is_gone(room):
    (bread,) = await make_series(room, "bread")
    piece = await room.make(series_id=bread, series_position=1)
    ended = await act(room, [piece.id], s.Delete())
    await SeriesRow.delete().where(SeriesRow.id == bread)

    assert (await undo(room, ended.undo)).failed == []
    assert (await pieces.get_piece(piece.id)).series is None


async def test_one_of_two_translations_comes_back_linked_to_the_other(room):
    bread = await room.make(language="en")
    pan = await room.make(language="es", translation_of=bread.id)
    ended = await act(room, [pan.id], s.Delete())
    assert (await pieces.get_piece(bread.id)).translations == []

    assert (await undo(room, ended.undo)).failed == []
    assert [t.id for t in (await pieces.get_piece(bread.id)).translations] == [pan.id]
    assert [t.id for t in (await pieces.get_piece(pan.id)).translations] == [bread.id]


async def test_a_translation_does_not_take_its_sibling_from_another_one(room):
    bread = await room.make(language="en")
    pan = await room.make(language="es", translation_of=bread.id)
    ended = await act(room, [pan.id], s.Delete())
    brot = await room.make(title="Brot", language="de", translation_of=bread.id)

    assert (await undo(room, ended.undo)).failed == []
    assert [t.id for t in (await pieces.get_piece(bread.id)).translations] == [brot.id]
    back = PieceRow.slug == pan.slug  # its number may be that of another piece by now
    assert (await PieceRow.select(PieceRow.translation_group).where(back)) == [
        {"translation_group": None}
    ]


async def test_an_archived_piece_that_was_to_go_at_a_time_goes_at_that_time_again(room):
    piece = await room.move(await room.make(), "published")
    leaves = room.now + timedelta(days=3)
    when = {
        PieceRow.unpublish_at: "2026-06-18T12:30",
        PieceRow.unpublish_zone: "Europe/Madrid",
        PieceRow.unpublish_instant: leaves,
    }
    await PieceRow.update(when).where(PieceRow.id == piece.id)
    ended = await act(room, [piece.id], s.Move(to="archived"))
    await PieceRow.update(dict.fromkeys(when)).where(PieceRow.id == piece.id)

    assert (await undo(room, ended.undo)).failed == []
    after = await pieces.get_piece(piece.id)
    assert (after.status, after.unpublish_instant) == ("published", leaves)


async def test_bylines_are_set_and_taken_back(room):
    piece = await room.make(actor=room.writer)
    other = await room.make(actor=room.editor)
    byline = other.authors[0]
    ended = await act(room, [piece.id], s.SetAuthors(author_ids=[byline.id]))

    assert (await pieces.get_piece(piece.id)).authors == [byline]
    await undo(room, ended.undo)
    assert (await pieces.get_piece(piece.id)).authors == piece.authors


@pytest.mark.parametrize(
    ("action", "field"),
    [
        (s.AddTags(tags=["!!"]), "tags[0]"),
        (s.SetAuthors(author_ids=[777]), "author_ids"),
        (s.SetSeries(series_id=777), "action.series_id"),
        (s.SetCampaign(campaign_id=777), "action.campaign_id"),
    ],
)
async def test_an_action_that_no_piece_could_take_is_refused_as_a_whole(room, action, field):
    piece = await room.make()
    with pytest.raises(InvalidContentError) as caught:
        await act(room, [piece.id], action)

    assert caught.value.fields[0].field == field
    assert await BulkRow.count() == 0


async def test_a_token_is_its_owners_and_expires(room):
    piece = await room.make()
    ended = await act(room, [piece.id], s.AddTags(tags=["x"]))
    for actor, token in ((room.owner, ended.undo), (room.editor, "guessed")):
        with pytest.raises(NothingToUndoError):
            await undo(room, token, actor=actor)

    await bulk.drop_expired(now=room.now + timedelta(days=29))
    assert await BulkItemRow.count() == 1
    await bulk.drop_expired(now=room.now + timedelta(days=30))
    assert (await BulkRow.count(), await BulkItemRow.count()) == (0, 0)


async def test_a_locked_piece_is_reported_and_an_import_of_hundreds_goes_through(room):
    approved = await room.make(actor=room.writer)
    await room.move(approved, "approved")
    many = [(await room.make(title=f"Piece {number}")).id for number in range(40)]

    ended = await act(room, [approved.id, *many], s.AddTags(tags=["season"]), actor=room.writer)
    assert [(item.id, item.code) for item in ended.failed] == [(approved.id, "piece_locked")]
    assert ended.done == many
    assert len((await undo(room, ended.undo, actor=room.writer)).done) == 40


async def test_the_door_refuses_what_is_no_action(client, room):
    piece = await room.make()
    ids = [piece.id]
    for body in (
        {"ids": ids, "action": {"type": "explode"}},
        {"ids": ids, "action": {"type": "add_tags"}},
        {"ids": ids, "action": {"type": "add_tags", "tags": []}},
        {"ids": [], "action": {"type": "delete"}},
        {"ids": [1] * 501, "action": {"type": "delete"}},
        {"ids": [2**40], "action": {"type": "delete"}},
        {"ids": ids, "action": {"type": "delete", "force": True}},
        {"ids": ids, "action": None},
    ):
        answer = await client.post("/pieces/bulk", json=body)
        assert answer.status_code == 400, body
    good = {"ids": ids, "action": {"type": "transition", "to": "scheduled",
            "publish_at": "2026-12-01T09:00", "zone": "Europe/Madrid"}}  # fmt: skip
    answer = await client.post("/pieces/bulk", json=good)
    assert (answer.status_code, answer.json()["done"]) == (200, ids)
    answer = await client.post("/pieces/bulk/undo", json={"token": answer.json()["undo"]})
    assert answer.json() == {"done": ids, "failed": [], "new_ids": {}}
    assert (await content.allowed_moves(piece.id, actor=room.editor)) is not None
    refused = await client.post("/pieces/bulk", json=good, headers={"x-as": "marketer"})
    assert refused.status_code == 403
