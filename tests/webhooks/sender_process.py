"""A nursery of senders for the kill test: imports everything once, then forks one per line read.

python sender_process.py DATABASE_URL RECEIVER LEASE_S     prints the process id of each sender
"""

import asyncio
import os
import signal
import sys

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


def nursery(database_url: str, receiver: str, lease_s: float) -> None:
    rules.SCHEDULE = (rules.SCHEDULE[1] / 25,) * len(rules.SCHEDULE)
    rules._FIRST_PAUSE /= 25
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gathered by the kernel
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            # A sender must die with the test, whatever happens to it.
            signal.alarm(120)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # it logs there
            asyncio.run(work(database_url, receiver, lease_s))
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    nursery(sys.argv[1], sys.argv[2], float(sys.argv[3]))
