"""Who stands where after an import: slugs that nobody else has, and where old links lead now."""

import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from posixpath import dirname, normpath
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin
from zoneinfo import ZoneInfo

from octavo.content import rules
from octavo.content.importers.found import Found
from octavo.content.tables import PieceRow, RedirectRow

_TAG_FOLDERS = frozenset({"tags", "tag", "topics", "topic", "categories", "category"})
_LIST_PARTS = 2
_AT_ONCE = 2_000


_PIECE, _REDIRECT = -1, -2
_OWNERS = {_PIECE: "another piece", _REDIRECT: "a redirect"}


class Addresses:
    """The slugs and paths that are taken, and those given out in this import.

    Owners are numbers of items, or negative; `name_of` says a number in words. So an address takes
    no more memory than itself.
    """

    def __init__(
        self, *, pattern: str, zone: ZoneInfo, now: datetime, name_of: Callable[[int], str]
    ) -> None:
        self._name_of = name_of
        self._pattern = pattern
        self._zone = zone
        self._now = now
        self._slugs: dict[str, int] = {}
        self._paths: dict[str, int] = {}
        self._redirects: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    async def load(self) -> None:
        """Read what is taken already."""
        after = 0
        while rows := await _pieces_after(after):
            after = rows[-1]["id"]
            for row in rows:
                self._slugs[row["slug"]] = _PIECE
                for path in (row["path"], row["live_path"]):
                    if path:
                        self._paths[_plain(path)] = _PIECE
        after = 0
        while rows := await _redirects_after(after):
            after = rows[-1]["id"]
            for row in rows:
                self._redirects[_plain(row["from_path"])] = _REDIRECT

    def settle(self, found: Found, *, owner: int) -> tuple[str, str, str | None]:
        """Give a piece its slug and path; answer them, and whose address it was that it missed."""
        missed: int | None = None
        base = found.slug_base
        while True:
            slug = self._free_slug(base)
            path = self._path(found, slug)
            other = self._owner(_plain(path))
            if slug != base and missed is None:
                missed = self._slugs.get(base)
            if other is None:
                break
            missed = other if missed is None else missed
            self._slugs.setdefault(slug, other)
        self._slugs[slug] = self._paths[_plain(path)] = owner
        return slug, path, None if missed is None else self._named(missed)

    def claim_redirects(
        self, found: Found, *, path: str, owner: int, warnings: list[str]
    ) -> list[str]:
        """Answer the old addresses that may lead to the piece; others are remarked upon."""
        claimed: list[str] = []
        for old in found.redirects:
            key = _plain(old)
            other = self._owner(key)
            if key == _plain(path) or other == owner:
                continue
            if other is not None:
                named = self._named(other)
                warnings.append(f"no redirect from {old}: it is the address of {named}")
            else:
                self._redirects[key] = owner
                claimed.append(old)
        return claimed

    def is_known(self, path: str) -> bool:
        """Say whether a piece or a redirect stands at a path, now or after this import."""
        return _plain(path) in self._paths or _plain(path) in self._redirects

    def _owner(self, plain: str) -> int | None:
        owner = self._paths.get(plain)
        return self._redirects.get(plain) if owner is None else owner

    def _named(self, owner: int) -> str:
        return _OWNERS.get(owner) or self._name_of(owner)

    def _free_slug(self, base: str) -> str:
        """Answer the first free slug; a thousand posts of one title do not count to a thousand."""
        slug = rules.free_slug(base, self._slugs, number=self._numbers.get(base, 2))
        if slug != base:
            self._numbers[base] = int(slug.rpartition("-")[2])
        return slug

    def _path(self, found: Found, slug: str) -> str:
        instant = found.published_at or self._now
        day: date = instant.astimezone(self._zone).date()
        return rules.path_of(found.kind, slug, pattern=self._pattern, day=day)


async def _pieces_after(after: int) -> list[dict[str, Any]]:
    wanted = (PieceRow.id, PieceRow.slug, PieceRow.path, PieceRow.live_path)
    query = PieceRow.select(*wanted).where(PieceRow.id > after)
    return await query.order_by(PieceRow.id).limit(_AT_ONCE)


async def _redirects_after(after: int) -> list[dict[str, Any]]:
    query = RedirectRow.select(RedirectRow.id, RedirectRow.from_path).where(RedirectRow.id > after)
    return await query.order_by(RedirectRow.id).limit(_AT_ONCE)


class Directory:
    """Where everything that was imported is read: by file, by file name, by old address."""

    def __init__(self) -> None:
        self._by_file: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._by_old: dict[str, str] = {}
        self._tags: set[str] = set()
        self._authors: dict[str, str] = {}

    def add(self, file: str, found: Found, *, path: str) -> None:
        """Note that readers find a file's piece at a path."""
        self._by_file[file] = path
        name = file.rpartition("/")[2]
        bundle = dirname(file).rpartition("/")[2] if name.startswith("index.") else ""
        for key in (name, name.rpartition(".")[0], bundle):
            if key and key != "index":
                self._by_name.setdefault(key, path)
        self.add_address(found, path=path)

    def add_address(self, found: Found, *, path: str) -> None:
        """Note that readers find at a path what stood elsewhere."""
        for old in (found.old_url, *found.redirects):
            self._by_old.setdefault(_plain(old), path)
        self._by_old.setdefault(_plain(path), path)
        self._tags.update(rules.tag_slug(tag) for tag in found.tags)
        self._authors.update((author, rules.author_slug(author)) for author in found.authors)

    def add_person(self, key: str, name: str) -> None:
        """Note that posts name a person by a key."""
        if key in self._authors:
            self._authors[key] = rules.author_slug(name)

    def find_reference(self, raw: str, *, file: str) -> str | None:
        """Answer where Hugo's `ref` leads: a path in the content, or a bare file name."""
        target, fragment = urldefrag(raw.strip())
        found = (
            self._file(target, base=dirname(file))
            or self._by_name.get(target.rstrip("/").rpartition("/")[2])
            or self._by_old.get(_plain(target))
            or self._list_page(target)
        )
        return _with_fragment(found, fragment)

    def find_old(self, old: str) -> str | None:
        """Answer where what stood at an old address is now."""
        return self._by_old.get(_plain(old))

    def find_link(self, raw: str, *, file: str, old_url: str) -> str | None:
        """Answer where a link to another file or an old address leads now."""
        target, fragment = urldefrag(raw)
        if target.startswith("@/"):
            return _with_fragment(self._file(target[2:], base=""), fragment)
        target = unquote(target.partition("?")[0])
        if not target or ":" in target.partition("/")[0] or target.startswith("//"):
            return None
        if target.endswith((".md", ".markdown")):
            return _with_fragment(self._file(target, base=dirname(file)), fragment)
        place = urljoin(old_url, target)
        return _with_fragment(self._by_old.get(_plain(place)) or self._list_page(place), fragment)

    def _list_page(self, target: str) -> str | None:
        """Answer where the list of a tag or an author is, if posts of this import are in it."""
        parts = [part for part in target.split("/") if part and not part.startswith("_index")]
        if len(parts) < _LIST_PARTS:
            return None
        folder, key = parts[-2], parts[-1]
        if folder in _TAG_FOLDERS and rules.tag_slug(key) in self._tags:
            return f"/tags/{rules.tag_slug(key)}/"
        if folder == "authors" and self._authors.get(key):
            return f"/authors/{self._authors[key]}/"
        return None

    def _file(self, target: str, *, base: str) -> str | None:
        rooted = target.lstrip("/")
        places = [f"{base}/{target}", rooted, f"content/{rooted}"]
        for place in places:
            key = normpath(place).lstrip("/")
            for name in (key, f"{key}.md", f"{key}/index.md"):
                if name in self._by_file:
                    return self._by_file[name]
        return None


def _with_fragment(path: str | None, fragment: str) -> str | None:
    return path if path is None or not fragment else f"{path}#{fragment}"


def _plain(path: str) -> str:
    # Interned: the same address is a key in several tables.
    return sys.intern(path.rstrip("/").casefold() or "/")


def is_external(raw: str) -> bool:
    """Say whether a destination leads off the site, or stays on the page."""
    return raw.startswith(("#", "//", "mailto:", "tel:", "data:")) or "://" in raw


def candidates(raw: str, *, file: str, roots: Iterable[str]) -> list[str]:
    """Answer the files of the source that an image's destination may mean."""
    target = unquote(urldefrag(raw)[0].partition("?")[0])
    if target.startswith("/"):
        places = [f"{root}{target}" for root in roots]
    else:
        places = [f"{dirname(file)}/{target}", *(f"{root}/{target}" for root in roots)]
    keys = [normpath(place).lstrip("/") for place in places]
    return [key for key in dict.fromkeys(keys) if not key.startswith("..")]
