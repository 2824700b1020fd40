"""What every page of the theme keeps: well-formed, accessible in structure, no scripts."""

import itertools
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import brotli
import msgspec
import pytest
from markupsafe import Markup

from octavo.publishing.theme.contexts import CtaView
from octavo.publishing.theme.templates import Theme
from octavo.publishing.theming.samples import sample_site

_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}
_SELF_CLOSED = {"path"}  # inside svg
_BLOCKS = {
    "p",
    "div",
    "ul",
    "ol",
    "table",
    "pre",
    "blockquote",
    "section",
    "h1",
    "h2",
    "h3",
    "details",
    "figure",
}


class Outline(HTMLParser):
    """Reads a page strictly: every tag closed in order, no attribute or id twice."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.ids: Counter[str] = Counter()
        self.feed(html)
        self.close()
        if self.open:
            self.problems.append(f"never closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"an attribute twice in <{tag} {names}>")
        if tag in _BLOCKS and "p" in self.open:
            self.problems.append(f"<{tag}> inside <p>")
        self.elements.append((tag, dict(attrs)))
        if identity := dict(attrs).get("id"):
            self.ids[identity] += 1
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID | _SELF_CLOSED:
            self.problems.append(f"<{tag}/> does not close")
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> while open: {self.open[-3:]}")
            return
        self.open.pop()

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module")
def outlines(pages: dict[str, str]) -> dict[str, Outline]:
    return {name: Outline(html) for name, html in pages.items()}


def test_every_page_is_well_formed(outlines: dict[str, Outline]) -> None:
    assert {name: [] for name in outlines} == {name: o.problems for name, o in outlines.items()}


def test_every_page_begins_with_the_doctype(pages: dict[str, str]) -> None:
    assert [name for name, html in pages.items() if not html.startswith("<!doctype html>\n")] == []


def test_no_id_stands_twice(outlines: dict[str, Outline]) -> None:
    assert [(n, i) for n, o in outlines.items() for i, count in o.ids.items() if count > 1] == []


def test_every_page_has_one_h1_one_main_and_a_language(outlines: dict[str, Outline]) -> None:
    for name, outline in outlines.items():
        assert len(outline.all("h1")) == 1, name
        assert len(outline.all("main")) == 1, name
        assert outline.all("html")[0]["lang"], name


def test_headings_skip_no_level(outlines: dict[str, Outline]) -> None:
    for name, outline in outlines.items():
        levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
        steps = [later - earlier for earlier, later in itertools.pairwise(levels)]

        assert max(steps, default=0) <= 1, (name, levels)


def test_the_skip_link_leads_to_the_main_part(outlines: dict[str, Outline]) -> None:
    for name, outline in outlines.items():
        if name.startswith("redirect"):
            continue
        assert outline.all("a")[0]["href"] == "#text", name
        assert outline.all("main")[0]["id"] == "text", name


def test_links_within_a_page_find_their_place(outlines: dict[str, Outline]) -> None:
    for name, outline in outlines.items():
        wanted = {
            str(a["href"])[1:] for a in outline.all("a") if str(a.get("href")).startswith("#")
        }
        missing = wanted - set(outline.ids)

        assert not missing, (name, missing)


def test_every_navigation_has_a_name(outlines: dict[str, Outline]) -> None:
    for name, outline in outlines.items():
        labels = [nav.get("aria-label") or nav.get("aria-labelledby") for nav in outline.all("nav")]

        assert all(labels), name
        assert len(labels) == len(set(labels)), name


def test_nothing_is_inline_and_nothing_runs(outlines: dict[str, Outline]) -> None:
    for name, outline in outlines.items():
        assert not outline.all("style"), name
        for script in outline.all("script"):
            # Ours, from a file, after the text; what it adds nobody needs to read or to navigate.
            ours = "defer" in script and str(script.get("src")).startswith("/assets/js/")
            assert ours or script.get("type") == "application/ld+json", (name, script)
        for tag, attributes in outline.elements:
            assert not [a for a in attributes if a == "style" or a.startswith("on")], (name, tag)
            assert not str(attributes.get("href")).startswith("javascript:"), (name, tag)


def test_a_page_loads_nothing_from_elsewhere(outlines: dict[str, Outline]) -> None:
    for name, outline in outlines.items():
        loaded = [
            link["href"]
            for link in outline.all("link")
            if link["rel"] not in {"canonical", "alternate"}
        ]
        loaded += [
            image.get("src") for image in outline.all("img", "script", "source") if image.get("src")
        ]

        assert all(str(url).startswith(("/assets/", "/media/")) for url in loaded), (name, loaded)


def test_titles_and_excerpts_are_text_and_never_markup(pages: dict[str, str]) -> None:
    assert [
        name for name, html in pages.items() if "<script>alert" in html or 'href="/new/"><b' in html
    ] == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages["home (en)"]


def test_every_page_but_error_and_redirect_says_where_it_belongs(
    outlines: dict[str, Outline],
) -> None:
    for name, outline in outlines.items():
        canonical = [link["href"] for link in outline.all("link") if link["rel"] == "canonical"]
        properties = {meta.get("property") for meta in outline.all("meta")}
        if name.startswith(("404", "redirect")):
            assert "noindex" in {meta.get("content") for meta in outline.all("meta")}, name
        else:
            assert len(canonical) == 1, name
            assert {"og:type", "og:title", "og:url", "og:site_name"} <= properties, name


@pytest.mark.parametrize("title", ["", "Tom & Jerry's"])
def test_the_front_page_says_the_name_once_and_opens_with_the_tagline(
    render: Callable[..., str], samples: dict[str, tuple[str, dict[str, object]]], title: str
) -> None:
    template, variables = samples["home"]
    page = msgspec.structs.replace(variables["page"], title=title)

    html = render(template, **(variables | {"page": page}))

    assert "<title>Tom &amp; Jerry&#39;s</title>" in html
    assert "<h1>Notes on making things</h1>" in html


def test_a_post_names_its_first_place_its_dates_and_its_data(pages: dict[str, str]) -> None:
    html = pages["post (en)"]

    assert '<link rel="canonical" href="https://elsewhere.example/first/">' in html
    assert '<meta property="og:type" content="article">' in html
    assert '<meta property="article:published_time" content="2026-11-22T09:00:00+01:00">' in html
    assert '<script type="application/ld+json">{"@context": "https://schema.org"}</script>' in html


def test_feeds_of_the_page_come_first_and_none_twice(outlines: dict[str, Outline]) -> None:
    feeds = [
        link["href"] for link in outlines["tag (en)"].all("link") if link["rel"] == "alternate"
    ]

    assert feeds[0] == "/tags/r-d/feed.xml"
    assert feeds[3:] == ["/feed.xml", "/atom.xml", "/feed.json"]
    assert (
        len([link for link in outlines["home (en)"].all("link") if link["rel"] == "alternate"]) == 3
    )


def test_the_navigation_marks_the_page_one_is_on(outlines: dict[str, Outline]) -> None:
    current = [a["href"] for a in outlines["tags (en)"].all("a") if a.get("aria-current") == "page"]

    assert current == ["/tags/"]


def test_a_piece_in_another_language_turns_the_page_and_not_its_frame(
    outlines: dict[str, Outline],
) -> None:
    outline = outlines["post, arabic (en)"]

    assert (outline.all("html")[0]["lang"], outline.all("html")[0]["dir"]) == ("ar", "rtl")
    assert (outline.all("header")[0]["lang"], outline.all("header")[0]["dir"]) == ("en", "ltr")


@pytest.mark.parametrize(
    "action", ["subscribe", "visit_store", "download", "contact", "request_quote", "custom"]
)
def test_a_call_to_action_is_one_sentence_and_one_link(
    render: Callable[..., str], action: str
) -> None:
    cta = CtaView(slug="x", label="Take <it> home.", action=action, url="/go/a1")

    html = render("partials/cta.html", cta=cta)

    assert html.count("<a ") == 1
    assert 'href="/go/a1"' in html
    assert "<p>Take &lt;it&gt; home.</p>" in html
    assert re.search(r">\w[\w ]+<span class=\"unseen\">: Take &lt;it&gt; home\.</span></a>", html)


def test_the_call_to_action_stands_where_the_text_asks_and_after_it(pages: dict[str, str]) -> None:
    html = pages["post (en)"]

    assert html.index("it makes a promise") < html.index("/go/a1") < html.index("</blockquote>")
    assert html.count('class="cta"') == 2


@pytest.mark.parametrize(
    ("sample", "setting", "mark"),
    [
        ("home", "excerpts", "entry-excerpt"),
        ("post", "contents", 'aria-labelledby="contents"'),
        ("post", "drop_cap", "drop-cap"),
    ],
)
def test_a_setting_turns_a_part_of_the_page_on_and_off(
    render: Callable[..., str],
    samples: dict[str, tuple[str, dict[str, object]]],
    sample: str,
    setting: str,
    mark: str,
) -> None:
    template, variables = samples[sample]

    assert mark in render(template, theme={setting: "on"}, **variables)
    assert mark not in render(template, theme={setting: "off"}, **variables)


def test_the_source_of_a_shared_link_is_a_link_only_when_it_leads_to_the_web(
    render: Callable[..., str],
    samples: dict[str, tuple[str, dict[str, object]]],
    pages: dict[str, str],
) -> None:
    template, variables = samples["post"]
    forged = msgspec.structs.replace(variables["post"], source="javascript:alert(1)")

    assert 'href="https://elsewhere.example/first/?a=1&amp;b=2"' in pages["post (en)"]
    assert "javascript:" not in render(template, **(variables | {"post": forged}))


def test_a_post_without_author_tags_or_neighbours_leaves_no_empty_frame(
    pages: dict[str, str],
) -> None:
    html = pages["post, bare (en)"]

    assert "folio-tags" not in html
    assert "neighbours" not in html
    assert "contents" not in html


def test_a_page_with_all_it_loads_weighs_less_than_forty_kilobytes(
    pages: dict[str, str], theme: Path
) -> None:
    files = ["css/site.css", "js/copy.js"]
    loaded = sum(len(brotli.compress((theme / "assets" / name).read_bytes())) for name in files)
    # What a text in French or Spanish with slanted words and code makes a browser fetch.
    for font in ("literata", "literata-italic", "jetbrains-mono"):
        loaded += (theme / f"assets/fonts/{font}.woff2").stat().st_size
    heaviest = max(len(brotli.compress(html.encode())) for html in pages.values())

    assert loaded + heaviest < 40_000, (loaded, heaviest)


def test_slanted_words_move_no_line_when_their_font_comes(
    render: Callable[..., str], samples: dict[str, tuple[str, dict[str, object]]]
) -> None:
    template, variables = samples["post, bare"]
    preloaded = re.compile(r'<link rel="preload" href="/assets/fonts/literata-italic\.')

    def shown(text: str, language: str = "en", **theme: str) -> bool:
        post = msgspec.structs.replace(variables["post"], html=Markup(text))
        page = msgspec.structs.replace(variables["page"], language=language)
        given = variables | {"post": post, "page": page}
        return preloaded.search(render(template, theme=theme, **given)) is not None

    assert shown("<p>An <em>octavo</em>.</p>")
    assert shown("<blockquote><p>Eight leaves.</p></blockquote>")
    assert not shown("<p>An octavo.</p>")
    assert not shown("<p><em>八折り</em></p>", "ja")
    assert not shown("<p>An <em>octavo</em>.</p>", reading_font="instrument")


def test_a_theme_of_ones_own_needs_none_of_our_templates_or_settings(
    tmp_path: Path, theme: Path, samples: dict[str, tuple[str, dict[str, object]]]
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "theme.toml").write_text('name = "Mine"\n[settings.share]\ndefault = "on"\n')
    own = Theme(tmp_path, theme)
    shown = {"site": sample_site(theme=own.in_force)}

    made = {
        name: own.render(template, "en", {**shown, **variables})
        for name, (template, variables) in samples.items()
    }

    assert own.in_force["share"] == "on"
    assert 'role="search"' in made["search"]
    assert all("<!doctype html>" in html for html in made.values())


@pytest.mark.parametrize("template", ["home.html", "post.html", "search.html", "404.html"])
def test_a_template_of_ones_own_stands_and_the_others_fall_back_to_ours(
    tmp_path: Path, theme: Path, samples: dict[str, tuple[str, dict[str, object]]], template: str
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / template).write_text("<!doctype html><title>Mine</title>")
    own = Theme(tmp_path, theme)
    shown = {"site": sample_site(theme=own.in_force)}

    for of, variables in samples.values():
        html = own.render(of, "en", {**shown, **variables})
        assert ("<title>Mine</title>" in html) == (of == template)
