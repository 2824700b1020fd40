"""Every generator has its own ways: each is told apart, and its old addresses lead to the new ones."""

import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from octavo.content import queries
from octavo.content.importers.markdown import import_markdown
from octavo.content.media.store import MediaStore
from octavo.content.tables import PieceRow, RedirectRow, RevisionRow
from octavo.kernel.storage import open_storage

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def take(room, tmp_path):
    """Write files, import them, answer the report and a way to look at pieces by title."""

    async def take(files, *, zone="UTC", packed=False):
        root = tmp_path / "site"
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        path = root
        if packed:
            path = tmp_path / "site.zip"
            with zipfile.ZipFile(path, "w") as archive:
                for name in files:
                    archive.write(root / name, f"blog-main/{name}")
        media = MediaStore(storage=open_storage(str(tmp_path / "media")))
        return await import_markdown(
            path,
            dry_run=False,
            author_email=None,
            zone=zone,
            now=room.now,
            bus=room.bus,
            media=media,
        )

    return take


async def piece(title):
    row = await PieceRow.select().where(PieceRow.title == title).first()
    assert row is not None, title
    found = await queries.get_piece(row["id"])
    revision = await RevisionRow.select().where(RevisionRow.id == row["head_revision_id"]).first()
    return found, json.loads(revision["extra"]), revision


async def leads(path):
    row = await RedirectRow.select().where(RedirectRow.from_path == path).first()
    return row and row["piece_id"]


def head(**fields):
    lines = [f"{name}: {value}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---", "Text.\n"])


@pytest.mark.parametrize("packed", [False, True])
async def test_jekyll(take, packed):
    report = await take(
        {
            "_config.yml": "timezone: America/New_York\ndefaults:\n- scope: {path: '', type: posts}\n"
                           "  values: {author: Ann}\n",
            "_posts/2024-01-02-one-two.md": head(title="One", categories="[Tech, Web]"),
            "food/_posts/2024-01-03-three.markdown": head(title="Three", redirect_from="/old/"),
            "_posts/2024-01-04-four.md": head(title="Four", published="false"),
            "_posts/2024-01-05-five.md": head(title="Five", permalink="/five.html"),
            "_posts/2024-01-06-six.md": head(title="Six", date="2024-01-06 23:30:00")
                                        + "{% include x.html %}\n{: .lead}\n",
            "_drafts/seven.md": head(title="Seven"),
            "about.md": head(title="About", permalink="/about/"),
        },
        packed=packed,
    )  # fmt: skip

    one, _, _ = await piece("One")
    assert await leads("/tech/web/2024/01/02/one-two.html") == one.id
    assert [author.name for author in one.authors] == ["Ann"]
    assert one.published_at.isoformat() == "2024-01-02T05:00:00+00:00"
    three, _, _ = await piece("Three")
    assert await leads("/food/2024/01/03/three.html") == await leads("/old/") == three.id
    assert (await piece("Four"))[0].status == (await piece("Seven"))[0].status == "draft"
    assert await leads("/five.html") == (await piece("Five"))[0].id
    assert (await piece("Six"))[0].published_at.isoformat() == "2024-01-07T04:30:00+00:00"
    six = next(row for row in report.rows if row.file.endswith("six.md"))
    assert any("include" in warning for warning in six.warnings)
    assert any("kramdown" in warning for warning in six.warnings)
    assert (await piece("About"))[0].kind == "page"
    assert any("Jekyll" in note for note in report.notes)


async def test_hugo_with_bundles_languages_and_permalinks(take):
    report = await take(
        {
            "config.toml": 'baseURL = "https://x.example/"\ntimeZone = "Europe/Berlin"\n'
                           'defaultContentLanguage = "en"\n[permalinks]\nposts = "/:year/:slug/"\n',
            "content/posts/_index.md": head(title="Posts"),
            "content/posts/hello/index.md": head(title="Hello", date="2024-02-01", slug="hi", aliases="[/a/]"),  # noqa: E501
            "content/posts/hello/index.de.md": head(title="Hallo", date="2024-02-01"),
            "content/posts/later.md": head(title="Later", date="2024-02-01", publishDate="2999-01-01"),
            "content/posts/old.md": head(title="Old", date="2020-02-01", expiryDate="2021-01-01"),
            "content/posts/code.md": head(title="Code", date="2024-03-01") + "{{< youtube x >}}\n\n```\n{{< no >}}\n```\n",  # noqa: E501
            "content/docs/intro.md": head(title="Intro"),
            "content/docs/intro.de.md": head(title="Einleitung"),
        }
    )  # fmt: skip

    hello, extra, _ = await piece("Hello")
    assert await leads("/2024/hi/") == await leads("/a/") == hello.id
    assert hello.published_at.isoformat() == "2024-01-31T23:00:00+00:00"
    hallo, german, revision = await piece("Hallo")
    assert revision["language"] == "de"
    assert extra["translation_key"] == german["translation_key"] == "content/posts/hello/index.md"
    assert hallo.slug == "hello-de"
    assert await leads("/de/docs/intro/") == (await piece("Einleitung"))[0].id
    assert (await piece("Later"))[0].status == "scheduled"
    assert (await piece("Old"))[0].status == "published"
    assert any("1 of them in the past" in note for note in report.notes)
    code = next(row for row in report.rows if row.file.endswith("code.md"))
    assert [warning for warning in code.warnings if "shortcodes" in warning] == [
        "shortcodes are kept as text: youtube"
    ]
    assert next(row for row in report.rows if row.file.endswith("_index.md")).outcome == "skipped"


async def test_eleventy_with_data_files(take):
    await take(
        {
            "eleventy.config.js": "module.exports = () => { throw new Error('never run') }",
            "posts/posts.json": '{"tags": ["posts"], "author": "Bob", "layout": "post"}',
            "posts/one.md": head(title="One", date="2024-01-01", tags="[all, post, Bread]"),
            "posts/2024-01-02-two.md": head(title="Two", permalink='"/blog/{{ title | slugify }}/index.html"'),  # noqa: E501
            "posts/three.md": head(title="Three", date="2024-01-03", permalink='"/{{ x | odd }}/"'),
            "posts/four.11tydata.json": '{"date": "2024-01-04"}',
            "posts/four.md": head(title="Four"),
        }
    )  # fmt: skip

    one, _, _ = await piece("One")
    assert [tag.name for tag in one.tags] == ["Bread"]
    assert [author.name for author in one.authors] == ["Bob"]
    assert await leads("/posts/one/") == one.id
    assert await leads("/blog/two/") == (await piece("Two"))[0].id
    assert (await piece("Four"))[0].published_at.isoformat() == "2024-01-04T00:00:00+00:00"


async def test_zola(take):
    await take(
        {
            "config.toml": 'base_url = "https://z.example"\ntitle = "Z"\n',
            "content/blog/_index.md": "+++\nsort_by = 'date'\n+++\n",
            "content/blog/one.md": "+++\ntitle = 'One'\ndate = 2024-01-01\naliases = ['/x/one']\n"
                                   "[taxonomies]\ntags = ['Rust']\n[extra]\nodd = 1.10\n+++\nText.\n",
            "content/blog/two/index.md": "+++\ntitle = 'Two'\ndate = 2024-01-02T10:00:00+02:00\n"
                                         "path = 'zwei'\n+++\n[one](@/blog/one.md)\n",
        }
    )  # fmt: skip

    one, extra, _ = await piece("One")
    assert [tag.name for tag in one.tags] == ["Rust"]
    assert extra["extra"] == {"odd": "1.10"}
    assert await leads("/x/one/") == one.id
    two, _, revision = await piece("Two")
    assert await leads("/zwei/") == two.id or (two.slug == "zwei" and two.kind == "post")
    assert f"[one]({one.path})" in revision["body"]


async def test_pelican_with_bare_heads(take):
    await take(
        {
            "pelicanconf.py": "import os\nos.abort()\nTIMEZONE = 'Asia/Tokyo'\nARTICLE_URL = '{date:%Y}/{slug}.html'\n",  # noqa: E501
            "content/one.md": "Title: One: more\nDate: 2024-01-01 09:00\nAuthors: Ann; Bob\nTags: a, b\n"
                              "Summary: Long\n  and longer\nStatus: published\n\nSee [two]({filename}/two.md)"
                              " and ![p]({static}/images/p.png) and [t]({tag}a).\n",
            "content/two.md": "Title: Two\nDate: 2024-01-02\nStatus: draft\nSlug: zwei\n\nTitle: no field\n",
            "content/three.md": "Title: Three\nDate: 2024-01-03\nStatus: hidden\n\nx\n",
            "content/pages/about.md": "Title: About\n\nWe.\n",
        }
    )  # fmt: skip

    one, _, revision = await piece("One: more")
    assert [author.name for author in one.authors] == ["Ann", "Bob"]
    assert [tag.name for tag in one.tags] == ["a", "b"]
    assert one.published_at.isoformat() == "2024-01-01T00:00:00+00:00"
    assert revision["excerpt"] == "Long and longer"
    assert "](/tags/a/)" in revision["body"]
    assert await leads("/2024/one-more.html") == one.id
    two, _, revision = await piece("Two")
    assert (two.status, two.slug) == ("draft", "zwei")
    assert revision["body"] == "Title: no field\n"
    assert (await piece("Three"))[0].status == "draft"
    assert (await piece("About"))[0].kind == "page"


async def test_language_folders_share_a_key_and_lone_ones_are_just_folders(take):
    await take(
        {
            "_articles/guide.md": head(title="Guide", lang="en"),
            "_articles/de/guide.md": head(title="Anleitung"),
            "_articles/pt-BR/guide.md": head(title="Guia", lang="pt"),
            "posts/it/laptops.md": head(title="Laptops", date="2024-01-01"),
        }
    )

    keys = [(await piece(title))[1]["translation_key"] for title in ("Guide", "Anleitung", "Guia")]
    assert set(keys) == {"_articles/guide.md"}
    languages = [(await piece(t))[2]["language"] for t in ("Guide", "Anleitung", "Guia", "Laptops")]
    assert languages == ["en", "de", "pt", ""]
    slugs = [(await piece(title))[0].slug for title in ("Guide", "Anleitung", "Guia")]
    assert slugs == ["guide", "guide-de", "guide-pt-br"]


async def test_values_that_yaml_would_bend_stay_as_they_were_written(take):
    report = await take(
        {
            "a.md": b"\xef\xbb\xbf---\r\ntitle: no\r\ndate: 2024-01-01\r\ntags: [1.10, 12:30, on, 007]\r\n"
                    b"odd: yes\r\ntitle: Norway\r\n---\r\nText\r\n",
            "b.md": '{"title": "Json", "date": "2024-01-02", "n": 1.10}\n\nText\n',
            "c.md": head(title="Own", date="2024-01-03", octavo="{channels: [x], cta: 7}"),
        }
    )  # fmt: skip

    norway, extra, revision = await piece("Norway")
    assert [tag.name for tag in norway.tags] == ["1.10", "12:30", "on", "007"]
    assert extra["odd"] == "yes"
    assert revision["body"] == "Text\n"
    assert (await piece("Json"))[1]["n"] == "1.10"
    assert (await piece("Own"))[1]["octavo"] == {"channels": ["x"], "cta": "7"}
    assert any("given again" in warning for row in report.rows for warning in row.warnings)


@pytest.mark.parametrize(
    "name", ["_config.yml", "config.toml", "hugo.json", "pelicanconf.py", "posts/posts.json"]
)
@pytest.mark.parametrize(
    "text",
    ["", "[" * 50_000, "a: &a [*a]", "\x00", "timezone: Nowhere/Land\n", 'timeZone = "../../etc/passwd"',
     "TIMEZONE = 'x'\n", "defaults: [1, {scope: 2}]\n", "{", b"\xff\xfe\x00", "[1, 2]", "permalink: [a]\n"],
    ids=range(12),
)  # fmt: skip
async def test_broken_configuration_stops_nothing(take, name, text):
    report = await take({name: text, "posts/2024-01-01-one.md": head(title="One")})

    assert report.counts["taken"] == 1
    assert await PieceRow.count() == 1


@pytest.mark.skipif(not DATA.is_dir(), reason=f"THE REAL SITES ARE NOT AT {DATA}")
async def test_a_real_site_in_nineteen_languages_comes_in_whole(room, tmp_path):
    path = DATA / "markdown-opensource-guide" / "articles.zip"
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".md")]
        told = [re.search(rb"^lang: *(\S+)", archive.read(name), re.MULTILINE) for name in names]
    media = MediaStore(storage=open_storage(str(tmp_path / "media")))
    report = await import_markdown(
        path, dry_run=False, author_email=None, zone=None, now=room.now, bus=room.bus, media=media
    )

    assert report.counts["taken"] == len(names) == await PieceRow.count()
    stored = await RevisionRow.select(RevisionRow.language, RevisionRow.extra)
    languages = Counter(row["language"].lower() for row in stored)
    assert languages == Counter(found[1].decode().lower() for found in told if found)
    keys = Counter(json.loads(row["extra"]).get("translation_key") for row in stored)
    assert keys["_articles/best-practices.md"] == len(languages)
