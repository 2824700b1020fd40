"""What is kept of each attempt: when it began, and what came of it."""

from datetime import datetime
from typing import Any, Final

from piccolo.columns import Column

from octavo.distribution.schemas import Phase
from octavo.distribution.tables import AttemptRow
from octavo.sdk import AdapterError, NotFound, Pending, Published, Undecidable

__all__ = ["Outcome", "begin", "end", "note"]

Outcome = AdapterError | Published | Pending | NotFound | Undecidable
_DETAIL: Final = 500


async def begin(delivery_id: int, phase: Phase, *, now: datetime) -> int:
    """Keep that an attempt begins; answer its id."""
    rows = await AttemptRow.insert(
        AttemptRow(delivery_id=delivery_id, phase=phase, started_at=now)
    ).returning(AttemptRow.id)
    return int(rows[0]["id"])


async def end(attempt_id: int, outcome: Outcome, *, now: datetime) -> None:
    """Keep what came of an attempt."""
    changes: dict[Column | str, Any] = {"ended_at": now}
    if isinstance(outcome, AdapterError):
        changes |= {
            "outcome": _snake(type(outcome).__name__.removesuffix("Error")),
            "status": outcome.status,
            "detail": outcome.reason[:_DETAIL],
        }
    else:
        detail = outcome.reason[:_DETAIL] if isinstance(outcome, Undecidable) else ""
        changes |= {"outcome": _snake(type(outcome).__name__), "detail": detail}
    await AttemptRow.update(changes).where(AttemptRow.id == attempt_id)


async def note(
    delivery_id: int, phase: Phase, *, started: datetime, now: datetime, outcome: Outcome
) -> None:
    """Keep an attempt that is over: one that made nothing visible."""
    attempt_id = await begin(delivery_id, phase, now=started)
    await end(attempt_id, outcome, now=now)


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
