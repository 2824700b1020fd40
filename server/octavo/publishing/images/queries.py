"""Reads of the table of sizes. Rows in, Structs out."""

from collections.abc import Sequence
from typing import Any

import msgspec

from octavo.publishing.images.schemas import MediaRenditions, RenditionCounts, StoredRendition
from octavo.publishing.tables import RenditionRow

__all__ = [
    "all_hashes",
    "count_renditions",
    "decode_files",
    "known_paths",
    "renditions_of",
    "thumbnails_of",
]

_AT_ONCE = 500
_files = msgspec.json.Decoder(list[StoredRendition])


async def renditions_of(hashes: Sequence[str]) -> dict[str, MediaRenditions]:
    """Answer what was made of pictures, by the SHA-256 of their bytes; the unknown are left out."""
    found: dict[str, MediaRenditions] = {}
    for start in range(0, len(hashes), _AT_ONCE):
        part = list(hashes[start : start + _AT_ONCE])
        rows = await RenditionRow.select().where(RenditionRow.sha256.is_in(part))
        found |= {row["sha256"]: _made(row) for row in rows}
    return found


async def thumbnails_of(hashes: Sequence[str]) -> dict[str, str]:
    """Answer the path of the smallest size of pictures, by the SHA-256 of their bytes.

    Of the formats that have it, the one that every browser shows.
    """
    return {
        sha256: min(made.files, key=lambda one: (one.width, one.mime == "image/avif")).path
        for sha256, made in (await renditions_of(hashes)).items()
        if made.files
    }


async def count_renditions() -> RenditionCounts:
    """Count the pictures by what became of them, and what their sizes take."""
    counts: dict[str, int] = {}
    last = sizes = size_bytes = 0
    while True:
        rows = await (
            RenditionRow.select(RenditionRow.id, RenditionRow.state, RenditionRow.files)
            .where(RenditionRow.id > last)
            .order_by(RenditionRow.id)
            .limit(_AT_ONCE)
        )
        for row in rows:
            counts[row["state"]] = counts.get(row["state"], 0) + 1
            files = decode_files(row["files"])
            sizes += len(files)
            size_bytes += sum(file.size_bytes for file in files)
        if len(rows) < _AT_ONCE:
            return RenditionCounts(**counts, sizes=sizes, size_bytes=size_bytes)
        last = rows[-1]["id"]


async def all_hashes() -> set[str]:
    """Answer the hash of every picture that the table knows."""
    return {row["sha256"] for row in await RenditionRow.select(RenditionRow.sha256)}


async def known_paths() -> set[str]:
    """Answer the name of every size that some picture has."""
    rows = await RenditionRow.select(RenditionRow.files)
    return {file.path for row in rows for file in decode_files(row["files"])}


def decode_files(text: str) -> list[StoredRendition]:
    return _files.decode(text)


def _made(row: dict[str, Any]) -> MediaRenditions:
    return MediaRenditions(
        state=row["state"],
        reason=row["reason"],
        width=row["width"],
        height=row["height"],
        files=decode_files(row["files"]),
        made_at=row["made_at"],
    )
