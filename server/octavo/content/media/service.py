"""Files that readers may fetch. The name of a stored file holds its hash: it never changes.

The bytes are written before the row that points at them; a file without a row is only an orphan.
"""

import asyncio
import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path, PurePosixPath

from octavo.content.errors import MediaNotFoundError
from octavo.content.media.images import Picture, recognise
from octavo.content.queries import id_of
from octavo.content.schemas import Media
from octavo.content.media.svg import UnsafeSvgError, sanitise
from octavo.content.tables import MediaRow
from octavo.kernel.pagination import Page, encode_cursor
from octavo.kernel.text import slugify

MEDIA_LIMIT_BYTES = 25_000_000

_MEDIA = tuple(getattr(MediaRow, name) for name in Media.__struct_fields__)


class NotPictureError(Exception):
    """The bytes are no picture that may be shown; the message says why."""


class Fresh:
    """A picture on its way into the store: what it is and where it will lie."""

    def __init__(self, data: bytes, *, name: str) -> None:
        picture = recognise(data)
        if picture is None:
            raise NotPictureError("is not a PNG, JPEG, GIF, WebP, AVIF or SVG picture")
        if picture.mime == "image/svg+xml":
            try:
                data = sanitise(data)
            except UnsafeSvgError as exc:
                raise NotPictureError(f"is an SVG that {exc}") from exc
        self.data = data
        self.picture: Picture = picture
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.name = name[-255:]
        stem = slugify(PurePosixPath(name).stem)[:60] or "picture"
        self.path = f"{self.sha256[:2]}/{self.sha256[:16]}-{stem}.{picture.extension}"


async def store_picture(
    fresh: Fresh, *, media_dir: Path, source: str, alt: str = "", now: datetime
) -> Media:
    """Store a picture, or answer the one with the same bytes.

    Two processes may store the same bytes at once: both get the same row.
    """
    found = await _by_hash(fresh.sha256)
    if found is not None and (media_dir / found.path).is_file():
        return found
    await asyncio.to_thread(_write, media_dir / (found.path if found else fresh.path), fresh.data)
    if found is not None:
        return found
    row = MediaRow(
        sha256=fresh.sha256,
        name=fresh.name,
        mime=fresh.picture.mime,
        size_bytes=len(fresh.data),
        width=fresh.picture.width,
        height=fresh.picture.height,
        path=fresh.path,
        alt=alt,
        source=source[-500:],
        created_at=now,
    )
    await MediaRow.insert(row).on_conflict(target=MediaRow.sha256, action="DO NOTHING")
    stored = await _by_hash(fresh.sha256)
    if stored is None:
        msg = f"media {fresh.sha256} vanished while it was stored"
        raise RuntimeError(msg)
    return stored


async def get_media(media_id: int) -> Media:
    """Answer one stored file.

    Raises:
        MediaNotFoundError: there is none of that id.
    """
    row = await MediaRow.select(*_MEDIA).where(MediaRow.id == media_id).first()
    if row is None:
        raise MediaNotFoundError(f"there is no file {media_id}")
    return Media(**row)


async def list_media(*, cursor: str | None = None, limit: int = 20) -> Page[Media]:
    """Answer a page of the stored files, newest first."""
    query = MediaRow.select(*_MEDIA).order_by(MediaRow.id, ascending=False).limit(limit + 1)
    if cursor:
        query = query.where(MediaRow.id < id_of(cursor))
    rows = await query
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(items=[Media(**row) for row in rows[:limit]], next_cursor=next_cursor)


async def _by_hash(sha256: str) -> Media | None:
    row = await MediaRow.select(*_MEDIA).where(MediaRow.sha256 == sha256).first()
    return None if row is None else Media(**row)


def _write(path: Path, data: bytes) -> None:
    """Put the file there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{secrets.token_hex(8)}")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
