"""Exports of Ghost, from 2014 to today: every post comes in, or the report says why not."""

import json
import zipfile

import pytest
from tests.content.ghost_exports import PIXEL, body_of, pieces, post, write

from octavo.content import queries
from octavo.content.importers.formats import Options
from octavo.content.importers.ghost.importer import Ghost
from octavo.content.importers.intake import take_in
from octavo.content.importers.sources import UnusableSourceError
from octavo.content.media.store import MediaStore
from octavo.content.tables import ImportedRow, PieceRow, RedirectRow
from octavo.kernel.storage import open_storage


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


LEXICAL = {
    "root": {
        "type": "root",
        "children": [
            {"type": "extended-heading", "tag": "h2", "children": [{"type": "text", "text": "Head"}]},
            {"type": "paragraph", "children": [
                {"type": "extended-text", "text": "bold", "format": 1}, {"type": "text", "text": " and "},
                {"type": "link", "url": "__GHOST_URL__/post-1/", "children": [{"type": "text", "text": "on"}]},  # noqa: E501
            ]},
            {"type": "list", "listType": "number", "start": 3, "children": [
                {"type": "listitem", "children": [{"type": "text", "text": "three"}]},
                {"type": "listitem", "children": [
                    {"type": "list", "listType": "bullet", "children": [
                        {"type": "listitem", "children": [{"type": "text", "text": "deep"}]}]}]},
            ]},
            {"type": "image", "src": "__GHOST_URL__/content/images/size/w600/2024/a.png", "alt": "A",
             "caption": ""},
            {"type": "gallery", "images": [{"src": "__GHOST_URL__/content/images/2024/a.png"}]},
            {"type": "markdown", "markdown": "*as* it `is`"},
            {"type": "html", "html": "<table><tr><td>x</td></tr></table>"},
            {"type": "codeblock", "code": "a < b", "language": "js"},
            {"type": "bookmark", "url": "https://b.example/",
             "metadata": {"title": "Bee", "description": "d"}},
            {"type": "embed", "url": "https://v.example",
             "html": "<iframe src='https://v.example/e'></iframe>"},
            {"type": "callout", "calloutEmoji": "!", "calloutText": "Mind <b>this</b>"},
            {"type": "button", "buttonText": "Go", "buttonUrl": "https://go.example"},
            {"type": "toggle", "heading": "More", "content": "<p>inside</p>"},
            {"type": "horizontalrule"},
            {"type": "audio", "src": "/content/media/a.mp3", "title": "Sound"},
            {"type": "video", "src": "/content/media/v.mp4", "caption": "Film"},
            {"type": "file", "src": "/content/files/f.pdf", "fileTitle": "Paper", "fileName": "f.pdf"},
            {"type": "header", "header": "Big", "subheader": "small", "buttonEnabled": False},
            {"type": "product", "productTitle": "Thing", "productDescription": "<p>good</p>"},
            {"type": "email", "html": "<p>only by mail</p>"},
            {"type": "paywall"},
            {"type": "hologram", "beam": "blue"},
        ],
    }
}  # fmt: skip


async def test_lexical_is_rendered_here_with_all_its_cards(run, tmp_path):
    path = write(
        tmp_path / "e.json",
        [post(1), post(2, title="Cards", html=None, lexical=json.dumps(LEXICAL))],
    )
    content = tmp_path / "content"
    (content / "images" / "2024").mkdir(parents=True)
    (content / "images" / "2024" / "a.png").write_bytes(PIXEL)

    report = await run(path, content=content)

    row = report.rows[1]
    text = (await body_of("Cards"))["body"]
    where = (await pieces())["Post 1"]["path"]
    for part in (
        "## Head", f"**bold** and [on]({where})", "3. three\n   - deep", "![A](/media/", "*as* it `is`",
        "<td>x</td>", "```js\na < b\n```", "**[Bee](https://b.example/)**", '<iframe src="https://v.example/e">',
        "> ! Mind **this**", "[Go](https://go.example)", "<summary>", "inside", "\n___\n",
        '<audio controls src="/content/media/a.mp3">', "Film", "[Paper](/content/files/f.pdf)", "## Big",
        "#### Thing", "good", "<!--members-only-->", '"beam": "blue"',
    ):  # fmt: skip
        assert part in text, part
    assert "only by mail" not in text
    assert "__GHOST_URL__" not in text
    said = " ".join(row.warnings)
    assert "hologram" in said
    assert "email" in said
    assert "members only" in said


async def test_mobiledoc_is_rendered_here(run, tmp_path):
    document = {
        "version": "0.3.1",
        "atoms": [["soft-return", "", {}]],
        "cards": [["image", {"src": "https://x.example/i.png"}], ["hr", {}],
                  ["card-markdown", {"markdown": "# *m*"}]],
        "markups": [["strong"], ["a", ["href", "https://y.example"]], ["em"]],
        "sections": [
            [1, "h2", [[0, [], 0, "One"]]],
            [1, "p", [[0, [0], 0, "bold "], [0, [2], 2, "both"], [1, [], 0, 0], [0, [1], 1, "link"]]],
            [3, "ul", [[[0, [], 0, "a"]], [[0, [], 0, "b"]]]],
            [10, 0], [10, 1], [10, 2],
        ],
    }  # fmt: skip
    await run(write(tmp_path / "e.json", [post(1, html="", mobiledoc=json.dumps(document))]))

    text = (await body_of("Post 1"))["body"]
    assert text.startswith("## One\n\n")
    assert "bold" in text
    assert "\\\n[link](https://y.example)" in text
    assert "- a\n- b" in text
    assert "![](https://x.example/i.png)" in text
    assert "# *m*" in text


async def test_states_visibility_and_kinds_are_told_apart(run, tmp_path):
    posts = [
        post(1),
        post(2, status="draft", published_at=None),
        post(3, status="scheduled", published_at="2999-01-01T10:00:00.000Z"),
        post(4, status="scheduled"),
        post(5, status="sent"),
        post(6, visibility="members"),
        post(7, visibility="status:-free"),
        post(8, type="page"),
        post(9, status="published", featured=1, codeinjection_head="<script>x</script>"),
        post(10, status="odd"),
        post(11, title="", html="<p>Only a few words here</p>"),
        post(12, published_at="nonsense"),
    ]
    report = await run(write(tmp_path / "e.json", posts))

    found = await pieces()
    states = {name: (row["kind"], row["status"]) for name, row in found.items()}
    assert states == {
        "Post 1": ("post", "published"), "Post 2": ("post", "draft"), "Post 3": ("post", "scheduled"),
        "Post 4": ("post", "draft"), "Post 5": ("newsletter", "archived"), "Post 6": ("post", "draft"),
        "Post 7": ("post", "draft"), "Post 8": ("page", "published"), "Post 9": ("post", "published"),
        "Post 10": ("post", "draft"), "Only a few words here": ("post", "published"),
        "Post 12": ("post", "published"),
    }  # fmt: skip
    warned = {row.item for row in report.rows if any("author" not in w for w in row.warnings)}
    assert warned == {f"post post-{n}" for n in (4, 5, 6, 7, 9, 10, 11, 12)}
    extra = json.loads((await body_of("Post 9"))["extra"])
    assert extra["ghost"]["codeinjection_head"] == "<script>x</script>"
    assert found["Post 5"]["live_path"] is None


async def test_people_tags_meta_and_cover_come_along(run, tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "c.png").write_bytes(PIXEL)
    path = write(
        tmp_path / "e.json",
        [post(1, feature_image="__GHOST_URL__/content/images/c.png", comment_id="c1", slug="old-slug")],
        users=[{"id": "u1", "name": "Ann", "slug": "ann"}, {"id": "u2", "name": "Bob", "slug": "bob"}],
        posts_authors=[{"post_id": "id1", "author_id": "u1", "sort_order": 1},
                       {"post_id": "id1", "author_id": "u2", "sort_order": 0}],
        tags=[{"id": "t1", "name": "News", "slug": "news"},
              {"id": "t2", "name": "#hidden", "slug": "hash-hidden", "visibility": "internal"},
              {"id": "t3", "name": "Bread", "slug": "bread"}],
        posts_tags=[{"post_id": "id1", "tag_id": "t1", "sort_order": 2},
                    {"post_id": "id1", "tag_id": "t2", "sort_order": 1},
                    {"post_id": "id1", "tag_id": "t3", "sort_order": 0}],
        posts_meta=[{"id": "m", "post_id": "id1", "meta_title": "Meta", "og_title": "Open",
                     "feature_image_alt": "A crumb"}],
        settings=[{"key": "permalinks", "value": "/:year/:month/:slug/"}],
        email_batches=[{"id": 1}],
    )  # fmt: skip

    report = await run(path, content=tmp_path / "images")

    row = (await pieces())["Post 1"]
    piece = await queries.get_piece(row["id"])
    assert [author.name for author in piece.authors] == ["Bob", "Ann"]
    assert [tag.name for tag in piece.tags] == ["Bread", "News"]
    extra = json.loads((await body_of("Post 1"))["extra"])["ghost"]
    assert extra["internal_tags"] == ["#hidden"]
    assert (piece.meta_title, piece.cover.alt) == ("Meta", "A crumb")
    assert piece.cover.media_id
    assert piece.cover.url is None
    assert (extra["og_title"], extra["comment_id"]) == ("Open", "c1")
    assert await RedirectRow.exists().where(RedirectRow.from_path == "/2024/05/old-slug/")
    assert any("email_batches (1)" in note for note in report.notes)
    assert any("internal tags" in note for note in report.notes)


async def test_a_changed_post_is_taken_over_and_an_edited_piece_is_left_alone(run, room, tmp_path):
    path = tmp_path / "e.json"
    await run(write(path, [post(1), post(2)]))
    ours = await queries.get_piece((await pieces())["Post 2"]["id"])
    await room.patch(ours, body="Ours")

    report = await run(write(path, [post(1, html="<p>New</p>"), post(2, html="<p>New</p>")]))

    assert [row.outcome for row in report.rows] == ["changed", "skipped"]
    assert (await body_of("Post 1"))["body"].strip() == "New"
    assert (await body_of("Post 2"))["body"] == "Ours"


async def test_a_zip_may_hold_the_export_and_its_pictures(run, tmp_path):
    write(
        tmp_path / "e.json", [post(1, html='<p><img src="/content/images/2024/a.png" alt="x"></p>')]
    )
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(tmp_path / "e.json", "backup/data/blog.ghost.json")
        archive.writestr("backup/content/images/2024/a.png", PIXEL)
        archive.writestr("../evil.png", PIXEL)

    report = await run(tmp_path / "b.zip")

    assert report.counts["taken"] == 1
    assert "![x](/media/" in (await body_of("Post 1"))["body"]
    assert [row.file for row in report.rows if row.outcome == "skipped"] == ["../evil.png"]


async def test_an_export_that_was_killed_goes_on_where_it_stopped(run, tmp_path):
    path = write(tmp_path / "e.json", [post(n) for n in range(120)])
    await run(path)
    await ImportedRow.delete().where(ImportedRow.source_id >= "id90")
    await PieceRow.delete().where(PieceRow.slug.is_in([f"post-{n}" for n in range(90, 100)]))

    report = await run(path)

    assert report.counts["taken"] >= 10
    assert await PieceRow.exists().where(PieceRow.slug == "post-95")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"null", b'"x"', b"{", b'{"db":', b'{"db":[{"data":{"posts":[{}', b"\xff\xfe{\x00",
        b'{"data":{"other":[]}}', b"[" * 100_000, b'{"data":{"posts":[' + b"[" * 100_000,
        b'{"data":{"posts":[{"a":' + b"[" * 1000 + b"]" * 1000 + b"}]}}", b"\x00" * 1000,
        b'{"data":{"posts":[{"id":1,"title":"x}', b'{"data" {"posts":[]}}',
    ],
)  # fmt: skip
async def test_what_is_no_export_is_refused_in_one_line(run, tmp_path, content):
    path = tmp_path / "e.json"
    path.write_bytes(content)

    with pytest.raises(UnusableSourceError) as caught:
        await run(path)

    assert "e.json" in caught.value.message
    assert await PieceRow.count() == 0


async def test_rows_that_cannot_be_read_are_told_and_the_others_come_in(run, tmp_path):
    path = tmp_path / "e.json"
    rows = [
        b'{"id":1,"title":"Bad \xff byte"}', b"7", b'"x"', b"[]", b'{"id":2,"title":"\\ud800"}',
        json.dumps(post(3, title="NUL \x00 here", html="<p>a\x00b</p>", uuid={"a": [1]})).encode(),
        json.dumps(post(4, title=["x"], html={"a": 1}, published_at=[1], slug=5)).encode(),
        json.dumps(post(5, published_at=10**30, lexical="{", html="")).encode(),
        json.dumps(post(6, slug="../../etc/passwd", published_at=-1e300)).encode(),
        json.dumps(post(7, html="<div>" * 50_000)).encode(),
    ]  # fmt: skip
    path.write_bytes(
        b'\xef\xbb\xbf{"data": {"posts": [' + b",".join(rows) + b'], "tags": [null, 3]}}'
    )

    report = await run(path)

    assert len(report.rows) == len(rows)
    assert all(row.reason for row in report.rows if row.outcome == "skipped")
    assert {"NUL here", "Post 5", "Post 6", "Post 7"} <= (await pieces()).keys()
