"""Calls of an adapter, each within the lease that the worker holds on its delivery."""

import asyncio
import traceback
from collections.abc import Awaitable
from typing import Final, TypeVar

from octavo.distribution import outbox
from octavo.distribution.connections import guarded_http
from octavo.kernel.http import GuardedClient
from octavo.kernel.log import get_logger
from octavo.sdk import AdapterError, Http, TransientError

__all__ = ["HeldUpError", "Turn"]

_log = get_logger("octavo.distribution")
T = TypeVar("T")

_LONGEST_CALL_S: Final = 20.0
_LEASE_MARGIN: Final = 0.05
"""The share of a lease that is kept for writing down what a call brought."""


class HeldUpError(TransientError):
    """The deadline passed between the intent and the first byte: nothing was sent."""


class Turn:
    """A worker's turn with a delivery: it begins with a lease and ends with it, by the boot clock.

    Attributes:
        deadline_s: after this no call that makes something visible begins.
    """

    def __init__(self, adapter_id: str, *, began_s: float, lease_s: float) -> None:
        self._adapter_id = adapter_id
        self._end_s = began_s + lease_s
        self._margin_s = lease_s * _LEASE_MARGIN
        self.deadline_s = began_s + lease_s * outbox.SEND_SHARE

    def http(self, client: GuardedClient, *, check_deadline: bool = False) -> Http:
        """Answer what an adapter calls with: no call outlives the turn.

        Args:
            check_deadline: raise HeldUpError instead of the first byte once it has passed.
        """
        before_send = self._check_deadline if check_deadline else None
        return guarded_http(client, timeout_s=self._left_s, before_send=before_send)

    async def call(self, work: Awaitable[T]) -> T:
        """Await an adapter until shortly before the lease ends; only its own errors come out."""
        left_s = self._end_s - self._margin_s / 2 - outbox.boot_s()
        try:
            async with asyncio.timeout(max(left_s, 0)):
                return await work
        except AdapterError:
            raise
        except TimeoutError as exc:
            raise TransientError("it took too long", safe_to_retry=False) from exc
        except Exception as exc:
            # Not its message: it may quote a header, and with it a secret.
            kind, frame = type(exc).__name__, traceback.extract_tb(exc.__traceback__)[-1]
            where = f"{frame.name}:{frame.lineno}"
            _log.warning("adapter_failed", adapter=self._adapter_id, error=kind, where=where)
            msg = f"the adapter failed ({kind})"
            raise TransientError(msg, safe_to_retry=False) from exc

    def _left_s(self) -> float:
        return min(_LONGEST_CALL_S, self._end_s - self._margin_s - outbox.boot_s())

    def _check_deadline(self) -> None:
        """Refuse to begin a call that may outlive the lease: the worker was paused, or is slow."""
        if outbox.boot_s() > self.deadline_s:
            raise HeldUpError("the worker was held up: not sent", safe_to_retry=True)
