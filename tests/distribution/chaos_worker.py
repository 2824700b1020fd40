"""A nursery of workers for the chaos test: imports everything once, then forks one per line read.

    python chaos_worker.py DATABASE_URL REMOTE_URL LEASE_S     prints the process id of each worker

Each worker is the real `send_due` on a clock of its own, against a network that does not dedupe.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import msgspec

from octavo import piccolo_conf
from octavo.distribution import rules
from octavo.distribution.jobs import send_due
from octavo.distribution.registry import AdapterRegistry
from octavo.kernel.clock import system_clock
from octavo.kernel.db import Database
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault
from octavo.runtime import subscribe
from octavo.sdk import (
    Adapter,
    Capabilities,
    Context,
    NotFound,
    Pending,
    Prepared,
    Published,
    Undecidable,
    raise_for_status,
)

SECRET_KEY = "chaos" * 8


class LogbookSettings(msgspec.Struct, frozen=True, kw_only=True):
    url: str


class Logbook(Adapter[LogbookSettings]):
    """Appends a line; can be asked whether a line is there."""

    api_version: ClassVar[int] = 1
    id: ClassVar[str] = "logbook"
    title: ClassVar[str] = "Logbook"
    capabilities: ClassVar[Capabilities] = Capabilities(idempotency="lookup", settle=timedelta(0))
    settings: ClassVar[type[msgspec.Struct]] = LogbookSettings

    async def publish(
        self, ctx: Context[LogbookSettings], prepared: Prepared
    ) -> Published | Pending:
        reply = await ctx.http.request("POST", f"{ctx.config.url}/lines", json={"key": ctx.key})
        raise_for_status(reply, now=ctx.now)
        return Published(remote_id=ctx.key)

    async def reconcile(
        self, ctx: Context[LogbookSettings], prepared: Prepared
    ) -> Published | NotFound | Undecidable:
        reply = await ctx.http.request("GET", f"{ctx.config.url}/lines", params={"key": ctx.key})
        raise_for_status(reply, now=ctx.now)
        return Published(remote_id=ctx.key) if reply.decode(bool) else NotFound()


def make_database(url: str) -> Database:
    tables, side = [], {}
    for app in piccolo_conf.APPS:
        members = import_module(f"octavo.{app}.piccolo_app").APP_CONFIG.table_classes
        stem = piccolo_conf.SIDE_APPS.get(app)
        (side.setdefault(stem, []) if stem else tables).extend(members)
    return Database(url, tables=tables, side=side)


async def work(database_url: str, remote_url: str, lease_s: float) -> None:
    database = make_database(database_url)
    await database.open()
    bus = EventBus()
    subscribe(bus, system_clock, base_url="https://blog.example.org")
    async with GuardedClient(allowed_targets=[remote_url.removeprefix("http://")]) as http:
        while True:
            await send_due(
                clock=system_clock,
                bus=bus,
                registry=AdapterRegistry({"logbook": Logbook}),
                vault=Vault(SECRET_KEY),
                http=http,
                settings=Settings(
                    home=Path(), database_url=database_url, base_url="https://blog.example.org"
                ),
                owner=f"worker-{os.getpid()}",
                lease_s=lease_s,
            )
            await asyncio.sleep(0.05)


def nursery(database_url: str, remote_url: str, lease_s: float) -> None:
    rules.BACKOFF = (timedelta(milliseconds=200),) * len(rules.BACKOFF)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gathered by the kernel
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            # A worker must die with the test, whatever happens to it.
            signal.alarm(180)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # it logs there
            asyncio.run(work(database_url, remote_url, lease_s))
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    nursery(sys.argv[1], sys.argv[2], float(sys.argv[3]))
