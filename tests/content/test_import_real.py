"""Blogs that other people wrote, and archives made to do harm. Runs where the data lies."""

import resource
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from octavo.content import site_queries
from octavo.content.importers.markdown import import_markdown
from octavo.content.importers.sources import UnusableSourceError
from octavo.content.media.store import MediaStore
from octavo.content.tables import PieceRow
from octavo.kernel.storage import LocalStorage

# After the last post of the collections: none is still to come.
LATER = datetime(2026, 11, 22, tzinfo=UTC)
DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"THE REAL BLOGS ARE NOT AT {DATA}")


@pytest.fixture
def run(room, tmp_path):
    async def run(path, **options):
        given = {
            "dry_run": False, "author_email": None, "zone": "America/New_York", "now": room.now,
            "bus": room.bus, "media": MediaStore(storage=LocalStorage(tmp_path / "media")), "progress": None,
        }  # fmt: skip
        return await import_markdown(path, **{**given, **options})

    return run


async def live_pieces():
    pieces, after = [], None
    while page := await site_queries.published_page(after, 500):
        pieces += page
        after = (page[-1].published_at, page[-1].id)
    return pieces


async def test_the_rust_blog_comes_in_whole_with_its_pictures_and_old_addresses(run, tmp_path):
    for name in ("content.zip", "bundle-images-sample.zip"):
        with zipfile.ZipFile(DATA / "markdown-rust-blog" / name) as archive:
            archive.extractall(tmp_path / "rust")
    report = await run(tmp_path / "rust", now=LATER)
    again = await run(tmp_path / "rust", now=LATER)

    # 754 files: three sections and one page that is nothing but a template's name.
    assert (report.counts["taken"], report.counts["skipped"]) == (750, 4)
    assert (again.counts["unchanged"], again.counts["taken"], again.counts["changed"]) == (
        750,
        0,
        0,
    )
    pieces = await live_pieces()
    assert len(pieces) == await PieceRow.count() == 750
    assert sum("{{" in piece.body for piece in pieces) >= 7
    pictures = {path.name for path in (tmp_path / "media").rglob("*") if path.is_file()}
    assert len(pictures) > 80
    assert all(piece.published_at.year >= 2014 for piece in pieces)
    leads = {item.path: item.target for item in await site_queries.redirects_page(None, 5000)}
    by_title = {piece.title: piece for piece in pieces}
    release = by_title["Announcing Rust 1.88.0"]
    assert leads["/2025/06/26/Rust-1.88.0/"] == leads["/releases/1.88.0/"] == release.path
    assert not any("](@/" in piece.body for piece in pieces)


async def test_digital_gov_comes_in_with_its_defects_reported(run):
    report = await run(DATA / "markdown-digitalgov" / "content.zip")

    taken = [row for row in report.rows if row.outcome == "taken"]
    posts = [row for row in taken if row.file.startswith(("content/news/", "content/events/"))]
    with zipfile.ZipFile(DATA / "markdown-digitalgov" / "content.zip") as archive:
        files = [
            name
            for name in archive.namelist()
            if name.startswith(("content/news/", "content/events/"))
            and name.endswith(".md")
            and not name.endswith("_index.md")
        ]
    # One is the unfilled form for new posts, without a title and a text.
    assert set(files) - {row.file for row in posts} == {
        "content/news/2018/09/2018-09-24-example.md"
    }
    assert len(report.rows) == 4044
    assert all(row.reason for row in report.rows if row.outcome == "skipped")
    twice = [w for row in report.rows for w in row.warnings if "is given again on line" in w]
    assert len(twice) >= 16
    assert any("expiry date" in note for note in report.notes)
    drafts = [row for row in taken if row.status == "draft"]
    assert len(drafts) < 20
    pieces = await live_pieces()
    assert len(pieces) == len(taken) - len(drafts)
    known = {piece.slug: piece for piece in pieces}
    manager = known["who-is-your-website-manager"]
    assert manager.published_at.isoformat() == "2023-03-24T20:29:00+00:00"
    assert manager.authors[0].name == "Rachel Flagg"


HARMLESS = {
    "bomb-200MiB.zip": (1, "big.md"), "case-collision.zip": (1, "post.md"),
    "duplicate-names.zip": (1, "ok.md"), "empty.zip": (0, None),
    "encrypted-flag.zip": (0, "ok.md"), "many-entries-20000.zip": (0, "p/0.md"),
    "nfc-nfd-collision.zip": (1, None), "slip-absolute.zip": (1, "/tmp-evil/evil.md"),
    "slip-backslash.zip": (1, "..\\..\\evil.md"), "slip-nested.zip": (1, "posts/../../../evil.md"),
    "slip-parent.zip": (1, "../../evil.md"), "symlink-outside.zip": (1, "link"),
    "redos-links.md": (1, None), "yaml-alias-bomb.md": (0, "yaml-alias-bomb.md"),
    "yaml-weird-types.md": (0, "yaml-weird-types.md"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HARMLESS))
async def test_a_hostile_file_has_a_clear_outcome(run, name):
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = await run(DATA / "archives" / name)
    taken, refused = HARMLESS[name]

    assert report.counts["taken"] == taken
    skipped = {row.file: row.reason for row in report.rows if row.outcome == "skipped"}
    if refused is not None:
        assert skipped[refused]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 100_000


@pytest.mark.parametrize("name", ["not-a-zip.zip", "truncated.zip", "slip-parent.tar.gz"])
async def test_what_is_no_archive_is_refused_in_one_line(run, name):
    with pytest.raises(UnusableSourceError) as caught:
        await run(DATA / "archives" / name)

    assert name in caught.value.message
    assert await PieceRow.count() == 0
