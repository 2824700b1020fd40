"""What stands around a draft: its calls to action, its objective, where its links lead."""

from collections.abc import Iterable

from octavo.content import site_queries
from octavo.content.media import queries as media
from octavo.content.schemas import Piece
from octavo.cta import queries as ctas
from octavo.kernel.db import fetch
from octavo.publishing.checks.rules import linked_paths
from octavo.publishing.checks.schemas import Around, CheckIn, Draft, Picture
from octavo.strategy import queries as strategy

__all__ = ["around", "draft_from"]

_MOST_PATHS = 300


def draft_from(piece: Piece | CheckIn) -> Draft:
    """Answer the words of a piece, stored or not."""
    return Draft(**{name: getattr(piece, name) for name in Draft.__struct_fields__})


async def around(
    draft: Draft, *, base_url: str, piece_id: int | None, campaign_id: int | None
) -> Around:
    """Gather what a draft is checked with; reads the database alone."""
    bare = Around(base_url=base_url, url=f"{base_url}/draft/")
    paths = sorted(linked_paths(draft.body, bare))[:_MOST_PATHS]
    shown = await _pictures(path[7:] for path in paths if path.startswith("/media/"))
    cover = draft.cover.media_id if draft.cover else None
    named = await media.media_named([cover]) if cover else {}
    attached = await ctas.ctas_of_piece(piece_id) if piece_id else None
    objective = None
    if attached is not None:
        objective = await _has_objective(campaign_id, [cta.cta_id for cta in attached])
    return Around(
        base_url=base_url,
        url=bare.url,
        leads=frozenset(await _leading(paths)) | {f"/media/{path}" for path in shown},
        pictures={f"/media/{path}": picture for path, picture in shown.items()},
        by_id={
            i: Picture(
                alt=m.alt,
                decorative=m.decorative,
                size_bytes=m.size_bytes,
                width=m.width,
                height=m.height,
            )
            for i, m in named.items()
        },
        ctas=None if attached is None else len(attached),
        has_objective=objective,
        same_title=await _same_title(draft.title, piece_id),
    )


async def _has_objective(campaign_id: int | None, cta_ids: list[int]) -> bool:
    if campaign_id is not None:
        campaign = await strategy.find_campaign(campaign_id)
        if campaign is not None and campaign.objective_id is not None:
            return True
    for cta_id in cta_ids[:20]:
        cta = await ctas.find_cta(cta_id)
        if cta is not None and cta.objective_id is not None:
            return True
    return False


async def _leading(paths: list[str]) -> set[str]:
    """Answer those of the paths that a reader can open: pieces, redirects, lists of the theme."""
    wanted = {form: path for path in paths for form in _forms(path)}
    found = {path for path in paths if _is_of_theme(path)}
    if not wanted:
        return found
    marks = ", ".join("{}" for _ in wanted)
    rows = await fetch(
        f"SELECT live_path FROM piece WHERE live_revision_id IS NOT NULL AND live_path IN ({marks})",  # noqa: S608 - marks alone
        *wanted,
    )
    found |= {wanted[row["live_path"]] for row in rows}
    redirects = await site_queries.redirects_at(list(wanted))
    return found | {wanted[redirect.path] for redirect in redirects}


def _forms(path: str) -> tuple[str, str]:
    bare = path.rstrip("/")
    return bare + "/", bare or "/"


def _is_of_theme(path: str) -> bool:
    first = path.strip("/").partition("/")[0]
    return first in {"", "tag", "tags", "author", "authors", "page", "archive", "assets", "go"} or (
        path.endswith((".xml", ".json", ".txt"))
    )


async def _pictures(paths: Iterable[str]) -> dict[str, Picture]:
    wanted = list(paths)
    if not wanted:
        return {}
    marks = ", ".join("{}" for _ in wanted)
    rows = await fetch(
        f"SELECT path, alt, decorative, size_bytes, width, height FROM media WHERE path IN ({marks})",  # noqa: S608 - marks alone
        *wanted,
    )
    return {
        row["path"]: Picture(
            alt=row["alt"], decorative=bool(row["decorative"]), size_bytes=row["size_bytes"],
            width=row["width"], height=row["height"],
        )
        for row in rows
    }  # fmt: skip


async def _same_title(title: str, piece_id: int | None) -> int | None:
    if not title.strip():
        return None
    rows = await fetch(
        "SELECT id FROM piece WHERE title = {} AND id <> {} ORDER BY id LIMIT 1",
        title,
        piece_id or 0,
    )
    return int(rows[0]["id"]) if rows else None
