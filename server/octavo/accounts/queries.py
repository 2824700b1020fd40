"""Reads of accounts. Rows in, Structs out."""

from datetime import datetime
from typing import Any

import msgspec

from octavo.accounts.errors import InvitationGoneError, UserNotFoundError
from octavo.accounts.rules import is_open, key_parts
from octavo.accounts.schemas import (
    Actor,
    ApiKey,
    AuditEntry,
    Invitation,
    NavLink,
    Organisation,
    Session,
    User,
)
from octavo.accounts.tables import (
    AuditRow,
    InvitationRow,
    KeyRow,
    OrganisationRow,
    SessionRow,
    UserRow,
)
from octavo.kernel.ids import fingerprint
from octavo.kernel.pagination import Page, decode_id, encode_cursor

_USER = (
    UserRow.id,
    UserRow.email,
    UserRow.name,
    UserRow.slug,
    UserRow.role,
    UserRow.is_active,
    UserRow.created_at,
    UserRow.last_seen_at,
)
_KEY = (
    KeyRow.id,
    KeyRow.name,
    KeyRow.scope,
    KeyRow.prefix,
    KeyRow.created_at,
    KeyRow.last_used_at,
)


async def get_organisation() -> Organisation:
    """Answer the organisation; before anybody set it up, its defaults at version 0."""
    row = await OrganisationRow.select().order_by(OrganisationRow.id).limit(1).first()
    if row is None:
        return Organisation(
            name="Octavo",
            tagline="",
            description="",
            zone="UTC",
            locale="en",
            post_path="/{slug}/",
            nav=[],
            theme={},
            blocking_checks=["tk"],
            version=0,
        )
    return Organisation(
        name=row["name"],
        tagline=row["tagline"],
        description=row["description"],
        zone=row["zone"],
        locale=row["locale"],
        post_path=row["post_path"],
        nav=msgspec.json.decode(row["nav"], type=list[NavLink]),
        theme=msgspec.json.decode(row["theme"], type=dict[str, str]),
        blocking_checks=msgspec.json.decode(row["blocking_checks"], type=list[str]),
        version=row["version"],
    )


async def has_users() -> bool:
    """Say whether anybody can sign in yet."""
    return await UserRow.exists()


async def get_user(user_id: int) -> User:
    """Answer one user.

    Raises:
        UserNotFoundError: there is none of that id.
    """
    row = await UserRow.select(*_USER).where(UserRow.id == user_id).first()
    if row is None:
        raise UserNotFoundError(f"there is no user {user_id}")
    return msgspec.convert(row, User)


async def find_user(email: str) -> User | None:
    """Answer the user of a normal e-mail address, or None."""
    row = await UserRow.select(*_USER).where(UserRow.email == email).first()
    return None if row is None else msgspec.convert(row, User)


async def find_credentials(email: str) -> tuple[User, str | None] | None:
    """Answer the active user of an address with their password hash, or None."""
    row = await (
        UserRow.select(*_USER, UserRow.password_hash)
        .where((UserRow.email == email) & (UserRow.is_active == True))  # noqa: E712 - SQL
        .first()
    )
    if row is None:
        return None
    password_hash = row.pop("password_hash")
    return msgspec.convert(row, User), password_hash


async def list_users() -> list[User]:
    """Answer every user, by name."""
    rows = await UserRow.select(*_USER).order_by(UserRow.name, UserRow.id).limit(1000)
    return msgspec.convert(rows, list[User])


async def count_other_owners(user_id: int) -> int:
    """Count the active owners besides this user."""
    others = (UserRow.role == "owner") & (UserRow.is_active == True)  # noqa: E712 - SQL
    return int(await UserRow.count().where(others & (UserRow.id != user_id)))


async def get_invitation(token: str, *, now: datetime) -> Invitation:
    """Answer what an invitation's token opens.

    Raises:
        InvitationGoneError: unknown, used, or too old.
    """
    row = await InvitationRow.select().where(InvitationRow.token_hash == fingerprint(token)).first()
    if row is None or not is_open(expires_at=row["expires_at"], used_at=row["used_at"], now=now):
        raise InvitationGoneError("this invitation is used up or too old: ask for a new one")
    return Invitation(
        role=row["role"],
        email=row["email"],
        expires_at=row["expires_at"],
        first=not await has_users(),
    )


async def find_session(token: str, *, now: datetime) -> Session | None:
    """Answer the live session of a cookie, or None when it opens nothing."""
    row = await (
        SessionRow.select(SessionRow.user_id, SessionRow.csrf_token, SessionRow.expires_at)
        .where((SessionRow.token_hash == fingerprint(token)) & (SessionRow.expires_at > now))
        .first()
    )
    if row is None:
        return None
    user = await get_user(row["user_id"])
    if not user.is_active:
        return None
    return Session(user=user, csrf_token=row["csrf_token"], expires_at=row["expires_at"])


async def find_key_actor(key: str) -> Actor | None:
    """Answer the actor that an API key stands for, or None."""
    if not key.isprintable():  # PostgreSQL takes no NUL, and no key of ours has one
        return None
    prefix, secret = key_parts(key)
    row = await (
        KeyRow.select(KeyRow.id, KeyRow.name, KeyRow.scope)
        .where(
            (KeyRow.prefix == prefix)
            & (KeyRow.secret_hash == fingerprint(secret))
            & KeyRow.revoked_at.is_null()
        )
        .first()
    )
    if row is None:
        return None
    return Actor(
        kind="key",
        id=row["id"],
        name=row["name"],
        role="owner" if row["scope"] == "admin" else "reader",
    )


async def list_keys() -> list[ApiKey]:
    """Answer the keys that still work, newest first."""
    rows = await (
        KeyRow.select(*_KEY)
        .where(KeyRow.revoked_at.is_null())
        .order_by(KeyRow.id, ascending=False)
        .limit(1000)
    )
    return msgspec.convert(rows, list[ApiKey])


async def list_audit(*, cursor: str | None, limit: int) -> Page[AuditEntry]:
    """Answer a page of the audit log, newest first."""
    query = AuditRow.select().order_by(AuditRow.id, ascending=False).limit(limit + 1)
    if cursor:
        query = query.where(AuditRow.id < decode_id(cursor))
    rows = await query
    next_cursor = encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(items=[_audit_entry(row) for row in rows[:limit]], next_cursor=next_cursor)


def _audit_entry(row: dict[str, Any]) -> AuditEntry:
    return msgspec.convert({**row, "detail": msgspec.json.decode(row["detail"])}, AuditEntry)
