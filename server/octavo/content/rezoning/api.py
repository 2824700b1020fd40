"""The HTTP face of a change of the organisation's zone."""

from datetime import datetime

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.content.rezoning import service
from octavo.content.rezoning.schemas import Rezoned, Rezoning, RezoningIn, Timetables
from octavo.kernel.events import EventBus


@get("/rezoning", operation_id="survey_rezoning", guards=[may(Action.CONFIGURE)])
async def survey_rezoning(
    zone: FromQuery[str],
    timetables: NamedDependency[Timetables],
    now: NamedDependency[datetime],
) -> Rezoning:
    """Answer what is scheduled in the organisation's zone, and what another zone makes of it."""
    return await service.survey(zone, timetables=timetables, now=now)


@post(
    "/rezoning",
    operation_id="rezone",
    status_code=HTTP_200_OK,
    guards=[may(Action.CONFIGURE)],
)
async def rezone(
    data: JSONBody[RezoningIn],
    timetables: NamedDependency[Timetables],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Rezoned:
    """Give the organisation another zone, and what is scheduled in the old one its new moments."""
    return await service.rezone(data, timetables=timetables, actor=actor, now=now, bus=bus)


router = Router(path="/", tags=["accounts"], route_handlers=[survey_rezoning, rezone])
