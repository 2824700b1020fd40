"""Kill -9 at random points: every click whose redirect was received is there, and counted once."""

import asyncio
import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from octavo.kernel.db import fetch
from octavo.tracking import jobs, queries
from octavo.tracking.spool import import_spools, waiting_files
from octavo.tracking.tables import EventRow

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

SERVER = Path(__file__).with_name("click_server.py")
KILLS = int(os.environ.get("OCTAVO_CHAOS_KILLS", "6"))


class ClickServer:
    """One process that answers `/go/…` and nothing else."""

    def __init__(self, url: str, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, str(SERVER), url, str(home), str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        self.process.kill()
        self._end()

    def stop(self) -> None:
        self.process.terminate()
        self._end()

    def _end(self) -> None:
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


async def click_until_dead(port: int, paths: list[str], *, seed: int, received: list[str]) -> None:
    """Click as different browsers until the server is gone; note each click whose 302 arrived."""
    chance = random.Random(seed)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        for number in range(100_000):
            path = chance.choice(paths)
            agent = f"Mozilla/5.0 (X11; Linux x86_64; rv:{seed}.{number}) Gecko/2010 Firefox/140.0"
            try:
                answer = await client.get(path, headers={"user-agent": agent})
            except httpx.TransportError:
                return
            assert answer.status_code == 302
            received.append(path)


async def storm(server: ClickServer, paths: list[str], *, seed: int, kill_after: int) -> list[str]:
    received: list[str] = []
    clickers = [
        asyncio.ensure_future(
            click_until_dead(server.port, paths, seed=seed * 100 + n, received=received)
        )
        for n in range(12)
    ]
    # Clicks, not seconds: how many fit into a second is the machine's affair.
    while len(received) < kill_after:
        await asyncio.sleep(0.001)
    server.kill()
    await asyncio.gather(*clickers)
    return received


async def stored_by_path() -> dict[str, int]:
    rows = await fetch(
        "SELECT trk_link.code, COUNT(*) AS n FROM trk_event "
        "JOIN trk_link ON trk_link.link_id = trk_event.link_id GROUP BY trk_link.code",
        table=EventRow,
    )
    return {f"/go/{row['code']}": row["n"] for row in rows}


async def test_no_answered_click_is_lost_however_often_the_server_is_killed(
    database, database_url, settings, make_link, now
):
    paths = [(await make_link(cta_id=cta_id)).path for cta_id in range(1, 6)]
    chance = random.Random(9)
    received: list[str] = []
    for seed in range(KILLS):
        server = await asyncio.to_thread(ClickServer, database_url, settings.home)
        received += await storm(server, paths, seed=seed, kill_after=chance.randint(5, 300))
    server = await asyncio.to_thread(ClickServer, database_url, settings.home)
    server.stop()

    await import_spools(settings.state_dir / "spool", now_ms=0)
    stored = await stored_by_path()
    await jobs.roll_up(now.replace(year=2099))
    totals = await queries.totals(7, 0, 99991231)
    assert {path: stored[path] >= received.count(path) for path in paths} == dict.fromkeys(
        paths, True
    )
    # A kill may fall between the commit and the answer: at most one such click per clicker.
    assert sum(stored.values()) <= len(received) + 12 * KILLS
    assert sum(t.clicks for t in totals) == sum(stored.values())
    assert waiting_files(settings.state_dir / "spool") == []


async def test_a_database_locked_for_seconds_and_a_kill_lose_nothing(
    database_url, settings, make_link, lock
):
    link = await make_link()
    server = await asyncio.to_thread(ClickServer, database_url, settings.home)
    await lock.hold()
    received = await storm(server, [link.path], seed=7, kill_after=60)
    await lock.release()
    spooled = len(waiting_files(settings.state_dir / "spool"))
    stored_before = sum((await stored_by_path()).values())
    server = await asyncio.to_thread(ClickServer, database_url, settings.home)
    server.stop()

    stored = sum((await stored_by_path()).values())
    assert (spooled, stored_before < len(received)) == (1, True)
    assert len(received) <= stored <= len(received) + 12
    assert waiting_files(settings.state_dir / "spool") == []
