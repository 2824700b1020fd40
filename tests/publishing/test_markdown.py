"""What a text becomes: GitHub's dialect, safe in any hands, in bounded time."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin
from tests.publishing.fakes import make_piece

from octavo.publishing.read_model.facts import PieceSource
from octavo.publishing.read_model.prepared import NOT_XML, prepare, unpack_html
from octavo.publishing.text.markdown import BodyRefusedError, ComrakRenderer, render_body, shorten
from octavo.publishing.text.placing import place_ctas
from octavo.publishing.text.sanitise import clean_html

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def html(markdown: str) -> str:
    return render_body(markdown).html


def test_github_dialect_is_rendered() -> None:
    text = html(
        "# One\n\n~~gone~~ www.example.com or so[^1]\n\n- [x] done\n- [ ] open\n\n"
        "| a | b |\n|--:|---|\n| 1 | 2 |\n\n> [!WARNING]\n> Mind the gap.\n\n[^1]: A note."
    )

    assert '<h2 id="h-one">One</h2>' in text
    assert "<del>gone</del>" in text
    assert 'href="http://www.example.com"' in text
    assert '<input type="checkbox" disabled checked aria-label="Done">' in text
    assert '<input type="checkbox" disabled aria-label="To do">' in text
    assert '<td class="align-right">1</td>' in text
    assert '<div class="table-scroll" tabindex="0"><table>' in text
    assert "markdown-alert-warning" in text
    assert 'href="#h-fn-1"' in text
    assert 'id="h-fn-1"' in text


def test_a_text_with_h1_moves_one_level_down_and_others_do_not() -> None:
    assert "<h3" in html("# a\n\n## b")
    assert '<h2 id="h-b">' in html("## b")


@pytest.mark.parametrize(
    ("marks", "levels"),
    [
        ("3 3 4", "2 2 3"),
        ("2 4 4 2", "2 3 3 2"),
        ("6", "2"),
        ("1 3 6", "2 3 4"),
        ("2 3 4 5 6 6", "2 3 4 5 6 6"),
    ],
)
def test_headings_go_down_one_step_at_a_time(marks: str, levels: str) -> None:
    body = "\n\n".join("#" * int(mark) + " word" for mark in marks.split())

    assert re.findall(r"<h(\d)", html(body)) == levels.split()
    assert [str(entry.level) for entry in render_body(body).toc] == levels.split()


def test_contents_name_every_heading_by_its_anchor() -> None:
    toc = render_body("## A & *b*\n\n### A & *b*").toc

    assert [(e.id, e.text, e.level) for e in toc] == [
        ("h-a--b", "A & b", 2),
        ("h-a--b-1", "A & b", 3),
    ]


def test_code_is_highlighted_by_class_and_kept_literal() -> None:
    text = html('```rust,ignore\nlet x = "<b>";\n```\n\n```\n{{ plain }} <i>\n```')

    assert '<code class="language-rust"><span class="kd">let</span>' in text
    assert "&lt;b&gt;" in text
    assert "{{ plain }} &lt;i&gt;" in text
    assert "style=" not in text


def test_a_text_is_never_a_template() -> None:
    assert "{{ 7*7 }} {% raw %}" in html("{{ 7*7 }} {% raw %}")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<img alt="<img onerror=alert(1) src=x>" src=x>',
        "[x](javascript:alert(1))",
        '<a href="java&#x0A;script:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        "<svg><script>alert(1)</script></svg>",
        "<svg onload=alert(1)>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<iframe src=https://example.com></iframe>",
        "<object data=x></object><embed src=x>",
        "<form action=/api/v1/keys><button>go</button></form>",
        "<style>*{display:none}</style>",
        '<p style="position:fixed">x</p>',
        "<base href=//evil.example>",
        "<meta http-equiv=refresh content=0;url=//evil.example>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        "<!--><img src=x onerror=alert(1)>-->",
        "<!-- x --!><script>alert(1)</script>",
        "<details open ontoggle=alert(1)>x</details>",
        '<video src=x autoplay onerror="alert(1)"></video>',
        "<input type=text name=password autofocus onfocus=alert(1)>",
        "<a id=location name=body>x</a>",
        '<table background="javascript:x"><td align="\\"><script>x</script>">x</table>',
        "```html onclick=x\n<script>alert(1)</script>\n```",
        '<pre><code class="language-a&quot; onclick=&quot;x">x</code></pre>',
        "<x onclick=alert(1)>x</x>",
    ],
)
def test_nothing_that_a_writer_brings_runs_or_imitates(hostile: str) -> None:
    text = html(hostile)
    tags = re.findall(r"<[a-z][^>]*>", text)

    assert not re.search(r"<(script|iframe|style|form|object|embed|base|meta|svg|button)\b", text)
    for found in tags:
        outside = re.sub(r'"[^"]*"', '""', found)
        assert not re.search(r"\son\w+\s*=", outside), found
        assert " style=" not in outside
        assert "javascript:" not in found.lower()
        assert "data:text" not in found.lower()
        assert not re.search(r'\bname="', found)
        assert re.search(r'\bid="(?!h-)', found) is None
    assert not re.search(r"<input (?!type=\"checkbox\" disabled)", text)


def test_the_cleaner_escapes_angles_in_attributes() -> None:
    """Every later step takes `<img` for the begin of a tag; this is what makes that true."""
    assert "<" not in clean_html('<p title="<img><table>">x</p>').replace("<p", "").replace(
        "</p", ""
    )


def test_the_same_text_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "from octavo.publishing.text.sanitise import clean_html;"
        "print(clean_html('<img src=x alt=y><input checked><video src=v></video>'))"
    )
    seen = {subprocess.check_output([sys.executable, "-c", code]) for _ in range(4)}

    assert len(seen) == 1


def test_links_within_a_text_follow_its_prefixed_ids() -> None:
    text = html(
        '[a](#foo) [b](/other/#bar) [c](/media/x.pdf#page=2) <a name="old">x</a> [d](#h-foo)'
    )

    assert 'href="#h-foo"' in text
    assert 'href="/other/#h-bar"' in text
    assert 'href="/media/x.pdf#page=2"' in text
    assert '<a id="h-old"' in text
    assert "h-h-" not in text


def test_images_load_late_and_media_are_found() -> None:
    rendered = render_body(
        '![a](/media/ab/c%20d.png) <img src="/media/e.jpg" srcset="/media/f.jpg 1x, /media/g.jpg 2x">'
        " [h](/media/h.pdf) [no](https://example.com/media/x.png)"
    )

    assert rendered.html.count('loading="lazy" decoding="async"') == 2
    assert rendered.media == ["ab/c%20d.png", "e.jpg", "f.jpg", "g.jpg", "h.pdf"]


def test_summary_is_the_first_words_in_plain_text() -> None:
    assert render_body("# T\n\nA **bold** [link](x)[^1] &amp; more.\n\n[^1]: n").summary.startswith(
        "A bold link & more."
    )
    assert shorten("one two three", 9) == "one two…"
    assert len(shorten("x" * 500, 100)) == 100


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        "[a](" * 50_000,
        "![" * 50_000,
        "*a_" * 50_000,
        "<a " * 50_000,
        "<div>" * 7_000,
        "a\n\n" * 60_000,
        "".join("`" * n + " " for n in range(1, 600)),
        "```rust\n" + "/*" * 30_000 + "\n```",
        "```python\n" + 'f"{' * 20_000 + "\n```",
    ],
)
def test_hostile_markdown_renders_soon(body: str) -> None:
    began = time.perf_counter()
    render_body(body)

    assert time.perf_counter() - began < 10


@pytest.mark.timeout(60)
def test_what_grows_beyond_bounds_is_refused_with_a_reason() -> None:
    with pytest.raises(BodyRefusedError, match="at most 10,000,000"):
        render_body("x" * 10_000_001)
    with pytest.raises(BodyRefusedError, match=r"memory|render"):
        render_body("|a" * 3_000 + "|\n" + "|-" * 3_000 + "|\n" + "|a\n" * 5_000)


def test_control_characters_and_lone_surrogates_do_no_harm() -> None:
    assert "\0" not in html("a\0b\x01c")
    assert html("café 日本語 🎉")


def test_a_call_to_action_stands_where_the_text_asks() -> None:
    text = render_body(
        "one\n\n<!-- cta: Buy -->\n\ntwo <!-- cta: more --> end\n\n<!-- secret -->\n\n`<!-- cta: x -->`"
    )

    assert "secret" not in text.html
    placed, slugs, unknown = place_ctas(
        text.html, known={"buy", "more"}, render=lambda slug: f"[{slug}]"
    )
    assert placed == (
        "<p>one</p>\n[buy]\n<p>two  end</p>[more]\n\n<p><code>&lt;!-- cta: x --&gt;</code></p>"
    )
    assert slugs == {"buy", "more"}
    assert unknown == []


class MarkdownItRenderer:
    """The reference: slower, another code base, the same dialect where the standard speaks."""

    def __init__(self) -> None:
        self._renderer = MarkdownIt("commonmark", {"html": True})
        self._renderer.enable(["table", "strikethrough"]).use(footnote_plugin)

    def render(self, markdown: str) -> str:
        return self._renderer.render(markdown)


def normal(text: str) -> str:
    text = re.sub(r"<h(\d)[^>]*>", r"<h\1>", text)
    text = re.sub(
        r'<a href="#[^"]*" aria-label[^>]*></a>|<a [^>]*class="anchor"[^>]*></a>', "", text
    )
    text = re.sub(r"<(t[hd])[^>]*>", r"<\1>", text)
    text = re.sub(r"<(/?)(s|del)>", r"<\1del>", text)
    text = re.sub(r'<ul class="[^"]*">', "<ul>", text)
    text = re.sub(r"\s*/>", ">", text)
    return re.sub(r"\s+", " ", text).replace("> <", "><").strip()


@pytest.mark.parametrize(
    "markdown",
    [
        '# A\n\ntext *em* **strong** `code` [l](/u "t") ![i](/i.png)',
        "1. a\n2. b\n   - c\n\n     d\n- e",
        "> quote\n> > deep\n\n---\n\n    indented\n",
        "```python\nx = 1 < 2\n```",
        "a  \nb\\\nc &copy; &#35;",
        "| a | b |\n|---|:-:|\n| ~~1~~ | 2 |",
        "[ref]: /x 'T'\n\n[ref] and [Ref][] <https://example.com/?a=1&b=2>",
        "<div>\n\n*html*\n\n</div>",
        "Setext\n===\n\nb\n---",
    ],
)
def test_the_reference_renderer_agrees(markdown: str) -> None:
    assert normal(ComrakRenderer().render(markdown)) == normal(
        MarkdownItRenderer().render(markdown)
    )


def test_the_commonmark_examples_agree_with_the_standard() -> None:
    spec = (
        next(iter(sorted((DATA / "markdown-spec").glob("*.json"))), None) if DATA.is_dir() else None
    )
    if spec is None:
        pytest.skip("no ../shared/data/markdown-spec: the standard's examples were not run")
    import json

    examples = json.loads(spec.read_text())
    examples = examples if isinstance(examples, list) else examples["examples"]
    renderer = ComrakRenderer()
    wrong = [
        e["example"]
        for e in examples
        if normal(renderer.render(e["markdown"])) != normal(e["html"])
    ]

    # Autolinks, footnotes and the like go beyond the standard on purpose.
    assert len(wrong) <= len(examples) * 0.03, wrong


@pytest.mark.parametrize("sign", ["\x01", "\x0e", "\x1f", "\ufffe", "&#1;", "&#xffff;"])
def test_what_no_feed_can_carry_is_replaced_and_brings_no_script_together(sign: str) -> None:
    body = f'<a href="java{sign}script:alert(1)">x</a> one{sign}two'
    piece = make_piece(1, body=body)

    stored = unpack_html(prepare(PieceSource(piece=piece)).html)

    assert "javascript:" not in stored
    assert NOT_XML.search(stored) is None


@given(st.text(st.sampled_from("ab. \t\n\r\x0b\x0c\x1c\x1fé\u00a0\u2003"), max_size=40))
def test_words_are_what_white_space_divides(text: str) -> None:
    assert render_body(text).words == len(text.split())


@pytest.mark.parametrize(
    ("markdown", "is_bare"),
    [
        ("<https://a.example/x?a=1&b=2>", True),
        ("www.a.example/y", True),
        ("[https://a.example](https://a.example/)", True),
        ("[words](https://a.example/)", False),
        ("[https://a.example](https://b.example/)", False),
    ],
)
def test_a_link_that_shows_its_own_address_is_told_apart(markdown: str, is_bare: bool) -> None:
    assert ('" class="bare"' in html(markdown)) is is_bare
