"""What the names of Ghost's filters and orders mean here: from NQL to conditions on live content.

A name is on one of the lists below or is refused; nothing of a request reaches a statement but as
an argument.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec

from octavo.content.conditions import ALWAYS, NEVER, All, AnyOf, Condition, Is, Op, Order, Value
from octavo.reading.ghost import ids
from octavo.reading.ghost.errors import impossible, unreadable
from octavo.reading.nql import Both, Node, NqlError, Said, Word, parse

__all__ = ["AUTHORS", "PIECES", "TAGS", "Named", "Names", "bind", "is_relative", "ordered", "read"]

Kind = Literal["text", "instant", "number", "flag", "piece", "tag", "author", "uuid", "constant"]


class Named(msgspec.Struct, frozen=True):
    """What a name of Ghost's is here: `name` in content, or always the same `value`."""

    kind: Kind
    name: str = ""
    value: str | bool | None = None


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """The names of one resource, those of them that order, and other words for some."""

    known: Mapping[str, Named]
    orders: Mapping[str, str]
    short: Mapping[str, str] = {}


_EMPTY: Final = Named("constant", value=None)
_NULLS = (
    "feature_image_alt", "feature_image_caption", "codeinjection_head", "codeinjection_foot",
    "custom_template", "og_image", "og_title", "og_description", "twitter_image", "twitter_title",
    "twitter_description", "email_subject", "frontmatter", "locale", "newsletter_id",
)  # fmt: skip

PIECES: Final = Names(
    known={
        **dict.fromkeys(_NULLS, _EMPTY),
        "id": Named("piece", "id"),
        "uuid": Named("uuid", "id"),
        "comment_id": Named("piece", "id"),
        "title": Named("text", "title"),
        "slug": Named("text", "slug"),
        "published_at": Named("instant", "published_at"),
        "updated_at": Named("instant", "updated_at"),
        "created_at": Named("instant", "created_at"),
        "custom_excerpt": Named("text", "custom_excerpt"),
        "canonical_url": Named("text", "canonical_url"),
        "kind": Named("text", "kind"),
        "tags.id": Named("tag", "tags.id"),
        "tags.name": Named("text", "tags.name"),
        "tags.slug": Named("text", "tags.slug"),
        "tags.visibility": Named("text", "tags.visibility"),
        "primary_tag.slug": Named("text", "primary_tag"),
        "authors.id": Named("author", "authors.id"),
        "authors.name": Named("text", "authors.name"),
        "authors.slug": Named("text", "authors.slug"),
        "primary_author.slug": Named("text", "primary_author"),
        "visibility": Named("constant", value="public"),
        "status": Named("constant", value="published"),
        "featured": Named("flag", "featured"),
        "email_only": Named("constant", value=False),
        "meta_title": Named("text", "meta_title"),
        "meta_description": Named("text", "meta_description"),
    },
    orders={
        "id": "id",
        "title": "title",
        "slug": "slug",
        "published_at": "published_at",
        "updated_at": "updated_at",
        "created_at": "created_at",
        "featured": "featured",
    },
    short={
        "tag": "tags.slug",
        "tags": "tags.slug",
        "author": "authors.slug",
        "authors": "authors.slug",
        "primary_tag": "primary_tag.slug",
        "primary_author": "primary_author.slug",
    },
)
TAGS: Final = Names(
    known={
        "id": Named("tag", "id"),
        "name": Named("text", "name"),
        "slug": Named("text", "slug"),
        "description": Named("text", "description"),
        "visibility": Named("text", "visibility"),
        "count.posts": Named("number", "posts"),
        **dict.fromkeys(
            ("feature_image", "meta_title", "meta_description", "accent_color"), _EMPTY
        ),
    },
    orders={"id": "id", "name": "name", "slug": "slug", "count.posts": "posts"},
)
AUTHORS: Final = Names(
    known={
        "id": Named("author", "id"),
        "name": Named("text", "name"),
        "slug": Named("text", "slug"),
        "bio": Named("text", "bio"),
        "website": Named("text", "website"),
        "count.posts": Named("number", "posts"),
        **dict.fromkeys(("profile_image", "cover_image", "location"), _EMPTY),
    },
    orders={"id": "id", "name": "name", "slug": "slug", "count.posts": "posts"},
)

# Ghost drops what asks about these, so that no filter tells them letter by letter.
_SECRETS = (
    "authors.email", "authors.password", "author.email", "author.password", "email", "password",
)  # fmt: skip
_OPS: Final[Mapping[str, Op]] = {
    "in": "in", ">": ">", ">=": ">=", "<": "<", "<=": "<=",
    "~": "contains", "~^": "starts", "~$": "ends",
}  # fmt: skip
_RELATIVE = re.compile(r"now(?:([+-])(\d{1,4})([smhdwMy]))?")
_SECONDS = {
    "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "M": 2_592_000, "y": 31_536_000,
}  # fmt: skip
_ORDER_LIMIT = 8


def read(text: str) -> Node | None:
    """Read a filter; None when there is none.

    Raises:
        GhostError: it cannot be read.
    """
    if not text.strip():
        return None
    try:
        return parse(text)
    except NqlError as exc:
        raise unreadable("Error parsing filter", context=str(exc), prop="filter") from exc


def is_relative(tree: Node | None) -> bool:
    """Say whether what the filter means depends on the time."""
    if isinstance(tree, Said):
        return any(not word.quoted and _RELATIVE.fullmatch(word.text) for word in tree.words)
    return tree is not None and any(is_relative(part) for part in tree.parts)


def bind(tree: Node | None, names: Names, *, site: str, now: datetime) -> Condition:
    """Answer what a filter means.

    Raises:
        GhostError: it asks about something unknown, or for what can never be.
    """
    if tree is None:
        return ALWAYS
    if isinstance(tree, Said):
        return _said(tree, names, site=site, now=now)
    kept = [part for part in tree.parts if not _is_secret(part)]
    parts = tuple(bind(part, names, site=site, now=now) for part in kept)
    if not parts:
        return ALWAYS
    return All(parts) if isinstance(tree, Both) else AnyOf(parts)


def _is_secret(tree: Node) -> bool:
    return isinstance(tree, Said) and tree.name.startswith(_SECRETS)


def _said(said: Said, names: Names, *, site: str, now: datetime) -> Condition:
    if _is_secret(said):
        return ALWAYS
    named = names.known.get(names.short.get(said.name, said.name))
    if named is None:
        raise unreadable(
            "Error parsing filter", context=f"there is no `{said.name}` to filter by", prop="filter"
        )
    values = tuple(_value(word, said, named, site=site, now=now) for word in said.words)
    if named.kind == "constant":
        return ALWAYS if _holds(named, said, values) != said.negated else NEVER
    op = _OPS[said.operator]
    if op != "in" and values[0] is None:
        raise impossible(f"{said.name} cannot be compared with null", prop="filter")
    if op in {"contains", "starts", "ends"} and named.kind != "text":
        raise impossible(f"{said.name} is no text to look into", prop="filter")
    return Is(name=named.name, op=op, values=values, negated=said.negated)


def _value(word: Word, said: Said, named: Named, *, site: str, now: datetime) -> Value:
    if not word.quoted and word.text == "null":
        return None
    try:
        return _readers(site=site, now=now)[named.kind](word)
    except (ValueError, OverflowError) as exc:
        message = f"{word.text[:100]!r} is not a value that {said.name} can have"
        raise impossible(message, prop="filter") from exc


def _readers(*, site: str, now: datetime) -> Mapping[Kind, Callable[[Word], Value]]:
    """Answer how words are read for each kind; an id that nobody has is 0."""
    return {
        "text": lambda word: word.text,
        "constant": lambda word: word.text,
        "flag": lambda word: str(_flag(word.text)).lower(),
        "number": lambda word: _number(word.text),
        "instant": lambda word: _moment(word, now=now),
        "piece": lambda word: ids.our_id("piece", word.text) or 0,
        "tag": lambda word: ids.our_id("tag", word.text) or 0,
        "author": lambda word: ids.our_id("author", word.text) or 0,
        "uuid": lambda word: ids.our_id_of_uuid(word.text, site=site) or 0,
    }


def _flag(text: str) -> bool:
    if text not in {"true", "false", "1", "0"}:
        raise ValueError(text)
    return text in {"true", "1"}


def _number(text: str) -> int:
    number = int(text) if len(text) < len(str(2**31)) and text.isascii() else -1
    if not 0 <= number < 2**31:
        raise ValueError(text)
    return number


def _moment(word: Word, *, now: datetime) -> datetime:
    """Read an instant; one without an offset is UTC. Months have 30 days here, years 365."""
    relative = None if word.quoted else _RELATIVE.fullmatch(word.text)
    if relative is None:
        moment = datetime.fromisoformat(word.text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    if relative[1] is None:
        return now
    by = timedelta(seconds=int(relative[2]) * _SECONDS[relative[3]])
    return now + by if relative[1] == "+" else now - by


def _holds(named: Named, said: Said, values: tuple[Value, ...]) -> bool:
    """Say whether a name that is always the same meets what is said about it."""
    text = str(named.value).lower() if isinstance(named.value, bool) else named.value
    if said.operator == "in":
        return text in {_as_text(given) for given in values}
    if text is None or values[0] is None:
        return False
    other = str(values[0])
    checks: Mapping[str, bool] = {
        ">": text > other, ">=": text >= other, "<": text < other, "<=": text <= other,
        "~": other.lower() in text, "~^": text.startswith(other.lower()),
        "~$": text.endswith(other.lower()),
    }  # fmt: skip
    return checks[said.operator]


def _as_text(value: Value) -> str | None:
    return {"1": "true", "0": "false"}.get(str(value), str(value)) if value is not None else None


def ordered(
    text: str, tree: Node | None, names: Names, *, default: tuple[Order, ...]
) -> tuple[Order, ...]:
    """Answer the order that is asked for; without one, that of a filter's list, else the default.

    Raises:
        GhostError: it is not an order by what can be ordered by.
    """
    if text.strip():
        return tuple(_order(part, names) for part in text.split(",")[:_ORDER_LIMIT])
    return (*_by_list(tree, names), *default)


def _order(part: str, names: Names) -> Order:
    words = part.split()
    name = names.orders.get(words[0]) if words else None
    direction = words[1].lower() if len(words) > 1 else "asc"
    if name is None or len(words) > 2 or direction not in {"asc", "desc"}:  # noqa: PLR2004 - name, direction
        raise unreadable(
            "Error parsing order", context=f"there is no order {part.strip()[:100]!r}", prop="order"
        )
    return Order(name=name, descending=direction == "desc")


def _by_list(tree: Node | None, names: Names) -> tuple[Order, ...]:
    """A list of slugs is an order; so is, by how many of it a post has, one of tags or authors."""
    parts = tree.parts if isinstance(tree, Both) else (tree,)
    for part in parts:
        if isinstance(part, Said) and len(part.words) > 1 and not part.negated:
            name = names.short.get(part.name, part.name)
            values = tuple(word.text for word in part.words)
            if name == "slug":
                return (Order(name="slug", values=values),)
            if name in {"tags.slug", "authors.slug"}:
                return (Order(name=name, values=values, matching=True, descending=True),)
    return ()
