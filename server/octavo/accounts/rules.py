"""Decisions about accounts: what is a usable e-mail, password, zone; who must stay owner."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from octavo.accounts.errors import InvalidAccountError, LastOwnerError
from octavo.accounts.schemas import NavLink, PersonRole, UserPatch
from octavo.kernel.errors import FieldError
from octavo.kernel.text import RESERVED_SLUGS, clean_text

SESSION_LIFE = timedelta(days=30)
INVITATION_LIFE = timedelta(days=7)
ADMIN_PREFIX = "oa"
HEX_PREFIX = 8
"""How many digits of a content key, which is hexadecimal, find it; the others are its secret."""

_MIN_DISTINCT = 5
_SHORTEST, _LONGEST = 10, 1_024
_HEX_KEY = re.compile(r"[0-9a-f]{26}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def key_parts(key: str) -> tuple[str, str]:
    """Answer the prefix and the secret of an API key; older content keys have a dot between them."""
    if _HEX_KEY.fullmatch(key):
        return key[:HEX_PREFIX], key[HEX_PREFIX:]
    prefix, _, secret = key.partition(".")
    return prefix, secret


def _wrong(field: str, message: str, *, code: str = "invalid") -> InvalidAccountError:
    return InvalidAccountError(
        f"{field}: {message}", FieldError(field=field, message=message, code=code)
    )


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
    """Pass if the password is not one that is guessed first, and not too long to be hashed.

    Raises:
        InvalidAccountError: too short or long, too little variety, or the e-mail address itself.
    """
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise _wrong("password", f"use {_SHORTEST} to {_LONGEST:,} characters", code="wrong_length")
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
        and not pattern.startswith("//")
        and all(part and part.replace("-", "").isalnum() and part.isascii() for part in parts)
    )
    if not usable:
        raise InvalidAccountError(
            "the permalink pattern must look like /{slug}/ or /blog/{slug}/",
            FieldError(field="post_path", message="needs one {slug} between slashes"),
        )
    first = pattern.split("/")[1]
    if first in RESERVED_SLUGS:
        raise _wrong("post_path", f"/{first}/ is an address of Octavo's own", code="reserved")
    return pattern


def clean_name(raw: str, *, field: str = "name") -> str:
    """Answer a name on one line, with single spaces.

    Raises:
        InvalidInputError: it holds control characters.
        InvalidAccountError: nothing of it can be seen.
    """
    name = " ".join(clean_text(raw, field=field).split())
    if not name:
        raise _wrong(field, "needs at least one character that can be seen")
    return name


def check_locale(locale: str) -> str:
    """Answer the language tag.

    Raises:
        InvalidAccountError: it cannot be one.
    """
    if not _LOCALE.fullmatch(locale):
        raise _wrong("locale", "must be a language tag such as `en` or `es-MX`")
    return locale


def check_nav(links: Iterable[NavLink]) -> list[NavLink]:
    """Answer the links of the site's menu: to paths of the site, or to absolute addresses.

    Raises:
        InvalidAccountError: one leads elsewhere (`javascript:` among it).
    """
    return [
        NavLink(
            label=clean_name(link.label, field=f"nav[{position}].label"),
            url=_nav_url(link.url, field=f"nav[{position}].url"),
        )
        for position, link in enumerate(links)
    ]


def _nav_url(raw: str, *, field: str) -> str:
    url = clean_text(raw, field=field).strip()
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is none
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    on_site = url.startswith("/") and not url.startswith("//")
    if not (usable or on_site) or "\\" in url or any(sign.isspace() for sign in url):
        raise _wrong(field, "must be a path of the site, /…, or an absolute address, https://…")
    return url


def check_theme(values: Mapping[str, str]) -> dict[str, str]:
    """Answer the theme's settings.

    Raises:
        InvalidInputError: one holds control characters.
    """
    return {
        clean_text(name, field="theme"): clean_text(text, field=f"theme.{name}")
        for name, text in values.items()
    }


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
