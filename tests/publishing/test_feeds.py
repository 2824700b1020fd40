"""Feeds and what crawlers read: every kind in full, the podcast, the files that name the rest."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime

import feedparser
from tests.publishing.fakes import NOW, Desk, file, make_piece, series, tag

from octavo.content.kinds import Cover
from octavo.publishing.feeds.podcast import podcast_guid

MakeDesk = Callable[..., Desk]
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
MP3 = {"audio": {"media_id": 2, "url": None}, "duration_s": 3725}


def choose(desk: Desk, **theme: str) -> None:
    import msgspec

    library = desk.library
    library.organisation_now = msgspec.structs.replace(library.organisation_now, theme=theme)


async def built(make_desk: MakeDesk, *pieces: object, **theme: str) -> Desk:
    desk = make_desk(*pieces)
    desk.library.files_now = {
        1: file(1, alt='A "mill"', caption="By the river"),
        2: file(2, path="talk.mp3", url="/media/talk.mp3", mime="audio/mpeg", size_bytes=4_000),
    }
    desk.settings.media_dir.mkdir(parents=True, exist_ok=True)
    for known in desk.library.files_now.values():
        (desk.settings.media_dir / known.path).write_bytes(b"x")
    choose(desk, **theme)
    report = await desk.site.build(now=NOW)
    assert report.problems == []
    return desk


async def test_feeds_carry_what_a_kind_shows_around_its_text(make_desk: MakeDesk) -> None:
    desk = await built(
        make_desk,
        make_piece(1, cover=Cover(media_id=1), body="Read [on](/piece-2/)."),
        make_piece(
            2,
            kind="link",
            source="https://elsewhere.example/a?b=1&c=2",
            fields={"quote": "One <b>.\n\nTwo.", "source_title": "Else", "source_author": "Bo"},
        ),
        make_piece(
            3,
            kind="press_release",
            fields={
                "dateline": "Porto & Gaia",
                "boilerplate": "We *print*.",
                "contacts": [{"name": "Ana", "email": "ana@press.example", "phone": ""}],
            },
        ),
    )

    for name in ("feed.xml", "atom.xml"):
        feed = feedparser.parse(desk.read(name))
        assert not feed.bozo, name
        texts = {entry.link.rstrip("/")[-1]: entry.content[0].value for entry in feed.entries}
        assert 'src="https://folio.example/media/f1.png"' in texts["1"]
        assert 'alt="A &quot;mill&quot;"' in texts["1"]
        assert 'href="https://folio.example/piece-2/"' in texts["1"]
        assert texts["2"].startswith('<blockquote cite="https://elsewhere.example/a?b=1&amp;c=2">')
        assert "One &lt;b&gt;." in texts["2"]
        assert texts["2"].index("Else</a>, Bo") < texts["2"].index("The text of piece 2")
        assert texts["3"].startswith("<p><em>Porto &amp; Gaia</em></p>")
        assert texts["3"].index("We <em>print</em>.") < texts["3"].index("Ana · ana@press.example")


async def test_the_podcast_has_what_directories_ask_for(make_desk: MakeDesk) -> None:
    desk = await built(
        make_desk,
        make_piece(1),
        make_piece(
            2, kind="audio", title="One & <two>", fields=MP3 | {"episode": 0, "explicit": True}
        ),
        make_piece(
            3,
            kind="audio",
            fields=MP3 | {"episode": 7, "season": 2, "episode_type": "bonus", "transcript": "Hm."},
        ),
        podcast_email="owner@press.example",
        podcast_picture="/media/f1.png",
        podcast_category="Arts",
    )
    xml = desk.read("podcast.xml")
    feed = feedparser.parse(xml)
    channel = ET.fromstring(xml)[0]

    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == ["Piece 3", "One & <two>"]
    enclosure = feed.entries[0].enclosures[0]
    assert (enclosure.href, enclosure.type, enclosure.length) == (
        "https://folio.example/media/talk.mp3",
        "audio/mpeg",
        "4000",
    )
    said = {element.tag: element for element in channel if "item" not in element.tag}
    assert said[ITUNES + "author"].text == "The Folio"
    assert said[ITUNES + "category"].get("text") == "Arts"
    art = said[ITUNES + "image"].get("href")
    assert art.removeprefix("https://folio.example/") in desk.tree()
    assert art.endswith(".png")
    assert said[ITUNES + "explicit"].text == "true"
    assert said[ITUNES + "owner"].find(ITUNES + "email").text == "owner@press.example"
    assert said[PODCAST + "guid"].text == podcast_guid("https://folio.example/podcast.xml")
    newest, first = channel.findall("item")
    assert newest.find(ITUNES + "duration").text == "1:02:05"
    assert newest.find(ITUNES + "season").text == newest.find(PODCAST + "season").text == "2"
    assert newest.find(ITUNES + "episodeType").text == "bonus"
    assert (
        newest.find(PODCAST + "transcript").get("url")
        == "https://folio.example/piece-3/#transcript"
    )
    assert first.find(ITUNES + "episode") is None  # they count from one
    assert (newest.find(ITUNES + "explicit").text, first.find(ITUNES + "explicit").text) == (
        "false",
        "true",
    )
    page = feedparser.parse(desk.read("feed.xml")).entries[0]
    assert page.id == feed.entries[0].id
    attachment = json.loads(desk.read("feed.json"))["items"][0]["attachments"][0]
    assert attachment == {
        "url": "https://folio.example/media/talk.mp3",
        "mime_type": "audio/mpeg",
        "size_in_bytes": 4_000,
        "duration_in_seconds": 3725,
    }


def test_the_guid_of_a_podcast_is_the_one_that_the_namespace_gives_as_its_example() -> None:
    assert (
        podcast_guid("https://mp3s.nashownotes.com/pc20rss.xml")
        == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    )


async def test_of_a_recording_elsewhere_the_size_is_the_stated_one(make_desk: MakeDesk) -> None:
    there = {"audio": {"media_id": None, "url": "https://cdn.example/1.mp3"}}
    desk = await built(
        make_desk,
        make_piece(1, kind="audio", fields=there),
        make_piece(2, kind="audio", fields=there | {"size_bytes": 7_654_321}),
        make_piece(3, kind="audio", fields=MP3 | {"size_bytes": 7}),
    )

    for name in ("podcast.xml", "feed.xml"):
        entries = feedparser.parse(desk.read(name)).entries
        sizes = [entry.enclosures[0].length for entry in entries]
        assert sizes == ["4000", "7654321", "0"], name
    items = json.loads(desk.read("feed.json"))["items"]
    assert [item["attachments"][0].get("size_in_bytes") for item in items] == [
        4_000,
        7_654_321,
        None,
    ]


async def test_there_is_no_podcast_without_an_episode(make_desk: MakeDesk) -> None:
    desk = await built(make_desk, make_piece(1), make_piece(2, kind="audio", fields=MP3))
    assert "podcast.xml" in desk.tree()

    desk.withdraw(2)
    await desk.site.build(now=NOW)

    assert "podcast.xml" not in desk.tree()


async def test_tags_series_and_the_site_have_feeds_that_name_the_hub(make_desk: MakeDesk) -> None:
    desk = await built(
        make_desk,
        make_piece(1, series=series(1, "Salt"), tags=[tag(1, "Bread")]),
        hub="https://hub.example/",
    )

    for folder in ("", "series/salt/", "tags/bread/"):
        for name in ("feed.xml", "atom.xml"):
            feed = feedparser.parse(desk.read(folder + name)).feed
            assert {"hub", "self", "alternate"} <= {link.rel for link in feed.links}, folder + name
            hubs = [link.href for link in feed.links if link.rel == "hub"]
            assert hubs == ["https://hub.example/"]
        hubs = json.loads(desk.read(folder + "feed.json"))["hubs"]
        assert hubs == [{"type": "WebSub", "url": "https://hub.example/"}]


async def test_a_feed_names_a_style_that_is_there(make_desk: MakeDesk) -> None:
    desk = await built(make_desk, make_piece(1, kind="audio", fields=MP3))

    for name in ("feed.xml", "atom.xml", "podcast.xml"):
        found = re.match(
            r'<\?xml [^>]*\?>\n<\?xml-stylesheet type="text/css" href="/([^"]+)"\?>',
            desk.read(name),
        )
        assert found is not None, name
        assert found[1] in desk.tree()


async def test_crawlers_find_what_is_meant_for_them(make_desk: MakeDesk) -> None:
    desk = await built(
        make_desk,
        *(make_piece(n) for n in range(1, 26)),
        make_piece(30, kind="page", title="About [us]"),
    )

    llms = desk.read("llms.txt")
    assert llms.startswith("# The Folio\n\n> Notes of a small press.\n")
    assert "- [About \\[us\\]](https://folio.example/piece-30/)" in llms
    assert llms.index("/piece-25/") < llms.index("/piece-6/")
    assert "/piece-5/)" not in llms
    assert "GPTBot" not in desk.read("robots.txt")
    (key,) = [name for name in desk.tree() if re.fullmatch(r"[0-9a-f]{32}\.txt", name)]
    assert desk.read(key) == key.removesuffix(".txt")

    choose(desk, ai_crawlers="refuse")
    desk.change(3, title="Old one")
    report = await desk.site.build(now=NOW)
    robots = desk.read("robots.txt")
    assert "User-agent: GPTBot\n" in robots
    assert robots.count("Disallow: /\n") == 1
    assert report.problems == []
    before = desk.read("llms.txt")
    desk.put(make_piece(40, published_at=datetime(2026, 3, 1, tzinfo=UTC)))
    await desk.site.build(now=NOW)
    assert desk.read("llms.txt") != before


async def test_sitemaps_name_the_pictures_of_pieces(make_desk: MakeDesk) -> None:
    desk = await built(make_desk, make_piece(1, cover=Cover(media_id=1)), make_piece(2))

    (month,) = [name for name in desk.tree() if re.search(r"sitemaps/\d", name)]
    urls = ET.fromstring(desk.read(month))
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    images = {
        url.find(space + "loc").text: [
            image.text for image in url.iter("{http://www.google.com/schemas/sitemap-image/1.1}loc")
        ]
        for url in urls
    }
    assert images == {
        "https://folio.example/piece-1/": ["https://folio.example/media/f1.png"],
        "https://folio.example/piece-2/": [],
    }
