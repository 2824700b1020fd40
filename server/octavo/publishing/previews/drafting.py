"""A piece as readers would see it now, though they do not: for previews. Nothing is stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.content import queries as content
from octavo.content import site_queries
from octavo.content.fields import check_cover, check_fields
from octavo.content.schemas import AuthorRef, Piece, PublishedPiece, SeriesShown, TagRef
from octavo.kernel.text import clean_text, slugify
from octavo.publishing.read_model.prepared import path_problem
from octavo.publishing.schemas import PiecePreviewIn

__all__ = ["draft_piece", "stored_piece"]

_ANYWHERE = "/preview/"


async def draft_piece(draft: PiecePreviewIn, *, now: datetime) -> PublishedPiece:
    """Answer a draft as its editor has it; what it leaves out is as the stored piece has it.

    Raises:
        InvalidInputError: its fields are not those of its kind.
    """
    stored = await content.find_piece(draft.piece_id) if draft.piece_id else None
    known = await _shown(stored, now=now) if stored else _nothing(now)
    changed: dict[str, Any] = {
        name: value for name in _TAKEN if (value := getattr(draft, name)) is not UNSET
    }
    kind = changed.get("kind", known.kind)
    if draft.fields is not UNSET or kind != known.kind:
        kept = known.fields if kind == known.kind else {}
        changed["fields"] = check_fields(kind, {**kept, **(draft.fields or {})})
    if draft.cover is not UNSET:
        changed["cover"] = check_cover(draft.cover)
    if draft.tags is not UNSET:
        changed["tags"] = _tags_named(draft.tags)
    if draft.author_ids is not UNSET:
        found = {a.id: a for a in await site_queries.authors_named(draft.author_ids)}
        changed["authors"] = [found[i] for i in draft.author_ids if i in found]
    if draft.source_url is not UNSET:
        changed["source"] = clean_text(draft.source_url or "", field="source_url") or None
    if draft.series_id is not UNSET:
        changed["series"] = await _series(draft.series_id)
    return msgspec.structs.replace(known, **changed)


async def stored_piece(piece_id: int, revision_id: int | None, *, now: datetime) -> PublishedPiece:
    """Answer a piece with its text of now, or with that of a revision.

    Raises:
        PieceNotFoundError: there is no such piece.
        RevisionNotFoundError: it has no such revision.
    """
    known = await _shown(await content.get_piece(piece_id), now=now)
    if revision_id is None:
        return known
    revision = await content.get_revision(piece_id, revision_id)
    then = {name: getattr(revision, name) for name in _OF_A_REVISION}
    return msgspec.structs.replace(
        known,
        **then,
        tags=_tags_named(revision.tags),
        authors=_authors_named(revision.authors, known.authors),
        series=await _series(revision.series_id),
        source=revision.source_url,
    )


_TAKEN = (
    "kind", "title", "body", "excerpt", "language", "meta_title", "meta_description",
    "series_position",
)  # fmt: skip
_OF_A_REVISION = (
    "title", "slug", "body", "excerpt", "language", "canonical_url", "fields", "cover",
    "meta_title", "meta_description", "featured", "series_position",
)  # fmt: skip
_OF_A_PIECE = (
    "id", "kind", "title", "slug", "body", "excerpt", "language", "tags", "authors",
    "canonical_url", "fields", "cover", "meta_title", "meta_description", "featured",
    "series_position",
)  # fmt: skip


async def _shown(piece: Piece, *, now: datetime) -> PublishedPiece:
    path = piece.live_path or piece.path or _ANYWHERE
    taken: dict[str, Any] = {name: getattr(piece, name) for name in _OF_A_PIECE}
    return PublishedPiece(
        **taken,
        revision_id=0,
        path=_ANYWHERE if path_problem(path) else path,
        published_at=piece.published_at or piece.publish_instant or now,
        updated_at=None,
        source=piece.source_url,
        series=await _series(piece.series.id if piece.series else None),
    )


def _nothing(now: datetime) -> PublishedPiece:
    return PublishedPiece(
        id=0,
        kind="post",
        revision_id=0,
        title="",
        slug="preview",
        path=_ANYWHERE,
        body="",
        excerpt="",
        language="",
        published_at=now,
        updated_at=None,
        tags=[],
        authors=[],
        canonical_url=None,
        source=None,
    )


async def _series(series_id: int | None) -> SeriesShown | None:
    return (await site_queries.series_named([series_id])).get(series_id) if series_id else None


def _tags_named(names: Sequence[str]) -> list[TagRef]:
    return [TagRef(id=i, name=name, slug=slugify(name)) for i, name in enumerate(names, start=1)]


def _authors_named(names: Sequence[str], known: Sequence[AuthorRef]) -> list[AuthorRef]:
    by_name = {author.name: author for author in known}
    made = {
        n: AuthorRef(id=10**9 + i, name=n, slug=slugify(n), bio="") for i, n in enumerate(names)
    }
    return [by_name.get(name, made[name]) for name in names]
