"""A nursery of senders for the kill test: imports everything once, then forks one per line read.

python -m tests.webhooks.sender_process DATABASE_URL RECEIVER LEASE_S
"""

import asyncio
import os
import sys

from tests.nursery import breed

from octavo.kernel.clock import system_clock
from octavo.kernel.settings import load_settings
from octavo.runtime import build_runtime
from octavo.webhooks import rules
from octavo.webhooks.jobs import Sender

SECRET_KEY = "kill" * 10


async def work(database_url: str, receiver: str, lease_s: float) -> None:
    settings = load_settings(
        {
            "OCTAVO_HOME": os.environ["HOOKS_HOME"],
            "OCTAVO_DATABASE_URL": database_url,
            "OCTAVO_ALLOWED_TARGETS": receiver,
            "OCTAVO_SECRET_KEY": SECRET_KEY,
        }
    )
    runtime = build_runtime(settings)
    async with runtime.opened():
        sender = Sender(
            clock=system_clock,
            bus=runtime.bus,
            vault=runtime.vault,
            http=runtime.http,
            owner=str(os.getpid()),
            lease_s=lease_s,
        )
        while True:
            await sender.tick()
            await asyncio.sleep(0.02)


if __name__ == "__main__":
    rules.SCHEDULE = (rules.SCHEDULE[1] / 25,) * len(rules.SCHEDULE)
    rules._FIRST_PAUSE /= 25
    url, target, lease_s = sys.argv[1:]
    breed(lambda: work(url, target, float(lease_s)), most_s=120)
