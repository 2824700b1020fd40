"""The HTTP face of shared previews."""

from datetime import datetime

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.kernel.pagination import Page
from octavo.kernel.settings import Settings
from octavo.publishing.previews import queries, service
from octavo.publishing.previews.schemas import PreviewLink, PreviewLinkIn, PreviewLinkMade

__all__ = ["router"]


@get(
    "/pieces/{piece_id:int}/previews",
    operation_id="list_preview_links",
    guards=[may(Action.READ)],
)
async def list_preview_links(piece_id: FromPath[int]) -> Page[PreviewLink]:
    """List the links that show this piece to whoever has them; expired ones say so by their time."""
    return Page(items=await queries.list_links(piece_id), next_cursor=None)


@post(
    "/pieces/{piece_id:int}/previews",
    operation_id="share_preview",
    guards=[may(Action.WRITE)],
)
async def share_preview(
    piece_id: FromPath[int],
    data: JSONBody[PreviewLinkIn],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    settings: NamedDependency[Settings],
) -> PreviewLinkMade:
    """Make a link that shows this piece without signing in; its address is in this answer alone."""
    return await service.make_link(piece_id, data, actor=actor, now=now, base_url=settings.base_url)


@delete(
    "/pieces/{piece_id:int}/previews/{link_id:int}",
    operation_id="revoke_preview",
    guards=[may(Action.WRITE)],
)
async def revoke_preview(
    piece_id: FromPath[int],
    link_id: FromPath[int],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> None:
    """Let a link show nothing any more."""
    await service.revoke_link(piece_id, link_id, actor=actor, now=now)


router = Router(path="/", route_handlers=[list_preview_links, share_preview, revoke_preview])
