"""Three workers on one queue, killed and paused at random: every delivery goes out once.

The network is the worst kind: it appends what it is sent and never drops a repeat, and it answers
late. All that keeps a delivery from going out twice is the ledger.
"""

import asyncio
import collections
import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.nursery import Nursery

from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.tables import AttemptRow, DeliveryRow
from octavo.kernel.clock import system_clock
from octavo.kernel.db import fetch
from octavo.kernel.vault import Vault
from octavo.sdk.testing import FakeRemote, Reply, Request

DELIVERIES = int(os.environ.get("OCTAVO_CHAOS_DELIVERIES", "150"))
KILLS = int(os.environ.get("OCTAVO_CHAOS_KILLS", "30"))
PAUSES = 8
WORKERS = 3
LEASE_S = 1.5


class LogbookServer(FakeRemote):
    """An append-only log: what is sent twice stands there twice."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._chance = chance

    async def answer(self, request: Request) -> Reply:
        await asyncio.sleep(self._chance.random() * 0.1)
        if request.method == "GET":
            return Reply(json=request.query["key"] in self.lines)
        self.lines.append(request.json()["key"])
        await asyncio.sleep(self._chance.random() * 0.1)
        return Reply(status=201, json={})

    @property
    def visible(self) -> list[str]:
        return self.lines


class Workers(Nursery):
    """Workers, and what operators and kernels do to them."""

    def __init__(self, database_url: str, remote: FakeRemote, log: list[str]) -> None:
        super().__init__("tests.distribution.chaos_worker", database_url, remote.url, str(LEASE_S))
        self._log = log
        self._began = time.monotonic()

    async def kill(self, child: int) -> None:
        self._note("kill -9", child)
        await super().kill(child)

    async def pause(self, worker: int, seconds: float) -> None:
        os.kill(worker, signal.SIGSTOP)
        self._note("pause", worker)
        await asyncio.sleep(seconds)
        os.kill(worker, signal.SIGCONT)

    def _note(self, what: str, worker: int) -> None:
        self._log.append(f"{time.monotonic() - self._began:7.3f} {what} {worker}")


async def plan(desk: Any, logbook: Any, remote: FakeRemote) -> list[str]:
    """Plan deliveries that fall due one after the other while the workers are tormented."""
    desk.clock = system_clock
    desk.registry = AdapterRegistry({"logbook": logbook})
    desk.vault = Vault("chaos" * 8)
    channel = await desk.channel(
        adapter="logbook", settings={"url": remote.url}, secrets={}, late_limit_min=None
    )
    piece_id = await desk.piece(calls=0, live=True)
    planned = [await desk.plan(piece_id, channel.id, text=f"Number {n}") for n in range(DELIVERIES)]
    span_s = 0.45 * (KILLS + PAUSES)
    for n, delivery in enumerate(planned):
        due_at = system_clock() + timedelta(seconds=1 + n * span_s / DELIVERIES)
        await DeliveryRow.update({DeliveryRow.due_at: due_at}).where(DeliveryRow.id == delivery.id)
    return [delivery.key for delivery in planned]


async def all_sent(timeout_s: float) -> bool:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if await DeliveryRow.count().where(DeliveryRow.state == "sent") == DELIVERIES:
            return True
        await asyncio.sleep(0.2)
    return False


@pytest.mark.chaos
@pytest.mark.timeout(180)
async def test_no_delivery_is_sent_twice_or_lost_whatever_happens_to_the_workers(
    desk: Any, database_url: str, tmp_path: Path, logbook: Any
) -> None:
    seed = int(os.environ.get("OCTAVO_CHAOS_SEED", time.time_ns() % 10**6))
    chance = random.Random(seed)
    log = [f"seed {seed}"]
    async with LogbookServer(chance) as remote:
        keys = await plan(desk, logbook, remote)
        workers = Workers(database_url, remote, log)
        pauses = []
        try:
            for _ in range(WORKERS):
                await workers.start()
            acts = ["kill"] * KILLS + ["pause"] * PAUSES
            chance.shuffle(acts)
            await asyncio.sleep(0.5)
            for act in acts:
                await asyncio.sleep(chance.uniform(0.2, 0.7))
                worker = chance.choice(workers.alive)
                if act == "kill":
                    await workers.kill(worker)
                else:
                    length_s = chance.uniform(0.5, 2.5) * LEASE_S
                    pauses.append(asyncio.ensure_future(workers.pause(worker, length_s)))
            await asyncio.gather(*pauses, return_exceptions=True)
            finished = await all_sent(60)
        finally:
            workers.stop()
        seen = collections.Counter(remote.lines)
    states = await fetch("SELECT state, COUNT(*) AS n FROM delivery GROUP BY state")
    looked = await AttemptRow.count().where(AttemptRow.phase == "reconcile")
    log.append(
        f"kills {KILLS}, pauses {PAUSES}, deliveries {len(keys)}, lines {sum(seen.values())}, "
        f"twice {sum(n - 1 for n in seen.values())}, lost {len(set(keys) - set(seen))}, "
        f"looked into {looked}, states {[tuple(row.values()) for row in states]}"
    )
    (tmp_path / "chaos.log").write_text("\n".join(log) + "\n")
    print("\n".join(log))

    assert finished
    assert sorted(seen) == sorted(keys)
    assert set(seen.values()) == {1}
    assert looked > 0
