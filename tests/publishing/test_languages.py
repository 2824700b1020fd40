"""Pieces in several languages: how they lead to each other, and where each language has its front."""

import re

import msgspec
import pytest
from tests.publishing.fakes import NOW, Desk, make_piece


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, workers=0)


def in_language(piece_id, language, **fields):
    return make_piece(piece_id, language=language, translation_group="bread", **fields)


async def page(desk, path):
    report = await desk.site.build(now=NOW)
    assert report.problems == []
    return desk.read(f"{path.strip('/')}/index.html".lstrip("/"))


def alternates(html):
    return re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', html)


async def test_translations_lead_to_each_other_for_readers_and_machines(desk):
    desk.put(make_piece(1, translation_group="bread"))
    desk.put(in_language(2, "de"))
    desk.put(in_language(3, "pt-BR"))

    html = await page(desk, "/piece-2/")

    assert '<html lang="de" dir="ltr"' in html
    base = desk.site.base_url
    assert alternates(html) == [
        ("de", f"{base}/piece-2/"), ("en", f"{base}/piece-1/"), ("pt-BR", f"{base}/piece-3/"),
        ("x-default", f"{base}/piece-1/"),
    ]  # fmt: skip
    assert re.search(
        r'Auch auf: <a href="/piece-1/" hreflang="en" lang="en" rel="alternate">'
        r"<bdi>English</bdi></a>, <a [^>]+><bdi>Português \(Brasil\)</bdi></a>",
        html,
    )
    assert '<meta property="og:locale:alternate" content="pt_BR">' in html
    assert f'"translationOfWork":{{"@type":"CreativeWork","@id":"{base}/piece-1/"' in html
    assert '"workTranslation":[' in desk.read("piece-1/index.html")


async def test_a_translation_that_comes_or_goes_changes_its_siblings_alone(desk):
    desk.put(make_piece(1, translation_group="bread"))
    desk.put(make_piece(4))
    await desk.site.build(now=NOW)
    before = desk.tree()
    assert alternates(desk.read("piece-1/index.html")) == []

    desk.put(in_language(2, "de"))
    assert alternates(await page(desk, "/piece-1/"))
    after = desk.tree()
    pages = {p for p in before if p.startswith("piece-") and before[p] != after.get(p)}
    assert pages == {"piece-1/index.html"}

    desk.withdraw(2)
    assert alternates(await page(desk, "/piece-1/")) == []
    gone = {p for p in after if p.startswith("piece-") and after[p] != desk.tree().get(p)}
    assert gone == {"piece-1/index.html", "piece-2/index.html"}


async def test_each_language_has_a_front_of_its_own_and_the_sites_own_has_the_first(desk):
    for n, language in ((1, ""), (2, "de"), (3, "en-GB"), (4, "de")):
        desk.put(make_piece(n, language=language))

    home = await page(desk, "/")
    german = desk.read("languages/de/index.html")

    assert re.findall(r'class="u-url" href="([^"]+)"', home) == ["/piece-3/", "/piece-1/"]
    assert re.findall(r'class="u-url" href="([^"]+)"', german) == ["/piece-4/", "/piece-2/"]
    assert '<a href="/languages/de/" hreflang="de" lang="de"><bdi>Deutsch</bdi></a>' in home
    assert '<a href="/" hreflang="en" lang="en"><bdi>English</bdi></a>' in german
    assert "2. Januar 2026" not in home
    assert "Januar 2026" in german
    assert 'rel="prev"' in desk.read("piece-4/index.html")
    assert "/languages/de/" in desk.read("sitemaps/lists.xml")

    now = desk.library.organisation_now
    desk.library.organisation_now = msgspec.structs.replace(now, theme={"front_languages": "all"})
    assert len(re.findall(r'class="u-url"', await page(desk, "/"))) == 4
    assert "piece-2" in desk.read("languages/de/index.html")


async def test_the_theme_says_what_the_front_shows_where_nothing_is_chosen(desk, tmp_path):
    desk.put(make_piece(1))
    desk.put(make_piece(2, language="de"))
    (tmp_path / "theme").mkdir()
    offers = '[settings.front_languages]\nchoices = ["own", "all"]\ndefault = "all"\n'
    (tmp_path / "theme/theme.toml").write_text(offers)

    assert len(re.findall(r'class="u-url"', await page(desk, "/"))) == 2

    now = desk.library.organisation_now
    desk.library.organisation_now = msgspec.structs.replace(now, theme={"front_languages": "own"})
    assert len(re.findall(r'class="u-url"', await page(desk, "/"))) == 1


async def test_words_of_the_theme_and_dates_follow_the_text_if_the_theme_has_them(desk):
    desk.put(make_piece(1, language="es"))
    desk.put(make_piece(2, language="fi"))

    assert "2 de enero de 2026" in await page(desk, "/piece-1/")
    assert "3 January 2026" in desk.read("piece-2/index.html")


async def test_an_excerpt_says_its_language_where_others_stand_around_it(desk):
    desk.library.organisation_now = msgspec.structs.replace(
        desk.library.organisation_now, theme={"front_languages": "all"}
    )
    desk.put(make_piece(1, language="ar"))
    desk.put(make_piece(2))

    home = await page(desk, "/")

    assert '<div class="entry-text" lang="ar" dir="rtl">' in home
    assert home.count('class="entry-text" lang') == 1
    assert '<html lang="ar" dir="rtl"' in desk.read("piece-1/index.html")
