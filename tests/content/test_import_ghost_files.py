"""What a Ghost blog has beside its posts: audio, video, documents, covers, people, tags."""

import json

import pytest
from tests.content.media_samples import pdf, png

from octavo.content.importers.formats import Options
from octavo.content.importers.ghost.service import GhostOptions, import_ghost
from octavo.content.media.store import media_store
from octavo.content.tables import AuthorRow, MediaRow, RevisionRow, TagRow
from octavo.kernel.http import GuardedClient

LEXICAL = {"root": {"type": "root", "children": [
    {"type": "file", "src": "__GHOST_URL__/content/files/2024/05/menu.pdf", "fileName": "menu.pdf"},
    {"type": "file", "src": "__GHOST_URL__/content/files/2024/05/gone.pdf", "fileName": "gone.pdf"},
    {"type": "video", "src": "__GHOST_URL__/content/media/v.mp4",
     "customThumbnailSrc": "__GHOST_URL__/content/images/a.png"},
]}}  # fmt: skip
POST = {
    "id": "1", "uuid": "u1", "title": "Bread", "slug": "bread", "status": "published", "type": "post",
    "visibility": "public", "published_at": "2024-05-01 10:00:00", "lexical": json.dumps(LEXICAL),
    "feature_image": "__GHOST_URL__/content/images/a.png", "feature_image_alt": "A loaf",
}  # fmt: skip
TABLES = {
    "users": [{"id": "1", "name": "Ada L.", "slug": "ada", "bio": "Bakes."},
              {"id": "2", "name": "Nobody", "slug": "nobody", "bio": "Writes nothing."}],
    "tags": [{"id": "1", "name": "Rye", "slug": "rye", "description": "Dark\u0000 bread"},
             {"id": "2", "name": "#inside", "slug": "hash-inside", "description": "Hidden"}],
    "posts_tags": [{"post_id": "1", "tag_id": "1"}, {"post_id": "1", "tag_id": "2"}],
    "posts_authors": [{"post_id": "1", "author_id": "1"}],
}  # fmt: skip


@pytest.fixture
def take(room, settings, tmp_path):
    content = tmp_path / "content"
    for name, data in (("files/2024/05/menu.pdf", pdf()), ("images/a.png", png())):
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_bytes(data)

    async def take(*, dry_run=False, website="https://a.example"):
        file = tmp_path / "blog.json"
        users = [{**TABLES["users"][0], "website": website}, TABLES["users"][1]]
        data = {"posts": [POST], **TABLES, "users": users}
        file.write_text(json.dumps({"meta": {"version": "6.0"}, "data": data}))
        options = GhostOptions(content=content)
        if dry_run:
            options = GhostOptions(content=content, common=Options(dry_run=True))
        async with GuardedClient() as http:
            return await import_ghost(
                file, options=options, now=room.now, bus=room.bus, media=media_store(settings),
                http=http,
            )  # fmt: skip

    return take


async def test_documents_come_along_and_what_is_missing_is_told(take):
    report = await take()

    (revision,) = await RevisionRow.select()
    files = {row["name"]: row for row in await MediaRow.select()}
    assert set(files) == {"menu.pdf", "a.png"}
    assert f"](/media/{files['menu.pdf']['path']})" in revision["body"]
    assert f'poster="/media/{files["a.png"]["path"]}"' in revision["body"]
    assert json.loads(revision["meta"])["cover"]["media_id"] == files["a.png"]["id"]
    missing = [text for text in report.rows[0].warnings if "not there" in text]
    assert "/content/files/2024/05/gone.pdf" in missing[0]
    assert "/content/media/v.mp4" in missing[0]


async def test_bios_and_descriptions_come_along_where_nothing_is_said_here(take):
    report = await take()

    assert {row["name"]: row["bio"] for row in await AuthorRow.select()} == {"Ada L.": "Bakes."}
    assert {row["name"]: row["description"] for row in await TagRow.select()} == {
        "Rye": "Dark bread"
    }
    assert "1 bios of authors and 1 descriptions of tags came along" in report.notes
    assert "1 websites of authors came along" in report.notes
    assert [row["website"] for row in await AuthorRow.select()] == ["https://a.example"]
    assert not any("in their profile" in note for note in report.notes)
    await AuthorRow.update(
        {AuthorRow.bio: "Ours", AuthorRow.website: "https://ours.example"}, force=True
    )
    again = await take()
    assert [(row["bio"], row["website"]) for row in await AuthorRow.select()] == [
        ("Ours", "https://ours.example")
    ]
    assert not any("came along" in note for note in again.notes)


async def test_a_dry_run_says_how_many_would_come(take):
    report = await take(dry_run=True)

    assert await AuthorRow.count() == 0
    assert "up to 2 bios and 1 descriptions of tags would come" in report.notes
    assert "up to 1 websites of authors would come" in report.notes


async def test_a_website_that_is_no_address_is_left_out_with_a_word_and_the_bio_comes(take):
    report = await take(website="javascript:alert(1)")

    assert [(row["bio"], row["website"]) for row in await AuthorRow.select()] == [("Bakes.", "")]
    assert "1 websites of authors are no addresses: left out" in report.notes
