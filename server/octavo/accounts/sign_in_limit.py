"""How often somebody may try a password: by address, and by the account that is tried."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from litestar import Request

from octavo.kernel.addresses import client_address
from octavo.kernel.settings import Settings
from octavo.kernel.throttle import Quota, forget, take

__all__ = ["attempt"]

_PER_ADDRESS = Quota(limit=20, window=timedelta(minutes=15))
_PER_ACCOUNT = Quota(limit=10, window=timedelta(minutes=15))


@asynccontextmanager
async def attempt(
    request: Request[Any, Any, Any], *, email: str, settings: Settings, now: datetime
) -> AsyncIterator[None]:
    """Count one attempt; a success clears the account's count.

    Raises:
        TooManyRequestsError: too many from this address, or at this account.
    """
    address = client_address(request.scope, settings.trusted_proxies)
    account = f"sign-in:account:{email.strip().lower()}"
    await take(f"sign-in:address:{address}", _PER_ADDRESS, now=now)
    await take(account, _PER_ACCOUNT, now=now)
    yield
    await forget(account)
