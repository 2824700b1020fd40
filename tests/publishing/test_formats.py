"""Feeds and sitemaps are what their specifications want, whatever writers write."""

import json
import os
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import feedparser
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.publishing.fakes import NOW, Desk, author, file, make_piece, series, tag
from tests.publishing.formats import check_json_feed, check_xml, files_for_programs

from octavo.content.kinds import Cover
from octavo.content.schemas import AuthorRef, TagRef

MakeDesk = Callable[..., Desk]
GOLDEN = Path(__file__).with_name("golden")
CASES = [
    make_piece(1, title="Bread & <salt>", tags=[tag(1, "R&D")], authors=[author(1, "Ada")]),
    make_piece(
        2,
        title="Ein Stück",
        language="de",
        translation_group="g",
        updated_at=datetime(2026, 2, 1, 8, 30, tzinfo=UTC),
    ),
    make_piece(3, title="A piece", translation_group="g", cover=Cover(media_id=1), tags=[tag(1, "R&D")]),
    make_piece(
        4,
        kind="audio",
        title="Talk",
        series=series(1, "Talks"),
        series_position=1,
        fields={"audio": {"media_id": 2, "url": None}, "duration_s": 61, "episode": 1},
    ),
    make_piece(
        5, kind="link", title="", source="https://elsewhere.example/?a=1&b=2", fields={"quote": "So."}
    ),
    make_piece(
        6,
        kind="audio",
        title="Elsewhere",
        fields={
            "audio": {"media_id": None, "url": "https://files.example/a&b.m4a"},
            "size_bytes": 7_654_321,
            "episode_type": "bonus",
        },
    ),
    make_piece(
        7,
        kind="audio",
        title="Of unknown size",
        fields={"audio": {"media_id": None, "url": "https://files.example/play?c"}},
    ),
]  # fmt: skip
SHOWN = ("feed.xml", "atom.xml", "feed.json", "podcast.xml", "sitemap.xml", "sitemaps/2026-01.xml",
         "languages/de/feed.xml", "robots.txt", "llms.txt", "_redirects")  # fmt: skip


async def built(desk: Desk) -> Path:
    desk.library.files_now = {
        1: file(1, alt="A mill"),
        2: file(2, path="talk.mp3", url="/media/talk.mp3", mime="audio/mpeg", size_bytes=4_000),
    }
    desk.settings.media_dir.mkdir(parents=True, exist_ok=True)
    for known in desk.library.files_now.values():
        (desk.settings.media_dir / known.path).write_bytes(b"x")
    desk.lead("/old/", "/piece-1/")
    report = await desk.site.build(now=NOW)
    assert report.problems == []
    return desk.settings.site_dir


def check_all(site: Path) -> int:
    files = files_for_programs(site)
    for one in files:
        if one.suffix == ".json":
            check_json_feed(json.loads(one.read_bytes()))
        else:
            check_xml(one)
        if one.suffix == ".xml" and "sitemap" not in str(one.relative_to(site)):
            assert not feedparser.parse(one.read_bytes()).bozo, one
    return len(files)


async def test_every_file_for_programs_is_valid(make_desk: MakeDesk) -> None:
    site = await built(make_desk(*CASES))

    assert check_all(site) >= 15
    links = etree.parse(site / "atom.xml").findall("{*}entry/{*}link[@rel='enclosure']")
    assert [(link.get("type"), link.get("length")) for link in links] == [
        ("audio/mpeg", "0"),
        ("audio/mp4", "7654321"),
        ("audio/mpeg", "4000"),
    ]
    german = etree.parse(site / "languages/de/feed.xml")
    assert german.findtext("channel/language") == "de"
    assert german.findtext("channel/link") == "https://folio.example/languages/de/"


async def test_the_files_for_programs_are_these(make_desk: MakeDesk) -> None:
    """When this fails and the new bytes are right: `OCTAVO_GOLDEN=write` makes the files anew."""
    site = await built(make_desk(*CASES))
    for name in SHOWN:
        kept, text = (
            GOLDEN / name.replace("/", "_"),
            re.sub(r"/feed\.[0-9a-f]{10}\.css", "/feed.css", (site / name).read_text()),
        )
        if os.environ.get("OCTAVO_GOLDEN") == "write":
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(text)
        assert text == kept.read_text(), name


# What the door lets in: see `kernel.text.clean_text`.
_LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn"])
_TRAPS = ["]]>", "<![CDATA[x", "&amp;lt;", "\u202eright", "👩\u200d🚒", "a\u2028b", "<b>&nbsp;</b>"]


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    title=st.text(_LETTERS, max_size=40) | st.sampled_from(_TRAPS),
    name=st.text(_LETTERS, max_size=20) | st.sampled_from(_TRAPS),
)
async def test_any_title_and_any_name_come_back_from_every_feed(title: str, name: str) -> None:
    title, name = title.strip() or "-", name.strip() or "-"
    ada = AuthorRef(id=1, name=name, slug="a", bio="")
    piece = make_piece(
        1, title=title, body=title, tags=[TagRef(id=1, name=name, slug="t")], authors=[ada]
    )
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), [piece], workers=0)
        await desk.site.build(now=NOW)
        site = desk.settings.site_dir
        check_all(site)
        atom = etree.parse(site / "atom.xml")
        item = json.loads((site / "feed.json").read_bytes())["items"][0]

    assert words(atom.findtext("{*}entry/{*}title")) == words(title)
    assert words(atom.findtext("{*}entry/{*}author/{*}name")) == words(name)
    assert words(item["title"]) == words(title)
    assert [words(tag) for tag in item["tags"]] == [words(name)]


def words(text: str | None) -> str:
    return " ".join((text or "").split())
