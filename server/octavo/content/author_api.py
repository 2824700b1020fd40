"""The HTTP face of bylines."""

from datetime import datetime

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.content import authors
from octavo.content.schemas import Author, AuthorIn, AuthorMerge, AuthorPatch
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit


@get("/", operation_id="list_authors", guards=[may(Action.READ)])
async def list_authors(
    q: FromQuery[str] = "",
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[Author]:
    """Answer the bylines, newest first."""
    return await authors.list_authors(q=q, cursor=cursor, limit=limit)


@post("/", operation_id="create_author", guards=[may(Action.WRITE)])
async def create_author(
    data: JSONBody[AuthorIn],
    *,
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Author:
    """Add a byline."""
    return await authors.create_author(data, actor=actor, now=now, bus=bus)


@get("/{author_id:int}", operation_id="get_author", guards=[may(Action.READ)])
async def get_author(author_id: FromPath[int]) -> Author:
    """Answer one byline."""
    return await authors.get_author(author_id)


@patch("/{author_id:int}", operation_id="patch_author", guards=[may(Action.REVIEW)])
async def patch_author(
    author_id: FromPath[int],
    data: JSONBody[AuthorPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Author:
    """Change a byline on every piece that has it."""
    return await authors.patch_author(author_id, data, actor=actor, now=now, bus=bus)


@delete(
    "/{author_id:int}",
    operation_id="delete_author",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.REVIEW)],
)
async def delete_author(
    author_id: FromPath[int], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> None:
    """Delete a byline that signs nothing."""
    await authors.delete_author(author_id, actor=actor, now=now)


@post(
    "/{author_id:int}/merge",
    operation_id="merge_author",
    status_code=HTTP_200_OK,
    guards=[may(Action.REVIEW)],
)
async def merge_author(
    author_id: FromPath[int],
    data: JSONBody[AuthorMerge],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Author:
    """Let another author sign everything this one signs, and delete this one."""
    return await authors.merge_author(author_id, into=data.into, actor=actor, now=now, bus=bus)


router = Router(
    path="/authors",
    route_handlers=[
        list_authors, create_author, get_author, patch_author, delete_author, merge_author,
    ],
)  # fmt: skip
