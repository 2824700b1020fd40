"""A newsroom to test in: people of every role, and a bus that remembers what was announced."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from octavo.accounts.schemas import Actor
from octavo.accounts.tables import OrganisationRow, UserRow
from octavo.content import events
from octavo.content import service as content
from octavo.content.schemas import Piece, PieceIn, PiecePatch, Transition
from octavo.kernel.db import Database
from octavo.kernel.events import Event, EventBus


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
