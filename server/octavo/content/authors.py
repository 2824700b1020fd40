"""Bylines: who signs a piece. A user gets theirs with their first piece."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import rules
from octavo.content.cursors import id_of
from octavo.content.errors import (
    AuthorNotFoundError,
    StalePieceError,
    StillInUseError,
    TakenError,
    wrong,
)
from octavo.content.events import AuthorChanged, AuthorCreated
from octavo.content.finding import holds
from octavo.content.planned import has_planned_byline, replace_planned
from octavo.content.schemas import Author, AuthorIn, AuthorPatch, AuthorRef
from octavo.content.tables import AuthorRow, PieceAuthorRow
from octavo.kernel.db import is_foreign_key_violation, is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page, encode_cursor
from octavo.kernel.text import clean_text, slugify

_REF = (AuthorRow.id, AuthorRow.name, AuthorRow.slug, AuthorRow.bio, AuthorRow.website)
_AUTHOR = (*_REF, AuthorRow.website, AuthorRow.user_id, AuthorRow.version)
_TRIES = 5


async def ensure_author_of_user(user_id: int, *, now: datetime) -> AuthorRef:
    """Answer the byline of a user, making it from their name if they have none."""
    if byline := await _of_user(user_id):
        return byline
    user = await accounts_q.get_user(user_id)
    return await _insert(user.name, slugify(user.slug) or "author", user_id=user_id, now=now)


async def ensure_authors(names: Sequence[str], *, now: datetime) -> list[AuthorRef]:
    """Answer the bylines of these names in their order, making those that are missing.

    Two spellings with the same slug are one author. A name without a letter is left out.
    """
    wanted = {slug: name for name in reversed(names) if (slug := rules.author_slug(name))}
    slugs = [slug for slug in dict.fromkeys(map(rules.author_slug, names)) if slug]
    if not slugs:
        return []
    found = await _by_slug(slugs)
    missing = [slug for slug in slugs if slug not in found]
    if missing:
        rows = [
            AuthorRow(name=wanted[slug][:120], slug=slug, created_at=now, updated_at=now)
            for slug in missing
        ]
        await AuthorRow.insert(*rows).on_conflict(target=AuthorRow.slug, action="DO NOTHING")
        found |= await _by_slug(missing)
    return [found[slug] for slug in slugs]


async def authors_by_id(author_ids: Sequence[int]) -> list[AuthorRef]:
    """Answer the bylines in the order of their ids.

    Raises:
        InvalidContentError: one of them does not exist.
    """
    ids = list(dict.fromkeys(author_ids))
    if not ids:
        return []
    rows = await AuthorRow.select(*_REF).where(AuthorRow.id.is_in(ids))
    found = {row["id"]: AuthorRef(**row) for row in rows}
    unknown = [author_id for author_id in ids if author_id not in found]
    if unknown:
        raise wrong("author_ids", f"there is no author {unknown[0]}", code="unknown")
    return [found[author_id] for author_id in ids]


async def sign_piece(piece_id: int, authors: Sequence[AuthorRef], *, live: bool) -> None:
    """Make these the bylines of a piece, for its writers or (`live`) its readers."""
    await PieceAuthorRow.delete().where(
        (PieceAuthorRow.piece_id == piece_id) & (PieceAuthorRow.live == live)
    )
    if authors:
        await PieceAuthorRow.insert(
            *(
                PieceAuthorRow(piece_id=piece_id, author_id=author.id, position=position, live=live)
                for position, author in enumerate(authors)
            )
        )


async def is_signed_by(piece_id: int, user_id: int) -> bool:
    """Say whether one of the piece's bylines belongs to the user."""
    return bool(
        await PieceAuthorRow.exists().where(
            (PieceAuthorRow.piece_id == piece_id) & (PieceAuthorRow.author_id.user_id == user_id)
        )
    )


async def get_author(author_id: int) -> Author:
    """Answer one author.

    Raises:
        AuthorNotFoundError: there is none of that id.
    """
    row = await AuthorRow.select(*_AUTHOR).where(AuthorRow.id == author_id).first()
    if row is None:
        raise AuthorNotFoundError(f"there is no author {author_id}")
    (author,) = await _counted([row])
    return author


async def list_authors(*, q: str = "", cursor: str | None = None, limit: int = 20) -> Page[Author]:
    """Answer a page of the authors, newest first; `q` finds them by a part of the name or slug."""
    query = AuthorRow.select(*_AUTHOR).order_by(AuthorRow.id, ascending=False).limit(limit + 1)
    if q.strip():
        query = query.where(holds(q, "name", slug=slugify(q)))
    if cursor:
        query = query.where(AuthorRow.id < id_of(cursor))
    rows = await query
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(items=await _counted(rows[:limit]), next_cursor=next_cursor)


async def create_author(data: AuthorIn, *, actor: Actor, now: datetime, bus: EventBus) -> Author:
    """Store a new byline.

    Raises:
        TakenError: the chosen slug belongs to another.
        InvalidContentError: a field cannot be used.
    """
    name = _clean_name(data.name)
    bio = clean_text(data.bio, field="bio")
    website = rules.check_url(data.website.strip(), field="website") or ""
    if data.user_id is not None:
        await _check_user(data.user_id)
    async with transaction():
        author = await _insert(
            name,
            _clean_slug(data.slug or name),
            user_id=data.user_id,
            now=now,
            bio=bio,
            website=website,
            exact=data.slug is not None,
        )
        await accounts.record(actor, "author.created", subject=f"author:{author.id}", now=now)
        await bus.announce(AuthorCreated(author_id=author.id))
    return await get_author(author.id)


async def patch_author(
    author_id: int, patch: AuthorPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Author:
    """Change a byline that is still at `patch.version`.

    Raises:
        AuthorNotFoundError: there is none of that id.
        StalePieceError: it moved on; carries `current`.
        TakenError: there is another author of that slug.
    """
    if isinstance(patch.user_id, int):
        await _check_user(patch.user_id)
    try:
        async with transaction():
            before = await get_author(author_id)
            done = await (
                AuthorRow.update(_changes(patch, now=now))
                .where((AuthorRow.id == author_id) & (AuthorRow.version == patch.version))
                .returning(AuthorRow.id)
            )
            await _check_moved(author_id, moved=bool(done), version=patch.version)
            await accounts.record(actor, "author.changed", subject=f"author:{author_id}", now=now)
            piece_ids = await _pieces_of(author_id)
            await bus.announce(
                AuthorChanged(author_id=author_id, piece_ids=piece_ids, old_slug=before.slug)
            )
    except Exception as exc:
        if is_unique_violation(exc):
            raise TakenError("there is another author of that slug", field="slug") from exc
        raise
    return await get_author(author_id)


async def delete_author(author_id: int, *, actor: Actor, now: datetime) -> None:
    """Delete a byline that signs nothing.

    Raises:
        AuthorNotFoundError: there is none of that id.
        StillInUseError: pieces carry it.
    """
    author = await get_author(author_id)
    try:
        async with transaction():
            await _check_unplanned(author)
            await AuthorRow.delete().where(AuthorRow.id == author_id)
            await accounts.record(actor, "author.deleted", subject=f"author:{author_id}", now=now)
    except Exception as exc:
        if is_foreign_key_violation(exc):
            msg = f"{author.name} signs {author.pieces} pieces: give them another author first"
            raise StillInUseError(msg) from exc
        raise


async def merge_author(
    author_id: int, *, into: int, actor: Actor, now: datetime, bus: EventBus
) -> Author:
    """Let another byline sign everything this one signs, for readers too, and delete this one.

    What the one that stays lacks it has from the one that goes: its account, its bio, its website.

    Raises:
        AuthorNotFoundError: there is none of one of the ids.
        InvalidContentError: both are the same.
        StillInUseError: they belong to two accounts: one would lose its pieces to the other.
    """
    if author_id == into:
        raise wrong("into", "an author cannot be merged into themselves")
    async with transaction():
        gone, kept = await get_author(author_id), await get_author(into)
        if gone.user_id is not None and kept.user_id not in (None, gone.user_id):
            msg = f"{gone.name} and {kept.name} belong to two accounts: take one off its account"
            raise StillInUseError(msg)
        piece_ids = await _pieces_of(author_id)
        await _sign_instead(author_id, into)
        await replace_planned("author_ids", author_id, by=into)
        await AuthorRow.delete().where(AuthorRow.id == author_id)
        if await _give_what_lacks(kept, gone, now=now):
            piece_ids = await _pieces_of(into)
        await accounts.record(
            actor, "author.merged", subject=f"author:{author_id}", detail={"into": into}, now=now
        )
        for changed in (gone, kept):
            await bus.announce(
                AuthorChanged(author_id=changed.id, piece_ids=piece_ids, old_slug=changed.slug)
            )
    return await get_author(into)


async def _sign_instead(author_id: int, into: int) -> None:
    for live in (False, True):
        signed_by_both = PieceAuthorRow.select(PieceAuthorRow.piece_id).where(
            (PieceAuthorRow.author_id == into) & (PieceAuthorRow.live == live)
        )
        await PieceAuthorRow.update({PieceAuthorRow.author_id: into}).where(
            (PieceAuthorRow.author_id == author_id)
            & (PieceAuthorRow.live == live)
            & PieceAuthorRow.piece_id.not_in(signed_by_both)
        )
    await PieceAuthorRow.delete().where(PieceAuthorRow.author_id == author_id)


async def _give_what_lacks(kept: Author, gone: Author, *, now: datetime) -> bool:
    """Say whether there was anything."""
    given = {
        AuthorRow.user_id: kept.user_id is None and gone.user_id,
        AuthorRow.bio: not kept.bio and gone.bio,
        AuthorRow.website: not kept.website and gone.website,
    }
    changes: dict[Any, Any] = {column: value for column, value in given.items() if value}
    if changes:
        changes |= {AuthorRow.version: AuthorRow.version + 1, AuthorRow.updated_at: now}
        await AuthorRow.update(changes).where(AuthorRow.id == kept.id)
    return bool(changes)


async def _check_unplanned(author: Author) -> None:
    if await has_planned_byline(author.id):
        msg = f"{author.name} signs a planned edit: take that back first"
        raise StillInUseError(msg)


async def _of_user(user_id: int) -> AuthorRef | None:
    row = await AuthorRow.select(*_REF).where(AuthorRow.user_id == user_id).first()
    return None if row is None else AuthorRef(**row)


async def _insert(
    name: str,
    slug: str,
    *,
    user_id: int | None,
    now: datetime,
    bio: str = "",
    website: str = "",
    exact: bool = False,
) -> AuthorRef:
    """Store a byline; unless the slug must be exact, a taken one is suffixed."""
    for attempt in range(_TRIES):
        if attempt > 0 and user_id is not None and (mine := await _of_user(user_id)):
            return mine
        taken = await AuthorRow.select(AuthorRow.slug).where(AuthorRow.slug.like(f"{slug}%"))
        free = slug if exact else rules.free_slug(slug, {row["slug"] for row in taken})
        try:
            async with transaction():
                rows = await AuthorRow.insert(
                    AuthorRow(
                        name=name[:120],
                        slug=free,
                        bio=bio,
                        website=website,
                        user_id=user_id,
                        created_at=now,
                        updated_at=now,
                    )
                ).returning(AuthorRow.id)
            return AuthorRef(id=rows[0]["id"], name=name[:120], slug=free, bio=bio, website=website)
        except Exception as exc:
            if not is_unique_violation(exc):
                raise
            if exact:
                break
    raise TakenError(f"there is an author {slug!r} already", field="slug")


async def _check_moved(author_id: int, *, moved: bool, version: int) -> None:
    if not moved:
        msg = f"author {author_id} is no longer at version {version}"
        raise StalePieceError(msg, current=await get_author(author_id))


def _changes(patch: AuthorPatch, *, now: datetime) -> dict[Any, Any]:
    changes: dict[Any, Any] = {AuthorRow.updated_at: now, AuthorRow.version: AuthorRow.version + 1}
    if patch.name is not UNSET:
        changes[AuthorRow.name] = _clean_name(patch.name)
    if patch.slug is not UNSET:
        changes[AuthorRow.slug] = _clean_slug(patch.slug)
    if patch.bio is not UNSET:
        changes[AuthorRow.bio] = clean_text(patch.bio, field="bio")
    if patch.website is not UNSET:
        website = rules.check_url(patch.website.strip(), field="website")
        changes[AuthorRow.website] = website or ""
    if patch.user_id is not UNSET:
        changes[AuthorRow.user_id] = patch.user_id
    return changes


def _clean_name(raw: str) -> str:
    name = " ".join(clean_text(raw, field="name").split())
    if not name:
        raise wrong("name", "must not be empty", code="required")
    return name


def _clean_slug(raw: str) -> str:
    slug = slugify(clean_text(raw, field="slug"))
    if not slug:
        raise wrong("slug", "needs at least one letter or digit")
    return slug


async def _check_user(user_id: int) -> None:
    if not any(user.id == user_id for user in await accounts_q.list_users()):
        raise wrong("user_id", f"there is no user {user_id}", code="unknown")


async def _by_slug(slugs: list[str]) -> dict[str, AuthorRef]:
    rows = await AuthorRow.select(*_REF).where(AuthorRow.slug.is_in(slugs))
    return {row["slug"]: AuthorRef(**row) for row in rows}


async def _pieces_of(author_id: int) -> tuple[int, ...]:
    """Answer the pieces that readers see under this byline."""
    rows = await PieceAuthorRow.select(PieceAuthorRow.piece_id).where(
        (PieceAuthorRow.author_id == author_id) & (PieceAuthorRow.live == True)  # noqa: E712 - SQL
    )
    return tuple(row["piece_id"] for row in rows)


async def _counted(rows: list[dict[str, Any]]) -> list[Author]:
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    links = await PieceAuthorRow.select(PieceAuthorRow.author_id).where(
        PieceAuthorRow.author_id.is_in(ids) & (PieceAuthorRow.live == False)  # noqa: E712 - SQL
    )
    counts: dict[int, int] = {}
    for link in links:
        counts[link["author_id"]] = counts.get(link["author_id"], 0) + 1
    return [msgspec.convert({**row, "pieces": counts.get(row["id"], 0)}, Author) for row in rows]
