"""The index of the search: how texts are cut, what it holds, and how little a new piece writes."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.publishing.fakes import NOW, Desk, make_piece, tag

from octavo.publishing.search import layout
from octavo.publishing.search.words import bucket_of, terms

MakeDesk = Callable[..., Desk]
_VECTORS = Path(__file__).with_name("search_words.json")
_SCRIPT = Path(__file__).parents[2] / "site/assets/js/search.js"
_TWIN = """
const fs = require("fs"), vm = require("vm"), [script, vectors] = process.argv.slice(1);
const page = vm.createContext({});
vm.runInContext(fs.readFileSync(script, "utf8"), page);
console.log(JSON.stringify(JSON.parse(fs.readFileSync(vectors)).map(({text}) => {
  const terms = vm.runInContext(`terms(${JSON.stringify(text)})`, page);
  return [terms, terms.map(term => vm.runInContext(`bucketOf(${JSON.stringify(term)})`, page))];
})));
"""


def postings(desk: Desk, term: str, block: int = 0) -> dict[int, int]:
    """Answer id -> rank of the pieces of a block that hold a term, read as the browser does."""
    lines = desk.read(f"search/words/{block}/{bucket_of(term)}.txt").splitlines()
    found = [line.split(" ")[1:] for line in lines if line.split(" ")[0] == term]
    ids, at = {}, block * layout.BLOCK
    for posting in found[0] if found else []:
        at += int(posting, 36) // 4
        ids[at] = int(posting, 36) % 4
    return ids


@pytest.mark.parametrize("vector", json.loads(_VECTORS.read_text()), ids=lambda v: v["text"][:12])
def test_a_text_is_cut_into_its_terms(vector: dict[str, object]) -> None:
    assert terms(str(vector["text"])) == vector["terms"]


@pytest.mark.skipif(shutil.which("node") is None, reason="the twin needs node")
def test_the_browser_cuts_texts_as_the_index_does() -> None:
    run = subprocess.run(
        ["node", "-e", _TWIN, str(_SCRIPT), str(_VECTORS)],
        check=True, capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    wanted = [vector["terms"] for vector in json.loads(_VECTORS.read_text())]

    assert json.loads(run.stdout) == [[each, [bucket_of(term) for term in each]] for each in wanted]


def test_the_script_weighs_less_than_six_kilobytes() -> None:
    assert _SCRIPT.stat().st_size < 6_500


async def test_a_block_says_which_pieces_hold_a_term_and_in_which_field(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk(
        make_piece(1, title="Mill"),
        make_piece(5, excerpt="By the mill."),
        make_piece(9, tags=[tag(1, "Mill")]),
        make_piece(60, body="Words.\n\n## The mill\n\nMore."),
        make_piece(64, title="Mill in the tail"),
    )
    await desk.site.build(now=NOW)

    assert postings(desk, "mill") == {1: 3, 5: 0, 9: 2, 60: 1}


async def test_the_tail_carries_all_that_is_looked_through(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(3, tags=[tag(1, "Paper")], body="Words.\n\n## A *mill*\n\nMore."))
    await desk.site.build(now=NOW)

    (doc,) = json.loads(desk.read("search/docs/0.json"))
    assert doc[:4] == [3, "/piece-3/", "Piece 3", "2026-01-04"]
    assert doc[5:] == ["Paper", "A mill"]
    assert json.loads(desk.read("search/index.json"))["last"] == 3


async def test_a_piece_that_goes_is_found_no_more(make_desk: MakeDesk) -> None:
    desk = make_desk(*(make_piece(n, title=f"Mill {n}") for n in (1, 2, 70)))
    await desk.site.build(now=NOW)
    desk.withdraw(1)
    await desk.site.build(now=NOW)

    assert postings(desk, "mill") == {2: 3}
    assert [doc[0] for doc in json.loads(desk.read("search/docs/0.json"))] == [2]


async def test_a_tag_is_found_by_its_new_name(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1, tags=[tag(1, "Old")]), make_piece(70))
    await desk.site.build(now=NOW)
    desk.rename_tag(tag(1, "New"))
    await desk.site.build(now=NOW)

    assert (postings(desk, "old"), postings(desk, "new")) == ({}, {1: 2})


async def test_without_script_the_page_leads_elsewhere(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1))
    await desk.site.build(now=NOW)

    html = desk.read("search/index.html")
    assert "<noscript>" in html
    assert 'href="/archive/"' in html
    assert 'href="/search/"' in desk.read("index.html")
