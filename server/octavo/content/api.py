"""The HTTP face of content: pieces, revisions, moves, tags, redirects; routers of the rest."""

from datetime import date, datetime
from typing import Annotated, get_args

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.content import listing, queries, redirects, service, tags
from octavo.content.answers import with_current_url as _with_current_url
from octavo.content.answers import with_url as _with_url
from octavo.content.author_api import router as authors_router
from octavo.content.bulk.api import router as bulk_router
from octavo.content.errors import StalePieceError, wrong
from octavo.content.exporters.runs.api import router as exports_router
from octavo.content.importers.runs.api import router as imports_router
from octavo.content.media.api import router as media_router
from octavo.content.plan_api import router as plan_router
from octavo.content.review.api import router as review_router
from octavo.content.review.revisions import add_merge
from octavo.content.schemas import (
    Kind,
    Piece,
    PieceFilter,
    PieceIn,
    PiecePatch,
    PieceSummary,
    RedirectIn,
    Revision,
    RevisionSummary,
    SortBy,
    Status,
    StoredRedirect,
    Tag,
    TagIn,
    TagMerge,
    TagPatch,
    Transition,
    TranslationIn,
)
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import IdFilter, Limit
from octavo.kernel.settings import Settings


@get("/pieces", operation_id="list_pieces", guards=[may(Action.READ)])
async def list_pieces(
    settings: NamedDependency[Settings],
    *,
    kind: FromQuery[str | None] = None,
    status: FromQuery[str | None] = None,
    campaign: IdFilter = None,
    tag: FromQuery[str | None] = None,
    author: FromQuery[str | None] = None,
    series: FromQuery[str | None] = None,
    language: FromQuery[str | None] = None,
    translated: FromQuery[bool | None] = None,
    day_from: Annotated[date | None, QueryParameter(name="from")] = None,
    day_to: Annotated[date | None, QueryParameter(name="to")] = None,
    q: FromQuery[str] = "",
    sort: FromQuery[SortBy] = "-updated_at",
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[PieceSummary]:
    """Answer pieces without their texts. `kind` and `status` take several, with commas between.

    `from` and `to` are days, both included, of a piece's place in the plan: when it was published,
    else is scheduled, else is planned, else was made. Of the organisation's own `language` are those
    without one, too; `translated=false` finds those that stand in one language alone.
    """
    wanted = PieceFilter(
        kinds=_several(kind, known=get_args(Kind), field="kind"),
        statuses=_several(status, known=get_args(Status), field="status"),
        campaign_id=campaign,
        tag=tag,
        author=author,
        series=series,
        language=language,
        translated=translated,
        day_from=day_from,
        day_to=day_to,
        q=q,
    )
    page = await listing.list_pieces(wanted, sort=sort, cursor=cursor, limit=limit)
    items = [_with_url(item, settings) for item in page.items]
    return Page(items=items, next_cursor=page.next_cursor)


@post("/pieces", operation_id="create_piece", guards=[may(Action.WRITE)])
async def create_piece(
    data: JSONBody[PieceIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Piece:
    """Add a piece to the plan."""
    return _with_url(await service.create_piece(data, actor=actor, now=now, bus=bus), settings)


@get("/pieces/{piece_id:int}", operation_id="get_piece", guards=[may(Action.READ)])
async def get_piece(piece_id: FromPath[int], settings: NamedDependency[Settings]) -> Piece:
    """Answer a piece as its writers see it."""
    return _with_url(await queries.get_piece(piece_id), settings)


@patch("/pieces/{piece_id:int}", operation_id="patch_piece", guards=[may(Action.WRITE)])
async def patch_piece(
    piece_id: FromPath[int],
    *,
    data: JSONBody[PiecePatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Piece:
    """Change a piece; send the `version` that was read. Readers see it once it is published.

    When it moved on, the 409 has it as `current`, and in `merge` both changes in one.
    """
    try:
        piece = await service.patch_piece(piece_id, data, actor=actor, now=now, bus=bus)
    except StalePieceError as exc:
        raise _with_current_url(await add_merge(exc, data), settings) from exc
    return _with_url(piece, settings)


@post(
    "/pieces/{piece_id:int}/translations",
    operation_id="translate_piece",
    guards=[may(Action.WRITE)],
)
async def translate_piece(
    piece_id: FromPath[int],
    *,
    data: JSONBody[TranslationIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Piece:
    """Make a draft in another language that begins with what this piece says."""
    made = await service.translate_piece(piece_id, data.language, actor=actor, now=now, bus=bus)
    return _with_url(made, settings)


@delete(
    "/pieces/{piece_id:int}",
    operation_id="delete_piece",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.WRITE)],
)
async def delete_piece(
    piece_id: FromPath[int],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> None:
    """Delete a piece that readers do not see; others are archived."""
    await service.delete_piece(piece_id, actor=actor, now=now, bus=bus)


@post(
    "/pieces/{piece_id:int}/transitions",
    operation_id="transition_piece",
    status_code=HTTP_200_OK,
    guards=[may(Action.WRITE)],
)
async def transition_piece(
    piece_id: FromPath[int],
    *,
    data: JSONBody[Transition],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Piece:
    """Move a piece to another state: review, approve, schedule, publish, archive."""
    try:
        piece = await service.transition_piece(piece_id, data, actor=actor, now=now, bus=bus)
    except StalePieceError as exc:
        raise _with_current_url(exc, settings) from exc
    return _with_url(piece, settings)


@get("/pieces/{piece_id:int}/transitions", operation_id="list_moves", guards=[may(Action.READ)])
async def list_moves(piece_id: FromPath[int], actor: NamedDependency[Actor]) -> list[Status]:
    """Answer the states that this actor may move the piece to."""
    return await service.allowed_moves(piece_id, actor=actor)


@get("/pieces/{piece_id:int}/revisions", operation_id="list_revisions", guards=[may(Action.READ)])
async def list_revisions(
    piece_id: FromPath[int],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[RevisionSummary]:
    """Answer the saved versions of a piece without their texts, newest first."""
    return await queries.list_revisions(piece_id, cursor=cursor, limit=limit)


@get(
    "/pieces/{piece_id:int}/revisions/{revision_id:int}",
    operation_id="get_revision",
    guards=[may(Action.READ)],
)
async def get_revision(piece_id: FromPath[int], revision_id: FromPath[int]) -> Revision:
    """Answer one saved version with its text."""
    return await queries.get_revision(piece_id, revision_id)


@get("/tags", operation_id="list_tags", guards=[may(Action.READ)])
async def list_tags(
    q: FromQuery[str] = "",
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[Tag]:
    """Answer the tags, newest first."""
    return await tags.list_tags(q=q, cursor=cursor, limit=limit)


@post("/tags", operation_id="create_tag", guards=[may(Action.WRITE)])
async def create_tag(
    data: JSONBody[TagIn],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Tag:
    """Add a tag."""
    return await tags.create_tag(data, actor=actor, now=now, bus=bus)


@get("/tags/{tag_id:int}", operation_id="get_tag", guards=[may(Action.READ)])
async def get_tag(tag_id: FromPath[int]) -> Tag:
    """Answer one tag."""
    return await tags.get_tag(tag_id)


@patch("/tags/{tag_id:int}", operation_id="patch_tag", guards=[may(Action.REVIEW)])
async def patch_tag(
    tag_id: FromPath[int],
    data: JSONBody[TagPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Tag:
    """Rename a tag on every piece that has it."""
    return await tags.patch_tag(tag_id, data, actor=actor, now=now, bus=bus)


@delete(
    "/tags/{tag_id:int}",
    operation_id="delete_tag",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.REVIEW)],
)
async def delete_tag(
    tag_id: FromPath[int],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> None:
    """Take a tag off every piece and delete it."""
    await tags.delete_tag(tag_id, actor=actor, now=now, bus=bus)


@post(
    "/tags/{tag_id:int}/merge",
    operation_id="merge_tag",
    status_code=HTTP_200_OK,
    guards=[may(Action.REVIEW)],
)
async def merge_tag(
    tag_id: FromPath[int],
    data: JSONBody[TagMerge],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Tag:
    """Put another tag in the place of this one on every piece, and delete this one."""
    return await tags.merge_tag(tag_id, into=data.into, actor=actor, now=now, bus=bus)


@get("/redirects", operation_id="list_redirects", guards=[may(Action.READ)])
async def list_redirects(
    q: FromQuery[str] = "",
    piece: IdFilter = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[StoredRedirect]:
    """Answer the redirects, newest first; `q` finds them by a part of the old address or of the new one."""
    return await redirects.list_redirects(q=q, piece_id=piece, cursor=cursor, limit=limit)


@post("/redirects", operation_id="create_redirect", guards=[may(Action.REVIEW)])
async def create_redirect(
    data: JSONBody[RedirectIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> StoredRedirect:
    """Lead an old address to a piece or to a fixed target."""
    return await redirects.create_redirect(data, actor=actor, now=now, bus=bus)


@delete(
    "/redirects/{redirect_id:int}",
    operation_id="delete_redirect",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.REVIEW)],
)
async def delete_redirect(
    redirect_id: FromPath[int],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> None:
    """Let an old address lead nowhere."""
    await redirects.delete_redirect(redirect_id, actor=actor, now=now, bus=bus)


def _several(raw: str | None, *, known: tuple[str, ...], field: str) -> tuple[str, ...]:
    if not raw:
        return ()
    values = tuple(part.strip() for part in raw.split(",") if part.strip())
    unknown = [value for value in values if value not in known]
    if unknown:
        raise wrong(field, f"{unknown[0]!r} is none of: {', '.join(known)}", code="unknown")
    return values


router = Router(
    path="/",
    tags=["content"],
    route_handlers=[
        list_pieces,
        create_piece,
        get_piece,
        patch_piece,
        translate_piece,
        delete_piece,
        transition_piece,
        list_moves,
        list_revisions,
        get_revision,
        list_tags,
        create_tag,
        get_tag,
        patch_tag,
        delete_tag,
        merge_tag,
        authors_router,
        media_router,
        list_redirects,
        create_redirect,
        delete_redirect,
        plan_router,
        review_router,
        bulk_router,
        imports_router,
        exports_router,
    ],
)
