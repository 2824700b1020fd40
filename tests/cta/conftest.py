"""Calls to action on real pieces, through the service and over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.di import Provide

from octavo.accounts.access import ACTOR_KEY
from octavo.accounts.schemas import SYSTEM, Actor
from octavo.content import service as content
from octavo.content.schemas import PieceIn
from octavo.cta import service
from octavo.cta.api import router
from octavo.cta.events import CtaChanged, PieceCtasChanged
from octavo.cta.schemas import Cta, CtaIn, Destination, Expected
from octavo.kernel.asgi import configuration
from octavo.kernel.db import Database
from octavo.kernel.events import Event, EventBus
from octavo.kernel.settings import Settings
from octavo.tracking.api import router as tracking_router
from octavo.tracking.go import go_app
from octavo.tracking.writer import Tracker

FIREFOX = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def heard() -> list[Event]:
    return []


@pytest.fixture
def bus(heard: list[Event]) -> EventBus:
    bus = EventBus()

    async def hear(event: Event) -> None:
        heard.append(event)

    bus.subscribe(CtaChanged, hear)
    bus.subscribe(PieceCtasChanged, hear)
    return bus


@pytest.fixture
def context(database: Database, now: datetime, bus: EventBus) -> dict[str, Any]:
    """Who does it, when, and who hears of it."""
    return {"actor": SYSTEM, "now": now, "bus": bus}


@pytest.fixture
def make_cta(context: dict[str, Any]) -> Callable[..., Awaitable[Cta]]:
    async def make(**given: Any) -> Cta:
        wanted = {
            "label": "Get the guide",
            "action": "download",
            "destination": Destination(url="https://example.org/guide.pdf"),
            "expected": Expected(count=10),
        }
        return await service.create_cta(CtaIn(**{**wanted, **given}), **context)

    return make


@pytest.fixture
async def piece_id(context: dict[str, Any]) -> int:
    return (await content.create_piece(PieceIn(title="A post"), **context)).id


@pytest.fixture
def settings(tmp_path, database_url: str) -> Settings:
    return Settings(home=tmp_path / "home", database_url=database_url, secret_key="x")


@pytest.fixture
async def click(
    settings: Settings, database: Database, clock
) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Follow a tracked link as a reader would; answers where it leads."""
    tracker = Tracker(settings, database, clock=clock, deadline_s=1)
    await tracker.start()
    app = go_app(tracker, settings=settings)

    async def follow(path: str, *, address: str = "203.0.113.7", agent: bytes = FIREFOX) -> str:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"user-agent", agent)]
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        await app({**scope, "client": (address, 1)}, receive, send)
        return dict(sent[0]["headers"]).get(b"location", str(sent[0]["status"]).encode()).decode()

    yield follow
    await tracker.stop()


@pytest.fixture
def actor() -> Actor:
    return SYSTEM


@pytest.fixture
async def client(
    context: dict[str, Any], actor: Actor, settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    """The API as somebody signed in sees it."""

    def provide_actor() -> Actor:
        return actor

    def provide_now() -> datetime:
        return context["now"]

    def provide_bus() -> EventBus:
        return context["bus"]

    def provide_settings() -> Settings:
        return settings

    def sign_in(app):
        async def middleware(scope, receive, send):
            scope[ACTOR_KEY] = actor
            await app(scope, receive, send)

        return middleware

    options = configuration()
    app = Litestar(
        route_handlers=[router, tracking_router],
        dependencies={
            name: Provide(make, sync_to_thread=False)
            for name, make in {
                "actor": provide_actor,
                "now": provide_now,
                "bus": provide_bus,
                "settings": provide_settings,
            }.items()
        },
        **{**options, "middleware": [*options["middleware"], sign_in]},
    )
    # In the test's own loop, to which its database belongs.
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
