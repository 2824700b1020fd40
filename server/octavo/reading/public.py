"""Our own public reads: live pieces by cursor with the fields that are asked for, and what they bear."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Any, Final, get_args

import msgspec

from octavo.accounts import queries as accounts
from octavo.content import public_queries as content
from octavo.content import site_queries
from octavo.content.conditions import All, Condition, Is, Order
from octavo.content.errors import PieceNotFoundError
from octavo.content.fields import shown_title
from octavo.content.schemas import Kind
from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.kernel.pagination import Page, decode_cursor, decode_id, encode_cursor
from octavo.kernel.text import has_forbidden_characters
from octavo.publishing.read_model.prepared import url_path
from octavo.publishing.text.markdown import shorten
from octavo.reading.pieces import PieceReader, ReadPiece
from octavo.reading.queries import content_version
from octavo.reading.schemas import (
    PublicAuthor,
    PublicCover,
    PublicLink,
    PublicPiece,
    PublicRedirect,
    PublicRef,
    PublicSeries,
    PublicSettings,
    PublicTag,
    PublicTranslation,
)

__all__ = ["PieceQuery", "PublicReads", "chosen_fields"]

_TEXTS: Final = ("html", "markdown", "plain")
_SUMMARY_LIMIT: Final = 300
_BATCH: Final = 50
_LONGEST_SLUG: Final = 200


class PieceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which live pieces are wanted; every field that is given must hold."""

    kinds: tuple[str, ...] = ()
    tag: str | None = None
    author: str | None = None
    series: str | None = None
    slug: str | None = None
    language: str | None = None
    featured: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    updated_since: datetime | None = None


class PublicReads:
    """Reads what is published. One per process."""

    def __init__(self, pieces: PieceReader) -> None:
        self._pieces = pieces
        self._base_url = pieces.base_url

    async def list_pieces(
        self,
        wanted: PieceQuery,
        *,
        fields: Collection[str],
        newest_first: bool,
        cursor: str | None,
        limit: int,
    ) -> Page[PublicPiece]:
        """Answer a page of live pieces by the time they were published; costs the same anywhere."""
        after = _place(cursor) if cursor else None
        found = await content.next_pieces(
            _condition(wanted), after=after, newest_first=newest_first, limit=limit + 1
        )
        shown = await self._shown([piece_id for _, piece_id in found[:limit]], fields)
        more = len(found) > limit
        return Page(items=shown, next_cursor=encode_cursor(found[limit - 1]) if more else None)

    async def get_piece(self, piece_id: int, *, fields: Collection[str]) -> PublicPiece:
        """Answer one live piece.

        Raises:
            PieceNotFoundError: there is none of that id that readers see.
        """
        known = 0 < piece_id < 2**31
        shown = await self._shown([piece_id], fields) if known else []
        if not shown:
            raise PieceNotFoundError(f"readers see no piece {piece_id}")
        return shown[0]

    async def list_tags(self, *, cursor: str | None, limit: int) -> Page[PublicTag]:
        """Answer a page of the tags of live pieces, by id."""
        found = await content.find_tags(
            _after_id(cursor), order=(Order(name="id"),), limit=limit + 1
        )
        items = [
            PublicTag(
                **msgspec.structs.asdict(tag),
                url=f"{self._base_url}/tags/{url_path(tag.slug)}/",
                is_internal=tag.name.startswith("#"),
            )
            for tag in found[:limit]
        ]
        return Page(items=items, next_cursor=_next(found, limit))

    async def list_authors(self, *, cursor: str | None, limit: int) -> Page[PublicAuthor]:
        """Answer a page of the bylines of live pieces, by id."""
        found = await content.find_authors(
            _after_id(cursor), order=(Order(name="id"),), limit=limit + 1
        )
        items = [
            PublicAuthor(
                **msgspec.structs.asdict(one), url=f"{self._base_url}/authors/{url_path(one.slug)}/"
            )
            for one in found[:limit]
        ]
        return Page(items=items, next_cursor=_next(found, limit))

    async def list_redirects(self, *, cursor: str | None, limit: int) -> Page[PublicRedirect]:
        """Answer a page of the redirects that lead somewhere now, by path."""
        after = _path_of(cursor) if cursor else None
        found = sorted(
            await site_queries.redirects_page(after, limit), key=lambda redirect: redirect.path
        )
        items = [PublicRedirect(path=one.path, target=one.target) for one in found]
        # A redirect that leads nowhere is left out of its page: only an empty one is the last.
        return Page(items=items, next_cursor=encode_cursor((items[-1].path,)) if items else None)

    async def settings(self) -> PublicSettings:
        """Answer what a site needs to know of the organisation."""
        version = await content_version()
        about = await accounts.get_organisation()
        return PublicSettings(
            name=about.name,
            tagline=about.tagline,
            description=about.description,
            url=self._base_url + "/",
            zone=about.zone,
            locale=about.locale,
            nav=[PublicLink(label=link.label, url=link.url) for link in about.nav],
            content_version=version,
        )

    async def export(self, *, fields: Collection[str], version: int) -> AsyncIterator[bytes]:
        """Answer every live piece as a line of JSON, oldest first, and a last line that says so.

        In memory is one batch at a time. `complete` is false when content changed meanwhile: each
        piece is then as it was when its line was written.
        """
        after: tuple[datetime, int] | None = None
        count = 0
        while found := await content.next_pieces(
            All(()), after=after, newest_first=False, limit=_BATCH
        ):
            shown = await self._shown([piece_id for _, piece_id in found], fields)
            after = found[-1]
            count += len(shown)
            yield b"".join(msgspec.json.encode(piece) + b"\n" for piece in shown)
        same = await content_version() == version
        last = {"end": True, "pieces": count, "content_version": version, "complete": same}
        yield msgspec.json.encode(last) + b"\n"

    async def _shown(self, ids: Sequence[int], fields: Collection[str]) -> list[PublicPiece]:
        return [self._piece(read, fields) for read in await self._pieces.read(ids)]

    def _piece(self, read: ReadPiece, fields: Collection[str]) -> PublicPiece:
        piece, body = read.piece, read.body
        everything: dict[str, Any] = {
            "id": piece.id,
            "kind": piece.kind,
            "title": shown_title(piece.title, piece.body, piece.fields),
            "slug": piece.slug,
            "path": piece.path,
            "url": self._base_url + url_path(piece.path),
            "excerpt": piece.excerpt,
            "summary": piece.excerpt or shorten(body.plain[:2_000], _SUMMARY_LIMIT),
            "html": body.html,
            "markdown": piece.body,
            "plain": body.plain,
            "language": piece.language,
            "canonical_url": piece.canonical_url,
            "source_url": piece.source,
            "tags": [PublicRef(id=t.id, name=t.name, slug=t.slug) for t in piece.tags],
            "authors": [PublicRef(id=a.id, name=a.name, slug=a.slug) for a in piece.authors],
            "series": piece.series
            and PublicSeries(
                id=piece.series.id,
                title=piece.series.title,
                slug=piece.series.slug,
                position=piece.series_position,
            ),
            "translations": [
                PublicTranslation(
                    **msgspec.structs.asdict(other), url=self._base_url + url_path(other.path)
                )
                for other in read.translations
            ],
            "cover": read.cover and PublicCover(**msgspec.structs.asdict(read.cover)),
            "fields": read.fields,
            "featured": piece.featured,
            "meta_title": piece.meta_title,
            "meta_description": piece.meta_description,
            "words": body.words,
            "published_at": piece.published_at,
            "updated_at": piece.updated_at,
        }
        return PublicPiece(**{name: everything[name] for name in everything.keys() & fields})


def chosen_fields(fields: str | None, formats: str | None) -> frozenset[str]:
    """Answer which fields are wanted: those named, or all but the texts; and the texts in `formats`.

    Raises:
        InvalidInputError: there is no such field or format.
    """
    known = tuple(field.name for field in msgspec.structs.fields(PublicPiece))
    texts = several(formats, known=_TEXTS, field="formats") if formats is not None else ("html",)
    if fields is not None:
        named = several(fields, known=known, field="fields")
        return frozenset(named) | (frozenset(texts) if formats is not None else frozenset())
    return frozenset(known) - frozenset(_TEXTS) | frozenset(texts)


def kinds_of(text: str | None) -> tuple[str, ...]:
    """Read a list of kinds.

    Raises:
        InvalidInputError: there is no such kind.
    """
    return several(text, known=get_args(Kind), field="kind") if text else ()


def several(text: str, *, known: Sequence[str], field: str) -> tuple[str, ...]:
    """Read a list with commas between.

    Raises:
        InvalidInputError: it names something else.
    """
    given = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    unknown = [word for word in given if word not in known]
    if unknown:
        raise _wrong(field, f"{unknown[0][:60]!r} is none of {', '.join(known)}")
    return given


def _condition(wanted: PieceQuery) -> Condition:
    parts: list[Condition] = []
    if wanted.kinds:
        parts.append(Is(name="kind", values=wanted.kinds))
    texts = {
        "tags.slug": wanted.tag,
        "authors.slug": wanted.author,
        "series": wanted.series,
        "slug": wanted.slug,
        "language": wanted.language,
        "featured": None if wanted.featured is None else str(wanted.featured).lower(),
    }
    for name, text in texts.items():
        if text is not None:
            parts.append(Is(name=name, values=(_storable(text, field=name),)))
    if wanted.since is not None:
        parts.append(Is(name="published_at", op=">=", values=(_aware(wanted.since, "since"),)))
    if wanted.until is not None:
        parts.append(Is(name="published_at", op="<", values=(_aware(wanted.until, "until"),)))
    if wanted.updated_since is not None:
        at = _aware(wanted.updated_since, "updated_since")
        parts.append(Is(name="updated_at", op=">=", values=(at,)))
    return All(tuple(parts))


def _storable(text: str, *, field: str) -> str:
    if has_forbidden_characters(text) or len(text) > _LONGEST_SLUG:
        raise _wrong(field.removesuffix(".slug"), "holds what no such name has")
    return text


def _aware(moment: datetime, field: str) -> datetime:
    if moment.tzinfo is None:
        raise _wrong(field, "needs an offset: 2026-12-01T09:00:00Z")
    return moment


def _place(cursor: str) -> tuple[datetime, int]:
    match decode_cursor(cursor):
        case (datetime() as at, int() as last) if 0 <= last < 2**31:
            return at, last
    raise _wrong("cursor", "was not made by this list")


def _path_of(cursor: str) -> str:
    match decode_cursor(cursor):
        case (str() as path,):
            return path
    raise _wrong("cursor", "was not made by this list")


def _after_id(cursor: str | None) -> Condition:
    if not cursor:
        return All(())
    last = decode_id(cursor)
    if not 0 <= last < 2**31:
        raise _wrong("cursor", "was not made by this list")
    return Is(name="id", op=">", values=(last,))


def _next(found: Sequence[Any], limit: int) -> str | None:
    return encode_cursor((found[limit - 1].id,)) if len(found) > limit else None


def _wrong(field: str, message: str) -> InvalidInputError:
    return InvalidInputError(f"{field} {message}", FieldError(field=field, message=message))
