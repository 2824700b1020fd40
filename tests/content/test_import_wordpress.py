"""A small WordPress export with most of what real ones hold, on both engines."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from octavo.content import listing, queries
from octavo.content.importers.formats import Options
from octavo.content.importers.sources import UnusableSourceError
from octavo.content.importers.wordpress.service import WordPressOptions, import_wordpress
from octavo.content.media.store import media_store
from octavo.content.schemas import PieceFilter
from octavo.content.tables import ImportedRow, MediaRow, PieceRow, RedirectRow, RevisionRow
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.http import GuardedClient

FIXTURE = Path(__file__).parent / "fixtures" / "wordpress"
BLOG, UPLOADS = FIXTURE / "blog.xml", FIXTURE / "uploads"


@pytest.fixture
def run(room, settings):
    async def run(path=BLOG, *, http=None, **options):
        common = Options(
            dry_run=options.pop("dry_run", False),
            author_email=options.pop("author", None),
            zone=options.pop("zone", "Europe/Madrid"),
        )
        async with GuardedClient() as guarded:
            return await import_wordpress(
                path,
                options=WordPressOptions(common=common, **options),
                now=room.now,
                bus=room.bus,
                media=media_store(settings),
                http=http or guarded,
            )

    return run


def rows_of(report):
    return {row.item.split(" “")[0]: row for row in report.rows}


async def piece_of(number):
    row = await ImportedRow.select(ImportedRow.piece_id).where(
        ImportedRow.source_id == f"old.example#{number}"
    )
    return await queries.get_piece(row[0]["piece_id"])


async def extra_of(piece):
    rows = await RevisionRow.select(RevisionRow.extra).where(RevisionRow.piece_id == piece.id)
    return msgspec.json.decode(rows[-1]["extra"])["wordpress"]


async def test_every_item_is_taken_or_told_of_with_its_line_and_reason(run):
    report = await run(uploads=UPLOADS)
    rows = rows_of(report)

    assert report.counts["taken"] == 11 + 2
    skipped = {
        name: (row.reason, row.line) for name, row in rows.items() if row.outcome == "skipped"
    }
    assert skipped["post 8"][0] == "is in the trash"
    assert skipped["attachment 12"][0] == "is not in the uploads folder"
    assert "neither post nor page" in skipped["product 22"][0]
    lines = BLOG.read_text().splitlines()
    assert all("<item>" in lines[row.line - 1] for row in report.rows)
    assert any("nav_menu_item (1), product (1), wp_block (1)" in note for note in report.notes)
    assert any(note.startswith("1 comments are left out") for note in report.notes)


async def test_states_go_by_what_readers_saw(run):
    report = await run()

    states = {row.item.split(" “")[0]: row.status for row in report.rows if row.status}
    assert states == {
        "post 1": "published", "post 2": "published", "post 3": "draft", "post 4": "scheduled",
        "post 5": "in_review", "post 6": "draft", "post 7": "draft", "post 9": "published",
        "page 20": "published", "post 31": "published", "post 32": "published",
    }  # fmt: skip
    rows = rows_of(report)
    assert rows["post 6"].warnings == ["is private: taken as a draft"]
    assert "password" in rows["post 7"].warnings[0]


async def test_dates_fall_back_from_utc_to_rfc_to_the_zone_that_was_asked_for(run):
    await run()

    stands = {row["slug"]: row["stands_at"] for row in await PieceRow.select()}
    assert stands["classic"] == datetime(2020, 5, 1, 8, tzinfo=UTC)
    assert stands["draft"] == datetime(
        2020, 5, 3, 8, tzinfo=UTC
    )  # 10:00 in Madrid, not the year 2000
    assert stands["post-5"] == datetime(2020, 5, 1, 8, tzinfo=UTC)
    assert stands["post-31"] == datetime(2020, 7, 1, 10, tzinfo=UTC)


async def test_a_classic_post_becomes_markdown_that_reads_the_same(run):
    await run(uploads=UPLOADS)

    body = (await piece_of(1)).body
    assert body.startswith(
        "First paragraph\\\nwith a second line.\n\nSee [the blocks](/blocks/#part)"
    )
    assert "[by number](/blocks/)" in body
    assert "## A heading\n" in body
    assert "<figcaption>The <em>old</em> press</figcaption>" in body
    assert body.count("<figcaption>A caption</figcaption>") == 1
    assert "](https://video.example/watch?v=1)" in body
    assert '\\[contact-form-7 id="5"\\]' in body
    assert '`[gallery ids="10"]`' in body
    assert '```python\nif a < b:\n\n    print("[gallery]")\n```' in body
    assert body.endswith("<!--more-->\n\nThe end.\n")


async def test_blocks_lose_their_comments_and_nothing_else(run):
    report = await run(uploads=UPLOADS)

    body = (await piece_of(2)).body
    assert "In a **block**." in body
    assert "Between blocks" in body
    assert "(https://video.example/2)" in body
    assert "Reused text." in body
    assert "wp:" not in body
    assert rows_of(report)["post 2"].warnings == [
        "blocks that WordPress fills are left out: latest-posts"
    ]


async def test_control_characters_and_split_sections_are_mended(run):
    await run()

    assert (await piece_of(32)).body == "one \\]\\]> two end\n"
    assert (await piece_of(20)).body == "About us.\n"


async def test_resized_and_scaled_pictures_become_the_original_once(run):
    await run(uploads=UPLOADS)

    media = {row["name"]: row for row in await MediaRow.select()}
    assert set(media) == {"press.png", "sheet-scaled.png"}
    assert media["press.png"]["alt"] == "The press itself"
    body = (await piece_of(1)).body
    assert body.count(f"/media/{media['press.png']['path']}") == 3
    assert "press-300x200" not in body
    assert f"/media/{media['sheet-scaled.png']['path']}" in (await piece_of(2)).body


async def test_cover_words_for_search_and_pinning_come_along(run):
    await run(uploads=UPLOADS)

    piece = await piece_of(1)
    assert piece.featured
    assert piece.cover is not None
    assert (piece.cover.alt, piece.cover.caption) == ("The press itself", "A caption")
    assert (piece.meta_title, piece.meta_description) == ("For search", "What it says")
    assert piece.canonical_url == "https://elsewhere.example/classic"
    assert piece.title == "A & B classic"
    assert piece.excerpt == "In short."
    assert [author.name for author in piece.authors] == ["Ada Lovelace", "Ben Day"]
    assert [tag.name for tag in piece.tags] == ["Printing", "Lead type"]
    templated = await piece_of(2)
    assert (templated.meta_title, templated.meta_description) == ("", "Ranked")


async def test_serialised_php_stays_text_and_the_tree_of_categories_is_kept(run):
    await run()

    extra = await extra_of(await piece_of(1))
    assert extra["meta"] == {"colour": 'a:1:{s:3:"red";O:8:"stdClass":0:{}}'}
    assert {
        "taxonomy": "category",
        "slug": "printing",
        "name": "Printing",
        "parents": ["craft"],
    } in (extra["terms"])
    assert "comments" not in extra


async def test_comments_of_people_are_kept_on_request_without_their_machines(run):
    report = await run(comments=True)

    comments = (await extra_of(await piece_of(1)))["comments"]
    assert [comment["text"] for comment in comments] == ["Said 1"]
    assert "203.0.113.9" not in msgspec.json.encode(comments).decode()
    assert any("2 pingbacks" in note for note in report.notes)


async def test_old_addresses_lead_to_where_everything_is_now(run):
    await run()

    rows = {row["from_path"]: row for row in await RedirectRow.select()}
    pieces = {row["id"]: row["slug"] for row in await PieceRow.select()}
    assert pieces[rows["/2020/05/classic/"]["piece_id"]] == "classic"
    assert pieces[rows["/2020/05/classic-old/"]["piece_id"]] == "classic"
    assert pieces[rows["/about/über-uns/"]["piece_id"]] == "uber-uns"
    assert rows["/category/craft/printing/"]["to_path"] == "/tags/printing/"
    assert rows["/author/ada/"]["to_path"] == "/authors/ada-lovelace/"
    assert not any("uncategorized" in path or "?" in path for path in rows)


async def test_importing_again_adds_nothing_and_takes_over_what_changed(run, tmp_path):
    await run(uploads=UPLOADS)
    again = await run(uploads=UPLOADS)
    changed = tmp_path / "blog.xml"
    changed.write_text(BLOG.read_text().replace("Between blocks", "Between the blocks"))
    third = await run(changed, uploads=UPLOADS)

    assert (again.counts["taken"], again.counts["changed"]) == (0, 0)
    assert again.counts["unchanged"] == 11 + 2
    assert (third.counts["taken"], third.counts["changed"]) == (0, 1)
    assert await PieceRow.count() == 11
    assert await MediaRow.count() == 2
    assert "Between the blocks" in (await piece_of(2)).body


async def test_what_somebody_edited_here_is_left_alone(run, room, tmp_path):
    await run()
    await room.patch(await piece_of(2), title="Ours now")
    changed = tmp_path / "blog.xml"
    changed.write_text(BLOG.read_text().replace("Between blocks", "Between the blocks"))

    report = await run(changed)

    assert "was edited here" in rows_of(report)["post 2"].reason
    assert (await piece_of(2)).title == "Ours now"


async def test_a_dry_run_tells_the_same_and_changes_nothing(run, settings):
    dry = await run(uploads=UPLOADS, dry_run=True)
    page = await listing.list_pieces(PieceFilter(), sort="-updated_at", cursor=None, limit=20)

    assert page.items == []
    assert await MediaRow.count() == await RedirectRow.count() == 0
    assert not settings.media_dir.exists() or not any(settings.media_dir.rglob("*.png"))
    real = await run(uploads=UPLOADS)
    assert dry.counts == real.counts
    told = [(row.item, row.outcome, row.warnings) for row in dry.rows]
    assert told == [(row.item, row.outcome, row.warnings) for row in real.rows]


async def test_an_archive_may_hold_the_export_in_parts_and_the_uploads(run, tmp_path):
    text = BLOG.read_text()
    head, _, items = text.partition("<item>")
    first, second = items.split("<item>", 5)[:5], items.split("<item>", 5)[5:]
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(
            "one.xml", head + "".join(f"<item>{item}" for item in first) + "</channel></rss>"
        )
        packed.writestr("two.xml", head + "".join(f"<item>{item}" for item in second))
        for file in UPLOADS.rglob("*.png"):
            packed.write(file, f"wp-content/uploads/{file.relative_to(UPLOADS)}")
        packed.writestr("../evil.xml", text)

    report = await run(archive)

    assert report.counts["taken"] == 11 + 2
    assert [row.reason for row in report.rows if "evil" in row.file] == [
        "its name climbs out of the archive"
    ]


async def test_files_are_fetched_once_and_never_from_inside(run, settings):
    asked = []

    def answer(request):
        asked.append(str(request.url))
        if "gone" in request.url.path:
            return httpx.Response(404)
        return httpx.Response(200, content=(UPLOADS / "2020/05/press.png").read_bytes())

    guarded = GuardedClient()
    guarded.client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    report = await run(fetch_media=True, http=guarded)
    await run(fetch_media=True, http=guarded)
    await guarded.aclose()

    assert max(asked).endswith("uploads/2020/05/sheet.png")
    assert sum(url.endswith("/press.png") for url in asked) == 1
    assert "answered 404" in rows_of(report)["attachment 12"].reason

    inside = await run(_with_host("http://127.0.0.1:1/", settings), fetch_media=True)
    reasons = [row.reason for row in inside.rows if row.item.startswith("attachment")]
    assert all(
        "could not be fetched" in reason or "does not answer" in reason for reason in reasons
    )


def _with_host(url, settings):
    path = settings.home / "inside.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(BLOG.read_text().replace("https://old.example/", url))
    return path


async def test_an_author_and_a_zone_that_do_not_exist_are_refused_before_anything(run):
    with pytest.raises(InvalidInputError):
        await run(author="nobody@example.org")
    with pytest.raises(InvalidInputError):
        await run(zone="Mars/Olympus")
    assert await PieceRow.count() == 0


BROKEN = {
    "cut off": (lambda text: text[: len(text) // 2], "ends in the middle"),
    "no version": (lambda text: text.replace("wp:wxr_version", "wp:other"), "names no WXR version"),
    "odd version": (lambda text: text.replace(">1.2</wp:wxr", ">abc</wp:wxr"), "which is none"),
    "not rss": (lambda _: "<html><body>", "begins with <html>"),
    "not xml": (lambda _: "hello", "line 1"),
    "empty": (lambda _: "", "line 1"),
    "packed": (lambda _: "PK\x03\x04", "packed"),
    "entities": (
        lambda text: text.replace("<rss", '<!DOCTYPE rss [<!ENTITY a "aa">]><rss', 1),
        "declares the entity 'a'",
    ),
    "external": (
        lambda text: text.replace("<rss", '<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss', 1),
        "refers to another file",
    ),
    "deep": (
        lambda text: text.replace("<item>", "<item>" + "<a>" * 10_000, 1),
        "nests elements too deeply",
    ),
    "crossed": (lambda text: text.replace("</item>", "</channel></item>", 1), "mismatched tag"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_or_hostile_file_is_refused_whole(run, tmp_path, name):
    breaks, message = BROKEN[name]
    path = tmp_path / "broken.xml"
    path.write_text(breaks(BLOG.read_text()))

    with pytest.raises(UnusableSourceError, match=message):
        await run(path)

    assert await PieceRow.count() == await RedirectRow.count() == 0


async def test_other_encodings_and_blank_starts_are_read(run, tmp_path):
    text = BLOG.read_text().replace("About\x00", "Über")
    latin = tmp_path / "latin.xml"
    latin.write_bytes(
        text.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode(
            "latin-1", "xmlcharrefreplace"
        )
    )
    await run(latin)
    assert (await piece_of(20)).body == "Über us.\n"

    wide = tmp_path / "wide.xml"
    wide.write_bytes(("\ufeff" + text).encode("utf-16-le"))
    blank = tmp_path / "blank.xml"
    blank.write_bytes(b"\n\n" + text.encode())
    assert (await run(wide)).counts["taken"] == 0
    assert (await run(blank)).counts["taken"] == 0


async def test_two_items_of_one_number_are_one_and_told(run, tmp_path):
    path = tmp_path / "twice.xml"
    text = BLOG.read_text()
    path.write_text(text.replace("<wp:post_id>2</wp:post_id>", "<wp:post_id>1</wp:post_id>"))

    report = await run(path)

    assert "twice" in next(row for row in report.rows if "Blocks" in row.item).reason


async def test_the_report_is_a_table_and_json(run):
    report = await run()

    assert "blog.xml:" in report.as_table()
    decoded = msgspec.json.decode(msgspec.json.encode(report))
    assert decoded["counts"]["taken"] == 11
    assert {"file", "line", "item", "outcome", "reason"} <= set(decoded["rows"][0])
    assert report.as_table().splitlines()[-1].startswith("11 taken")
