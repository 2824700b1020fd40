"""Writes of the table of sizes: what is wanted, who is at it, what came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from octavo.content.events import MediaReplaced
from octavo.content.media import queries as media
from octavo.content.media import uses
from octavo.kernel.db import transaction
from octavo.publishing.images.queries import decode_files
from octavo.publishing.images.schemas import MediaRenditions, StoredRendition, Work
from octavo.publishing.service import mark_changed
from octavo.publishing.tables import RenditionRow

__all__ = ["claim", "forget", "note", "on_media_replaced", "release", "want"]

_CLAIM = timedelta(minutes=5)
_AT_ONCE = 200


async def want(hashes: Sequence[str], *, recipe: str, again: bool = False) -> int:
    """Have sizes made of pictures that have none by this recipe; answer of how many.

    `again` asks anew for those that failed.
    """
    asked = 0
    for start in range(0, len(hashes), _AT_ONCE):
        part = list(hashes[start : start + _AT_ONCE])
        async with transaction():
            rows = await RenditionRow.select(
                RenditionRow.sha256, RenditionRow.recipe, RenditionRow.state
            ).where(RenditionRow.sha256.is_in(part))
            known = {row["sha256"] for row in rows}
            stale = [
                row["sha256"]
                for row in rows
                if row["recipe"] != recipe or (again and row["state"] == "failed")
            ]
            if stale:
                await RenditionRow.update(
                    {
                        RenditionRow.state: "wanted",
                        RenditionRow.recipe: recipe,
                        RenditionRow.tries: 0,
                        RenditionRow.claimed_until: None,
                    }
                ).where(RenditionRow.sha256.is_in(stale))
            fresh = [sha256 for sha256 in part if sha256 not in known]
            if fresh:
                await RenditionRow.insert(
                    *(RenditionRow(sha256=s, recipe=recipe, state="wanted") for s in fresh)
                ).on_conflict(target=RenditionRow.sha256, action="DO NOTHING")
            asked += len(stale) + len(fresh)
    return asked


async def claim(*, now: datetime) -> Work | None:
    """Take the newest picture that waits and that nobody is at; None when there is none.

    Whoever dies at it leaves it to the next one, five minutes later.
    """
    free = (RenditionRow.state == "wanted") & (
        RenditionRow.claimed_until.is_null() | (RenditionRow.claimed_until <= now)
    )
    rows = await (
        RenditionRow.select(RenditionRow.id)
        .where(free)
        .order_by(RenditionRow.tries)
        .order_by(RenditionRow.id, ascending=False)
        .limit(4)
    )
    for row in rows:
        taken = await (
            RenditionRow.update(
                {
                    RenditionRow.claimed_until: now + _CLAIM,
                    RenditionRow.tries: RenditionRow.tries + 1,
                }
            )
            .where((RenditionRow.id == row["id"]) & free)
            .returning(RenditionRow.sha256, RenditionRow.tries, RenditionRow.files)
        )
        if taken:
            one = taken[0]
            return Work(sha256=one["sha256"], tries=one["tries"], files=decode_files(one["files"]))
    return None


async def note(
    work: Work, made: MediaRenditions, *, recipe: str, media_id: int
) -> list[StoredRendition]:
    """Store what came of a picture, and have the pages that show it built again.

    Answers the sizes it had before and has no more.
    """
    async with transaction():
        await RenditionRow.update(
            {
                RenditionRow.state: made.state,
                RenditionRow.recipe: recipe,
                RenditionRow.reason: made.reason[:300],
                RenditionRow.width: made.width,
                RenditionRow.height: made.height,
                RenditionRow.files: msgspec.json.encode(made.files).decode(),
                RenditionRow.made_at: made.made_at,
                RenditionRow.claimed_until: None,
            }
        ).where(RenditionRow.sha256 == work.sha256)
        await mark_changed(*(f"piece:{i}" for i in await uses.live_pieces(media_id)))
    kept = {file.path for file in made.files}
    return [file for file in work.files if file.path not in kept]


async def on_media_replaced(event: MediaReplaced) -> None:
    """Have sizes made of the new bytes, whatever recipe the worker has."""
    picture = await media.find_media(event.media_id)
    if picture is not None and picture.kind == "image":
        row = RenditionRow(sha256=picture.sha256, state="wanted")
        await RenditionRow.insert(row).on_conflict(target=RenditionRow.sha256, action="DO NOTHING")


async def release(sha256: str, *, until: datetime) -> None:
    """Leave a picture to whoever comes after `until`; this try does not count."""
    await RenditionRow.update(
        {RenditionRow.claimed_until: until, RenditionRow.tries: RenditionRow.tries - 1}
    ).where((RenditionRow.sha256 == sha256) & (RenditionRow.state == "wanted"))


async def forget(hashes: Sequence[str]) -> list[StoredRendition]:
    """Drop the rows of pictures that are gone; answer the files that nobody needs now."""
    files: list[StoredRendition] = []
    for start in range(0, len(hashes), _AT_ONCE):
        part = list(hashes[start : start + _AT_ONCE])
        gone = await (
            RenditionRow.delete()
            .where(RenditionRow.sha256.is_in(part))
            .returning(RenditionRow.files)
        )
        files += [file for row in gone for file in decode_files(row["files"])]
    return files
