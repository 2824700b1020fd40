"""Decisions about pieces: who may move what where, addresses, plans, names. All pure."""

import re
import unicodedata
from collections.abc import Container, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, get_args
from urllib.parse import urlsplit

from octavo.accounts.access import Action, can
from octavo.accounts.schemas import Actor
from octavo.content.errors import ForbiddenMoveError, ImpossibleMoveError, LockedError, wrong
from octavo.content.schemas import Status
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.text import RESERVED_SLUGS, clean_text, slugify

Power = Literal["reviewer", "author", "writer"]
"""What an actor is to one piece: may judge anybody's, wrote this one, may write at all."""

STATUSES: tuple[Status, ...] = get_args(Status)
_REVIEWER: frozenset[Power] = frozenset({"reviewer"})
_OWN: frozenset[Power] = frozenset({"reviewer", "author"})
_ANY: frozenset[Power] = frozenset({"reviewer", "author", "writer"})

# Who may move a piece from one state to another. What is not here cannot be done by anybody.
# An author decides about their own work until it is judged, and about its time once it is
# approved; putting words before readers, or taking them away, is the reviewers'.
TRANSITIONS: dict[tuple[Status, Status], frozenset[Power]] = {
    ("idea", "draft"): _ANY,
    ("idea", "archived"): _OWN,
    ("draft", "idea"): _OWN,
    ("draft", "in_review"): _OWN,
    ("draft", "approved"): _REVIEWER,
    ("draft", "scheduled"): _REVIEWER,
    ("draft", "published"): _REVIEWER,
    ("draft", "archived"): _OWN,
    ("in_review", "draft"): _OWN,
    ("in_review", "approved"): _REVIEWER,
    ("in_review", "scheduled"): _REVIEWER,
    ("in_review", "published"): _REVIEWER,
    ("in_review", "archived"): _OWN,
    ("approved", "draft"): _OWN,
    ("approved", "in_review"): _OWN,
    ("approved", "scheduled"): _OWN,
    ("approved", "published"): _REVIEWER,
    ("approved", "archived"): _OWN,
    ("scheduled", "draft"): _OWN,
    ("scheduled", "approved"): _OWN,
    ("scheduled", "scheduled"): _OWN,
    ("scheduled", "published"): _REVIEWER,
    ("scheduled", "archived"): _OWN,
    ("published", "published"): _REVIEWER,
    ("published", "draft"): _REVIEWER,
    ("published", "archived"): _REVIEWER,
    ("archived", "draft"): _OWN,
    ("archived", "published"): _REVIEWER,
}

# What is answered before redirects are looked at, and the folders and files of the site itself.
_OWN_FOLDERS = frozenset(
    {
        "admin", "api", "archive", "assets", "authors", "f", "ghost", "go", "healthz", "media",
        "metrics", "p", "page", "readyz", "search", "sitemaps", "t", "tags",
    }
)  # fmt: skip
_OWN_FILES = frozenset(
    {
        "/404.html", "/_redirects", "/atom.xml", "/feed.json", "/feed.xml", "/index.html",
        "/podcast.xml", "/robots.txt", "/sitemap.xml",
    }
)  # fmt: skip

_CONTENT_LOCKED: frozenset[Status] = frozenset({"approved", "scheduled", "archived"})
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_REGION, _SCRIPT = 2, 4  # letters
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_SIGNS = ((re.compile(r"(?<=[\w+])\+"), " plus "), (re.compile(r"(?<=\w)#"), " sharp "))
_MAX_SLUG = 80
_MAX_REDIRECT = 600
_MAX_URL = 2_000


def powers_of(actor: Actor, *, own: bool) -> frozenset[Power]:
    """Answer what the actor is to a piece that is their own or not."""
    held: set[Power] = set()
    if can(actor, Action.REVIEW):
        held.add("reviewer")
    if can(actor, Action.WRITE):
        held.add("writer")
        if own:
            held.add("author")
    return frozenset(held)


def check_move(before: Status, after: Status, *, actor: Actor, own: bool) -> None:
    """Pass if the actor may move a piece of theirs (or not) from `before` to `after`.

    Raises:
        ImpossibleMoveError: nobody may.
        ForbiddenMoveError: somebody may, but not this actor.
    """
    allowed = TRANSITIONS.get((before, after))
    if allowed is None:
        msg = f"a piece cannot go from {_words(before)} to {_words(after)}"
        raise ImpossibleMoveError(msg, allowed=moves_from(before, actor=actor, own=own))
    if not allowed & powers_of(actor, own=own):
        who = "its author or an editor" if "author" in allowed else "an editor or owner"
        msg = f"only {who} may move this piece from {_words(before)} to {_words(after)}"
        raise ForbiddenMoveError(msg, allowed=moves_from(before, actor=actor, own=own))


def moves_from(status: Status, *, actor: Actor, own: bool) -> list[Status]:
    """Answer where the actor may move the piece from here."""
    held = powers_of(actor, own=own)
    return [after for after in STATUSES if TRANSITIONS.get((status, after), frozenset()) & held]


def check_edit(status: Status, *, actor: Actor) -> None:
    """Pass if the actor may change the words of a piece in this state.

    Without this, approval could be had for one text and used for another.

    Raises:
        LockedError: it was judged, and the actor may not judge.
    """
    if status in _CONTENT_LOCKED and not can(actor, Action.REVIEW):
        msg = f"this piece is {_words(status)}: move it back to draft to edit it"
        raise LockedError(msg, status_now=status)


def path_of(kind: str, slug: str, *, pattern: str, day: date) -> str:
    """Answer where readers find a piece: posts by the pattern, everything else at the top."""
    if kind != "post":
        return f"/{slug}/"
    return (
        pattern.replace("{year}", f"{day.year:04d}")
        .replace("{month}", f"{day.month:02d}")
        .replace("{slug}", slug)
    )


def check_slug(raw: str) -> str:
    """Answer an explicitly chosen slug in its normal form.

    Raises:
        InvalidContentError: nothing is left of it, or it would shadow an address of our own.
    """
    slug = slugify(clean_text(raw, field="slug"))
    if not slug:
        raise wrong("slug", "needs at least one letter or digit")
    if slug in RESERVED_SLUGS:
        raise wrong(
            "slug", f"{slug!r} is an address of Octavo's own; choose another", code="reserved"
        )
    return slug


def slug_candidate(title: str, *, fallback: str) -> str:
    """Answer the slug to try first for a title; a reserved one is suffixed."""
    slug = slugify(title) or fallback
    return f"{slug}-2" if slug in RESERVED_SLUGS else slug


def free_slug(base: str, taken: Container[str], *, number: int = 2) -> str:
    """Answer `base`, or the first of `base-2`, `base-3` … (from `number`) that is not taken."""
    if base not in taken and base not in RESERVED_SLUGS:
        return base
    while True:
        suffix = f"-{number}"
        candidate = base[: _MAX_SLUG - len(suffix)].rstrip("-") + suffix
        if candidate not in taken:
            return candidate
        number += 1


@lru_cache(maxsize=4096)
def author_slug(name: str) -> str:
    """Answer the slug that tells bylines apart by name; empty when it holds no letter or digit."""
    return slugify(name)


@lru_cache(maxsize=4096)
def tag_slug(name: str) -> str:
    """Answer the slug that tells tags apart: `C++`, `C#` and `C` are three tags."""
    for sign, word in _SIGNS:
        name = sign.sub(word, name)
    return slugify(name)


def tag_names(names: Sequence[str]) -> dict[str, str]:
    """Answer slug -> name of the tags in their order; the first spelling of a slug stays.

    Raises:
        InvalidContentError: a name has nothing in it to make a slug of.
    """
    tags: dict[str, str] = {}
    for position, raw in enumerate(names):
        name = " ".join(clean_text(raw, field=f"tags[{position}]").split())
        slug = tag_slug(name)
        if not slug:
            raise wrong(f"tags[{position}]", "needs at least one letter or digit")
        tags.setdefault(slug, name)
    return tags


def plan_days(planned_for: str) -> tuple[date, date]:
    """Answer the first and last day of a day, an ISO week or a month.

    Raises:
        InvalidContentError: it is none of these.
    """
    try:
        if week := _WEEK.fullmatch(planned_for):
            first = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return first, first + timedelta(days=6)
        if month := _MONTH.fullmatch(planned_for):
            first = date(int(month[1]), int(month[2]), 1)
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        day = date.fromisoformat(planned_for)
    except (ValueError, OverflowError) as exc:
        raise wrong(
            "planned_for", "must be a day 2026-12-01, a week 2026-W49 or a month 2026-12"
        ) from exc
    if day.isoformat() != planned_for:
        raise wrong("planned_for", f"write the day as {day.isoformat()}")
    return day, day


def stands_at(
    *,
    published_at: datetime | None,
    publish_instant: datetime | None,
    planned_from: date | None,
    created_at: datetime,
) -> datetime:
    """Answer a piece's place in the plan."""
    if published_at or publish_instant:
        return published_at or publish_instant or created_at
    if planned_from:
        # Noon in UTC falls on that day nearly everywhere.
        return datetime.combine(planned_from, time(12), tzinfo=UTC)
    return created_at


def check_language(language: str) -> str:
    """Answer a BCP 47 tag, or the empty text for the organisation's own language.

    Raises:
        InvalidContentError: it cannot be one.
    """
    if language and not _LANGUAGE.fullmatch(language):
        raise wrong("language", "must be a language tag such as `en` or `es-MX`")
    return language


def tidy_language(language: str) -> str:
    """Answer a language tag as such tags are written: `pt-BR`, `zh-Hant`."""
    first, *rest = language.split("-")
    tidy = [first.lower()]
    for part in rest:
        shape = part.upper() if len(part) == _REGION else part.lower()
        tidy.append(part.title() if len(part) == _SCRIPT else shape)
    return "-".join(tidy)


def check_url(url: str | None, *, field: str) -> str | None:
    """Answer an absolute http(s) address, or None for none.

    Raises:
        InvalidContentError: it is something else (`javascript:` among it).
    """
    if not url:
        return None
    url = clean_text(url, field=field).strip()
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is none
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or any(sign.isspace() for sign in url):
        raise wrong(field, "must be an absolute address, https://…")
    return url


def usable_url(raw: str) -> str | None:
    """Answer an address that others wrote, or None where `check_url` refuses it or it is too long."""
    try:
        url = check_url(raw.strip(), field="url")
    except InvalidInputError:
        return None
    return url if url is None or len(url) <= _MAX_URL else None


def check_redirect_path(raw: str, *, field: str = "from_path") -> str:
    """Answer the path part of an old address: absolute, without query, fragment or dots.

    Raises:
        InvalidContentError: it is not a path below the root of the site.
    """
    path = clean_text(raw, field=field).strip()
    path = path.split("#", 1)[0].split("?", 1)[0]
    parts = path.split("/")
    if len(path) > _MAX_REDIRECT:
        raise wrong(field, f"is longer than {_MAX_REDIRECT} characters")
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        raise wrong(field, "must be a path that starts with one slash")
    if ".." in parts or "." in parts or "" in parts[1:-1] or path == "/":
        raise wrong(field, "must be a plain path below the root of the site")
    return path


def check_own_path(path: str) -> None:
    """Pass if an old address is not one that the server or the generated site answers itself.

    Raises:
        InvalidContentError: it is, so the redirect would never be followed, or hide a page.
    """
    first = path.split("/")[1]
    if first in _OWN_FOLDERS or path in _OWN_FILES:
        raise wrong(
            "from_path", f"{path} is an address of Octavo's own; choose another", code="reserved"
        )


def check_target(raw: str) -> str:
    """Answer where a redirect leads: a path of the site, or an absolute http(s) address.

    Raises:
        InvalidContentError: it is neither.
    """
    if raw.startswith("/"):
        return "/" if raw == "/" else check_redirect_path(raw, field="to_path")
    return check_url(raw, field="to_path") or ""


def search_key(*texts: str) -> str:
    """Answer the texts folded for search: no case, no accents. The database folds ASCII only."""
    joined = " ".join(texts).casefold()
    if joined.isascii():
        return joined
    joined = unicodedata.normalize("NFKD", joined)
    return "".join(sign for sign in joined if not unicodedata.combining(sign))


def like_pattern(text: str) -> str:
    """Answer a LIKE pattern (escape `!`) for texts that contain this one, folded."""
    folded = search_key(text.strip())
    for sign in "!%_":
        folded = folded.replace(sign, f"!{sign}")
    return f"%{folded}%"


def _words(status: Status) -> str:
    return status.replace("_", " ")
