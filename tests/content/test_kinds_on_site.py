"""A page of the site for every kind, and what its lists and feeds show: all kinds but `page`."""

import feedparser
import pytest

from octavo.content import service as content

PIECES = {
    "post": {"title": "A post"},
    "page": {"title": "A page"},
    "press_release": {"title": "A release", "fields": {"dateline": "Madrid"}},
    "video": {"title": "A film", "fields": {"video": {"url": "https://video.example/1"}}},
    "audio": {"title": "A talk", "fields": {"audio": {"url": "https://audio.example/1"}}},
    "newsletter": {"title": "A letter", "fields": {"subject": "News"}},
    "update": {"body": "Said *in* passing"},
    "link": {"source_url": "https://elsewhere.example/", "fields": {"quote": "Found elsewhere"}},
}


@pytest.fixture
async def published(installation):
    owner = await installation.owner()
    made = {}
    for kind, given in PIECES.items():
        answer = await owner.post("/api/v1/pieces", json={"kind": kind, "body": "", **given})
        assert answer.status_code == 201, answer.text
        piece = answer.json()
        moved = await owner.post(
            f"/api/v1/pieces/{piece['id']}/transitions", json={"to": "published", "version": 1}
        )
        made[kind] = moved.json()
        assert moved.status_code == 200, moved.text
    return owner, made


async def test_every_kind_has_its_page_and_all_but_pages_are_listed(installation, published):
    _, made = published
    site = installation.runtime.site
    report = await site.build(now=installation.runtime.clock())

    assert report.problems == []
    reader = installation.client()
    for kind, piece in made.items():
        answer = await reader.get(piece["path"])
        assert answer.status_code == 200, kind
        assert PIECES[kind].get("title", "") in answer.text
    feed = feedparser.parse((await reader.get("/feed.xml")).text)
    assert {entry.link for entry in feed.entries} == {
        piece["url"] for kind, piece in made.items() if kind != "page"
    }
    titles = {entry.title for entry in feed.entries}
    assert {"Said in passing", "Found elsewhere"} <= titles


async def test_a_page_is_gone_when_its_time_is_over(installation, published, clock):
    owner, made = published
    site, bus = installation.runtime.site, installation.runtime.bus
    await site.build(now=clock())
    piece = made["update"]
    at = {"version": piece["version"], "unpublish_at": "2030-01-01T09:00", "zone": "UTC"}
    ended = await owner.post(f"/api/v1/pieces/{piece['id']}/unpublish-time", json=at)
    assert ended.status_code == 200
    clock.move(days=365 * 5)
    assert await content.withdraw_due(clock(), bus) == [piece["id"]]
    await site.build_pending(clock())

    reader = installation.client()
    assert (await reader.get(piece["path"])).status_code == 404
    assert piece["url"] not in (await reader.get("/feed.xml")).text
