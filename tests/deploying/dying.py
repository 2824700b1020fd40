"""A blog whose deployments are killed: `python -m octavo deploy`, or a worker.

A process dies at a point that the test names: in a folder just before the n-th deed of a kind (an
audit hook, loaded into the child alone), in a bucket at the n-th object put, before or after the
service took it (`dying_bucket`).
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from octavo.publishing.cards import service as cards
from octavo.publishing.cards.jobs import CardMaker

TARGETS = "/api/v1/deploy-targets"

DYING = """
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
"""The `sitecustomize` of a process that dies."""


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


def ended(process):
    process.communicate(timeout=60)
    return process.returncode
