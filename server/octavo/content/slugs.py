"""Slugs that nobody else has: neither another piece, nor an address readers know."""

from octavo.content import rules
from octavo.content.tables import PieceRow, RedirectRow


async def is_taken(slug: str, *, path: str, piece_id: int | None = None) -> bool:
    """Say whether another piece has the slug, or is read at the path."""
    others = PieceRow.id != (piece_id or 0)
    return bool(
        await PieceRow.exists().where(others & (PieceRow.slug == slug))
        or await PieceRow.exists().where(
            others & (PieceRow.live_path == path) & PieceRow.live_revision_id.is_not_null()
        )
    )


async def free_slug(base: str, *, prefix: str) -> str:
    """Answer `base`, or it with the first number that makes it nobody's.

    Args:
        prefix: what stands before the slug in the address, e.g. `/` or `/blog/`.
    """
    slugs = await PieceRow.select(PieceRow.slug).where(PieceRow.slug.like(f"{base}%"))
    lives = await PieceRow.select(PieceRow.live_path).where(
        PieceRow.live_path.like(f"{prefix}{base}%")
    )
    redirects = await RedirectRow.select(RedirectRow.from_path).where(
        RedirectRow.from_path.like(f"{prefix}{base}%")
    )
    taken = {row["slug"] for row in slugs}
    taken |= {_last(row["live_path"]) for row in lives}
    taken |= {_last(row["from_path"]) for row in redirects}
    return rules.free_slug(base, taken)


def _last(path: str) -> str:
    return path.strip("/").rpartition("/")[2]
