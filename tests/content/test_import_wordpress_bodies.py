"""Texts of WordPress: paragraphs, shortcodes, blocks; no word is lost, and nothing takes for ever."""

import re
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.content.importers.wordpress import bodies
from octavo.content.importers.wordpress.blocks import flatten
from octavo.content.importers.wordpress.paragraphs import add_paragraphs
from octavo.content.importers.wordpress.shortcodes import Attachment, Library, expand

PICTURES = {1: Attachment(url="https://x.test/1.jpg", alt="One", caption="First")}
LIBRARY = Library(find=PICTURES.get, own=lambda: [PICTURES[1]])


def shown(text):
    html, _ = bodies.as_html(text, library=LIBRARY, find_block=lambda _: None)
    return bodies.to_markdown(html).markdown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one", "<p>one</p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n"),
        ("a<br />\nb", "<p>a<br>\nb</p>\n"),
        ("a\n<h2>b</h2>\nc", "<p>a</p>\n<h2>b</h2><p>c</p>\n"),
        ("<ul>\n<li>a</li>\n</ul>", "<ul>\n<li>a</li>\n</ul>"),
        ("<pre>\na\n\nb</pre>", "<pre>\na\n\nb</pre>"),
        ("<div>a\n\nb</div>", "<div><p>a</p>\n<p>b</p>\n</div>"),
        ("<p>a\nb</p>", "<p>a<br>\nb</p>"),
        ("a <b>b\nc</b>", "<p>a <b>b<br>\nc</b></p>\n"),
        ("a\n\n<!--more-->\n\nb", "<p>a</p>\n<!--more--><p>b</p>\n"),
    ],
)
def test_classic_texts_get_the_paragraphs_that_wordpress_shows(text, html):
    assert add_paragraphs(text) == html


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ('[gallery ids="1"]', "<figcaption>First</figcaption>"),
        ("[gallery]", "https://x.test/1.jpg"),
        ("[embed width='5']https://v.test/1[/embed]", "](https://v.test/1)"),
        ("[youtube=https://v.test/2]", "](https://v.test/2)"),
        ('[audio mp3="https://x.test/a.mp3"][/audio]', 'src="https://x.test/a.mp3"'),
        ('[video src="https://x.test/a.mp4" poster="p.jpg"]', 'poster="p.jpg"'),
        ("[code]a < b[/code]", "```\na < b\n```"),
        ("[[gallery]]", "[gallery]"),
        ("<code>[gallery]</code>", "`[gallery]`"),
        ("<pre>[gallery]</pre>", "```\n[gallery]\n```"),
        ("[gallery", "gallery"),
        ("we [sic] say", "we [sic] say"),
        ('[caption]no picture[/caption]', "no picture"),
    ],
)  # fmt: skip
def test_shortcodes_become_what_they_stand_for(text, markdown):
    assert markdown in shown(text)


def test_unknown_shortcodes_stay_and_are_named_and_lost_pictures_are_told():
    made = expand('[form id="1"] [box]inside[/box] [sic] [gallery ids="1,7"]', LIBRARY)

    assert made.unknown == ["form", "box"]
    assert '[form id="1"] [box]inside[/box] [sic]' in made.html
    assert made.missing == ["pictures of a gallery are not in the export: 7"]


def test_reusable_blocks_stand_where_they_are_used_even_within_themselves():
    flat = flatten('<!-- wp:block {"ref":3} /-->', {3: 'a <!-- wp:block {"ref":3} /-->'}.get)

    assert flat.html.count("<p>a") == 4
    assert flat.empty == ["block"]


def test_addresses_are_pointed_elsewhere_wherever_they_stand():
    html = (
        '<a href="/a?x=1&amp;y=2">a</a><img src=/b srcset="/b 1x, /c 2x"><p title="href=/d">/e</p>'
    )

    made = bodies.rewritten(html, lambda url: f"/new{url}")

    assert made == (
        '<a href="/new/a?x=1&amp;y=2">a</a><img src="/new/b" srcset="/new/b 1x, /new/c 2x">'
        '<p title="href=/d">/e</p>'
    )
    assert bodies.addresses(html) == ["/a?x=1&y=2", "/b", "/c"]


_PARTS = st.sampled_from(
    ["word", "other", " ", "\n", "\n\n", "<p>", "</p>", "<b>", "</b>", "<ul>", "<li>", "</li>", "</ul>",
     "<h2>", "</h2>", "<pre>", "</pre>", "<div>", "</div>", "<table><tr><td>", "</td></tr></table>",
     "<blockquote>", "</blockquote>", "<br>", "<hr>", "<!--more-->", "[sic]", "[/x]", "[x a=b]", "[[y]]",
     "<!-- wp:paragraph -->", "<!-- /wp:paragraph -->", "<!-- wp:x /-->", "<code>", "</code>", "[caption]",
     "[/caption]", "<img src=a.png>", "&amp;", "< ", ">", "[", "]", "<figure>", "</figure>"]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(_PARTS, max_size=25).map("".join))
def test_no_word_is_lost_whatever_is_around_it(text):
    wanted = Counter(re.findall(r"word|other", text))

    assert Counter(re.findall(r"word|other", shown(text))) == wanted


HOSTILE = {
    "open code": "<pre>" * 200_000, "open shortcodes": "[gallery " * 150_000,
    "open comments": "<!--" * 200_000, "captions": "[caption]" * 100_000,
    "quotes": '[a "' * 200_000, "elements": "<div>" * 100_000, "closings": "<div></p>" * 100_000,
    "blocks": "<!-- wp:a -->" * 80_000, "open blocks": "<!-- wp:a " * 100_000,
    "a long quote": "[x '" + "a" * 1_000_000, "spaces": "x" + " \t" * 400_000 + "x",
    "brackets": "[[a" * 300_000, "codes": "[code]" * 150_000 + "[/code]",
    "tags": "<a " * 300_000, "breaks": "a\n" * 200_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_time_by_their_length_alone(name):
    began = time.process_time()
    html, _ = bodies.as_html(HOSTILE[name], library=LIBRARY, find_block=lambda _: None)
    bodies.addresses(html)

    assert time.process_time() - began < 5
