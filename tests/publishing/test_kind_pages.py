"""What each kind of piece shows on its page, its series and the older pieces beside it."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from tests.publishing.fakes import NOW, Desk, file, make_piece, series, tag

from octavo.content.kinds import Cover

MakeDesk = Callable[..., Desk]


class _Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.found if tag == name]


async def page(make_desk: MakeDesk, **given: object) -> str:
    """Build a site of one piece; answer its page."""
    desk = make_desk(make_piece(1, **given))
    desk.library.files_now = {
        1: file(1, alt="A mill", caption="By the river", credit="Ana", focus=(50.0, 20.0)),
        2: file(2, path="talk.mp3", url="/media/talk.mp3", mime="audio/mpeg", size_bytes=4_000),
        3: file(3, path="talk.vtt", url="/media/talk.vtt", mime="text/vtt"),
    }
    desk.settings.media_dir.mkdir(parents=True, exist_ok=True)
    for known in desk.library.files_now.values():
        (desk.settings.media_dir / known.path).write_bytes(b"x")
    report = await desk.site.build(now=NOW)
    assert report.problems == []
    return desk.read("piece-1/index.html")


def said(html: str) -> dict[str, object]:
    """Answer the JSON-LD of a page: the piece."""
    text = html.split('<script type="application/ld+json">')[1].split("</script>", maxsplit=1)[0]
    graph = json.loads(text)["@graph"]
    assert [one["@type"] for one in graph][1:] == ["BreadcrumbList"]
    return dict(graph[0])


async def test_a_press_release_shows_its_frame(make_desk: MakeDesk) -> None:
    html = await page(
        make_desk,
        kind="press_release",
        fields={
            "dateline": "Porto, 22 November",
            "boilerplate": "We *print*. <script>alert(1)</script>",
            "contacts": [{"name": "Ana", "email": "ana@press.example", "phone": "+351 22"}],
        },
    )

    assert "Porto, 22 November" in html
    assert "We <em>print</em>." in html
    assert "alert(1)</script>" not in html
    hrefs = {link.get("href") for link in _Elements(html).all("a")}
    assert {"mailto:ana@press.example", "tel:+35122"} <= hrefs
    assert said(html)["@type"] == "NewsArticle"


async def test_an_episode_plays_without_script_and_can_be_read(make_desk: MakeDesk) -> None:
    html = await page(
        make_desk,
        kind="audio",
        fields={
            "audio": {"media_id": 2, "url": None},
            "duration_s": 3725,
            "episode": 7,
            "season": 2,
            "transcript": "Well, *hello*.",
        },
    )

    (player,) = _Elements(html).all("audio")
    assert player["src"] == "/media/talk.mp3"
    assert "controls" in player
    assert "1:02:05" in html
    assert "Well, <em>hello</em>." in html
    about = said(html)
    assert (about["@type"], about["episodeNumber"]) == ("PodcastEpisode", 7)
    assert about["timeRequired"] == "PT1H2M5S"
    assert "talk.mp3" in str(about["associatedMedia"])


async def test_a_video_has_its_poster_and_captions(make_desk: MakeDesk) -> None:
    html = await page(
        make_desk,
        kind="video",
        fields={
            "video": {"media_id": None, "url": "https://video.example/1.mp4"},
            "poster_media_id": 1,
            "captions": [{"language": "es", "media_id": 3}, {"language": "pt", "media_id": 99}],
        },
    )

    elements = _Elements(html)
    (player,) = elements.all("video")
    assert (player["src"], player["poster"]) == ("https://video.example/1.mp4", "/media/f1.png")
    assert (player["width"], player["height"]) == ("160", "90")
    assert [(t["srclang"], t["src"]) for t in elements.all("track")] == [("es", "/media/talk.vtt")]
    assert said(html)["thumbnailUrl"] == "https://folio.example/media/f1.png"


async def test_pictures_say_their_size_and_what_is_on_them(make_desk: MakeDesk) -> None:
    gallery = await page(
        make_desk,
        kind="picture",
        fields={
            "pictures": [
                {"media_id": 1, "alt": "", "caption": ""},
                {"media_id": 1, "alt": "Another word", "caption": "Own"},
            ]
        },
    )

    first, second = [i for i in _Elements(gallery).all("img") if i["src"] == "/media/f1.png"]
    assert (first["alt"], second["alt"]) == ("A mill", "Another word")
    assert (first["width"], first["height"]) == ("160", "90")
    assert "By the river" in gallery
    assert "Own" in gallery
    assert said(gallery)["image"] == ["https://folio.example/media/f1.png"] * 2


async def test_a_cover_is_there_at_once_and_stands_for_the_piece(make_desk: MakeDesk) -> None:
    covered = await page(make_desk, cover=Cover(media_id=1, alt="Its own"))

    (cover,) = [i for i in _Elements(covered).all("img") if i["src"] == "/media/f1.png"]
    assert (cover["alt"], cover.get("loading")) == ("Its own", None)


async def test_a_shared_link_quotes_its_source_first(make_desk: MakeDesk) -> None:
    html = await page(
        make_desk,
        kind="link",
        source="https://elsewhere.example/a?b=1&c=2",
        body="What we think of it.",
        fields={"quote": "One.\n\nTwo.", "source_title": "Elsewhere", "source_author": "Bo"},
    )

    assert html.index("<p>One.</p>") < html.index("<p>Two.</p>") < html.index("<p>What we think")
    links = {link.get("href") for link in _Elements(html).all("a")}
    assert "https://elsewhere.example/a?b=1&c=2" in links
    assert "Bo" in html
    assert said(html)["citation"] == "https://elsewhere.example/a?b=1&c=2"


@pytest.mark.parametrize(
    ("fields", "source", "line"),
    [
        (
            {"source_author": "Bo <Li>", "source_title": "A"},
            "https://a.example/",
            "Bo &lt;Li&gt;, A",
        ),
        ({"quote": "One.", "source_title": "Elsewhere"}, "https://a.example/", "Elsewhere"),
        ({}, "https://me:secret@a.example/b", "a.example"),
        ({}, "https://[::1", "[::1"),
        ({}, None, None),
    ],
)
async def test_a_list_says_whom_a_link_passes_on(
    make_desk: MakeDesk, fields: dict[str, str], source: str | None, line: str | None
) -> None:
    desk = make_desk(
        make_piece(1, kind="link", source=source, fields=fields),
        make_piece(2, source="https://other.example/"),
    )
    await desk.site.build(now=NOW)

    shown = re.findall(r'class="entry-cites">— <bdi>(.*?)</bdi>', desk.read("index.html"))
    assert shown == ([line] if line else [])


async def test_the_parts_of_a_series_follow_their_numbers(make_desk: MakeDesk) -> None:
    salt = series(1, "Salt")
    desk = make_desk(
        make_piece(1, series=salt, series_position=2),
        make_piece(2, series=salt, series_position=1),
        make_piece(3, series=salt),
        make_piece(4),
    )
    await desk.site.build(now=NOW)

    def order(html: str) -> list[str]:
        return re.findall(r'class="u-url" href="/(piece-\d)/"', html)

    assert order(desk.read("series/salt/index.html")) == ["piece-2", "piece-1", "piece-3"]
    assert 'href="/series/salt/"' in desk.read("series/index.html")
    part = desk.read("piece-1/index.html").split('<nav class="series')[1].split("</nav>")[0]
    assert part.index("/piece-2/") < part.index("/piece-3/")
    assert '<nav class="series' not in desk.read("piece-4/index.html")

    desk.change(3, series=None)
    desk.change(4, series=salt, series_position=3)
    written = await desk.site.build(now=NOW)

    assert order(desk.read("series/salt/index.html")) == ["piece-2", "piece-1", "piece-4"]
    assert "/piece-4/" in desk.read("piece-1/index.html").split('<nav class="series')[1]
    assert written.problems == []
    desk.rename_series(series(1, "Pepper"))
    await desk.site.build(now=NOW)
    assert 'href="/series/pepper/"' in desk.read("piece-1/index.html")
    assert not (desk.settings.site_dir / "series" / "salt").exists()


async def test_related_pieces_are_older_ones_of_the_same_subjects(make_desk: MakeDesk) -> None:
    bread, salt, wine = tag(1, "Bread"), tag(2, "Salt"), tag(3, "Wine")
    desk = make_desk(
        make_piece(1, tags=[bread, salt]),
        make_piece(2, tags=[bread]),
        make_piece(3, tags=[wine]),
        make_piece(4, tags=[bread, salt]),
    )
    await desk.site.build(now=NOW)

    def related(number: int) -> list[str]:
        html = desk.read(f"piece-{number}/index.html")
        part = html.partition('<section class="related')[2].partition("</section>")[0]
        return re.findall(r'href="/(piece-\d)/"', part)

    assert related(4) == ["piece-1", "piece-2"]
    assert related(1) == related(3) == []
    desk.put(make_piece(5, tags=[salt]))
    report = await desk.site.build(now=NOW)
    assert related(5) == ["piece-4", "piece-1"]
    assert related(4) == ["piece-1", "piece-2"]
    pages = {
        path for path in desk.tree() if path.startswith("piece-") and "/piece-5/" in desk.read(path)
    }
    assert pages <= {"piece-4/index.html", "piece-5/index.html"}
    assert report.problems == []
    desk.change(2, tags=[bread, salt])
    await desk.site.build(now=NOW)
    assert related(4) == ["piece-2", "piece-1"]
    desk.change(2, language="es")
    await desk.site.build(now=NOW)
    assert related(4) == ["piece-1"], "a piece in another language is no help"
    desk.change(4, language="es")
    await desk.site.build(now=NOW)
    assert (related(4), related(5)) == (["piece-2"], ["piece-1"])
    desk.change(4, language="")
    await desk.site.build(now=NOW)
    desk.change(2, language="")
    await desk.site.build(now=NOW)
    assert related(4) == ["piece-2", "piece-1"], "piece 4 never named piece 2 before"


async def test_a_cover_is_the_picture_of_the_card_elsewhere(make_desk: MakeDesk) -> None:
    html = await page(make_desk, cover=Cover(media_id=1))

    said_of = {
        meta.get("property") or meta.get("name"): meta.get("content")
        for meta in _Elements(html).all("meta")
    }
    assert said_of["og:image"] == "https://folio.example/media/f1.png"
    assert (said_of["og:image:width"], said_of["og:image:height"]) == ("160", "90")
    assert said_of["og:image:alt"] == "A mill"
    assert said_of["twitter:card"] == "summary_large_image"


async def test_without_a_cover_the_card_elsewhere_is_small(make_desk: MakeDesk) -> None:
    html = await page(make_desk)

    assert {"name": "twitter:card", "content": "summary"} in _Elements(html).all("meta")
    assert "og:image" not in html
