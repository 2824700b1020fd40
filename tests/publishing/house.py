"""An installation without its server, for tests of what the worker makes of pieces and files."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from octavo.accounts.schemas import SYSTEM
from octavo.content import service as content
from octavo.content.media import replacing
from octavo.content.media import service as media
from octavo.content.media.schemas import Media
from octavo.content.media.store import MediaStore, media_store
from octavo.content.schemas import Piece, PieceIn, Transition
from octavo.kernel.events import EventBus
from octavo.kernel.settings import Settings
from octavo.publishing.building.builder import Site
from octavo.publishing.cards.jobs import CardMaker
from octavo.publishing.images import queries, sizes
from octavo.publishing.images.jobs import Studio
from octavo.publishing.images.schemas import MediaRenditions
from octavo.publishing.stored import StoredLibrary, StoredLog
from octavo.runtime import subscribe

if TYPE_CHECKING:
    from tests.conftest import FrozenClock


class House:
    """An installation without its server: library, builder and worker over one database."""

    def __init__(self, home: Path, clock: "FrozenClock") -> None:
        self.clock = clock
        self.bus = EventBus()
        subscribe(self.bus, clock, base_url="https://folio.example")
        self.settings = Settings(home=home, base_url="https://folio.example", secret_key="k")
        self.store: MediaStore = media_store(self.settings)
        self.site = Site(self.settings, library=StoredLibrary(), log=StoredLog(self.bus), workers=0)
        self.studio = self.new_studio()
        self.cards = CardMaker(site=self.site, store=self.store, clock=clock)

    def new_studio(self, **options: object) -> Studio:
        given = {"recipe": sizes.Recipe(), "width": 2, **options}
        return Studio(store=self.store, clock=self.clock, **given)  # type: ignore[arg-type]

    async def upload(self, data: bytes, name: str = "a.jpg") -> Media:
        async def chunks() -> AsyncIterator[bytes]:
            yield data

        stored = await media.store_file(
            chunks(), name, store=self.store, now=self.clock(), bus=self.bus, actor=SYSTEM
        )
        return stored.media

    async def replace(self, file: Media, data: bytes) -> Media:
        async def chunks() -> AsyncIterator[bytes]:
            yield data

        return await replacing.replace_file(
            file.id,
            chunks(),
            file.name,
            store=self.store,
            actor=SYSTEM,
            now=self.clock(),
            bus=self.bus,
        )

    async def publish(self, **fields: object) -> Piece:
        piece = await content.create_piece(
            PieceIn(**fields),
            actor=SYSTEM,
            now=self.clock(),
            bus=self.bus,  # type: ignore[arg-type]
        )
        move = Transition(to="published", version=piece.version)
        return await content.transition_piece(
            piece.id, move, actor=SYSTEM, now=self.clock(), bus=self.bus
        )

    async def make(self) -> int:
        await self.studio.find_new()
        return await self.studio.make_waiting()

    async def made(self, file: Media) -> MediaRenditions:
        return (await queries.renditions_of([file.sha256]))[file.sha256]

    def page(self, name: str) -> str:
        return (self.settings.site_dir / name).read_text()

    def site_file(self, name: str) -> Path:
        return self.settings.site_dir / "media" / name
