"""Tags: found or made by name as pieces use them, renamed by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import rules
from octavo.content.cursors import id_of
from octavo.content.errors import StalePieceError, TagNotFoundError, TakenError, wrong
from octavo.content.events import TagChanged, TagCreated
from octavo.content.finding import holds
from octavo.content.planned import replace_planned
from octavo.content.schemas import Tag, TagIn, TagPatch, TagRef
from octavo.content.tables import PieceTagRow, TagRow
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page, encode_cursor
from octavo.kernel.text import clean_text

_TAG = (TagRow.id, TagRow.name, TagRow.slug, TagRow.description, TagRow.version)


async def ensure_tags(names: Mapping[str, str], *, now: datetime) -> list[TagRef]:
    """Answer the tags of these slugs in their order, making those that are missing.

    Args:
        names: slug -> name, as `rules.tag_names` answers.
    """
    if not names:
        return []
    found = await _by_slug(list(names))
    missing = [slug for slug in names if slug not in found]
    if missing:
        rows = [
            TagRow(name=names[slug][:120], slug=slug, created_at=now, updated_at=now)
            for slug in missing
        ]
        # Somebody else may make the same tag at this moment.
        await TagRow.insert(*rows).on_conflict(target=TagRow.slug, action="DO NOTHING")
        found |= await _by_slug(missing)
    return [found[slug] for slug in names]


async def tag_piece(piece_id: int, tags: Sequence[TagRef], *, live: bool) -> None:
    """Make these the tags of a piece, for its writers or (`live`) its readers."""
    await PieceTagRow.delete().where(
        (PieceTagRow.piece_id == piece_id) & (PieceTagRow.live == live)
    )
    if tags:
        await PieceTagRow.insert(
            *(
                PieceTagRow(piece_id=piece_id, tag_id=tag.id, position=position, live=live)
                for position, tag in enumerate(tags)
            )
        )


async def get_tag(tag_id: int) -> Tag:
    """Answer one tag.

    Raises:
        TagNotFoundError: there is none of that id.
    """
    row = await TagRow.select(*_TAG).where(TagRow.id == tag_id).first()
    if row is None:
        raise TagNotFoundError(f"there is no tag {tag_id}")
    (tag,) = await _counted([row])
    return tag


async def list_tags(*, q: str = "", cursor: str | None = None, limit: int = 20) -> Page[Tag]:
    """Answer a page of the tags, newest first; `q` finds them by a part of the name or slug."""
    query = TagRow.select(*_TAG).order_by(TagRow.id, ascending=False).limit(limit + 1)
    if q.strip():
        query = query.where(holds(q, "name", slug=rules.tag_slug(q)))
    if cursor:
        query = query.where(TagRow.id < id_of(cursor))
    rows = await query
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(items=await _counted(rows[:limit]), next_cursor=next_cursor)


async def create_tag(data: TagIn, *, actor: Actor, now: datetime, bus: EventBus) -> Tag:
    """Store a new tag.

    Raises:
        TakenError: there is a tag of that slug.
        InvalidContentError: a field cannot be used.
    """
    name, slug = _named(data.name, data.slug)
    description = clean_text(data.description, field="description")
    try:
        async with transaction():
            rows = await TagRow.insert(
                TagRow(
                    name=name, slug=slug, description=description, created_at=now, updated_at=now
                )
            ).returning(TagRow.id)
            await accounts.record(actor, "tag.created", subject=f"tag:{rows[0]['id']}", now=now)
            await bus.announce(TagCreated(tag_id=rows[0]["id"]))
    except Exception as exc:
        if is_unique_violation(exc):
            raise TakenError(f"there is a tag {slug!r} already", field="slug") from exc
        raise
    return await get_tag(rows[0]["id"])


async def patch_tag(
    tag_id: int, patch: TagPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Tag:
    """Change a tag that is still at `patch.version`.

    Raises:
        TagNotFoundError: there is none of that id.
        StalePieceError: it moved on; carries `current`.
        TakenError: there is another tag of that slug.
    """
    try:
        async with transaction():
            before = await get_tag(tag_id)
            done = await (
                TagRow.update(_changes(patch, now=now))
                .where((TagRow.id == tag_id) & (TagRow.version == patch.version))
                .returning(TagRow.id)
            )
            await _check_moved(tag_id, moved=bool(done), version=patch.version)
            await accounts.record(actor, "tag.changed", subject=f"tag:{tag_id}", now=now)
            await bus.announce(
                TagChanged(tag_id=tag_id, piece_ids=await _pieces_of(tag_id), old_slug=before.slug)
            )
    except Exception as exc:
        if is_unique_violation(exc):
            raise TakenError("there is another tag of that slug", field="slug") from exc
        raise
    return await get_tag(tag_id)


async def delete_tag(tag_id: int, *, actor: Actor, now: datetime, bus: EventBus) -> None:
    """Take a tag off every piece and delete it.

    Raises:
        TagNotFoundError: there is none of that id.
    """
    async with transaction():
        tag = await get_tag(tag_id)
        piece_ids = await _pieces_of(tag_id)
        await replace_planned("tag_ids", tag_id)
        await TagRow.delete().where(TagRow.id == tag_id)
        await accounts.record(actor, "tag.deleted", subject=f"tag:{tag_id}", now=now)
        await bus.announce(TagChanged(tag_id=tag_id, piece_ids=piece_ids, old_slug=tag.slug))


async def merge_tag(tag_id: int, *, into: int, actor: Actor, now: datetime, bus: EventBus) -> Tag:
    """Give every piece of a tag another tag in its place, for readers too, and delete the first.

    Raises:
        TagNotFoundError: there is none of one of the ids.
        InvalidContentError: both are the same.
    """
    if tag_id == into:
        raise wrong("into", "a tag cannot be merged into itself")
    async with transaction():
        tag = await get_tag(tag_id)
        target = await get_tag(into)
        piece_ids = await _pieces_of(tag_id)
        for live in (False, True):
            have_both = PieceTagRow.select(PieceTagRow.piece_id).where(
                (PieceTagRow.tag_id == into) & (PieceTagRow.live == live)
            )
            await PieceTagRow.update({PieceTagRow.tag_id: into}).where(
                (PieceTagRow.tag_id == tag_id)
                & (PieceTagRow.live == live)
                & PieceTagRow.piece_id.not_in(have_both)
            )
        await replace_planned("tag_ids", tag_id, by=into)
        await TagRow.delete().where(TagRow.id == tag_id)
        await accounts.record(
            actor, "tag.merged", subject=f"tag:{tag_id}", detail={"into": into}, now=now
        )
        for changed in (tag, target):
            await bus.announce(
                TagChanged(tag_id=changed.id, piece_ids=piece_ids, old_slug=changed.slug)
            )
    return await get_tag(into)


async def _check_moved(tag_id: int, *, moved: bool, version: int) -> None:
    if not moved:
        msg = f"tag {tag_id} is no longer at version {version}"
        raise StalePieceError(msg, current=await get_tag(tag_id))


def _changes(patch: TagPatch, *, now: datetime) -> dict[Any, Any]:
    changes: dict[Any, Any] = {TagRow.updated_at: now, TagRow.version: TagRow.version + 1}
    if patch.name is not UNSET:
        changes[TagRow.name] = _named(patch.name, "x")[0]
    if patch.slug is not UNSET:
        changes[TagRow.slug] = _named("x", patch.slug)[1]
    if patch.description is not UNSET:
        changes[TagRow.description] = clean_text(patch.description, field="description")
    return changes


def _named(raw_name: str, raw_slug: str | None) -> tuple[str, str]:
    name = " ".join(clean_text(raw_name, field="name").split())
    slug = rules.tag_slug(name if raw_slug is None else clean_text(raw_slug, field="slug"))
    if not name or not slug:
        field = "name" if raw_slug is None or not name else "slug"
        raise wrong(field, "needs at least one letter or digit")
    return name, slug


async def _by_slug(slugs: list[str]) -> dict[str, TagRef]:
    rows = await TagRow.select(TagRow.id, TagRow.name, TagRow.slug).where(TagRow.slug.is_in(slugs))
    return {row["slug"]: TagRef(**row) for row in rows}


async def _pieces_of(tag_id: int) -> tuple[int, ...]:
    """Answer the pieces that readers see under the tag."""
    rows = await PieceTagRow.select(PieceTagRow.piece_id).where(
        (PieceTagRow.tag_id == tag_id) & (PieceTagRow.live == True)  # noqa: E712 - SQL
    )
    return tuple(row["piece_id"] for row in rows)


async def _counted(rows: list[dict[str, Any]]) -> list[Tag]:
    if not rows:
        return []
    links = await PieceTagRow.select(PieceTagRow.tag_id, PieceTagRow.piece_id).where(
        PieceTagRow.tag_id.is_in([row["id"] for row in rows]) & (PieceTagRow.live == False)  # noqa: E712
    )
    counts: dict[int, int] = {}
    for link in links:
        counts[link["tag_id"]] = counts.get(link["tag_id"], 0) + 1
    return [msgspec.convert({**row, "pieces": counts.get(row["id"], 0)}, Tag) for row in rows]
