"""Reads for the site builder: pieces as readers see them, and where old addresses lead."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from octavo.content.fields import fields_from
from octavo.content.kinds import Meta
from octavo.content.planned import refs_from
from octavo.content.queries import author_refs, authors_of, tags_of
from octavo.content.schemas import (
    AuthorRef,
    LiveTranslation,
    PublishedPiece,
    Redirect,
    SeriesShown,
    TagRef,
)
from octavo.content.tables import AuthorRow, PieceRow, RedirectRow, RevisionRow, SeriesRow, TagRow
from octavo.kernel.db import one_of

_LIVE = (
    PieceRow.id,
    PieceRow.kind,
    PieceRow.live_path,
    PieceRow.published_at,
    PieceRow.live_at,
    PieceRow.live_revision_id,
    PieceRow.translation_group,
)
_TEXT = (
    RevisionRow.id,
    RevisionRow.title,
    RevisionRow.slug,
    RevisionRow.body,
    RevisionRow.excerpt,
    RevisionRow.language,
    RevisionRow.canonical_url,
    RevisionRow.source_url,
    RevisionRow.fields,
    RevisionRow.meta,
)
_MAX_HOPS = 10
_decode_meta = msgspec.json.Decoder(Meta).decode


async def published_page(after: tuple[datetime, int] | None, limit: int) -> list[PublishedPiece]:
    """Answer the next `limit` live pieces, oldest first by (published_at, id)."""
    rows: list[dict[str, Any]] = []
    # Those of the last one's moment first, then the later ones: one condition for both would read
    # the index from the first row of that moment, and all of an import may be of one.
    for beyond in _beyond(after):
        query = PieceRow.select(*_LIVE).where(PieceRow.live_revision_id.is_not_null() & beyond)
        rows += await query.order_by(PieceRow.published_at, PieceRow.id).limit(limit - len(rows))
        if len(rows) == limit:
            break
    return await _published(rows)


def _beyond(after: tuple[datetime, int] | None) -> list[Any]:
    if after is None:
        return [PieceRow.published_at.is_not_null()]
    instant, last_id = after
    of_its_moment = (PieceRow.published_at == instant) & (PieceRow.id > last_id)
    return [of_its_moment, PieceRow.published_at > instant]


async def published_pieces(ids: Sequence[int]) -> list[PublishedPiece]:
    """Answer those of the pieces that are live, in no order; one that is absent is not live."""
    if not ids:
        return []
    rows = await PieceRow.select(*_LIVE).where(
        one_of(PieceRow.id, ids) & PieceRow.live_revision_id.is_not_null()
    )
    return await _published(rows)


async def planned_pieces(ids: Sequence[int]) -> list[PublishedPiece]:
    """Answer those of the pieces that have a planned edit, as readers will see them with it.

    Tags and the address are left as they are now.
    """
    rows = await PieceRow.select(*_LIVE, PieceRow.edit_revision_id, PieceRow.edit_refs).where(
        one_of(PieceRow.id, ids)
        & PieceRow.live_revision_id.is_not_null()
        & PieceRow.edit_revision_id.is_not_null()
    )
    refs = {row["id"]: refs_from(row.pop("edit_refs")) for row in rows}
    pieces = await _published(
        [row | {"live_revision_id": row.pop("edit_revision_id")} for row in rows]
    )
    return [
        msgspec.structs.replace(piece, authors=await author_refs(refs[piece.id].author_ids))
        for piece in pieces
    ]


async def live_ids(after: int | None, limit: int) -> list[int]:
    """Answer the next `limit` live pieces by number."""
    rows = await (
        PieceRow.select(PieceRow.id)
        .where(PieceRow.live_revision_id.is_not_null() & (PieceRow.id > (after or 0)))
        .order_by(PieceRow.id)
        .limit(limit)
    )
    return [row["id"] for row in rows]


async def live_translations(groups: Iterable[str]) -> dict[str, list[LiveTranslation]]:
    """Answer the live pieces of groups of translations, by group and id."""
    wanted = sorted(set(groups))
    if not wanted:
        return {}
    rows = await (
        PieceRow.select(
            PieceRow.id, PieceRow.live_path, PieceRow.live_revision_id, PieceRow.translation_group
        )
        .where(PieceRow.translation_group.is_in(wanted) & PieceRow.live_revision_id.is_not_null())
        .order_by(PieceRow.id)
    )
    texts = await RevisionRow.select(RevisionRow.id, RevisionRow.language, RevisionRow.title).where(
        RevisionRow.id.is_in([row["live_revision_id"] for row in rows] or [0])
    )
    text_of = {text.pop("id"): text for text in texts}
    found: dict[str, list[LiveTranslation]] = {}
    for row in rows:
        one = LiveTranslation(
            id=row["id"], path=row["live_path"], **text_of[row["live_revision_id"]]
        )
        found.setdefault(row["translation_group"], []).append(one)
    return found


async def published_count() -> int:
    """Count the live pieces."""
    return int(await PieceRow.count().where(PieceRow.live_revision_id.is_not_null()))


async def redirects_page(after: str | None, limit: int) -> list[Redirect]:
    """Answer the next `limit` redirects by path that lead somewhere now.

    A redirect whose piece is not live leads nowhere and is left out, so a page may hold fewer; the
    end is an empty page.
    """
    query = RedirectRow.select().order_by(RedirectRow.from_path).limit(limit)
    while True:
        page = query if after is None else query.where(RedirectRow.from_path > after)
        rows = await page
        found = await _resolved(rows)
        if found or len(rows) < limit:
            return found
        after = rows[-1]["from_path"]


async def redirects_at(paths: Sequence[str]) -> list[Redirect]:
    """Answer the redirects from these paths that lead somewhere now."""
    if not paths:
        return []
    return await _resolved(
        await RedirectRow.select().where(RedirectRow.from_path.is_in(list(paths)))
    )


async def tags_named(ids: Sequence[int]) -> list[TagRef]:
    """Answer those of the tags that exist, in no order."""
    if not ids:
        return []
    rows = await TagRow.select(TagRow.id, TagRow.name, TagRow.slug).where(
        TagRow.id.is_in(list(ids))
    )
    return [TagRef(**row) for row in rows]


async def authors_named(ids: Sequence[int]) -> list[AuthorRef]:
    """Answer those of the bylines that exist, in no order."""
    if not ids:
        return []
    rows = await AuthorRow.select(
        AuthorRow.id, AuthorRow.name, AuthorRow.slug, AuthorRow.bio, AuthorRow.website
    ).where(AuthorRow.id.is_in(list(ids)))
    return [AuthorRef(**row) for row in rows]


async def series_named(ids: Sequence[int]) -> dict[int, SeriesShown]:
    """Answer those of the series that exist."""
    if not ids:
        return {}
    rows = await SeriesRow.select(
        SeriesRow.id, SeriesRow.title, SeriesRow.slug, SeriesRow.description
    ).where(SeriesRow.id.is_in(list(set(ids))))
    return {row["id"]: SeriesShown(**row) for row in rows}


async def _published(rows: list[dict[str, Any]]) -> list[PublishedPiece]:
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    texts = await RevisionRow.select(*_TEXT).where(
        one_of(RevisionRow.id, [row["live_revision_id"] for row in rows])
    )
    text_of = {text.pop("id"): text for text in texts}
    tags, authors = await tags_of(ids, live=True), await authors_of(ids, live=True)
    metas = {key: _decode_meta(text.pop("meta")) for key, text in text_of.items()}
    series = await series_named([m.series_id for m in metas.values() if m.series_id])
    return [
        PublishedPiece(
            id=row["id"],
            kind=row["kind"],
            revision_id=row["live_revision_id"],
            path=row["live_path"],
            translation_group=row["translation_group"],
            published_at=row["published_at"],
            updated_at=row["live_at"],
            tags=tags.get(row["id"], []),
            authors=authors.get(row["id"], []),
            source=text.pop("source_url"),
            fields=fields_from(row["kind"], text.pop("fields")),
            **_shown(metas[row["live_revision_id"]], series),
            **text,
        )
        for row in rows
        if (text := text_of.get(row["live_revision_id"])) is not None
    ]


def _shown(meta: Meta, series: dict[int, SeriesShown]) -> dict[str, Any]:
    shown = msgspec.structs.asdict(meta)
    shown["series"] = series.get(shown.pop("series_id") or 0)
    return shown


async def _resolved(rows: Iterable[dict[str, Any]]) -> list[Redirect]:
    """Follow each redirect to where it ends; one that ends nowhere or in itself is left out."""
    rows = list(rows)
    paths = await _live_paths({row["piece_id"] for row in rows if row["piece_id"] is not None})
    pending = {
        row["from_path"]: paths.get(row["piece_id"]) if row["piece_id"] else row["to_path"]
        for row in rows
    }
    targets = {path: target for path, target in pending.items() if target}
    for _ in range(_MAX_HOPS):
        hops = await _hops({target for target in targets.values() if target.startswith("/")})
        if not hops:
            break
        targets = {path: hops.get(target, target) for path, target in targets.items()}
    return [
        Redirect(path=path, target=target) for path, target in targets.items() if target != path
    ]


async def _hops(targets: set[str]) -> dict[str, str]:
    """Answer where those of the targets lead that are redirects themselves."""
    if not targets:
        return {}
    rows = await RedirectRow.select().where(RedirectRow.from_path.is_in(sorted(targets)))
    paths = await _live_paths({row["piece_id"] for row in rows if row["piece_id"] is not None})
    hops = {
        row["from_path"]: paths.get(row["piece_id"]) if row["piece_id"] else row["to_path"]
        for row in rows
    }
    return {path: target for path, target in hops.items() if target and target != path}


async def _live_paths(piece_ids: set[int]) -> dict[int, str]:
    if not piece_ids:
        return {}
    rows = await PieceRow.select(PieceRow.id, PieceRow.live_path).where(
        one_of(PieceRow.id, sorted(piece_ids)) & PieceRow.live_revision_id.is_not_null()
    )
    return {row["id"]: row["live_path"] for row in rows}
