"""One byline in the place of another: for writers, readers and planned edits."""

from datetime import timedelta

import pytest

from octavo.accounts import queries as accounts_q
from octavo.content import authors, queries, site_queries
from octavo.content import service as content
from octavo.content.errors import AuthorNotFoundError, StillInUseError
from octavo.content.events import AuthorChanged
from octavo.content.schemas import AuthorIn
from octavo.kernel.errors import InvalidInputError


async def sign(room, name, **fields):
    data = AuthorIn(name=name, **fields)
    return await authors.create_author(data, actor=room.editor, now=room.now, bus=room.bus)


async def merge(room, gone, into):
    return await authors.merge_author(
        gone.id, into=into.id, actor=room.editor, now=room.now, bus=room.bus
    )


def names(people):
    return [one.name for one in people]


async def test_a_merged_author_gives_the_other_their_pieces_in_their_places(room):
    ada, a_l, bo = await sign(room, "Ada"), await sign(room, "A. L."), await sign(room, "Bo")
    alone = await room.move(await room.make(author_ids=[a_l.id, bo.id]), "published")
    both = await room.make(author_ids=[bo.id, ada.id, a_l.id])

    kept = await merge(room, a_l, ada)

    assert (kept.name, kept.pieces) == ("Ada", 2)
    assert names((await queries.get_piece(alone.id)).authors) == ["Ada", "Bo"]
    assert names((await queries.get_piece(both.id)).authors) == ["Bo", "Ada"]
    (shown,) = await site_queries.published_pieces([alone.id])
    assert names(shown.authors) == ["Ada", "Bo"]
    told = room.of(AuthorChanged)[-2:]
    assert [(one.author_id, one.old_slug, one.piece_ids) for one in told] == [
        (a_l.id, "a-l", (alone.id,)),
        (ada.id, "ada", (alone.id,)),
    ]
    with pytest.raises(AuthorNotFoundError):
        await authors.get_author(a_l.id)


async def test_a_planned_edit_is_signed_by_the_author_who_stays(room):
    ada, a_l = await sign(room, "Ada"), await sign(room, "A. L.")
    piece = await room.move(await room.make(author_ids=[ada.id]), "published")
    piece = await room.patch(piece, body="new", author_ids=[a_l.id])
    at = (room.now + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
    await room.move(piece, "published", publish_at=at, zone="UTC")

    await merge(room, a_l, ada)
    room.now += timedelta(hours=6)
    await content.publish_due(room.now, room.bus)

    (shown,) = await site_queries.published_pieces([piece.id])
    assert (shown.body, names(shown.authors)) == ("new", ["Ada"])


async def test_the_account_of_a_merged_author_goes_on_signing(room):
    user = (await accounts_q.list_users())[0]
    mine, other = await authors.ensure_author_of_user(user.id, now=room.now), await sign(room, "Bo")

    kept = await merge(room, mine, other)

    assert (kept.user_id, kept.version) == (user.id, 2)
    assert (await authors.ensure_author_of_user(user.id, now=room.now)).id == other.id


async def test_the_author_who_stays_has_what_they_lacked_from_the_other(room):
    ada = await sign(room, "Ada", bio="Prints.")
    a_l = await sign(room, "A. L.", bio="Binds.", website="https://a-l.example/")
    live = await room.move(await room.make(author_ids=[ada.id]), "published")

    kept = await merge(room, a_l, ada)

    assert (kept.bio, kept.website, kept.version) == ("Prints.", "https://a-l.example/", 2)
    (shown,) = await site_queries.published_pieces([live.id])
    assert shown.authors[0].website == "https://a-l.example/"
    assert room.of(AuthorChanged)[-1].piece_ids == (live.id,)


async def test_two_accounts_keep_their_own_bylines(room):
    first, second = (await accounts_q.list_users())[:2]
    ada = await authors.ensure_author_of_user(first.id, now=room.now)
    bo = await authors.ensure_author_of_user(second.id, now=room.now)

    with pytest.raises(StillInUseError, match="two accounts"):
        await merge(room, ada, bo)
    with pytest.raises(InvalidInputError):
        await merge(room, ada, ada)
    assert (await authors.get_author(ada.id)).user_id == first.id


async def test_authors_are_merged_over_the_api_by_those_who_may_review(client):
    ada = (await client.post("/authors", json={"name": "Ada"})).json()
    a_l = (await client.post("/authors", json={"name": "A. L."})).json()
    path = f"/authors/{a_l['id']}/merge"

    refused = await client.post(path, json={"into": ada["id"]}, headers={"x-as": "writer"})
    gone = await client.post(path, json={"into": 9_999})
    merged = await client.post(path, json={"into": ada["id"]})

    assert (refused.status_code, gone.status_code) == (403, 404)
    assert (merged.status_code, merged.json()["id"]) == (200, ada["id"])
    assert (await client.get(f"/authors/{a_l['id']}")).status_code == 404
