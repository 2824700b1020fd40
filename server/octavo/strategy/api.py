"""The HTTP face of strategy: objectives and campaigns."""

from datetime import datetime

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import IdFilter, Limit
from octavo.strategy import queries, service
from octavo.strategy.schemas import (
    Campaign,
    CampaignFilter,
    CampaignIn,
    CampaignKind,
    CampaignPatch,
    Objective,
    ObjectiveIn,
    ObjectivePatch,
)


@get("/objectives", operation_id="list_objectives", guards=[may(Action.READ)])
async def list_objectives(
    *,
    archived: FromQuery[bool] = False,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[Objective]:
    """Answer the objectives, newest first."""
    return await queries.list_objectives(archived=archived, cursor=cursor, limit=limit)


@post("/objectives", operation_id="create_objective", guards=[may(Action.PLAN)])
async def create_objective(
    data: JSONBody[ObjectiveIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Objective:
    """Say what is to be achieved."""
    return await service.create_objective(data, actor=actor, now=now, bus=bus)


@get("/objectives/{objective_id:int}", operation_id="get_objective", guards=[may(Action.READ)])
async def get_objective(objective_id: FromPath[int]) -> Objective:
    """Answer one objective."""
    return await queries.get_objective(objective_id)


@patch("/objectives/{objective_id:int}", operation_id="patch_objective", guards=[may(Action.PLAN)])
async def patch_objective(
    objective_id: FromPath[int],
    data: JSONBody[ObjectivePatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Objective:
    """Change an objective; send the `version` that was read."""
    return await service.patch_objective(objective_id, data, actor=actor, now=now, bus=bus)


@delete(
    "/objectives/{objective_id:int}",
    operation_id="delete_objective",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.PLAN)],
)
async def delete_objective(
    objective_id: FromPath[int], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> None:
    """Delete an objective that nothing serves."""
    await service.delete_objective(objective_id, actor=actor, now=now)


@get("/campaigns", operation_id="list_campaigns", guards=[may(Action.READ)])
async def list_campaigns(
    *,
    objective: IdFilter = None,
    kind: FromQuery[CampaignKind | None] = None,
    archived: FromQuery[bool] = False,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[Campaign]:
    """Answer the campaigns, newest first."""
    wanted = CampaignFilter(objective_id=objective, kind=kind, archived=archived)
    return await queries.list_campaigns(wanted, cursor=cursor, limit=limit)


@post("/campaigns", operation_id="create_campaign", guards=[may(Action.PLAN)])
async def create_campaign(
    data: JSONBody[CampaignIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Campaign:
    """Start a campaign, contest, promotion or series."""
    return await service.create_campaign(data, actor=actor, now=now, bus=bus)


@get("/campaigns/{campaign_id:int}", operation_id="get_campaign", guards=[may(Action.READ)])
async def get_campaign(campaign_id: FromPath[int]) -> Campaign:
    """Answer one campaign."""
    return await queries.get_campaign(campaign_id)


@patch("/campaigns/{campaign_id:int}", operation_id="patch_campaign", guards=[may(Action.PLAN)])
async def patch_campaign(
    campaign_id: FromPath[int],
    data: JSONBody[CampaignPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Campaign:
    """Change a campaign; send the `version` that was read."""
    return await service.patch_campaign(campaign_id, data, actor=actor, now=now, bus=bus)


@delete(
    "/campaigns/{campaign_id:int}",
    operation_id="delete_campaign",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.PLAN)],
)
async def delete_campaign(
    campaign_id: FromPath[int], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> None:
    """Delete a campaign that has no pieces."""
    await service.delete_campaign(campaign_id, actor=actor, now=now)


router = Router(
    path="/",
    tags=["strategy"],
    route_handlers=[
        list_objectives,
        create_objective,
        get_objective,
        patch_objective,
        delete_objective,
        list_campaigns,
        create_campaign,
        get_campaign,
        patch_campaign,
        delete_campaign,
    ],
)
