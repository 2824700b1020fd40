"""`kill -9` at random points of keyed requests: each is done once, in the end, and none twice."""

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import make_database

from octavo.kernel.db import fetch

KEYS = 600
KILLS = 12

CHILD = """
import asyncio, sys
from datetime import datetime, timedelta, UTC
import httpx, structlog
from tests.conftest import make_database
from tests.kernel.test_idempotency import Press

url, later_s, keys = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))

async def main():
    database = make_database(url)
    await database.open()
    press = Press(lambda: datetime.now(UTC) + timedelta(seconds=later_s))
    transport = httpx.ASGITransport(press.app())
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://test.local") as client:
            print("ready", flush=True)
            async def send(n):
                answer = await client.post(
                    "/deeds", json={"title": f"k{n}"},
                    headers={"idempotency-key": f"k{n}", "x-who": "ada"},
                )
                assert answer.status_code in (201, 409), answer.text
            for start in range(0, keys, 4):
                await asyncio.gather(*(send(n) for n in range(start, start + 4)))
    finally:
        await database.close()

asyncio.run(main())
"""


def run(url, later_s, *, kill_after_s=None):
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(later_s), str(KEYS)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        process.kill()
    _, said = process.communicate(timeout=60)
    return process.returncode, said


async def ask(url, sql):
    database = make_database(url)
    await database.open()
    try:
        return await fetch(sql)
    finally:
        await database.close()


@pytest.mark.chaos
def test_requests_killed_at_random_are_done_once(database_url):
    asyncio.run(ask(database_url, "CREATE TABLE test_deed (title TEXT)"))
    chance = random.Random(7)
    for n in range(KILLS):
        run(database_url, 61 * n, kill_after_s=chance.uniform(0.05, 0.9))
    before = asyncio.run(ask(database_url, "SELECT COUNT(*) AS n FROM test_deed"))[0]["n"]
    code, said = run(database_url, 61 * KILLS)
    done = asyncio.run(ask(database_url, "SELECT title FROM test_deed"))

    assert code == 0, said
    assert sorted(row["title"] for row in done) == sorted(f"k{n}" for n in range(KEYS))
    assert before > 0, "every run was killed before it did anything: this test tested nothing"
