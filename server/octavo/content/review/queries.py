"""Reads of reviews. Rows in, Structs out."""

from typing import Any

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.accounts.schemas import Actor, User
from octavo.content import queries
from octavo.content.cursors import id_of
from octavo.content.errors import PieceNotFoundError
from octavo.content.review import rules
from octavo.content.review.schemas import Review, Reviewer, Verdict
from octavo.content.review.tables import ReviewerRow, VerdictRow
from octavo.content.schemas import PieceSummary
from octavo.content.tables import PieceRow, RevisionRow
from octavo.content.timing import is_own
from octavo.kernel.db import fetch
from octavo.kernel.pagination import Page, encode_cursor

Row = dict[str, Any]

_HISTORY = 100
_VERDICT = (
    VerdictRow.id,
    VerdictRow.revision_id,
    VerdictRow.principal,
    VerdictRow.user_id,
    VerdictRow.name,
    VerdictRow.may_review,
    VerdictRow.verdict,
    VerdictRow.comment,
    VerdictRow.created_at,
)


async def get_review(piece_id: int, *, actor: Actor) -> Review:
    """Answer where the review of a piece stands.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    piece = await piece_row(piece_id)
    own = await is_own(piece, actor)
    assigned = await reviewer_ids(piece_id)
    verdicts = await _verdicts(piece_id)
    people = {user.id: user for user in await accounts_q.list_users()}
    head = piece["head_revision_id"]
    last = _last(verdicts)
    reviewers = _asked(assigned, people, last, head) + [
        _reviewer(None, row, head=head, assigned=False)
        for principal, row in last.items()
        if principal not in {f"user:{user_id}" for user_id in assigned}
    ]
    standing = rules.standing_of(needed_of(assigned, people), judgements(last, head=head))
    missing = [one.name for one in reviewers if _is_missing(one)]
    return Review(
        piece_id=piece_id,
        version=piece["version"],
        status=piece["status"],
        revision_id=head,
        standing=standing,
        waits_for=rules.waits_for(standing, missing=missing),
        reviewers=await _numbered(reviewers),
        verdicts=[_verdict(row, head=head) for row in verdicts],
        may_judge=rules.may_judge(actor, own=own, assigned=actor_id(actor) in assigned),
        may_assign=rules.may_assign(actor, own=own),
    )


async def list_waiting(
    *, actor: Actor, cursor: str | None = None, limit: int = 20
) -> Page[PieceSummary]:
    """Answer pieces in review that wait for the actor's verdict, newest first."""
    rows = await fetch(
        "SELECT piece.id AS id FROM piece"
        " JOIN piece_reviewer ON piece_reviewer.piece_id = piece.id"
        " WHERE piece_reviewer.user_id = {} AND piece.status = 'in_review' AND piece.id < {}"
        " AND NOT EXISTS (SELECT 1 FROM piece_verdict WHERE piece_verdict.piece_id = piece.id"
        " AND piece_verdict.revision_id = piece.head_revision_id"
        " AND piece_verdict.principal = {})"
        " ORDER BY piece.id DESC LIMIT {}",
        actor_id(actor) or 0,
        id_of(cursor) if cursor else 2**31 - 1,
        rules.principal_of(actor),
        limit + 1,
    )
    ids = [int(row["id"]) for row in rows[:limit]]
    named = await queries.pieces_named(ids)
    next_cursor = encode_cursor((ids[-1],)) if len(rows) > limit else None
    return Page(items=[named[i] for i in ids if i in named], next_cursor=next_cursor)


async def piece_row(piece_id: int) -> Row:
    """Answer what reviews need of a piece.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    row = await (
        PieceRow.select(
            PieceRow.id,
            PieceRow.status,
            PieceRow.version,
            PieceRow.head_revision_id,
            PieceRow.created_by,
        )
        .where(PieceRow.id == piece_id)
        .first()
    )
    if row is None:
        raise PieceNotFoundError(f"there is no piece {piece_id}")
    return row


async def body_of(piece_id: int, revision_id: int) -> str | None:
    """Answer the body of a revision of this piece, or None."""
    row = await (
        RevisionRow.select(RevisionRow.body)
        .where((RevisionRow.id == revision_id) & (RevisionRow.piece_id == piece_id))
        .first()
    )
    return None if row is None else str(row["body"])


async def reviewer_ids(piece_id: int) -> list[int]:
    """Answer who was asked to review a piece, in the order in which they were."""
    rows = await (
        ReviewerRow.select(ReviewerRow.user_id)
        .where(ReviewerRow.piece_id == piece_id)
        .order_by(ReviewerRow.id)
    )
    return [row["user_id"] for row in rows]


async def standing_inputs(piece_id: int, *, head: int) -> tuple[set[str], list[rules.Judgement]]:
    """Answer whose approval is needed, and the last word of each person."""
    people = {user.id: user for user in await accounts_q.list_users()}
    needed = needed_of(await reviewer_ids(piece_id), people)
    return needed, judgements(_last(await _verdicts(piece_id)), head=head)


def needed_of(assigned: list[int], people: dict[int, User]) -> set[str]:
    """Answer the principals of those who can still answer: nobody waits for a shut account."""
    active = (user_id for user_id in assigned if user_id in people and people[user_id].is_active)
    return {f"user:{user_id}" for user_id in active}


def judgements(last: dict[str, Row], *, head: int) -> list[rules.Judgement]:
    """Answer the last word of each person as the rules take it."""
    return [
        rules.Judgement(
            principal=principal,
            verdict=row["verdict"],
            is_fresh=row["revision_id"] == head,
            may_review=row["may_review"],
        )
        for principal, row in last.items()
    ]


def actor_id(actor: Actor) -> int | None:
    """Answer the id of the user who acts, None for keys and for Octavo itself."""
    return actor.id if actor.kind == "user" else None


async def _verdicts(piece_id: int) -> list[Row]:
    return await (
        VerdictRow.select(*_VERDICT)
        .where(VerdictRow.piece_id == piece_id)
        .order_by(VerdictRow.id, ascending=False)
        .limit(_HISTORY)
    )


def _last(verdicts: list[Row]) -> dict[str, Row]:
    """Answer principal -> their last verdict; the newest come first."""
    last: dict[str, Row] = {}
    for row in verdicts:
        last.setdefault(row["principal"], row)
    return last


def _asked(
    assigned: list[int], people: dict[int, User], last: dict[str, Row], head: int
) -> list[Reviewer]:
    return [
        _reviewer(people[user_id], last.get(f"user:{user_id}"), head=head, assigned=True)
        for user_id in assigned
        if user_id in people
    ]


def _reviewer(user: User | None, row: Row | None, *, head: int, assigned: bool) -> Reviewer:
    said = row or {}
    return Reviewer(
        user_id=user.id if user else said.get("user_id"),
        name=user.name if user else said.get("name", ""),
        role=user.role if user else None,
        is_assigned=assigned,
        is_active=user.is_active if user else True,
        verdict=said.get("verdict"),
        comment=said.get("comment", ""),
        revision_id=said.get("revision_id"),
        number=None,
        given_at=said.get("created_at"),
        is_stale=bool(said) and said["revision_id"] != head,
    )


def _is_missing(reviewer: Reviewer) -> bool:
    approved = reviewer.verdict == "approve" and not reviewer.is_stale
    return reviewer.is_assigned and reviewer.is_active and not approved


async def _numbered(reviewers: list[Reviewer]) -> list[Reviewer]:
    """Answer the reviewers with the version that the judged revision was."""
    ids = {one.revision_id for one in reviewers if one.revision_id is not None}
    if not ids:
        return reviewers
    rows = await RevisionRow.select(RevisionRow.id, RevisionRow.number).where(
        RevisionRow.id.is_in(sorted(ids))
    )
    numbers = {row["id"]: row["number"] for row in rows}
    return [_with_number(one, numbers) for one in reviewers]


def _with_number(reviewer: Reviewer, numbers: dict[int, int]) -> Reviewer:
    return msgspec.structs.replace(reviewer, number=numbers.get(reviewer.revision_id or 0))


def _verdict(row: Row, *, head: int) -> Verdict:
    return Verdict(
        id=row["id"],
        user_id=row["user_id"],
        name=row["name"],
        verdict=row["verdict"],
        comment=row["comment"],
        revision_id=row["revision_id"],
        given_at=row["created_at"],
        is_stale=row["revision_id"] != head,
    )
