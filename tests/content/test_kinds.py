"""Every kind of piece: its own fields, and what it needs before readers see it."""

from datetime import timedelta

import pytest

from octavo.content import queries, site_queries
from octavo.content.errors import LockedError
from octavo.content.kinds import Cover
from octavo.content.tables import MediaRow
from octavo.kernel.errors import InvalidInputError

FULL = {
    "post": {},
    "page": {},
    "update": {},
    "press_release": {
        "dateline": "Madrid, 1 December",
        "boilerplate": "We bake.",
        "contacts": [{"name": "Ana", "email": "ana@example.org", "phone": "+34 600"}],
    },
    "video": {
        "video": {"url": "https://video.example/1"},
        "duration_s": 61,
        "captions": [{"language": "es", "media_id": 3}],
        "transcript": "Hello",
    },
    "audio": {"audio": {"media_id": 4}, "episode": 2, "season": 1, "explicit": True},
    "picture": {"pictures": [{"media_id": 5, "alt": "Bread", "caption": "Of rye"}]},
    "newsletter": {"subject": "News", "preheader": "of the week"},
    "link": {"quote": "As it says", "source_title": "Elsewhere", "source_author": "Bo"},
}
NEEDS = {"link": {"source_url": "https://elsewhere.example/"}}


@pytest.fixture(autouse=True)
async def _files(room):
    for number, kind in enumerate(("image", "video", "captions", "audio", "image"), start=1):
        await MediaRow.insert(
            MediaRow(
                id=number, sha256=f"{number}", name="file", mime="x/y", kind=kind, size_bytes=1,
                path=f"2026/{number}", created_at=room.now,
            )
        )  # fmt: skip


@pytest.mark.parametrize("kind", FULL)
async def test_a_piece_of_every_kind_reaches_readers_with_its_fields(room, kind):
    piece = await room.make(kind=kind, fields=FULL[kind], body="Words", **NEEDS.get(kind, {}))
    piece = await room.move(piece, "published")

    (live,) = await site_queries.published_pieces([piece.id])
    assert live.kind == kind
    for name, value in FULL[kind].items():
        neither = {"media_id": None, "url": None}
        whole = neither | value if name in {"video", "audio"} else value
        assert live.fields[name] == whole
    assert (await queries.get_piece(piece.id)).fields == live.fields


async def test_fields_are_of_the_revision_and_change_one_by_one(room):
    piece = await room.make(kind="audio", fields=FULL["audio"], body="x", featured=True)
    piece = await room.move(piece, "published")
    edited = await room.patch(piece, fields={"episode": 3}, meta_title="Of rye", featured=False)

    assert (edited.fields["episode"], edited.fields["season"]) == (3, 1)
    (live,) = await site_queries.published_pieces([piece.id])
    assert (live.fields["episode"], live.meta_title, live.featured) == (2, "", True)
    newest, first = (await queries.list_revisions(piece.id)).items
    assert (await queries.get_revision(piece.id, newest.id)).fields["episode"] == 3
    assert (await queries.get_revision(piece.id, first.id)).fields["episode"] == 2


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("post", {"subject": "x"}, "fields.subject"),
        ("video", {"video": {}}, "fields.video"),
        ("video", {"video": {"media_id": 1, "url": "https://x.example"}}, "fields.video"),
        ("video", {"video": {"media_id": 1}}, "fields.video.media_id"),
        ("video", {"poster_media_id": 99}, "fields.poster_media_id"),
        ("video", {"captions": [{"language": "es", "media_id": 5}]}, "fields.captions[0].media_id"),
        (
            "picture",
            {"pictures": [{"media_id": 1}, {"media_id": 4}]},
            "fields.pictures[1].media_id",
        ),
        ("video", {"video": {"url": "javascript:alert(1)"}}, "fields.video.url"),
        ("video", {"duration_s": -1}, "fields.duration_s"),
        ("audio", {"episode_type": "pilot"}, "fields.episode_type"),
        ("press_release", {"contacts": [{"name": 1}]}, "fields.contacts[0].name"),
        ("press_release", {"contacts": [{"name": "a", "fax": "b"}]}, "fields.contacts[0].fax"),
        ("press_release", {"contacts": [{"name": "nul\0"}]}, "fields.contacts[0].name"),
        ("press_release", {"contacts": [{"name": " "}]}, "fields.contacts[0].name"),
        ("press_release", {"contacts": [{"name": "a", "email": "a"}]}, "fields.contacts[0].email"),
        ("video", {"captions": [{"language": "?", "media_id": 3}]}, "fields.captions[0].language"),
        ("press_release", {"embargo_until": "2026-12-01T09:00"}, "fields.embargo_zone"),
        (
            "press_release",
            {"embargo_until": "2026-03-29T02:30", "embargo_zone": "Europe/Madrid"},
            "fields.embargo_until",
        ),
        ("newsletter", {"subject": "x" * 301}, "fields.subject"),
    ],
)
async def test_a_field_that_cannot_be_is_named(room, kind, given, field):
    with pytest.raises(InvalidInputError) as caught:
        await room.make(kind=kind, fields=given)

    assert [wrong.field for wrong in caught.value.fields] == [field]


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("link", {"body": "Look"}, "source_url"),
        ("video", {"body": "Look"}, "fields.video"),
        ("audio", {"body": "Hear"}, "fields.audio"),
        ("picture", {"body": "Look"}, "fields.pictures"),
        ("post", {"title": "", "body": "Words"}, "title"),
        ("update", {"title": "", "body": " "}, "body"),
    ],
)
async def test_what_readers_need_is_asked_for_before_they_see_it(room, kind, given, field):
    piece = await room.make(kind=kind, **given)

    for to, more in (("published", {}), ("scheduled", {"publish_at": "2027-01-01T09:00"})):
        with pytest.raises(InvalidInputError) as caught:
            await room.move(piece, to, **more)
        assert [wrong.field for wrong in caught.value.fields] == [field]


async def test_an_update_needs_no_title_and_is_listed_by_its_first_words(room):
    piece = await room.make(kind="update", title="", body="**Fresh** rye from nine, come early!")
    piece = await room.move(piece, "published")

    assert piece.title == ""
    assert (await queries.pieces_named([piece.id]))[piece.id].title.startswith("Fresh rye from")
    assert piece.slug.startswith("fresh-rye-from-nine")


async def test_an_embargo_keeps_a_release_from_going_live_before(room):
    until = (room.now + timedelta(days=2)).strftime("%Y-%m-%dT09:00")
    later = (room.now + timedelta(days=3)).strftime("%Y-%m-%dT09:00")
    fields = {"embargo_until": until, "embargo_zone": "Europe/Madrid"}
    piece = await room.make(kind="press_release", fields=fields, body="News")

    with pytest.raises(InvalidInputError) as caught:
        await room.move(piece, "published")
    assert caught.value.fields[0].field == "fields.embargo_until"
    piece = await room.move(piece, "scheduled", publish_at=later)
    with pytest.raises(InvalidInputError):
        await room.patch(piece, fields={"embargo_until": later.replace("T09", "T10")})


async def test_a_cover_is_a_picture_of_the_library_and_one_that_is_gone_holds_up_no_edit(room):
    for media_id in (2, 99):
        with pytest.raises(InvalidInputError) as caught:
            await room.make(cover=Cover(media_id=media_id))
        assert caught.value.fields[0].field == "cover.media_id"

    piece = await room.make(cover=Cover(media_id=1, alt="Bread"))
    await MediaRow.delete().where(MediaRow.id == 1)
    piece = await room.patch(piece, body="more")
    assert piece.cover.alt == "Bread"
    with pytest.raises(InvalidInputError):
        await room.make(cover=Cover(media_id=1))


async def test_a_kind_takes_along_what_both_have_and_is_locked_like_the_words(room):
    piece = await room.make(
        kind="video", fields={"transcript": "Hello", "video": {"media_id": 2}}, actor=room.writer
    )
    piece = await room.patch(piece, kind="audio", fields={"audio": {"media_id": 4}})
    assert (piece.fields["transcript"], "video" in piece.fields) == ("Hello", False)

    piece = await room.move(piece, "approved")
    with pytest.raises(LockedError):
        await room.patch(piece, kind="post", actor=room.writer)
    piece = await room.move(piece, "scheduled", publish_at="2027-01-01T09:00")
    with pytest.raises(InvalidInputError) as caught:
        await room.patch(piece, kind="link")
    assert caught.value.fields[0].field == "source_url"


async def test_a_kind_changes_until_readers_have_seen_the_piece(room):
    piece = await room.make(kind="newsletter", fields={"subject": "News"}, body="x")
    piece = await room.patch(piece, kind="post")
    assert (piece.kind, piece.fields) == ("post", {})

    piece = await room.move(piece, "published")
    with pytest.raises(InvalidInputError) as caught:
        await room.patch(piece, kind="page")
    assert caught.value.fields[0].field == "kind"
