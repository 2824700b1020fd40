"""Who may come in: invitations, and the users they become."""

from datetime import datetime

import msgspec
from msgspec import UNSET

from octavo.accounts import passwords, queries, rules
from octavo.accounts.errors import (
    EmailTakenError,
    InvitationGoneError,
)
from octavo.accounts.events import (
    UserChanged,
    UserInvited,
    UserJoined,
)
from octavo.accounts.schemas import (
    Actor,
    InvitationIn,
    PersonRole,
    SetUp,
    User,
    UserPatch,
)
from octavo.accounts.service.audit import record
from octavo.accounts.service.organisation import found_organisation
from octavo.accounts.tables import (
    InvitationRow,
    SessionRow,
    UserRow,
)
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.ids import fingerprint, new_code, new_token
from octavo.kernel.text import slugify

__all__ = ["create_user", "invite", "invite_first_owner", "patch_user", "take_invitation"]


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
            await found_organisation(organisation_name, zone=zone)
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
            await found_organisation("Octavo", zone="UTC")
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
