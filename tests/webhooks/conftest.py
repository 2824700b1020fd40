"""A receiver on the loopback that checks signatures with the reference library, and a desk to send from."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook as Verifier

from octavo.sdk.testing import FakeRemote, Reply, Request
from octavo.webhooks.jobs import Sender


class Receiver(FakeRemote):
    """Answers what it is told to, and keeps what it was sent. `gate` closed: it hangs."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[Reply] = []  # one for each request to come; then 204
        self.gate = asyncio.Event()
        self.gate.set()

    async def answer(self, request: Request) -> Reply:
        await self.gate.wait()
        return self.replies.pop(0) if self.replies else Reply(status=204, body=b"")

    async def stop(self) -> None:
        self.gate.set()
        await super().stop()

    @property
    def visible(self) -> list[str]:
        return self.ids

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.requests]

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.messages]

    @property
    def messages(self) -> list[Any]:
        return [json.loads(request.body) for request in self.requests]

    def verified(self, secret: str) -> list[Any]:
        """Check every request with the reference library; answer the messages."""
        verifier = Verifier(secret)
        return [verifier.verify(request.body, request.headers) for request in self.requests]


class Desk:
    """An installation with its owner's browser, whose webhooks may reach the receiver."""

    def __init__(self, installation: Any, owner: httpx.AsyncClient, clock: Any) -> None:
        self.installation = installation
        self.runtime = installation.runtime
        self.api = owner
        self.clock = clock
        self.sender = self.new_sender()

    def new_sender(self, **changes: Any) -> Sender:
        given: dict[str, Any] = {
            "clock": self.clock,
            "bus": self.runtime.bus,
            "vault": self.runtime.vault,
            "http": self.runtime.http,
            "owner": "desk",
            "timeout_s": 1.0,
            "chance": lambda: 0.0,
        }
        return Sender(**given | changes)

    async def send(self) -> None:
        """Tick once, and wait for what was begun."""
        await self.sender.tick()
        await self.sender.drain()

    async def hook(self, url: str, *events: str, **fields: Any) -> Any:
        answer = await self.api.post(
            "/api/v1/webhooks",
            json={"name": "The mirror", "url": url, "events": list(events) or ["*"], **fields},
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.api.get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        answer = await self.api.post(f"/api/v1{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def piece(self, title: str = "Sourdough", **fields: Any) -> Any:
        return await self.post("/pieces", 201, kind="post", title=title, body="Flour.", **fields)

    async def publish(self, piece: Any) -> Any:
        return await self.post(
            f"/pieces/{piece['id']}/transitions", to="published", version=piece["version"]
        )

    async def deliveries(self, hook: Any, **query: Any) -> list[Any]:
        page = await self.get(f"/webhooks/{hook['id']}/deliveries", limit=100, **query)
        return page["items"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def other_receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
def now() -> datetime:
    """Receivers refuse what was signed long ago, by their own clock."""
    return datetime.now(UTC)


@pytest.fixture
def environment(receiver: Receiver, other_receiver: Receiver) -> dict[str, str]:
    ports = (receiver.port, other_receiver.port)
    return {"OCTAVO_ALLOWED_TARGETS": ",".join(f"127.0.0.1:{port}" for port in ports)}


@pytest.fixture
async def desk(installation: Any, clock: Any) -> AsyncIterator[Desk]:
    owner = await installation.owner()
    yield Desk(installation, owner, clock)
    await owner.aclose()
