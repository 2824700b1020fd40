"""The HTTP face of actions on many pieces."""

from datetime import datetime

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.content.bulk import service
from octavo.content.bulk.schemas import BulkDone, BulkIn, BulkUndo, BulkUndone
from octavo.kernel.events import EventBus


@post(
    "/pieces/bulk",
    operation_id="act_on_pieces",
    status_code=HTTP_200_OK,
    guards=[may(Action.WRITE)],
)
async def act_on_pieces(
    data: JSONBody[BulkIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> BulkDone:
    """Do one thing to many pieces, each under its own rules; those that cannot take it stay."""
    return await service.act_on_pieces(data, actor=actor, now=now, bus=bus)


@post(
    "/pieces/bulk/undo",
    operation_id="undo_bulk",
    status_code=HTTP_200_OK,
    guards=[may(Action.WRITE)],
)
async def undo_bulk(
    data: JSONBody[BulkUndo],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> BulkUndone:
    """Take an action back for every piece that nobody changed since."""
    return await service.undo_bulk(data, actor=actor, now=now, bus=bus)


router = Router(path="/", tags=["content"], route_handlers=[act_on_pieces, undo_bulk])
