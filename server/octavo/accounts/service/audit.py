"""What everybody did: the audit log."""

from datetime import datetime

import msgspec

from octavo.accounts.schemas import (
    Actor,
)
from octavo.accounts.tables import (
    AuditRow,
)

__all__ = ["record"]


async def record(
    actor: Actor,
    action: str,
    *,
    subject: str,
    now: datetime,
    detail: dict[str, object] | None = None,
) -> None:
    """Add a row to the audit log in the present transaction. No secrets, no bodies."""
    await AuditRow.insert(
        AuditRow(
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name[:120],
            action=action,
            subject=subject,
            detail=msgspec.json.encode(detail or {}).decode(),
        )
    )
