"""Channels and deliveries on real databases, with a network of our own that can misbehave."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from tests.distribution.chaos_worker import Logbook

from octavo.accounts.schemas import SYSTEM
from octavo.content import queries as content_q
from octavo.content import service as content
from octavo.content.schemas import PieceIn, Transition
from octavo.cta import service as ctas
from octavo.cta.schemas import CtaIn, Destination, Expected, PieceCtaIn
from octavo.distribution import queries, service
from octavo.distribution.events import DeliveryFailed, DeliverySent
from octavo.distribution.jobs import send_due
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.schemas import Channel, ChannelIn, Delivery, DeliveryIn
from octavo.kernel.db import Database
from octavo.kernel.events import Event, EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault
from octavo.publishing import service as publishing
from octavo.runtime import subscribe
from octavo.sdk import (
    Account,
    Adapter,
    Capabilities,
    Context,
    Limits,
    Message,
    NotFound,
    Pending,
    Prepared,
    Published,
    Secret,
    Undecidable,
)

BASE_URL = "https://blog.example.org"


class FakeSettings(msgspec.Struct, frozen=True, kw_only=True):
    account: str
    token: Secret


@dataclass
class Network:
    """What people can see there, and what befalls the next calls.

    `before` holds what publishing raises before it stores, `after` what it raises once it stored.
    """

    posts: list[tuple[str, str]] = field(default_factory=list)
    before: deque[BaseException] = field(default_factory=deque)
    after: deque[BaseException] = field(default_factory=deque)
    prepare: deque[BaseException] = field(default_factory=deque)
    looks: deque[BaseException | Undecidable] = field(default_factory=deque)
    remembers_keys: bool = False
    hidden_looks: int = 0
    pending: int = 0
    maximum: int | None = 500
    looked: int = 0
    calls: list[str] = field(default_factory=list)
    during: Callable[[], Awaitable[None]] | None = None
    while_preparing: Callable[[], Awaitable[None]] | None = None

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.posts]


def fake_adapter(network: Network, **capabilities: Any) -> type[Adapter[Any]]:
    """Make an adapter of that network."""
    declared = {"idempotency": "lookup", "max_length": 500, **capabilities}

    class FakeAdapter(Adapter[FakeSettings]):
        api_version: ClassVar[int] = 1
        id: ClassVar[str] = "fake"
        title: ClassVar[str] = "Fake"
        capabilities: ClassVar[Capabilities] = Capabilities(**declared)
        settings: ClassVar[type[msgspec.Struct]] = FakeSettings

        async def verify(self, ctx: Context[FakeSettings]) -> Account:
            network.calls.append("verify")
            if network.looks:
                raise network.looks.popleft()
            return Account(handle=f"@{ctx.config.account}", url="https://fake.example/@a")

        async def limits(self, ctx: Context[FakeSettings]) -> Limits:
            network.calls.append("limits")
            return Limits(max_length=network.maximum)

        async def prepare(self, ctx: Context[FakeSettings], message: Message) -> Prepared:
            network.calls.append("prepare")
            if network.while_preparing:
                await network.while_preparing()
            if network.prepare:
                raise network.prepare.popleft()
            return Prepared(data={"text": message.text})

        async def publish(
            self, ctx: Context[FakeSettings], prepared: Prepared
        ) -> Published | Pending:
            network.calls.append("publish")
            if network.during:
                await network.during()
            if network.before:
                raise network.before.popleft()
            if not (network.remembers_keys and ctx.key in network.keys):
                network.posts.append((ctx.key, str(prepared.data["text"])))
            if network.after:
                raise network.after.popleft()
            if network.pending:
                return Pending(token=ctx.key, after=timedelta(seconds=30))
            return self._there(ctx)

        async def poll(self, ctx: Context[FakeSettings], pending: Pending) -> Published | Pending:
            network.calls.append("poll")
            network.pending -= 1
            return self._there(ctx) if network.pending <= 0 else pending

        async def reconcile(
            self, ctx: Context[FakeSettings], prepared: Prepared
        ) -> Published | NotFound | Undecidable:
            network.calls.append("reconcile")
            if network.looks:
                found = network.looks.popleft()
                if isinstance(found, BaseException):
                    raise found
                return found
            if self.capabilities.idempotency != "lookup":
                return await super().reconcile(ctx, prepared)
            network.looked += 1
            seen = ctx.key in network.keys and network.looked > network.hidden_looks
            return self._there(ctx) if seen else NotFound()

        def _there(self, ctx: Context[FakeSettings]) -> Published:
            return Published(remote_id=f"r-{ctx.key}", url=f"https://fake.example/{ctx.key}")

    return FakeAdapter


@dataclass
class Desk:
    """Everything a person and a worker need, in few words."""

    clock: Any
    bus: EventBus
    registry: AdapterRegistry
    vault: Vault
    http: GuardedClient
    settings: Settings
    heard: list[Event]

    @property
    def now(self) -> datetime:
        return self.clock()

    async def piece(self, title: str = "Paper", *, calls: int = 1, live: bool = False) -> int:
        by = {"actor": SYSTEM, "now": self.now, "bus": self.bus}
        made = await content.create_piece(PieceIn(title=title, body="Text.", excerpt="E."), **by)
        for n in range(calls):
            cta = await ctas_create(self, f"Join us {n}" if n else "Join us")
            await ctas.attach_cta(made.id, PieceCtaIn(cta_id=cta), **by)
        if live:
            await self.publish(made.id)
        return made.id

    async def publish(self, piece_id: int, *, built: bool = True) -> None:
        piece = await content_q.get_piece(piece_id)
        by = {"actor": SYSTEM, "now": self.now, "bus": self.bus}
        await content.transition_piece(
            piece_id, Transition(to="published", version=piece.version), **by
        )
        if built:
            await self.build(piece_id)

    async def build(self, piece_id: int) -> None:
        """Do what a build of the site ends with."""
        await publishing.settle([], [piece_id], now=self.now, bus=self.bus)

    async def channel(self, **given: Any) -> Channel:
        wanted = {
            "adapter": "fake",
            "name": "Our account",
            "settings": {"account": "ada"},
            "secrets": {"token": "hush-hush-4711"},
        }
        return await service.create_channel(
            ChannelIn(**{**wanted, **given}),
            actor=SYSTEM,
            now=self.now,
            registry=self.registry,
            vault=self.vault,
            bus=self.bus,
        )

    async def ready(self, **given: Any) -> Any:
        """Plan a delivery of a live piece."""
        channel = await self.channel()
        return await self.plan(await self.piece(live=True), channel.id, **given)

    async def plan(self, piece_id: int, channel_id: int, **given: Any) -> Delivery:
        return await service.plan_delivery(
            piece_id,
            DeliveryIn(channel_id=channel_id, **given),
            actor=SYSTEM,
            now=self.now,
            registry=self.registry,
            settings=self.settings,
            bus=self.bus,
        )

    async def get(self, delivery: Delivery | int) -> Delivery:
        delivery_id = delivery if isinstance(delivery, int) else delivery.id
        return await queries.get_delivery(delivery_id, base_url=self.settings.base_url)

    async def tick(self, *, owner: str = "worker-1", **given: Any) -> int:
        return await send_due(
            clock=self.clock,
            bus=self.bus,
            registry=self.registry,
            vault=self.vault,
            http=self.http,
            settings=self.settings,
            owner=owner,
            **given,
        )

    async def later(self, **by: float) -> int:
        self.clock.move(**by)
        return await self.tick()


async def ctas_create(desk: Desk, label: str) -> int:
    cta = await ctas.create_cta(
        CtaIn(
            label=label,
            action="subscribe",
            destination=Destination(url="https://example.org/join"),
            expected=Expected(count=10),
        ),
        actor=SYSTEM,
        now=desk.now,
        bus=desk.bus,
    )
    return cta.id


@pytest.fixture
def fake() -> Callable[..., type[Adapter[Any]]]:
    return fake_adapter


@pytest.fixture
def logbook() -> type[Adapter[Any]]:
    """The adapter of the chaos test, as its worker processes have it."""
    return Logbook


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def heard() -> list[Event]:
    return []


@pytest.fixture
async def desk(  # noqa: PLR0917 - fixtures
    database: Database,
    database_url: str,
    clock: Any,
    network: Network,
    heard: list[Event],
    tmp_path: Path,
) -> AsyncIterator[Desk]:
    bus = EventBus()

    async def hear(event: Event) -> None:
        heard.append(event)

    bus.subscribe(DeliverySent, hear)
    bus.subscribe(DeliveryFailed, hear)
    subscribe(bus, clock, base_url="https://blog.example.org")
    async with GuardedClient() as http:
        yield Desk(
            clock=clock,
            bus=bus,
            registry=AdapterRegistry({"fake": fake_adapter(network)}),
            vault=Vault("a-key-for-tests"),
            http=http,
            settings=Settings(
                home=tmp_path, database_url=database_url, base_url=BASE_URL, secret_key="x" * 40
            ),
            heard=heard,
        )


@pytest.fixture
def use(desk: Any, network: Any, fake: Any) -> Any:
    """Give the network other capabilities."""

    def use(**capabilities: Any) -> None:
        desk.registry = AdapterRegistry({"fake": fake(network, **capabilities)})

    return use
