"""A newsroom to test in: people of every role, and a bus that remembers what was announced."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request
from litestar.di import Provide

from octavo.accounts.access import ACTOR_KEY
from octavo.accounts.schemas import Actor
from octavo.accounts.tables import OrganisationRow, UserRow
from octavo.content import events
from octavo.content import service as content
from octavo.content.api import router
from octavo.content.media.store import MediaStore, media_store
from octavo.content.schemas import Piece, PieceIn, PiecePatch, Transition
from octavo.kernel.asgi import configuration
from octavo.kernel.db import Database
from octavo.kernel.events import Event, EventBus
from octavo.kernel.settings import Settings
from octavo.strategy.api import router as strategy_router


@dataclass
class Newsroom:
    now: datetime
    bus: EventBus
    owner: Actor
    editor: Actor
    writer: Actor
    other_writer: Actor
    marketer: Actor
    heard: list[Event] = field(default_factory=list)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.heard if type(event) is kind]

    async def make(self, *, actor: Actor | None = None, **fields: Any) -> Piece:
        data = PieceIn(**{"title": "Sourdough for beginners", **fields})
        return await content.create_piece(
            data, actor=actor or self.editor, now=self.now, bus=self.bus
        )

    async def patch(self, piece: Piece, *, actor: Actor | None = None, **fields: Any) -> Piece:
        patch = PiecePatch(**{"version": piece.version, **fields})
        return await content.patch_piece(
            piece.id, patch, actor=actor or self.editor, now=self.now, bus=self.bus
        )

    async def move(
        self, piece: Piece, to: Any, *, actor: Actor | None = None, **fields: Any
    ) -> Piece:
        move = Transition(**{"to": to, "version": piece.version, **fields})
        return await content.transition_piece(
            piece.id, move, actor=actor or self.editor, now=self.now, bus=self.bus
        )


async def _person(name: str, role: Any, now: datetime) -> Actor:
    slug = name.lower().replace(" ", "-")
    rows = await UserRow.insert(
        UserRow(email=f"{slug}@example.org", name=name, slug=slug, role=role, created_at=now)
    ).returning(UserRow.id)
    return Actor(kind="user", id=rows[0]["id"], name=name, role=role)


@pytest.fixture
async def room(database: Database, now: datetime) -> Newsroom:
    await OrganisationRow.insert(OrganisationRow(name="Crumb", zone="Europe/Madrid"))
    bus = EventBus()
    made = Newsroom(
        now=now,
        bus=bus,
        owner=await _person("Olga Owner", "owner", now),
        editor=await _person("Edna Editor", "editor", now),
        writer=await _person("Will Writer", "writer", now),
        other_writer=await _person("Wanda Writer", "writer", now),
        marketer=await _person("Mark Marketer", "marketer", now),
    )

    async def hear(event: Event) -> None:
        made.heard.append(event)

    for kind in vars(events).values():
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event:
            bus.subscribe(kind, hear)
    return made


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path / "home", database_url=database_url, secret_key="x")


@pytest.fixture
async def client(room: Newsroom, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The API; the header `x-as` says who speaks (default: the editor)."""

    def sign_in(app: Any) -> Any:
        async def middleware(scope: Any, receive: Any, send: Any) -> None:
            who = dict(scope["headers"]).get(b"x-as", b"editor").decode()
            scope[ACTOR_KEY] = getattr(room, who)
            await app(scope, receive, send)

        return middleware

    def give_actor(request: Request[Any, Any, Any]) -> Actor:
        return request.scope[ACTOR_KEY]

    def give_now() -> datetime:
        return room.now

    def give_bus() -> EventBus:
        return room.bus

    def give_settings() -> Settings:
        return settings

    def give_media_store() -> MediaStore:
        return media_store(settings)

    givers = {"actor": give_actor, "now": give_now, "bus": give_bus, "settings": give_settings,
              "media_store": give_media_store}  # fmt: skip
    options = configuration()
    app = Litestar(
        route_handlers=[router, strategy_router],
        dependencies={name: Provide(give, sync_to_thread=False) for name, give in givers.items()},
        **{**options, "middleware": [*options["middleware"], sign_in]},
    )
    # In the test's own loop, to which its database belongs.
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
