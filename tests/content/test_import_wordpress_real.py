"""WordPress exports of the wild, and documents made to do harm. Runs where the data lies.

What must come in is counted from the files by another parser than the importer's.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from tests.content.wxr_truth import truth

from octavo.content.importers import formats, intake
from octavo.content.importers.sources import UnusableSourceError
from octavo.content.importers.wordpress.importer import WordPress
from octavo.content.media.store import media_store
from octavo.content.tables import PieceRow, RevisionRow, TagRow
from octavo.publishing.text.markdown import ComrakRenderer

DATA = Path(__file__).parents[3] / "shared" / "data"
WXR = DATA / "wxr"
REFUSED = {
    "invalid-version-tag.xml": "which is none",
    "malformed.xml": "which is none",
    "missing-version-tag.xml": "names no WXR version",
    "nikola-wordpress_qtranslate_item_modernized.xml": "begins with <item>",
    "nikola-wordpress_qtranslate_item_raw_export.xml": "begins with <item>",
}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"THE REAL EXPORTS ARE NOT AT {DATA}")

FILES = sorted(path.name for path in WXR.glob("*.xml")) if WXR.is_dir() else []


@pytest.fixture
def run(room, settings):
    async def run(path, **options):
        export = WordPress(
            path, media=media_store(settings), now=room.now, dry_run=False, **options
        )
        return await intake.take_in(
            export, options=formats.Options(zone="UTC"), now=room.now, bus=room.bus
        )

    return run


def words(text):
    """The plain words between tags, comments, shortcodes and addresses."""
    text = re.sub(r"<!--.*?-->|<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
    text = re.sub(r"\[[^\[\]]*\]|https?://\S+|&#?\w+;", " ", text)
    return Counter(re.findall(r"[^\W\d_]{4,}", text))


@pytest.mark.parametrize("name", [name for name in FILES if name not in REFUSED])
async def test_every_post_and_page_comes_in_with_its_words_and_terms(run, name):
    items = truth(WXR / name)
    wanted = [item for item in items if item.get("post_type", "post") in {"post", "page"}]

    report = await run(WXR / name)
    again = await run(WXR / name)

    assert report.counts["taken"] == len(wanted) == await PieceRow.count()
    assert again.counts["unchanged"] == len(wanted)
    assert (again.counts["taken"], again.counts["changed"]) == (0, 0)
    kinds = Counter(row.kind for row in report.rows if row.outcome == "taken")
    assert kinds == Counter(item.get("post_type", "post") for item in wanted)
    others = Counter(item["post_type"] for item in items if item not in wanted)
    told = " ".join(report.notes)
    assert all(
        f"{kind} ({count})" in told for kind, count in others.items() if kind != "attachment"
    )
    assert not others["attachment"] or f"{others['attachment']} files stay" in told
    comments = sum(item["comments"] for item in wanted)
    assert sum(map(int, re.findall(r"(\d+) (?:comments|pingbacks)", told))) == comments
    await _compare_words(wanted)
    tags = {row["name"] for row in await TagRow.select()}
    labels = {
        " ".join(term.split())
        for item in wanted
        for domain, term in item["terms"]
        if domain in {"category", "post_tag"} and term != "Uncategorized"
    }
    assert {label.casefold() for label in labels if "&" not in label} <= {
        tag.casefold() for tag in tags
    }


async def _compare_words(wanted):
    rows = await RevisionRow.select(RevisionRow.title, RevisionRow.body, RevisionRow.extra)
    render = ComrakRenderer().render
    bodies = {}
    for row in rows:
        number = re.search(r'"post_id":"(\d+)"', row["extra"])
        bodies[number[1] if number else ""] = words(render(row["body"]))
    for item in wanted:
        lost = words(item["content"]) - bodies[item.get("post_id", "")]
        assert sum(lost.values()) <= 0.02 * sum(words(item["content"]).values()), (
            item["title"],
            lost,
        )


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_export_is_refused_and_leaves_nothing(run, name):
    with pytest.raises(UnusableSourceError, match=REFUSED[name]):
        await run(WXR / name)

    assert await PieceRow.count() == 0


@pytest.mark.parametrize(
    "name", ["xml-billion-laughs.wxr.xml", "xml-external-entity.wxr.xml", "xml-deep-nesting.opml"]
)
async def test_hostile_documents_are_refused(run, name):
    with pytest.raises(UnusableSourceError):
        await run(DATA / "archives" / name)

    assert await PieceRow.count() == 0


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (DATA / "archives").glob("*.zip")) if DATA.is_dir() else []
)
async def test_hostile_archives_hold_no_export(run, name, tmp_path):
    with pytest.raises(UnusableSourceError):
        await run(DATA / "archives" / name)

    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix == ".md"]
