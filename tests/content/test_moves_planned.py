"""What a planned edit needs, and times on the way to readers that cannot be meant."""

from datetime import timedelta

import pytest

from octavo.content import service as content
from octavo.content import site_queries
from octavo.kernel.errors import InvalidInputError

SOON = "2026-12-01T09:00"


async def planned(room, **fields):
    piece = await room.move(await room.make(body="old"), "published")
    return await room.patch(piece, **{"body": "new", **fields})


async def test_an_edit_is_planned_when_it_has_what_readers_need(room):
    piece = await planned(room, title="")
    with pytest.raises(InvalidInputError) as caught:
        await room.move(piece, "published", publish_at=SOON)
    assert caught.value.fields[0].field == "title"
    piece = await room.move(await room.patch(piece, title="Bread"), "published", publish_at=SOON)
    # A later edit may lack anything: it is not what goes live.
    piece = await room.patch(piece, title="")
    room.now += timedelta(days=365)
    assert await content.publish_due(room.now, room.bus) == [piece.id]
    (live,) = await site_queries.published_pieces([piece.id])
    assert (live.title, live.body) == ("Bread", "new")


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2027-03-28T02:30", "time_skipped"),
        ("2026-10-25T02:30", "time_repeated"),
        ("2057-01-01T09:00", "out_of_range"),
        ("tomorrow", "not_a_time"),
    ],
)
async def test_a_time_of_an_edit_that_cannot_be_is_refused(room, at, code):
    piece = await planned(room)
    with pytest.raises(InvalidInputError) as caught:
        await room.move(piece, "published", publish_at=at, zone="Europe/Madrid")

    (flaw,) = caught.value.fields
    assert (flaw.field, flaw.code) == ("publish_at", code)


async def test_an_edit_takes_the_hour_that_was_meant_when_clocks_go_back(room):
    piece = await planned(room)
    first, second = [
        (piece := await room.move(
            piece, "published", publish_at="2026-10-25T02:30", zone="Europe/Madrid", fold=fold
        )).planned_edit.publish_instant
        for fold in (0, 1)
    ]  # fmt: skip
    assert second - first == timedelta(hours=1)

    assert await content.publish_due(first, room.bus) == []
    assert await content.publish_due(second, room.bus) == [piece.id]


async def test_an_archived_piece_is_not_published_at_once_when_a_later_time_was_asked_for(room):
    piece = await room.move(await room.make(body="x"), "published")
    piece = await room.move(piece, "archived")
    with pytest.raises(InvalidInputError, match="move it to draft and schedule it"):
        await room.move(piece, "published", publish_at=SOON)

    assert await site_queries.published_page(None, 10) == []


async def test_times_and_planned_edits_over_the_api(client, room):
    made = await client.post("/pieces", json={"title": "One", "body": "old"})
    path = f"/pieces/{made.json()['id']}"
    live = await client.post(f"{path}/transitions", json={"to": "published", "version": 1})
    assert live.json()["unpublish_at"] is None
    end = {"version": 2, "unpublish_at": "2027-06-01T09:00", "zone": "Europe/Madrid"}
    ended = await client.post(f"{path}/unpublish-time", json=end)
    assert ended.json()["unpublish_instant"] == "2027-06-01T07:00:00Z"
    stale = await client.post(f"{path}/unpublish-time", json=end)
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 3)
    odd = await client.post(f"{path}/unpublish-time", json={**end, "version": 3, "zone": "Mars"})
    assert (odd.status_code, odd.json()["errors"][0]["field"]) == (400, "zone")

    await client.patch(path, json={"version": 3, "body": "new"})
    move = {"to": "published", "version": 4, "publish_at": SOON, "zone": "Europe/Madrid"}
    later = await client.post(f"{path}/transitions", json=move)
    revision = (await client.get(f"{path}/revisions")).json()["items"][0]
    assert later.json()["planned_edit"] == {
        "revision_id": revision["id"],
        "publish_at": SOON,
        "publish_zone": "Europe/Madrid",
        "publish_instant": "2026-12-01T08:00:00Z",
    }
    listed = (await client.get("/pieces")).json()["items"][0]
    assert listed["planned_edit"] == later.json()["planned_edit"]
    writer = {"x-as": "writer"}
    assert (
        await client.delete(f"{path}/planned-edit?version=5", headers=writer)
    ).status_code == 403
    assert (await client.delete(f"{path}/planned-edit?version=4")).status_code == 409
    assert (await client.delete(f"{path}/planned-edit")).status_code == 400
    dropped = await client.delete(f"{path}/planned-edit?version=5")
    assert (dropped.json()["planned_edit"], dropped.json()["body"]) == (None, "new")
    cleared = await client.post(f"{path}/unpublish-time", json={"version": 6})
    assert cleared.json()["unpublish_at"] is None
