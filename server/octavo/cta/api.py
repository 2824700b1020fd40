"""The HTTP face of calls to action: themselves, on pieces, and their outcomes."""

from datetime import datetime
from typing import Annotated

from litestar import Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_204_NO_CONTENT

from octavo.accounts.access import Action as May
from octavo.accounts.access import may
from octavo.accounts.schemas import Actor
from octavo.cta import queries, service
from octavo.cta.schemas import (
    Action,
    Cta,
    CtaFilter,
    CtaIn,
    CtaPatch,
    Outcomes,
    PieceCta,
    PieceCtaIn,
    PieceCtaOrder,
    PieceCtas,
)
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import IdFilter, Limit
from octavo.tracking import queries as tracking


@get("/ctas", operation_id="list_ctas", guards=[may(May.READ)])
async def list_ctas(
    *,
    archived: FromQuery[bool] = False,
    action: FromQuery[Action | None] = None,
    objective: IdFilter = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[Cta]:
    """Answer the calls to action, newest first."""
    wanted = CtaFilter(archived=archived, action=action, objective_id=objective)
    return await queries.list_ctas(wanted, cursor=cursor, limit=limit)


@post("/ctas", operation_id="create_cta", guards=[may(May.PLAN)])
async def create_cta(
    data: JSONBody[CtaIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Cta:
    """Say what an audience is asked to do, and what is expected of it."""
    return await service.create_cta(data, actor=actor, now=now, bus=bus)


@get("/ctas/{cta_id:int}", operation_id="get_cta", guards=[may(May.READ)])
async def get_cta(cta_id: FromPath[int]) -> Cta:
    """Answer one call to action."""
    return await queries.get_cta(cta_id)


@patch("/ctas/{cta_id:int}", operation_id="patch_cta", guards=[may(May.PLAN)])
async def patch_cta(
    cta_id: FromPath[int],
    data: JSONBody[CtaPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Cta:
    """Change a call to action; send the `version` that was read. Its links follow at once."""
    return await service.patch_cta(cta_id, data, actor=actor, now=now, bus=bus)


@delete(
    "/ctas/{cta_id:int}",
    operation_id="delete_cta",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(May.PLAN)],
)
async def delete_cta(
    cta_id: FromPath[int], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> None:
    """Delete a call to action that was never on a piece."""
    await service.delete_cta(cta_id, actor=actor, now=now)


@get("/pieces/{piece_id:int}/ctas", operation_id="list_piece_ctas", guards=[may(May.READ)])
async def list_piece_ctas(piece_id: FromPath[int]) -> PieceCtas:
    """Answer the calls to action of a piece, in their order."""
    return PieceCtas(items=await queries.ctas_of_piece(piece_id))


@post("/pieces/{piece_id:int}/ctas", operation_id="attach_cta", guards=[may(May.PLAN)])
async def attach_cta(
    piece_id: FromPath[int],
    data: JSONBody[PieceCtaIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> PieceCta:
    """Put a call to action on a piece."""
    return await service.attach_cta(piece_id, data, actor=actor, now=now, bus=bus)


@put("/pieces/{piece_id:int}/ctas/order", operation_id="order_ctas", guards=[may(May.PLAN)])
async def order_ctas(
    piece_id: FromPath[int],
    data: JSONBody[PieceCtaOrder],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> PieceCtas:
    """Put the calls to action of a piece in order."""
    items = await service.order_ctas(piece_id, data.cta_ids, actor=actor, now=now, bus=bus)
    return PieceCtas(items=items)


@delete(
    "/pieces/{piece_id:int}/ctas/{cta_id:int}",
    operation_id="detach_cta",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(May.PLAN)],
)
async def detach_cta(
    piece_id: FromPath[int],
    cta_id: FromPath[int],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> None:
    """Take a call to action off a piece."""
    await service.detach_cta(piece_id, cta_id, actor=actor, now=now, bus=bus)


@get("/pieces/{piece_id:int}/outcomes", operation_id="get_outcomes", guards=[may(May.MEASURE)])
async def get_outcomes(
    piece_id: FromPath[int],
    now: NamedDependency[datetime],
    *,
    day_from: Annotated[str | None, QueryParameter(name="from")] = None,
    day_to: Annotated[str | None, QueryParameter(name="to")] = None,
) -> Outcomes:
    """Answer what came of a piece's calls to action. Days are local, both included."""
    return await queries.outcomes(piece_id, *tracking.day_range(day_from, day_to), now=now)


router = Router(
    path="/",
    tags=["calls to action"],
    route_handlers=[
        list_ctas,
        create_cta,
        get_cta,
        patch_cta,
        delete_cta,
        list_piece_ctas,
        attach_cta,
        order_ctas,
        detach_cta,
        get_outcomes,
    ],
)
