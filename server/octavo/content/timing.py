"""What happens to pieces when their time comes: they go live, change, or leave.

The database is the truth and the worker may come late, twice, or with a colleague: each piece is moved
once, by one conditional UPDATE.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM, Actor
from octavo.content import queries, rules
from octavo.content.authors import is_signed_by
from octavo.content.errors import ForbiddenMoveError, StalePieceError, wrong
from octavo.content.events import PieceChanged, PieceMoved, PieceScheduled
from octavo.content.planned import refs_from, stored_refs
from octavo.content.publication import (
    NO_EDIT,
    NO_END,
    Row,
    Shown,
    check_ready,
    head_of,
    publish,
    set_aside,
    state_of,
    write,
)
from octavo.content.schemas import Piece, Transition, UnpublishTime
from octavo.content.tables import PieceRow, RevisionRow
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.log import get_logger
from octavo.kernel.walltime import Moment, resolve, wall_text

__all__ = [
    "FURTHEST", "check_fresh", "drop_planned_edit", "is_own", "moment_of", "plan_edit", "publish_due",
    "set_unpublish_time", "withdraw_due",
]  # fmt: skip

log = get_logger(__name__)

_DUE_BATCH = 200
FURTHEST = timedelta(days=366 * 20)
"""Whoever plans further ahead has mistyped the year."""


async def publish_due(now: datetime, bus: EventBus) -> list[int]:
    """Publish every scheduled piece and planned edit whose time has come; answer their ids.

    Any number of workers may call it at once, and late: a piece is published once, dated with the
    time it was scheduled for.
    """
    pieces = (PieceRow.status == "scheduled") & (PieceRow.publish_instant <= now)
    published = await _each(pieces, PieceRow.publish_instant, _publish_piece, now=now, bus=bus)
    edits = PieceRow.edit_instant <= now
    return published + await _each(edits, PieceRow.edit_instant, _publish_edit, now=now, bus=bus)


async def withdraw_due(now: datetime, bus: EventBus) -> list[int]:
    """Archive every live piece whose time is over; answer their ids."""
    over = (PieceRow.unpublish_instant <= now) & PieceRow.live_revision_id.is_not_null()
    return await _each(over, PieceRow.unpublish_instant, _withdraw_piece, now=now, bus=bus)


async def set_unpublish_time(
    piece_id: int, data: UnpublishTime, *, actor: Actor, now: datetime, bus: EventBus
) -> Piece:
    """Say when readers are to see a piece no more; None: it stays.

    Raises:
        PieceNotFoundError: there is no such piece.
        StalePieceError: it moved on; carries `current`.
        ForbiddenMoveError: readers see it, and the actor may not take it away.
        InvalidInputError: the time cannot be, or lies before the piece goes live.
    """
    async with transaction():
        row = await state_of(piece_id)
        powers = rules.powers_of(actor, own=await is_own(row, actor))
        if not powers & ({"reviewer"} if row["live_revision_id"] else {"reviewer", "author"}):
            raise ForbiddenMoveError(
                "only an editor or owner may say when this piece is taken away"
            )
        changes = NO_END if data.unpublish_at is None else await _end(row, data, now=now)
        done = row["version"] == data.version and await write(row, changes, now=now)
        await check_fresh(piece_id, data.version, fresh=done)
        await accounts.record(actor, "piece.unpublish_time", subject=f"piece:{piece_id}", now=now)
        await bus.announce(PieceChanged(piece_id=piece_id, version=data.version + 1))
    return await queries.get_piece(piece_id)


async def plan_edit(row: Row, move: Transition, *, now: datetime, bus: EventBus) -> bool:
    """Let the present revision take the place of the live one later; False if the piece moved on.

    Raises:
        InvalidInputError: there is nothing new, or the time cannot be.
    """
    if row["head_revision_id"] == row["live_revision_id"]:
        raise wrong(
            "publish_at", "readers see this text already; change it first", code="unchanged"
        )
    moment = await moment_of(move.publish_at or "", move.zone, move.fold)
    if row["unpublish_instant"] is not None and row["unpublish_instant"] <= moment.instant:
        raise wrong("publish_at", "the piece is taken away before that", code="out_of_range")
    if moment.instant > now + FURTHEST:
        raise wrong("publish_at", "is more than twenty years away", code="out_of_range")
    await check_ready(row, at=moment.instant)
    head = await head_of(row)
    changes: dict[Any, Any] = {
        PieceRow.edit_revision_id: head.revision_id,
        PieceRow.edit_at: wall_text(moment.wall),
        PieceRow.edit_zone: moment.zone,
        PieceRow.edit_fold: moment.fold,
        PieceRow.edit_instant: moment.instant,
        PieceRow.edit_refs: stored_refs(
            [tag.id for tag in head.tags], [author.id for author in head.authors]
        ),
    }
    done = await write(row, changes, now=now)
    if done:
        await bus.announce(PieceScheduled(piece_id=row["id"], instant=moment.instant))
    return done


async def drop_planned_edit(
    piece_id: int, *, version: int, actor: Actor, now: datetime, bus: EventBus
) -> Piece:
    """Let readers keep what they see; the planned revision stays in the history.

    Raises:
        PieceNotFoundError: there is no such piece.
        StalePieceError: it moved on; carries `current`.
        ForbiddenMoveError: only reviewers decide about what readers see.
    """
    async with transaction():
        row = await state_of(piece_id)
        if "reviewer" not in rules.powers_of(actor, own=False):
            raise ForbiddenMoveError("only an editor or owner may take back a planned edit")
        done = row["version"] == version and await write(row, NO_EDIT, now=now)
        await check_fresh(piece_id, version, fresh=done)
        await accounts.record(actor, "piece.edit_dropped", subject=f"piece:{piece_id}", now=now)
        await bus.announce(PieceChanged(piece_id=piece_id, version=version + 1))
    return await queries.get_piece(piece_id)


async def is_own(row: Row, actor: Actor) -> bool:
    """Say whether the actor made the piece or signs it."""
    if actor.kind != "user" or actor.id is None:
        return False
    return row["created_by"] == actor.id or await is_signed_by(row["id"], actor.id)


async def check_fresh(piece_id: int, version: int, *, fresh: bool) -> None:
    """Pass if the piece was as it was read.

    Raises:
        StalePieceError: it was not; carries the piece as it is now.
    """
    if not fresh:
        msg = f"piece {piece_id} is no longer at version {version}"
        raise StalePieceError(msg, current=await queries.get_piece(piece_id))


async def moment_of(wall: str, zone: str | None, fold: int | None, **names: str) -> Moment:
    """Answer the moment of a wall time, in the organisation's zone when none is given.

    Raises:
        InvalidInputError: there is no such zone, or its clocks skip that time or show it twice.
    """
    organisation = await accounts_q.get_organisation()
    return resolve(wall, organisation.zone if zone is None else zone, fold, **names)


async def _end(row: Row, data: UnpublishTime, *, now: datetime) -> dict[Any, Any]:
    moment = await moment_of(data.unpublish_at or "", data.zone, data.fold, field="unpublish_at")
    if moment.instant <= now:
        raise wrong("unpublish_at", "is in the past; archive the piece instead", code="past")
    for begins in (row["publish_instant"], row["edit_instant"]):
        if begins is not None and moment.instant <= begins:
            message = "lies before what is planned for the piece goes live"
            raise wrong("unpublish_at", message, code="out_of_range")
    return {
        PieceRow.unpublish_at: wall_text(moment.wall),
        PieceRow.unpublish_zone: moment.zone,
        PieceRow.unpublish_fold: moment.fold,
        PieceRow.unpublish_instant: moment.instant,
    }


Deed = Callable[..., Awaitable[bool]]


async def _each(
    condition: Any, instant: Any, deed: Deed, *, now: datetime, bus: EventBus
) -> list[int]:
    """Do the deed to every piece that the condition holds for, the earliest first."""
    due = await (
        PieceRow.select(PieceRow.id)
        .where(condition)
        .order_by(instant)
        .order_by(PieceRow.id)
        .limit(_DUE_BATCH)
    )
    done: list[int] = []
    for item in due:
        try:
            async with transaction():
                if await deed(await state_of(item["id"]), now=now, bus=bus):
                    done.append(item["id"])
        except Exception:  # one piece must not hold up the others
            log.exception("due_piece_not_moved", piece_id=item["id"], deed=deed.__name__)
    return done


async def _publish_piece(row: Row, *, now: datetime, bus: EventBus) -> bool:
    instant = row["publish_instant"]
    if row["status"] != "scheduled" or instant is None or instant > now:
        return False
    first = row["published_at"] or instant
    head = await head_of(row)
    if not await publish(row, head, published_at=first, scheduled=True, now=now, bus=bus):
        return False
    await bus.announce(PieceMoved(piece_id=row["id"], before="scheduled", after="published"))
    await accounts.record(SYSTEM, "piece.published", subject=f"piece:{row['id']}", now=now)
    return True


async def _publish_edit(row: Row, *, now: datetime, bus: EventBus) -> bool:
    instant = row["edit_instant"]
    if row["status"] != "published" or instant is None or instant > now:
        return False
    shown = await _planned(row)
    first = row["published_at"]
    try:
        async with transaction():
            done = await publish(row, shown, published_at=first, scheduled=True, now=now, bus=bus)
    except Exception as exc:
        if not is_unique_violation(exc):
            raise
        # Somebody else stands at the new address by now: the edit appears at the old one.
        shown = msgspec.structs.replace(shown, slug=row["live_path"].rstrip("/").rpartition("/")[2])
        done = await publish(row, shown, published_at=first, scheduled=True, now=now, bus=bus)
    if done:
        await accounts.record(SYSTEM, "piece.edit_published", subject=f"piece:{row['id']}", now=now)
    return done


async def _planned(row: Row) -> Shown:
    """Answer what the planned edit of a piece shows."""
    if row["edit_revision_id"] == row["head_revision_id"]:
        return await head_of(row)
    revision = await (
        RevisionRow.select(RevisionRow.slug)
        .where(RevisionRow.id == row["edit_revision_id"])
        .first()
    )
    refs = refs_from(row["edit_refs"])
    tags = await queries.tag_refs(refs.tag_ids)
    authors = await queries.author_refs(refs.author_ids)
    return Shown(
        revision_id=row["edit_revision_id"],
        slug=revision["slug"] if revision else row["slug"],
        tags=tags,
        authors=authors,
    )


async def _withdraw_piece(row: Row, *, now: datetime, bus: EventBus) -> bool:
    instant = row["unpublish_instant"]
    if row["live_revision_id"] is None or instant is None or instant > now:
        return False
    if not await set_aside(row, "archived", now=now, bus=bus):
        return False
    await bus.announce(PieceMoved(piece_id=row["id"], before=row["status"], after="archived"))
    await accounts.record(SYSTEM, "piece.archived", subject=f"piece:{row['id']}", now=now)
    return True
