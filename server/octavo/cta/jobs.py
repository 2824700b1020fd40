"""What the worker runs for calls to action."""

from datetime import datetime

from octavo.cta import service
from octavo.cta.tables import CtaRow


async def relink_changed(now: datetime) -> int:
    """Lead the links of calls to action whose change a dying process left half done."""
    rows = await (
        CtaRow.select(CtaRow.id)
        .where(CtaRow.linked_version < CtaRow.version)
        .order_by(CtaRow.id)
        .limit(1_000)
    )
    for row in rows:
        await service.lead_links(row["id"], now=now)
    return len(rows)
