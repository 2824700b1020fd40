"""Doing one thing to many pieces, and taking it back."""

import zlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import authors, queries, rules, service
from octavo.content.bulk.schemas import (
    AddTags,
    BulkAction,
    BulkDone,
    BulkFailure,
    BulkIn,
    BulkUndo,
    BulkUndone,
    Delete,
    Memory,
    Move,
    RemoveTags,
    SetAuthors,
    SetCampaign,
    SetSeries,
)
from octavo.content.bulk.tables import BulkItemRow, BulkRow
from octavo.content.bulk.trash import bring_back, collect
from octavo.content.errors import (
    ChangedSinceError,
    ImpossibleMoveError,
    NothingToUndoError,
    StalePieceError,
    TakenError,
    wrong,
)
from octavo.content.review.rules import principal_of
from octavo.content.schemas import Piece, PiecePatch, Transition
from octavo.content.tables import PieceRow
from octavo.kernel.db import is_foreign_key_violation, is_unique_violation, transaction
from octavo.kernel.errors import OctavoError
from octavo.kernel.events import EventBus
from octavo.kernel.ids import fingerprint, new_token
from octavo.kernel.log import get_logger
from octavo.strategy import queries as strategy_q

__all__ = ["LIFETIME", "act_on_pieces", "drop_expired", "undo_bulk"]

log = get_logger(__name__)

LIFETIME = timedelta(days=30)
_TRIES = 3

T = TypeVar("T")


class _Act(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, when, and whom it is told to."""

    actor: Actor
    now: datetime
    bus: EventBus


async def act_on_pieces(data: BulkIn, *, actor: Actor, now: datetime, bus: EventBus) -> BulkDone:
    """Do the action to each piece, in a transaction of its own, as it is at that moment.

    Raises:
        InvalidInputError: the action itself cannot be done to any piece.
    """
    await _check(data.action)
    act = _Act(actor=actor, now=now, bus=bus)
    token = new_token()
    bulk_id = await _open(data.action, token=token, act=act)
    done: list[int] = []
    failed: list[BulkFailure] = []
    changed = False
    for piece_id in dict.fromkeys(data.ids):

        async def one(piece_id: int = piece_id) -> bool:
            return await _do_one(piece_id, data.action, bulk_id=bulk_id, act=act)

        outcome = await _attempt(piece_id, one)
        if isinstance(outcome, BulkFailure):
            failed.append(outcome)
        else:
            done.append(piece_id)
            changed = changed or outcome
    if not changed:
        await BulkRow.delete().where(BulkRow.id == bulk_id)
    kind = type(data.action).__struct_config__.tag
    detail: dict[str, object] = {"action": kind, "done": done, "failed": [f.id for f in failed]}
    await accounts.record(actor, "pieces.bulk", subject=f"bulk:{bulk_id}", now=now, detail=detail)
    return BulkDone(done=done, failed=failed, undo=token if changed else None)


async def undo_bulk(data: BulkUndo, *, actor: Actor, now: datetime, bus: EventBus) -> BulkUndone:
    """Give back to each piece what it was before, if nobody changed it since.

    What could not be taken back may be tried again with the same token.

    Raises:
        NothingToUndoError: the token is unknown, somebody else's, used up or expired.
    """
    act = _Act(actor=actor, now=now, bus=bus)
    bulk = await _bulk(data.token, act)
    items = await (
        BulkItemRow.select(BulkItemRow.id, BulkItemRow.piece_id)
        .where((BulkItemRow.bulk_id == bulk["id"]) & BulkItemRow.undone_at.is_null())
        .order_by(BulkItemRow.id, ascending=False)
    )
    if not items:
        raise NothingToUndoError("all of this was taken back already")
    done: list[int] = []
    failed: list[BulkFailure] = []
    new_ids: dict[int, int] = {}
    for item in items:

        async def one(item_id: int = item["id"]) -> int:
            return await _undo_one(item_id, act)

        outcome = await _attempt(item["piece_id"], one)
        if isinstance(outcome, BulkFailure):
            failed.append(outcome)
            continue
        done.append(item["piece_id"])
        if outcome != item["piece_id"]:
            new_ids[item["piece_id"]] = outcome
    detail: dict[str, object] = {"done": done, "failed": [f.id for f in failed]}
    subject = f"bulk:{bulk['id']}"
    await accounts.record(actor, "pieces.bulk_undone", subject=subject, now=now, detail=detail)
    return BulkUndone(done=done, failed=failed, new_ids=new_ids)


async def drop_expired(*, now: datetime) -> None:
    """Forget what can no longer be taken back."""
    await BulkRow.delete().where(BulkRow.expires_at <= now)


async def _check(action: BulkAction) -> None:
    """Refuse what no piece could take, before any is touched."""
    match action:
        case AddTags(tags=names) | RemoveTags(tags=names):
            rules.tag_names(names)
        case SetAuthors(author_ids=ids):
            await authors.authors_by_id(ids)
        case SetCampaign(campaign_id=int(campaign_id)):
            if await strategy_q.find_campaign(campaign_id) is None:
                raise wrong("action.campaign_id", f"there is no campaign {campaign_id}")
        case SetSeries(series_id=int(series_id)):
            if not await queries.series_named([series_id]):
                raise wrong("action.series_id", f"there is no series {series_id}", code="unknown")
        case _:
            pass


async def _open(action: BulkAction, *, token: str, act: _Act) -> int:
    rows = await BulkRow.insert(
        BulkRow(
            token_hash=fingerprint(token),
            principal=principal_of(act.actor),
            action=msgspec.json.encode(action).decode(),
            created_at=act.now,
            expires_at=act.now + LIFETIME,
        )
    ).returning(BulkRow.id)
    return int(rows[0]["id"])


async def _attempt(piece_id: int, one: Callable[[], Awaitable[T]]) -> T | BulkFailure:
    """Do one piece; answer what came of it, or why it stayed as it was."""
    for _ in range(_TRIES):
        try:
            async with transaction():
                return await one()
        except StalePieceError as exc:  # somebody else was quicker: look again
            failure = BulkFailure(id=piece_id, detail=exc.message, code=exc.code)
        except OctavoError as exc:
            return BulkFailure(id=piece_id, detail=exc.message, code=exc.code)
        except Exception as exc:
            if is_unique_violation(exc):
                detail = "its slug or address belongs to another piece by now"
                return BulkFailure(id=piece_id, detail=detail, code=TakenError.code)
            if is_foreign_key_violation(exc):
                detail = "something that it belonged to is gone"
                return BulkFailure(id=piece_id, detail=detail, code="still_in_use")
            raise
    return failure


async def _do_one(piece_id: int, action: BulkAction, *, bulk_id: int, act: _Act) -> bool:
    """Do the action to one piece and remember what it was; answer False if nothing changed."""
    piece = await queries.get_piece(piece_id)
    if isinstance(action, Move):
        memory, version = await _move(piece, action, act)
    elif isinstance(action, Delete):
        memory, version = await _delete(piece, act)
    else:
        changed = await _patch(piece, action, act)
        if changed is None:
            return False
        memory, version = changed
    before = zlib.compress(msgspec.json.encode(memory))
    await BulkItemRow.insert(
        BulkItemRow(bulk_id=bulk_id, piece_id=piece_id, version=version, before=before)
    )
    return True


async def _patch(piece: Piece, action: BulkAction, act: _Act) -> tuple[Memory, int] | None:
    before, after = _values(piece, action)
    if before == after:
        return None
    patch = PiecePatch(version=piece.version, **after)
    done = await service.patch_piece(piece.id, patch, actor=act.actor, now=act.now, bus=act.bus)
    return Memory(patch=before), done.version


def _values(piece: Piece, action: BulkAction) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answer the fields that the action changes, as they are and as they are to be."""
    names = [tag.name for tag in piece.tags]
    match action:
        case AddTags(tags=wanted):
            held = {tag.slug for tag in piece.tags}
            new = [name for slug, name in rules.tag_names(wanted).items() if slug not in held]
            return {"tags": names}, {"tags": names + new}
        case RemoveTags(tags=unwanted):
            slugs = rules.tag_names(unwanted)
            return {"tags": names}, {"tags": [t.name for t in piece.tags if t.slug not in slugs]}
        case SetCampaign(campaign_id=campaign_id):
            return {"campaign_id": piece.campaign_id}, {"campaign_id": campaign_id}
        case SetAuthors(author_ids=ids):
            signed = [author.id for author in piece.authors]
            return {"author_ids": signed}, {"author_ids": list(dict.fromkeys(ids))}
        case SetSeries(series_id=series_id):
            return _series_values(piece, series_id)
        case _:
            raise TypeError(action)


def _series_values(piece: Piece, series_id: int | None) -> tuple[dict[str, Any], dict[str, Any]]:
    before = {
        "series_id": piece.series.id if piece.series else None,
        "series_position": piece.series_position,
    }
    if before["series_id"] == series_id:
        return before, before
    return before, {"series_id": series_id, "series_position": None}


# What a piece is to do later; a move may have cancelled it.
_PLANS = (
    "unpublish_at", "unpublish_zone", "unpublish_fold", "unpublish_instant",
    "edit_revision_id", "edit_at", "edit_zone", "edit_fold", "edit_instant",
)  # fmt: skip
_MOVED = (
    PieceRow.publish_fold,
    PieceRow.live_revision_id,
    PieceRow.head_revision_id,
    *(getattr(PieceRow, name) for name in _PLANS),
)


async def _move(piece: Piece, action: Move, act: _Act) -> tuple[Memory, int]:
    row = await PieceRow.select(*_MOVED).where(PieceRow.id == piece.id).first() or {}
    plans = {name: row.pop(name) for name in _PLANS}
    memory = Memory(
        status=piece.status,
        publish_at=piece.publish_at,
        publish_zone=piece.publish_zone,
        plans=plans,
        **row,
    )
    move = Transition(version=piece.version, **msgspec.structs.asdict(action))
    done = await service.transition_piece(piece.id, move, actor=act.actor, now=act.now, bus=act.bus)
    return memory, done.version


async def _delete(piece: Piece, act: _Act) -> tuple[Memory, int]:
    memory = Memory(rows=await collect(piece.id))
    await service.delete_piece(piece.id, actor=act.actor, now=act.now, bus=act.bus)
    return memory, piece.version


async def _bulk(token: str, act: _Act) -> dict[str, Any]:
    mine = (BulkRow.token_hash == fingerprint(token)) & (
        BulkRow.principal == principal_of(act.actor)
    )
    row = await BulkRow.select(BulkRow.id, BulkRow.expires_at).where(mine).first()
    if row is None:
        raise NothingToUndoError("there is nothing of yours to take back under this token")
    if row["expires_at"] <= act.now:
        raise NothingToUndoError(f"this can be taken back for {LIFETIME.days} days only")
    return row


async def _undo_one(item_id: int, act: _Act) -> int:
    """Give one piece back what it was; answer its id."""
    taken = await (
        BulkItemRow.update({BulkItemRow.undone_at: act.now})
        .where((BulkItemRow.id == item_id) & BulkItemRow.undone_at.is_null())
        .returning(BulkItemRow.piece_id, BulkItemRow.version, BulkItemRow.before)
    )
    if not taken:
        raise NothingToUndoError("it was taken back already")
    item = taken[0]
    piece_id: int = item["piece_id"]
    memory = msgspec.json.decode(zlib.decompress(bytes(item["before"])), type=Memory)
    if memory.rows is not None:
        piece_id = await bring_back(memory.rows, now=act.now, bus=act.bus)
        subject = f"piece:{piece_id}"
        await accounts.record(act.actor, "piece.undeleted", subject=subject, now=act.now)
        return piece_id
    piece = await queries.get_piece(piece_id)
    if piece.version != item["version"]:
        raise ChangedSinceError("somebody changed it since")
    if memory.patch is not None:
        patch = PiecePatch(version=piece.version, **memory.patch)
        await service.patch_piece(piece_id, patch, actor=act.actor, now=act.now, bus=act.bus)
    else:
        await _move_back(piece, memory, act)
    return piece_id


async def _move_back(piece: Piece, memory: Memory, act: _Act) -> None:
    """Move a piece back the way it came, under the same rules as by hand."""
    before = memory.status
    if before is None:
        return
    if memory.live_revision_id is not None and memory.live_revision_id != memory.head_revision_id:
        msg = "readers saw an older text of it: restore that revision and publish it"
        raise ImpossibleMoveError(msg)
    if before == piece.status == "published":
        raise ImpossibleMoveError("it was published before, and still is")
    direct = (piece.status, before) in rules.TRANSITIONS
    for to in [before] if direct else ["draft", before]:
        timed = to == "scheduled"
        move = Transition(
            to=to,
            version=piece.version,
            publish_at=memory.publish_at if timed else None,
            zone=memory.publish_zone if timed else None,
            fold=memory.publish_fold if timed else None,
            despite_checks=True,  # back to what it was
        )
        piece = await service.transition_piece(
            piece.id, move, actor=act.actor, now=act.now, bus=act.bus
        )
    await _plan_again(piece.id, memory.plans, now=act.now)


async def _plan_again(piece_id: int, plans: dict[str, Any], *, now: datetime) -> None:
    """Give a piece back what it was to do later, unless that time has passed."""
    changes: dict[Any, Any] = {}
    for about in ("unpublish", "edit"):
        instant = plans.get(f"{about}_instant")
        if instant is None or datetime.fromisoformat(instant) <= now:
            continue
        changes |= {
            getattr(PieceRow, name): value
            for name, value in plans.items()
            if name.startswith(f"{about}_")
        }
        changes[getattr(PieceRow, f"{about}_instant")] = datetime.fromisoformat(instant)
    if changes:
        await PieceRow.update(changes).where(PieceRow.id == piece_id)
