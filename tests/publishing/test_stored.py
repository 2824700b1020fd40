"""The builder over the real database, on both engines, driven through the features' own verbs."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from octavo.accounts.events import OrganisationChanged
from octavo.accounts.schemas import SYSTEM
from octavo.content import authors, tags
from octavo.content import events as content_events
from octavo.content import service as content
from octavo.content.schemas import (
    AuthorIn,
    AuthorPatch,
    Piece,
    PieceIn,
    PiecePatch,
    TagPatch,
    Transition,
)
from octavo.cta import events as cta_events
from octavo.cta import service as ctas
from octavo.cta.schemas import CtaIn, CtaPatch, Destination, Expected, PieceCtaIn
from octavo.kernel.clock import system_clock
from octavo.kernel.db import Database
from octavo.kernel.events import EventBus
from octavo.kernel.settings import Settings
from octavo.publishing import queries, service
from octavo.publishing.building.builder import Site
from octavo.publishing.events import PiecesWentLive
from octavo.publishing.stored import StoredLibrary, StoredLog
from octavo.runtime import subscribe


class House:
    def __init__(self, home: Path, now: datetime) -> None:
        self.now = now
        self.bus = EventBus()
        subscribe(self.bus, lambda: now, base_url="https://blog.example.org")
        self.live: list[int] = []
        self.bus.subscribe(PiecesWentLive, self._heard)
        self.settings = Settings(home=home, base_url="https://folio.example", secret_key="k")
        self.site = Site(self.settings, library=StoredLibrary(), log=StoredLog(self.bus), workers=0)

    async def _heard(self, event: PiecesWentLive) -> None:
        self.live += event.piece_ids

    async def publish(self, **fields: object) -> Piece:
        piece = await content.create_piece(
            PieceIn(**fields),
            actor=SYSTEM,
            now=self.now,
            bus=self.bus,  # type: ignore[arg-type]
        )
        return await self.move(piece, "published")

    async def patch(self, piece: Piece, **fields: object) -> Piece:
        patch = PiecePatch(version=piece.version, **fields)  # type: ignore[arg-type]
        piece = await content.patch_piece(piece.id, patch, actor=SYSTEM, now=self.now, bus=self.bus)
        return await self.move(piece, "published")

    async def move(self, piece: Piece, to: str) -> Piece:
        self.now += timedelta(minutes=5)
        move = Transition(to=to, version=piece.version)  # type: ignore[arg-type]
        return await content.transition_piece(
            piece.id, move, actor=SYSTEM, now=self.now, bus=self.bus
        )

    def read(self, name: str) -> str:
        return (self.settings.site_dir / name).read_text()

    def has(self, name: str) -> bool:
        return (self.settings.site_dir / name).exists()


@pytest.fixture
async def house(database: Database, tmp_path: Path, now: datetime) -> House:
    del database
    return House(tmp_path, now)


async def test_from_the_first_word_to_the_withdrawal(house: House) -> None:
    await house.site.build(now=house.now)
    piece = await house.publish(title="First words", body="Hello **you**.", tags=["Bread"])
    assert await queries.count_pending() > 0
    report = await house.site.build_pending(house.now)

    assert report is not None
    assert report.problems == []
    assert await queries.count_pending() == 0
    assert "Hello <strong>you</strong>." in house.read("first-words/index.html")
    assert "First words" in house.read("tags/bread/index.html")
    assert house.live == [piece.id]
    assert piece.id in await queries.live_pieces([piece.id])
    assert await house.site.build_pending(house.now) is None

    piece = await house.patch(piece, slug="second-words", body="Changed.")
    await house.site.build_pending(house.now)
    assert "Changed." in house.read("second-words/index.html")
    assert "url=/second-words/" in house.read("first-words/index.html")

    await house.move(piece, "archived")
    await house.site.build_pending(house.now)
    assert not house.has("second-words")
    assert not house.has("tags/bread")
    assert not house.has("first-words")
    assert await queries.live_pieces([piece.id]) == {}


async def test_tags_authors_and_calls_to_action_reach_the_pages(house: House) -> None:
    author = await authors.create_author(
        AuthorIn(name="Ana"), actor=SYSTEM, now=house.now, bus=house.bus
    )
    piece = await house.publish(
        title="Loaf", body="Text.\n\n<!-- cta: join -->", tags=["Bread"], author_ids=[author.id]
    )
    cta = await ctas.create_cta(
        CtaIn(
            label="Join", action="subscribe", expected=Expected(count=10),
            destination=Destination(url="https://shop.example/"),
        ),
        actor=SYSTEM, now=house.now, bus=house.bus,
    )  # fmt: skip
    await ctas.attach_cta(
        piece.id, PieceCtaIn(cta_id=cta.id), actor=SYSTEM, now=house.now, bus=house.bus
    )
    report = await house.site.build(now=house.now)
    assert report.problems == []
    assert "/go/" in house.read("loaf/index.html")

    await ctas.patch_cta(
        cta.id,
        CtaPatch(version=cta.version, label="Come in"),
        actor=SYSTEM,
        now=house.now,
        bus=house.bus,
    )
    await authors.patch_author(
        author.id,
        AuthorPatch(
            version=author.version, bio="Bakes.", name="Ana B", website="https://ana.example/bread/"
        ),
        actor=SYSTEM,
        now=house.now,
        bus=house.bus,
    )
    (bread,) = (await tags.list_tags(cursor=None, limit=20)).items
    await tags.patch_tag(
        bread.id, TagPatch(version=bread.version, name="Loaves", slug="loaves"), actor=SYSTEM,
        now=house.now, bus=house.bus,
    )  # fmt: skip
    await house.site.build_pending(house.now)
    stepwise = {f: f.read_bytes() for f in house.settings.site_dir.rglob("*") if f.is_file()}
    full = await house.site.build(full=True, now=house.now)

    assert "Come in" in house.read("loaf/index.html")
    (profile,) = [f.read_text() for f in house.settings.site_dir.glob("authors/*/index.html")]
    assert "Bakes." in profile
    assert '<a href="https://ana.example/bread/" rel="me noopener">ana.example/bread</a>' in profile
    assert '"sameAs":"https://ana.example/bread/"' in profile
    assert house.has("tags/loaves/index.html")
    assert (full.written, full.removed) == (0, 0)
    assert stepwise == {
        f: f.read_bytes() for f in house.settings.site_dir.rglob("*") if f.is_file()
    }


async def test_what_is_marked_in_a_transaction_that_fails_is_not_marked(house: House) -> None:
    from octavo.kernel.db import transaction

    async def mark_and_fail() -> None:
        async with transaction():
            await service.mark_changed("piece:1")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await mark_and_fail()
    assert await queries.count_pending() == 0


async def test_very_many_changes_become_one_build_from_scratch(house: House) -> None:
    await service.mark_changed(*(f"piece:{n}" for n in range(6_000)))

    assert [c.key for c in await queries.pending_changes(10)] == ["everything"]


def test_every_event_that_changes_the_site_is_heard() -> None:
    bus = EventBus()
    subscribe(bus, system_clock, base_url="https://blog.example.org")
    heard = set(bus._subscribers)

    assert heard >= {
        content_events.PieceDeleted, PiecesWentLive,  # heard by features beside publishing
        content_events.PiecePublished, content_events.PieceWithdrawn, content_events.PiecesImported,
        content_events.PiecesRepathed, content_events.RedirectsChanged, content_events.TagChanged,
        content_events.AuthorChanged, cta_events.CtaChanged, cta_events.PieceCtasChanged,
        OrganisationChanged,
    }  # fmt: skip
