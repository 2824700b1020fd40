"""What state an item of WordPress comes to be in."""

from datetime import datetime

from octavo.content.importers.found import SkippedError
from octavo.content.importers.wordpress.reader import Row

__all__ = ["check_taken", "state_at"]

_STATES = {"draft": "draft", "pending": "in_review", "private": "draft"}
_NOT_TAKEN = {"trash": "is in the trash", "auto-draft": "was never saved"}


def check_taken(row: Row) -> None:
    """Pass if it is something that its writer kept.

    Raises:
        SkippedError: it was thrown away, or never saved.
    """
    state = row.text("status").lower()
    if state in _NOT_TAKEN:
        raise SkippedError(_NOT_TAKEN[state])


def state_at(
    row: Row, published_at: datetime | None, *, now: datetime, warnings: list[str]
) -> str | None:
    """Answer the state whatever the date; a draft where going by the date would surprise."""
    state = row.text("status").lower()
    status = _state(row, state, warnings=warnings)
    if status is None and published_at is None:
        status = "draft"
        warnings.append("has no date that can be read: taken as a draft")
    if state == "future" and published_at is not None and published_at <= now:
        status = "draft"  # nothing goes live by surprise
        warnings.append("was scheduled for a time that has passed: taken as a draft")
    return status


def _state(row: Row, state: str, *, warnings: list[str]) -> str | None:
    if row.text("post_password"):
        warnings.append("is protected by a password, which is not kept: taken as a draft")
        return "draft"
    if state == "private":
        warnings.append("is private: taken as a draft")
    elif state not in {"publish", "future", *_STATES}:
        if state:
            warnings.append(f"has the state {state[:40]!r}: taken as a draft")
            return "draft"
        return None
    return _STATES.get(state)
