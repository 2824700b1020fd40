"""RSS 2.0 and Atom by feedgen, JSON Feed 1.1 by msgspec: the newest pieces, in full.

Ids are tag URIs (RFC 4151) over the piece's number, so a changed slug does not make an old piece
new. Times come from the pieces: the same pieces give the same bytes.
"""

import html as html_text
from typing import Any
from urllib.parse import urlsplit

import feedgen.feed
import msgspec
from feedgen.ext.dc import DcEntryExtension, DcExtension

from octavo.publishing import dates
from octavo.publishing.facts import CtaSpec
from octavo.publishing.pages import File, PageMaker
from octavo.publishing.plan import HOME, feed_size
from octavo.publishing.portable import TextLink, portable_html
from octavo.publishing.prepared import NOT_XML, PieceDetail, PieceRecord, file_path, url_path

__all__ = ["feed_files"]

_ENTRY_CACHE = 200
_ENTRY_LIMIT = 1_000_000  # characters; the whole feed is held in memory, here and by its readers
_LONG_AGO = 946_684_800_000_000  # 2000-01-01: the time of a feed without entries


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    identity: str
    url: str
    record: PieceRecord
    updated: int
    language: str
    html: str
    tags: list[tuple[str, str]]
    authors: list[tuple[str, str]]
    reads: set[str]


def feed_files(maker: PageMaker, name: str) -> list[File]:
    """Make the three feeds of a list; none when the list is empty and is not the home."""
    if maker.model.count(name) == 0 and name != HOME:
        return []
    entries = [_entry(maker, i) for i in maker.model.newest(name, feed_size(name))]
    base = maker.views.list_url(name, None)
    title = maker.settings.name
    if name != HOME:
        title = f"{maker.views.list_title(name)} · {title}"
    rss, atom = _xml_feeds(maker, title, base, entries)
    return [
        File(path=file_path(base + "feed.xml"), data=rss),
        File(path=file_path(base + "atom.xml"), data=atom),
        File(path=file_path(base + "feed.json"), data=_json_feed(maker, title, base, entries)),
    ]


def _entry(maker: PageMaker, piece_id: int) -> _Entry:
    maker.views.reads |= {f"piece:{piece_id}", f"ref:{piece_id}"}
    cached: dict[int, _Entry] = maker.feed_entries
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


def _make_entry(maker: PageMaker, record: PieceRecord, detail: PieceDetail) -> _Entry:
    url = maker.base_url + url_path(record.path)
    host = urlsplit(maker.base_url).hostname or "localhost"
    tags = [maker.views.tag_link(i) for i in record.tag_ids]
    authors = [maker.views.author_link(i) for i in record.author_ids]
    html, reads = maker.views.live_html(record)
    return _Entry(
        identity=f"tag:{host},2026:piece-{record.id}",
        url=url,
        record=record,
        updated=detail.updated or record.published,
        language=detail.language,
        html=_content(html, record, detail.ctas, url, maker.base_url),
        tags=[(t.name, maker.base_url + t.url) for t in tags],
        authors=[(a.name, maker.base_url + a.url) for a in authors],
        reads=reads,
    )


def _content(html: str, record: PieceRecord, ctas: list[CtaSpec], url: str, base_url: str) -> str:
    """Answer a text in full, or what it is about when it is longer than a reader would load."""
    if len(html) > _ENTRY_LIMIT:
        html = f"<p>{html_text.escape(record.excerpt)}</p>"
    links = [TextLink(slug=c.slug, label=c.label, url=base_url + c.feed_path) for c in ctas]
    return portable_html(html, links, url=url)


def _xml_feeds(
    maker: PageMaker, title: str, base: str, entries: list[_Entry]
) -> tuple[bytes, bytes]:
    zone = maker.settings.zone
    home = maker.base_url + base
    updated = max((e.updated for e in entries), default=_LONG_AGO)
    feed = feedgen.feed.FeedGenerator()
    # By its classes: by its name, feedgen would look for a module in every feed.
    feed.register_extension("dc", DcExtension, DcEntryExtension, atom=False)
    feed.id(home)
    feed.title(_text(title))
    feed.subtitle(
        _text(maker.settings.description or maker.settings.tagline or maker.settings.name)
    )
    feed.link(href=home, rel="alternate")
    feed.language(maker.settings.locale)
    feed.generator("Octavo")
    feed.docs(None)
    feed.updated(dates.local(updated, zone))
    feed.lastBuildDate(dates.local(updated, zone))
    for entry in entries:
        _add_entry(feed, entry, zone)
    feed.link(href=home + "feed.xml", rel="self", type="application/rss+xml")
    rss = feed.rss_str(pretty=False)
    feed.link(
        [
            {"href": home, "rel": "alternate", "type": "text/html"},
            {"href": home + "atom.xml", "rel": "self", "type": "application/atom+xml"},
        ],
        replace=True,
    )
    return rss, feed.atom_str(pretty=False)


def _add_entry(feed: Any, entry: _Entry, zone: str) -> None:
    item = feed.add_entry(order="append")
    item.id(entry.identity)
    item.guid(entry.identity, permalink=False)
    item.title(_text(entry.record.title))
    item.link(href=entry.url, rel="alternate")
    item.published(dates.local(entry.record.published, zone))
    item.updated(dates.local(entry.updated, zone))
    # RSS readers take a description for HTML, so the text is written as HTML in both.
    summary = _text(entry.record.excerpt) or _text(entry.record.title)
    item.summary(html_text.escape(summary, quote=False), type="html")
    item.content(entry.html or " ", type="html")
    for name, url in entry.authors:
        item.author(name=_text(name), uri=url)
        item.dc.dc_creator(_text(name))
    for name, _ in entry.tags:
        item.category(term=_text(name))


def _text(text: str) -> str:
    return NOT_XML.sub("", text)


def _json_feed(maker: PageMaker, title: str, base: str, entries: list[_Entry]) -> bytes:
    zone = maker.settings.zone
    home = maker.base_url + base
    items = [_json_item(entry, zone) for entry in entries]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": home,
        "feed_url": home + "feed.json",
        "language": maker.settings.locale,
        "items": items,
    }
    if maker.settings.description or maker.settings.tagline:
        feed["description"] = maker.settings.description or maker.settings.tagline
    return msgspec.json.encode(feed)


def _json_item(entry: _Entry, zone: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.identity,
        "url": entry.url,
        "title": entry.record.title,
        "content_html": entry.html,
        "summary": entry.record.excerpt,
        "date_published": dates.iso(entry.record.published, zone),
        "date_modified": dates.iso(entry.updated, zone),
    }
    if entry.authors:
        item["authors"] = [{"name": name, "url": url} for name, url in entry.authors]
    if entry.tags:
        item["tags"] = [name for name, _ in entry.tags]
    if entry.language:
        item["language"] = entry.language
    return item
