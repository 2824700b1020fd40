"""The HTTP face of tracking: how far its figures can be trusted. Clicks come in through `go`."""

from datetime import datetime, timedelta
from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from octavo.accounts.access import Action, may
from octavo.kernel.settings import Settings
from octavo.tracking import queries, rules
from octavo.tracking.schemas import DataQuality

_RANGE = timedelta(days=28)


@get("/stats/data-quality", operation_id="get_data_quality", guards=[may(Action.MEASURE)])
async def get_data_quality(
    settings: NamedDependency[Settings],
    now: NamedDependency[datetime],
    *,
    day_from: Annotated[str | None, QueryParameter(name="from")] = None,
    day_to: Annotated[str | None, QueryParameter(name="to")] = None,
) -> DataQuality:
    """Answer what was filtered out, what came without identity and what still waits."""
    first, last = rules.day_range(day_from, day_to)
    last = last or now.date()
    first = first or last - _RANGE
    return await queries.data_quality(
        rules.day_number(first), rules.day_number(last), spool=settings.state_dir / "spool"
    )


router = Router(path="/", tags=["statistics"], route_handlers=[get_data_quality])
