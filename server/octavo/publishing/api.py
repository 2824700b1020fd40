"""The HTTP face of publishing: how the site stands, builds on demand, previews."""

from datetime import datetime

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from octavo.accounts.access import Action, may
from octavo.content import rules as content
from octavo.kernel.text import clean_text
from octavo.publishing import queries
from octavo.publishing.building.builder import Site
from octavo.publishing.previews import drafting
from octavo.publishing.schemas import BuildIn, BuildReport, PiecePreviewIn, SiteStatus
from octavo.publishing.serving.headers import page_headers

_WAIT_S = 5.0


@get("/site", operation_id="get_site", guards=[may(Action.READ)])
async def get_site(site: NamedDependency[Site]) -> SiteStatus:
    """Answer how the generated site stands."""
    kept = site.last_report()
    return SiteStatus(
        pending=await queries.count_pending(),
        built_at=kept[0] if kept else None,
        last_build=kept[1] if kept else None,
    )


@post(
    "/site/builds", operation_id="build_site", guards=[may(Action.REVIEW)], status_code=HTTP_200_OK
)
async def build_site(
    data: JSONBody[BuildIn], site: NamedDependency[Site], now: NamedDependency[datetime]
) -> BuildReport:
    """Build the site now, and answer what was done; `full` makes every page anew."""
    return await site.build(full=data.full, now=now, wait_s=_WAIT_S)


@post(
    "/preview",
    operation_id="preview_piece",
    guards=[may(Action.READ)],
    media_type=MediaType.HTML,
    status_code=HTTP_200_OK,
)
async def preview_piece(
    data: JSONBody[PiecePreviewIn], site: NamedDependency[Site], now: NamedDependency[datetime]
) -> Response[str]:
    """Render a draft as its page would be. Nothing is stored."""
    _check(data)
    html = await site.render_piece(await drafting.draft_piece(data, now=now))
    headers = {name.decode(): value.decode() for name, value in page_headers(site.base_url)}
    headers["content-security-policy"] += "; sandbox allow-same-origin"
    return Response(html, media_type=MediaType.HTML, headers=headers)


def _check(draft: PiecePreviewIn) -> None:
    """Refuse what a piece could not be stored with either."""
    for field in ("title", "body", "excerpt", "meta_title", "meta_description"):
        clean_text(getattr(draft, field) or "", field=field)
    for position, tag in enumerate(draft.tags or []):
        clean_text(tag, field=f"tags[{position}]")
    content.check_language(draft.language or "")


router = Router(path="/", route_handlers=[get_site, build_site, preview_piece])
