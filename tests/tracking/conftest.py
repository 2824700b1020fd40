"""A tracker on a real database, and the smallest ASGI client there is."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import msgspec
import pytest

from octavo.kernel.db import Database
from octavo.kernel.settings import Settings
from octavo.tracking import service
from octavo.tracking.go import go_app
from octavo.tracking.schemas import Link
from octavo.tracking.writer import Tracker

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Answer(msgspec.Struct, kw_only=True):
    status: int
    headers: dict[str, str]
    body: bytes


class Reader:
    """Asks for a path as a reader of a given address and browser would."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def get(
        self,
        path: str,
        *,
        method: str = "GET",
        agent: str = FIREFOX,
        address: str = "203.0.113.7",
        query: str = "",
        **headers: str,
    ) -> Answer:
        sent: list[dict[str, object]] = []
        pairs = {"user-agent": agent, **{k.replace("_", "-"): v for k, v in headers.items()}}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in pairs.items()],
            "client": (address, 40000),
        }

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start, body = sent
        return Answer(
            status=start["status"],
            headers={k.decode(): v.decode() for k, v in start["headers"]},
            body=body["body"],
        )


async def utc() -> str:
    return "UTC"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        home=tmp_path / "home",
        database_url=database_url,
        secret_key="x",
        trusted_proxies=("10.0.0.0/8",),
    )


@pytest.fixture
async def start_tracker(
    settings: Settings, database: Database, clock
) -> AsyncIterator[Callable[..., Awaitable[tuple[Tracker, Reader]]]]:
    """Start a tracker, and a reader whose clicks it takes; it is stopped with the test."""
    started: list[Tracker] = []

    async def start(
        *, deadline_s: float = 1.0, zone_of=utc, **go: object
    ) -> tuple[Tracker, Reader]:
        tracker = Tracker(settings, database, clock=clock, zone_of=zone_of, deadline_s=deadline_s)
        await tracker.start()
        started.append(tracker)
        return tracker, Reader(go_app(tracker, settings=settings, **go))

    yield start
    for tracker in started:
        await tracker.stop()


@pytest.fixture
async def reader(start_tracker) -> Reader:
    return (await start_tracker())[1]


@pytest.fixture
def make_link(database: Database, now) -> Callable[..., Awaitable[Link]]:
    async def make(**given: object) -> Link:
        wanted = {
            "content_id": 7,
            "cta_id": 3,
            "channel_id": 1,
            "delivery_id": None,
            "dest_url": "https://example.org/guide.pdf",
            "now": now,
        }
        return await service.mint_link(**{**wanted, **given})

    return make


class Lock:
    """Keeps everybody from writing clicks, as a slow disk or a long transaction would."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file: sqlite3.Connection | None = None
        self._session: asyncpg.Connection | None = None

    async def hold(self) -> None:
        if self._database.files:
            path = self._database.sides["track"].path
            self._file = sqlite3.connect(path, isolation_level=None)
            self._file.execute("BEGIN IMMEDIATE")
        else:
            self._session = await asyncpg.connect(self._database.url)
            await self._session.execute("BEGIN; LOCK TABLE trk_event IN SHARE MODE")

    async def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._session is not None:
            await self._session.close()
            self._session = None


@pytest.fixture
async def lock(database: Database) -> AsyncIterator[Lock]:
    lock = Lock(database)
    yield lock
    await lock.release()
