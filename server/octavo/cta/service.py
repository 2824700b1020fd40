"""Writes of calls to action: one verb per function, each in one transaction.

On SQLite tracked links live in a file of their own, outside this feature's transactions. So links
are minted before what needs them is committed (an unused link harms nobody), and led elsewhere
after the change is committed; `jobs.relink_changed` finishes what a dying process left.
"""

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET

from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM, Actor
from octavo.content.events import PieceDeleted, PieceTranslated
from octavo.cta import queries, rules
from octavo.cta.errors import (
    AlreadyAttachedError,
    InvalidCtaError,
    NotAttachedError,
    SlugTakenError,
    StaleCtaError,
    StillInUseError,
    wrong,
)
from octavo.cta.events import CtaChanged, PieceCtasChanged
from octavo.cta.schemas import Cta, CtaIn, CtaPatch, DeliveryLink, Expected, PieceCta, PieceCtaIn
from octavo.cta.tables import CtaRow, PieceCtaRow
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus, Subscriber
from octavo.kernel.text import clean_text
from octavo.strategy import queries as strategy
from octavo.tracking import queries as tracking_q
from octavo.tracking import service as tracking
from octavo.tracking.schemas import BLOG_CHANNEL, FEED_CHANNEL

_MOST_ON_A_PIECE = 100
_SLUG_TRIES = 200


async def create_cta(data: CtaIn, *, actor: Actor, now: datetime, bus: EventBus) -> Cta:
    """Store a new call to action.

    Raises:
        InvalidCtaError: a field is wrong; names it.
        SlugTakenError: the slug asked for belongs to another.
    """
    label = _label(data.label)
    url = rules.destination_url(data.destination, action=data.action)
    count, ppm = rules.stored_expectation(data.expected)
    values = {
        "label": label,
        "action": data.action,
        "destination_url": url,
        "expected_count": count,
        "expected_ppm": ppm,
        "objective_id": data.objective_id,
        "created_at": now,
        "updated_at": now,
    }
    async with transaction():
        await _check_objective(data.objective_id)
        cta_id = await _insert(values, wanted=data.slug, label=label)
        cta = await queries.get_cta(cta_id)
        await accounts.record(actor, "cta.created", subject=f"cta:{cta_id}", now=now)
        await bus.announce(CtaChanged(cta_id=cta_id, piece_ids=()))
    return cta


async def patch_cta(
    cta_id: int, patch: CtaPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Cta:
    """Change a call to action that is still at `patch.version`; its links follow.

    Raises:
        CtaNotFoundError: there is none of that id.
        StaleCtaError: it moved on; carries `current`.
        InvalidCtaError: a field is wrong; names it.
    """
    async with transaction():
        before = await queries.get_cta(cta_id)
        if before.version != patch.version:
            raise _stale(before, patch.version)
        if patch.objective_id is not UNSET and patch.objective_id != before.objective_id:
            await _check_objective(patch.objective_id)
        done = await (
            CtaRow.update(_changes(before, patch, now=now))
            .where((CtaRow.id == cta_id) & (CtaRow.version == patch.version))
            .returning(CtaRow.id)
        )
        after = await queries.get_cta(cta_id)
        if not done:
            raise _stale(after, patch.version)
        detail: dict[str, object] = {"destination": after.destination.url}
        await accounts.record(actor, "cta.changed", subject=f"cta:{cta_id}", now=now, detail=detail)
        pieces = await queries.pieces_of_cta(cta_id)
        await bus.announce(CtaChanged(cta_id=cta_id, piece_ids=pieces))
    await lead_links(cta_id, now=now)
    return after


async def delete_cta(cta_id: int, *, actor: Actor, now: datetime) -> None:
    """Delete a call to action that was never attached to anything.

    Raises:
        CtaNotFoundError: there is none of that id.
        StillInUseError: it has links, which readers may hold: archive it instead.
    """
    cta = await queries.get_cta(cta_id)
    async with transaction():
        if await queries.pieces_of_cta(cta_id) or await tracking_q.find_links(cta_id=cta_id):
            msg = f"{cta.label!r} has been on a piece: archive it instead"
            raise StillInUseError(msg)
        await CtaRow.delete().where(CtaRow.id == cta_id)
        await accounts.record(actor, "cta.deleted", subject=f"cta:{cta_id}", now=now)


async def attach_cta(
    piece_id: int, data: PieceCtaIn, *, actor: Actor, now: datetime, bus: EventBus
) -> PieceCta:
    """Put a call to action on a piece, at its end, with links for the blog and the feeds.

    Raises:
        PieceNotFoundError: there is no such piece.
        InvalidCtaError: there is no such call to action, or it is archived.
        AlreadyAttachedError: it stands on the piece already.
    """
    count, ppm = rules.stored_expectation(data.expected) if data.expected else (None, None)
    try:
        async with transaction():
            present = await queries.ctas_of_piece(piece_id)
            cta = await _usable(data.cta_id, present)
            position = max((each.position for each in present), default=0) + 1
            await PieceCtaRow.insert(
                PieceCtaRow(
                    piece_id=piece_id,
                    cta_id=cta.id,
                    position=position,
                    expected_count=count,
                    expected_ppm=ppm,
                )
            )
            for channel_id in (BLOG_CHANNEL, FEED_CHANNEL):
                await _mint(piece_id, cta, channel_id=channel_id, delivery_id=None, now=now)
            subject = f"piece:{piece_id}"
            detail: dict[str, object] = {"cta": cta.id}
            await accounts.record(actor, "cta.attached", subject=subject, now=now, detail=detail)
            await bus.announce(PieceCtasChanged(piece_id=piece_id))
    except Exception as exc:
        if is_unique_violation(exc):
            msg = f"call to action {data.cta_id} stands on this piece already"
            raise AlreadyAttachedError(msg) from exc
        raise
    # Somebody may have changed its destination while we minted.
    await lead_links(data.cta_id, now=now)
    attached = await queries.ctas_of_piece(piece_id)
    return next(each for each in attached if each.cta_id == data.cta_id)


async def detach_cta(
    piece_id: int, cta_id: int, *, actor: Actor, now: datetime, bus: EventBus
) -> None:
    """Take a call to action off a piece.

    Its links in the blog and the feeds answer 410 from now on; those in posts already sent go on
    working.

    Raises:
        PieceNotFoundError: there is no such piece.
        CtaNotFoundError: there is no such call to action.
        NotAttachedError: it does not stand on the piece.
    """
    async with transaction():
        await queries.check_piece(piece_id)
        await queries.get_cta(cta_id)
        gone = await (
            PieceCtaRow.delete()
            .where((PieceCtaRow.piece_id == piece_id) & (PieceCtaRow.cta_id == cta_id))
            .returning(PieceCtaRow.id)
        )
        if not gone:
            msg = f"call to action {cta_id} does not stand on piece {piece_id}"
            raise NotAttachedError(msg)
        subject = f"piece:{piece_id}"
        detail: dict[str, object] = {"cta": cta_id}
        await accounts.record(actor, "cta.detached", subject=subject, now=now, detail=detail)
        await bus.announce(PieceCtasChanged(piece_id=piece_id))
    await tracking.retire_links(content_id=piece_id, cta_id=cta_id, delivery_id=0, now=now)


async def order_ctas(
    piece_id: int, cta_ids: Sequence[int], *, actor: Actor, now: datetime, bus: EventBus
) -> list[PieceCta]:
    """Put the calls to action of a piece in this order.

    Raises:
        PieceNotFoundError: there is no such piece.
        InvalidCtaError: these are not the calls to action of the piece, each once.
    """
    async with transaction():
        present = await queries.ctas_of_piece(piece_id)
        if sorted(cta_ids) != sorted(each.cta_id for each in present):
            raise wrong("cta_ids", "name each call to action of the piece once", code="mismatch")
        for position, cta_id in enumerate(cta_ids, start=1):
            await PieceCtaRow.update({PieceCtaRow.position: position}).where(
                (PieceCtaRow.piece_id == piece_id) & (PieceCtaRow.cta_id == cta_id)
            )
        await accounts.record(actor, "cta.ordered", subject=f"piece:{piece_id}", now=now)
        await bus.announce(PieceCtasChanged(piece_id=piece_id))
        return await queries.ctas_of_piece(piece_id)


async def links_for_delivery(
    piece_id: int, channel_id: int, delivery_id: int, *, now: datetime
) -> list[DeliveryLink]:
    """Answer a tracked link for each call to action of the piece, of this delivery alone.

    Asking again answers the same links. `tracking.service.ensure_channel` must have been called
    for the channel.
    """
    attached = (await queries.ctas_of_pieces([piece_id])).get(piece_id, [])
    links = []
    for each in attached:
        cta = await queries.get_cta(each.cta_id)
        path = await _mint(piece_id, cta, channel_id=channel_id, delivery_id=delivery_id, now=now)
        await lead_links(cta.id, now=now)
        links.append(DeliveryLink(cta_id=cta.id, slug=cta.slug, label=cta.label, path=path))
    return links


async def lead_links(cta_id: int, *, now: datetime) -> None:
    """Lead every link of a call to action where it leads now, and note that it is done."""
    row = await (
        CtaRow.select(CtaRow.version, CtaRow.destination_url).where(CtaRow.id == cta_id).first()
    )
    if row is None:
        return
    await tracking.retarget_links(cta_id, row["destination_url"], version=row["version"], now=now)
    await CtaRow.update({CtaRow.linked_version: row["version"]}).where(
        (CtaRow.id == cta_id) & (CtaRow.linked_version < row["version"])
    )


def on_piece_translated(bus: EventBus, now: Callable[[], datetime]) -> Subscriber[PieceTranslated]:
    """Make the subscriber that gives a translation the calls to action of what it was made from."""

    async def subscriber(event: PieceTranslated) -> None:
        for cta in await queries.ctas_of_piece(event.original_id):
            data = PieceCtaIn(cta_id=cta.cta_id, expected=cta.expected)
            with contextlib.suppress(InvalidCtaError):  # archived since: nobody can attach it
                await attach_cta(event.piece_id, data, actor=SYSTEM, now=now(), bus=bus)

    return subscriber


async def on_piece_deleted(event: PieceDeleted) -> None:
    """Take every call to action off a piece that is gone. Its links stay until they are swept."""
    await PieceCtaRow.delete().where(PieceCtaRow.piece_id == event.piece_id)


async def _mint(
    piece_id: int, cta: Cta, *, channel_id: int, delivery_id: int | None, now: datetime
) -> str:
    link = await tracking.mint_link(
        content_id=piece_id,
        cta_id=cta.id,
        channel_id=channel_id,
        delivery_id=delivery_id,
        dest_url=str(cta.destination.url),
        dest_version=cta.version,
        now=now,
    )
    return link.path


async def _usable(cta_id: int, present: Sequence[PieceCta]) -> Cta:
    cta = await queries.find_cta(cta_id)
    if cta is None:
        raise wrong("cta_id", f"there is no call to action {cta_id}", code="unknown")
    if cta.archived:
        raise wrong("cta_id", f"{cta.label!r} is archived", code="archived")
    if len(present) >= _MOST_ON_A_PIECE:
        raise wrong("cta_id", f"a piece takes at most {_MOST_ON_A_PIECE}", code="too_many")
    return cta


async def _insert(values: dict[str, Any], *, wanted: str | None, label: str) -> int:
    """Insert under the slug asked for, or the first free one made of the label."""
    base = wanted or rules.slug_of(label, action=values["action"])
    for number in range(1, _SLUG_TRIES):
        slug = base if number == 1 else f"{base}-{number}"
        try:
            async with transaction():
                rows = await CtaRow.insert(CtaRow(slug=slug, **values)).returning(CtaRow.id)
        except Exception as exc:
            if not is_unique_violation(exc):
                raise
            if wanted is not None:
                raise SlugTakenError(wanted) from exc
        else:
            return int(rows[0]["id"])
    raise SlugTakenError(base)


def _changes(before: Cta, patch: CtaPatch, *, now: datetime) -> dict[Any, Any]:
    """Answer the columns that a patch sets; the destination must suit the new action."""
    changes: dict[Any, Any] = {CtaRow.version: before.version + 1, CtaRow.updated_at: now}
    action = before.action if patch.action is UNSET else patch.action
    destination = before.destination if patch.destination is UNSET else patch.destination
    changes[CtaRow.action] = action
    changes[CtaRow.destination_url] = rules.destination_url(destination, action=action)
    if patch.label is not UNSET:
        changes[CtaRow.label] = _label(patch.label)
    if isinstance(patch.expected, Expected):
        count, ppm = rules.stored_expectation(patch.expected)
        changes |= {CtaRow.expected_count: count, CtaRow.expected_ppm: ppm}
    if patch.objective_id is not UNSET:
        changes[CtaRow.objective_id] = patch.objective_id
    if patch.archived is not UNSET and patch.archived != before.archived:
        changes[CtaRow.archived_at] = now if patch.archived else None
    return changes


def _label(text: str) -> str:
    label = clean_text(text, field="label").strip()
    if not label:
        raise wrong("label", "is empty", code="missing")
    if "\n" in label or "\r" in label or "\t" in label:
        raise wrong("label", "is one line", code="one_line")
    return label


def _stale(current: Cta, version: int) -> StaleCtaError:
    msg = f"call to action {current.id} is no longer at version {version}"
    return StaleCtaError(msg, current=current)


async def _check_objective(objective_id: int | None) -> None:
    if objective_id is not None and await strategy.find_objective(objective_id) is None:
        raise wrong("objective_id", f"there is no objective {objective_id}", code="unknown")
