"""Asking for reviews and giving them.

Each verb is one transaction that holds the piece's row, so that of two last approvals one is last.
"""

from datetime import datetime
from typing import Any

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.access import Action, can
from octavo.accounts.schemas import Actor
from octavo.content.events import PieceMoved, ReviewersChanged, ReviewGiven, ReviewRequested
from octavo.content.moves import move_judged
from octavo.content.review import queries, rules
from octavo.content.review.queries import actor_id, get_review, piece_row
from octavo.content.review.schemas import Review, ReviewersIn, VerdictIn
from octavo.content.review.tables import ReviewerRow, VerdictRow
from octavo.content.tables import PieceRow
from octavo.content.timing import check_fresh, is_own
from octavo.kernel.db import transaction
from octavo.kernel.events import EventBus
from octavo.kernel.text import clean_text

__all__ = ["assign_reviewers", "give_verdict", "on_piece_moved"]


async def assign_reviewers(
    piece_id: int, data: ReviewersIn, *, actor: Actor, now: datetime, bus: EventBus
) -> Review:
    """Make these the reviewers of a piece that is still at `data.version`; moves the version on.

    Raises:
        PieceNotFoundError: there is no such piece.
        StalePieceError: it moved on; carries `current`.
        ForbiddenReviewError: the actor may not say who reviews it.
        NotReviewableError: it was judged already.
        InvalidContentError: one of them cannot review it.
    """
    wanted = list(dict.fromkeys(data.reviewer_ids))
    async with transaction():
        piece = await _held(piece_id, data.version)
        before = await queries.reviewer_ids(piece_id)
        added = [user_id for user_id in wanted if user_id not in before]
        removed = [user_id for user_id in before if user_id not in wanted]
        own = await is_own(piece, actor)
        rules.check_assign(piece["status"], actor=actor, own=own, removes=bool(removed))
        await _check_reviewers(piece, added)
        if added or removed:
            await _store_reviewers(piece, added, removed, now=now)
            detail: dict[str, object] = {"reviewer_ids": wanted}
            subject = f"piece:{piece_id}"
            await accounts.record(actor, "review.assigned", subject=subject, now=now, detail=detail)
            await bus.announce(ReviewersChanged(piece_id=piece_id, reviewer_ids=tuple(wanted)))
        if added and piece["status"] == "in_review":
            await bus.announce(ReviewRequested(piece_id=piece_id, reviewer_ids=tuple(added)))
    return await get_review(piece_id, actor=actor)


async def give_verdict(
    piece_id: int, data: VerdictIn, *, actor: Actor, now: datetime, bus: EventBus
) -> Review:
    """Judge the text of a piece that is still at `data.version`.

    Asking for changes moves it back to draft; the last approval that is needed approves it.

    Raises:
        PieceNotFoundError: there is no such piece.
        StalePieceError: it moved on; carries `current`.
        ForbiddenReviewError: the actor is no reviewer of it.
        NotReviewableError: it is not in review.
        InvalidContentError: changes are asked for, but not which.
    """
    comment = clean_text(data.comment, field="comment").strip()
    async with transaction():
        piece = await _held(piece_id, data.version)
        own = await is_own(piece, actor)
        assigned = actor_id(actor) in await queries.reviewer_ids(piece_id)
        rules.check_verdict(
            piece["status"], data.verdict, comment, actor=actor, own=own, assigned=assigned
        )
        head = piece["head_revision_id"]
        await _store_verdict(piece_id, head, data.verdict, comment, actor=actor, now=now)
        action, subject = f"review.{data.verdict}", f"piece:{piece_id}"
        detail: dict[str, object] = {"revision_id": head}
        await accounts.record(actor, action, subject=subject, now=now, detail=detail)
        await bus.announce(
            ReviewGiven(
                piece_id=piece_id,
                revision_id=head,
                verdict=data.verdict,
                user_id=actor_id(actor),
                name=actor.name,
            )
        )
        await _follow(piece, data, actor=actor, now=now, bus=bus)
    return await get_review(piece_id, actor=actor)


def on_piece_moved(bus: EventBus) -> Any:
    """Make the subscriber that tells who is to review a piece that came into review."""

    async def subscriber(event: PieceMoved) -> None:
        if event.after != "in_review":
            return
        reviewers = await queries.reviewer_ids(event.piece_id)
        await bus.announce(ReviewRequested(piece_id=event.piece_id, reviewer_ids=tuple(reviewers)))

    return subscriber


async def _follow(
    piece: dict[str, Any], data: VerdictIn, *, actor: Actor, now: datetime, bus: EventBus
) -> None:
    """Move the piece where its reviewers now want it, if anywhere."""
    head, version = piece["head_revision_id"], piece["version"]
    if data.verdict == "request_changes":
        await move_judged(piece["id"], "draft", version=version, actor=actor, now=now, bus=bus)
        return
    needed, judgements = await queries.standing_inputs(piece["id"], head=head)
    if rules.standing_of(needed, judgements) == "approved":
        await move_judged(piece["id"], "approved", version=version, actor=actor, now=now, bus=bus)


async def _held(piece_id: int, version: int) -> dict[str, Any]:
    """Answer the piece, which nobody else changes until the transaction ends."""
    held = await (
        PieceRow.update({PieceRow.version: version})
        .where((PieceRow.id == piece_id) & (PieceRow.version == version))
        .returning(PieceRow.id)
    )
    piece = await piece_row(piece_id)
    await check_fresh(piece_id, version, fresh=bool(held))
    return piece


async def _check_reviewers(piece: dict[str, Any], user_ids: list[int]) -> None:
    people = {user.id: user for user in await accounts_q.list_users()}
    for user_id in user_ids:
        user = people.get(user_id)
        own = user is not None and await is_own(
            piece, Actor(kind="user", id=user_id, name=user.name, role=user.role)
        )
        rules.check_reviewer(user, user_id, own=own)


async def _store_reviewers(
    piece: dict[str, Any], added: list[int], removed: list[int], *, now: datetime
) -> None:
    piece_id = piece["id"]
    if removed:
        await ReviewerRow.delete().where(
            (ReviewerRow.piece_id == piece_id) & ReviewerRow.user_id.is_in(removed)
        )
    if added:
        rows = [ReviewerRow(piece_id=piece_id, user_id=who, created_at=now) for who in added]
        await ReviewerRow.insert(*rows)
    await PieceRow.update({PieceRow.version: piece["version"] + 1}).where(PieceRow.id == piece_id)


async def _store_verdict(
    piece_id: int, head: int, verdict: str, comment: str, *, actor: Actor, now: datetime
) -> None:
    await VerdictRow.insert(
        VerdictRow(
            piece_id=piece_id,
            revision_id=head,
            principal=rules.principal_of(actor),
            user_id=actor_id(actor),
            name=actor.name[:120],
            may_review=can(actor, Action.REVIEW),
            verdict=verdict,
            comment=comment,
            created_at=now,
        )
    )
