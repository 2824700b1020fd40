"""Pieces on their way: review, schedule, publication, withdrawal.

Every move is one conditional UPDATE on the version that was read, so that of two people (or two
workers) moving the same piece one succeeds and the other learns about it.
"""

from datetime import date, datetime
from typing import Any

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor, Organisation
from octavo.content import queries, redirects, rules
from octavo.content.errors import ObjectionError, TakenError, wrong
from octavo.content.events import PieceMoved, PieceScheduled, PiecesRepathed, PublicationAsked
from octavo.content.publication import (
    STATE,
    check_ready,
    head_of,
    publish,
    set_aside,
    state_of,
    write,
)
from octavo.content.schemas import Piece, Status, Transition
from octavo.content.tables import PieceRow
from octavo.content.timing import FURTHEST, check_fresh, is_own, moment_of, plan_edit
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.walltime import wall_text, zone_named


async def transition_piece(
    piece_id: int, move: Transition, *, actor: Actor, now: datetime, bus: EventBus
) -> Piece:
    """Move a piece that is still at `move.version` to another state.

    To `published` puts its head revision before readers, also when it is published already; with a
    time to come, then.

    Raises:
        PieceNotFoundError: there is no such piece.
        StalePieceError: it moved on; carries `current`.
        ImpossibleMoveError: the move is not in the table.
        ForbiddenMoveError: the move is not this actor's.
        InvalidInputError: the time cannot be used, or something a reader needs is missing.
        TakenError: another live piece stands at the address.
        ObjectionError: somebody who was asked objects, and the move does not say that it is to be
            done in spite of that.
    """
    try:
        async with transaction():
            row = await state_of(piece_id)
            own = await is_own(row, actor)
            await check_fresh(piece_id, move.version, fresh=row["version"] == move.version)
            rules.check_move(row["status"], move.to, actor=actor, own=own)
            objection = await _objection(row, move, bus=bus)
            done = await _perform(row, move, now=now, bus=bus)
            await check_fresh(piece_id, move.version, fresh=done)
            await accounts.record(
                actor,
                f"piece.{move.to}",
                subject=f"piece:{piece_id}",
                now=now,
                detail={"despite": objection} if objection else None,
            )
    except Exception as exc:
        if is_unique_violation(exc):
            raise TakenError("another live piece stands at that address", field="slug") from exc
        raise
    return await queries.get_piece(piece_id)


async def move_judged(
    piece_id: int, to: Status, *, version: int, actor: Actor, now: datetime, bus: EventBus
) -> None:
    """Move a piece in review as its reviewers decided; whether they may is theirs to have asked.

    Runs in the transaction of the verdict.

    Raises:
        StalePieceError: it moved on; carries `current`.
    """
    row = await state_of(piece_id)
    done = row["version"] == version and await _perform(
        row, Transition(to=to, version=version), now=now, bus=bus
    )
    await check_fresh(piece_id, version, fresh=done)
    await accounts.record(actor, f"piece.{to}", subject=f"piece:{piece_id}", now=now)


async def allowed_moves(piece_id: int, *, actor: Actor) -> list[Status]:
    """Answer the states that the actor may move the piece to.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    row = await state_of(piece_id)
    return rules.moves_from(row["status"], actor=actor, own=await is_own(row, actor))


async def repath_pieces(*, now: datetime, bus: EventBus) -> None:
    """Move every post to where the organisation's permalink pattern now puts it.

    Old addresses of live posts lead to the new ones. Posts that are there already stay untouched.
    """
    organisation = await accounts_q.get_organisation()
    async with transaction():
        rows = await PieceRow.select(*STATE).where(PieceRow.kind == "post")
        moved = [
            row["id"] for row in rows if await _repath(row, organisation=organisation, now=now)
        ]
        if moved:
            await bus.announce(PiecesRepathed(piece_ids=tuple(moved)))


def piece_day(row: dict[str, Any], *, organisation: Organisation, now: datetime) -> date:
    """Answer the day that a dated permalink shows, in the organisation's zone."""
    instant = row.get("published_at") or row.get("publish_instant") or now
    return instant.astimezone(zone_named(organisation.zone)).date()


async def _objection(row: dict[str, Any], move: Transition, *, bus: EventBus) -> list[str]:
    """Ask whether a text may go out; answer the objections that the move overrules, by name."""
    if move.to not in {"published", "scheduled"}:
        return []
    try:
        await bus.ask(PublicationAsked(piece_id=row["id"]))
    except ObjectionError as exc:
        if not move.despite_checks:
            raise
        return exc.names
    return []


async def _perform(row: dict[str, Any], move: Transition, *, now: datetime, bus: EventBus) -> bool:
    """Do a move that is allowed; answer False if the piece moved on meanwhile."""
    if move.to == "scheduled":
        return await _schedule(row, move, now=now, bus=bus)
    if move.to == "published" and await _is_later(row, move, now=now):
        return await plan_edit(row, move, now=now, bus=bus)
    if move.to == "published":
        await check_ready(row, at=now)
        instant = await _backdated(row, move, now=now)
        head = await head_of(row)
        done = await publish(row, head, published_at=instant, scheduled=False, now=now, bus=bus)
    else:
        _refuse_time(move)
        done = await set_aside(row, move.to, now=now, bus=bus)
    if done:
        await bus.announce(PieceMoved(piece_id=row["id"], before=row["status"], after=move.to))
    return done


async def _is_later(row: dict[str, Any], move: Transition, *, now: datetime) -> bool:
    """Say whether an edit of what readers see is to wait for its time."""
    if move.publish_at is None or row["live_revision_id"] is None:
        return False
    return (await moment_of(move.publish_at, move.zone, move.fold)).instant > now


async def _schedule(row: dict[str, Any], move: Transition, *, now: datetime, bus: EventBus) -> bool:
    if move.publish_at is None:
        raise wrong("publish_at", "say when it is to be published", code="required")
    moment = await moment_of(move.publish_at, move.zone, move.fold)
    await check_ready(row, at=moment.instant)
    if moment.instant <= now:
        raise wrong("publish_at", "is in the past; publish the piece now instead", code="past")
    if moment.instant > now + FURTHEST:
        raise wrong("publish_at", "is more than twenty years away", code="out_of_range")
    done = await write(
        row,
        {
            PieceRow.status: "scheduled",
            PieceRow.publish_at: wall_text(moment.wall),
            PieceRow.publish_zone: moment.zone,
            PieceRow.publish_fold: moment.fold,
            PieceRow.publish_instant: moment.instant,
            PieceRow.stands_at: row["published_at"] or moment.instant,
        },
        now=now,
    )
    if done:
        await bus.announce(PieceMoved(piece_id=row["id"], before=row["status"], after="scheduled"))
        await bus.announce(PieceScheduled(piece_id=row["id"], instant=moment.instant))
    return done


async def _backdated(row: dict[str, Any], move: Transition, *, now: datetime) -> datetime:
    """Answer the date of publication: the first one stays, a given one must have passed."""
    given = now
    if move.publish_at is not None:
        given = (await moment_of(move.publish_at, move.zone, move.fold)).instant
    if given > now:
        way = "move it to draft and schedule it" if row["status"] == "archived" else "schedule it"
        raise wrong("publish_at", f"is in the future; {way} instead", code="future")
    return row["published_at"] or given


async def _repath(row: dict[str, Any], *, organisation: Organisation, now: datetime) -> bool:
    day = piece_day(row, organisation=organisation, now=now)
    path = rules.path_of(row["kind"], row["slug"], pattern=organisation.post_path, day=day)
    live = row["live_revision_id"] is not None
    if path == row["path"]:
        return False
    changes: dict[Any, Any] = {PieceRow.path: path}
    if live:
        changes[PieceRow.live_path] = path
    await PieceRow.update(changes).where(PieceRow.id == row["id"])
    if live:
        await redirects.clear_way(path)
        await redirects.lead_to_piece(
            [row["live_path"]], piece_id=row["id"], reason="moved", now=now
        )
    return live


def _refuse_time(move: Transition) -> None:
    if move.publish_at is not None:
        raise wrong("publish_at", f"means nothing on the way to {move.to}")
