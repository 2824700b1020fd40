"""The resources of the Content API: what is looked for, and the document that shows it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from octavo.accounts import queries as accounts
from octavo.content import public_queries as content
from octavo.content.conditions import All, Condition, Is, Order
from octavo.content.public_queries import LiveAuthor, LiveRef, LiveTag
from octavo.kernel.clock import Clock
from octavo.reading.ghost import filters, ids, shapes
from octavo.reading.ghost.errors import GhostError, not_found
from octavo.reading.ghost.filters import Names
from octavo.reading.ghost.requests import Asked
from octavo.reading.ghost.shapes import Made, Site, WholePiece
from octavo.reading.pieces import PieceReader

__all__ = ["Found", "Resources"]

_POSTS: Final = Is(name="kind", values=("page",), negated=True)
_PAGES: Final = Is(name="kind", values=("page",))
_NEWEST: Final = (Order(name="published_at", descending=True),)
_INDEX_LIMIT: Final = 10_000

Browse = Callable[[Asked], Awaitable[Made]]


class Found(msgspec.Struct, frozen=True):
    """A document, and whether it may be kept: one that depends on the time may not."""

    document: Made
    lasting: bool = True


class Resources:
    """Answers documents. One per process; reads the database through the other features."""

    def __init__(self, *, pieces: PieceReader, clock: Clock) -> None:
        self._pieces_read = pieces
        self._base_url = pieces.base_url
        self._key = urlsplit(pieces.base_url).hostname or "localhost"
        self._clock = clock
        self._browse: Mapping[str, Browse] = {
            "posts": lambda asked: self._pieces("posts", _POSTS, asked),
            "pages": lambda asked: self._pieces("pages", _PAGES, asked),
            "tags": self._tags,
            "authors": self._authors,
            "settings": self._settings,
            "tiers": lambda asked: _nothing("tiers", asked),
            "newsletters": lambda asked: _nothing("newsletters", asked),
            "recommendations": lambda asked: _nothing("recommendations", asked),
        }
        self._index: Mapping[str, Callable[[], Awaitable[Made]]] = {
            "posts": self._index_posts,
            "authors": self._index_authors,
            "tags": self._index_tags,
        }

    async def answer(self, parts: Sequence[str], asked: Asked) -> Found:
        """Answer the document at a path below `/ghost/api/content/`.

        Raises:
            GhostError: there is no such address or thing, or the request cannot be met.
        """
        match list(parts):
            case [resource] if resource in self._browse:
                lasting = not filters.is_relative(filters.read(asked.filter))
                return Found(await self._browse[resource](asked), lasting)
            case ["posts" | "pages" | "tags" | "authors" as resource, "slug", slug]:
                return Found(await self._one(resource, Is(name="slug", values=(slug,)), asked))
            case ["posts" | "pages" | "tags" | "authors" as resource, thing]:
                return Found(await self._one(resource, _id_is(resource, thing), asked))
            case ["search-index", resource] if resource in self._index:
                return Found(await self._index[resource]())
            case ["offers", _]:
                raise not_found("offer")
        raise GhostError(404, "NotFoundError", "Resource not found", context="unknown address")

    async def _one(self, resource: str, where: Condition, asked: Asked) -> Made:
        """Answer a document of one thing: a list of it, without `meta`."""
        asked = msgspec.structs.replace(asked, limit=1)
        site = await self._site()
        if resource in {"posts", "pages"}:
            where = All((_POSTS if resource == "posts" else _PAGES, where))
            refs = await content.find_pieces(where, limit=1)
            made = await self._made_pieces(refs, asked, site)
        elif resource == "tags":
            tags = await content.find_tags(where, limit=1)
            made = [_chosen(shapes.tag(t, site, count=_counts(asked)), asked) for t in tags]
        else:
            authors = await content.find_authors(where, limit=1)
            made = [_chosen(shapes.author(a, site, count=_counts(asked)), asked) for a in authors]
        if not made:
            raise not_found(resource.removesuffix("s"))
        return {resource: made}

    async def _pieces(self, name: str, kind: Condition, asked: Asked) -> Made:
        where, order = self._wanted(asked, filters.PIECES, _NEWEST)
        where = All((kind, where))
        refs = await content.find_pieces(
            where, order=order, limit=asked.limit, offset=_offset(asked)
        )
        made = await self._made_pieces(refs, asked, await self._site())
        total = await content.count_pieces(where)
        return {name: made, "meta": _pagination(asked, total)}

    async def _tags(self, asked: Asked) -> Made:
        where, order = self._wanted(asked, filters.TAGS, ())
        tags = await content.find_tags(
            where, order=order, limit=asked.limit, offset=_offset(asked), counted=_counts(asked)
        )
        site = await self._site()
        made = [_chosen(shapes.tag(tag, site, count=_counts(asked)), asked) for tag in tags]
        return {"tags": made, "meta": _pagination(asked, await content.count_tags(where))}

    async def _authors(self, asked: Asked) -> Made:
        where, order = self._wanted(asked, filters.AUTHORS, ())
        found = await content.find_authors(
            where, order=order, limit=asked.limit, offset=_offset(asked), counted=_counts(asked)
        )
        site = await self._site()
        made = [_chosen(shapes.author(one, site, count=_counts(asked)), asked) for one in found]
        return {"authors": made, "meta": _pagination(asked, await content.count_authors(where))}

    async def _settings(self, asked: Asked) -> Made:
        return {"settings": _chosen(shapes.settings(await self._site()), asked), "meta": {}}

    async def _index_posts(self) -> Made:
        site = await self._site()
        heads = await content.piece_heads(_POSTS, limit=_INDEX_LIMIT)
        return {"posts": [shapes.head(head, site) for head in heads]}

    async def _index_tags(self) -> Made:
        site = await self._site()
        public = Is(name="visibility", values=("public",))
        tags = await content.find_tags(public, limit=_INDEX_LIMIT, counted=False)
        names = ("id", "slug", "name", "url", "visibility")
        return {"tags": [_only(shapes.tag(tag, site), names) for tag in tags]}

    async def _index_authors(self) -> Made:
        site = await self._site()
        found = await content.find_authors(limit=_INDEX_LIMIT, counted=False)
        names = ("id", "slug", "name", "url", "profile_image")
        return {"authors": [_only(shapes.author(one, site), names) for one in found]}

    async def _site(self) -> Site:
        organisation = await accounts.get_organisation()
        return Site(base_url=self._base_url, key=self._key, organisation=organisation)

    def _wanted(
        self, asked: Asked, names: Names, default: tuple[Order, ...]
    ) -> tuple[Condition, tuple[Order, ...]]:
        tree = filters.read(asked.filter)
        where = filters.bind(tree, names, site=self._key, now=self._clock())
        return where, filters.ordered(asked.order, tree, names, default=default)

    async def _made_pieces(self, refs: Sequence[LiveRef], asked: Asked, site: Site) -> list[Made]:
        wholes = await self._whole(refs, asked)
        return [_piece_document(whole, site, asked) for whole in wholes]

    async def _whole(self, refs: Sequence[LiveRef], asked: Asked) -> list[WholePiece]:
        created = {ref.id: ref.created_at for ref in refs}
        read = await self._pieces_read.read([ref.id for ref in refs])
        pieces = [one.piece for one in read]
        tags: dict[int, LiveTag] = {}
        authors: dict[int, LiveAuthor] = {}
        if "tags" in asked.include:
            tags = await _tags_by_id({tag.id for piece in pieces for tag in piece.tags})
        if "authors" in asked.include:
            authors = await _authors_by_id({one.id for piece in pieces for one in piece.authors})
        return [
            WholePiece(
                read=one,
                created_at=created[one.piece.id],
                tags=[tags[tag.id] for tag in one.piece.tags if tag.id in tags],
                authors=[authors[by.id] for by in one.piece.authors if by.id in authors],
            )
            for one in read
        ]


async def _tags_by_id(wanted: set[int]) -> dict[int, LiveTag]:
    where = Is(name="id", values=tuple(sorted(wanted)))
    found = await content.find_tags(where, limit=len(wanted), counted=False) if wanted else []
    return {tag.id: tag for tag in found}


async def _authors_by_id(wanted: set[int]) -> dict[int, LiveAuthor]:
    where = Is(name="id", values=tuple(sorted(wanted)))
    found = await content.find_authors(where, limit=len(wanted), counted=False) if wanted else []
    return {one.id: one for one in found}


def _piece_document(whole: WholePiece, site: Site, asked: Asked) -> Made:
    made = _chosen(shapes.piece(whole, site, formats=_formats(asked)), asked)
    if "tags" in asked.include:
        made["tags"] = [shapes.tag(tag, site) for tag in whole.tags]
        first = made["tags"][0] if made["tags"] else None
        made["primary_tag"] = first if first and first["visibility"] == "public" else None
    if "authors" in asked.include:
        made["authors"] = [shapes.author(one, site) for one in whole.authors]
        made["primary_author"] = made["authors"][0] if made["authors"] else None
    if "tiers" in asked.include:
        made["tiers"] = []
    return made


def _formats(asked: Asked) -> frozenset[str]:
    """A text that is asked for by name is asked for in that format."""
    return asked.formats | ({"html", "plaintext"} & set(asked.fields or ()))


def _chosen(made: Made, asked: Asked) -> Made:
    """Answer exactly the fields that were asked for; names that there are not are left out."""
    if asked.fields is None:
        return made
    kept = _only(made, asked.fields)
    return kept | ({"count": made["count"]} if "count" in made else {})


def _only(made: Made, names: Sequence[str]) -> Made:
    return {name: made[name] for name in names if name in made}


def _counts(asked: Asked) -> bool:
    return "count.posts" in asked.include


def _id_is(resource: str, text: str) -> Condition:
    things: Any = {"tags": "tag", "authors": "author"}.get(resource, "piece")
    return Is(name="id", values=(ids.our_id(things, text) or 0,))


def _offset(asked: Asked) -> int:
    return (asked.page - 1) * asked.limit


def _pagination(asked: Asked, total: int) -> Made:
    pages = max(1, -(-total // asked.limit))
    pagination = {
        "page": asked.page,
        "limit": asked.limit,
        "pages": pages,
        "total": total,
        "next": asked.page + 1 if asked.page < pages else None,
        "prev": asked.page - 1 if asked.page > 1 else None,
    }
    return {"pagination": pagination}


async def _nothing(name: str, asked: Asked) -> Made:
    return {name: [], "meta": _pagination(asked, 0)}
