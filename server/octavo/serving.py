"""`octavo serve`: one process that answers HTTP and, unless told not to, works behind it."""

import asyncio
import dataclasses
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import uvicorn

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM
from octavo.app import create_app
from octavo.kernel.log import configure_logging
from octavo.kernel.settings import Settings
from octavo.runtime import Runtime, build_runtime, migrate_database
from octavo.worker import background_work

__all__ = ["serve"]


def serve(settings: Settings, *, host: str, port: int, with_worker: bool) -> None:
    """Migrate, then answer requests until the process is told to stop."""
    if "OCTAVO_BASE_URL" not in os.environ:
        settings = dataclasses.replace(settings, base_url=f"http://{_shown(host)}:{port}")
    configure_logging(settings)
    asyncio.run(migrate_database(settings))
    runtime = build_runtime(settings)

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        async with _background(runtime, with_worker=with_worker):
            await _greet(runtime)
            yield

    config = uvicorn.Config(
        create_app(runtime, lifespan=lifespan),
        host=host,
        port=port,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # X-Forwarded-For is read by kernel.addresses, from configured proxies only.
        proxy_headers=False,
        timeout_graceful_shutdown=20,
    )
    uvicorn.Server(config).run()


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def _background(runtime: Runtime, *, with_worker: bool) -> AbstractAsyncContextManager[None]:
    return background_work(runtime) if with_worker else _nothing()


async def _greet(runtime: Runtime) -> None:
    """Print where things are; on an empty database, the link that founds the organisation."""
    settings = runtime.settings
    admin = f"{settings.admin_url or settings.base_url}/admin/"
    print(f"Blog   {settings.base_url}/", flush=True)  # noqa: T201 - for the person at the terminal
    if await accounts_q.has_users():
        print(f"Admin  {admin}", flush=True)  # noqa: T201
        return
    token = await accounts.invite_first_owner(actor=SYSTEM, now=runtime.clock())
    print(f"Admin  {admin}setup/{token}", flush=True)  # noqa: T201
    print("       This link makes you the owner. It works once, for seven days.", flush=True)  # noqa: T201


def _shown(host: str) -> str:
    """Answer the host as it stands in a URL; a wildcard is reached on the loopback."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
