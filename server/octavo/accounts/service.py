"""Writes of accounts: one verb per function, each in one transaction."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Any

import msgspec
from msgspec import UNSET
from piccolo.columns import Column

from octavo.accounts import passwords, queries, rules
from octavo.accounts.errors import (
    EmailTakenError,
    InvitationGoneError,
    KeyNotFoundError,
    StaleOrganisationError,
    WrongCredentialsError,
)
from octavo.accounts.events import (
    KeyMade,
    KeyRevoked,
    OrganisationChanged,
    OrganisationRezoned,
    UserChanged,
    UserInvited,
    UserJoined,
)
from octavo.accounts.schemas import (
    Actor,
    ApiKeyIn,
    ApiKeyMade,
    InvitationIn,
    KeyScope,
    Organisation,
    OrganisationPatch,
    PersonRole,
    Session,
    SetUp,
    User,
    UserPatch,
)
from octavo.accounts.tables import (
    AuditRow,
    InvitationRow,
    KeyRow,
    OrganisationRow,
    SessionRow,
    UserRow,
)
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.ids import fingerprint, new_code, new_token
from octavo.kernel.text import clean_text, slugify


async def record(
    actor: Actor,
    action: str,
    *,
    subject: str,
    now: datetime,
    detail: dict[str, object] | None = None,
) -> None:
    """Add a row to the audit log in the present transaction. No secrets, no bodies."""
    await AuditRow.insert(
        AuditRow(
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name[:120],
            action=action,
            subject=subject,
            detail=msgspec.json.encode(detail or {}).decode(),
        )
    )


async def invite(
    data: InvitationIn, *, actor: Actor, now: datetime, bus: EventBus
) -> tuple[str, datetime]:
    """Make a one-time invitation; answer its token (kept nowhere) and when it ends."""
    async with transaction():
        token, expires_at = await _invite(data, actor=actor, now=now)
        await bus.announce(UserInvited(role=data.role))
    return token, expires_at


async def _invite(data: InvitationIn, *, actor: Actor, now: datetime) -> tuple[str, datetime]:
    token = new_token()
    expires_at = now + rules.INVITATION_LIFE
    async with transaction():
        await InvitationRow.insert(
            InvitationRow(
                token_hash=fingerprint(token),
                role=data.role,
                email=None if data.email is None else rules.normal_email(data.email),
                invited_by=actor.id if actor.kind == "user" else None,
                created_at=now,
                expires_at=expires_at,
            )
        )
        await record(actor, "user.invited", subject=f"role:{data.role}", now=now)
    return token, expires_at


async def invite_first_owner(*, actor: Actor, now: datetime) -> str:
    """Make the founding invitation; earlier ones that nobody took stop working."""
    async with transaction():
        await InvitationRow.update({InvitationRow.used_at: now}).where(
            (InvitationRow.role == "owner") & InvitationRow.used_at.is_null()
        )
        token, _ = await _invite(InvitationIn(role="owner"), actor=actor, now=now)
    return token


async def take_invitation(data: SetUp, *, now: datetime, bus: EventBus) -> User:
    """Turn an invitation into a user; the first one also names the organisation.

    Raises:
        InvitationGoneError: unknown, used meanwhile, or too old.
        InvalidAccountError: a field is wrong; the invitation stays open.
        EmailTakenError: somebody has that address.
    """
    invitation = await queries.get_invitation(data.token, now=now)
    email = rules.normal_email(data.email)
    rules.check_password(data.password, email=email)
    zone = rules.check_zone(data.zone or "UTC")
    name = rules.clean_name(data.name)
    organisation_name = rules.clean_name(
        data.organisation_name or "Octavo", field="organisation_name"
    )
    password_hash = await passwords.hash_password(data.password)
    async with transaction():
        taken = await (
            InvitationRow.update({InvitationRow.used_at: now})
            .where(
                (InvitationRow.token_hash == fingerprint(data.token))
                & InvitationRow.used_at.is_null()
            )
            .returning(InvitationRow.id)
        )
        if not taken:
            raise InvitationGoneError("somebody took this invitation a moment ago")
        if invitation.first and not await queries.has_users():
            await _found_organisation(organisation_name, zone=zone)
        user = await _add_user(
            email=email, name=name, role=invitation.role, password_hash=password_hash, now=now
        )
        await _joined(user, now=now, bus=bus)
    return user


async def create_user(
    email: str, *, role: PersonRole, password: str, now: datetime, bus: EventBus, name: str = ""
) -> User:
    """Create a user by the operator's hand; the first one also founds the organisation.

    Raises:
        InvalidAccountError: the address or the password cannot be used.
        EmailTakenError: somebody has that address.
    """
    email = rules.normal_email(email)
    rules.check_password(password, email=email)
    password_hash = await passwords.hash_password(password)
    async with transaction():
        if not await queries.has_users():
            await _found_organisation("Octavo", zone="UTC")
        user = await _add_user(
            email=email,
            name=rules.clean_name(name or email.partition("@")[0]),
            role=role,
            password_hash=password_hash,
            now=now,
        )
        await _joined(user, now=now, bus=bus)
    return user


async def patch_user(
    user_id: int, patch: UserPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> User:
    """Change a user's name, role or standing; taking either away ends their sessions.

    Raises:
        UserNotFoundError: there is none of that id.
        LastOwnerError: nobody would own the organisation.
    """
    if patch.name is not UNSET:
        patch = msgspec.structs.replace(patch, name=rules.clean_name(patch.name))
    async with transaction():
        user = await queries.get_user(user_id)
        others = await queries.count_other_owners(user_id)
        rules.check_owner_remains(role=user.role, patch=patch, other_owners=others)
        changes = {
            getattr(UserRow, name): value
            for name, value in msgspec.structs.asdict(patch).items()
            if value is not UNSET
        }
        if changes:
            await UserRow.update(changes).where(UserRow.id == user_id)
        if patch.role is not UNSET or patch.is_active is False:
            await SessionRow.delete().where(SessionRow.user_id == user_id)
        await record(actor, "user.changed", subject=f"user:{user_id}", now=now)
        user = await queries.get_user(user_id)
        await bus.announce(
            UserChanged(user_id=user_id, name=user.name, role=user.role, is_active=user.is_active)
        )
    return user


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


async def make_key(data: ApiKeyIn, *, actor: Actor, now: datetime, bus: EventBus) -> ApiKeyMade:
    """Make an API key; the answer is the only place where it is whole."""
    name = rules.clean_name(data.name)
    prefix, secret, key = _new_key(data.scope)
    async with transaction():
        row = KeyRow(
            name=name,
            scope=data.scope,
            prefix=prefix,
            secret_hash=fingerprint(secret),
            created_by=actor.id if actor.kind == "user" else None,
            created_at=now,
        )
        inserted = await KeyRow.insert(row)
        key_id = inserted[0]["id"]
        await record(
            actor, "key.made", subject=f"key:{key_id}", now=now, detail={"scope": data.scope}
        )
        await bus.announce(KeyMade(key_id=key_id, name=name, scope=data.scope, prefix=prefix))
    return ApiKeyMade(
        id=key_id,
        name=name,
        scope=data.scope,
        prefix=prefix,
        created_at=now,
        key=key,
    )


def _new_key(scope: KeyScope) -> tuple[str, str, str]:
    """Answer the prefix of a new key, its secret, and the whole.

    A content key is hexadecimal: clients made for Ghost refuse one that has not 26 such digits.
    """
    if scope == "content":
        prefix, secret = token_hex(rules.HEX_PREFIX // 2), token_hex(9)
        return prefix, secret, prefix + secret
    prefix, secret = f"{rules.ADMIN_PREFIX}_{new_code(8)}", new_token()
    return prefix, secret, f"{prefix}.{secret}"


async def revoke_key(key_id: int, *, actor: Actor, now: datetime, bus: EventBus) -> None:
    """Make a key useless from now on.

    Raises:
        KeyNotFoundError: there is none of that id that works.
    """
    async with transaction():
        revoked = await (
            KeyRow.update({KeyRow.revoked_at: now})
            .where((KeyRow.id == key_id) & KeyRow.revoked_at.is_null())
            .returning(KeyRow.id)
        )
        if not revoked:
            raise KeyNotFoundError(f"there is no working key {key_id}")
        await record(actor, "key.revoked", subject=f"key:{key_id}", now=now)
        await bus.announce(KeyRevoked(key_id=key_id))


async def patch_organisation(
    patch: OrganisationPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Organisation:
    """Change the organisation's settings.

    Raises:
        InvalidAccountError: a field cannot be used.
        StaleOrganisationError: somebody changed them since; carries `current`.
        ConflictError: another zone, and something is scheduled in this one (`content.rezoning`).
    """
    columns = _organisation_columns(patch)
    async with transaction():
        before = await queries.get_organisation()
        changed = await (
            OrganisationRow.update(columns)
            .where(OrganisationRow.version == patch.version)
            .returning(OrganisationRow.id)
        )
        organisation = await queries.get_organisation()
        if not changed:
            raise StaleOrganisationError(
                f"the settings are no longer at version {patch.version}",
                current=msgspec.to_builtins(organisation),
            )
        await record(actor, "settings.changed", subject="organisation", now=now)
        if organisation.zone != before.zone:
            rezoned = OrganisationRezoned(before=before.zone, after=organisation.zone)
            await bus.announce(rezoned)
        fields = tuple(
            name
            for name in organisation.__struct_fields__
            if name != "version" and getattr(organisation, name) != getattr(before, name)
        )
        await bus.announce(OrganisationChanged(version=organisation.version, fields=fields))
    return organisation


def _organisation_columns(patch: OrganisationPatch) -> dict[Column | str, Any]:
    columns: dict[Column | str, Any] = {OrganisationRow.version: OrganisationRow.version + 1}
    for name, value in msgspec.structs.asdict(patch).items():
        if value is not UNSET and name != "version":
            clean = _CLEANERS[name](value)
            stored = msgspec.json.encode(clean).decode() if name in _AS_JSON else clean
            columns[getattr(OrganisationRow, name)] = stored
    return columns


_AS_JSON = {"nav", "theme", "blocking_checks"}
_CLEANERS: dict[str, Callable[[Any], Any]] = {
    "name": rules.clean_name,
    "tagline": partial(clean_text, field="tagline"),
    "description": partial(clean_text, field="description"),
    "zone": rules.check_zone,
    "locale": rules.check_locale,
    "post_path": rules.check_post_path,
    "nav": rules.check_nav,
    "theme": rules.check_theme,
    "blocking_checks": lambda names: list(dict.fromkeys(names)),
}


async def _found_organisation(name: str, *, zone: str) -> None:
    row = OrganisationRow(id=1, name=name, zone=zone)
    await OrganisationRow.insert(row).on_conflict(action="DO NOTHING")


async def _add_user(
    *, email: str, name: str, role: PersonRole, password_hash: str, now: datetime
) -> User:
    slug = slugify(name) or "user"
    if await UserRow.exists().where(UserRow.slug == slug):
        slug = f"{slug[:70]}-{new_code(4)}"
    try:
        async with transaction():
            inserted = await UserRow.insert(
                UserRow(
                    email=email,
                    name=name,
                    slug=slug,
                    role=role,
                    password_hash=password_hash,
                    created_at=now,
                )
            )
    except Exception as exc:
        if not is_unique_violation(exc):
            raise
        raise EmailTakenError("there is a user with that e-mail address") from exc
    return await queries.get_user(inserted[0]["id"])


async def _joined(user: User, *, now: datetime, bus: EventBus) -> None:
    actor = Actor(kind="user", id=user.id, name=user.name, role=user.role)
    await record(actor, "user.joined", subject=f"user:{user.id}", now=now)
    await bus.announce(UserJoined(user_id=user.id, name=user.name, slug=user.slug))
