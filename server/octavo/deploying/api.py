"""The HTTP face of deploying: deployers, targets, runs."""

from datetime import datetime

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_202_ACCEPTED, HTTP_204_NO_CONTENT

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.deploying import queries, service
from octavo.deploying.registry import DeployerRegistry
from octavo.deploying.running import standing_release
from octavo.deploying.schemas import (
    DeployerInfo,
    DeployIn,
    DeployRun,
    DeployTarget,
    DeployTargetIn,
    DeployTargetPatch,
)
from octavo.kernel.http import GuardedClient
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault
from octavo.publishing.building.builder import Site


@get("/deployers", operation_id="list_deployers", guards=[may(Action.READ)], sync_to_thread=False)
def list_deployers(deployers: NamedDependency[DeployerRegistry]) -> Page[DeployerInfo]:
    """List the kinds of deploy targets there are, the unusable ones with the reason."""
    return Page(items=deployers.list(), next_cursor=None)


@get("/deploy-targets", operation_id="list_deploy_targets", guards=[may(Action.READ)])
async def list_deploy_targets(site: NamedDependency[Site]) -> Page[DeployTarget]:
    """List the places that the site is copied to, the oldest first; secrets are never shown."""
    items = await queries.list_targets(standing=standing_release(site))
    return Page(items=items, next_cursor=None)


@post("/deploy-targets", operation_id="create_deploy_target", guards=[may(Action.CONFIGURE)])
async def create_deploy_target(
    data: JSONBody[DeployTargetIn],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    deployers: NamedDependency[DeployerRegistry],
    vault: NamedDependency[Vault],
    http: NamedDependency[GuardedClient],
    settings: NamedDependency[Settings],
    site: NamedDependency[Site],
) -> DeployTarget:
    """Set up a target; the worker deploys to it from then on."""
    return await service.create_target(
        data,
        actor=actor,
        now=now,
        registry=deployers,
        vault=vault,
        http=http,
        settings=settings,
        standing=standing_release(site),
    )


@get("/deploy-targets/{target_id:int}", operation_id="get_deploy_target", guards=[may(Action.READ)])
async def get_deploy_target(target_id: FromPath[int], site: NamedDependency[Site]) -> DeployTarget:
    """Answer one target, without its secrets."""
    return await queries.get_target(target_id, standing=standing_release(site))


@patch(
    "/deploy-targets/{target_id:int}",
    operation_id="patch_deploy_target",
    guards=[may(Action.CONFIGURE)],
)
async def patch_deploy_target(
    target_id: FromPath[int],
    *,
    data: JSONBody[DeployTargetPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    deployers: NamedDependency[DeployerRegistry],
    vault: NamedDependency[Vault],
    http: NamedDependency[GuardedClient],
    settings: NamedDependency[Settings],
    site: NamedDependency[Site],
) -> DeployTarget:
    """Change a target, turn it off, or on again."""
    return await service.patch_target(
        target_id,
        data,
        actor=actor,
        now=now,
        registry=deployers,
        vault=vault,
        http=http,
        settings=settings,
        standing=standing_release(site),
    )


@delete(
    "/deploy-targets/{target_id:int}",
    operation_id="delete_deploy_target",
    guards=[may(Action.CONFIGURE)],
    status_code=HTTP_204_NO_CONTENT,
)
async def delete_deploy_target(
    target_id: FromPath[int], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> None:
    """Forget a target with its runs; what stands there stays."""
    await service.delete_target(target_id, actor=actor, now=now)


@post(
    "/deploy-targets/{target_id:int}/deploy",
    operation_id="deploy_site",
    guards=[may(Action.REVIEW)],
    status_code=HTTP_202_ACCEPTED,
)
async def deploy_site(
    target_id: FromPath[int],
    data: JSONBody[DeployIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> DeployRun:
    """Have the worker deploy the site as it stands; `full` compares everything."""
    return await service.ask_for_run(target_id, full=data.full, actor=actor, now=now)


@get(
    "/deploy-targets/{target_id:int}/runs",
    operation_id="list_deploy_runs",
    guards=[may(Action.READ)],
)
async def list_deploy_runs(
    target_id: FromPath[int],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[DeployRun]:
    """List the runs of a target, the newest first."""
    return await queries.list_runs(target_id, cursor=cursor, limit=limit)


router = Router(
    path="/",
    route_handlers=[
        list_deployers,
        list_deploy_targets,
        create_deploy_target,
        get_deploy_target,
        patch_deploy_target,
        delete_deploy_target,
        deploy_site,
        list_deploy_runs,
    ],
)
