"""Exports for elsewhere: one JSON document without secrets, and WXR that our own importer takes."""

import json
import xml.etree.ElementTree as ET

import pytest

from octavo.content.exporters import everything, markdown, wxr
from octavo.content.exporters.names import file_stem
from octavo.content.exporters.writing import TargetRefusedError, whole_file, whole_folder
from octavo.content.importers.formats import Options
from octavo.content.importers.wordpress.service import WordPressOptions, import_wordpress
from octavo.content.media.store import media_store
from octavo.content.tables import TABLES, PieceRow
from octavo.kernel.http import GuardedClient
from octavo.publishing.text.markdown import plain_html
from octavo.runtime import all_tables

WP = "{http://wordpress.org/export/1.2/}"


def test_every_table_is_taken_or_left_out_and_no_column_that_is_kept_is_a_secret():
    names = {table._meta.tablename: table for table in all_tables()}
    assert names.keys() - everything.TAKEN.keys() - everything.LEFT_OUT == set()
    assert everything.TAKEN.keys() <= names.keys()
    for name, hidden in everything.TAKEN.items():
        columns = {column._meta.name for column in names[name]._meta.columns}
        assert hidden <= columns
        told = " ".join(columns - hidden)
        for word in ("secret", "password", "token", "session", "csrf"):
            assert word not in told, (name, word)


async def test_the_document_holds_every_revision_and_no_secret(room, tmp_path):
    piece = await room.make(body="first", tags=["bread"])
    await room.patch(piece, body="second")
    tables = [
        table for table in all_tables() if table._meta.tablename in {"piece", "piece_revision", "tag",
                                                                    "account_user", "account_session"}
    ]  # fmt: skip
    report = await everything.export_json(tmp_path / "all.json", tables=tables, now=room.now)
    told = json.loads((tmp_path / "all.json").read_bytes())
    assert (told["format"], told["version"]) == ("octavo-library", 1)
    assert [row["body"] for row in told["tables"]["piece_revision"]] == ["first", "second"]
    assert told["tables"]["piece_revision"][0]["tag_names"] == ["bread"]
    assert report.counts["piece"] == 1
    assert "account_session" not in told["tables"]
    assert all("password_hash" not in row for row in told["tables"]["account_user"])


async def test_wxr_is_xml_that_our_importer_takes_back(room, settings, tmp_path):
    live = await room.make(
        title="A <b> & “c”", body="Some *words* ]]> here", tags=["Bread & butter"]
    )
    await room.move(live, "published")
    await room.make(kind="page", title="About", body="Us")
    later = await room.make(title="Later", body="Soon")
    await room.move(later, "scheduled", publish_at="2031-01-01T10:00", zone="UTC")
    store = media_store(settings)
    target = tmp_path / "blog.xml"
    report = await wxr.export_wxr(target, media=store, render=plain_html, now=room.now)
    assert report.counts == {"attachments": 0, "pages": 1, "posts": 2}
    items = ET.parse(target).getroot().findall("channel/item")
    assert [item.findtext(f"{WP}status") for item in items] == ["publish", "draft", "future"]

    before = {row["slug"]: row for row in await PieceRow.select()}
    for table in reversed(TABLES):
        await table.delete(force=True)
    options = WordPressOptions(common=Options(), fetch_media=False, comments=False)
    back = await import_wordpress(
        target, options=options, now=room.now, bus=room.bus, media=store, http=GuardedClient()
    )
    assert back.counts["taken"] == 3
    after = {row["slug"]: row for row in await PieceRow.select()}
    assert after.keys() == before.keys()
    for slug, row in before.items():
        for name in ("kind", "title", "status", "publish_instant"):
            assert after[slug][name] == row[name], (slug, name)


def test_file_names_are_safe_everywhere_and_never_shared():
    slugs = ["bread", "con", "com1", "index", "a" * 120, "Bread", "bröd", "br-d", "-x", ".."]
    stems = [file_stem(slug) for slug in slugs]
    assert stems[0] == "bread"
    assert len({stem.casefold() for stem in stems}) == len(slugs)
    for stem in stems:
        assert stem.isascii()
        assert len(stem) < 120
        assert stem not in {"con", "com1", ".."}


def test_what_fails_half_way_leaves_nothing_and_what_was_there_stays(tmp_path):
    target = tmp_path / "all.json"
    target.write_text("old")
    with pytest.raises(TypeError), whole_file(target) as stream:
        stream.write("new")
    with pytest.raises(TypeError), whole_folder(tmp_path / "out") as folder:
        (folder / "x").write_text(b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["all.json"]
    assert target.read_text() == "old"


def test_a_folder_of_somebody_else_is_refused_and_hidden_entries_of_ours_stay(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.md").write_text("precious")
    with pytest.raises(TargetRefusedError, match=r"thesis\.md"), whole_folder(tmp_path / "mine"):
        pass
    ours = tmp_path / "ours"
    with whole_folder(ours) as folder:
        (folder / "octavo.json").write_text("{}")
    (ours / ".git").mkdir()
    with whole_folder(ours) as folder:
        (folder / "octavo.json").write_text("{ }")
    assert {path.name for path in ours.iterdir()} == {".git", "octavo.json"}
    assert (ours / "octavo.json").read_text() == "{ }"
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "ours"}


async def test_no_secret_of_a_filled_installation_is_in_any_export(room, settings, tmp_path):
    await room.make(body="of rye")
    at, mark = {"created_at": room.now}, "MARKED-SECRET"
    tables = {table._meta.tablename: table for table in all_tables()}
    user = room.owner.id
    await tables["account_user"].update({"password_hash": mark}, force=True)
    rows = {
        "account_session": {"token_hash": mark, "user_id": user, "csrf_token": mark,
                            "expires_at": room.now, **at},
        "account_invitation": {"token_hash": mark, "role": "owner", "expires_at": room.now, **at},
        "account_key": {"name": "key", "scope": "write", "prefix": mark, "secret_hash": mark, **at},
        "channel": {"adapter": "x", "name": "X", "code": "x", "secrets": f'{{"token": "{mark}"}}',
                    "updated_at": room.now, **at},
        "webhook": {"code": mark, "name": "hook", "url": f"https://example.org/{mark}",
                    "secret": mark, "previous_secret": mark, "updated_at": room.now, **at},
    }  # fmt: skip
    for name, values in rows.items():
        await tables[name].insert(tables[name](**values))
    media = media_store(settings)

    await everything.export_json(tmp_path / "all.json", tables=all_tables(), now=room.now)
    await wxr.export_wxr(tmp_path / "all.xml", media=media, render=plain_html, now=room.now)
    await markdown.export_markdown(tmp_path / "all", media=media, ctas=markdown.NoCtas())

    files = [path for path in tmp_path.rglob("*") if path.is_file() and "all" in str(path)]
    told = {path.name: path.read_bytes() for path in files if "home" not in path.parts}
    assert b'"code":"x"' in told["all.json"]
    assert b'"name":"hook"' in told["all.json"]
    assert [name for name, data in told.items() if mark.encode() in data] == []
