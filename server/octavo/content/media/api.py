"""The HTTP face of the media library."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from octavo.accounts.access import Action, may
from octavo.accounts.schemas import Actor
from octavo.content.errors import wrong
from octavo.content.media import orphans, queries, replacing, service
from octavo.content.media.kinds import MediaKind
from octavo.content.media.schemas import (
    AltText,
    FileName,
    Media,
    MediaFilter,
    MediaPatch,
    MediaStorage,
    MediaUsage,
    OrphanReport,
)
from octavo.content.media.store import MediaStore
from octavo.content.media.uploads import Upload
from octavo.kernel.errors import OctavoError
from octavo.kernel.events import EventBus
from octavo.kernel.idempotency import STREAMED
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit


class _Fields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of an upload beside its file."""

    alt: AltText = ""
    name: FileName | None = None
    version: str | None = None


_FORM = RequestBody(
    required=True,
    content={
        "multipart/form-data": OpenAPIMediaType(
            schema=Schema(
                type=OpenAPIType.OBJECT,
                required=["file"],
                properties={
                    "file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY),
                    "alt": Schema(type=OpenAPIType.STRING, max_length=2_000),
                    "name": Schema(type=OpenAPIType.STRING, max_length=255),
                    "version": Schema(type=OpenAPIType.INTEGER),
                },
            )
        )
    },
)


@dataclass
class _FormOperation(Operation):
    """An operation whose body the framework does not see."""

    request_body: Any = field(default_factory=lambda: _FORM)


@get("/", operation_id="list_media", guards=[may(Action.READ)])
async def list_media(
    *,
    media_store: NamedDependency[MediaStore],
    q: FromQuery[str] = "",
    kind: FromQuery[MediaKind | None] = None,
    unused: FromQuery[bool] = False,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = 20,
) -> Page[Media]:
    """Answer the files, newest first; `q` looks for words in name, alt text, caption and credit."""
    wanted = MediaFilter(q=q, kind=kind, unused=unused)
    page = await queries.list_media(wanted, cursor=cursor, limit=limit)
    return Page(
        items=await _with_urls(page.items, media_store),
        next_cursor=page.next_cursor,
    )


@post(
    "/",
    operation_id="upload_media",
    guards=[may(Action.WRITE)],
    operation_class=_FormOperation,
    request_max_body_size=None,
    opt={STREAMED: True},
)
async def upload_media(
    request: Request[Any, Any, Any],
    media_store: NamedDependency[MediaStore],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Response[Media]:
    """Store a file; 200 with the file that is there when these bytes are known already.

    A form with the file as `file`, and `alt` and `name` as it likes. Checked while it comes in.
    """
    async with _upload(request, media_store) as upload:
        stored = await service.store_file(
            upload.chunks(),
            upload.name,
            store=media_store,
            now=now,
            bus=bus,
            actor=actor,
            content_type=upload.content_type,
            described=lambda: _described(upload),
        )
    status = HTTP_201_CREATED if stored.is_new else HTTP_200_OK
    return Response(
        await _with_url(stored.media, media_store), status_code=status, media_type=MediaType.JSON
    )


@get("/orphans", operation_id="list_orphans", guards=[may(Action.REVIEW)])
async def list_orphans(media_store: NamedDependency[MediaStore]) -> OrphanReport:
    """Answer files without rows, rows without files, and files that no piece uses."""
    return await _report_with_urls(await orphans.find_orphans(store=media_store), media_store)


@delete(
    "/orphans",
    operation_id="drop_orphans",
    status_code=HTTP_200_OK,
    guards=[may(Action.REVIEW)],
)
async def drop_orphans(
    media_store: NamedDependency[MediaStore],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> OrphanReport:
    """Delete the files without rows that are older than an hour; answer what is left."""
    report = await orphans.drop_orphans(store=media_store, now=now, actor=actor)
    return await _report_with_urls(report, media_store)


@get(
    "/storage",
    operation_id="get_media_storage",
    guards=[may(Action.REVIEW)],
    sync_to_thread=False,
)
def get_media_storage(media_store: NamedDependency[MediaStore]) -> MediaStorage:
    """Answer where the files of the library are kept."""
    return media_store.place


@get("/{media_id:int}", operation_id="get_media", guards=[may(Action.READ)])
async def get_media(media_id: FromPath[int], media_store: NamedDependency[MediaStore]) -> Media:
    """Answer one file: what is known of it, and where readers fetch it."""
    return await _with_url(await queries.get_media(media_id), media_store)


@patch("/{media_id:int}", operation_id="patch_media", guards=[may(Action.WRITE)])
async def patch_media(
    *,
    media_id: FromPath[int],
    data: JSONBody[MediaPatch],
    media_store: NamedDependency[MediaStore],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Media:
    """Change what is said of a file."""
    media = await service.patch_media(media_id, data, actor=actor, now=now, bus=bus)
    return await _with_url(media, media_store)


@put(
    "/{media_id:int}/content",
    operation_id="replace_media",
    guards=[may(Action.WRITE)],
    operation_class=_FormOperation,
    request_max_body_size=None,
    opt={STREAMED: True},
)
async def replace_media(
    *,
    request: Request[Any, Any, Any],
    media_id: FromPath[int],
    media_store: NamedDependency[MediaStore],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Media:
    """Give a file other bytes of the same format; its id and its address stay.

    A form with the file as `file`; `version`, if it stands before the file, must be the present one.
    """
    async with _upload(request, media_store) as upload:
        media = await replacing.replace_file(
            media_id,
            upload.chunks(),
            upload.name,
            version=_version(_described(upload)),
            store=media_store,
            actor=actor,
            now=now,
            bus=bus,
            content_type=upload.content_type,
        )
    return await _with_url(media, media_store)


@get("/{media_id:int}/usages", operation_id="list_media_usages", guards=[may(Action.READ)])
async def list_media_usages(media_id: FromPath[int]) -> Page[MediaUsage]:
    """Answer the pieces that use a file, in which of their texts, and where."""
    return await queries.list_usages(media_id)


@delete(
    "/{media_id:int}",
    operation_id="delete_media",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.WRITE)],
)
async def delete_media(
    media_id: FromPath[int],
    media_store: NamedDependency[MediaStore],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> None:
    """Delete a file that no piece uses: one's own, or anybody's for whoever may review."""
    await service.delete_media(media_id, store=media_store, actor=actor, now=now, bus=bus)


@asynccontextmanager
async def _upload(
    request: Request[Any, Any, Any], media_store: MediaStore
) -> AsyncIterator[Upload]:
    upload = Upload(request, limit_bytes=media_store.limits.largest_bytes)
    await upload.open()
    try:
        yield upload
    except OctavoError:
        await upload.drain()
        raise


def _described(upload: Upload) -> _Fields:
    try:
        return msgspec.convert(upload.fields, _Fields)
    except msgspec.ValidationError as exc:
        message, _, place = str(exc).partition(" - at `$.")
        raise wrong(place.rstrip("`") or "form", message) from exc


def _version(fields: _Fields) -> int | None:
    if fields.version is None:
        return None
    if not (fields.version.isascii() and fields.version.isdigit() and len(fields.version) < 10):  # noqa: PLR2004
        raise wrong("version", "is not a number")
    return int(fields.version)


async def _report_with_urls(report: OrphanReport, media_store: MediaStore) -> OrphanReport:
    return msgspec.structs.replace(
        report,
        rows_without_file=await _with_urls(report.rows_without_file, media_store),
        unused=await _with_urls(report.unused, media_store),
    )


async def _with_url(media: Media, media_store: MediaStore) -> Media:
    return (await _with_urls([media], media_store))[0]


async def _with_urls(files: Sequence[Media], media_store: MediaStore) -> list[Media]:
    """Add the addresses of files, and those of their smallest sizes; one look for all of them."""
    base = f"{media_store.base_url}/media"
    hashes = [media.sha256 for media in files if media.kind == "image"]
    small = await media_store.thumbnails(hashes) if hashes else {}
    return [
        msgspec.structs.replace(
            media,
            url=f"{base}/{media.path}",
            thumbnail_url=f"{base}/{small[media.sha256]}" if media.sha256 in small else None,
        )
        for media in files
    ]


router = Router(
    path="/media",
    route_handlers=[
        list_media,
        upload_media,
        list_orphans,
        drop_orphans,
        get_media_storage,
        get_media,
        patch_media,
        replace_media,
        list_media_usages,
        delete_media,
    ],
)
