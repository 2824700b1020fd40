"""Users, invitations, sessions, keys, the audit log and the organisation, as stored."""

from piccolo.columns import Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class OrganisationRow(Table, tablename="organisation"):
    """One row, id 1: the organisation this installation speaks for."""

    id = Serial(primary_key=True)
    name = Varchar(length=120, default="")
    tagline = Varchar(length=200, default="")
    description = Text(default="")
    zone = Varchar(length=64, default="UTC")
    locale = Varchar(length=16, default="en")
    post_path = Varchar(length=120, default="/{slug}/")
    nav = Text(default="[]")  # JSON
    theme = Text(default="{}")  # JSON
    blocking_checks = Text(default='["tk"]')  # JSON
    version = Integer(default=1)


class UserRow(Table, tablename="account_user"):
    """A person. A user is never deleted, only made inactive: their work keeps its author."""

    id = Serial(primary_key=True)
    email = Varchar(length=254, unique=True)  # lower case
    name = Varchar(length=120)
    slug = Varchar(length=80, unique=True)
    role = Varchar(length=12)
    password_hash = Text(null=True, default=None)  # null: never set, cannot sign in
    is_active = Boolean(default=True)
    created_at = Timestamptz()
    last_seen_at = Timestamptz(null=True, default=None)


class InvitationRow(Table, tablename="account_invitation"):
    """A one-time link. Only a fingerprint of its token is stored."""

    id = Serial(primary_key=True)
    token_hash = Varchar(length=64, unique=True)
    role = Varchar(length=12)
    email = Varchar(length=254, null=True, default=None)
    invited_by = ForeignKey(UserRow, null=True, default=None, on_delete=OnDelete.set_null)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class SessionRow(Table, tablename="account_session"):
    """A signed-in browser. The cookie holds the token, this row its fingerprint."""

    id = Serial(primary_key=True)
    token_hash = Varchar(length=64, unique=True)
    user_id = ForeignKey(UserRow, on_delete=OnDelete.cascade, null=False)
    csrf_token = Varchar(length=64)
    created_at = Timestamptz()
    expires_at = Timestamptz(index=True)


class KeyRow(Table, tablename="account_key"):
    """An API key: `prefix` to find it, a fingerprint to check it."""

    id = Serial(primary_key=True)
    name = Varchar(length=120)
    scope = Varchar(length=12)
    prefix = Varchar(length=16, unique=True)
    secret_hash = Varchar(length=64)
    created_by = ForeignKey(UserRow, null=True, default=None, on_delete=OnDelete.set_null)
    created_at = Timestamptz()
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class AuditRow(Table, tablename="account_audit"):
    """One thing that somebody did; rows are only ever added."""

    id = Serial(primary_key=True)
    at = Timestamptz(index=True)
    actor_kind = Varchar(length=8)
    actor_id = Integer(null=True, default=None)
    actor_name = Varchar(length=120)
    action = Varchar(length=64)
    subject = Varchar(length=120)
    detail = Text(default="{}")  # JSON, never a secret or a body


TABLES = [OrganisationRow, UserRow, InvitationRow, SessionRow, KeyRow, AuditRow]
