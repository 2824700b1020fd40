"""Pieces stored by the batch, each batch in one transaction: what makes an import quick.

The rules of `service` hold here too; they are applied to many rows at once. A batch is stored
whole, with the note of where its pieces came from, so an import that was killed goes on from there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM
from octavo.content import authors, rules, series, tags
from octavo.content.events import PiecesImported, RedirectsChanged
from octavo.content.fields import check_cover, shown_title
from octavo.content.importers.found import Found
from octavo.content.importers.kinship import join_families
from octavo.content.kinds import Cover, Meta
from octavo.content.media import uses
from octavo.content.schemas import AuthorRef, TagRef
from octavo.content.tables import (
    ImportedRow,
    PieceAuthorRow,
    PieceRow,
    PieceTagRow,
    RedirectRow,
    RevisionRow,
)
from octavo.kernel.db import fetch, transaction
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.events import EventBus


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """One piece, decided in every point, on its way into the database."""

    source_id: str
    content_hash: str
    found: Found
    status: str
    slug: str
    path: str
    body: str
    redirects: list[str]
    family: tuple[str, ...] = ()  # the source ids of its translations, with its own


class Byline(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets the pieces that name no author: a byline and the user behind it, if any."""

    authors: list[AuthorRef]
    user_id: int | None


async def store_batch(
    batch: Sequence[Prepared],
    *,
    source: str,
    zone: ZoneInfo,
    fallback: Byline,
    now: datetime,
    bus: EventBus,
) -> dict[str, int]:
    """Store the pieces with everything that belongs to them; answer source id -> piece id."""
    async with transaction():
        refs = await _labels(batch, now=now)
        bylines = await _bylines(batch, fallback=fallback, now=now)
        serials = await series_of([item.found for item in batch], now=now)
        ids = await _pieces(batch, serials, zone=zone, fallback=fallback, now=now)
        await _revisions(batch, ids, refs, bylines, serials, now=now)
        await _links(batch, ids, refs, bylines)
        await _redirects(batch, ids, now=now)
        await ImportedRow.insert(
            *(_imported(item, ids[item.slug], source=source, now=now) for item in batch)
        )
        await join_families((item.family for item in batch), source=source, bus=bus)
        live = tuple(ids[item.slug] for item in batch if item.status == "published")
        await accounts.record(
            SYSTEM, "pieces.imported", subject=f"import:{source}", now=now,
            detail={"pieces": len(batch), "live": len(live)},
        )  # fmt: skip
        await bus.announce(PiecesImported(piece_ids=tuple(ids.values()), live_ids=live))
        if paths := tuple(path for item in batch for path in item.redirects):
            await bus.announce(RedirectsChanged(paths=paths))
    return {item.source_id: ids[item.slug] for item in batch}


async def _labels(batch: Sequence[Prepared], *, now: datetime) -> dict[str, TagRef]:
    names: dict[str, str] = {}
    for item in batch:
        for name in item.found.tags:
            names.setdefault(rules.tag_slug(name), name)
    return {ref.slug: ref for ref in await tags.ensure_tags(names, now=now)}


async def _bylines(
    batch: Sequence[Prepared], *, fallback: Byline, now: datetime
) -> dict[str, list[AuthorRef]]:
    """Answer the bylines of each piece by its slug."""
    names = list(dict.fromkeys(name for item in batch for name in item.found.authors))
    found = {ref.slug: ref for ref in await authors.ensure_authors(names, now=now)}
    signed: dict[str, list[AuthorRef]] = {}
    for item in batch:
        slugs = dict.fromkeys(rules.author_slug(name) for name in item.found.authors)
        signed[item.slug] = [found[slug] for slug in slugs if slug in found] or fallback.authors
    return signed


async def series_of(founds: Sequence[Found], *, now: datetime) -> dict[str, int]:
    """Answer the ids of the series that are named, by title; makes those that are missing."""
    titles = dict.fromkeys(found.series for found in founds if found.series)
    return await series.ensure_series(list(titles), now=now) if titles else {}


async def _pieces(
    batch: Sequence[Prepared],
    serials: dict[str, int],
    *,
    zone: ZoneInfo,
    fallback: Byline,
    now: datetime,
) -> dict[str, int]:
    rows = [
        _piece(item, serials, zone=zone, created_by=fallback.user_id, now=now) for item in batch
    ]
    stored = await PieceRow.insert(*rows).returning(PieceRow.id, PieceRow.slug)
    return {row["slug"]: row["id"] for row in stored}


def _piece(
    item: Prepared,
    serials: dict[str, int],
    *,
    zone: ZoneInfo,
    created_by: int | None,
    now: datetime,
) -> PieceRow:
    instant = item.found.published_at
    live, scheduled = item.status == "published", item.status == "scheduled"
    wall = instant.astimezone(zone) if scheduled and instant else None
    title = shown_title(item.found.title, item.body, item.found.fields)
    return PieceRow(
        kind=item.found.kind,
        status=item.status,
        title=title,
        slug=item.slug,
        path=item.path,
        search_key=rules.search_key(title, item.slug),
        language=rules.tidy_language(item.found.language),
        series_id=serials.get(item.found.series),
        series_position=item.found.series_position,
        publish_at=wall and wall.replace(tzinfo=None).isoformat(timespec="seconds"),
        publish_zone=zone.key if scheduled else None,
        publish_fold=wall and wall.fold,
        publish_instant=instant if scheduled else None,
        stands_at=instant or now,
        published_at=(instant or now) if live else None,
        live_at=_live_at(item.found, now=now) if live else None,
        live_path=item.path if live else None,
        created_by=created_by,
        created_at=now,
        updated_at=now,
    )


def _live_at(found: Found, *, now: datetime) -> datetime:
    """Answer when readers got what they see: the last change, if it makes sense."""
    published = found.published_at or now
    modified = found.modified_at or published
    return modified if published <= modified <= now else published


async def _revisions(
    batch: Sequence[Prepared],
    ids: dict[str, int],
    refs: dict[str, TagRef],
    bylines: dict[str, list[AuthorRef]],
    serials: dict[str, int],
    *,
    now: datetime,
) -> None:
    rows = [
        _revision(item, refs, bylines, serials, piece_id=ids[item.slug], now=now) for item in batch
    ]
    await RevisionRow.insert(*rows)
    low, high = min(ids.values()), max(ids.values())
    await fetch(
        "UPDATE piece SET head_revision_id = r.id,"
        " live_revision_id = CASE WHEN piece.status = 'published' THEN r.id END"
        " FROM piece_revision AS r WHERE r.piece_id = piece.id AND r.number = 1"
        " AND piece.head_revision_id IS NULL AND piece.id BETWEEN {} AND {} RETURNING piece.id",
        low,
        high,
    )


def _revision(
    item: Prepared,
    refs: dict[str, TagRef],
    bylines: dict[str, list[AuthorRef]],
    serials: dict[str, int],
    *,
    piece_id: int,
    now: datetime,
) -> RevisionRow:
    fields, meta = _json(item.found.fields), _json(meta_of(item.found, serials))
    return RevisionRow(
        piece_id=piece_id,
        number=1,
        reason="imported",
        created_at=now,
        created_by_name=SYSTEM.name,
        title=item.found.title,
        slug=item.slug,
        language=item.found.language,
        canonical_url=item.found.canonical_url,
        source_url=item.found.source_url,
        excerpt=item.found.excerpt,
        tag_names=_json([ref.name for ref in _tags_of(item, refs)]),
        author_names=_json([byline.name for byline in bylines[item.slug]]),
        extra=_json(item.found.extra),
        fields=fields,
        meta=meta,
        media_noted=not uses.may_use_media(body=item.body, fields=fields, meta=meta),
        body=item.body,
    )


async def _links(
    batch: Sequence[Prepared],
    ids: dict[str, int],
    refs: dict[str, TagRef],
    bylines: dict[str, list[AuthorRef]],
) -> None:
    tag_rows: list[Any] = []
    author_rows: list[Any] = []
    for item in batch:
        piece_id = ids[item.slug]
        for live in (False, True) if item.status == "published" else (False,):
            tag_rows += [
                PieceTagRow(piece_id=piece_id, tag_id=ref.id, position=place, live=live)
                for place, ref in enumerate(_tags_of(item, refs))
            ]
            author_rows += [
                PieceAuthorRow(piece_id=piece_id, author_id=byline.id, position=place, live=live)
                for place, byline in enumerate(bylines[item.slug])
            ]
    for table, rows in ((PieceTagRow, tag_rows), (PieceAuthorRow, author_rows)):
        for start in range(0, len(rows), _MAX_ROWS):
            await table.insert(*rows[start : start + _MAX_ROWS])


_MAX_ROWS = 1_000
_MAX_LINE, _MAX_META, _MAX_CAPTION = 300, 1_000, 5_000


async def _redirects(batch: Sequence[Prepared], ids: dict[str, int], *, now: datetime) -> None:
    rows = [
        RedirectRow(from_path=path, piece_id=ids[item.slug], reason="imported", created_at=now)
        for item in batch
        for path in item.redirects
    ]
    for start in range(0, len(rows), _MAX_ROWS):
        part = rows[start : start + _MAX_ROWS]
        await RedirectRow.insert(*part).on_conflict(
            target=RedirectRow.from_path, action="DO NOTHING"
        )


def _imported(item: Prepared, piece_id: int, *, source: str, now: datetime) -> ImportedRow:
    return ImportedRow(
        source=source,
        source_id=item.source_id,
        piece_id=piece_id,
        content_hash=item.content_hash,
        old_url=item.found.old_url,
        imported_at=now,
    )


def meta_of(found: Found, serials: dict[str, int]) -> Meta:
    """Answer what a revision says beside its text; a cover whose address is none stays in `extra`."""
    return Meta(
        cover=cover_of(found),
        meta_title=found.meta_title[:_MAX_LINE],
        meta_description=found.meta_description[:_MAX_META],
        featured=found.featured,
        series_id=serials.get(found.series),
        series_position=found.series_position,
    )


def cover_of(found: Found) -> Cover | None:
    """Answer the cover as it is stored, or None."""
    cover = found.cover
    if cover is None:
        return None
    alt, caption = cover.alt[:_MAX_LINE], cover.caption[:_MAX_CAPTION]
    if cover.media_id is not None:
        return Cover(media_id=cover.media_id, alt=alt, caption=caption)
    try:
        return check_cover(Cover(url=cover.url[:2_000], alt=alt, caption=caption))
    except InvalidInputError:
        return None


def _tags_of(item: Prepared, refs: dict[str, TagRef]) -> list[TagRef]:
    return [refs[rules.tag_slug(name)] for name in item.found.tags]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
