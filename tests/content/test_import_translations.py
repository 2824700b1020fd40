"""Translations of other systems, by name, folder, key or taxonomy; and ours out and back again."""

from datetime import timedelta
from pathlib import Path

import pytest

from octavo.content import queries
from octavo.content import service as content
from octavo.content.events import TranslationsChanged
from octavo.content.exporters import markdown as exporter
from octavo.content.importers.markdown import import_markdown
from octavo.content.importers.restoring.companion import NoCtas
from octavo.content.importers.restoring.service import restore
from octavo.content.importers.wordpress.service import WordPressOptions, import_wordpress
from octavo.content.media.store import media_store
from octavo.content.tables import TABLES, PieceRow
from octavo.kernel.http import GuardedClient

GUIDE = Path(__file__).parents[3] / "shared" / "data" / "markdown-opensource-guide" / "articles.zip"


@pytest.fixture
def take(room, settings, tmp_path):
    async def take(files, **options):
        for name, head in files.items():
            file = tmp_path / "blog" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            title = f"{file.stem} of {name}"
            file.write_text(f"---\ntitle: {title}\ndate: 2024-05-01T10:00:00Z\n{head}---\nText\n")
        given = {"dry_run": False, "author_email": None, "zone": None, **options}
        return await import_markdown(
            tmp_path / "blog", now=room.now, bus=room.bus, media=media_store(settings), **given
        )

    return take


async def families():
    """Answer who is together: the languages of each group."""
    rows = await PieceRow.select(PieceRow.translation_group, PieceRow.language).order_by(
        PieceRow.language
    )
    found = {}
    for row in rows:
        found.setdefault(row["translation_group"], []).append(row["language"])
    alone = found.pop(None, [])
    return sorted(found.values()), alone


@pytest.mark.parametrize(
    "files",
    [
        {"content/about.md": "", "content/about.de.md": "", "content/about.pt-br.md": ""},
        {
            "content/en/about.md": "lang: ''\n",
            "content/de/about.md": "",
            "content/pt-BR/about.md": "",
        },
        {
            "content/a.md": "translationKey: x\n",
            "content/b.md": "lang: de\ntranslationKey: x\n",
            "content/c.md": "lang: pt-BR\ntranslationKey: x\n",
        },
    ],
)
async def test_names_folders_and_keys_say_who_is_a_translation_of_whom(take, files, room):
    report = await take({**files, "content/other.md": ""})

    (together,), alone = await families()
    assert [one for one in together if one not in {"", "en"}] == ["de", "pt-BR"]
    assert len(together) == 3
    assert len(alone) == 1
    assert "3 pieces are translations of each other, in 1 families" in report.notes
    again = await take({"content/new.fr.md": "translationKey: y\n"})
    assert again.counts["unchanged"] == 4


async def test_one_that_comes_later_joins_and_the_second_of_a_language_does_not(take, room):
    await take({"content/about.md": "", "content/about.de.md": ""})
    room.heard.clear()
    await take({"content/about.es.md": "", "content/x.md": "lang: de\ntranslationKey: content/k\n"})
    (together,), alone = await families()
    assert together == ["", "de", "es"]
    assert alone == ["de"]
    (told,) = room.of(TranslationsChanged)
    assert len(told.piece_ids) == 1


async def test_polylang_says_it_in_a_taxonomy(room, settings, tmp_path):
    items = "".join(
        f"<item><title>T{n}</title><wp:post_id>{n}</wp:post_id><wp:post_type>post</wp:post_type>"
        f"<wp:status>publish</wp:status><wp:post_date_gmt>2024-01-0{n} 10:00:00</wp:post_date_gmt>"
        f'<category domain="language" nicename="{tag}"/>'
        '<category domain="post_translations" nicename="pll_5f3"/></item>'
        for n, tag in ((1, "en"), (2, "de"))
    )
    file = tmp_path / "export.xml"
    file.write_text(
        '<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
        f"<wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"
    )
    async with GuardedClient() as http:
        await import_wordpress(
            file, options=WordPressOptions(), now=room.now, bus=room.bus,
            media=media_store(settings), http=http,
        )  # fmt: skip

    assert await families() == ([["de", "en"]], [])


async def test_translations_go_out_and_come_back(room, settings, tmp_path):
    store = media_store(settings)
    bread = await room.move(await room.make(title="Bread", body="Rye"), "published")
    for language in ("de", "pt-BR"):
        await content.translate_piece(
            bread.id, language, actor=room.editor, now=room.now, bus=room.bus
        )
    await room.make(title="Alone")
    before = await families()

    async def export(name):
        await exporter.export_markdown(tmp_path / name, media=store, ctas=exporter.NoCtas())
        files = sorted((tmp_path / name).rglob("*.md"))
        return {file.name: file.read_bytes() for file in files}

    first = await export("one")
    for table in reversed(TABLES):
        await table.delete(force=True)
    report = await restore(
        tmp_path / "one", dry_run=False, now=room.now + timedelta(days=3), bus=room.bus,
        media=store, ctas=NoCtas(),
    )  # fmt: skip

    assert [row.reason for row in report.rows if row.outcome != "taken"] == []
    assert await families() == before == ([["", "de", "pt-BR"]], [""])
    assert await export("two") == first
    assert sum(b"\ntranslations: " in text for text in first.values()) == 3


@pytest.mark.skipif(not GUIDE.is_file(), reason="shared/data is not here")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_open_source_guides_are_put_together(room, settings):
    report = await import_markdown(
        GUIDE, dry_run=False, author_email=None, zone=None, now=room.now, bus=room.bus,
        media=media_store(settings),
    )  # fmt: skip

    together, _ = await families()
    assert len(together) >= 10
    assert max(len(family) for family in together) >= 15
    assert any("translations of each other" in note for note in report.notes)
    rows = await PieceRow.select(PieceRow.id).where(PieceRow.language == "de").limit(1)
    assert (await queries.get_piece(rows[0]["id"])).translations
