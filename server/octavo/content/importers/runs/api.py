"""The HTTP face of imports in the background."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_202_ACCEPTED

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.content.errors import wrong
from octavo.content.importers.report import Outcome, ReportRow
from octavo.content.importers.runs import queries, service
from octavo.content.importers.runs.schemas import Format, ImportDetail, ImportRun, RunOptions
from octavo.content.media.uploads import Upload
from octavo.kernel.errors import OctavoError
from octavo.kernel.idempotency import STREAMED
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit
from octavo.kernel.settings import Settings

_YES, _NO = frozenset({"true", "1", "on", "yes"}), frozenset({"false", "0", "off", "no", ""})
_SWITCHES = ("dry_run", "fetch_media", "comments")
_FORM = RequestBody(
    required=True,
    content={
        "multipart/form-data": OpenAPIMediaType(
            schema=Schema(
                type=OpenAPIType.OBJECT,
                required=["file"],
                properties={
                    "file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY),
                    **{name: Schema(type=OpenAPIType.BOOLEAN) for name in _SWITCHES},
                    "author": Schema(type=OpenAPIType.STRING, max_length=254),
                    "timezone": Schema(type=OpenAPIType.STRING, max_length=64),
                    "site_url": Schema(type=OpenAPIType.STRING, max_length=2_000),
                },
            )
        )
    },
)


@dataclass
class _FormOperation(Operation):
    """An operation whose body the framework does not see."""

    request_body: Any = field(default_factory=lambda: _FORM)


@post(
    "/{format:str}",
    operation_id="start_import",
    status_code=HTTP_202_ACCEPTED,
    guards=[may(Action.REVIEW)],
    operation_class=_FormOperation,
    request_max_body_size=None,
    opt={STREAMED: True},
)
async def start_import(
    *,
    request: Request[Any, Any, Any],
    format: FromPath[Format],  # noqa: A002 - the name of the public parameter
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> ImportDetail:
    """Take a file in and import it in the background; ask `/imports/{id}` how it goes.

    A form with the file as `file` (.xml, .json or .zip) and options beside it. What is imported may
    be published at once, so this is for those who may publish.
    """
    folder = settings.state_dir / "imports"
    upload = Upload(request, limit_bytes=service.LARGEST_BYTES)
    await upload.open()
    try:
        kept = await service.put_aside(
            upload.chunks(), format_=format, name=upload.name, folder=folder
        )
    except OctavoError:
        await upload.drain()
        raise
    try:
        options = _options(upload.fields)
        return await service.start_run(kept, format_=format, options=options, actor=actor, now=now)
    except OctavoError:
        await service.drop_file(kept.file, folder=folder)
        raise


@get("/", operation_id="list_imports", guards=[may(Action.READ)])
async def list_imports(
    *, cursor: FromQuery[str | None] = None, limit: FromQuery[Limit] = 20
) -> Page[ImportRun]:
    """Answer the imports that were started here, newest first."""
    return await queries.list_runs(cursor=cursor, limit=limit)


@get("/{run_id:int}", operation_id="get_import", guards=[may(Action.READ)])
async def get_import(run_id: FromPath[int]) -> ImportDetail:
    """Answer how far an import is, and the first two hundred items that need an eye."""
    return await queries.get_run(run_id)


@get("/{run_id:int}/rows", operation_id="list_import_rows", guards=[may(Action.READ)])
async def list_import_rows(
    run_id: FromPath[int],
    *,
    outcome: FromQuery[Outcome | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[ReportRow]:
    """Answer what became of every item, in the order of the source."""
    return await queries.list_rows(run_id, outcome=outcome, cursor=cursor, limit=limit)


def _options(fields: dict[str, str]) -> RunOptions:
    given: dict[str, object] = dict(fields)
    for name in _SWITCHES:
        raw = fields.get(name, "").strip().lower()
        if raw not in _YES | _NO:
            raise wrong(name, "is neither true nor false")
        given[name] = raw in _YES
    try:
        return msgspec.convert(given, RunOptions)
    except msgspec.ValidationError as exc:
        message, _, place = str(exc).partition(" - at `$.")
        raise wrong(place.rstrip("`") or "form", message) from exc


router = Router(
    path="/imports",
    route_handlers=[start_import, list_imports, get_import, list_import_rows],
)
