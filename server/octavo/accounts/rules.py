"""Decisions about accounts: what is a usable e-mail, password, zone; who must stay owner."""

from datetime import datetime, timedelta
from zoneinfo import available_timezones

from octavo.accounts.errors import InvalidAccountError, LastOwnerError
from octavo.accounts.schemas import PersonRole, UserPatch
from octavo.kernel.errors import FieldError

SESSION_LIFE = timedelta(days=30)
INVITATION_LIFE = timedelta(days=7)
KEY_PREFIX = {"content": "oc", "admin": "oa"}

_MIN_DISTINCT = 5


def normal_email(raw: str) -> str:
    """Answer the address in the form that is stored and compared.

    Raises:
        InvalidAccountError: it cannot be an address.
    """
    email = raw.strip().lower()
    name, at, host = email.rpartition("@")
    printable = email.isprintable() and " " not in email
    if not (at and name and host and printable):
        raise InvalidAccountError(
            "that is not an e-mail address", FieldError(field="email", message="not an address")
        )
    return email


def check_password(password: str, *, email: str) -> None:
    """Pass if the password is not one that is guessed first (length is checked by its type).

    Raises:
        InvalidAccountError: too little variety, or the e-mail address itself.
    """
    weak = len(set(password)) < _MIN_DISTINCT or password.lower() == email
    if weak:
        raise InvalidAccountError(
            "that password would be guessed",
            FieldError(field="password", message="use more different characters"),
        )


def check_zone(zone: str, *, field: str = "zone") -> str:
    """Answer the zone if it is an IANA name.

    Raises:
        InvalidAccountError: it is not one.
    """
    if zone not in available_timezones():
        raise InvalidAccountError(
            f"{zone!r} is not an IANA time zone",
            FieldError(field=field, message="unknown time zone", code="unknown_zone"),
        )
    return zone


def check_post_path(pattern: str) -> str:
    """Answer the permalink pattern if it makes one folder per slug.

    Raises:
        InvalidAccountError: `{slug}` is missing, or the path is not a plain one.
    """
    plain = pattern.replace("{slug}", "x").replace("{year}", "2026").replace("{month}", "01")
    parts = plain.strip("/").split("/")
    usable = (
        pattern.startswith("/")
        and pattern.endswith("/")
        and pattern.count("{slug}") == 1
        and all(part and part.replace("-", "").isalnum() and part.isascii() for part in parts)
    )
    if not usable:
        raise InvalidAccountError(
            "the permalink pattern must look like /{slug}/ or /blog/{slug}/",
            FieldError(field="post_path", message="needs one {slug} between slashes"),
        )
    return pattern


def check_owner_remains(*, role: PersonRole, patch: UserPatch, other_owners: int) -> None:
    """Pass unless the change leaves nobody who owns the organisation.

    Raises:
        LastOwnerError: it does.
    """
    loses = (isinstance(patch.role, str) and patch.role != "owner") or patch.is_active is False
    if role == "owner" and loses and other_owners == 0:
        raise LastOwnerError("the last owner cannot step down: make somebody else owner first")


def is_open(*, expires_at: datetime, used_at: datetime | None, now: datetime) -> bool:
    """Say whether an invitation can still be taken."""
    return used_at is None and now < expires_at
