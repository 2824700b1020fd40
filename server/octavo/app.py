"""The HTTP face: a front door that sends each path to the part that answers it.

Tracked links and the generated site are answered by plain ASGI apps before the framework: they are
what readers wait for. Everything else (`/api/v1`, the API's documentation, health) is Litestar.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any

from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.di import Provide
from litestar.middleware import ASGIMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

import octavo
from octavo.accounts.access import ACTOR_KEY, actor_of
from octavo.accounts.api import router as accounts_router
from octavo.accounts.authentication import AuthenticationMiddleware
from octavo.accounts.schemas import Actor
from octavo.admin_ui import AdminApp
from octavo.api_docs import api_docs
from octavo.api_schema import openapi_json
from octavo.content.api import router as content_router
from octavo.content.media.store import MediaStore
from octavo.content.rezoning.api import router as rezoning_router
from octavo.content.rezoning.schemas import Timetables
from octavo.cta import queries as cta_queries
from octavo.cta.api import router as cta_router
from octavo.deploying.api import router as deploying_router
from octavo.deploying.registry import DeployerRegistry
from octavo.distribution.api import router as distribution_router
from octavo.distribution.registry import AdapterRegistry
from octavo.kernel import asgi, metrics
from octavo.kernel.db import fetch
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.idempotency import IdempotencyMiddleware
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault
from octavo.publishing.api import router as publishing_router
from octavo.publishing.building.builder import Site
from octavo.publishing.checks.api import router as checks_router
from octavo.publishing.images.api import router as images_router
from octavo.publishing.previews.api import router as previews_router
from octavo.publishing.previews.door import PreviewApp
from octavo.publishing.serving.site import site_app
from octavo.publishing.theming.api import router as theming_router
from octavo.reading.answers import Answers, VersionReader
from octavo.reading.api import router as reading_router
from octavo.reading.front import PREFIX as PUBLIC_PREFIX
from octavo.reading.front import PublicFront
from octavo.reading.ghost.app import GhostApp
from octavo.reading.ghost.resources import Resources
from octavo.reading.pieces import PieceReader
from octavo.reading.public import PublicReads
from octavo.reading.queries import content_version
from octavo.runtime import TIMETABLES, Runtime
from octavo.strategy.api import router as strategy_router
from octavo.tracking.api import router as tracking_router
from octavo.tracking.go import go_app
from octavo.tracking.writer import Tracker
from octavo.webhooks.api import router as webhooks_router

__all__ = ["FrontDoor", "create_app"]

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]


@get("/healthz", include_in_schema=False, media_type=MediaType.TEXT, sync_to_thread=False)
def healthz() -> str:
    """Say that the process answers."""
    return "ok"


@get("/readyz", include_in_schema=False, media_type=MediaType.TEXT)
async def readyz() -> str:
    """Say that the database answers; 503 when it does not."""
    await fetch("SELECT 1 AS one")
    return "ready"


@get("/metrics", include_in_schema=False, sync_to_thread=False)
def metrics_page() -> Response[bytes]:
    """Answer the counters in Prometheus' text format."""
    return Response(metrics.render(), media_type=metrics.CONTENT_TYPE)


def create_app(runtime: Runtime, *, lifespan: Lifespan | None = None) -> "FrontDoor":
    """Make the whole HTTP face of one process. `lifespan` runs inside the opened runtime."""

    @asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        async with runtime.opened(clicks=True):
            if lifespan is None:
                yield
            else:
                async with lifespan(app):
                    yield

    shared = asgi.configuration()
    api = Litestar(
        route_handlers=[_api_router(), api_docs, openapi_json, healthz, readyz, metrics_page],
        dependencies={**_dependencies(runtime), **_reading_dependencies(runtime)},
        openapi_config=_openapi(),
        lifespan=[running],
        # Here and not on the router: Litestar copies routers, and these hold live objects.
        **{**shared, "middleware": [*shared["middleware"], *_middleware(runtime)]},
    )
    return FrontDoor(runtime, api)


class FrontDoor:
    """Sends a path to tracked links, the framework, the admin UI or the generated site."""

    def __init__(self, runtime: Runtime, api: Litestar) -> None:
        self.api = api
        self._framework = asgi.HeadAsGet(api)
        self._go = go_app(
            runtime.tracker, settings=runtime.settings, piece_url=cta_queries.piece_url
        )
        self._admin = AdminApp()
        self._previews = PreviewApp(
            runtime.site.render_piece, base_url=runtime.settings.base_url, clock=runtime.clock
        )
        self._site = site_app(runtime.site, media=runtime.media.storage)
        answers, version = Answers(), VersionReader(content_version)
        resources = Resources(pieces=_piece_reader(runtime), clock=runtime.clock)
        self._ghost = GhostApp(resources, answers, version)
        self._public = PublicFront(self._framework, answers, version)
        self._parts: dict[str, Callable[..., Awaitable[None]]] = {
            "go": self._go,
            "p": self._previews,
            "admin": self._admin,
            "ghost": self._ghost,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one connection."""
        await self._part(scope)(scope, receive, send)

    def _part(self, scope: Any) -> Callable[..., Awaitable[None]]:
        if scope["type"] != "http":
            return self._framework
        # `*` of an OPTIONS, and whatever else has no slash, is the site's to refuse.
        first = scope["path"].partition("/")[2].partition("/")[0]
        if first in {"api", "healthz", "readyz", "metrics"}:
            is_public = scope["path"].startswith(PUBLIC_PREFIX)
            return self._public if is_public else self._framework
        return self._parts.get(first, self._site)


def _piece_reader(runtime: Runtime) -> PieceReader:
    return PieceReader(base_url=runtime.settings.base_url, bodies=runtime.bodies)


def _api_router() -> Router:
    return Router(
        path="/api/v1",
        route_handlers=[
            accounts_router,
            strategy_router,
            content_router,
            rezoning_router,
            cta_router,
            tracking_router,
            publishing_router,
            checks_router,
            images_router,
            previews_router,
            theming_router,
            distribution_router,
            deploying_router,
            reading_router,
            webhooks_router,
        ],
    )


def _middleware(runtime: Runtime) -> list[ASGIMiddleware]:
    return [
        AuthenticationMiddleware(settings=runtime.settings, clock=runtime.clock),
        IdempotencyMiddleware(clock=runtime.clock, vault=runtime.vault, principal=_principal),
    ]


def _principal(scope: Mapping[str, Any]) -> str | None:
    """Name whoever makes a request; None for nobody we know."""
    actor = scope.get(ACTOR_KEY)
    return f"{actor.kind}:{actor.id}" if isinstance(actor, Actor) else None


def _dependencies(runtime: Runtime) -> dict[str, Provide]:
    """Name what handlers may ask for. Providers are annotated: Litestar reads their types."""

    def provide_actor(request: Request[Any, Any, Any]) -> Actor:
        return actor_of(request)

    def provide_now() -> datetime:
        return runtime.clock()

    def provide_bus() -> EventBus:
        return runtime.bus

    def provide_settings() -> Settings:
        return runtime.settings

    def provide_http() -> GuardedClient:
        return runtime.http

    def provide_vault() -> Vault:
        return runtime.vault

    def provide_tracker() -> Tracker:
        return runtime.tracker

    def provide_registry() -> AdapterRegistry:
        return runtime.registry

    def provide_site() -> Site:
        return runtime.site

    providers: dict[str, Callable[..., Any]] = {
        "actor": provide_actor,
        "now": provide_now,
        "bus": provide_bus,
        "settings": provide_settings,
        "http": provide_http,
        "vault": provide_vault,
        "tracker": provide_tracker,
        "registry": provide_registry,
        "deployers": _deployers_provider(runtime),
        "site": provide_site,
        "media_store": _media_provider(runtime),
        "timetables": _timetables,
    }
    return {name: Provide(make, sync_to_thread=False) for name, make in providers.items()}


def _timetables() -> Timetables:
    return TIMETABLES


def _deployers_provider(runtime: Runtime) -> Callable[[], DeployerRegistry]:
    def provide_deployers() -> DeployerRegistry:
        return runtime.deployers

    return provide_deployers


def _media_provider(runtime: Runtime) -> Callable[[], MediaStore]:
    def provide_media_store() -> MediaStore:
        return runtime.media

    return provide_media_store


def _reading_dependencies(runtime: Runtime) -> dict[str, Provide]:
    reads = PublicReads(_piece_reader(runtime))

    def provide_public() -> PublicReads:
        return reads

    return {"public": Provide(provide_public, sync_to_thread=False)}


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Octavo",
        version=octavo.__version__,
        description="Plan, write, publish, distribute and measure content.",
        # Litestar's own pages load scripts from a CDN and catch every path below theirs: ours are
        # `api_docs` and `openapi_json`.
        path="/api/litestar",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        use_handler_docstrings=True,
    )
