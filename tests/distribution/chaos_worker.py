"""A nursery of workers for the chaos test: imports everything once, then forks one per line read.

    python -m tests.distribution.chaos_worker DATABASE_URL REMOTE_URL LEASE_S

Each worker is the real `send_due` on a clock of its own, against a network that does not dedupe.
"""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import msgspec
from tests.conftest import make_database
from tests.nursery import breed

from octavo.distribution import rules
from octavo.distribution.jobs import send_due
from octavo.distribution.registry import AdapterRegistry
from octavo.kernel.clock import system_clock
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


if __name__ == "__main__":
    rules.BACKOFF = (timedelta(milliseconds=200),) * len(rules.BACKOFF)
    url, remote, lease_s = sys.argv[1:]
    breed(lambda: work(url, remote, float(lease_s)), most_s=180)
