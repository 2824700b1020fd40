"""Exports in the background: a wish, a worker, a file that waits some days."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from octavo.content.exporters.runs import jobs
from octavo.content.exporters.runs.tables import ExportRunRow
from octavo.content.media.store import media_store
from octavo.publishing.markdown import plain_html
from octavo.runtime import all_tables


@pytest.fixture
def exporting(room, settings):
    return jobs.Exporting(
        clock=lambda: room.now,
        media=media_store(settings),
        folder=settings.state_dir / "exports",
        owner="here:1:a",
        tables=[table for table in all_tables() if table._meta.tablename in {"piece", "tag"}],
        render=plain_html,
    )


async def start(client, format_, who="editor"):
    return await client.post("/exports", json={"format": format_}, headers={"x-as": who})


async def test_every_format_is_written_told_of_and_handed_out(room, client, exporting):
    await room.make(title="Bread", body="of rye", tags=["baking"])
    runs = {}
    for format_ in ("markdown", "json", "wxr"):
        answer = await start(client, format_)
        assert answer.status_code == 202, answer.text
        runs[format_] = answer.json()["id"]
        early = await client.get(f"/exports/{runs[format_]}/file")
        assert early.status_code == 422
    while await jobs.run_next(exporting):
        pass

    files = {}
    for format_, run_id in runs.items():
        told = (await client.get(f"/exports/{run_id}")).json()
        assert (told["state"], told["error"]) == ("done", ""), told
        answer = await client.get(f"/exports/{run_id}/file")
        assert f'filename="{told["name"]}"' in answer.headers["content-disposition"]
        assert len(answer.content) == told["size"]
        files[format_] = answer.content
    with zipfile.ZipFile(io.BytesIO(files["markdown"])) as archive:
        assert "octavo.json" in archive.namelist()
        assert b"of rye" in archive.read("pieces/bread.md")
    assert json.loads(files["json"])["tables"]["piece"][0]["id"]
    assert b"<wp:wxr_version>" in files["wxr"]
    listed = (await client.get("/exports?limit=2")).json()
    assert [item["id"] for item in listed["items"]] == [runs["wxr"], runs["json"]]


async def test_what_a_dead_worker_left_is_begun_anew_and_its_rest_goes(room, client, exporting):
    run_id = (await start(client, "json")).json()["id"]
    await ExportRunRow.update({ExportRunRow.state: "running", ExportRunRow.attempts: 1}, force=True)
    place = exporting.folder / str(run_id)
    place.mkdir(parents=True)
    (place / ".octavo-json.partial").write_bytes(b"half")

    await jobs.run_next(exporting)

    told = (await client.get(f"/exports/{run_id}")).json()
    assert told["state"] == "done"
    assert [path.name for path in place.iterdir()] == [told["name"]]


async def test_what_dies_again_and_again_fails(client, exporting):
    run_id = (await start(client, "json")).json()["id"]
    await ExportRunRow.update({ExportRunRow.attempts: 5}, force=True)

    await jobs.run_next(exporting)

    assert (await client.get(f"/exports/{run_id}")).json()["state"] == "failed"


async def test_exports_go_after_a_week_or_when_told_to(room, client, exporting):
    first, second = [(await start(client, "json")).json()["id"] for _ in range(2)]
    while await jobs.run_next(exporting):
        pass

    assert (await client.delete(f"/exports/{first}")).status_code == 204
    assert [path.name for path in exporting.folder.iterdir()] == [str(second)]
    room.now += timedelta(days=7)
    await jobs.run_next(exporting)

    assert (await client.get(f"/exports/{second}")).status_code == 404
    assert not list(exporting.folder.iterdir())


async def test_only_who_configures_may_export(client):
    assert (await start(client, "json", who="writer")).status_code == 403
    assert (await start(client, "epub")).status_code == 400
    assert (await client.get("/exports/7/file")).status_code == 404
