"""Every item of the exports of the wild is accounted for. Runs where the data lies.

The items are counted from the files by other parsers than the importers', by kind and state; what was
taken, by kind and state, what was skipped and what the notes count must be the same.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from tests.content.wxr_truth import truth

from octavo.content.importers.formats import Options
from octavo.content.importers.ghost.importer import Ghost
from octavo.content.importers.intake import take_in
from octavo.content.importers.sources import UnusableSourceError
from octavo.content.importers.wordpress.importer import WordPress
from octavo.content.media.store import media_store

DATA = Path(__file__).parents[3] / "shared" / "data"
WXR = sorted((DATA / "wxr").glob("*.xml"))
GHOST = sorted((DATA / "ghost").glob("*.json"))
STATES = {
    "publish": "published", "future": "scheduled", "pending": "in_review", "draft": "draft",
    "private": "draft", "trash": "skipped", "auto-draft": "skipped",
}  # fmt: skip

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"THE REAL EXPORTS ARE NOT AT {DATA}")


@pytest.fixture
def look(room, settings):
    """Import into nothing: the report is the same, see `test_import_ghost_real`."""

    async def look(kind, path):
        export = kind(path, media=media_store(settings), now=room.now, dry_run=True)
        options = Options(dry_run=True, zone="UTC")
        return await take_in(export, options=options, now=room.now, bus=room.bus)

    return look


def told(report):
    """What became of the items: how many by kind and state, how many were skipped."""
    done = Counter((row.kind, row.status) for row in report.rows if row.outcome != "skipped")
    assert sum(done.values()) == report.counts["taken"] + report.counts["changed"]
    return done + Counter({("", "skipped"): report.counts["skipped"]})


def wxr_item(item):
    """The kind and state that an item must come to."""
    kind = item.get("post_type", "post") or "post"
    if kind not in {"post", "page"}:
        return "other", kind
    state = STATES[item.get("status") or "publish"]
    has_date = any(item.get(name) for name in ("post_date_gmt", "post_date", "pubDate"))
    if item.get("post_password") or (state == "published" and not has_date):
        state = "draft"
    return ("", "skipped") if state == "skipped" else (kind, state)


def counted_in(notes):
    """How many items the notes count, by their type."""
    text = " ".join(note for note in notes if "left out" in note)
    counts = Counter({kind: int(count) for kind, count in re.findall(r"([\w-]+) \((\d+)\)", text)})
    files = re.search(r"(\d+) files stay", " ".join(notes))
    return counts + Counter({"attachment": int(files[1]) if files else 0})


async def test_every_item_of_the_wordpress_exports_is_accounted_for(look):
    looked = 0
    for path in WXR:
        try:
            report = await look(WordPress, path)
        except UnusableSourceError:
            continue  # which are refused, and why: `test_import_wordpress_real`
        looked += 1
        wanted = Counter(wxr_item(item) for item in truth(path))
        others = Counter({kind: n for (mark, kind), n in wanted.items() if mark == "other"})
        found = told(report)
        told_one_by_one = found[("", "skipped")] - wanted[("", "skipped")]

        assert counted_in(report.notes) == others, path.name
        assert 0 <= told_one_by_one <= sum(others.values()), path.name
        ours = {key: n for key, n in found.items() if key[0]}
        assert ours == {key: n for key, n in wanted.items() if key[0] in {"post", "page"}}, (
            path.name
        )
    assert looked == len(WXR) - 5


def ghost_post(post):
    """The kind and state that a row of `posts` must come to."""
    kind = "page" if post.get("page") or post.get("type") == "page" else "post"
    if not (post.get("title") or post.get("html")):
        return "", "skipped"
    return kind, "published" if post.get("status") == "published" else "draft"


async def test_every_post_of_the_ghost_exports_is_accounted_for(look):
    for path in GHOST:
        report = await look(Ghost, path)
        whole = json.loads(path.read_text())
        posts = (whole["db"][0] if "db" in whole else whole)["data"].get("posts") or []

        assert told(report) == Counter(map(ghost_post, posts)), path.name
        assert len(report.rows) == len(posts), path.name
