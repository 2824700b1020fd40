"""Links that lead nowhere on the site are words; they come to life with what they lead to."""

import pytest

from octavo.publishing.text.deadlinks import internal_path, unlink

BASE = "https://blog.example"
URL = f"{BASE}/here/"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/there/", "/there/"),
        ("../there/", "/there/"),
        ("picture.png", "/here/picture.png"),
        (f"{BASE}/there/", "/there/"),
        (f"{BASE}", "/"),
        ("/caf%C3%A9/?a=1#x", "/café/"),
        ("?page=2", "/here/"),
        ("https://blog.example.org/there/", None),
        ("https://other.example/", None),
        ("//other.example/x", None),
        ("#part", None),
        ("mailto:a@example.org", None),
        ("http://[broken", None),
        ("/", "/"),
    ],
)
def test_only_addresses_of_this_site_are_ours_to_judge(address, path):
    assert internal_path(address, url=URL, base_url=BASE) == path


def shown(html, *alive):
    return unlink(html, url=URL, base_url=BASE, leads=lambda path: path in alive)


def test_a_dead_link_keeps_its_words_and_a_lost_picture_its_description():
    html = (
        '<p><a href="/gone/" rel="noopener">words</a> <img src="lost.png" alt="A &gt; b" loading="lazy">'
        '<img src="lost.png" alt=""></p>'
    )

    assert shown(html) == '<p><a>words</a> <span class="missing-image">A &gt; b</span></p>'


def test_what_leads_somewhere_stays_to_the_byte():
    html = (
        '<a id="h-x" href="/there/?a=1&amp;b=2">x</a><a href="https://other.example/">y</a>'
        '<img src="/a.png" alt="z">'
    )

    assert shown(html, "/there/", "/a.png") == html


def test_text_that_looks_like_a_tag_is_left_alone():
    html = '<p>&lt;a href="/gone/"&gt; <code>&lt;img src="x"&gt;</code></p>'

    assert shown(html) == html
