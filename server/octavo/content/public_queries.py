"""Reads for those outside: live pieces, and the tags and authors they bear, by condition and order.

Statements are put together from the fixed fragments below alone; every value is an argument.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from octavo.content.conditions import ALWAYS, All, Condition, Is, Order
from octavo.kernel.db import dialect, fetch

__all__ = [
    "AUTHOR_NAMES", "PIECE_NAMES", "TAG_NAMES", "LiveAuthor", "LiveRef", "LiveTag", "count_authors",
    "count_pieces", "count_tags", "find_authors", "find_pieces", "find_tags", "next_pieces",
    "piece_heads",
]  # fmt: skip


class LiveRef(msgspec.Struct, frozen=True, kw_only=True):
    """A live piece without what it says."""

    id: int
    created_at: datetime


class PieceHead(msgspec.Struct, frozen=True, kw_only=True):
    """A live piece as an index of the site shows it."""

    id: int
    title: str
    slug: str
    path: str
    excerpt: str
    updated_at: datetime | None


class LiveTag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that readers see; `posts` counts the live pieces under it that are no pages."""

    id: int
    name: str
    slug: str
    description: str
    posts: int


class LiveAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """A byline that readers see; `posts` counts the live pieces under it that are no pages."""

    id: int
    name: str
    slug: str
    bio: str
    website: str
    posts: int


class _Name(msgspec.Struct, frozen=True):
    """What stands for a name: a fragment, and the rows that it is looked for in, if others."""

    sql: str
    among: str = ""
    text: bool = False  # needs the revision
    postgres: str = ""  # where JSON is read in other words


# A tag that begins with # is internal; elsewhere its slug says so, here it may not.
_TAG_SLUG = (
    "CASE WHEN t.name LIKE '#%' AND t.slug NOT LIKE 'hash-%' THEN 'hash-' || t.slug ELSE t.slug END"
)
_TAG_KIND = "CASE WHEN t.name LIKE '#%' THEN 'internal' ELSE 'public' END"
_TAGS = "FROM piece_tag x JOIN tag t ON t.id = x.tag_id WHERE x.piece_id = p.id AND x.live"
_AUTHORS = (
    "FROM piece_author x JOIN author a ON a.id = x.author_id WHERE x.piece_id = p.id AND x.live"
)


def _meta(name: str) -> _Name:
    return _Name(
        f"NULLIF(json_extract(r.meta, '$.{name}'), '')",
        text=True,
        postgres=f"NULLIF(CAST(r.meta AS json) ->> '{name}', '')",
    )


PIECE_NAMES: Mapping[str, _Name] = {
    "id": _Name("p.id"),
    "kind": _Name("p.kind"),
    "path": _Name("p.live_path"),
    "published_at": _Name("p.published_at"),
    "updated_at": _Name("p.live_at"),
    "created_at": _Name("p.created_at"),
    "title": _Name("r.title", text=True),
    "slug": _Name("r.slug", text=True),
    "language": _Name("r.language", text=True),
    "custom_excerpt": _Name("NULLIF(r.excerpt, '')", text=True),
    "canonical_url": _Name("r.canonical_url", text=True),
    "featured": _Name(
        "CASE WHEN json_extract(r.meta, '$.featured') THEN 'true' ELSE 'false' END",
        text=True,
        postgres="COALESCE(CAST(r.meta AS json) ->> 'featured', 'false')",
    ),
    "meta_title": _meta("meta_title"),
    "meta_description": _meta("meta_description"),
    "series": _Name(
        "(SELECT s.slug FROM series s WHERE s.id = json_extract(r.meta, '$.series_id'))",
        text=True,
        postgres="(SELECT s.slug FROM series s"
        " WHERE s.id = CAST(CAST(r.meta AS json) ->> 'series_id' AS integer))",
    ),
    "tags.id": _Name("t.id", _TAGS),
    "tags.name": _Name("t.name", _TAGS),
    "tags.slug": _Name(_TAG_SLUG, _TAGS),
    "tags.visibility": _Name(_TAG_KIND, _TAGS),
    "primary_tag": _Name(_TAG_SLUG, _TAGS + " AND x.position = 0 AND t.name NOT LIKE '#%'"),
    "authors.id": _Name("a.id", _AUTHORS),
    "authors.name": _Name("a.name", _AUTHORS),
    "authors.slug": _Name("a.slug", _AUTHORS),
    "primary_author": _Name("a.slug", _AUTHORS + " AND x.position = 0"),
}
_POSTS = (
    "(SELECT count(*) FROM piece_{0} x JOIN piece p ON p.id = x.piece_id WHERE x.{0}_id = {1}.id"
    " AND x.live AND p.live_revision_id IS NOT NULL AND p.kind <> 'page')"
)
TAG_NAMES: Mapping[str, _Name] = {
    "id": _Name("t.id"),
    "name": _Name("t.name"),
    "slug": _Name(_TAG_SLUG),
    "description": _Name("NULLIF(t.description, '')"),
    "visibility": _Name(_TAG_KIND),
    "posts": _Name(_POSTS.format("tag", "t")),
}
AUTHOR_NAMES: Mapping[str, _Name] = {
    "id": _Name("a.id"),
    "name": _Name("a.name"),
    "slug": _Name("a.slug"),
    "bio": _Name("NULLIF(a.bio, '')"),
    "website": _Name("NULLIF(a.website, '')"),
    "posts": _Name(_POSTS.format("author", "a")),
}
_BORNE = (
    "EXISTS (SELECT 1 FROM piece_{0} x JOIN piece p ON p.id = x.piece_id"
    " WHERE x.{0}_id = {1}.id AND x.live AND p.live_revision_id IS NOT NULL)"
)
_BORNE_TAG, _BORNE_AUTHOR = _BORNE.format("tag", "t"), _BORNE.format("author", "a")
_LIVE = "p.live_revision_id IS NOT NULL"
_PATTERNS = {"contains": "%{}%", "starts": "{}%", "ends": "%{}"}


class _Statement:
    """SQL in the making, with its arguments in step."""

    def __init__(self, names: Mapping[str, _Name]) -> None:
        self._names = names
        self.text = ""
        self.args: list[Any] = []
        self.needs_text = False

    def add(self, text: str, *args: Any) -> "_Statement":
        self.text += text
        self.args += args
        return self

    def where(self, condition: Condition) -> "_Statement":
        if isinstance(condition, Is):
            self._is(condition)
            return self
        word, nothing = (" AND ", "1 = 1") if isinstance(condition, All) else (" OR ", "1 = 0")
        self.add("(" if condition.parts else nothing)
        for position, part in enumerate(condition.parts):
            self.add(word if position else "").where(part)
        return self.add(")" if condition.parts else "")

    def _is(self, said: Is) -> None:
        name = self._name(said.name)
        if not name.among:
            nulls_too = said.negated and None not in said.values
            self.add("(").add(f"{name.sql} IS NULL OR " if nulls_too else "")
            self.add("NOT " if said.negated else "")
            self._compare(name.sql, said)
            self.add(")")
        elif said.values == (None,):  # has none of them
            self.add(f"{'' if said.negated else 'NOT '}EXISTS (SELECT 1 {name.among})")
        else:
            self.add(f"{'NOT ' if said.negated else ''}EXISTS (SELECT 1 {name.among} AND ")
            self._compare(name.sql, said)
            self.add(")")

    def _compare(self, sql: str, said: Is) -> None:
        given = [value for value in said.values if value is not None]
        if said.op == "in":
            parts = [f"{sql} IS NULL"] if len(given) < len(said.values) else []
            if given:
                parts.append(f"{sql} IN ({', '.join(['{}'] * len(given))})")
            # NULL compared with anything is neither true nor false: negated it must be true.
            self.add(f"({' OR '.join(parts) or '1 = 0'})", *given)
        elif said.op in _PATTERNS:
            pattern = _PATTERNS[said.op].format(_plain(_folded(str(given[0]))))
            self.add(f"(LOWER({sql}) LIKE {{}} ESCAPE '!')", pattern)
        else:
            self.add(f"({sql} {said.op} {{}})", given[0])

    def order(self, orders: Sequence[Order], last: str) -> "_Statement":
        self.add(" ORDER BY ")
        for order in orders:
            name = self._name(order.name)
            if order.matching:
                marks = ", ".join(["{}"] * len(order.values))
                self.add(
                    f"(SELECT count(*) {name.among} AND {name.sql} IN ({marks}))", *order.values
                )
            elif order.values:
                self.add(f"CASE {name.sql}")
                for place, value in enumerate(order.values):
                    self.add(f" WHEN {{}} THEN {place}", value)
                self.add(f" ELSE {len(order.values)} END")
            else:
                self.add(name.sql)
            self.add(" DESC, " if order.descending else " ASC, ")
        return self.add(last)

    def _name(self, name: str) -> _Name:
        found = self._names[name]
        self.needs_text = self.needs_text or found.text
        if found.postgres and dialect() == "postgres":
            return msgspec.structs.replace(found, sql=found.postgres)
        return found


def _folded(text: str) -> str:
    """Answer the text in the letters that LOWER gives: SQLite's knows those of ASCII alone."""
    if dialect() == "postgres":
        return text.lower()
    return "".join(char.lower() if char.isascii() else char for char in text)


def _plain(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


async def find_pieces(
    where: Condition = ALWAYS,
    *,
    order: Sequence[Order] = (Order(name="published_at", descending=True),),
    limit: int,
    offset: int = 0,
) -> list[LiveRef]:
    """Answer the live pieces of which the condition holds, in this order and then by id."""
    last = "p.id DESC" if order and order[-1].descending else "p.id"
    rest = _Statement(PIECE_NAMES).add(f" WHERE {_LIVE} AND ").where(where).order(order, last)
    rest.add(" LIMIT {} OFFSET {}", limit, offset)
    rows = await _pieces("p.id AS id, p.created_at AS created_at", rest)
    return [LiveRef(id=row["id"], created_at=_instant(row["created_at"])) for row in rows]


async def next_pieces(
    where: Condition, *, after: tuple[datetime, int] | None, newest_first: bool, limit: int
) -> list[tuple[datetime, int]]:
    """Answer (published_at, id) of the next live pieces in that order; costs the same anywhere."""
    beyond, word = ("<", "DESC") if newest_first else (">", "ASC")
    parts: list[tuple[str, tuple[Any, ...]]] = [("", ())]
    if after is not None:
        # Those of its moment, then the others: the index goes straight to both (see `site_queries`).
        parts = [
            (f" AND p.published_at = {{}} AND p.id {beyond} {{}}", after),
            (f" AND p.published_at {beyond} {{}}", after[:1]),
        ]
    found: list[tuple[datetime, int]] = []
    for part, args in parts:
        rest = _Statement(PIECE_NAMES).add(f" WHERE {_LIVE} AND ").where(where).add(part, *args)
        rest.add(f" ORDER BY p.published_at {word}, p.id {word} LIMIT {{}}", limit - len(found))
        rows = await _pieces("p.id AS id, p.published_at AS at", rest)
        found += [(_instant(row["at"]), row["id"]) for row in rows]
        if len(found) == limit:
            break
    return found


async def piece_heads(where: Condition, *, limit: int) -> list[PieceHead]:
    """Answer live pieces without their texts, newest first."""
    rest = _Statement(PIECE_NAMES).add(f" WHERE {_LIVE} AND ").where(where)
    rest.add(" ORDER BY p.published_at DESC, p.id DESC LIMIT {}", limit)
    rest.needs_text = True
    rows = await _pieces(
        "p.id AS id, r.title AS title, r.slug AS slug, p.live_path AS path, r.excerpt AS excerpt,"
        " p.live_at AS updated_at",
        rest,
    )
    return [
        PieceHead(**{**row, "updated_at": row["updated_at"] and _instant(row["updated_at"])})
        for row in rows
    ]


async def count_pieces(where: Condition = ALWAYS) -> int:
    """Count the live pieces of which the condition holds."""
    rest = _Statement(PIECE_NAMES).add(f" WHERE {_LIVE} AND ").where(where)
    return int((await _pieces("count(*) AS n", rest))[0]["n"])


async def _pieces(columns: str, rest: _Statement) -> Sequence[dict[str, Any]]:
    text = " JOIN piece_revision r ON r.id = p.live_revision_id" if rest.needs_text else ""
    return await fetch(f"SELECT {columns} FROM piece p{text}{rest.text}", *rest.args)  # noqa: S608 - fixed fragments


async def find_tags(
    where: Condition = ALWAYS,
    *,
    order: Sequence[Order] = (),
    limit: int,
    offset: int = 0,
    counted: bool = True,
) -> list[LiveTag]:
    """Answer the tags of live pieces of which the condition holds, in this order and then by name.

    Not `counted`, their `posts` are 0, and they cost less.
    """
    posts = TAG_NAMES["posts"].sql if counted else "0"
    columns = f"t.id, t.name, {_TAG_SLUG} AS slug, t.description, {posts} AS posts"
    query = _Statement(TAG_NAMES).add(f"SELECT {columns} FROM tag t WHERE {_BORNE_TAG} AND ")  # noqa: S608 - fixed fragments
    query.where(where).order(order, "LOWER(t.name), t.id")
    query.add(" LIMIT {} OFFSET {}", limit, offset)
    return [LiveTag(**row) for row in await fetch(query.text, *query.args)]


async def count_tags(where: Condition = ALWAYS) -> int:
    """Count the tags of live pieces of which the condition holds."""
    query = _Statement(TAG_NAMES).add(f"SELECT count(*) AS n FROM tag t WHERE {_BORNE_TAG} AND ")  # noqa: S608 - fixed fragments
    query.where(where)
    return int((await fetch(query.text, *query.args))[0]["n"])


async def find_authors(
    where: Condition = ALWAYS,
    *,
    order: Sequence[Order] = (),
    limit: int,
    offset: int = 0,
    counted: bool = True,
) -> list[LiveAuthor]:
    """Answer the bylines of live pieces of which the condition holds, in this order, then by name.

    Not `counted`, their `posts` are 0, and they cost less.
    """
    posts = AUTHOR_NAMES["posts"].sql if counted else "0"
    columns = f"a.id, a.name, a.slug, a.bio, a.website, {posts} AS posts"
    query = _Statement(AUTHOR_NAMES).add(
        f"SELECT {columns} FROM author a WHERE {_BORNE_AUTHOR} AND "  # noqa: S608 - fixed fragments
    )
    query.where(where).order(order, "LOWER(a.name), a.id")
    query.add(" LIMIT {} OFFSET {}", limit, offset)
    return [LiveAuthor(**row) for row in await fetch(query.text, *query.args)]


async def count_authors(where: Condition = ALWAYS) -> int:
    """Count the bylines of live pieces of which the condition holds."""
    query = _Statement(AUTHOR_NAMES)
    query.add(f"SELECT count(*) AS n FROM author a WHERE {_BORNE_AUTHOR} AND ").where(where)  # noqa: S608 - fixed fragments
    return int((await fetch(query.text, *query.args))[0]["n"])


def _instant(value: Any) -> datetime:
    """Answer an instant as the driver gives it: SQLite's is UTC text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
