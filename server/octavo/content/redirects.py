"""Old addresses and where they lead: made by hand, by a moved piece, or by an import."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import rules
from octavo.content.cursors import id_of
from octavo.content.errors import RedirectNotFoundError, TakenError, wrong
from octavo.content.events import RedirectsChanged
from octavo.content.finding import holds
from octavo.content.schemas import RedirectIn, StoredRedirect
from octavo.content.tables import PieceRow, RedirectRow
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page, encode_cursor

_REDIRECT = (
    RedirectRow.id,
    RedirectRow.from_path,
    RedirectRow.piece_id,
    RedirectRow.to_path,
    RedirectRow.reason,
)


async def list_redirects(
    *, q: str = "", piece_id: int | None = None, cursor: str | None = None, limit: int = 20
) -> Page[StoredRedirect]:
    """Answer a page of the redirects, newest first; `q` finds them by a part of either address."""
    query = RedirectRow.select(*_REDIRECT).order_by(RedirectRow.id, ascending=False)
    if q.strip():
        query = query.where(holds(q, "from_path", "to_path"))
    if piece_id is not None:
        query = query.where(RedirectRow.piece_id == piece_id)
    if cursor:
        query = query.where(RedirectRow.id < id_of(cursor))
    rows = await query.limit(limit + 1)
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(items=[StoredRedirect(**row) for row in rows[:limit]], next_cursor=next_cursor)


async def create_redirect(
    data: RedirectIn, *, actor: Actor, now: datetime, bus: EventBus
) -> StoredRedirect:
    """Lead an old address to a piece or to a fixed target.

    Raises:
        InvalidContentError: an address cannot be used, or not exactly one target is given.
        TakenError: the address leads somewhere already, or is a page.
    """
    from_path = rules.check_redirect_path(data.from_path)
    rules.check_own_path(from_path)
    if (data.piece_id is None) == (data.to_path is None):
        raise wrong("to_path", "give either piece_id or to_path")
    to_path = None if data.to_path is None else rules.check_target(data.to_path)
    if to_path == from_path:
        raise wrong("to_path", "leads to itself")
    try:
        async with transaction():
            await _check_free(from_path, piece_id=data.piece_id)
            rows = await RedirectRow.insert(
                RedirectRow(
                    from_path=from_path, piece_id=data.piece_id, to_path=to_path, created_at=now
                )
            ).returning(*_REDIRECT)
            subject = f"redirect:{rows[0]['id']}"
            await accounts.record(actor, "redirect.created", subject=subject, now=now)
            await bus.announce(RedirectsChanged(paths=(from_path,)))
    except Exception as exc:
        if is_unique_violation(exc):
            raise TakenError(f"{from_path} leads somewhere already", field="from_path") from exc
        raise
    return StoredRedirect(**rows[0])


async def delete_redirect(redirect_id: int, *, actor: Actor, now: datetime, bus: EventBus) -> None:
    """Let an old address lead nowhere.

    Raises:
        RedirectNotFoundError: there is none of that id.
    """
    async with transaction():
        rows = await (
            RedirectRow.delete()
            .where(RedirectRow.id == redirect_id)
            .returning(RedirectRow.from_path)
        )
        if not rows:
            raise RedirectNotFoundError(f"there is no redirect {redirect_id}")
        subject = f"redirect:{redirect_id}"
        await accounts.record(actor, "redirect.deleted", subject=subject, now=now)
        await bus.announce(RedirectsChanged(paths=(rows[0]["from_path"],)))


async def lead_to_piece(
    paths: Iterable[str],
    *,
    piece_id: int,
    reason: Literal["moved", "imported"],
    now: datetime,
) -> None:
    """Lead these addresses to a piece from now on, whatever they did before."""
    rows = [
        RedirectRow(from_path=path, piece_id=piece_id, reason=reason, created_at=now)
        for path in dict.fromkeys(paths)
    ]
    if rows:
        await RedirectRow.insert(*rows).on_conflict(
            target=RedirectRow.from_path,
            action="DO UPDATE",
            values=[RedirectRow.piece_id, RedirectRow.to_path, RedirectRow.reason],
        )


async def clear_way(path: str) -> list[str]:
    """Remove the redirects from an address where a page is to stand; answer what they were."""
    rows = await (
        RedirectRow.delete()
        .where(RedirectRow.from_path.is_in([path, path.rstrip("/") or path]))
        .returning(RedirectRow.from_path)
    )
    return [row["from_path"] for row in rows]


async def paths_leading_to(piece_id: int, *, via: Iterable[str | None] = ()) -> list[str]:
    """Answer the old addresses that lead to a piece, directly or by way of a fixed path."""
    rows = await RedirectRow.select(RedirectRow.from_path).where(RedirectRow.piece_id == piece_id)
    paths = [row["from_path"] for row in rows]
    steps = [step for step in (*via, *paths) if step]
    if steps:
        rows = await RedirectRow.select(RedirectRow.from_path).where(
            RedirectRow.to_path.is_in(steps)
        )
        paths += [row["from_path"] for row in rows]
    return list(dict.fromkeys(paths))


async def _check_free(from_path: str, *, piece_id: int | None) -> None:
    variants = [from_path, f"{from_path.rstrip('/')}/"]
    if await PieceRow.exists().where(
        PieceRow.live_path.is_in(variants) & PieceRow.live_revision_id.is_not_null()
    ):
        raise TakenError(f"{from_path} is the address of a piece", field="from_path")
    if piece_id is not None and not await PieceRow.exists().where(PieceRow.id == piece_id):
        raise wrong("piece_id", f"there is no piece {piece_id}", code="unknown")
