"""Exports of Ghost, from 2014 to today, that other people made. Runs where the data lies."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.content.ghost_exports import pieces, post, write

from octavo.content import queries
from octavo.content.importers.formats import Options
from octavo.content.importers.ghost.importer import Ghost
from octavo.content.importers.intake import take_in
from octavo.content.importers.sources import UnusableSourceError
from octavo.content.media.store import MediaStore
from octavo.content.tables import PieceRow
from octavo.kernel.storage import open_storage

DATA = Path(__file__).parents[3] / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason=f"THE REAL EXPORTS ARE NOT AT {DATA}")
EXPORTS = sorted((DATA / "ghost").glob("*.json")) if DATA.is_dir() else []


@pytest.fixture
def run(room, tmp_path):
    async def run(path, *, content=None, site_url="", dry_run=False, author=None):
        media = MediaStore(storage=open_storage(str(tmp_path / "media")))
        ghost = Ghost(
            path, media=media, now=room.now, dry_run=dry_run, content=content, site_url=site_url
        )
        options = Options(dry_run=dry_run, author_email=author)
        return await take_in(ghost, options=options, now=room.now, bus=room.bus)

    return run


@real
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
async def test_every_real_export_comes_in_and_comes_in_once(run, path):
    whole = json.loads(path.read_text())
    data = (whole["db"][0] if "db" in whole else whole)["data"]
    posts = data.get("posts") or []
    empty = [item for item in posts if not (item.get("title") or item.get("html"))]

    dry = await run(path, dry_run=True)
    assert await PieceRow.count() == 0
    report = await run(path)
    again = await run(path)

    assert dry.counts == report.counts
    assert report.counts["taken"] == len(posts) - len(empty) == await PieceRow.count()
    assert report.counts["skipped"] == len(empty)
    assert again.counts["unchanged"] == report.counts["taken"] == await PieceRow.count()
    assert again.counts["taken"] == again.counts["changed"] == 0
    found = await pieces()
    for item in posts:
        if item not in empty and item.get("title"):
            row = found[item["title"]]
            assert row["kind"] == ("page" if item.get("page") else "post")
            live = item.get("status") == "published"
            assert (row["status"] == "published") is live
            if live and isinstance(item["published_at"], int):
                assert row["published_at"] == datetime.fromtimestamp(
                    item["published_at"] // 1000, UTC
                )


@real
async def test_people_and_tags_of_a_real_export_stand_in_their_order(run):
    await run(DATA / "ghost" / "export-003-mu.json")

    piece_id = (await pieces())["Welcome to Ghost"]["id"]
    piece = await queries.get_piece(piece_id)
    assert [author.name for author in piece.authors]
    assert [tag.name for tag in piece.tags]


@real
@pytest.mark.parametrize("path", sorted((DATA / "archives").glob("*")), ids=lambda path: path.name)
async def test_hostile_archives_are_refused_as_exports_and_harmless_as_pictures(
    run, tmp_path, path
):
    with pytest.raises(UnusableSourceError):
        await run(path)
    export = write(tmp_path / "e.json", [post(1, feature_image="/content/images/ok.png")])
    try:
        report = await run(export, content=path)
    except UnusableSourceError:
        return
    assert report.counts["taken"] == 1
    assert not list(tmp_path.glob("**/evil*"))
