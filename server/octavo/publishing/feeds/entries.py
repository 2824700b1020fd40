"""The entries of feeds: a piece with all that its page shows, on its own and with absolute addresses."""

import html as html_text
from urllib.parse import urlsplit

import msgspec

from octavo.kernel.media_types import media_type
from octavo.publishing.feeds.content import around
from octavo.publishing.pages.maker import PageMaker
from octavo.publishing.pages.portable import TextLink, portable_html
from octavo.publishing.read_model.facts import CtaSpec, FileFacts
from octavo.publishing.read_model.prepared import NOT_XML, PieceDetail, PieceRecord, url_path

__all__ = ["Enclosure", "Entry", "entry_of", "identity_of", "text"]

_ENTRY_CACHE = 200
_ENTRY_LIMIT = 1_000_000  # characters; the whole feed is held in memory, here and by its readers
_USUAL_TYPES = {"audio": "audio/mpeg", "video": "video/mp4"}


class Enclosure(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that programs fetch; `size_bytes` is 0 when nobody has said it."""

    url: str
    type: str
    size_bytes: int
    duration_s: int | None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A piece in a feed; tags and authors are (name, absolute address)."""

    identity: str
    url: str
    record: PieceRecord
    updated: int
    language: str
    html: str
    tags: list[tuple[str, str]]
    authors: list[tuple[str, str]]
    enclosure: Enclosure | None
    detail: PieceDetail
    reads: set[str]


def entry_of(maker: PageMaker, piece_id: int) -> Entry:
    """Answer a piece as feeds carry it, and note what was read."""
    maker.views.reads |= {f"piece:{piece_id}", f"ref:{piece_id}"}
    cached: dict[int, Entry] = maker.feed_entries
    if piece_id not in cached:
        found = maker.model.find(piece_id)
        if found is None:  # not while the model is whole
            msg = f"piece {piece_id} is in a list but not in the model"
            raise LookupError(msg)
        if len(cached) > _ENTRY_CACHE:
            cached.clear()
        reads, maker.views.reads = (
            maker.views.reads,
            set(),
        )  # names come with the ref: see `post_ref`
        cached[piece_id] = _make_entry(maker, *found)
        maker.views.reads = reads
    entry = cached[piece_id]
    maker.views.reads |= entry.reads
    return entry


def _make_entry(maker: PageMaker, record: PieceRecord, detail: PieceDetail) -> Entry:
    url = maker.base_url + url_path(record.path)
    host = urlsplit(maker.base_url).hostname or "localhost"
    tags = [maker.views.tag_link(i) for i in record.tag_ids]
    authors = [maker.views.author_link(i) for i in record.author_ids]
    html, reads = maker.views.live_html(record)
    return Entry(
        identity=identity_of(record, host),
        url=url,
        record=record,
        updated=detail.updated or record.published,
        language=detail.language,
        html=_content(html, record, detail, url, maker),
        tags=[(t.name, maker.base_url + t.url) for t in tags],
        authors=[(a.name, maker.base_url + a.url) for a in authors],
        enclosure=_enclosure(detail, maker.base_url),
        detail=detail,
        reads=reads,
    )


def identity_of(record: PieceRecord, host: str) -> str:
    """Answer the id of a piece in feeds (a tag URI, RFC 4151), whatever becomes of its address."""
    return f"tag:{host},2026:piece-{record.id}"


def text(raw: str) -> str:
    """Answer a text without what XML cannot carry."""
    return NOT_XML.sub("", raw)


def _content(
    html: str, record: PieceRecord, detail: PieceDetail, url: str, maker: PageMaker
) -> str:
    """Answer a text in full, or what it is about when it is longer than a reader would load."""
    if len(html) > _ENTRY_LIMIT:
        html = f"<p>{html_text.escape(record.excerpt)}</p>"
    before, after = around(detail, t=maker.views.t)
    links = [TextLink(slug=c.slug, label=c.label, url=_feed_link(c, maker)) for c in detail.ctas]
    return portable_html(before + html + after, links, url=url)


def _feed_link(cta: CtaSpec, maker: PageMaker) -> str:
    return maker.base_url + cta.feed_path


def _enclosure(detail: PieceDetail, base_url: str) -> Enclosure | None:
    parts = detail.parts
    if parts is None or parts.recording is None:
        return None
    return Enclosure(
        url=_absolute(parts.recording, base_url),
        type=parts.recording.mime or _claimed_type(parts.recording.url, detail.kind),
        size_bytes=parts.recording.size_bytes,
        duration_s=parts.duration_s,
    )


def _claimed_type(url: str, kind: str) -> str:
    """Answer what a recording that lies elsewhere is by its name; the usual one of its kind else."""
    claimed = media_type(urlsplit(url).path)
    return claimed if claimed.startswith(f"{kind}/") else _USUAL_TYPES.get(kind, claimed)


def _absolute(file: FileFacts, base_url: str) -> str:
    return base_url + file.url if file.url.startswith("/") else file.url
