"""Writes of pieces: one verb per function, each in one transaction.

A write names the version it was made from. One conditional UPDATE moves the version on and so
decides between two writers on both databases; the texts of every write stay as a revision.
"""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.events import OrganisationChanged
from octavo.accounts.schemas import Actor
from octavo.content import authors, drafts, queries, revisions, rules, slugs, tags, translations
from octavo.content.drafts import Draft
from octavo.content.errors import ForbiddenMoveError, StillInUseError, TakenError, wrong
from octavo.content.events import (
    PieceChanged,
    PieceCreated,
    PieceDeleted,
    PieceTranslated,
    RedirectsChanged,
    TranslationsChanged,
)
from octavo.content.fields import shown_title
from octavo.content.moves import allowed_moves, repath_pieces, transition_piece
from octavo.content.redirects import paths_leading_to
from octavo.content.schemas import AuthorRef, Kind, Piece, PieceIn, PiecePatch
from octavo.content.tables import PieceRow
from octavo.content.timing import (
    check_fresh,
    drop_planned_edit,
    is_own,
    publish_due,
    set_unpublish_time,
    withdraw_due,
)
from octavo.content.translations import Joined
from octavo.kernel.db import is_foreign_key_violation, is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.ids import new_code
from octavo.kernel.walltime import zone_named
from octavo.strategy import queries as strategy_q

__all__ = [
    "allowed_moves",
    "create_piece",
    "delete_piece",
    "drop_planned_edit",
    "on_organisation_changed",
    "patch_piece",
    "publish_due",
    "repath_pieces",
    "set_unpublish_time",
    "transition_piece",
    "translate_piece",
    "withdraw_due",
]

_TRIES = 6
_MAX_BASE = 70


async def create_piece(
    data: PieceIn, *, actor: Actor, now: datetime, bus: EventBus, slug_base: str | None = None
) -> Piece:
    """Store a new piece with its first revision.

    Args:
        slug_base: what a slug is made of when none is chosen; default: the title.

    Raises:
        InvalidInputError: a field cannot be used.
        TakenError: the chosen slug belongs to another piece; a made-up one is suffixed instead.
    """
    texts = drafts.check_texts(data)
    plan = rules.plan_days(data.planned_for) if data.planned_for else None
    async with transaction():
        await _check_campaign(data.campaign_id)
        signed = await _authors_for(data.author_ids, actor=actor, now=now)
        draft = await drafts.new_draft(data, texts, authors=signed, now=now)
        joined = await _joined(data.translation_of, language=draft.language)
        made = _row_of(data, draft, plan=plan, group=joined.group, actor=actor, now=now)
        piece_id, slug = await _insert(made, slug=texts["slug"], base=slug_base)
        draft = msgspec.structs.replace(draft, slug=slug)
        revision_id = await revisions.save(
            piece_id, 1, draft, reason="created", actor=actor, now=now
        )
        await PieceRow.update({PieceRow.head_revision_id: revision_id}).where(
            PieceRow.id == piece_id
        )
        await tags.tag_piece(piece_id, draft.tags, live=False)
        await authors.sign_piece(piece_id, draft.authors, live=False)
        await accounts.record(actor, "piece.created", subject=f"piece:{piece_id}", now=now)
        await bus.announce(PieceCreated(piece_id=piece_id, kind=data.kind))
        if joined.group is not None:
            await bus.announce(TranslationsChanged(piece_ids=(piece_id, *joined.changed)))
    return await queries.get_piece(piece_id)


async def translate_piece(
    piece_id: int, language: str, *, actor: Actor, now: datetime, bus: EventBus
) -> Piece:
    """Make a draft in another language that begins with what a piece says now.

    Raises:
        PieceNotFoundError: there is no such piece.
        TakenError: it has one in this language already.
        InvalidInputError: that is no language.
    """
    original = await queries.get_piece(piece_id)
    data = translations.copy_of(original, language=language)
    base = rules.slug_candidate(f"{original.slug} {data.language}", fallback=data.kind)
    async with transaction():
        made = await create_piece(data, actor=actor, now=now, bus=bus, slug_base=base)
        await bus.announce(
            PieceTranslated(piece_id=made.id, original_id=piece_id, language=data.language)
        )
    return made


async def patch_piece(
    piece_id: int, patch: PiecePatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Piece:
    """Change what writers see of a piece that is still at `patch.version`.

    Readers of a published piece see no difference until it is published again.

    Raises:
        PieceNotFoundError: there is no such piece.
        StalePieceError: it moved on; carries `current`.
        LockedError: it was approved, and the actor may not judge.
        TakenError: the chosen slug belongs to another piece.
        InvalidInputError: a field cannot be used.
    """
    try:
        async with transaction():
            before = await queries.get_piece(piece_id)
            await check_fresh(piece_id, patch.version, fresh=before.version == patch.version)
            draft = await drafts.patched(before, patch, now=now)
            kind = before.kind if patch.kind is UNSET else patch.kind
            edited = kind != before.kind or draft != drafts.draft_of(before)
            if edited:
                rules.check_edit(before.status, actor=actor)
                drafts.check_still_ready(before, draft, kind=kind, now=now)
            changes = await _changes(before, patch, draft)
            joined = await _rejoined(before, patch, language=draft.language, changes=changes)
            done = await _update(before, changes, now=now)
            await check_fresh(piece_id, patch.version, fresh=done)
            if edited:
                await revisions.put_at_head(
                    piece_id, patch.version + 1, draft, actor=actor, now=now
                )
            await bus.announce(PieceChanged(piece_id=piece_id, version=patch.version + 1))
            if joined:
                await bus.announce(TranslationsChanged(piece_ids=joined))
    except Exception as exc:
        if is_unique_violation(exc):
            raise _taken(is_slug_new=draft.slug != before.slug) from exc
        raise
    return await queries.get_piece(piece_id)


def _taken(*, is_slug_new: bool) -> TakenError:
    if is_slug_new:
        return TakenError("the slug belongs to another piece", field="slug")
    return TakenError("a translation in this language was made meanwhile", field="language")


async def delete_piece(piece_id: int, *, actor: Actor, now: datetime, bus: EventBus) -> None:
    """Delete a piece that readers do not see, with its revisions.

    Raises:
        PieceNotFoundError: there is no such piece.
        ForbiddenMoveError: it is somebody else's.
        StillInUseError: readers see it, or deliveries and results hang on it; archive it instead.
    """
    piece = await queries.get_piece(piece_id)
    own = await is_own({"id": piece_id, "created_by": piece.created_by}, actor)
    if not rules.powers_of(actor, own=own) & {"reviewer", "author"}:
        raise ForbiddenMoveError("only its author or an editor may delete this piece")
    if piece.live_version is not None or piece.status == "scheduled":
        raise StillInUseError("a published or scheduled piece is not deleted: archive it first")
    try:
        async with transaction():
            paths = await paths_leading_to(piece_id)
            group = await translations.group_of(piece_id)
            gone = await (
                PieceRow.delete()
                .where((PieceRow.id == piece_id) & (PieceRow.version == piece.version))
                .returning(PieceRow.id)
            )
            await check_fresh(piece_id, piece.version, fresh=bool(gone))
            await accounts.record(actor, "piece.deleted", subject=f"piece:{piece_id}", now=now)
            await bus.announce(PieceDeleted(piece_id=piece_id, kind=piece.kind))
            if alone := await translations.leave(group):
                await bus.announce(TranslationsChanged(piece_ids=alone))
            if paths:
                await bus.announce(RedirectsChanged(paths=tuple(paths)))
    except Exception as exc:
        if is_foreign_key_violation(exc):
            msg = "calls to action or deliveries hang on this piece: archive it instead"
            raise StillInUseError(msg) from exc
        raise


def on_organisation_changed(bus: EventBus, now: Any) -> Any:
    """Make the subscriber that moves posts when the permalink pattern changed.

    Args:
        now: the clock; events carry no time of their own.
    """

    async def subscriber(_event: OrganisationChanged) -> None:
        await repath_pieces(now=now(), bus=bus)

    return subscriber


def _row_of(
    data: PieceIn,
    draft: Draft,
    *,
    plan: tuple[date, date] | None,
    group: str | None,
    actor: Actor,
    now: datetime,
) -> PieceRow:
    """Answer the row of a new piece, without its slug and its revision."""
    place = rules.stands_at(
        published_at=None,
        publish_instant=None,
        planned_from=plan and plan[0],
        created_at=now,
    )
    return PieceRow(
        kind=data.kind,
        status=data.status,
        title=shown_title(draft.title, draft.body, draft.fields),
        language=rules.tidy_language(draft.language),
        translation_group=group,
        series_id=draft.meta.series_id,
        series_position=draft.meta.series_position,
        campaign_id=data.campaign_id,
        planned_for=data.planned_for,
        planned_from=plan and plan[0],
        planned_to=plan and plan[1],
        stands_at=place,
        created_by=actor.id if actor.kind == "user" else None,
        created_at=now,
        updated_at=now,
    )


async def _insert(made: PieceRow, *, slug: str | None, base: str | None) -> tuple[int, str]:
    """Store the row under its slug; answer its id and the slug it got."""
    organisation = await accounts_q.get_organisation()
    zone = zone_named(organisation.zone)
    day = made.created_at.astimezone(zone).date()
    for attempt in range(_TRIES):
        if slug is None:
            stem = base or rules.slug_candidate(made.title, fallback=made.kind.replace("_", "-"))
            if attempt > 1:  # a crowd is after the same numbers
                stem = f"{stem[:_MAX_BASE]}-{new_code(4)}"
            prefix = organisation.post_path.partition("{")[0] if made.kind == "post" else "/"
            made.slug = await slugs.free_slug(stem, prefix=prefix)
        else:
            made.slug = slug
        made.path = rules.path_of(made.kind, made.slug, pattern=organisation.post_path, day=day)
        if slug is not None and await slugs.is_taken(slug, path=made.path):
            break
        made.search_key = rules.search_key(made.title, made.slug)
        try:
            async with transaction():
                rows = await PieceRow.insert(made).returning(PieceRow.id)
            return rows[0]["id"], made.slug
        except Exception as exc:
            if not is_unique_violation(exc):
                raise
    raise TakenError(f"the slug {made.slug!r} belongs to another piece", field="slug")


async def _changes(before: Piece, patch: PiecePatch, draft: Draft) -> dict[Any, Any]:
    """Answer the columns of the piece itself that the patch touches."""
    changes: dict[Any, Any] = {}
    title = shown_title(draft.title, draft.body, draft.fields)
    if title != before.title or draft.slug != before.slug:
        changes[PieceRow.title] = title
        changes[PieceRow.search_key] = rules.search_key(title, draft.slug)
    changes[PieceRow.series_id] = draft.meta.series_id
    changes[PieceRow.series_position] = draft.meta.series_position
    if patch.kind is not UNSET and patch.kind != before.kind:
        changes |= await _kind_changes(before, patch.kind, draft.slug)
    if draft.slug != before.slug:
        changes |= await _slug_changes(before, draft.slug)
    if patch.campaign_id is not UNSET and patch.campaign_id != before.campaign_id:
        await _check_campaign(patch.campaign_id)
        changes[PieceRow.campaign_id] = patch.campaign_id
    if patch.planned_for is not UNSET:
        changes |= _plan_changes(before, patch.planned_for)
    return changes


async def _joined(translation_of: int | None, *, language: str) -> Joined:
    if translation_of is None:
        return Joined(group=None)
    return await translations.join(translation_of, language=language)


async def _rejoined(
    before: Piece, patch: PiecePatch, *, language: str, changes: dict[Any, Any]
) -> tuple[int, ...]:
    """Add the group that a patch leads to; answer all pieces whose group changes."""
    changes[PieceRow.language] = rules.tidy_language(language)
    group = await translations.group_of(before.id)
    joined = Joined(group=group)
    if patch.translation_of is None:
        joined = Joined(group=None)
    elif patch.translation_of is not UNSET:
        of = patch.translation_of
        joined = await translations.join(of, language=language, piece_id=before.id)
    elif group is not None and language != before.language:
        await translations.check_language(group, language=language, but=before.id)
    if joined.group == group:
        return ()
    changes[PieceRow.translation_group] = joined.group
    left = await translations.leave(group, but=before.id)
    return (before.id, *dict.fromkeys(joined.changed + left))


async def _kind_changes(before: Piece, kind: Kind, slug: str) -> dict[Any, Any]:
    if before.published_at is not None:
        raise wrong("kind", "stays what it was once readers have seen the piece", code="locked")
    changed = msgspec.structs.replace(before, kind=kind)
    return {PieceRow.kind: kind, **await _slug_changes(changed, slug)}


async def _slug_changes(before: Piece, slug: str) -> dict[Any, Any]:
    organisation = await accounts_q.get_organisation()
    instant = before.published_at or before.publish_instant or before.created_at
    day = instant.astimezone(zone_named(organisation.zone)).date()
    path = rules.path_of(before.kind, slug, pattern=organisation.post_path, day=day)
    if await slugs.is_taken(slug, path=path, piece_id=before.id):
        raise TakenError(f"the slug {slug!r} belongs to another piece", field="slug")
    return {PieceRow.slug: slug, PieceRow.path: path}


def _plan_changes(before: Piece, planned_for: str | None) -> dict[Any, Any]:
    first, last = rules.plan_days(planned_for) if planned_for else (None, None)
    place = rules.stands_at(
        published_at=before.published_at,
        publish_instant=before.publish_instant,
        planned_from=first,
        created_at=before.created_at,
    )
    return {
        PieceRow.planned_for: planned_for or None,
        PieceRow.planned_from: first,
        PieceRow.planned_to: last,
        PieceRow.stands_at: place,
    }


async def _update(before: Piece, changes: dict[Any, Any], *, now: datetime) -> bool:
    done = await (
        PieceRow.update({**changes, PieceRow.version: before.version + 1, PieceRow.updated_at: now})
        .where((PieceRow.id == before.id) & (PieceRow.version == before.version))
        .returning(PieceRow.id)
    )
    return bool(done)


async def _authors_for(
    author_ids: list[int] | None, *, actor: Actor, now: datetime
) -> list[AuthorRef]:
    if author_ids is not None:
        return await authors.authors_by_id(author_ids)
    if actor.kind == "user" and actor.id is not None:
        return [await authors.ensure_author_of_user(actor.id, now=now)]
    return []


async def _check_campaign(campaign_id: int | None) -> None:
    if campaign_id is not None and await strategy_q.find_campaign(campaign_id) is None:
        raise wrong("campaign_id", f"there is no campaign {campaign_id}", code="unknown")
