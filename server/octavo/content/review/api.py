"""The HTTP face of reviews, comments, presence, and of revisions against each other."""

from datetime import datetime
from typing import Annotated

from litestar import Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.content.answers import with_current_url, with_url
from octavo.content.errors import StalePieceError
from octavo.content.review import comments, presence, queries, revisions, service
from octavo.content.review.schemas import (
    Comment,
    CommentIn,
    CommentPatch,
    Comparison,
    Presence,
    RestoreIn,
    Review,
    ReviewersIn,
    VerdictIn,
)
from octavo.content.schemas import Piece, PieceSummary
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit
from octavo.kernel.settings import Settings


@get("/pieces/{piece_id:int}/review", operation_id="get_review", guards=[may(Action.READ)])
async def get_review(piece_id: FromPath[int], actor: NamedDependency[Actor]) -> Review:
    """Answer who reviews a piece, what they said, and what is still missing."""
    return await queries.get_review(piece_id, actor=actor)


@put("/pieces/{piece_id:int}/review", operation_id="assign_reviewers", guards=[may(Action.WRITE)])
async def assign_reviewers(
    piece_id: FromPath[int],
    *,
    data: JSONBody[ReviewersIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Review:
    """Say who is to review a piece; all of them at once. Moves its version on."""
    try:
        return await service.assign_reviewers(piece_id, data, actor=actor, now=now, bus=bus)
    except StalePieceError as exc:
        raise with_current_url(exc, settings) from exc


@post(
    "/pieces/{piece_id:int}/review/verdicts",
    operation_id="give_verdict",
    guards=[may(Action.READ)],
)
async def give_verdict(
    piece_id: FromPath[int],
    *,
    data: JSONBody[VerdictIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Review:
    """Approve the text at `version`, or ask for changes; the last needed approval approves it."""
    try:
        return await service.give_verdict(piece_id, data, actor=actor, now=now, bus=bus)
    except StalePieceError as exc:
        raise with_current_url(exc, settings) from exc


@get("/reviews", operation_id="list_reviews", guards=[may(Action.READ)])
async def list_reviews(
    actor: NamedDependency[Actor],
    settings: NamedDependency[Settings],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[PieceSummary]:
    """Answer the pieces that wait for the verdict of whoever asks, newest first."""
    page = await queries.list_waiting(actor=actor, cursor=cursor, limit=limit)
    items = [with_url(item, settings) for item in page.items]
    return Page(items=items, next_cursor=page.next_cursor)


@get("/pieces/{piece_id:int}/comments", operation_id="list_comments", guards=[may(Action.READ)])
async def list_comments(
    piece_id: FromPath[int],
    actor: NamedDependency[Actor],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 100,
) -> Page[Comment]:
    """Answer comments and answers, oldest first, with where their passages are now."""
    return await comments.list_comments(piece_id, actor=actor, cursor=cursor, limit=limit)


@post("/pieces/{piece_id:int}/comments", operation_id="add_comment", guards=[may(Action.READ)])
async def add_comment(
    piece_id: FromPath[int],
    data: JSONBody[CommentIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Comment:
    """Comment on a piece, on a passage of one of its revisions, or answer a comment."""
    return await comments.add_comment(piece_id, data, actor=actor, now=now, bus=bus)


@patch("/comments/{comment_id:int}", operation_id="patch_comment", guards=[may(Action.READ)])
async def patch_comment(
    comment_id: FromPath[int],
    data: JSONBody[CommentPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Comment:
    """Reword one's own comment; resolve anybody's, or open it again."""
    return await comments.patch_comment(comment_id, data, actor=actor, now=now, bus=bus)


@delete(
    "/comments/{comment_id:int}",
    operation_id="delete_comment",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.READ)],
)
async def delete_comment(
    comment_id: FromPath[int],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> None:
    """Delete one's own comment; editors and owners delete anybody's."""
    await comments.delete_comment(comment_id, actor=actor, now=now, bus=bus)


@put("/pieces/{piece_id:int}/presence", operation_id="show_presence", guards=[may(Action.READ)])
async def show_presence(
    piece_id: FromPath[int], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Presence:
    """Say that one has a piece open, again within a minute; answers who else has."""
    return await presence.show_presence(piece_id, actor=actor, now=now)


@delete(
    "/pieces/{piece_id:int}/presence",
    operation_id="leave_piece",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.READ)],
)
async def leave_piece(piece_id: FromPath[int], actor: NamedDependency[Actor]) -> None:
    """Say that one closed a piece."""
    await presence.leave_piece(piece_id, actor=actor)


@get("/pieces/{piece_id:int}/compare", operation_id="compare_revisions", guards=[may(Action.READ)])
async def compare_revisions(
    piece_id: FromPath[int],
    from_id: Annotated[int, QueryParameter(name="from", ge=1, le=2**31 - 1)],
    to_id: Annotated[int, QueryParameter(name="to", ge=1, le=2**31 - 1)],
) -> Comparison:
    """Answer what changed between two revisions, field by field and word by word."""
    return await revisions.compare_revisions(piece_id, from_id, to_id)


@post(
    "/pieces/{piece_id:int}/restore",
    operation_id="restore_revision",
    status_code=HTTP_200_OK,
    guards=[may(Action.WRITE)],
)
async def restore_revision(
    piece_id: FromPath[int],
    *,
    data: JSONBody[RestoreIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Piece:
    """Bring back the words of an older revision as a new one."""
    try:
        piece = await revisions.restore_revision(piece_id, data, actor=actor, now=now, bus=bus)
    except StalePieceError as exc:
        raise with_current_url(exc, settings) from exc
    return with_url(piece, settings)


router = Router(
    path="/",
    tags=["reviews"],
    route_handlers=[
        get_review,
        assign_reviewers,
        give_verdict,
        list_reviews,
        list_comments,
        add_comment,
        patch_comment,
        delete_comment,
        show_presence,
        leave_piece,
        compare_revisions,
        restore_revision,
    ],
)
