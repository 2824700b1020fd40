"""What all posts of an export share: people, tags, settings, and who belongs to which post.

Only these small tables are held; posts are read one at a time.
"""

import json
from typing import NamedTuple
from zoneinfo import ZoneInfo

from octavo.content.importers.ghost.scanning import Export, Row
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.walltime import zone_named

_NOT_TAKEN = frozenset(
    {"posts", "tags", "posts_tags", "users", "posts_authors", "posts_meta", "settings"}
    | {"roles", "roles_users", "migrations"}
)


_PROFILE = (
    "profile_image", "cover_image", "image", "cover", "location", "facebook", "twitter",
)  # fmt: skip


class Label(NamedTuple):
    """A tag: its name, the slug that Ghost gave it, whether readers see it."""

    name: str
    slug: str
    is_internal: bool


class Person(NamedTuple):
    """An author: the name that is shown, and the slug that Ghost gave it."""

    name: str
    slug: str


class Blog:
    """The small tables of an export, by id; ids are texts whatever they were."""

    def __init__(self, export: Export) -> None:
        self.settings = {
            text_of(row, "key"): text_of(row, "value") for row in export.rows("settings")
        }
        self.people = {id_of(row): _person(row) for row in export.rows("users")}
        self.bios = {_person(row).name: text_of(row, "bio") for row in export.rows("users")}
        self.websites = {_person(row).name: text_of(row, "website") for row in export.rows("users")}
        self.profiles = sum(
            any(text_of(row, name) for name in _PROFILE) for row in export.rows("users")
        )
        self.descriptions = {
            label.name: text_of(row, "description")
            for row in export.rows("tags")
            if not (label := _label(row)).is_internal
        }
        self._labels = {id_of(row): _label(row) for row in export.rows("tags")}
        self._tags = _links(export, "posts_tags", "tag_id")
        self._authors = _links(export, "posts_authors", "author_id")
        self._meta = {
            text_of(row, "post_id"): {name: value for name, value in row.items() if value}
            for row in export.rows("posts_meta")
        }
        self.left = {
            name: len(spans)
            for name, spans in sorted(export.tables.items())
            if spans and name not in _NOT_TAKEN
        }

    @property
    def zone(self) -> ZoneInfo:
        """Answer the zone of the blog; UTC if it names none."""
        for name in ("timezone", "active_timezone", "activeTimezone"):
            if raw := self.settings.get(name):
                try:
                    return zone_named(raw)
                except InvalidInputError:
                    continue
        return ZoneInfo("UTC")

    @property
    def permalinks(self) -> str:
        """Answer the pattern of the posts' addresses, e.g. `/{year}/{slug}/`."""
        raw = self.settings.get("permalinks") or "/:slug/"
        names = ("slug", "id", "year", "month", "day", "author", "primary_tag", "primary_author")
        for name in sorted(names, key=len, reverse=True):
            raw = raw.replace(f":{name}", f"{{{name}}}")
        return raw if "{slug}" in raw or "{id}" in raw else "/{slug}/"

    def tags_of(self, row: Row) -> list[Label]:
        """Answer the tags of a post in their order."""
        found = (self._labels.get(tag_id) for tag_id in self._tags.get(id_of(row), ()))
        return [label for label in found if label is not None]

    def authors_of(self, row: Row) -> list[Person]:
        """Answer the authors of a post in their order."""
        ids = self._authors.get(id_of(row)) or [text_of(row, "author_id")]
        return [self.people[user_id] for user_id in ids if user_id in self.people]

    def with_meta(self, row: Row) -> Row:
        """Answer a post with what newer versions keep in a table of its own."""
        meta = self._meta.get(id_of(row), {})
        more = {name: value for name, value in meta.items() if name not in {"id", "post_id"}}
        return {**row, **{name: value for name, value in more.items() if not row.get(name)}}

    def fingerprint(self, row: Row) -> bytes:
        """Answer what a change of the post outside of its own row would change."""
        parts = [self.tags_of(row), self.authors_of(row), self._meta.get(id_of(row))]
        return json.dumps(parts, default=str, sort_keys=True).encode()


def id_of(row: Row) -> str:
    """Answer the id of a row as text; they were numbers once."""
    return text_of(row, "id")


def text_of(row: Row, name: str) -> str:
    """Answer a field as text; what is missing is the empty text."""
    value = row.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def is_set(row: Row, name: str) -> bool:
    """Answer a flag, which may be written as 1, "1", true or "true"."""
    return str(row.get(name)).lower() in {"1", "true"}


def _person(row: Row) -> Person:
    return Person(" ".join(text_of(row, "name").split())[:120], text_of(row, "slug"))


def _label(row: Row) -> Label:
    name = " ".join((text_of(row, "name") or text_of(row, "slug")).split())
    internal = name.startswith("#") or text_of(row, "visibility") == "internal"
    return Label(name[:120], text_of(row, "slug"), internal)


def _links(export: Export, table: str, other: str) -> dict[str, list[str]]:
    ordered: dict[str, list[tuple[int, int, str]]] = {}
    for place, row in enumerate(export.rows(table)):
        rank = row.get("sort_order")
        key = rank if isinstance(rank, int) else 0
        ordered.setdefault(text_of(row, "post_id"), []).append((key, place, text_of(row, other)))
    return {
        post_id: list(dict.fromkeys(found for _, _, found in sorted(links)))
        for post_id, links in ordered.items()
    }
