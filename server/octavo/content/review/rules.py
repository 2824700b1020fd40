"""Decisions about reviews. All pure. `docs/roles.md` says the same in words."""

from collections.abc import Collection, Sequence

import msgspec

from octavo.accounts.access import Action, can
from octavo.accounts.schemas import Actor, User
from octavo.content.errors import ForbiddenReviewError, NotReviewableError, wrong
from octavo.content.review.schemas import Opinion, Standing
from octavo.content.schemas import Status

ASSIGNABLE: frozenset[Status] = frozenset({"idea", "draft", "in_review"})


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The last word of one person. `is_fresh` = about the text as it is."""

    principal: str
    verdict: Opinion
    is_fresh: bool
    may_review: bool


def principal_of(actor: Actor) -> str:
    """Name whoever acts, people and keys apart."""
    return f"{actor.kind}:{actor.id}"


def check_assign(status: Status, *, actor: Actor, own: bool, removes: bool) -> None:
    """Pass if the actor may say who reviews a piece.

    Its author may ask for reviewers, but only who may review takes one off again: else a piece
    could be freed of the one who would say no.

    Raises:
        ForbiddenReviewError: they may not.
        NotReviewableError: it was judged already, or is put away.
    """
    if not may_assign(actor, own=own):
        raise ForbiddenReviewError("only its author or an editor may ask for reviewers")
    if removes and not can(actor, Action.REVIEW):
        raise ForbiddenReviewError("only an editor may take a reviewer off a piece")
    if status not in ASSIGNABLE:
        words = status.replace("_", " ")
        raise NotReviewableError(f"this piece is {words}: move it back to draft first")


def may_assign(actor: Actor, *, own: bool) -> bool:
    """Say whether the actor may ask for reviewers."""
    return can(actor, Action.REVIEW) or (own and can(actor, Action.WRITE))


def check_reviewer(user: User | None, user_id: int, *, own: bool) -> None:
    """Pass if this person can review a piece that is their own or not.

    Raises:
        InvalidContentError: they cannot.
    """
    if user is None or not user.is_active:
        raise wrong("reviewer_ids", f"there is no active user {user_id}", code="unknown")
    actor = Actor(kind="user", id=user.id, name=user.name, role=user.role)
    if not can(actor, Action.READ):
        raise wrong("reviewer_ids", f"{user.name} may not read drafts", code="forbidden")
    if own and not can(actor, Action.REVIEW):
        raise wrong("reviewer_ids", f"{user.name} cannot review their own piece", code="own")


def may_judge(actor: Actor, *, own: bool, assigned: bool) -> bool:
    """Say whether the actor's verdict on a piece counts."""
    return can(actor, Action.REVIEW) or (assigned and not own and can(actor, Action.READ))


def check_verdict(
    status: Status, verdict: Opinion, comment: str, *, actor: Actor, own: bool, assigned: bool
) -> None:
    """Pass if the actor may give this verdict on a piece in this state.

    Raises:
        ForbiddenReviewError: they are no reviewer of it.
        NotReviewableError: it is not in review.
        InvalidContentError: changes are asked for, but not which.
    """
    if not may_judge(actor, own=own, assigned=assigned):
        raise ForbiddenReviewError("only an assigned reviewer or an editor may judge this piece")
    if status != "in_review":
        raise NotReviewableError(f"this piece is {status.replace('_', ' ')}, not in review")
    if verdict == "request_changes" and not comment.strip():
        raise wrong("comment", "say what should be changed", code="required")


def standing_of(needed: Collection[str], judgements: Sequence[Judgement]) -> Standing:
    """Answer where a review stands.

    It takes the approval of everybody who is needed, and of one whose role may review: a piece is
    not approved by colleagues of its author alone.

    Args:
        needed: principals of the assigned reviewers who can still answer.
        judgements: the last word of each person.
    """
    fresh = [judgement for judgement in judgements if judgement.is_fresh]
    if any(judgement.verdict == "request_changes" for judgement in fresh):
        return "changes_requested"
    if not needed and not judgements:
        return "none"
    approved = {judgement.principal for judgement in fresh}
    if set(needed) <= approved and any(judgement.may_review for judgement in fresh):
        return "approved"
    return "waiting"


def waits_for(standing: Standing, *, missing: Sequence[str]) -> str:
    """Answer what is missing, for people. `missing` = names of who has not approved this text."""
    if standing == "changes_requested":
        return "changes were asked for"
    if standing != "waiting":
        return ""
    if not missing:
        return "waits for the approval of an editor or owner"
    return f"waits for {', '.join(missing)}"
