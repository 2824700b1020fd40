"""Which addresses of the site lead to something now, and which piece has a title already."""

from collections.abc import Collection, Sequence

from octavo.content import site_queries
from octavo.content.tables import PieceAuthorRow, PieceRow, PieceTagRow

__all__ = ["leading_paths", "live_authors", "live_series", "live_tags", "piece_titled"]


async def leading_paths(paths: Sequence[str]) -> set[str]:
    """Answer those of the paths where a live piece stands, or that lead to one."""
    if not paths:
        return set()
    rows = await PieceRow.select(PieceRow.live_path).where(
        PieceRow.live_path.is_in(list(paths)) & PieceRow.live_revision_id.is_not_null()
    )
    redirects = await site_queries.redirects_at(paths)
    return {row["live_path"] for row in rows} | {redirect.path for redirect in redirects}


async def live_tags(slugs: Collection[str]) -> set[str]:
    """Answer those of the slugs whose tags readers see on a piece: these have a page."""
    if not slugs:
        return set()
    rows = await (
        PieceTagRow.select(PieceTagRow.tag_id.slug.as_alias("slug"))
        .where(
            PieceTagRow.tag_id.slug.is_in(list(slugs))
            & PieceTagRow.live.eq(True)  # noqa: FBT003 - Piccolo's own way
            & PieceTagRow.piece_id.live_revision_id.is_not_null()
        )
        .distinct()
    )
    return {row["slug"] for row in rows}


async def live_authors(slugs: Collection[str]) -> set[str]:
    """Answer those of the slugs whose bylines readers see on a piece: these have a page."""
    if not slugs:
        return set()
    rows = await (
        PieceAuthorRow.select(PieceAuthorRow.author_id.slug.as_alias("slug"))
        .where(
            PieceAuthorRow.author_id.slug.is_in(list(slugs))
            & PieceAuthorRow.live.eq(True)  # noqa: FBT003 - Piccolo's own way
            & PieceAuthorRow.piece_id.live_revision_id.is_not_null()
        )
        .distinct()
    )
    return {row["slug"] for row in rows}


async def live_series(slugs: Collection[str]) -> set[str]:
    """Answer those of the slugs whose series hold a piece that readers see: these have a page."""
    if not slugs:
        return set()
    rows = await (
        PieceRow.select(PieceRow.series_id.slug.as_alias("slug"))
        .where(PieceRow.series_id.slug.is_in(list(slugs)) & PieceRow.live_revision_id.is_not_null())
        .distinct()
    )
    return {row["slug"] for row in rows}


async def piece_titled(title: str, *, besides: int | None) -> int | None:
    """Answer a piece that has the title, other than `besides`; None when there is none."""
    row = await (
        PieceRow.select(PieceRow.id)
        .where((PieceRow.title == title) & (PieceRow.id != (besides or 0)))
        .order_by(PieceRow.id)
        .first()
    )
    return None if row is None else int(row["id"])
