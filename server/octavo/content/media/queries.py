"""Reads of the media library. Rows in, Structs out."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from piccolo.columns.combination import WhereRaw

from octavo.content import rules
from octavo.content.cursors import id_of
from octavo.content.errors import MediaNotFoundError
from octavo.content.media import uses
from octavo.content.media.schemas import Media, MediaFilter, MediaUsage, PictureRef, ShownFile
from octavo.content.tables import MediaRow
from octavo.kernel.pagination import Page, encode_cursor

FOCAL_STEPS = 10_000
"""How finely a focal point is stored."""

_COMPUTED = {"url", "thumbnail_url", "pieces"}
COLUMNS = tuple(
    getattr(MediaRow, name) for name in Media.__struct_fields__ if name not in _COMPUTED
)

_SHOWN = tuple(getattr(MediaRow, name) for name in ShownFile.__struct_fields__)
_AT_ONCE = 500


async def find_media(media_id: int) -> Media | None:
    """Answer one file, or None."""
    row = await MediaRow.select(*COLUMNS).where(MediaRow.id == media_id).first()
    return None if row is None else (await _media([row]))[0]


async def get_media(media_id: int) -> Media:
    """Answer one file.

    Raises:
        MediaNotFoundError: there is none of that id.
    """
    media = await find_media(media_id)
    if media is None:
        raise MediaNotFoundError(f"there is no file {media_id}")
    return media


async def find_by_hash(sha256: str) -> Media | None:
    """Answer the file that has these bytes, or None."""
    row = await MediaRow.select(*COLUMNS).where(MediaRow.sha256 == sha256).first()
    return None if row is None else (await _media([row]))[0]


async def media_named(media_ids: Sequence[int]) -> dict[int, Media]:
    """Answer those of the files that exist."""
    if not media_ids:
        return {}
    rows = await MediaRow.select(*COLUMNS).where(MediaRow.id.is_in(list(media_ids)))
    return {media.id: media for media in await _media(rows)}


async def shown_files(media_ids: Sequence[int], paths: Sequence[str]) -> list[ShownFile]:
    """Answer those of the files that exist, named by number or by address; in no order."""
    found: dict[int, ShownFile] = {}
    for column, wanted in ((MediaRow.id, media_ids), (MediaRow.path, paths)):
        for start in range(0, len(wanted), _AT_ONCE):
            part = list(wanted[start : start + _AT_ONCE])
            rows = await MediaRow.select(*_SHOWN).where(column.is_in(part))
            found |= {row["id"]: ShownFile(**{**row, **_focus(row)}) for row in rows}
    return list(found.values())


async def pictures_after(media_id: int) -> AsyncIterator[list[PictureRef]]:
    """Answer the pictures with greater ids, oldest first, in parts that are never empty."""
    while True:
        rows = await (
            MediaRow.select(MediaRow.id, MediaRow.sha256, MediaRow.mime, MediaRow.size_bytes)
            .where((MediaRow.id > media_id) & (MediaRow.kind == "image"))
            .order_by(MediaRow.id)
            .limit(_AT_ONCE)
        )
        if not rows:
            return
        yield [PictureRef(**row) for row in rows]
        media_id = rows[-1]["id"]


async def media_at(paths: Sequence[str]) -> dict[str, Media]:
    """Answer the files at these paths of the library, by path; one that is absent is not there."""
    if not paths:
        return {}
    rows = await MediaRow.select(*COLUMNS).where(MediaRow.path.is_in(list(paths)))
    return {row["path"]: media for row, media in zip(rows, await _media(rows), strict=True)}


async def list_media(
    wanted: MediaFilter, *, cursor: str | None = None, limit: int = 20
) -> Page[Media]:
    """Answer a page of the files, newest first; every word of `q` must be in what is said of one."""
    await uses.note_all()
    query = MediaRow.select(*COLUMNS).order_by(MediaRow.id, ascending=False).limit(limit + 1)
    if cursor:
        query = query.where(MediaRow.id < id_of(cursor))
    if wanted.kind is not None:
        query = query.where(MediaRow.kind == wanted.kind)
    if wanted.unused:
        query = query.where(WhereRaw(uses.unused_condition()))
    for word in wanted.q.split()[:10]:
        pattern = rules.like_pattern(word)
        query = query.where(WhereRaw("search_key LIKE {} ESCAPE '!'", pattern))
    rows = await query
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(items=await _media(rows[:limit]), next_cursor=next_cursor)


async def list_usages(media_id: int) -> Page[MediaUsage]:
    """Answer the pieces that use a file, by title.

    Raises:
        MediaNotFoundError: there is no such file.
    """
    await get_media(media_id)
    return Page(items=await uses.usages_of(media_id), next_cursor=None)


async def _media(rows: Sequence[dict[str, Any]]) -> list[Media]:
    counts = await uses.count_pieces([row["id"] for row in rows])
    return [Media(**{**row, **_focus(row)}, pieces=counts.get(row["id"], 0)) for row in rows]


def _focus(row: dict[str, Any]) -> dict[str, float | None]:
    names = ("focal_x", "focal_y")
    return {name: None if row[name] is None else row[name] / FOCAL_STEPS for name in names}
