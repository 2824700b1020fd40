"""A piece made ready to be stored: its text rendered, its summary found, its address checked."""

import hashlib
import posixpath
import re
import zlib
from urllib.parse import quote, unquote

import msgspec

from octavo.content.fields import shown_title
from octavo.content.schemas import AuthorRef, PublishedPiece, SeriesShown, TagRef
from octavo.publishing.read_model.facts import CtaSpec, FileFacts, PieceSource
from octavo.publishing.read_model.kinds import KindDetail, cites, kind_detail, links_of
from octavo.publishing.read_model.pictures import sizes_in, with_pictures
from octavo.publishing.read_model.places import is_reserved_folder, is_reserved_path
from octavo.publishing.text import dates
from octavo.publishing.text.markdown import RENDERER_VERSION, Rendered, render_body, shorten
from octavo.publishing.theme.contexts import TocEntry

__all__ = [
    "NOT_XML", "PieceDetail", "PieceRecord", "Prepared", "file_path", "path_problem", "prepare",
    "source_hash", "unpack_html", "url_path",
]  # fmt: skip

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_WORDS_PER_MINUTE = 220
_SAME_MICROS = 60_000_000
_EXCERPT_LIMIT = 300
_SEGMENT_LIMIT_BYTES = 240


class PieceRecord(msgspec.Struct, frozen=True, array_like=True):
    """What lists show of a piece. Names of tags and authors are looked up: they may change."""

    id: int
    title: str
    path: str
    excerpt: str
    published: int
    tag_ids: list[int]
    author_ids: list[int]
    reading_minutes: int
    kind: str = "post"
    cover: FileFacts | None = None
    series_id: int | None = None
    series_position: int | None = None
    language: str = ""
    group: str = ""
    cites: str = ""

    def place_in(self, name: str) -> int:
        """Answer what orders the piece in a list: its day, and in a series its number, if it has one."""
        if self.series_position is not None and name.startswith("series:"):
            return self.series_position
        return self.published


class PieceDetail(msgspec.Struct, frozen=True, array_like=True):
    """What only the piece's own page, the feeds and the sitemap show."""

    kind: str
    updated: int | None
    language: str
    description: str
    canonical_url: str
    source: str
    toc: list[TocEntry]
    ctas: list[CtaSpec]
    meta_title: str = ""
    parts: KindDetail | None = None
    card: str = ""


class Prepared(msgspec.Struct, frozen=True, array_like=True):
    """A piece ready to be stored; `problem` is set instead when it cannot be."""

    record: PieceRecord
    detail: PieceDetail
    tags: list[TagRef]
    authors: list[AuthorRef]
    series: SeriesShown | None
    media: list[str]
    html: bytes
    source: bytes
    problem: str = ""


def source_hash(source: PieceSource) -> bytes:
    """Answer a hash of all that a piece's pages are made from."""
    digest = hashlib.blake2b(RENDERER_VERSION.encode(), digest_size=16)
    digest.update(msgspec.msgpack.encode(source))
    return digest.digest()


def prepare(source: PieceSource, *, small: bool = True) -> Prepared:
    """Render a piece's body and work out what its lists show; `small` stores it compressed.

    Raises:
        BodyRefusedError: the body is beyond the limits.
    """
    piece = source.piece
    rendered = render_body(piece.body)
    kind = kind_detail(piece, {file.id: file for file in source.files})
    html = rendered.html
    if source.files:
        is_first = kind is None or kind.cover is None
        html = with_pictures(html, source.files, is_first=is_first)
    record = _record(piece, rendered, kind)
    return Prepared(
        record=record,
        detail=_detail(source, rendered, kind, record),
        tags=list(piece.tags),
        authors=list(piece.authors),
        series=piece.series,
        media=_media_of(rendered, kind, source),
        html=pack_html(html, small=small),
        source=source_hash(source),
        problem=path_problem(piece.path),
    )


def _record(piece: PublishedPiece, rendered: Rendered, kind: KindDetail | None) -> PieceRecord:
    title = _clean(shown_title(piece.title, piece.body, piece.fields)).strip()
    return PieceRecord(
        id=piece.id,
        title=title or piece.slug,
        path=unquote(piece.path),
        excerpt=shorten(_clean(piece.excerpt), _EXCERPT_LIMIT) or rendered.summary,
        published=dates.to_micros(piece.published_at),
        tag_ids=[tag.id for tag in piece.tags],
        author_ids=[author.id for author in piece.authors],
        reading_minutes=max(1, round(rendered.words / _WORDS_PER_MINUTE)),
        kind=piece.kind,
        cover=kind.cover if kind else None,
        series_id=piece.series.id if piece.series else None,
        series_position=piece.series_position if piece.series else None,
        language=piece.language,
        group=piece.translation_group or "",
        cites=_clean(cites(piece)) if piece.kind == "link" else "",
    )


def _detail(
    source: PieceSource, rendered: Rendered, kind: KindDetail | None, record: PieceRecord
) -> PieceDetail:
    piece = source.piece
    updated = dates.to_micros(piece.updated_at) if piece.updated_at else None
    return PieceDetail(
        kind=piece.kind,
        # Edits within a minute of publication are the publication.
        updated=updated if updated and updated - record.published > _SAME_MICROS else None,
        language=piece.language,
        description=shorten(_clean(piece.meta_description) or record.excerpt, 160),
        canonical_url=piece.canonical_url or "",
        source=piece.source or "",
        toc=rendered.toc,
        ctas=list(source.ctas),
        meta_title=_clean(piece.meta_title).strip(),
        parts=kind,
        card=source.card,
    )


def _media_of(rendered: Rendered, parts: KindDetail | None, source: PieceSource) -> list[str]:
    """Answer the files of the library that the page needs: the text's, its kind's, and its card."""
    files = source.files
    text = {*rendered.media, *sizes_in(rendered.media, files)} if files else rendered.media
    own = sorted({*text, source.card} if source.card else text)
    if parts is None:
        return own
    shown = [file for file in links_of(parts) if file.path]
    paths = [file.path for file in shown] + [r.path for file in shown for r in file.renditions]
    return sorted({*own, *map(quote, paths)})


def pack_html(text: str, *, small: bool) -> bytes:
    """Answer the text as it is stored; compressed (it begins with an `x` then) to keep it small.

    What XML cannot carry is replaced here, once, and not in every feed. Replaced and not dropped: the
    text is sanitised, and an address with a hole in it would be another one without the hole.
    """
    html = text.encode()
    if len(html.translate(None, _CONTROLS)) < len(html) or any(n in html for n in _NONCHARACTERS):
        html = NOT_XML.sub("\ufffd", text).encode()
    return zlib.compress(html, 1) if small or html.startswith(b"x") else html


def unpack_html(stored: bytes) -> str:
    return (zlib.decompress(stored) if stored.startswith(b"x") else stored).decode()


def path_problem(path: str) -> str:
    """Say why a piece cannot stand at `path`; empty when it can."""
    plain = unquote(path)
    if not (plain.startswith("/") and plain.endswith("/")) or is_reserved_path(plain):
        return f"the address {path} is not one a piece can have"
    segments = plain[1:-1].split("/")
    for segment in segments:
        if segment in {"", ".", ".."} or len(segment.encode()) > _SEGMENT_LIMIT_BYTES:
            return f"the address {path} is not one a piece can have"
    if any(c < " " or c in "\\\x7f" for c in plain) or segments[0].startswith("."):
        return f"the address {path} holds characters that an address cannot have"
    if is_reserved_folder(segments[0]):
        return f"the address {path} belongs to Octavo itself"
    return ""


def _clean(text: str) -> str:
    """Drop what XML cannot carry."""
    return NOT_XML.sub("", text)


def url_path(path: str) -> str:
    """Answer a stored path as it stands in a link."""
    return quote(path, safe="/-._~!$&'()*+,;=:@")


def file_path(path: str) -> str:
    """Answer the file that serves the site path `path`, relative to the root."""
    plain = unquote(path).lstrip("/")
    if path.endswith("/") or "." not in posixpath.basename(plain):
        return posixpath.join(plain, "index.html").lstrip("/")
    return plain
