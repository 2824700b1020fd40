"""The HTTP face of exports in the background."""

from datetime import datetime

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import File
from litestar.status_codes import HTTP_202_ACCEPTED

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.content.exporters.runs import queries, service
from octavo.content.exporters.runs.schemas import ExportIn, ExportRun
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit
from octavo.kernel.settings import Settings


@post(
    "/",
    operation_id="start_export",
    status_code=HTTP_202_ACCEPTED,
    guards=[may(Action.CONFIGURE)],
)
async def start_export(
    *, data: JSONBody[ExportIn], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> ExportRun:
    """Write everything into a file in the background; ask `/exports/{id}` how it goes.

    An export holds drafts, accounts and channels, so this is for those who configure.
    """
    return await service.start_run(format_=data.format, actor=actor, now=now)


@get("/", operation_id="list_exports", guards=[may(Action.CONFIGURE)])
async def list_exports(
    *, cursor: FromQuery[str | None] = None, limit: FromQuery[Limit] = 20
) -> Page[ExportRun]:
    """Answer the exports that are kept, newest first."""
    return await queries.list_runs(cursor=cursor, limit=limit)


@get("/{run_id:int}", operation_id="get_export", guards=[may(Action.CONFIGURE)])
async def get_export(run_id: FromPath[int]) -> ExportRun:
    """Answer how far an export is, and what it holds."""
    return await queries.get_run(run_id)


@get(
    "/{run_id:int}/file", operation_id="get_export_file", guards=[may(Action.CONFIGURE)],
)  # fmt: skip
async def get_export_file(
    run_id: FromPath[int],
    *,
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> File:
    """Answer the file: a .zip of Markdown, a .json or an .xml."""
    folder = settings.state_dir / "exports"
    path = await service.open_file(run_id, folder=folder, actor=actor, now=now)
    return File(path, filename=path.name, media_type="application/octet-stream")


@delete("/{run_id:int}", operation_id="delete_export", guards=[may(Action.CONFIGURE)])
async def delete_export(
    run_id: FromPath[int],
    *,
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> None:
    """Remove an export with its file, finished or not."""
    folder = settings.state_dir / "exports"
    await service.delete_run(run_id, folder=folder, actor=actor, now=now)


router = Router(
    path="/exports",
    route_handlers=[start_export, list_exports, get_export, get_export_file, delete_export],
)
