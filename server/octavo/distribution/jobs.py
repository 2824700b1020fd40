"""What the worker runs. May run twice at once, late or not at all: the rows are the queue."""

import asyncio
from typing import Final

from octavo.distribution import outbox
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.runner import Runner
from octavo.kernel.clock import Clock
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault

_AT_ONCE: Final = 4
_MOST_PER_RUN: Final = 200


async def send_due(
    *,
    clock: Clock,
    bus: EventBus,
    registry: AdapterRegistry,
    vault: Vault,
    http: GuardedClient,
    settings: Settings,
    owner: str,
    lease_s: float = 60.0,
    at_once: int = _AT_ONCE,
) -> int:
    """Send what is due and look into what is in doubt; answer how many deliveries were taken up.

    Raises:
        ExceptionGroup: some failed for reasons of our own; the others went on, and those that
            failed are taken up again when their lease ends.
    """
    runner = Runner(
        clock=clock,
        bus=bus,
        registry=registry,
        vault=vault,
        http=http,
        settings=settings,
        owner=owner,
        lease_s=lease_s,
    )
    await outbox.wake_waiting(now=clock())
    taken = 0
    while taken < _MOST_PER_RUN:
        claims = await outbox.claim_due(owner=owner, now=clock(), lease_s=lease_s, limit=at_once)
        if not claims:
            break
        taken += len(claims)
        done = await asyncio.gather(*map(runner.work, claims), return_exceptions=True)
        failures = [failure for failure in done if isinstance(failure, BaseException)]
        if failures:
            raise BaseExceptionGroup("deliveries failed for reasons of our own", failures)
    return taken
