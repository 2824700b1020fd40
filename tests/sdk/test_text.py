"""Counting as the networks count, and composing the text of a delivery."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.sdk import CtaLink, Limits
from octavo.sdk.text import COUNTERS, compose, count_mastodon, count_utf16, graphemes, placeholders

MASTODON = Limits(max_length=500, url_length=23)
CTA = CtaLink(slug="join", label="Join us", action="subscribe", url="https://b.example/go/abc")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("plain", 5),
        ("e\u0301", 1),
        ("👨‍👩‍👧‍👦", 1),
        ("🇪🇸🇵🇹", 2),
        ("नमस्ते", 3),
        ("see https://example.org/a/very/long/path?with=query#and-more now", 4 + 23 + 4),
        ("https://a.bc", 23),
        ("https://example.org/a. Then", 23 + 6),
        ("(https://en.wikipedia.org/wiki/Paper_(print))", 23 + 2),
        ("https://exämple.com/ä", 23),
        ("http://localhost:8000/x", 23),
        ("xhttps://example.org/", 21),
        ("@ada@social.example hello", len("@ada hello")),
        ("mail ada@social.example", len("mail ada@social.example")),
        ("@ada hello", 10),
        ("line\r\nhttps://example.org\r\nline", 4 + 1 + 23 + 1 + 4),
    ],
)
def test_a_status_is_counted_as_mastodon_counts_it(text: str, length: int) -> None:
    assert count_mastodon(text, MASTODON).used == length


def test_a_server_may_reserve_another_length_for_links() -> None:
    assert count_mastodon("https://example.org/", Limits(url_length=25)).used == 25


def test_a_count_explains_itself() -> None:
    count = count_mastodon("two https://a.bc/1 https://a.bc/2", MASTODON)

    assert [(part.label, part.length) for part in count.parts] == [
        ("text", 5),
        ("2 links, 23 each", 46),
    ]
    assert count.used == 51
    assert count.fits


def test_utf16_counts_surrogate_pairs_as_two() -> None:
    assert count_utf16("a😀", Limits()).used == 3


@given(st.text(max_size=300))
def test_no_text_is_counted_below_zero_or_above_its_code_points(text: str) -> None:
    for counter in (COUNTERS["graphemes"], COUNTERS["mastodon"]):
        assert 0 <= counter(text, Limits()).used <= len(text)


WORDS = st.text(st.characters(categories=["L", "N", "So"]), max_size=60)


@given(WORDS, WORDS)
def test_a_link_between_words_always_counts_the_same(before: str, after: str) -> None:
    text = f"{before} https://example.org/path {after}"

    assert count_mastodon(text, MASTODON).used == graphemes(before) + graphemes(after) + 23 + 2


def test_the_default_text_is_title_address_and_one_line_for_each_call() -> None:
    text = compose(None, title="Paper", url="https://b.example/p/", excerpt="", ctas=[CTA])

    assert text == "Paper\n\nhttps://b.example/p/\nJoin us: https://b.example/go/abc"


def test_placeholders_are_filled_in_and_other_braces_stay() -> None:
    text = compose(
        "{title}: {excerpt} {cta:join} {cta:gone} {unknown} {} {{url}}",
        title="A {url} in a title",
        url="U",
        excerpt="E",
        ctas=[CTA],
    )

    assert text == "A {url} in a title: E https://b.example/go/abc  {unknown} {} {U}"


def test_placeholders_are_listed_in_order() -> None:
    assert placeholders("{cta:b} {url} {cta:a} {x}") == ["cta:b", "url", "cta:a"]
