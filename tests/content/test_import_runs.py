"""Imports in the background: a file comes in, a worker imports it, the API tells of it."""

import json
from pathlib import Path

import pytest

from octavo.content.importers import intake
from octavo.content.importers.runs import jobs, queries, service
from octavo.content.importers.runs.tables import ImportReportRow, ImportRunRow
from octavo.content.media.store import media_store
from octavo.content.tables import PieceRow
from octavo.kernel.http import GuardedClient

BLOG = Path(__file__).parent / "fixtures" / "wordpress" / "blog.xml"


@pytest.fixture
def importing(room, settings):
    return jobs.Importing(
        clock=lambda: room.now,
        bus=room.bus,
        media=media_store(settings),
        http=GuardedClient(),
        folder=settings.state_dir / "imports",
        owner="here:1:a",
    )


async def start(client, *, data=None, name="blog.xml", format_="wordpress", who="editor", **fields):
    return await client.post(
        f"/imports/{format_}",
        files={"file": (name, BLOG.read_bytes() if data is None else data)},
        data=fields,
        headers={"x-as": who},
    )


async def test_an_upload_is_imported_by_the_worker_and_told_of(client, importing):
    answer = await start(client, timezone="Europe/Madrid")
    assert answer.status_code == 202, answer.text
    run = answer.json()
    assert (run["state"], run["name"], run["format"]) == ("waiting", "blog.xml", "wordpress")

    assert await jobs.run_next(importing)
    assert not await jobs.run_next(importing)

    done = (await client.get(f"/imports/{run['id']}")).json()
    assert (done["state"], done["error"]) == ("done", "")
    assert done["counts"]["taken"] == await PieceRow.count() == 11
    assert done["done"] == done["total"] == 11
    assert any("trash" in row["reason"] for row in done["rows"])
    assert any("WXR 1.2" in note for note in done["notes"])
    rows = (await client.get(f"/imports/{run['id']}/rows?outcome=taken&limit=5")).json()
    assert len(rows["items"]) == 5
    more = (
        await client.get(
            f"/imports/{run['id']}/rows?outcome=taken&limit=20&cursor={rows['next_cursor']}"
        )
    ).json()
    assert len(more["items"]) == 6
    assert [item["id"] for item in (await client.get("/imports")).json()["items"]] == [run["id"]]
    assert not list(importing.folder.iterdir())


async def test_a_dry_run_tells_and_changes_nothing(client, importing):
    run = (await start(client, dry_run="true")).json()
    await jobs.run_next(importing)

    done = (await client.get(f"/imports/{run['id']}")).json()
    assert (done["dry_run"], done["counts"]["taken"]) == (True, 11)
    assert await PieceRow.count() == 0


async def test_what_cannot_be_imported_fails_with_its_reason_and_its_file_goes(client, importing):
    run = (await start(client, data=b"<rss><channel>")).json()
    await jobs.run_next(importing)

    done = (await client.get(f"/imports/{run['id']}")).json()
    assert done["state"] == "failed"
    assert "ends in the middle" in done["error"]
    assert not list(importing.folder.iterdir())


async def test_ghost_and_markdown_come_in_by_the_same_door(client, importing):
    ghost = {"db": [{"meta": {"version": "5.0"}, "data": {"posts": [
        {"id": "1", "title": "From Ghost", "slug": "from-ghost", "html": "<p>Hi</p>", "status":
         "published", "published_at": "2020-01-01 00:00:00"}]}}]}  # fmt: skip
    first = await start(client, data=json.dumps(ghost).encode(), name="x.json", format_="ghost")
    note = b"---\ntitle: From a file\ndate: 2020-01-01\n---\nHi\n"
    second = await start(client, data=note, name="a.md", format_="markdown")
    while await jobs.run_next(importing):
        pass

    for answer in (first, second):
        done = (await client.get(f"/imports/{answer.json()['id']}")).json()
        assert (done["state"], done["counts"]["taken"]) == ("done", 1), done


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"dry_run": "perhaps"}, "dry_run"), ({"timezone": "Mars"}, "timezone"),
     ({"author": "nobody@example.org"}, "author"), ({"zone": "UTC"}, "form"),
     ({"name": "blog.exe"}, "file")],
)  # fmt: skip
async def test_wrong_options_are_refused_and_nothing_is_kept(client, importing, fields, name):
    answer = await start(client, **fields)

    assert answer.status_code == 400, answer.text
    assert name in answer.text or name == "timezone"
    assert await ImportRunRow.count() == 0
    assert not importing.folder.exists() or not list(importing.folder.iterdir())


async def test_only_who_may_publish_may_import(client):
    assert (await start(client, who="writer")).status_code == 403
    assert (await start(client, format_="blogger")).status_code in {400, 404}
    assert (await client.get("/imports/7")).status_code == 404


async def test_a_run_left_behind_is_taken_up_and_keeps_what_was_told(
    client, importing, monkeypatch
):
    run = (await start(client)).json()
    noted, calls = service.note_rows, []

    async def note_or_fail(run_id, rows):
        calls.append(len(rows))
        if len(calls) == 3:
            raise RuntimeError("the third batch fails")
        await noted(run_id, rows)

    monkeypatch.setattr(intake, "_BATCH", 4)
    monkeypatch.setattr(service, "note_rows", note_or_fail)
    with pytest.raises(RuntimeError):
        await jobs.run_next(importing)
    assert await PieceRow.count() == 8
    assert (await queries.get_run(run["id"])).state == "running"
    await jobs.run_next(importing)

    done = await queries.get_run(run["id"])
    assert (done.state, done.counts["taken"]) == ("done", 11)
    assert await ImportReportRow.count() == 11 + 2
    assert await PieceRow.count() == 11
