"""Deployments under a real `kill -9`: readers keep a whole site, and the next one goes on from there.

The process is `python -m octavo deploy`, or a worker. It dies at a point that the test names: in a
folder just before the n-th deed of a kind (an audit hook, loaded into the child alone), in a bucket at
the n-th object put, before or after the service took it (a proxy between the two).
"""

import asyncio
import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
import pytest
from obstore.store import S3Store

from octavo.deploying import queries
from octavo.publishing.cards import service as cards
from octavo.publishing.cards.jobs import CardMaker

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TARGETS = "/api/v1/deploy-targets"
POSTS = 12

_DYING = """
import os, re, sys
deed, pattern, left = os.environ["DIE_AT"].split("|")
left = int(left)
def hook(event, args):
    global left
    if event == deed and any(isinstance(one, (str, os.PathLike)) and re.search(pattern, os.fspath(one))
                             for one in args):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)
if deed:
    sys.addaudithook(hook)
"""


class Blog:
    """An installation, its home shared with processes that are killed."""

    def __init__(self, installation, client, environ):
        self.installation, self.client, self.environ = installation, client, environ
        self.pieces = []
        self.bucket = None

    @property
    def site(self):
        return self.installation.runtime.site

    async def write(self, count):
        for _ in range(count):
            number = len(self.pieces) + 1
            text = {"title": f"Piece {number}", "body": f"Text of piece {number}. " * 20}
            piece = (await self.client.post("/api/v1/pieces", json=text)).json()
            self.pieces.append(piece["id"])
            await self._publish(piece)

    async def edit(self, edition):
        """Change a third of the pieces, the colours, take one away and write another."""
        for piece_id in self.pieces[1::3]:
            path = f"/api/v1/pieces/{piece_id}"
            piece = (await self.client.get(path)).json()
            change = {"version": piece["version"], "body": f"Edition {edition}. " * 40}
            await self._publish((await self.client.patch(path, json=change)).json())
        organisation = (await self.client.get("/api/v1/settings")).json()
        accent = f"#8{edition % 16:x}2010"
        changed = await self.client.patch(
            "/api/v1/settings",
            json={"version": organisation["version"], "theme": {"accent_light": accent}},
        )
        assert changed.status_code == 200, changed.text
        gone = (await self.client.get(f"/api/v1/pieces/{self.pieces[0]}")).json()
        await self._move(gone, "archived")
        self.pieces.pop(0)
        await self.write(1)

    async def show_film(self):
        """Write a piece with a film so large that it goes up in parts."""
        film = b"\0\0\0\x18ftypisom" + bytes(9_000_000)
        sent = await self.client.post("/api/v1/media", files={"file": ("film.mp4", film)})
        assert sent.status_code == 201, sent.text
        text = {"title": "Film", "body": f"[The film](/media/{sent.json()['path']})"}
        await self._publish((await self.client.post("/api/v1/pieces", json=text)).json())

    async def _publish(self, piece):
        await self._move(piece, "published")

    async def _move(self, piece, to):
        moved = await self.client.post(
            f"/api/v1/pieces/{piece['id']}/transitions",
            json={"to": to, "version": piece["version"]},
        )
        assert moved.status_code == 200, moved.text

    async def build(self):
        """Build all that a worker would, cards included, so that it finds nothing to build."""
        runtime = self.installation.runtime
        await self.site.build(now=runtime.clock())
        await cards.want_unknown()
        maker = CardMaker(site=self.site, store=runtime.media, clock=runtime.clock)
        await maker.notice_look()
        await maker.draw_waiting()
        await self.site.build_pending(runtime.clock())
        return self.tree()

    def tree(self):
        return tree_of(self.site.folder)

    def start(self, *arguments, die_at="||0"):
        child = subprocess.Popen(
            [sys.executable, "-m", "octavo", *arguments],
            env=self.environ | {"DIE_AT": die_at},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self.bucket is not None:
            self.bucket.victim, self.bucket.is_cut = child, False
        return child

    async def deploy(self, *, die_at="||0"):
        """Run the command; answer what it says, or None when it was killed."""
        child = self.start("deploy", "--json", die_at=die_at)
        out, _ = await asyncio.to_thread(child.communicate, timeout=60)
        if child.returncode == -signal.SIGKILL:
            return None
        (said,) = json.loads(out)
        assert said["error"] is None, said
        return said


def tree_of(folder):
    folder = Path(os.path.realpath(folder))
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != ".octavo-site"
    }


@pytest.fixture
async def blog(installation, database_url, environment, tmp_path):
    (tmp_path / "dying").mkdir()
    (tmp_path / "dying" / "sitecustomize.py").write_text(_DYING)
    environ = {
        **os.environ,
        **environment,
        "OCTAVO_HOME": str(installation.runtime.settings.home),
        "OCTAVO_DATABASE_URL": database_url,
        "OCTAVO_BASE_URL": installation.runtime.settings.base_url,
        "PYTHONPATH": str(tmp_path / "dying"),
    }
    blog = Blog(installation, await installation.owner(), environ)
    await blog.write(POSTS)
    await blog.build()
    return blog


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


class Bucket:
    """A bucket behind a proxy that can end a process at the n-th object put, or deletion."""

    def __init__(self, endpoint, key, secret):
        self.prefix = f"kill-{uuid4().hex[:8]}"
        self.key, self.secret = key, secret
        self.puts = []
        self.victim, self.left, self.is_taken, self.method = None, 0, False, "PUT"
        self.is_cut, self.busy, self.turn = False, 0, threading.Condition()
        options = {"endpoint": endpoint, "access_key_id": key, "secret_access_key": secret}
        self.store = S3Store(
            "media",
            prefix=self.prefix,
            config=options | {"region": "us-east-1"},
            client_options={"allow_http": True},
        )
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(urlsplit(endpoint)))
        self.address = f"127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def shown(self):
        """Answer what is there, once nothing is under way any more."""
        with self.turn:
            assert self.turn.wait_for(lambda: self.busy == 0, timeout=20)
        found = [meta["path"] for chunk in obstore.list(self.store) for meta in chunk]
        return {
            path: bytes(obstore.get(self.store, path).bytes())
            for path in found
            if path != ".octavo-site"
        }

    def let_die(self, left, *, is_taken, method="PUT"):
        """Have the victim killed at this request, before or after the service took it."""
        self.left, self.is_taken, self.method = left, is_taken, method

    @contextlib.contextmanager
    def passing(self, method):
        """Let a request through, if the one who sent it lives; say whether it is its last."""
        with self.turn:
            goes, strikes = not self.is_cut, False
            if goes and method == self.method and self.left:
                self.left -= 1
                strikes = self.is_cut = self.left == 0
            self.busy += 1
        try:
            yield goes, strikes
        finally:
            with self.turn:
                self.busy -= 1
                self.turn.notify_all()

    def _handler(self, behind):
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self):
                size = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(size)
                with bucket.passing(self.command) as (goes, strikes):
                    data = None
                    if goes and len(body) == size and (bucket.is_taken or not strikes):
                        status, headers, data = self._ask(body)
                    if strikes:
                        bucket.kill()
                    if strikes or data is None:
                        self.close_connection = True
                        return
                with contextlib.suppress(OSError):  # the reader was killed
                    self.send_response_only(status)
                    for name, value in headers:
                        if name.lower() not in {"transfer-encoding", "connection"}:
                            self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(data)

            def _ask(self, body):
                link = http.client.HTTPConnection(behind.hostname, behind.port, timeout=20)
                link.request(self.command, self.path, body, dict(self.headers.items()))
                answer = link.getresponse()
                data, headers = answer.read(), answer.getheaders()
                link.close()
                if self.command == "PUT":
                    bucket.puts.append(self.path.partition(f"{bucket.prefix}/")[2])
                if answer.getheader("content-length") is None:
                    headers.append(("content-length", str(len(data))))
                return answer.status, headers, data

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - their names

            def log_message(self, *_):
                pass

        return Handler

    def kill(self):
        self.victim.kill()
        self.victim.wait()


@pytest.fixture
def bucket(bucket_server):
    bucket = Bucket(*bucket_server)
    yield bucket
    bucket.close()


@pytest.fixture
def environment(request):
    if "bucket" not in request.fixturenames:
        return {}
    return {"OCTAVO_ALLOWED_TARGETS": request.getfixturevalue("bucket").address}


class Watch:
    """Reads the pages of `current` as a web server does, the whole time."""

    def __init__(self, current):
        self.current, self.faults, self.seen = current, [], 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(0.01):
            with contextlib.suppress(FileNotFoundError):  # a release so old that it just went
                page = (self.current / "index.html").read_text()
                self.seen += 1
                if not page.rstrip().endswith("</html>"):
                    self.faults.append("index.html is cut off")
            if not (self.current / "index.html").is_file():
                self.faults.append("index.html is not there")


# What a deployment into a folder does, in order; each run is cut off one step further on.
_STEPS = (
    "os.rename|/next.base$|1",  # `next` holds the present release, and nothing says so yet
    "os.link|/next/|3",
    "os.remove|/next/|2",
    "os.rename|/next.changes$|1",
    "os.rename|/next$|1",
    "os.symlink|current.next|1",
    "os.rename|current.next|1",
    "os.remove|next.base$|1",  # from here on readers see the new release
)


async def test_a_folder_shows_one_whole_release_wherever_a_process_is_killed(blog):
    made = await blog.client.post(
        TARGETS, json={"deployer": "folder", "name": "Mirror", "settings": {"folder": "blog"}}
    )
    assert made.status_code == 201, made.text
    old = blog.tree()
    current = blog.installation.runtime.settings.home / "deploys/blog/current"

    assert await blog.deploy(die_at="os.link|/next/|8") is None
    assert not current.exists()
    done = await blog.deploy()
    # Seven were linked: they are neither put again nor lost.
    assert (done["put"], done["same"]) == (len(old) - 7, 7)
    assert tree_of(current) == old

    await blog.edit(1)
    new = await blog.build()
    asked = await blog.client.post(f"{TARGETS}/{made.json()['id']}/deploy", json={})
    assert asked.status_code == 202, asked.text
    with Watch(current) as watch:
        for number, step in enumerate(_STEPS):
            if number == 1:
                worker = blog.start("worker", die_at=step)
                assert await asyncio.to_thread(_ended, worker) == -signal.SIGKILL
            else:
                assert await blog.deploy(die_at=step) is None, step
            assert tree_of(current) == (new if step is _STEPS[-1] else old), step
        done = await blog.deploy()
    assert (done["put"], done["deleted"]) == (0, 0)
    assert tree_of(current) == new
    assert watch.faults == []
    assert watch.seen > len(_STEPS)


def _ended(process):
    process.communicate(timeout=60)
    return process.returncode


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
    assert await asyncio.to_thread(_ended, killed) == -signal.SIGKILL
    arrived = bucket.shown()
    assert 0 < len(arrived) < len(site)

    bucket.puts.clear()
    worker = blog.start("worker")
    try:
        runs = await _until_done(target_id)
    finally:
        worker.terminate()
        await asyncio.to_thread(_ended, worker)
    assert bucket.shown() == site
    assert set(bucket.puts) == site.keys() - arrived.keys()
    assert [run.state for run in runs] == ["done", "failed"]
    assert "the next run goes on from there" in str(runs[1].error)
