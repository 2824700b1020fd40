"""Ghost's filter language: what it reads, what it refuses, and that nothing makes it work long."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from octavo.reading.nql import Both, Either, NqlError, Said, Word, parse


def said(name, *words, op="in", negated=False):
    return Said(name, op, tuple(Word(w) for w in words), negated)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("featured:true", said("featured", "true")),
        ("primary_tag:-news", said("primary_tag", "news", negated=True)),
        ("tag:[photo, video]", said("tag", "photo", "video")),
        ("tag:-[photo,video]", said("tag", "photo", "video", negated=True)),
        ("published_at:>now-30d", said("published_at", "now-30d", op=">")),
        ("published_at:<=now+2M", said("published_at", "now+2M", op="<=")),
        ("title:~'launch'", Said("title", "~", (Word("launch", quoted=True),))),
        ("title:-~^'a'", Said("title", "~^", (Word("a", quoted=True),), negated=True)),
        (r"title:'it\'s, (new)+'", Said("title", "in", (Word("it's, (new)+", quoted=True),))),
        ("slug:hash-new-post", said("slug", "hash-new-post")),
        ("at:2026-01-02T03:04:05Z", said("at", "2026-01-02T03:04:05Z")),
        ("a:1,b:2+c:3", Either((said("a", "1"), Both((said("b", "2"), said("c", "3")))))),
        ("(a:1,b:2)+c:3", Both((Either((said("a", "1"), said("b", "2"))), said("c", "3")))),
        (" a : null ", said("a", "null")),
        (r"a:x\,y", said("a", "x,y")),
        ("a:nowhere", said("a", "nowhere")),
    ],
)
def test_filters_are_read_as_ghost_reads_them(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    ["", "a", "a:", ":b", "a:[", "a:[]", "a:[b", "(a:b", "a:b)", "a:b+", "a:b,", "a:'b", "a:b c",
     'a:"b"', "a:>", "a::b", "'a':b", "a:b\x00", "a;b:c", "1a:b", "a:--b"],
)  # fmt: skip
def test_what_is_no_filter_is_refused_with_its_place(text):
    with pytest.raises(NqlError):
        parse(text)


@pytest.mark.parametrize(
    "bomb",
    [
        "(" * 7_000, "a:" + "[" * 7_000, "(" * 100 + "a:b" + ")" * 100, "+".join(["a:b"] * 1_500),
        "a:[" + ",".join("x" * 3_000) + "]", "a:'" + "\\" * 7_000, "a:" + "\\x" * 3_999 + "'",
        "a:b" + "," * 7_000, "x" * 1_000_000, "a:(" * 2_000, " " * 8_000,
    ],
)  # fmt: skip
def test_bombs_are_refused_at_once(bomb):
    began = time.perf_counter()

    with pytest.raises(NqlError):
        parse(bomb)

    assert time.perf_counter() - began < 0.5


def written(node):
    if isinstance(node, Said):
        words = [_quoted(word) for word in node.words]
        value = f"[{','.join(words)}]" if len(words) > 1 else words[0]
        op = "" if node.operator == "in" else node.operator
        return f"{node.name}:{'-' if node.negated else ''}{op}{value}"
    sign = "+" if isinstance(node, Both) else ","
    return "(" + sign.join(written(part) for part in node.parts) + ")"


def _quoted(word):
    escaped = word.text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def unquoted(node):
    """The filter without what only tells how its words were written."""
    if isinstance(node, Said):
        words = tuple(Word(word.text) for word in node.words)
        return Said(node.name, node.operator, words, node.negated)
    return type(node)(tuple(unquoted(part) for part in node.parts))


def read(text):
    """What `parse` makes of the text; None for what is refused."""
    try:
        return parse(text)
    except NqlError:
        return None


def assert_read_or_refused(text):
    tree = read(text)
    assert tree is None or unquoted(parse(written(tree))) == unquoted(tree)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    assert_read_or_refused(text)


@given(st.text("ab:'\\,+()[]<>=~- nowd1", max_size=80))
@example("(a:-[b,'o n'],b:>now-1d)+a:~^'b'")
def test_any_signs_of_the_language_are_read_or_refused(text):
    assert_read_or_refused(text)


_names = st.from_regex(r"[a-z_][a-z0-9_.]{0,10}", fullmatch=True)
_words = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12).map(
    lambda text: Word(text, quoted=True)
)
_said = st.one_of(
    st.builds(
        Said, _names, st.just("in"), st.lists(_words, min_size=1, max_size=4).map(tuple), st.booleans()
    ),
    st.builds(
        Said, _names, st.sampled_from([">", ">=", "<", "<=", "~", "~^", "~$"]), st.tuples(_words),
        st.booleans(),
    ),
)  # fmt: skip
_trees = st.recursive(
    _said,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Both(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Either(tuple(parts))),
    ),
    max_leaves=12,
)


@given(_trees)
def test_what_is_written_is_read_back(tree):
    assert parse(written(tree)) == tree
