"""What leaves this feature, and what may come in."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Role = Literal["owner", "editor", "writer", "marketer", "reader"]
"""`reader` is the role of a content key: it sees what is published, and belongs to no person."""

PersonRole = Literal["owner", "editor", "writer", "marketer"]
KeyScope = Literal["content", "admin"]

Email = Annotated[str, Meta(min_length=3, max_length=254)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Version = Annotated[int, Meta(ge=0, le=2**31 - 2)]  # the next one must be storable, too
Theme = Annotated[
    dict[Annotated[str, Meta(max_length=60)], Annotated[str, Meta(max_length=1_000)]],
    Meta(max_length=60),
]
CheckNames = Annotated[list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(max_length=60)]
Password = Annotated[str, Meta(min_length=10, max_length=1024)]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever does something: a signed-in user, an API key, or Octavo itself."""

    kind: Literal["user", "key", "system"]
    id: int | None
    name: str
    role: Role


SYSTEM = Actor(kind="system", id=None, name="Octavo", role="owner")


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person who can sign in."""

    id: int
    email: str
    name: str
    slug: str
    role: PersonRole
    is_active: bool
    created_at: datetime
    last_seen_at: datetime | None


class UserPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    role: PersonRole | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """The organisation's own settings. `zone` is an IANA name; `post_path` holds `{slug}`.

    `blocking_checks` names the checks whose findings hold a piece back until somebody says that it is
    to go out in spite of them.
    """

    name: str
    tagline: str
    description: str
    zone: str
    locale: str
    post_path: str
    nav: list["NavLink"]
    theme: dict[str, str]
    blocking_checks: list[str]
    version: int


class NavLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    label: Annotated[str, Meta(min_length=1, max_length=60)]
    url: Annotated[str, Meta(min_length=1, max_length=500)]


class OrganisationPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Version
    name: Name | UnsetType = UNSET
    tagline: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    zone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    locale: Annotated[str, Meta(max_length=16)] | UnsetType = UNSET
    post_path: Annotated[str, Meta(max_length=120)] | UnsetType = UNSET
    nav: Annotated[list[NavLink], Meta(max_length=12)] | UnsetType = UNSET
    theme: Theme | UnsetType = UNSET
    blocking_checks: CheckNames | UnsetType = UNSET


class SetUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the invited person fills in; only the first owner names the organisation."""

    token: str
    name: Name
    email: Email
    password: Password
    organisation_name: Name | None = None
    zone: Annotated[str, Meta(max_length=64)] | None = None


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that can still be taken. `first` = it founds the organisation."""

    role: PersonRole
    email: str | None
    expires_at: datetime
    first: bool


class InvitationIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    role: PersonRole
    email: Email | None = None


class InvitationMade(msgspec.Struct, frozen=True, kw_only=True):
    """The only time that the address of an invitation is seen."""

    url: str
    role: PersonRole
    email: str | None
    expires_at: datetime


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=1024)]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in browser. `token` is the cookie's value, known only when the session is made."""

    user: User
    csrf_token: str
    expires_at: datetime
    token: str | None = None


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """What the admin UI needs to know about whoever is signed in."""

    user: User
    csrf_token: str
    organisation: Organisation
    may: list[str]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: their session, or null when nobody is signed in."""

    session: SessionView | None


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key without its secret; `prefix` tells keys apart."""

    id: int
    name: str
    scope: KeyScope
    prefix: str
    created_at: datetime
    last_used_at: datetime | None


class ApiKeyIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    scope: KeyScope


class ApiKeyMade(msgspec.Struct, frozen=True, kw_only=True):
    """The only time that the whole key is seen."""

    id: int
    name: str
    scope: KeyScope
    prefix: str
    created_at: datetime
    key: str


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody did."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: int | None
    actor_name: str
    action: str
    subject: str
    detail: dict[str, object]
