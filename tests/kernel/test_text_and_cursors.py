"""Slugs, stored text and cursors, for any text there is."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.kernel.errors import InvalidInputError
from octavo.kernel.pagination import decode_cursor, encode_cursor
from octavo.kernel.text import clean_text, slugify


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Été à l'Île — Rust 1.0!", "ete-a-l-ile-rust-1-0"),
        ("日本語 タイトル", "日本語-タイトル"),
        ("Привет, мир", "привет-мир"),
        ("हिन्दी में लिखना", "हिन्दी-में-लिखना"),
        ("ภาษาไทย", "ภาษาไทย"),
        ("x\u0302y", "xy"),
        ("ﬁne ① Straße", "fine-1-strasse"),
        ("under_score", "under-score"),
        ("../../etc/passwd", "etc-passwd"),
        ("!!!", ""),
        ("x" * 200, "x" * 80),
    ],
)
def test_slugs_read_like_their_text(text, slug):
    assert slugify(text) == slug


@given(st.text(max_size=300))
def test_a_slug_is_one_plain_path_segment(text):
    slug = slugify(text)

    assert len(slug) <= 80
    assert not set(slug) & set("/\\.?#%&<>\"' \n\0")
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert slugify(slug) == slug


@pytest.mark.parametrize("bad", ["\0", "\x08", "\x1b", "\ufffe", "\ud800"])
def test_characters_that_cannot_be_published_are_refused_with_their_line(bad):
    with pytest.raises(InvalidInputError, match="line 2") as caught:
        clean_text(f"one\ntwo{bad}", field="body")

    assert [wrong.field for wrong in caught.value.fields] == ["body"]


def test_tabs_and_line_ends_are_text():
    assert clean_text("a\tb\r\nc", field="body") == "a\tb\r\nc"


values = st.one_of(
    st.text(max_size=50).filter(lambda s: s.isprintable()),
    st.integers(-(2**53), 2**53),
    st.booleans(),
    st.none(),
    st.datetimes(timezones=st.just(UTC)),
)


@given(st.lists(values, max_size=4).map(tuple))
def test_a_cursor_gives_back_what_it_was_made_of(key):
    assert decode_cursor(encode_cursor(key)) == key


@given(st.text(max_size=40))
def test_anything_else_is_refused_as_a_cursor(text):
    refused = []
    try:
        decode_cursor(text)
    except InvalidInputError as exc:
        refused = [wrong.field for wrong in exc.fields]

    assert refused in ([], ["cursor"])


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "%%%",
        packed("not json"),
        packed('[["t", "not a time"]]'),
        packed('[["t", "2026-01-01T00:00:00"]]'),
        packed('[["v", 99999999999999999999]]'),
        packed('[["v", "a\\u0000b"]]'),
        packed("[" * 100_000),
        packed("{}"),
    ],
)
def test_a_broken_cursor_says_so(cursor):
    with pytest.raises(InvalidInputError, match="cursor"):
        decode_cursor(cursor)


def test_a_cursor_keeps_an_instant_exactly():
    instant = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=UTC)

    assert decode_cursor(encode_cursor((instant, 7))) == (instant, 7)
