"""What is known around a draft: where its links lead, what is on it, what it shows."""

import pytest

from octavo.publishing.checks import places
from octavo.publishing.checks.rules import check
from octavo.publishing.checks.schemas import Around, Draft, Picture
from octavo.publishing.read_model import places as own

PICTURE = Picture(alt="A loaf", decorative=False, size_bytes=1_000, width=10, height=10)
MUTE = Picture(alt="", decorative=False, size_bytes=1_000, width=10, height=10)


@pytest.fixture
async def owner(installation):
    return await installation.owner()


async def publish(owner, **fields):
    piece = (await owner.post("/api/v1/pieces", json=fields)).json()
    move = {"to": "published", "version": piece["version"]}
    return (await owner.post(f"/api/v1/pieces/{piece['id']}/transitions", json=move)).json()


async def broken(owner, *addresses):
    body = "".join(f"[a]({address}) " for address in addresses)
    answer = await owner.post("/api/v1/checks", json={"title": "Links", "body": body})
    found = [item for item in answer.json()["items"] if item["check"] == "link_broken"]
    assert all(item["start"] is not None for item in found)
    return [body[item["start"] : item["end"]] for item in found]


async def test_links_lead_where_readers_can_go_and_nowhere_else(owner):
    live = await publish(owner, title="Rye", body="Ready.", tags=["Bread"])
    series = (await owner.post("/api/v1/series", json={"title": "Loaves"})).json()
    await publish(owner, title="Oats", body="Ready.", series_id=series["id"])
    await owner.post("/api/v1/series", json={"title": "Crumbs"})
    await owner.post("/api/v1/pieces", json={"title": "Draft", "slug": "draft", "tags": ["Cake"]})
    await owner.post("/api/v1/redirects", json={"from_path": "/old/", "to_path": "/rye/"})
    await owner.post("/api/v1/redirects", json={"from_path": "/older", "to_path": "/old/"})

    leads = [
        "/",
        live["path"],
        "/rye",
        "/rye/#x",
        "/old/",
        "/older/",
        "/older",
        "/tags/bread/",
        "/tags/bread/page/2/",
        "/tags/bread/feed.xml",
        "/series/loaves/",
        "/tags/",
        "/archive",
        "/feed.xml",
        "/archive/2026/11/",
        "/assets/site.css",
        "https://example.org/gone/",
    ]
    gone = [
        "/gone/",
        "/draft/",
        "/tags/cake/",
        "/tags/none/",
        "/series/crumbs/",
        "/authors/nobody/",
        "/media/x/y.png",
        "/robots.txt.bak",
        "/archive/nothing/",
    ]

    assert await broken(owner, *leads, *gone) == gone


def test_whatever_the_site_answers_by_itself_leads_somewhere():
    """Held to what the site's own pages keep as links."""
    unknown = [path for path in own.LINKS if not places.is_own(path)]
    assert unknown == []


async def test_links_within_the_text_lead_to_its_headings(owner):
    body = "## The Crumb\n\n[a](#the-crumb) [b](#h-the-crumb) [c](#crust) [d](#top)\n"
    answer = (await owner.post("/api/v1/checks", json={"title": "T", "body": body})).json()
    found = [item for item in answer["items"] if item["check"] == "anchor_missing"]
    assert [body[item["start"] : item["end"]] for item in found] == ["#crust"]


async def test_places_of_calls_to_action_are_held_to_those_on_the_piece(owner):
    body = "<!-- cta: join -->\n\n<!-- cta: gone -->\n\n`<!-- cta: code -->`\n\n<!--cta:JOIN-->\n"
    piece = (await owner.post("/api/v1/pieces", json={"title": "T", "body": body})).json()
    cta = {"label": "Join", "action": "subscribe", "slug": "join",
           "destination": {"url": "https://example.org/"}, "expected": {"count": 1}}  # fmt: skip
    made = (await owner.post("/api/v1/ctas", json=cta)).json()
    path = f"/api/v1/pieces/{piece['id']}"
    attached = (await owner.post(f"{path}/ctas", json={"cta_id": made["id"]})).json()

    items = (await owner.get(f"{path}/checks")).json()["items"]
    found = {item["check"]: body[item["start"] : item["end"]] for item in items if item["start"]}
    assert found == {"cta_unknown": "<!-- cta: gone -->", "cta_twice": "<!--cta:JOIN-->"}
    draft = {"title": "T", "piece_id": piece["id"]}
    draft["body"] = f"[a]({attached['blog_path']}) [b](/go/other)"
    items = (await owner.post("/api/v1/checks", json=draft)).json()["items"]
    tracked = [draft["body"][i["start"] : i["end"]] for i in items if i["check"] == "link_tracked"]
    assert tracked == ["/go/other"]


def test_pictures_and_recordings_of_a_kind_are_looked_at():
    around = Around(by_id={1: PICTURE, 2: MUTE})

    def found(kind, **fields):
        items = check(Draft(kind=kind, body="x", fields=fields), around).items
        return {(item.check, item.field) for item in items if item.field.startswith("fields")}

    pictures = [{"media_id": 1}, {"media_id": 2}, {"media_id": 2, "alt": "Rye"}, {"media_id": 3}]
    assert found("picture", pictures=pictures) == {
        ("alt_missing", "fields.pictures[1]"),
        ("file_gone", "fields.pictures[3]"),
    }
    assert found("video", video={"media_id": 1}, poster_media_id=2) == {
        ("poster_alt_missing", "fields.poster_media_id"),
        ("captions_missing", "fields.captions"),
        ("transcript_missing", "fields.transcript"),
    }
    captions = [{"language": "en", "media_id": 1}]
    assert not found("video", video={"media_id": 1}, captions=captions, transcript="Said.")
    assert found("audio", audio={"media_id": 1}) == {("transcript_missing", "fields.transcript")}


def test_half_written_fields_of_an_editor_are_no_fault():
    for fields in ({"pictures": None}, {"pictures": [None, 1, {}, {"media_id": "x"}]}, {"captions": 3},
                   {"poster_media_id": "x", "video": 1, "transcript": 5}):  # fmt: skip
        for kind in ("picture", "video", "audio", "post"):
            said = check(Draft(kind=kind, fields=fields), Around())
            named = {item.field for item in said.items if item.check == "file_gone"}
            assert not named, "a value that names no file names none that is gone"


async def test_a_piece_without_a_language_is_read_in_the_organisations(owner):
    version = (await owner.get("/api/v1/settings")).json()["version"]
    await owner.patch("/api/v1/settings", json={"version": version, "locale": "es-MX"})
    draft = {"title": "T", "body": "El gato duerme en la casa. " * 6}

    report = (await owner.post("/api/v1/checks", json=draft)).json()
    assert (report["readability"]["formula"], report["readability"]["language"]) == (
        "szigriszt-pazos",
        "es",
    )
