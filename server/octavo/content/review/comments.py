"""What people say about a piece, or about one passage of it."""

from datetime import datetime
from typing import Any

from msgspec import UNSET

from octavo.accounts import service as accounts
from octavo.accounts.access import Action, can
from octavo.accounts.schemas import Actor
from octavo.content.apart import think
from octavo.content.cursors import id_of
from octavo.content.errors import CommentNotFoundError, ForbiddenReviewError, wrong
from octavo.content.events import (
    CommentAdded,
    CommentChanged,
    CommentDeleted,
    CommentResolved,
)
from octavo.content.review.anchors import Finder, Passage, Spot, neighbourhood
from octavo.content.review.queries import actor_id, body_of, piece_row
from octavo.content.review.rules import principal_of
from octavo.content.review.schemas import (
    PASSAGE_LIMIT,
    Anchor,
    AnchorIn,
    Comment,
    CommentIn,
    CommentPatch,
    Place,
)
from octavo.content.review.tables import CommentRow
from octavo.kernel.db import transaction
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page, encode_cursor
from octavo.kernel.text import clean_text

Row = dict[str, Any]

_COMMENT = (
    CommentRow.id,
    CommentRow.piece_id,
    CommentRow.parent_id,
    CommentRow.principal,
    CommentRow.user_id,
    CommentRow.name,
    CommentRow.body,
    CommentRow.revision_id,
    CommentRow.start,
    CommentRow.stop,
    CommentRow.quote,
    CommentRow.before,
    CommentRow.after,
    CommentRow.resolved_at,
    CommentRow.resolved_by,
    CommentRow.created_at,
    CommentRow.edited_at,
    CommentRow.deleted_at,
)


async def list_comments(
    piece_id: int, *, actor: Actor, cursor: str | None = None, limit: int = 100
) -> Page[Comment]:
    """Answer a page of a piece's comments and answers, oldest first, with where they now stand.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    piece = await piece_row(piece_id)
    query = (
        CommentRow.select(*_COMMENT)
        .where(CommentRow.piece_id == piece_id)
        .order_by(CommentRow.id)
        .limit(limit + 1)
    )
    if cursor:
        query = query.where(CommentRow.id > id_of(cursor))
    rows = await query
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    items = await _located(piece, rows[:limit], actor=actor)
    return Page(items=items, next_cursor=next_cursor)


async def add_comment(
    piece_id: int, data: CommentIn, *, actor: Actor, now: datetime, bus: EventBus
) -> Comment:
    """Store a comment on a piece, a passage of it, or another comment.

    Raises:
        PieceNotFoundError: there is no such piece.
        InvalidContentError: there is no such passage, or no such comment to answer.
    """
    body = _words(data.body)
    async with transaction():
        await piece_row(piece_id)
        if data.parent_id is not None:
            await _check_parent(piece_id, data)
        passage = None if data.anchor is None else await _passage(piece_id, data.anchor)
        rows = await CommentRow.insert(
            CommentRow(
                piece_id=piece_id,
                parent_id=data.parent_id,
                principal=principal_of(actor),
                user_id=actor_id(actor),
                name=actor.name[:120],
                body=body,
                created_at=now,
                **(_anchored(data.anchor, passage) if data.anchor and passage else {}),
            )
        ).returning(CommentRow.id)
        comment_id = rows[0]["id"]
        await bus.announce(
            CommentAdded(
                piece_id=piece_id,
                comment_id=comment_id,
                parent_id=data.parent_id,
                user_id=actor_id(actor),
                name=actor.name,
            )
        )
    return await get_comment(comment_id, actor=actor)


async def get_comment(comment_id: int, *, actor: Actor) -> Comment:
    """Answer one comment.

    Raises:
        CommentNotFoundError: there is none of that id.
    """
    row = await _row(comment_id)
    (comment,) = await _located(await piece_row(row["piece_id"]), [row], actor=actor)
    return comment


async def patch_comment(
    comment_id: int, patch: CommentPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Comment:
    """Put one's own comment into other words; resolve anybody's, or open it again.

    Raises:
        CommentNotFoundError: there is none of that id, or it was deleted.
        ForbiddenReviewError: the words are somebody else's.
        InvalidContentError: an answer is not resolved; the comment it answers is.
    """
    async with transaction():
        row = await _row(comment_id)
        if row["deleted_at"] is not None:
            raise CommentNotFoundError(f"comment {comment_id} was deleted")
        changes: dict[Any, Any] = {}
        if patch.body is not UNSET:
            _check_own(row, actor)
            changes |= {CommentRow.body: _words(patch.body), CommentRow.edited_at: now}
        if patch.resolved is not UNSET:
            changes |= _resolution(row, resolved=patch.resolved, actor=actor, now=now)
        if changes:
            await CommentRow.update(changes).where(CommentRow.id == comment_id)
        await _announce_changes(row, changes, bus=bus)
    return await get_comment(comment_id, actor=actor)


async def delete_comment(comment_id: int, *, actor: Actor, now: datetime, bus: EventBus) -> None:
    """Delete a comment; while answers hang on it, its words alone.

    Raises:
        CommentNotFoundError: there is none of that id.
        ForbiddenReviewError: it is somebody else's, and the actor may not review.
    """
    async with transaction():
        row = await _row(comment_id)
        if not can(actor, Action.REVIEW):
            _check_own(row, actor)
        mine = CommentRow.id == comment_id
        if await CommentRow.exists().where(CommentRow.parent_id == comment_id):
            gone: dict[Any, Any] = {CommentRow.body: "", CommentRow.deleted_at: now}
            await CommentRow.update(gone).where(mine)
        else:
            await CommentRow.delete().where(mine)
        subject = f"piece:{row['piece_id']}"
        detail: dict[str, object] = {"comment_id": comment_id, "name": row["name"]}
        await accounts.record(actor, "comment.deleted", subject=subject, now=now, detail=detail)
        await bus.announce(CommentDeleted(piece_id=row["piece_id"], comment_id=comment_id))


async def _row(comment_id: int) -> Row:
    row = await CommentRow.select(*_COMMENT).where(CommentRow.id == comment_id).first()
    if row is None:
        raise CommentNotFoundError(f"there is no comment {comment_id}")
    return row


async def _check_parent(piece_id: int, data: CommentIn) -> None:
    parent = await (
        CommentRow.select(CommentRow.parent_id)
        .where((CommentRow.id == data.parent_id) & (CommentRow.piece_id == piece_id))
        .first()
    )
    if parent is None:
        msg = f"this piece has no comment {data.parent_id}"
        raise wrong("parent_id", msg, code="unknown")
    if parent["parent_id"] is not None:
        raise wrong("parent_id", "is an answer itself; answer the comment above it")
    if data.anchor is not None:
        raise wrong("anchor", "an answer stands where the comment stands that it answers")


async def _passage(piece_id: int, anchor: AnchorIn) -> Passage:
    body = await body_of(piece_id, anchor.revision_id)
    if body is None:
        msg = f"this piece has no revision {anchor.revision_id}"
        raise wrong("anchor.revision_id", msg, code="unknown")
    if anchor.start >= anchor.end or anchor.end > len(body):
        raise wrong("anchor.end", f"must lie after the start and within {len(body)} characters")
    if anchor.end - anchor.start > PASSAGE_LIMIT:
        raise wrong("anchor.end", f"a passage holds at most {PASSAGE_LIMIT} characters")
    passage = neighbourhood(body, anchor.start, anchor.end)
    if not passage.quote.strip():
        raise wrong("anchor", "holds nothing but space")
    return passage


def _anchored(anchor: AnchorIn, passage: Passage) -> Row:
    return {
        "revision_id": anchor.revision_id,
        "start": anchor.start,
        "stop": anchor.end,
        "quote": passage.quote,
        "before": passage.before,
        "after": passage.after,
    }


def _words(raw: str) -> str:
    body = clean_text(raw, field="body").strip()
    if not body:
        raise wrong("body", "say something", code="required")
    return body


def _check_own(row: Row, actor: Actor) -> None:
    if row["principal"] != principal_of(actor):
        raise ForbiddenReviewError(f"this comment is {row['name']}'s")


def _resolution(row: Row, *, resolved: bool, actor: Actor, now: datetime) -> dict[Any, Any]:
    if row["parent_id"] is not None:
        raise wrong("resolved", "resolve the comment that this one answers")
    if resolved == (row["resolved_at"] is not None):
        return {}
    return {
        CommentRow.resolved_at: now if resolved else None,
        CommentRow.resolved_by: actor.name[:120] if resolved else "",
    }


async def _announce_changes(row: Row, changes: dict[Any, Any], *, bus: EventBus) -> None:
    names: Row = {"piece_id": row["piece_id"], "comment_id": row["id"]}
    if CommentRow.body in changes:
        await bus.announce(CommentChanged(**names))
    if CommentRow.resolved_at in changes:
        is_resolved = changes[CommentRow.resolved_at] is not None
        await bus.announce(CommentResolved(**names, is_resolved=is_resolved))


async def _located(piece: Row, rows: list[Row], *, actor: Actor) -> list[Comment]:
    """Answer the comments with where their passages are in the text as it is now."""
    head = piece["head_revision_id"]
    moved = [row for row in rows if row["revision_id"] not in {None, head}]
    spots: dict[int, Spot | None] = {}
    if moved:
        body = await body_of(piece["id"], head) or ""
        spots = await think(lambda: _find(body, moved))
    return [_comment(row, spots, actor=actor) for row in rows]


def _find(body: str, rows: list[Row]) -> dict[int, Spot | None]:
    finder = Finder(body)
    return {
        row["id"]: finder.find(
            Passage(
                start=row["start"], quote=row["quote"], before=row["before"], after=row["after"]
            )
        )
        for row in rows
    }


def _comment(row: Row, spots: dict[int, Spot | None], *, actor: Actor) -> Comment:
    return Comment(
        **{name: row[name] for name in _AS_STORED},
        anchor=_anchor(row, spots),
        is_resolved=row["resolved_at"] is not None,
        is_deleted=row["deleted_at"] is not None,
        is_own=row["principal"] == principal_of(actor),
    )


_AS_STORED = (
    "id", "piece_id", "parent_id", "user_id", "name", "body", "resolved_at", "resolved_by",
    "created_at", "edited_at",
)  # fmt: skip


def _anchor(row: Row, spots: dict[int, Spot | None]) -> Anchor | None:
    if row["revision_id"] is None:
        return None
    here = Spot(start=row["start"], end=row["stop"], found="exact")
    spot = spots.get(row["id"]) if row["id"] in spots else here
    return Anchor(
        revision_id=row["revision_id"],
        start=row["start"],
        end=row["stop"],
        quote=row["quote"],
        found="lost" if spot is None else spot.found,
        place=None if spot is None else Place(start=spot.start, end=spot.end),
    )
