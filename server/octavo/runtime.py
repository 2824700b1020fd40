"""The composition root: the only place that knows every feature and wires them together.

Facts travel up through the bus, and the subscriptions below are all there are: reading this file
tells what follows from what.
"""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module

from piccolo.table import Table

from octavo import piccolo_conf
from octavo.accounts.events import OrganisationChanged, OrganisationRezoned
from octavo.content import service as content
from octavo.content.events import (
    AuthorChanged,
    MediaChanged,
    MediaReplaced,
    PieceChanged,
    PieceCreated,
    PieceDeleted,
    PieceMoved,
    PiecePublished,
    PieceScheduled,
    PiecesImported,
    PiecesRepathed,
    PieceTranslated,
    PieceWithdrawn,
    PublicationAsked,
    RedirectsChanged,
    SeriesChanged,
    TagChanged,
    TranslationsChanged,
)
from octavo.content.media import service as media
from octavo.content.media.store import MediaStore, media_store
from octavo.content.review import service as reviews
from octavo.content.rezoning import service as rezoning
from octavo.content.rezoning.pieces import PieceTimetable
from octavo.content.rezoning.schemas import Timetables
from octavo.cta import service as ctas
from octavo.cta.events import CtaChanged, PieceCtasChanged
from octavo.deploying.registry import DeployerRegistry
from octavo.distribution import service as distribution
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.rezoning import DeliveryTimetable
from octavo.kernel.clock import Clock, system_clock
from octavo.kernel.db import Database
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.ids import new_code
from octavo.kernel.migrations import MigrationReport, migrate
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault
from octavo.publishing import service as publishing
from octavo.publishing.bodies import Bodies
from octavo.publishing.building.builder import Site
from octavo.publishing.cards import service as cards
from octavo.publishing.checks import gate
from octavo.publishing.events import PiecesWentLive
from octavo.publishing.images import queries as sizes
from octavo.publishing.images import service as images
from octavo.publishing.images.sizes import Recipe, parse_formats
from octavo.publishing.previews import service as previews
from octavo.publishing.stored import StoredLibrary, StoredLog
from octavo.publishing.theming import service as theming
from octavo.reading import service as reading
from octavo.tracking.writer import Tracker
from octavo.webhooks import service as webhooks

__all__ = ["TIMETABLES", "Runtime", "build_runtime", "migrate_database", "subscribe"]


TIMETABLES = Timetables(PieceTimetable(), DeliveryTimetable())
"""Everything that stands at a clock time, by whose it is."""


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Everything that one process of Octavo holds while it runs.

    `owner` names this process in leases: host, process id, and a random part.
    """

    settings: Settings
    clock: Clock
    database: Database
    bus: EventBus
    http: GuardedClient
    vault: Vault
    registry: AdapterRegistry
    deployers: DeployerRegistry
    tracker: Tracker
    site: Site
    bodies: Bodies
    media: MediaStore
    recipe: Recipe | None
    owner: str

    @asynccontextmanager
    async def opened(self, *, clicks: bool = False) -> AsyncIterator[None]:
        """Hold the connections open, with `clicks` the click writer too, while the block runs."""
        async with AsyncExitStack() as stack:
            await self.database.open()
            stack.push_async_callback(self.database.close)
            stack.push_async_callback(self.http.aclose)
            if clicks:
                await self.tracker.start()
                stack.push_async_callback(self.tracker.stop)
            yield


def build_runtime(settings: Settings, *, clock: Clock = system_clock) -> Runtime:
    """Wire one process. Opens nothing: see `Runtime.opened`."""
    database = _database(settings)
    bus = EventBus()
    site = Site(settings, library=StoredLibrary(), log=StoredLog(bus))
    subscribe(bus, clock, base_url=settings.base_url)
    bus.subscribe(OrganisationChanged, theming.on_organisation_changed(site))
    return Runtime(
        settings=settings,
        clock=clock,
        database=database,
        bus=bus,
        http=GuardedClient(allowed_targets=settings.allowed_targets),
        vault=Vault(settings.secret_key),
        registry=AdapterRegistry(),
        deployers=DeployerRegistry(),
        tracker=Tracker(settings=settings, database=database, clock=clock),
        site=site,
        bodies=Bodies(settings.base_url),
        media=media_store(settings, thumbnails=sizes.thumbnails_of),
        recipe=parse_formats(settings.renditions),
        owner=f"{socket.gethostname()}:{os.getpid()}:{new_code(6)}",
    )


async def migrate_database(settings: Settings) -> MigrationReport:
    """Bring the database of these settings to this version."""
    database = _database(settings)
    await database.open()
    try:
        return await migrate(database)
    finally:
        await database.close()


def subscribe(bus: EventBus, clock: Clock, *, base_url: str) -> None:
    """Let every feature hear what concerns it; the only place where that is decided."""
    bus.subscribe(PiecePublished, publishing.on_piece_published)
    bus.subscribe(PieceWithdrawn, publishing.on_piece_withdrawn)
    bus.subscribe(PiecesImported, publishing.on_pieces_imported)
    bus.subscribe(PiecesRepathed, publishing.on_pieces_repathed)
    bus.subscribe(PublicationAsked, gate.on_publication_asked(base_url=base_url))
    bus.subscribe(PieceMoved, reviews.on_piece_moved(bus))
    bus.subscribe(PieceCreated, media.on_piece_created)
    bus.subscribe(PieceChanged, media.on_piece_changed)
    bus.subscribe(PiecesImported, media.on_pieces_imported)
    bus.subscribe(PieceTranslated, ctas.on_piece_translated(bus, clock))
    bus.subscribe(PieceDeleted, ctas.on_piece_deleted)
    bus.subscribe(PieceDeleted, distribution.on_piece_deleted)
    bus.subscribe(PieceDeleted, previews.on_piece_deleted)
    bus.subscribe(PiecePublished, cards.on_piece_published)
    bus.subscribe(PieceScheduled, cards.on_piece_scheduled)
    bus.subscribe(PieceChanged, cards.on_piece_changed)
    bus.subscribe(PiecesImported, cards.on_pieces_imported)
    bus.subscribe(PieceDeleted, cards.on_piece_deleted)
    bus.subscribe(AuthorChanged, cards.on_author_changed)
    bus.subscribe(OrganisationChanged, cards.on_organisation_changed)
    bus.subscribe(RedirectsChanged, publishing.on_redirects_changed)
    bus.subscribe(MediaReplaced, images.on_media_replaced)
    bus.subscribe(MediaReplaced, publishing.on_media_replaced)
    bus.subscribe(MediaChanged, publishing.on_media_changed)
    bus.subscribe(SeriesChanged, publishing.on_series_changed)
    bus.subscribe(TranslationsChanged, publishing.on_translations_changed)
    bus.subscribe(TagChanged, publishing.on_tag_changed)
    bus.subscribe(AuthorChanged, publishing.on_author_changed)
    bus.subscribe(CtaChanged, publishing.on_ctas_changed)
    bus.subscribe(PieceCtasChanged, publishing.on_piece_ctas_changed)
    bus.subscribe(OrganisationRezoned, rezoning.on_organisation_rezoned(TIMETABLES, clock))
    bus.subscribe(OrganisationChanged, content.on_organisation_changed(bus, clock))
    bus.subscribe(OrganisationChanged, gate.on_organisation_changed)
    bus.subscribe(OrganisationChanged, publishing.on_organisation_changed)
    on_seen_change = reading.on_seen_change(clock)
    for seen in reading.SEEN_BY_READERS:
        bus.subscribe(seen, on_seen_change)
    bus.subscribe(PiecesWentLive, distribution.on_pieces_went_live)
    bus.subscribe_all(webhooks.on_event(clock, base_url=base_url))


def all_tables() -> list[type[Table]]:
    """Answer the tables of every feature, bound once a runtime was built."""
    return [
        table
        for app in piccolo_conf.APPS
        for table in import_module(f"octavo.{app}.piccolo_app").APP_CONFIG.table_classes
    ]


def _database(settings: Settings) -> Database:
    tables: list[type[Table]] = []
    side: dict[str, list[type[Table]]] = {}
    for app in piccolo_conf.APPS:
        config = import_module(f"octavo.{app}.piccolo_app").APP_CONFIG
        stem = piccolo_conf.SIDE_APPS.get(app)
        (side.setdefault(stem, []) if stem else tables).extend(config.table_classes)
    return Database(settings.database_url, tables=tables, side=side)
