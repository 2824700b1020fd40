"""The HTTP face of the theme's settings."""

import asyncio
from datetime import datetime

from litestar import Response, Router, get, post, put
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from octavo.accounts import queries as accounts
from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.kernel.events import EventBus
from octavo.publishing.building.builder import Site
from octavo.publishing.serving.headers import page_headers
from octavo.publishing.theming import service
from octavo.publishing.theming.schemas import SampleIn, ThemeChoice, ThemeView

__all__ = ["router"]


@get("/theme", operation_id="get_theme", guards=[may(Action.READ)])
async def get_theme(site: NamedDependency[Site]) -> ThemeView:
    """Answer the theme of the site: what it offers, what was chosen, what is wrong with it."""
    return await asyncio.to_thread(service.theme_view, site, await accounts.get_organisation())


@put("/theme", operation_id="choose_theme", guards=[may(Action.CONFIGURE)])
async def choose_theme(
    data: JSONBody[ThemeChoice],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    site: NamedDependency[Site],
) -> ThemeView:
    """Choose among what the theme offers; the site is built with it."""
    return await service.choose(data, themed=site, actor=actor, now=now, bus=bus)


@post(
    "/theme/preview",
    operation_id="preview_theme",
    guards=[may(Action.READ)],
    media_type=MediaType.HTML,
    status_code=HTTP_200_OK,
)
async def preview_theme(data: JSONBody[SampleIn], site: NamedDependency[Site]) -> Response[str]:
    """Render a page of the site with other choices. Nothing is stored."""
    organisation = await service.tried_on(data, themed=site)
    html = await site.render_sample(organisation, data.page)
    headers = {name.decode(): value.decode() for name, value in page_headers(site.base_url)}
    policy = headers["content-security-policy"].replace(
        "style-src 'self'", "style-src 'self' 'unsafe-inline'"
    )
    headers["content-security-policy"] = policy + "; sandbox allow-same-origin"
    return Response(html, media_type=MediaType.HTML, headers=headers)


router = Router(path="/", route_handlers=[get_theme, choose_theme, preview_theme])
