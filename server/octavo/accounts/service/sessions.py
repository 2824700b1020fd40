"""Signing in and out."""

from datetime import datetime

from octavo.accounts import passwords, queries, rules
from octavo.accounts.errors import (
    WrongCredentialsError,
)
from octavo.accounts.schemas import (
    Actor,
    Session,
    User,
)
from octavo.accounts.service.audit import record
from octavo.accounts.tables import (
    SessionRow,
    UserRow,
)
from octavo.kernel.db import transaction
from octavo.kernel.ids import fingerprint, new_token

__all__ = ["drop_old_sessions", "end_session", "open_session", "sign_in"]


async def sign_in(email: str, password: str, *, now: datetime, old_token: str | None) -> Session:
    """Open a new session; whatever session the browser brought along ends.

    A fresh token at every sign-in is what defeats session fixation.

    Raises:
        WrongCredentialsError: no such active user, or not their password. Both take as long.
    """
    found = await queries.find_credentials(email.strip().lower())
    stored = found[1] if found else None
    if not await passwords.verify_password(stored, password) or found is None or stored is None:
        raise WrongCredentialsError("e-mail or password is wrong")
    user = found[0]
    if passwords.needs_rehash(stored):
        fresh = await passwords.hash_password(password)
        await UserRow.update({UserRow.password_hash: fresh}).where(UserRow.id == user.id)
    return await open_session(user, now=now, old_token=old_token)


async def open_session(user: User, *, now: datetime, old_token: str | None) -> Session:
    """Open a session for a user who proved who they are; end the browser's old one."""
    token, csrf_token = new_token(), new_token()
    expires_at = now + rules.SESSION_LIFE
    async with transaction():
        if old_token:
            await SessionRow.delete().where(SessionRow.token_hash == fingerprint(old_token))
        await SessionRow.insert(
            SessionRow(
                token_hash=fingerprint(token),
                user_id=user.id,
                csrf_token=csrf_token,
                created_at=now,
                expires_at=expires_at,
            )
        )
        await UserRow.update({UserRow.last_seen_at: now}).where(UserRow.id == user.id)
        actor = Actor(kind="user", id=user.id, name=user.name, role=user.role)
        await record(actor, "session.opened", subject=f"user:{user.id}", now=now)
    return Session(user=user, csrf_token=csrf_token, expires_at=expires_at, token=token)


async def end_session(token: str) -> None:
    """End the session of a cookie; one that is gone already is fine."""
    await SessionRow.delete().where(SessionRow.token_hash == fingerprint(token))


async def drop_old_sessions(*, now: datetime) -> None:
    """Delete the sessions that are over."""
    await SessionRow.delete().where(SessionRow.expires_at <= now)
