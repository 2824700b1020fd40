"""Requests per second: clicks with and without a synced disk, and a list of pieces; ours against
an app that does nothing but answer."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from tests.bench.corpus import ROOT, fill, make_key
from tests.bench.load import Load, requests_per_second
from tests.bench.measure import MemoryWatch, say, time_program

__all__ = ["Running", "run_clicks", "run_list", "run_page", "run_server"]

_CONNECTIONS = 64


@dataclass
class Running:
    """A server under measurement."""

    port: int
    log: Path
    memory: MemoryWatch

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def run_clicks(folder: Path, *, seconds: float) -> None:
    """Print clicks per second: ours, ours without syncing, and a bare redirect."""
    home = folder / "home"
    with run_server("octavo", home, folder) as ours:
        path = _link(ours)
        synced = _clicks(ours, path, seconds)
        told = httpx.get(f"{ours.base}/metrics").text
    with run_server("unsynced", home, folder) as loose:
        unsynced = _clicks(loose, path, seconds)
    with run_server("redirect", home, folder) as bare:
        peer = _clicks(bare, path, seconds)
    lost, spooled = (_counted(told, f"octavo_clicks_{what}_total") for what in ("lost", "spooled"))
    print(f"# clicks lost: {lost:.0f}; spooled, so not synced: {spooled:.0f}")
    say("clicks, each stored and synced", ours=synced, peer=peer, unit="/s", digits=0)
    say("clicks, stored without syncing", ours=unsynced, peer=peer, unit="/s", digits=0)
    memory = {"ours": ours.memory.peak_mib, "peer": bare.memory.peak_mib}
    say("clicks, peak memory of the server", **memory, unit="MiB", digits=0)


def run_list(folder: Path, *, seconds: float, posts: int) -> None:
    """Print answers per second of `/api/v1/pieces`, against the same bytes from nowhere."""
    home = folder / "home"
    fill(home, folder / "posts", posts=posts)
    headers = {"authorization": f"Bearer {make_key(home, scope='admin')}"}
    path = "/api/v1/pieces?limit=20"
    with run_server("octavo", home, folder) as server:
        body = folder / "answer.json"
        answer = httpx.get(server.base + path, headers=headers)
        body.write_bytes(answer.raise_for_status().content)
        assert len(answer.json()["items"]) == min(20, posts)
        ours = _asked(server, path, headers, seconds)
    with run_server("bytes", home, folder, str(body)) as bare:
        peer = _asked(bare, path, headers, seconds)
    say(f"list of 20 of {posts} pieces", ours=ours, peer=peer, unit="/s", digits=0)
    memory = {"ours": server.memory.peak_mib, "peer": bare.memory.peak_mib}
    say("list, peak memory of the server", **memory, unit="MiB", digits=0)


def run_page(folder: Path, *, seconds: float, posts: int) -> None:
    """Print answers per second of a post's page, plain and compressed, against the bytes from nowhere."""
    home = folder / "home"
    fill(home, folder / "posts", posts=posts)
    time_program(
        [sys.executable, "-m", "octavo", "build"], cwd=home, environ={"OCTAVO_HOME": str(home)}
    )
    feed = json.loads((home / "site" / "feed.json").read_bytes())
    path = urlsplit(feed["items"][0]["url"]).path
    rates: dict[str, tuple[float, float]] = {}
    for coding in ("identity", "br"):
        headers = {"accept-encoding": coding}
        with run_server("octavo", home, folder) as server:
            body = folder / f"page.{coding}"
            with httpx.stream("GET", server.base + path, headers=headers) as answer:
                body.write_bytes(b"".join(answer.raise_for_status().iter_raw()))
            said = [pair for pair in answer.headers.items() if pair[0] not in {"date", "server"}]
            Path(f"{body}.headers").write_text(json.dumps(said))
            ours = _asked(server, path, headers, seconds)
        with run_server("bytes", home, folder, str(body)) as bare:
            rates[coding] = ours, _asked(bare, path, headers, seconds)
        print(f"# {coding}: {body.stat().st_size} bytes")
    for coding, (ours, peer) in rates.items():
        name = "a page of the site" + (", compressed" if coding == "br" else "")
        say(name, ours=ours, peer=peer, unit="/s", digits=0)


def _counted(metrics: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)", metrics, re.MULTILINE)
    return float(found[1]) if found else 0


def _clicks(server: Running, path: str, seconds: float) -> float:
    load = Load(port=server.port, path=path, status=302, connections=_CONNECTIONS, seconds=seconds)
    return requests_per_second(load)


def _asked(server: Running, path: str, headers: dict[str, str], seconds: float) -> float:
    load = Load(
        port=server.port, path=path, status=200, connections=16, seconds=seconds, headers=headers
    )
    return requests_per_second(load)


def _link(server: Running) -> str:
    """Found an organisation, make a piece with a call to action, and answer its tracked link."""
    found = re.search(r"/admin/setup/(\S+)", server.log.read_text())
    assert found is not None, "the server printed no set-up link"
    with httpx.Client(base_url=server.base, timeout=30) as owner:
        session = _made(owner, "/api/v1/setup", _FOUNDER | {"token": found[1]})
        owner.headers["x-csrf-token"] = session["csrf_token"]
        piece = _made(owner, "/api/v1/pieces", {"kind": "post", "title": "Guide", "body": "Read."})
        cta = _made(
            owner,
            "/api/v1/ctas",
            {
                "label": "Get it",
                "action": "download",
                "destination": {"url": "https://example.org/guide.pdf"},
                "expected": {"count": 10},
            },
        )
        attached = _made(owner, f"/api/v1/pieces/{piece['id']}/ctas", {"cta_id": cta["id"]})
    return attached["blog_path"]


_FOUNDER = {
    "organisation_name": "Bench",
    "zone": "UTC",
    "name": "Ada",
    "email": "ada@example.org",
    "password": "a bench needs a password",
}


def _made(client: httpx.Client, path: str, data: dict) -> dict:
    return client.post(path, json=data).raise_for_status().json()


@contextlib.contextmanager
def run_server(mode: str, home: Path, folder: Path, *more: str) -> Iterator[Running]:
    """Run one of the servers of `tests.bench.serving` on a free port."""
    home.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / f"{mode}.log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.serving", mode, str(port), *more],
            cwd=ROOT,
            env={**os.environ, "OCTAVO_HOME": str(home), "PYTHONUNBUFFERED": "1"},
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            with MemoryWatch(process.pid) as memory:
                running = Running(port=port, log=log, memory=memory)
                _wait_for(running, process)
                yield running
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(server: Running, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{server.base}/healthz")
            return
        time.sleep(0.1)
    msg = f"no server: {server.log.read_text()[-2000:]}"
    raise RuntimeError(msg)
