"""Heads of Markdown files: read as written, refused with the line, never exploding."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from octavo.content.importers.dates import date_in_path, parse_date
from octavo.content.importers.frontmatter import FrontMatterError, split

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("text", "values", "body"),
    [
        ("---\na: 1\n---\nbody", {"a": "1"}, "body"),
        ("\ufeff\r\n\r\n---\r\na: no\r\nb: 1.10\r\nc: 12:30\r\n---\r\nx\r\n",
         {"a": "no", "b": "1.10", "c": "12:30"}, "x\n"),
        ("---\na: 2013-12-02 7:37:00 -0400\nb:\nc: ~\nd: ''\ne: [x, 2]\n---\n",
         {"a": "2013-12-02 7:37:00 -0400", "b": None, "c": None, "d": "", "e": ["x", "2"]}, ""),
        ("---\n---\nbody", {}, "body"),
        ('+++\na = "b"\nd = 2026-01-05T10:00:00+02:00\nt = true\nf = 1.10\n[x]\ny = [1]\n+++\nbody',
         {"a": "b", "d": "2026-01-05T10:00:00+02:00", "t": "true", "f": "1.10", "x": {"y": ["1"]}},
         "body"),
        ('{"a": 1.10, "b": [true, null]}\nbody', {"a": "1.10", "b": ["true", None]}, "body"),
        ("no front matter", {}, "no front matter"),
        ("{% include x %}", {}, "{% include x %}"),
        ("", {}, ""),
    ],
)  # fmt: skip
def test_values_stay_as_they_were_written(text, values, body):
    matter = split(text)

    assert (matter.values, matter.body) == (values, body)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\na: 1\n", 1, "never closed"),
        ("\n\n---\na: [1\nb: 2\n---\n", 5, "YAML"),
        ("---\na: 1\n\tb: 2\n---\n", 3, "YAML"),
        ("---\n- a\n- b\n---\n", 2, "list of fields"),
        ("---\n? [a]\n: b\n---\n", 2, "plain text"),
        ('+++\na = "b"\nc = \n+++\n', 3, "TOML"),
        ('{"a": 1,\n "b": }\n', 2, "JSON"),
        ("---\na: *nowhere\n---\n", 2, "YAML"),
        ("---\na: &a [*a]\n---\n", 2, "aliases"),
        ("---\na: " + "[" * 5000 + "\n---\n", 2, "deep"),
        ("---\na:\n" + "- " * 5000 + "x\n---\n", 2, "deep"),
        ('{"a":' * 100_000, 1, "deep"),
        ("+++\na = " + "[" * 50_000 + "\n+++\n", 2, "TOML"),
        ("---\na: " + "x" * 300_000 + "\n---\n", 1, "256 kB"),
        ("---\na: !!python/object/apply:os.system [echo]\n? !!python/name:os.system\n: {[}\n---\n",
         4, "YAML"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_line(text, line, words):
    with pytest.raises(FrontMatterError) as caught:
        split(text)

    assert words in str(caught.value)
    assert caught.value.line == line


def test_python_tags_are_only_text():
    assert split("---\na: !!python/name:os.system x\n---\n").values == {"a": "x"}


def test_aliases_are_followed_within_a_budget():
    assert split("---\na: &x [1]\nb: *x\n---\n").values == {"a": ["1"], "b": ["1"]}
    bomb = "\n".join(
        f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9) if n else 'x'}]" for n in range(12)
    )
    with pytest.raises(FrontMatterError):
        split(f"---\n{bomb}\n---\n")


@given(text=st.text(alphabet="-+{}[]:&*!|>#\"'\n\t ab1,~%@`?=\ufeff\r", max_size=80))
@example("---\n&a : b\n---")
@example("---\n%YAML 1.1\n---\n")
@example("---\na: \x85b\n---\n")
def test_any_text_is_read_or_refused(text):
    for fence in ("---", "+++", ""):
        with suppress(FrontMatterError):
            assert isinstance(split(f"{fence}\n{text}\n{fence}\nbody").values, dict)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2013-12-02 7:37:00 -0400", (2013, 12, 2, 11, 37)),
        ("2026-01-05", (2026, 1, 4, 23, 0)),
        ("2026-07-05", (2026, 7, 4, 22, 0)),
        ("2026-01-05T10:00:00Z", (2026, 1, 5, 10, 0)),
        ("2026-01-05 10:00 +0200", (2026, 1, 5, 8, 0)),
        ("2014-04-23 09:00:00 -4", (2014, 4, 23, 13, 0)),
        ("2009-12-25 10:41:06 +0000", (2009, 12, 25, 10, 41, 6)),
        ("2009-12-25 10:41:06.123456+05:30", (2009, 12, 25, 5, 11, 6)),
        ("2019-03-01 3:05 pm EST", (2019, 3, 1, 20, 5)),
        ("2019/3/1", (2019, 2, 28, 23, 0)),
        ("January 5, 2026", (2026, 1, 4, 23, 0)),
        ("5 Jan 2026", (2026, 1, 4, 23, 0)),
        ("Mon, 05 Jan 2026 10:00:00 +0100", (2026, 1, 5, 9, 0)),
    ],
)
def test_dates_are_read_with_their_offset_or_in_the_zone(raw, expected):
    assert parse_date(raw, MADRID) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    ["2026-02-30", "soon", "", "0000-00-00 00:00:00", "-0001-11-30", "2026-01-05 25:00", "1/2/3",
     "2026-01-05 10:00 XYZ", "99999-01-01", "2026-01-05 10:00 +99:99", "Foo 12, 2026"],
)  # fmt: skip
def test_what_is_no_date_is_refused(raw):
    with pytest.raises(ValueError, match=r"date|1970"):
        parse_date(raw, MADRID)


@given(raw=st.text(alphabet="0123456789-/: +TZapm,JanEST", max_size=30))
def test_any_text_is_a_date_or_is_refused(raw):
    with suppress(ValueError):
        assert parse_date(raw, MADRID).tzinfo is UTC


def test_dates_are_found_in_names():
    assert date_in_path("2026-01-05-hello.md", MADRID) == datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert date_in_path("/2014/12/12/1.0-Timeline", MADRID) is not None
    assert date_in_path("2026-13-05-hello.md", MADRID) is None
    assert date_in_path("version-1.2.3.md", MADRID) is None
