"""Pieces on their way: review, schedule, publication, withdrawal.

Every move is one conditional UPDATE on the version that was read, so that of two people (or two
workers) moving the same piece one succeeds and the other learns about it.
"""

from datetime import date, datetime, timedelta
from typing import Any

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM, Actor, Organisation
from octavo.content import authors, queries, redirects, rules, tags
from octavo.content.errors import PieceNotFoundError, StalePieceError, TakenError, wrong
from octavo.content.events import (
    LiveState,
    PieceMoved,
    PiecePublished,
    PieceScheduled,
    PiecesRepathed,
    PieceWithdrawn,
    RedirectsChanged,
)
from octavo.content.schemas import Piece, Status, Transition
from octavo.content.tables import PieceAuthorRow, PieceRow, PieceTagRow
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.log import get_logger
from octavo.kernel.walltime import Moment, resolve, zone_named

log = get_logger(__name__)

_DUE_BATCH = 200
_FURTHEST = timedelta(days=366 * 20)


async def transition_piece(
    piece_id: int, move: Transition, *, actor: Actor, now: datetime, bus: EventBus
) -> Piece:
    """Move a piece that is still at `move.version` to another state.

    To `published` puts its head revision before readers, also when it is published already.

    Raises:
        PieceNotFoundError: there is no such piece.
        StalePieceError: it moved on; carries `current`.
        ImpossibleMoveError: the move is not in the table.
        ForbiddenMoveError: the move is not this actor's.
        InvalidInputError: the time cannot be used, or something a reader needs is missing.
        TakenError: another live piece stands at the address.
    """
    try:
        async with transaction():
            row = await _row(piece_id)
            own = await is_own(row, actor)
            await check_fresh(piece_id, move.version, fresh=row["version"] == move.version)
            rules.check_move(row["status"], move.to, actor=actor, own=own)
            done = await _perform(row, move, now=now, bus=bus)
            await check_fresh(piece_id, move.version, fresh=done)
            action = f"piece.{move.to}"
            await accounts.record(actor, action, subject=f"piece:{piece_id}", now=now)
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
    row = await _row(piece_id)
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
    row = await _row(piece_id)
    return rules.moves_from(row["status"], actor=actor, own=await is_own(row, actor))


async def publish_due(now: datetime, bus: EventBus) -> list[int]:
    """Publish every scheduled piece whose time has come; answer their ids.

    Any number of workers may call it at once, and late: a piece is published once, dated with the
    time it was scheduled for.
    """
    due = await (
        PieceRow.select(PieceRow.id)
        .where((PieceRow.status == "scheduled") & (PieceRow.publish_instant <= now))
        .order_by(PieceRow.publish_instant)
        .order_by(PieceRow.id)
        .limit(_DUE_BATCH)
    )
    published: list[int] = []
    for item in due:
        try:
            if await _publish_one_due(item["id"], now=now, bus=bus):
                published.append(item["id"])
        except Exception:  # one piece must not hold up the others
            log.exception("scheduled_piece_not_published", piece_id=item["id"])
    return published


async def repath_pieces(*, now: datetime, bus: EventBus) -> None:
    """Move every post to where the organisation's permalink pattern now puts it.

    Old addresses of live posts lead to the new ones. Posts that are there already stay untouched.
    """
    organisation = await accounts_q.get_organisation()
    async with transaction():
        rows = await PieceRow.select(*_STATE).where(PieceRow.kind == "post")
        moved = [
            row["id"] for row in rows if await _repath(row, organisation=organisation, now=now)
        ]
        if moved:
            await bus.announce(PiecesRepathed(piece_ids=tuple(moved)))


def piece_day(row: dict[str, Any], *, organisation: Organisation, now: datetime) -> date:
    """Answer the day that a dated permalink shows, in the organisation's zone."""
    instant = row.get("published_at") or row.get("publish_instant") or now
    return instant.astimezone(zone_named(organisation.zone)).date()


async def is_own(row: dict[str, Any], actor: Actor) -> bool:
    """Say whether the actor made the piece or signs it."""
    if actor.kind != "user" or actor.id is None:
        return False
    return row["created_by"] == actor.id or await authors.is_signed_by(row["id"], actor.id)


async def check_fresh(piece_id: int, version: int, *, fresh: bool) -> None:
    """Pass if the piece was as it was read.

    Raises:
        StalePieceError: it was not; carries the piece as it is now.
    """
    if not fresh:
        msg = f"piece {piece_id} is no longer at version {version}"
        raise StalePieceError(msg, current=await queries.get_piece(piece_id))


_STATE = (
    PieceRow.id,
    PieceRow.kind,
    PieceRow.status,
    PieceRow.title,
    PieceRow.slug,
    PieceRow.path,
    PieceRow.version,
    PieceRow.planned_from,
    PieceRow.publish_at,
    PieceRow.publish_instant,
    PieceRow.published_at,
    PieceRow.live_path,
    PieceRow.head_revision_id,
    PieceRow.live_revision_id,
    PieceRow.created_by,
    PieceRow.created_at,
)


async def _row(piece_id: int) -> dict[str, Any]:
    row = await PieceRow.select(*_STATE).where(PieceRow.id == piece_id).first()
    if row is None:
        raise PieceNotFoundError(f"there is no piece {piece_id}")
    return row


async def _perform(row: dict[str, Any], move: Transition, *, now: datetime, bus: EventBus) -> bool:
    """Do a move that is allowed; answer False if the piece moved on meanwhile."""
    if move.to == "scheduled":
        return await _schedule(row, move, now=now, bus=bus)
    if move.to == "published":
        _check_publishable(row)
        instant = await _backdated(row, move, now=now)
        done = await _publish(row, published_at=instant, scheduled=False, now=now, bus=bus)
    else:
        _refuse_time(move)
        done = await _set_aside(row, move.to, now=now, bus=bus)
    if done:
        await bus.announce(PieceMoved(piece_id=row["id"], before=row["status"], after=move.to))
    return done


async def _schedule(row: dict[str, Any], move: Transition, *, now: datetime, bus: EventBus) -> bool:
    _check_publishable(row)
    if move.publish_at is None:
        raise wrong("publish_at", "say when it is to be published", code="required")
    moment = await _moment(move)
    if moment.instant <= now:
        raise wrong("publish_at", "is in the past; publish the piece now instead", code="past")
    if moment.instant > now + _FURTHEST:
        raise wrong("publish_at", "is more than twenty years away", code="out_of_range")
    done = await _update(
        row,
        {
            PieceRow.status: "scheduled",
            PieceRow.publish_at: _wall_text(moment.wall),
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


def _wall_text(wall: datetime) -> str:
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")


async def _moment(move: Transition) -> Moment:
    organisation = await accounts_q.get_organisation()
    zone = organisation.zone if move.zone is None else move.zone
    return resolve(move.publish_at or "", zone, move.fold)


async def _backdated(row: dict[str, Any], move: Transition, *, now: datetime) -> datetime:
    """Answer the date of publication: the first one stays, a given one must have passed."""
    if row["published_at"] is not None:
        return row["published_at"]  # type: ignore[no-any-return]
    if move.publish_at is None:
        return now
    instant = (await _moment(move)).instant
    if instant > now:
        raise wrong("publish_at", "is in the future; schedule the piece instead", code="future")
    return instant


async def _publish_one_due(piece_id: int, *, now: datetime, bus: EventBus) -> bool:
    async with transaction():
        row = await _row(piece_id)
        instant = row["publish_instant"]
        if row["status"] != "scheduled" or instant is None or instant > now:
            return False
        first = row["published_at"] or instant
        if not await _publish(row, published_at=first, scheduled=True, now=now, bus=bus):
            return False
        await bus.announce(PieceMoved(piece_id=piece_id, before="scheduled", after="published"))
        await accounts.record(SYSTEM, "piece.published", subject=f"piece:{piece_id}", now=now)
    return True


async def _publish(
    row: dict[str, Any], *, published_at: datetime, scheduled: bool, now: datetime, bus: EventBus
) -> bool:
    """Put the head revision before readers; answer False if the piece moved on meanwhile."""
    piece_id = row["id"]
    path = await _path_at(row, published_at)
    await PieceRow.update({PieceRow.live_path: None}).where(
        (PieceRow.live_path == path)
        & (PieceRow.id != piece_id)
        & PieceRow.live_revision_id.is_null()
    )
    changes: dict[Any, Any] = {
        PieceRow.status: "published",
        PieceRow.live_revision_id: row["head_revision_id"],
        PieceRow.live_at: now if row["published_at"] else published_at,
        PieceRow.live_path: path,
        PieceRow.path: path,
        PieceRow.published_at: published_at,
        PieceRow.stands_at: published_at,
    }
    if not scheduled:
        changes |= _NO_TIME
    if not await _update(row, changes, now=now):
        return False
    previous = await _live_state(row)
    refs = (await queries.tags_of([piece_id])).get(piece_id, [])
    bylines = (await queries.authors_of([piece_id])).get(piece_id, [])
    await tags.tag_piece(piece_id, refs, live=True)
    await authors.sign_piece(piece_id, bylines, live=True)
    await _mend_redirects(row, path, now=now, bus=bus)
    await bus.announce(
        PiecePublished(
            piece_id=piece_id,
            kind=row["kind"],
            revision_id=row["head_revision_id"],
            first=row["published_at"] is None,
            path=path,
            published_at=published_at,
            live_at=changes[PieceRow.live_at],
            tag_ids=tuple(ref.id for ref in refs),
            author_ids=tuple(byline.id for byline in bylines),
            previous=previous,
        )
    )
    return True


_NO_TIME: dict[Any, Any] = {
    PieceRow.publish_at: None,
    PieceRow.publish_zone: None,
    PieceRow.publish_fold: None,
    PieceRow.publish_instant: None,
}


async def _set_aside(row: dict[str, Any], status: str, *, now: datetime, bus: EventBus) -> bool:
    """Move a piece to a state in which readers do not see it and no time is set."""
    previous = await _live_state(row)
    place = rules.stands_at(
        published_at=row["published_at"],
        publish_instant=None,
        planned_from=row["planned_from"],
        created_at=row["created_at"],
    )
    changes = {
        **_NO_TIME,
        PieceRow.status: status,
        PieceRow.live_revision_id: None,
        PieceRow.stands_at: place,
    }
    if not await _update(row, changes, now=now):
        return False
    if previous is not None:
        await tags.tag_piece(row["id"], [], live=True)
        await authors.sign_piece(row["id"], [], live=True)
        await _announce_withdrawn(row, previous, bus=bus)
    return True


async def _announce_withdrawn(row: dict[str, Any], previous: LiveState, *, bus: EventBus) -> None:
    await bus.announce(
        PieceWithdrawn(
            piece_id=row["id"],
            kind=row["kind"],
            path=previous.path,
            published_at=previous.published_at,
            tag_ids=previous.tag_ids,
            author_ids=previous.author_ids,
        )
    )
    paths = await redirects.paths_leading_to(row["id"], via=[previous.path])
    if paths:
        await bus.announce(RedirectsChanged(paths=tuple(paths)))


async def _mend_redirects(row: dict[str, Any], path: str, *, now: datetime, bus: EventBus) -> None:
    """Let no redirect stand where the page now is, and lead the old address here."""
    old = row["live_path"] if row["live_path"] != path else None
    changed = await redirects.clear_way(path)
    if old is not None:
        await redirects.lead_to_piece([old], piece_id=row["id"], reason="moved", now=now)
    if old is not None or row["live_revision_id"] is None:
        changed += await redirects.paths_leading_to(row["id"], via=[old])
    if changed:
        await bus.announce(RedirectsChanged(paths=tuple(dict.fromkeys(changed))))


async def _live_state(row: dict[str, Any]) -> LiveState | None:
    """Answer what readers see of the piece, or None when they see nothing."""
    if row["live_revision_id"] is None:
        return None
    mine_tag = (PieceTagRow.piece_id == row["id"]) & (PieceTagRow.live == True)  # noqa: E712 - SQL
    mine_author = (PieceAuthorRow.piece_id == row["id"]) & (
        PieceAuthorRow.live == True  # noqa: E712 - SQL
    )
    tag_rows = await (
        PieceTagRow.select(PieceTagRow.tag_id).where(mine_tag).order_by(PieceTagRow.position)
    )
    author_rows = await (
        PieceAuthorRow.select(PieceAuthorRow.author_id)
        .where(mine_author)
        .order_by(PieceAuthorRow.position)
    )
    return LiveState(
        path=row["live_path"],
        published_at=row["published_at"],
        tag_ids=tuple(item["tag_id"] for item in tag_rows),
        author_ids=tuple(item["author_id"] for item in author_rows),
    )


async def _update(row: dict[str, Any], changes: dict[Any, Any], *, now: datetime) -> bool:
    """Write the changes if the piece is as it was read."""
    done = await (
        PieceRow.update({**changes, PieceRow.version: row["version"] + 1, PieceRow.updated_at: now})
        .where(
            (PieceRow.id == row["id"])
            & (PieceRow.version == row["version"])
            & (PieceRow.status == row["status"])
        )
        .returning(PieceRow.id)
    )
    return bool(done)


async def _path_at(row: dict[str, Any], published_at: datetime) -> str:
    organisation = await accounts_q.get_organisation()
    day = published_at.astimezone(zone_named(organisation.zone)).date()
    return rules.path_of(row["kind"], row["slug"], pattern=organisation.post_path, day=day)


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


def _check_publishable(row: dict[str, Any]) -> None:
    if not row["title"].strip():
        raise wrong("title", "give it a title before readers see it", code="required")


def _refuse_time(move: Transition) -> None:
    if move.publish_at is not None:
        raise wrong("publish_at", f"means nothing on the way to {move.to}")
