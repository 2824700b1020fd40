"""The HTTP face of series, and of the times at which pieces change or leave."""

from datetime import datetime
from typing import Annotated

from litestar import Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.content import series, service
from octavo.content.answers import with_current_url, with_url
from octavo.content.errors import StalePieceError
from octavo.content.schemas import Piece, Series, SeriesIn, SeriesOrder, SeriesPatch, UnpublishTime
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit
from octavo.kernel.settings import Settings


@post(
    "/pieces/{piece_id:int}/unpublish-time",
    operation_id="set_unpublish_time",
    status_code=HTTP_200_OK,
    guards=[may(Action.SCHEDULE)],
)
async def set_unpublish_time(
    piece_id: FromPath[int],
    *,
    data: JSONBody[UnpublishTime],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Piece:
    """Say when readers are to see a piece no more; without a time, it stays."""
    try:
        piece = await service.set_unpublish_time(piece_id, data, actor=actor, now=now, bus=bus)
    except StalePieceError as exc:
        raise with_current_url(exc, settings) from exc
    return with_url(piece, settings)


@delete(
    "/pieces/{piece_id:int}/planned-edit",
    operation_id="drop_planned_edit",
    status_code=HTTP_200_OK,
    guards=[may(Action.REVIEW)],
)
async def drop_planned_edit(
    piece_id: FromPath[int],
    version: Annotated[int, QueryParameter(ge=0, le=2**31 - 1)],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Piece:
    """Let readers keep what they see; the planned revision stays in the history."""
    try:
        piece = await service.drop_planned_edit(
            piece_id, version=version, actor=actor, now=now, bus=bus
        )
    except StalePieceError as exc:
        raise with_current_url(exc, settings) from exc
    return with_url(piece, settings)


@get("/series", operation_id="list_series", guards=[may(Action.READ)])
async def list_series(
    q: FromQuery[str] = "", cursor: FromQuery[str | None] = None, limit: FromQuery[Limit] = 20
) -> Page[Series]:
    """Answer the series, newest first; `q` finds them by a part of the slug."""
    return await series.list_series(q=q, cursor=cursor, limit=limit)


@post("/series", operation_id="create_series", guards=[may(Action.WRITE)])
async def create_series(
    data: JSONBody[SeriesIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Series:
    """Begin a series."""
    return await series.create_series(data, actor=actor, now=now, bus=bus)


@get("/series/{series_id:int}", operation_id="get_series", guards=[may(Action.READ)])
async def get_series(series_id: FromPath[int]) -> Series:
    """Answer a series."""
    return await series.get_series(series_id)


@patch("/series/{series_id:int}", operation_id="patch_series", guards=[may(Action.REVIEW)])
async def patch_series(
    series_id: FromPath[int],
    *,
    data: JSONBody[SeriesPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Series:
    """Change a series; send the `version` that was read."""
    return await series.patch_series(series_id, data, actor=actor, now=now, bus=bus)


@put("/series/{series_id:int}/order", operation_id="order_series", guards=[may(Action.WRITE)])
async def order_series(
    series_id: FromPath[int],
    *,
    data: JSONBody[SeriesOrder],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Series:
    """Number the pieces of a series; send each once, with the `version` that was read."""
    try:
        return await series.order_series(series_id, data, actor=actor, now=now, bus=bus)
    except StalePieceError as exc:
        raise with_current_url(exc, settings) from exc


@delete(
    "/series/{series_id:int}",
    operation_id="delete_series",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.REVIEW)],
)
async def delete_series(
    series_id: FromPath[int],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> None:
    """Delete a series; its pieces stay, on their own."""
    await series.delete_series(series_id, actor=actor, now=now, bus=bus)


router = Router(
    path="/",
    route_handlers=[
        set_unpublish_time,
        drop_planned_edit,
        list_series,
        create_series,
        get_series,
        patch_series,
        order_series,
        delete_series,
    ],
)
