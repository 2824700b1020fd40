"""Importing a small blog with most of what real ones hold, on both engines."""

import os
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from octavo.content import listing, site_queries
from octavo.content.events import PiecesImported
from octavo.content.importers.markdown import import_markdown
from octavo.content.media.store import MediaStore
from octavo.content.schemas import PieceFilter
from octavo.content.tables import MediaRow, PieceRow, RevisionRow, TagRow
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.storage import LocalStorage

BLOG = Path(__file__).parent / "fixtures" / "blog"


@pytest.fixture
def blog(tmp_path):
    """A copy of the fixture blog that a test may change."""
    return shutil.copytree(BLOG, tmp_path / "blog")


@pytest.fixture
def run(room, tmp_path):
    async def run(path, **options):
        given = {
            "dry_run": False, "author_email": None, "zone": None, "now": room.now, "bus": room.bus,
            "media": MediaStore(storage=LocalStorage(tmp_path / "media")), "progress": None,
        }  # fmt: skip
        return await import_markdown(path, **{**given, **options})

    return run


def rows_of(report):
    return {row.file.removeprefix("content/"): row for row in report.rows}


async def test_every_file_is_taken_or_reported_with_its_reason(run):
    report = await run(BLOG)
    rows = rows_of(report)

    assert report.counts["taken"] == 9
    reasons = {name: (row.reason, row.line) for name, row in rows.items() if row.reason}
    assert set(reasons) == {
        "authors/ada.md", "posts/_index.md", "posts/broken.md", "posts/unclosed.md",
        "posts/latin1.md", "posts/bad-date.md",
    }  # fmt: skip
    assert reasons["posts/latin1.md"] == ("is not UTF-8 (byte 0xe9): save it as UTF-8", 6)
    assert reasons["posts/bad-date.md"][1] == 3
    assert reasons["posts/broken.md"][1] in {2, 3}
    assert "never closed" in reasons["posts/unclosed.md"][0]
    assert any(
        "'title' is given again on line 3" in text for text in rows["posts/twice.md"].warnings
    )
    assert "2 control characters were taken out" in rows["posts/noise.md"].warnings
    assert "shortcodes are kept as text: youtube" in rows["posts/first.md"].warnings
    assert any("../gone.md" in text for text in rows["posts/first.md"].warnings)
    assert msgspec.json.decode(msgspec.json.encode(report))["counts"] == report.counts
    assert "skipped   content/posts/bad-date.md:3:" in report.as_table()


async def test_posts_keep_their_dates_tags_bylines_states_and_old_addresses(run, room):
    report = await run(BLOG)
    live = {piece.slug: piece for piece in await site_queries.published_page(None, 99)}

    assert set(live) == {"first", "second", "bundle", "about-us", "twice", "second-2", "noise"}
    first = live["first"]
    assert first.published_at == datetime(2024, 3, 5, 9, 30, tzinfo=UTC)
    assert [tag.name for tag in first.tags] == ["Bread", "C++"]
    assert [author.name for author in first.authors] == ["Ada Lovelace", "Bob Baker"]
    assert first.excerpt == "How it began."
    # A day without a time is midnight in the organisation's zone, Madrid.
    assert live["bundle"].published_at == datetime(2024, 3, 31, 22, tzinfo=UTC)
    assert (live["about-us"].kind, live["first"].kind) == ("page", "post")
    drafts = await listing.list_pieces(PieceFilter(statuses=("draft",)))
    assert [(item.title, item.kind) for item in drafts.items] == [("Half done", "post")]
    (later,) = (await listing.list_pieces(PieceFilter(statuses=("scheduled",)))).items
    assert (later.publish_at, later.publish_zone) == ("2030-01-01T09:00:00", "Europe/Madrid")
    assert later.publish_instant == datetime(2030, 1, 1, 8, tzinfo=UTC)
    leads = {item.path: item.target for item in await site_queries.redirects_page(None, 99)}
    assert leads["/old/first.html"] == "/first/"
    assert leads["/2023/12/31/second/"] == "/second/"
    assert "/tags/bread/" not in leads
    assert rows_of(report)["posts/zz-same-slug.md"].url == "/second-2/"
    row = await RevisionRow.select(RevisionRow.extra).where(RevisionRow.slug == "second").first()
    assert msgspec.json.decode(row["extra"]) == {"extra": {"mood": "1.10"}}
    assert sum(len(event.piece_ids) for event in room.of(PiecesImported)) == 9


async def test_links_and_pictures_lead_where_they_are_now_and_code_stays(run, tmp_path):
    await run(BLOG)
    live = {piece.slug: piece for piece in await site_queries.published_page(None, 99)}

    body = live["first"].body
    assert "[the bundle](/bundle/#top)" in body
    assert '[second](/second/ "title")' in body
    assert "[gone](../gone.md)" in body
    assert "[old](/second/) moves" in body
    assert '```text\n[second]({{< ref "second.md" >}}) {{ literal }}\n```' in body
    assert "`[x](second.md)`" in body
    assert "{{< youtube abc >}}" in body
    media = await MediaRow.select()
    assert len(media) == 2
    for row in media:
        assert (tmp_path / "media" / row["path"]).read_bytes().startswith(b"\x89PNG")
    logo = next(row for row in media if row["name"] == "logo.png")
    assert (logo["width"], logo["height"], logo["mime"]) == (4, 2, "image/png")
    assert f"![logo](/media/{logo['path']})" in body
    assert f'<img src="/media/{logo["path"]}"' in live["second"].body
    photo = next(row for row in media if row["name"] == "photo.png")
    assert live["bundle"].body.count(f"/media/{photo['path']}") == 3
    assert "\r" not in live["bundle"].body
    assert live["noise"].body == "bell  and nul  here\n"


async def test_a_second_import_adds_nothing(run):
    first = await run(BLOG)
    before = (await PieceRow.count(), await RevisionRow.count(), await TagRow.count())
    second = await run(BLOG)

    assert second.counts["unchanged"] == first.counts["taken"]
    assert second.counts["taken"] == second.counts["changed"] == 0
    assert (await PieceRow.count(), await RevisionRow.count(), await TagRow.count()) == before
    assert [row.url for row in second.rows] == [row.url for row in first.rows]


async def test_a_dry_run_changes_nothing_and_says_the_same(run, room, tmp_path):
    dry = await run(BLOG, dry_run=True)

    assert (await PieceRow.count(), await MediaRow.count(), await TagRow.count()) == (0, 0, 0)
    assert not (tmp_path / "media").exists()
    assert room.heard == []
    real = await run(BLOG)
    assert dry.rows == real.rows


async def test_a_changed_file_is_taken_over_unless_its_piece_was_edited_here(run, room, blog):
    await run(blog)
    for name in ("first", "noise"):
        file = blog / "content" / "posts" / f"{name}.md"
        file.write_bytes(file.read_bytes() + b"\nOne more line.\n")
    noise = (await listing.list_pieces(PieceFilter(q="noise"))).items[0]
    await room.patch(noise, title="Edited here")
    room.now += timedelta(days=1)
    report = await run(blog, now=room.now)
    rows = rows_of(report)

    assert report.counts["changed"] == 1
    assert rows["posts/first.md"].outcome == "changed"
    assert "was edited here" in rows["posts/noise.md"].reason
    live = {piece.slug: piece for piece in await site_queries.published_page(None, 99)}
    assert "One more line." in live["first"].body
    assert live["first"].published_at == datetime(2024, 3, 5, 9, 30, tzinfo=UTC)
    assert [author.name for author in live["first"].authors] == ["Ada Lovelace", "Bob Baker"]
    again = await run(blog)
    assert again.counts["changed"] == 0


async def test_another_blog_with_the_same_file_names_adds_its_own_posts(run, tmp_path):
    for name, title in (("one", "About bread"), ("two", "About wine")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "about.md").write_text(f"---\ntitle: {title}\n---\nText of {name}.\n")
    await run(tmp_path / "one")
    second = await run(tmp_path / "two")
    third = await run(tmp_path / "two")

    assert (second.counts["taken"], third.counts["unchanged"]) == (1, 1)
    assert await PieceRow.count() == 2


async def test_an_import_that_was_killed_goes_on_where_it_stopped(run, room, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(120):
        (folder / f"2024-01-01-post-{number:03}.md").write_text(f"---\ntitle: P{number}\n---\nx\n")
    seen = 0

    async def die(_event: PiecesImported) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise KeyboardInterrupt

    room.bus.subscribe(PiecesImported, die)
    with pytest.raises(KeyboardInterrupt):
        await run(folder)
    assert await PieceRow.count() == 50
    report = await run(folder)
    assert (report.counts["unchanged"], report.counts["taken"]) == (50, 70)
    assert await PieceRow.count() == await RevisionRow.count() == 120


async def test_posts_without_an_author_are_signed_by_the_one_that_is_named(run):
    await run(BLOG, author_email="Will-Writer@example.org")
    live = {piece.slug: piece for piece in await site_queries.published_page(None, 99)}

    assert [author.name for author in live["second"].authors] == ["Will Writer"]
    assert [author.name for author in live["first"].authors] == ["Ada Lovelace", "Bob Baker"]


@pytest.mark.parametrize(
    ("options", "field"),
    [({"zone": "Mars/Phobos"}, "zone"), ({"author_email": "nobody@example.org"}, "author")],
)
async def test_wrong_options_are_refused_before_anything_is_read(run, options, field):
    with pytest.raises(InvalidInputError) as caught:
        await run(BLOG, **options)

    assert caught.value.fields[0].field == field
    assert await PieceRow.count() == 0


async def test_links_that_lead_out_of_the_folder_are_not_followed(run, blog, tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text("---\ntitle: Secret\n---\nsecret\n")
    (blog / "link.md").symlink_to(secret)
    (blog / "folder").symlink_to(tmp_path)
    (blog / "content" / "posts" / "peek.md").write_text(
        "---\ntitle: Peek\ndate: 2024-01-01\n---\n![x](../../../secret.png) ![y](/../secret.png)\n"
    )
    (tmp_path / "secret.png").write_bytes((BLOG / "static/images/logo.png").read_bytes())
    os.mkfifo(blog / "pipe.md")
    report = await run(blog)

    skipped = {row.file: row.reason for row in report.rows if row.outcome == "skipped"}
    assert skipped["link.md"] == skipped["folder"] == "is a symbolic link"
    assert skipped["pipe.md"] == "is not a regular file"
    assert await MediaRow.count() == 2
    assert not await PieceRow.exists().where(PieceRow.title == "Secret")


async def test_a_zip_is_taken_like_a_folder(run, tmp_path):
    archive = tmp_path / "blog.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(BLOG.rglob("*")):
            packed.write(file, file.relative_to(BLOG))
    zipped = await run(archive)
    folder = await run(BLOG)

    assert zipped.counts["taken"] == 9
    assert folder.counts["unchanged"] == 9


async def test_a_picture_that_is_none_stays_a_link_and_is_reported(run, blog):
    (blog / "content" / "posts" / "bundle" / "photo.png").write_bytes(b"<html>not a picture</html>")
    report = await run(blog)

    (warning,) = rows_of(report)["posts/bundle/index.md"].warnings
    assert "photo.png holds HTML, not a picture" in warning
    assert await MediaRow.count() == 1


async def test_names_dates_and_addresses_beyond_any_bound_are_reported(run, tmp_path):
    folder = tmp_path / "odd"
    deep = folder / ("d" * 200) / ("e" * 200) / ("f" * 200) / ("g" * 200) / ("h" * 120)
    deep.mkdir(parents=True)
    (deep / "far.md").write_text("---\ntitle: Far\n---\nx\n")
    (folder / "late.md").write_text("---\ntitle: Late\ndate: 9999-12-31\n---\nx\n")
    (folder / "long.md").write_text(
        f"---\ntitle: {'t' * 5000}\ndate: 2024-01-01\naliases: [/{'a' * 900}]\n"
        f"tags: [{'b' * 900}]\nauthor: {'c' * 900}\nsummary: {'s' * 9000}\n"
        f"canonical: https://example.org/{'u' * 3000}\nslug: {'z' * 300}\n---\nx\n"
    )
    report = await run(folder)
    rows = {row.file.rpartition("/")[2]: row for row in report.rows}

    assert rows["far.md"].reason == "its name is too long"
    assert "9999" in rows["late.md"].reason
    assert rows["long.md"].outcome == "taken"
    assert any("no redirect" in text for text in rows["long.md"].warnings)
    (piece,) = await site_queries.published_page(None, 9)
    assert (len(piece.title), len(piece.slug), len(piece.tags[0].name)) == (300, 80, 120)
