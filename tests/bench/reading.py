"""Answers per second of the Ghost-compatible Content API; the peer is what Ghost itself did.

Ghost 6.65 on SQLite in production mode, one process, 1,001 posts, `limit=15` with tags, authors and
the whole `html`, on a machine of this kind: 88 a second, 11.8 ms of processor time for each.
"""

import http.client
import os
import sqlite3
import time
from pathlib import Path

import httpx
from tests.bench.corpus import fill, make_key
from tests.bench.load import Load, requests_per_second
from tests.bench.measure import say
from tests.bench.requests import Running, run_server

__all__ = ["run"]

_GHOST_PER_S, _GHOST_CPU_MS = 88.0, 11.8
_CONNECTIONS = 16
_TURNS_A_SECOND = 100


def run(folder: Path, *, seconds: float, posts: int) -> None:
    """Print answers per second: one page, all pages in turn, and with the version moved each time."""
    home = folder / "home"
    fill(home, folder / "posts", posts=posts)
    key = make_key(home, scope="content")
    path = f"/ghost/api/content/posts/?key={key}&limit=15&include=tags,authors"
    pages = tuple(f"{path}&page={page}" for page in range(2, -(-posts // 15) + 1))
    with run_server("octavo", home, folder) as server:
        first = httpx.get(server.base + path).raise_for_status().json()
        assert len(first["posts"]) == min(15, posts)
        assert all(post["html"] and post["authors"] is not None for post in first["posts"])
        cold = _cold(server, [path, *pages])
        moved, cpu_ms = _moved(server, home, path, turns=int(seconds * _TURNS_A_SECOND) + 5)
        same = _asked(server, path, (), seconds)
        varied = _asked(server, path, pages, seconds)
    say("content API, the same page", ours=same, peer=_GHOST_PER_S, unit="/s", digits=0)
    say("content API, page after page", ours=varied, peer=_GHOST_PER_S, unit="/s", digits=0)
    say(
        "content API, another version each time", ours=moved, peer=_GHOST_PER_S, unit="/s", digits=0
    )
    say("content API, processor time of such an answer", ours=cpu_ms, peer=_GHOST_CPU_MS, unit="ms")
    say(
        "content API, each page for the first time",
        ours=cold,
        peer=_GHOST_PER_S,
        unit="/s",
        digits=0,
    )


def _asked(server: Running, path: str, others: tuple[str, ...], seconds: float) -> float:
    load = Load(
        port=server.port, path=path, others=others, status=200, connections=_CONNECTIONS,
        seconds=seconds,
    )  # fmt: skip
    return requests_per_second(load)


def _cold(server: Running, paths: list[str]) -> float:
    """Ask for each page once, one after the other: every text is rendered on the way."""
    began = time.perf_counter()
    _in_turn(server, paths)
    return len(paths) / (time.perf_counter() - began)


def _moved(server: Running, home: Path, path: str, *, turns: int) -> tuple[float, float]:
    """Move the content version before each request; answer the rate and the server's time for one."""
    database = sqlite3.connect(home / "octavo.db", isolation_level=None, timeout=10)
    database.execute("PRAGMA synchronous=NORMAL")
    move = (
        "INSERT INTO reading_version (id, number) VALUES (1, 1)"
        " ON CONFLICT (id) DO UPDATE SET number = reading_version.number + 1"
    )
    try:
        used, began = _cpu_s(server), time.perf_counter()
        _in_turn(server, [path] * turns, before=lambda: database.execute(move))
        took = time.perf_counter() - began
        return turns / took, (_cpu_s(server) - used) * 1000 / turns
    finally:
        database.close()


def _in_turn(server: Running, paths: list[str], before=lambda: None) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        for path in paths:
            before()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
    finally:
        connection.close()


def _cpu_s(server: Running) -> float:
    """Answer the processor time of the server so far; 0 where the system does not tell."""
    try:
        stat = Path(f"/proc/{server.memory.pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
