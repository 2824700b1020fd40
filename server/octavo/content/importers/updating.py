"""Files that were imported before: found again, and taken over when only the file changed."""

from datetime import datetime
from typing import Any

import msgspec

from octavo.accounts.schemas import SYSTEM
from octavo.content import authors, queries
from octavo.content import service as content
from octavo.content.errors import StalePieceError
from octavo.content.importers.found import Found
from octavo.content.importers.storing import Byline, Prepared, meta_of, series_of
from octavo.content.schemas import PiecePatch, Transition
from octavo.content.tables import ImportedRow
from octavo.kernel.db import transaction
from octavo.kernel.errors import OctavoError
from octavo.kernel.events import EventBus

_AT_ONCE = 2_000


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A piece that came from a file, as both are noted."""

    source_id: str
    content_hash: str
    piece_id: int
    piece_version: int
    title: str
    slug: str
    path: str
    published_at: datetime | None


async def load_known(source: str) -> dict[str, Known]:
    """Answer everything that was imported from such a source, by source id."""
    known: dict[str, Known] = {}
    after = 0
    while rows := await _known_after(source, after):
        after = rows[-1].pop("id")
        for row in rows:
            row.pop("id", None)
            known[row["source_id"]] = Known(**row)
    return known


async def _known_after(source: str, after: int) -> list[dict[str, Any]]:
    """Answer some rows: all at once would take three times their memory."""
    return await (
        ImportedRow.select(
            ImportedRow.id,
            ImportedRow.source_id,
            ImportedRow.content_hash,
            ImportedRow.piece_id,
            ImportedRow.piece_version,
            ImportedRow.piece_id.title.as_alias("title"),
            ImportedRow.piece_id.slug.as_alias("slug"),
            ImportedRow.piece_id.path.as_alias("path"),
            ImportedRow.piece_id.published_at.as_alias("published_at"),
        )
        .where((ImportedRow.source == source) & (ImportedRow.id > after))
        .order_by(ImportedRow.id)
        .limit(_AT_ONCE)
    )


def match(
    known: dict[str, Known], file: str, content_hash: str, found: Found
) -> tuple[Known | None, str]:
    """Answer the piece that a file became, or None, and the source id to note.

    Two blogs may each have an `about.md`: a file with another title and another date under a known
    path is another post, and is noted under the path with a number.
    """
    number, source_id = 1, file
    while (candidate := known.get(source_id)) is not None:
        same = candidate.content_hash == content_hash or candidate.title == found.title
        if same or (found.published_at and candidate.published_at == found.published_at):
            return candidate, source_id
        number += 1
        source_id = f"{file}#{number}"
    return None, source_id


async def update_piece(
    known: Known, prepared: Prepared, *, fallback: Byline, now: datetime, bus: EventBus
) -> str | None:
    """Take a changed file over into its piece; answer why not, or None.

    What somebody wrote here since stays: such a piece is left alone.
    """
    piece = await queries.get_piece(known.piece_id)
    if piece.version != known.piece_version:
        return "its piece was edited here since it was imported"
    found = prepared.found
    try:
        async with transaction():
            bylines = await authors.ensure_authors(found.authors, now=now) or fallback.authors
            patch = PiecePatch(
                version=piece.version,
                title=found.title,
                body=prepared.body,
                excerpt=found.excerpt,
                tags=found.tags,
                author_ids=[byline.id for byline in bylines],
                language=found.language,
                canonical_url=found.canonical_url,
                source_url=found.source_url,
                **_meta(found, await series_of([found], now=now)),
            )
            piece = await content.patch_piece(piece.id, patch, actor=SYSTEM, now=now, bus=bus)
            if prepared.status == "published" and piece.status in {"draft", "published"}:
                # It is published where it comes from: holding it back here would only part the two.
                move = Transition(to="published", version=piece.version, despite_checks=True)
                piece = await content.transition_piece(
                    piece.id, move, actor=SYSTEM, now=now, bus=bus
                )
            await _note(known, prepared, version=piece.version, now=now)
    except StalePieceError:
        return "its piece was edited here while it was imported"
    except OctavoError as exc:
        return exc.message
    return None


def _meta(found: Found, serials: dict[str, int]) -> dict[str, Any]:
    """Answer what changes of cover, series and search texts; what the source does not tell stays."""
    meta = meta_of(found, serials)
    told = {"cover": meta.cover, "meta_title": meta.meta_title,
            "meta_description": meta.meta_description, "series_id": meta.series_id,
            "series_position": meta.series_position}  # fmt: skip
    return {**{name: value for name, value in told.items() if value}, "featured": meta.featured}


async def _note(known: Known, prepared: Prepared, *, version: int, now: datetime) -> None:
    await ImportedRow.update(
        {
            ImportedRow.content_hash: prepared.content_hash,
            ImportedRow.piece_version: version,
            ImportedRow.imported_at: now,
        }
    ).where(ImportedRow.piece_id == known.piece_id)
