"""The HTTP face of our own public reads. `front` keeps their answers and opens them to every origin."""

from datetime import datetime
from typing import Annotated, Any, Literal
from zlib import crc32

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from litestar.status_codes import HTTP_304_NOT_MODIFIED

from octavo.accounts.access import Action, may
from octavo.kernel.http_cache import matches
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit
from octavo.reading.public import PieceQuery, PublicReads, chosen_fields, kinds_of
from octavo.reading.queries import content_version
from octavo.reading.schemas import (
    PublicAuthor,
    PublicPiece,
    PublicRedirect,
    PublicSettings,
    PublicTag,
)

_GUARDS = [may(Action.READ_PUBLISHED)]
Moment = Annotated[datetime | None, QueryParameter()]


@get("/pieces", operation_id="list_public_pieces", guards=_GUARDS)
async def list_public_pieces(
    public: NamedDependency[PublicReads],
    *,
    kind: FromQuery[str | None] = None,
    tag: FromQuery[str | None] = None,
    author: FromQuery[str | None] = None,
    series: FromQuery[str | None] = None,
    slug: FromQuery[str | None] = None,
    language: FromQuery[str | None] = None,
    featured: FromQuery[bool | None] = None,
    since: Moment = None,
    until: Moment = None,
    updated_since: Moment = None,
    fields: FromQuery[str | None] = None,
    formats: FromQuery[str | None] = None,
    sort: FromQuery[Literal["published_at", "-published_at"]] = "-published_at",
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[PublicPiece]:
    """Answer pieces as readers see them. `kind`, `fields` and `formats` take several, with commas.

    Without `fields` all but the texts come; `formats` (`html`, `markdown`, `plain`; `html` when not
    given) says which texts. `tag`, `author` and `series` are slugs.
    """
    wanted = PieceQuery(
        kinds=kinds_of(kind), tag=tag, author=author, series=series, slug=slug, language=language,
        featured=featured, since=since, until=until, updated_since=updated_since,
    )  # fmt: skip
    return await public.list_pieces(
        wanted,
        fields=chosen_fields(fields, formats),
        newest_first=sort.startswith("-"),
        cursor=cursor,
        limit=limit,
    )


@get("/pieces/{piece_id:int}", operation_id="get_public_piece", guards=_GUARDS)
async def get_public_piece(
    piece_id: FromPath[int],
    public: NamedDependency[PublicReads],
    *,
    fields: FromQuery[str | None] = None,
    formats: FromQuery[str | None] = None,
) -> PublicPiece:
    """Answer one piece as readers see it."""
    return await public.get_piece(piece_id, fields=chosen_fields(fields, formats))


@get("/tags", operation_id="list_public_tags", guards=_GUARDS)
async def list_public_tags(
    public: NamedDependency[PublicReads],
    *,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[PublicTag]:
    """Answer the tags of what is published."""
    return await public.list_tags(cursor=cursor, limit=limit)


@get("/authors", operation_id="list_public_authors", guards=_GUARDS)
async def list_public_authors(
    public: NamedDependency[PublicReads],
    *,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[PublicAuthor]:
    """Answer the bylines of what is published."""
    return await public.list_authors(cursor=cursor, limit=limit)


@get("/redirects", operation_id="list_public_redirects", guards=_GUARDS)
async def list_public_redirects(
    public: NamedDependency[PublicReads],
    *,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[PublicRedirect]:
    """Answer the addresses that were, and where they lead. A page may hold fewer than `limit`."""
    return await public.list_redirects(cursor=cursor, limit=limit)


@get("/settings", operation_id="get_public_settings", guards=_GUARDS)
async def get_public_settings(public: NamedDependency[PublicReads]) -> PublicSettings:
    """Answer what a site made of this content needs to know of the organisation."""
    return await public.settings()


@get(
    "/export",
    operation_id="export_public_pieces",
    guards=_GUARDS,
    media_type="application/x-ndjson",
)
async def export_public_pieces(
    request: Request[Any, Any, Any],
    public: NamedDependency[PublicReads],
    *,
    fields: FromQuery[str | None] = None,
    formats: FromQuery[str | None] = None,
) -> Stream | Response[bytes]:
    """Answer everything that is published: a line of JSON for each piece, oldest first.

    The last line says that it is the last, how many there were, and whether the content stayed the
    same meanwhile. The `ETag` is that of the content version: 304 while nothing changed.
    """
    chosen = chosen_fields(fields, formats)
    version = await content_version()
    asked = crc32(",".join(sorted(chosen)).encode())
    etag = f'W/"content-{version}-{asked:08x}"'
    headers: dict[str, Any] = {
        "etag": etag,
        "cache-control": "private, no-cache",
        "vary": "authorization, cookie",
    }
    if matches(request.headers.get("if-none-match", ""), etag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, headers=headers)
    return Stream(
        public.export(fields=chosen, version=version),
        media_type="application/x-ndjson",
        headers=headers,
    )


router = Router(
    path="/public",
    tags=["public"],
    route_handlers=[
        list_public_pieces,
        get_public_piece,
        list_public_tags,
        list_public_authors,
        list_public_redirects,
        get_public_settings,
        export_public_pieces,
    ],
)
