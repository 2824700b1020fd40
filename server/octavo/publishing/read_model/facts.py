"""What the builder is told of a piece beside the piece: its calls to action, and its files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from octavo.content.schemas import PublishedPiece

__all__ = [
    "CtaSpec",
    "FileFacts",
    "PieceSource",
    "Rendition",
    "files_wanted",
    "media_url",
    "sources_of",
]

_ADDRESS = re.compile(r"/media/([^\s\"'<>()\[\]?#\\]{1,400})")


class CtaSpec(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A call to action of a piece, in its order, with its tracked links on the blog and in feeds."""

    slug: str
    label: str
    action: str
    blog_path: str
    feed_path: str


class Rendition(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A picture in another size or format; `path` is below `/media/`."""

    path: str
    mime: str
    width: int
    height: int


class FileFacts(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A file as pieces may show it; `path` is below `/media/`, empty for one that lies elsewhere.

    `focus` is the point that matters most, in percent from the left and the top.
    """

    url: str
    id: int = 0
    path: str = ""
    mime: str = ""
    size_bytes: int = 0
    width: int | None = None
    height: int | None = None
    alt: str = ""
    caption: str = ""
    credit: str = ""
    licence: str = ""
    focus: tuple[float, float] | None = None
    renditions: list[Rendition] = []


class PieceSource(msgspec.Struct, frozen=True, kw_only=True):
    """All that the pages of a piece are made from. `files` are those it names, by id.

    `card` is the path below `/media/` of the picture that was drawn for it, empty for none.
    """

    piece: PublishedPiece
    ctas: Sequence[CtaSpec] = ()
    files: Sequence[FileFacts] = ()
    card: str = ""


def media_url(path: str) -> str:
    """Answer the address of a file of the library."""
    return "/media/" + quote(path, safe="/-._~!$&'()*+,;=:@")


def files_wanted(pieces: Iterable[PublishedPiece]) -> tuple[set[int], set[str]]:
    """Answer the files of the library that pieces name: by number, and by path in their texts."""
    ids: set[int] = set()
    paths: set[str] = set()
    for piece in pieces:
        if piece.fields:
            ids.update(_ids_in(piece.fields))
        if piece.cover is not None and piece.cover.media_id is not None:
            ids.add(piece.cover.media_id)
        if "/media/" in piece.body:
            paths.update(unquote(found) for found in _ADDRESS.findall(piece.body))
    return ids, paths


def sources_of(
    pieces: Sequence[PublishedPiece],
    ctas: Mapping[int, Sequence[CtaSpec]],
    files: Sequence[FileFacts],
    cards: Mapping[int, str],
) -> list[PieceSource]:
    """Give each piece its calls to action, the files that it names, and its card."""
    if not files:
        return [
            PieceSource(piece=piece, ctas=ctas.get(piece.id, ()), card=cards.get(piece.id, ""))
            for piece in pieces
        ]
    by_id = {file.id: file for file in files}
    by_path = {file.path: file for file in files}
    found: list[PieceSource] = []
    for piece in pieces:
        ids, paths = files_wanted([piece])
        own = {i: by_id[i] for i in sorted(ids) if i in by_id}
        own |= {by_path[path].id: by_path[path] for path in sorted(paths) if path in by_path}
        found.append(
            PieceSource(
                piece=piece,
                ctas=ctas.get(piece.id, ()),
                files=list(own.values()),
                card=cards.get(piece.id, ""),
            )
        )
    return found


def _ids_in(value: Any) -> Iterable[int]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name.endswith("media_id") and isinstance(inner, int):
                yield inner
            else:
                yield from _ids_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids_in(inner)
