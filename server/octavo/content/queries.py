"""Reads of pieces and their revisions, as writers see them. Rows in, Structs out."""

from collections.abc import Sequence
from typing import Any

import msgspec

from octavo.content.cursors import id_of
from octavo.content.errors import PieceNotFoundError, RevisionNotFoundError
from octavo.content.fields import fields_from
from octavo.content.kinds import Meta
from octavo.content.schemas import (
    AuthorRef,
    Piece,
    PieceSummary,
    PlannedEdit,
    Revision,
    RevisionSummary,
    SeriesRef,
    TagRef,
    TranslationRef,
)
from octavo.content.tables import (
    AuthorRow,
    PieceAuthorRow,
    PieceRow,
    PieceTagRow,
    RevisionRow,
    SeriesRow,
    TagRow,
)
from octavo.kernel.db import one_of
from octavo.kernel.pagination import Page, encode_cursor

Row = dict[str, Any]

PIECE_COLUMNS = (
    PieceRow.id,
    PieceRow.kind,
    PieceRow.title,
    PieceRow.slug,
    PieceRow.status,
    PieceRow.version,
    PieceRow.campaign_id,
    PieceRow.path,
    PieceRow.language,
    PieceRow.translation_group,
    PieceRow.planned_for,
    PieceRow.publish_at,
    PieceRow.publish_zone,
    PieceRow.publish_instant,
    PieceRow.unpublish_at,
    PieceRow.unpublish_zone,
    PieceRow.unpublish_instant,
    PieceRow.edit_revision_id,
    PieceRow.edit_at,
    PieceRow.edit_zone,
    PieceRow.edit_instant,
    PieceRow.series_id,
    PieceRow.series_position,
    PieceRow.published_at,
    PieceRow.live_path,
    PieceRow.head_revision_id,
    PieceRow.live_revision_id,
    PieceRow.created_by,
    PieceRow.created_at,
    PieceRow.updated_at,
    PieceRow.stands_at,
    PieceRow.search_key,
)
_TEXT = (
    RevisionRow.body,
    RevisionRow.excerpt,
    RevisionRow.language,
    RevisionRow.canonical_url,
    RevisionRow.source_url,
    RevisionRow.fields,
    RevisionRow.meta,
)
_REVISION = (
    RevisionRow.id,
    RevisionRow.piece_id,
    RevisionRow.number,
    RevisionRow.reason,
    RevisionRow.title,
    RevisionRow.slug,
    RevisionRow.created_at,
    RevisionRow.created_by,
    RevisionRow.created_by_name,
)


async def find_piece(piece_id: int) -> Piece | None:
    """Answer a piece with its text, or None."""
    row = await PieceRow.select(*PIECE_COLUMNS).where(PieceRow.id == piece_id).first()
    if row is None:
        return None
    text = await (
        RevisionRow.select(*_TEXT, RevisionRow.title)
        .where(RevisionRow.id == row["head_revision_id"])
        .first()
    )
    (summary,) = await summaries([row])
    known = {name: getattr(summary, name) for name in PieceSummary.__struct_fields__}
    meta = _taken_apart(text, kind=summary.kind) if text else {}
    for name in ("series_id", "series_position"):  # of the piece: a series may be gone since
        meta.pop(name, None)
    siblings = await translations_of(row["translation_group"], but=piece_id)
    return Piece(**{**known, **meta}, translations=siblings)


async def get_piece(piece_id: int) -> Piece:
    """Answer a piece with its text.

    Raises:
        PieceNotFoundError: there is none of that id.
    """
    piece = await find_piece(piece_id)
    if piece is None:
        raise PieceNotFoundError(f"there is no piece {piece_id}")
    return piece


async def translations_of(group: str | None, *, but: int = 0) -> list[TranslationRef]:
    """Answer the pieces of a group of translations by language, all but one."""
    if group is None:
        return []
    rows = await (
        PieceRow.select(PieceRow.id, PieceRow.language, PieceRow.title, PieceRow.status)
        .where((PieceRow.translation_group == group) & (PieceRow.id != but))
        .order_by(PieceRow.language)
    )
    return [TranslationRef(**row) for row in rows]


async def pieces_named(piece_ids: Sequence[int]) -> dict[int, PieceSummary]:
    """Answer those of the pieces that exist, without their texts."""
    if not piece_ids:
        return {}
    rows = await PieceRow.select(*PIECE_COLUMNS).where(PieceRow.id.is_in(list(piece_ids)))
    return {summary.id: summary for summary in await summaries(rows)}


async def list_revisions(
    piece_id: int, *, cursor: str | None = None, limit: int = 20
) -> Page[RevisionSummary]:
    """Answer a page of a piece's revisions without their texts, newest first.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    marks = await _marks(piece_id)
    query = (
        RevisionRow.select(*_REVISION)
        .where(RevisionRow.piece_id == piece_id)
        .order_by(RevisionRow.id, ascending=False)
        .limit(limit + 1)
    )
    if cursor:
        query = query.where(RevisionRow.id < id_of(cursor))
    rows = await query
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    items = [RevisionSummary(**row, **_is_marked(row["id"], marks)) for row in rows[:limit]]
    return Page(items=items, next_cursor=next_cursor)


async def get_revision(piece_id: int, revision_id: int) -> Revision:
    """Answer one revision with its text.

    Raises:
        PieceNotFoundError: there is no such piece.
        RevisionNotFoundError: the piece has no such revision.
    """
    marks = await _marks(piece_id)
    row = await (
        RevisionRow.select(*_REVISION, *_TEXT, RevisionRow.tag_names, RevisionRow.author_names)
        .where((RevisionRow.id == revision_id) & (RevisionRow.piece_id == piece_id))
        .first()
    )
    if row is None:
        raise RevisionNotFoundError(f"piece {piece_id} has no revision {revision_id}")
    tags = msgspec.json.decode(row.pop("tag_names"), type=list[str])
    authors = msgspec.json.decode(row.pop("author_names"), type=list[str])
    text = _taken_apart(row, kind=marks["kind"])
    return Revision(**text, **_is_marked(row["id"], marks), tags=tags, authors=authors)


def _taken_apart(text: Row, *, kind: str) -> Row:
    """Answer a row of a revision with what its JSON columns hold as fields of their own."""
    meta = msgspec.json.decode(text.pop("meta"), type=Meta)
    fields = fields_from(kind, text.pop("fields"))
    return {**text, "fields": fields, **msgspec.structs.asdict(meta)}


async def tags_of(piece_ids: Sequence[int], *, live: bool = False) -> dict[int, list[TagRef]]:
    """Answer the tags of each piece in their order, as writers or (`live`) readers see them."""
    rows = await (
        PieceTagRow.select(
            PieceTagRow.piece_id,
            PieceTagRow.tag_id.as_alias("id"),
            PieceTagRow.tag_id.name.as_alias("name"),
            PieceTagRow.tag_id.slug.as_alias("slug"),
        )
        .where(one_of(PieceTagRow.piece_id, piece_ids) & (PieceTagRow.live == live))
        .order_by(PieceTagRow.piece_id, PieceTagRow.position)
    )
    return _grouped(rows, TagRef)


async def authors_of(piece_ids: Sequence[int], *, live: bool = False) -> dict[int, list[AuthorRef]]:
    """Answer the bylines of each piece in their order, as writers or (`live`) readers see them."""
    rows = await (
        PieceAuthorRow.select(
            PieceAuthorRow.piece_id,
            PieceAuthorRow.author_id.as_alias("id"),
            PieceAuthorRow.author_id.name.as_alias("name"),
            PieceAuthorRow.author_id.slug.as_alias("slug"),
            PieceAuthorRow.author_id.bio.as_alias("bio"),
            PieceAuthorRow.author_id.website.as_alias("website"),
        )
        .where(one_of(PieceAuthorRow.piece_id, piece_ids) & (PieceAuthorRow.live == live))
        .order_by(PieceAuthorRow.piece_id, PieceAuthorRow.position)
    )
    return _grouped(rows, AuthorRef)


async def tag_refs(tag_ids: Sequence[int]) -> list[TagRef]:
    """Answer those of the tags that exist, in this order."""
    rows = await TagRow.select(TagRow.id, TagRow.name, TagRow.slug).where(
        TagRow.id.is_in(list(tag_ids) or [0])
    )
    found = {row["id"]: TagRef(**row) for row in rows}
    return [found[i] for i in tag_ids if i in found]


async def author_refs(author_ids: Sequence[int]) -> list[AuthorRef]:
    """Answer those of the bylines that exist, in this order."""
    rows = await AuthorRow.select(
        AuthorRow.id, AuthorRow.name, AuthorRow.slug, AuthorRow.bio, AuthorRow.website
    ).where(AuthorRow.id.is_in(list(author_ids) or [0]))
    found = {row["id"]: AuthorRef(**row) for row in rows}
    return [found[i] for i in author_ids if i in found]


def _grouped(rows: list[Row], kind: type[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.pop("piece_id"), []).append(kind(**row))
    return grouped


async def summaries(rows: list[Row]) -> list[PieceSummary]:
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    tags, authors = await tags_of(ids), await authors_of(ids)
    live_ids = [row["live_revision_id"] for row in rows if row["live_revision_id"] is not None]
    numbers = await _numbers(live_ids)
    series = await series_named([row["series_id"] for row in rows if row["series_id"]])
    return [
        PieceSummary(
            **{name: row[name] for name in row if name in PieceSummary.__struct_fields__},
            tags=tags.get(row["id"], []),
            authors=authors.get(row["id"], []),
            series=series.get(row["series_id"]),
            planned_edit=_planned_edit(row),
            url=row["path"],
            live_version=numbers.get(row["live_revision_id"] or 0),
            has_unpublished_changes=row["live_revision_id"] is not None
            and row["live_revision_id"] != row["head_revision_id"],
        )
        for row in rows
    ]


async def series_named(series_ids: Sequence[int]) -> dict[int, SeriesRef]:
    """Answer those of the series that exist, by id."""
    if not series_ids:
        return {}
    rows = await SeriesRow.select(SeriesRow.id, SeriesRow.title, SeriesRow.slug).where(
        SeriesRow.id.is_in(sorted(set(series_ids)))
    )
    return {row["id"]: SeriesRef(**row) for row in rows}


def _planned_edit(row: Row) -> PlannedEdit | None:
    if row["edit_revision_id"] is None:
        return None
    return PlannedEdit(
        revision_id=row["edit_revision_id"],
        publish_at=row["edit_at"],
        publish_zone=row["edit_zone"],
        publish_instant=row["edit_instant"],
    )


async def _numbers(revision_ids: list[int]) -> dict[int, int]:
    if not revision_ids:
        return {}
    rows = await RevisionRow.select(RevisionRow.id, RevisionRow.number).where(
        RevisionRow.id.is_in(revision_ids)
    )
    return {row["id"]: row["number"] for row in rows}


async def _marks(piece_id: int) -> Row:
    row = await (
        PieceRow.select(PieceRow.kind, PieceRow.head_revision_id, PieceRow.live_revision_id)
        .where(PieceRow.id == piece_id)
        .first()
    )
    if row is None:
        raise PieceNotFoundError(f"there is no piece {piece_id}")
    return row


def _is_marked(revision_id: int, marks: Row) -> Row:
    return {
        "is_head": revision_id == marks["head_revision_id"],
        "is_live": revision_id == marks["live_revision_id"],
    }
