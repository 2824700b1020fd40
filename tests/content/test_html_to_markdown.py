"""HTML becomes Markdown that reads the same: no word is lost, whatever the HTML is."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from octavo.content.importers.html_to_markdown import convert
from octavo.publishing.text.markdown import ComrakRenderer

_render = ComrakRenderer().render


def words(html: str) -> str:
    """Answer what a reader sees, without white space."""
    body = LexborHTMLParser(f"<body>{html}").body
    texts = [node.text_content or "" for node in body.traverse(include_text=True)
             if node.is_text_node and node.parent.tag not in {"script", "style"}]  # fmt: skip
    return re.sub(r"\s+", "", "".join(texts))


_TEXTS = st.one_of(
    st.sampled_from(
        ["a", "word", " ", "\n", "*", "**", "_", "__", "~", "`", "``", "[", "]", "(", ")", "[x]",
         "[^1]", "[a]: b", "!", "\\", "|", "#", "# ", "- ", "+ ", "1. ", "1) ", "---", "===", "> ",
         "&lt;", "&amp;", "&amp;amp;", "&copy;", "&nbsp;", "http://a.b/c_d", "www.x.de/*y*", "a@b.cd",
         "https://x.y/(z)", ":", "```", "~~~", "    x", "[!NOTE]", "{{ x }}", "<!--more-->", "é", "日本",
         "“x”", "\u3000", "snake_case_name", "*a*", "|a|", "|-|", ":-:", "[ ]", "[x] ", "<!-- c -->"]
    ),
    st.text(alphabet="ab *_`~[]()<>&!\\|#-+=.:1\n\"'@/", max_size=12).map(
        lambda text: text.replace("&", "&amp;").replace("<", "&lt;")
    ),
)  # fmt: skip
_INLINE = [
    "b", "i", "em", "strong", "del", "code", "a href='/x_(y)'", "a", "span", "span lang=de", "sub",
    "u", "mark", "a href='x' rel=nofollow", "font", "kbd", "q", "o:p", "button", "label",
]  # fmt: skip
_BLOCK = [
    "p", "p id=k", "p dir=rtl", "div", "div class=note", "blockquote", "ul", "ol", "ol start=7", "li",
    "h1", "h2 id=z", "h3", "pre", "pre><code class=language-x", "table", "tr", "td", "th", "figure",
    "figcaption", "details", "summary", "dl", "dt", "dd", "section", "aside", "center", "video", "iframe",
    "table><tr><th>a<th>b<tr><td>c<td", "table><thead><tr><th", "ul><li", "ol><li><p", "ul><li><ul><li",
    "blockquote cite=x", "svg><text", "noscript", "form", "address", "my-card",
]  # fmt: skip
_VOID = st.sampled_from(
    ["<br>", "<hr>", "<img src='a b.png' alt='x*[y]'>", "<img>", "<wbr>", "<input value=x>",
     "<script>if (a < b) *x*\n\n# y</script>", "<br><br>"]
)  # fmt: skip


def _wrapped(names, inner):
    def wrap(drawn):
        name, parts = drawn
        tags = [part.split()[0] for part in name.split("><")]
        return f"<{name}>{''.join(parts)}" + "".join(f"</{tag}>" for tag in reversed(tags))

    return st.tuples(st.sampled_from(names), st.lists(inner, max_size=5)).map(wrap)


_HTML = st.lists(
    st.recursive(
        st.one_of(_TEXTS, _TEXTS, _VOID),
        lambda inner: st.one_of(_wrapped(_INLINE, inner), _wrapped(_BLOCK, inner)),
        max_leaves=14,
    ),
    max_size=5,
).map("".join)


@settings(max_examples=1500, deadline=None)
@given(_HTML)
def test_no_text_is_lost_and_none_is_added(html):
    converted = convert(html)

    assert words(_render(converted.markdown)) == words(html)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>/abiphrefdvultc=\"'!- \n&;*_", max_size=200))
def test_broken_tags_break_nothing(html):
    assert words(_render(convert(html).markdown)) == words(html)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>A <b>bold</b> word.</p>", "A **bold** word."),
        ("<h3 id='one-two'>One two</h3>", "### One two"),
        ("<h3 id='other'>One</h3>", '### <a id="other"></a>One'),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"),
        ("<ol start=9><li><p>a</p><p>b</p><li>c</ol>", "9. a\n\n   b\n\n10. c"),
        ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n* b"),
        ('<pre><code class="language-py">a\n\n  b</code></pre>', "```py\na\n\n  b\n```"),
        ("<pre>a ``` b</pre>", "````\na ``` b\n````"),
        ("<table><tr><th>a<th align=right>b<tr><td>1|2<td>3</table>",
         "| a | b |\n| --- | --: |\n| 1\\|2 | 3 |"),
        ("<table><tr><td>a</table>", "<table>\n<tbody><tr><td>a</td></tr></tbody></table>"),
        ("<figure><img src=a.png alt=x></figure>", "![x](a.png)"),
        ("<figure><img src=a.png><figcaption>c</figcaption></figure>",
         '<figure>\n<img src="a.png"><figcaption>c</figcaption></figure>'),
        ('<iframe src="https://v.example/1"></iframe>',
         '<iframe src="https://v.example/1">\n</iframe>'),
        ('<p>[my_gallery ids="1,2"]</p>', '[my_gallery ids="1,2"]'),
        ("<p>See https://a.example/b_c now</p>", "See https://a.example/b_c now"),
        ("<p>a<!--more-->b</p>", "a\n\n<!--more-->\n\nb"),
        ('<p><a href="/a b" title="t">x</a></p>', '[x](/a%20b "t")'),
        ('<a rel="sponsored" href="/x">x</a>', '<a rel="sponsored" href="/x">x</a>'),
        ('<div class="kg-card"><p>x</p></div>', "x"),
        ('<div class="note"><p>x</p></div>', '<div class="note">\n\nx\n\n</div>'),
        ('<p dir="rtl">x</p>', '<p dir="rtl">\nx</p>'),
        ("<p>1. one<br># two</p>", "1\\. one\\\n\\# two"),
        ("", ""),
        ("<p></p>", ""),
    ],
)  # fmt: skip
def test_what_markdown_can_say_becomes_markdown_and_the_rest_stays(html, markdown):
    assert convert(html).markdown.removesuffix("\n") == markdown


def test_what_stayed_html_and_what_went_is_counted():
    converted = convert("<p>H<sub>2</sub>O<sub>3</sub> <o:p>x</o:p></p><iframe></iframe>")

    assert converted.kept == {"sub": 2, "iframe": 1}
    assert converted.dropped == {"o:p": 1}


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 200_000,
        "<ul><li>" * 100_000,
        "<b>" * 100_000 + "<p>" * 100_000,
        "".join(f"<b id={n}><p>" for n in range(50_000)),
        "<table><tr><td>" * 50_000,
        "<a href=x>" * 100_000,
        "[" * 500_000,
        "`" * 500_000,
        "*a " * 200_000,
        "\\\n" * 200_000,
        "<br>" * 100_000,
        "<p>x\n" * 100_000,
        "<i>x</i>" * 100_000,
        "<!--" * 100_000,
        "<a b='" * 100_000,
        "&" * 500_000,
        "https://" * 100_000,
    ],
    ids=lambda html: html[:12],
)
def test_html_made_to_exhaust_its_reader_is_taken_in_seconds(html):
    started = time.monotonic()
    convert(html)

    assert time.monotonic() - started < 8.0
