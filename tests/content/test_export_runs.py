"""Exports in the background: a wish, a worker, a file that waits some days."""

import asyncio
import errno
import io
import json
import os
import zipfile
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from octavo.content.exporters.runs import jobs
from octavo.content.exporters.runs.tables import ExportRunRow
from octavo.content.media.store import media_store
from octavo.kernel.jobs import Turn
from octavo.publishing.text.markdown import plain_html
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


async def test_progress_is_told_and_a_deleted_run_is_stopped(client, room, exporting, monkeypatch):
    for number in range(3):
        await room.make(title=f"Loaf {number}")
    run_id = (await start(client, "json")).json()["id"]
    told, stopped = [], asyncio.Event()
    monkeypatch.setattr(jobs, "Turn", partial(Turn, tick_s=0.01))
    write = jobs.write_document

    async def slow(stream, **given):
        await write(stream, **given)
        try:
            await asyncio.sleep(30)
        finally:
            stopped.set()

    async def watch():
        while not (run := (await client.get(f"/exports/{run_id}")).json())["done"]:
            await asyncio.sleep(0.01)
        told.append((run["state"], run["done"], run["total"]))
        await client.delete(f"/exports/{run_id}")

    monkeypatch.setattr(jobs, "write_document", slow)
    async with asyncio.timeout(20):
        await asyncio.gather(jobs.run_next(exporting), watch())

    assert told == [("running", 3, 3)]
    assert stopped.is_set()
    assert not await jobs.run_next(exporting)
    assert not list(exporting.folder.iterdir())


async def test_two_workers_write_an_export_once(client, exporting, monkeypatch):
    run_id = (await start(client, "json")).json()["id"]
    began, write = [], jobs.write_document

    async def counted(stream, **given):
        began.append(1)
        await asyncio.sleep(0.2)
        return await write(stream, **given)

    monkeypatch.setattr(jobs, "write_document", counted)
    other = replace(exporting, owner="there:2:b")
    took = await asyncio.gather(jobs.run_next(exporting), jobs.run_next(other))

    assert sorted(took) == [False, True]
    assert began == [1]
    assert (await client.get(f"/exports/{run_id}")).json()["state"] == "done"


@pytest.mark.parametrize("format_", ["markdown", "json", "wxr"])
async def test_a_full_disk_fails_the_run_with_words(room, client, exporting, monkeypatch, format_):
    await room.make(title="Bread")
    run_id = (await start(client, format_)).json()["id"]

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    await jobs.run_next(exporting)

    told = (await client.get(f"/exports/{run_id}")).json()
    assert told["state"] == "failed"
    assert told["error"].endswith("could not be written: No space left on device")
    assert not list((exporting.folder / str(run_id)).iterdir())


async def test_a_folder_that_cannot_be_made_fails_the_run_with_words(client, exporting):
    run_id = (await start(client, "json")).json()["id"]
    exporting.folder.parent.mkdir(parents=True, exist_ok=True)
    exporting.folder.write_text("in the way")
    await jobs.run_next(exporting)

    told = (await client.get(f"/exports/{run_id}")).json()
    assert (told["state"], told["name"]) == ("failed", "")
    assert "could not be written" in told["error"]


async def test_what_lies_there_without_an_export_is_swept(client, exporting):
    run_id = (await start(client, "json")).json()["id"]
    await jobs.run_next(exporting)
    for name in ("77", "notes"):
        (exporting.folder / name).mkdir()
    await jobs.run_next(exporting)

    assert {path.name for path in exporting.folder.iterdir()} == {str(run_id), "notes"}


async def test_only_who_configures_may_export(client):
    assert (await start(client, "json", who="writer")).status_code == 403
    assert (await start(client, "epub")).status_code == 400
    assert (await client.get("/exports/7/file")).status_code == 404
