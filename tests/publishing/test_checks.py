"""What is found in a draft before it goes out."""

from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.publishing.checks.messages import LANGUAGES
from octavo.publishing.checks.reading_ease import syllables
from octavo.publishing.checks.rules import check
from octavo.publishing.checks.schemas import Around, Draft

HOSTILE = st.text(alphabet="#![]()<>`~ \n\rTKaéimgsrc=\"'-/:.\u2028", max_size=300)


def names(body, **draft):
    return {item.check for item in check(Draft(body=body, **draft), Around()).items}


def test_open_marks_are_found_where_they_stand_and_not_in_code():
    body = "a `TK` b TKTK\n```\nTK\n```\nATKB"
    found = [item for item in check(Draft(body=body), Around()).items if item.check == "tk"]
    assert [body[item.start : item.end] for item in found] == ["TKTK"]


def test_pictures_links_and_headings_are_looked_at():
    assert {"alt_missing", "link_broken", "heading_h1"} <= names("# A\n![](/x.png)\n[b](/gone/)")
    assert {"heading_skipped", "link_empty"} <= names("### A\n[b]()")
    assert not {"alt_missing", "heading_h1"} & names("## A\n![b](https://e.org/b.png)", title="t")


@given(body=HOSTILE)
@settings(max_examples=150, deadline=None)
def test_positions_lie_inside_the_text_whatever_it_is(body):
    for item in check(Draft(body=body, title=body[:50]), Around()).items:
        if item.start is not None:
            assert (
                0
                <= item.start
                <= item.end
                <= len(getattr(Draft(body=body, title=body[:50]), item.field))
            )


def test_hostile_texts_take_no_longer_than_they_are_long():
    for unit in ("![", "[", "](", "`a``", "<img ", "<!--", "# \n", "TK ", "<a href='"):
        begin = perf_counter()
        check(Draft(body=unit * (150_000 // len(unit))), Around())
        assert perf_counter() - begin < 2.0, unit
    assert names("x" * 600_000) == {"too_long"}


def test_every_language_says_the_same_things():
    assert LANGUAGES["en"].keys() == LANGUAGES["es"].keys()


def test_syllables_are_counted():
    known = {
        "en": {"cat": 1, "table": 2, "banana": 3, "make": 1},
        "es": {"casa": 2, "día": 2, "leer": 2, "queso": 2, "ciudad": 2},
    }
    for language, words in known.items():
        assert {word: syllables(word, language) for word in words} == words


async def test_a_piece_and_a_draft_are_checked_over_http(installation):
    owner = await installation.owner()
    made = (await owner.post("/api/v1/pieces", json={"title": "A", "body": "TK"})).json()
    got = await owner.get(f"/api/v1/pieces/{made['id']}/checks", headers={"accept-language": "es"})
    assert got.status_code == 200
    assert {"tk", "cta_missing", "objective_missing"} <= {i["check"] for i in got.json()["items"]}
    draft = await owner.post("/api/v1/checks", json={"title": "A", "body": "[a](/gone/)"})
    assert {"link_broken", "title_taken"} <= {i["check"] for i in draft.json()["items"]}
