"""Series of other systems, scheduled posts whose time has passed, and files in use after an import."""

from datetime import timedelta

import pytest

from octavo.content import queries, series
from octavo.content.events import PiecesImported
from octavo.content.importers.markdown import import_markdown
from octavo.content.importers.serials import one_series, part_of
from octavo.content.importers.wordpress.service import WordPressOptions, import_wordpress
from octavo.content.media import queries as media_q
from octavo.content.media import service as media
from octavo.content.media.store import media_store
from octavo.content.tables import MediaRow, MediaUseRow, PieceRow
from octavo.kernel.http import GuardedClient

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "606060000000050001a5f645400000000049454e44ae426082"
)
POSTS = {
    "posts/one.md": 'series: ["Baking bread", "Others"]\nseries_order: 2\n',
    "posts/two.md": "series: baking bread\npart: 1\n",
    "posts/three.md": "series:\n  name: Baking Bread\n  order: 3\n",
    "posts/four.md": "taxonomies:\n  series: [Ovens]\n",
    "posts/five.md": 'series: "???"\npart: 7\n',
    "posts/six.md": "part: 7\n",
}
HEAD = '<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
WXR = f"""{HEAD}<link>https://old.example</link><wp:wxr_version>1.2</wp:wxr_version>{{}}</channel></rss>"""


@pytest.fixture
def take_posts(room, settings, tmp_path):
    async def take(posts):
        for name, head in posts.items():
            file = tmp_path / "blog" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            title = f"Post {file.stem}"
            file.write_text(f"---\ntitle: {title}\ndate: 2024-05-01T10:00:00Z\n{head}---\nText\n")
        return await import_markdown(
            tmp_path / "blog", dry_run=False, author_email=None, zone=None, now=room.now,
            bus=room.bus, media=media_store(settings),
        )  # fmt: skip

    return take


@pytest.fixture
def take_items(room, settings, tmp_path):
    async def take(*items):
        file = tmp_path / "export.xml"
        file.write_text(WXR.format("".join(items)))
        async with GuardedClient() as http:
            return await import_wordpress(
                file, options=WordPressOptions(), now=room.now, bus=room.bus,
                media=media_store(settings), http=http,
            )  # fmt: skip

    return take


def item(number, *, status="publish", date="2024-05-01 10:00:00", more=""):
    return (
        f"<item><title>Item {number}</title><link>https://old.example/item-{number}/</link>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date_gmt>{date}</wp:post_date_gmt>"
        f"<wp:post_type>post</wp:post_type><wp:status>{status}</wp:status>{more}</item>"
    )


async def places():
    """Series and part of every piece, by its slug."""
    rows = await PieceRow.select(PieceRow.id, PieceRow.slug)
    found = {row["slug"]: await queries.get_piece(row["id"]) for row in rows}
    return {
        slug: (piece.series and piece.series.title, piece.series_position)
        for slug, piece in found.items()
    }


async def test_series_of_front_matter_come_along_with_their_parts(take_posts):
    report = await take_posts(POSTS)

    assert await places() == {
        "one": ("Baking bread", 2), "two": ("Baking bread", 1), "three": ("Baking bread", 3),
        "four": ("Ovens", None), "five": (None, None), "six": (None, None),
    }  # fmt: skip
    told = {row.file: row.warnings for row in report.rows}
    assert told["posts/one.md"] == ["is in several series: taken into 'Baking bread', not Others"]
    listed = (await series.list_series()).items
    assert {one.title: one.pieces for one in listed} == {"Baking bread": 3, "Ovens": 1}


async def test_a_changed_file_joins_another_series_and_stays_where_it_says_nothing(take_posts):
    await take_posts(
        {"posts/one.md": "series: Bread\npart: 1\n", "posts/two.md": "series: Bread\n"}
    )
    await take_posts({"posts/one.md": "series: Cake\npart: 4\n", "posts/two.md": "draft: false\n"})

    assert await places() == {"one": ("Cake", 4), "two": ("Bread", None)}


async def test_series_of_wordpress_plugins_come_along_with_their_parts(take_items):
    term = '<category domain="series" nicename="bread"><![CDATA[Bread &amp; oven]]></category>'
    part = (
        "<wp:postmeta><wp:meta_key>{}</wp:meta_key><wp:meta_value>{}</wp:meta_value></wp:postmeta>"
    )
    await take_items(
        item(1, more=term + part.format("_series_part_12", "2")),
        item(2, more=term + part.format("_series_part", "1")),
        item(3, more=term + part.format("_series_part", "first")),
        item(4, more=part.format("_series_part", "1")),
    )

    assert await places() == {
        "item-1": ("Bread & oven", 2), "item-2": ("Bread & oven", 1),
        "item-3": ("Bread & oven", None), "item-4": (None, None),
    }  # fmt: skip


async def test_a_scheduled_post_whose_time_has_passed_does_not_go_live(take_items, room):
    later = (room.now + timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S")
    report = await take_items(
        item(1, status="future", date="2020-01-01 10:00:00"), item(2, status="future", date=later)
    )

    states = {row["slug"]: row["status"] for row in await PieceRow.select()}
    assert states == {"item-1": "draft", "item-2": "scheduled"}
    assert [row.status for row in report.rows] == ["draft", "scheduled"]
    assert report.rows[0].warnings == ["was scheduled for a time that has passed: taken as a draft"]


async def test_files_of_an_import_are_in_use_at_once(take_posts, room, tmp_path):
    room.bus.subscribe(PiecesImported, media.on_pieces_imported)
    (tmp_path / "blog" / "posts").mkdir(parents=True)
    (tmp_path / "blog" / "posts" / "a.png").write_bytes(PIXEL)
    await take_posts({"posts/one.md": "image: a.png\n", "posts/two.md": ""})

    (file,) = await MediaRow.select(MediaRow.id)
    assert await MediaUseRow.count() == 1
    assert (await media_q.get_media(file["id"])).pieces == 1


@pytest.mark.parametrize(
    ("given", "part"),
    [("3", 3), (" 12 ", 12), ("0", None), ("-1", None), ("1.5", None), ("99999", None),
     ("٣", None), (None, None), (["1"], None)],
)  # fmt: skip
def test_a_part_is_a_whole_number_from_one(given, part):
    assert part_of(given) == part


def test_the_first_series_with_a_letter_counts_whatever_its_spelling():
    warnings = []

    assert one_series(["—", " A  series ", "a series", "B"], warnings=warnings) == "A series"
    assert len(warnings) == 1
