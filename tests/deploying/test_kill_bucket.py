"""Deployments into a bucket under a real `kill -9`: whole for readers, and the next goes on from there."""

import asyncio
import re
import signal
import time

import pytest
from tests.deploying.dying import TARGETS, ended

from octavo.deploying import queries

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def check_whole(shown, old, new):
    """Each file is of one edition, and what a page needs or a list names is there."""
    for path, data in shown.items():
        assert data in {old.get(path), new.get(path)}, path
    for path in old.keys() & new.keys():
        assert path in shown, path
    for path, data in shown.items():
        if path.endswith(".html"):
            text = data.decode()
            for needed in re.findall(r'(?:href|src)="(/(?:assets|media)/[^"]+)"', text):
                assert needed[1:] in shown, (path, needed)
    for piece in re.findall(r'href="(/piece-\d+/)"', shown["index.html"].decode()):
        assert f"{piece[1:]}index.html" in shown, piece


async def _until_done(target_id):
    """Answer the runs of a target, newest first, as soon as the newest is over.

    Not over the API: for the worker it is a later day, on which it ends our session.
    """
    until = time.monotonic() + 40
    while time.monotonic() < until:
        runs = (await queries.list_runs(target_id, cursor=None, limit=9)).items
        if runs[0].state == "done":
            return runs
        await asyncio.sleep(0.1)
    pytest.fail(f"not deployed: {runs[0]}")


async def _bucket_target(blog, bucket):
    settings = {
        "bucket": "media",
        "endpoint": f"http://{bucket.address}",
        "prefix": bucket.prefix,
    }
    secrets = {"access_key_id": bucket.key, "secret_access_key": bucket.secret}
    target = {"deployer": "s3", "name": "Bucket", "settings": settings, "secrets": secrets}
    made = await blog.client.post(TARGETS, json=target)
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def test_a_bucket_is_whole_wherever_the_command_is_killed(blog, bucket):
    await _bucket_target(blog, bucket)
    blog.bucket = bucket
    old = blog.tree()
    bucket.let_die(10, is_taken=True)
    assert await blog.deploy() is None
    arrived = bucket.shown()
    assert 0 < len(arrived) < len(old)
    bucket.puts.clear()
    done = await blog.deploy()
    assert bucket.shown() == old
    # What had arrived is looked at, and not sent again.
    assert set(bucket.puts) == old.keys() - arrived.keys()
    assert done["put"] == len(old) - len(arrived)

    bucket.puts.clear()
    await blog.edit(1)
    new = await blog.build()
    for left, is_taken in ((1, False), (9, True), (3, False)):
        bucket.let_die(left, is_taken=is_taken)
        assert await blog.deploy() is None, left
        check_whole(bucket.shown(), old, new)
    # Nor was there a moment in between at which a page lacked anything.
    seen = dict(old)
    for path in bucket.puts:
        seen[path] = new[path]
        check_whole(seen, old, new)
    bucket.let_die(1, is_taken=False, method="POST")
    assert await blog.deploy() is None
    shown = bucket.shown()
    check_whole(shown, old, new)
    assert new.items() <= shown.items()
    bucket.puts.clear()
    done = await blog.deploy()
    assert bucket.shown() == new
    assert (bucket.puts, done["put"]) == ([], 0)

    await blog.show_film()
    with_film = await blog.build()
    bucket.let_die(1, is_taken=True)
    assert await blog.deploy() is None
    # Half a film is nothing: no page speaks of it yet, and it is sent again as a whole.
    shown = bucket.shown()
    check_whole(shown, new, with_film)
    assert {path for path in shown if path.endswith((".mp4", ".html"))} <= new.keys()
    await blog.deploy()
    assert bucket.shown() == with_film


async def test_a_worker_killed_while_it_deploys_leaves_the_rest_to_the_next(blog, bucket):
    blog.bucket = bucket
    target_id = await _bucket_target(blog, bucket)
    asked = await blog.client.post(f"{TARGETS}/{target_id}/deploy", json={})
    assert asked.status_code == 202, asked.text
    site = blog.tree()
    bucket.let_die(12, is_taken=True)
    killed = blog.start("worker")
    assert await asyncio.to_thread(ended, killed) == -signal.SIGKILL
    arrived = bucket.shown()
    assert 0 < len(arrived) < len(site)

    bucket.puts.clear()
    worker = blog.start("worker")
    try:
        runs = await _until_done(target_id)
    finally:
        worker.terminate()
        await asyncio.to_thread(ended, worker)
    assert bucket.shown() == site
    assert set(bucket.puts) == site.keys() - arrived.keys()
    assert [run.state for run in runs] == ["done", "failed"]
    assert "the next run goes on from there" in str(runs[1].error)
