"""Live pieces as both APIs hand them on: with their rendered texts, and their files' addresses."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from octavo.content import site_queries
from octavo.content.kinds import Cover
from octavo.content.media import queries as media_queries
from octavo.content.media.schemas import Media
from octavo.content.schemas import LiveTranslation, PublishedPiece
from octavo.cta import queries as ctas
from octavo.publishing.bodies import Bodies, Body, TextJob
from octavo.publishing.pages.portable import TextLink

__all__ = ["Picture", "PieceReader", "ReadPiece"]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The picture that stands for a piece; `url` is absolute."""

    url: str
    alt: str
    caption: str


class ReadPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A live piece with all that its readers are shown. In `fields` every file has its `url`."""

    piece: PublishedPiece
    body: Body
    cover: Picture | None
    fields: dict[str, Any]
    translations: Sequence[LiveTranslation] = ()


class PieceReader:
    """Reads live pieces. One per process, because it keeps rendered texts."""

    def __init__(self, *, base_url: str, bodies: Bodies) -> None:
        self.base_url = base_url.rstrip("/")
        self._bodies = bodies

    async def read(self, ids: Sequence[int]) -> list[ReadPiece]:
        """Answer those of the pieces that are live, in the order of `ids`."""
        found = {piece.id: piece for piece in await site_queries.published_pieces(ids)}
        pieces = [found[i] for i in ids if i in found]
        links = await self._links([piece.id for piece in pieces])
        jobs = [TextJob(piece=piece, links=links.get(piece.id, ())) for piece in pieces]
        bodies = await self._bodies.of(jobs)
        wanted = {i for piece in pieces for i in _media_ids((piece.cover, piece.fields))}
        media = await media_queries.media_named(sorted(wanted)) if wanted else {}
        groups = (piece.translation_group for piece in pieces if piece.translation_group)
        families = await site_queries.live_translations(groups)
        return [
            ReadPiece(
                piece=piece,
                body=bodies[piece.id],
                cover=self._picture(piece.cover, media) if piece.cover else None,
                fields=self._with_urls(piece.fields, media),
                translations=[
                    other
                    for other in families.get(piece.translation_group or "", [])
                    if other.id != piece.id
                ],
            )
            for piece in pieces
        ]

    async def _links(self, piece_ids: Sequence[int]) -> dict[int, tuple[TextLink, ...]]:
        """Answer the tracked links of the blog: a page made elsewhere stands in its place."""
        found = await ctas.ctas_of_pieces(piece_ids)
        return {
            piece_id: tuple(
                TextLink(slug=cta.slug, label=cta.label, url=self.base_url + cta.blog_path)
                for cta in those
            )
            for piece_id, those in found.items()
        }

    def _picture(self, cover: Cover, media: Mapping[int, Media]) -> Picture | None:
        file = media.get(cover.media_id) if cover.media_id else None
        url = self._media_url(file) if file else self._absolute(cover.url or "")
        if not url:
            return None
        return Picture(url=url, alt=cover.alt or (file.alt if file else ""), caption=cover.caption)

    def _with_urls(self, value: Any, media: Mapping[int, Media]) -> Any:
        if isinstance(value, list):
            return [self._with_urls(one, media) for one in value]
        if not isinstance(value, dict):
            return value
        shown = {name: self._with_urls(one, media) for name, one in value.items()}
        for name in _FILES & shown.keys():
            file = media.get(shown[name]) if shown[name] else None
            if file is not None:
                shown[name.removesuffix("media_id") + "url"] = self._media_url(file)
        return shown

    def _media_url(self, file: Media) -> str:
        return f"{self.base_url}/media/{quote(file.path)}"

    def _absolute(self, url: str) -> str:
        return self.base_url + url if url.startswith("/") else url


_FILES = {"media_id", "poster_media_id"}


def _media_ids(value: Any) -> set[int]:
    """Answer the files that are named anywhere in a value."""
    if isinstance(value, Cover):
        return {value.media_id} if value.media_id else set()
    if isinstance(value, dict):
        own = {value[name] for name in _FILES & value.keys() if value[name]}
        return own.union(*(_media_ids(one) for one in value.values()))
    if isinstance(value, list | tuple):
        return set().union(*(_media_ids(one) for one in value))
    return set()
