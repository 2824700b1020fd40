"""RSS 2.0 and Atom by feedgen, JSON Feed 1.1 by msgspec: the newest pieces, in full.

Ids are tag URIs (RFC 4151) over the piece's number, so a changed slug does not make an old piece
new. Times come from the pieces: the same pieces give the same bytes.
"""

import html as html_text
from functools import partial
from typing import Any

import feedgen.feed
import msgspec
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.ext.dc import DcEntryExtension, DcExtension
from feedgen.util import xml_elem

from octavo.publishing.feeds.dress import dressed
from octavo.publishing.feeds.entries import Enclosure, Entry, entry_of, text
from octavo.publishing.pages.maker import File, PageMaker
from octavo.publishing.read_model.plan import HOME, feed_size
from octavo.publishing.read_model.prepared import file_path
from octavo.publishing.text import dates

__all__ = ["feed_files"]

_LONG_AGO = 946_684_800_000_000  # 2000-01-01: the time of a feed without entries


def feed_files(maker: PageMaker, name: str) -> list[File]:
    """Make the three feeds of a list; none when the list is empty and is not the home."""
    if maker.model.count(name) == 0 and name != HOME:
        return []
    entries = [entry_of(maker, i) for i in maker.model.newest(name, feed_size(name))]
    base = maker.views.list_url(name, None)
    title = maker.settings.name
    if name != HOME:
        title = f"{maker.views.list_title(name)} · {title}"
    rss, atom = _xml_feeds(maker, name, title, entries)
    return [
        File(path=file_path(base + "feed.xml"), data=rss),
        File(path=file_path(base + "atom.xml"), data=atom),
        File(path=file_path(base + "feed.json"), data=_json_feed(maker, name, title, entries)),
    ]


def _language(maker: PageMaker, name: str) -> str:
    """Answer the language of a list: its own for that of a language, else the site's."""
    kind, _, tag = name.partition(":")
    return tag if kind == "language" else maker.settings.locale


def _xml_feeds(
    maker: PageMaker, name: str, title: str, entries: list[Entry]
) -> tuple[bytes, bytes]:
    base, zone = maker.views.list_url(name, None), maker.settings.zone
    home = maker.base_url + base
    updated = max((e.updated for e in entries), default=_LONG_AGO)
    feed = feedgen.feed.FeedGenerator()
    # By its classes: by its name, feedgen would look for a module in every feed.
    feed.register_extension("dc", DcExtension, DcEntryExtension, atom=False)
    feed.id(home)
    feed.title(text(title))
    feed.subtitle(text(maker.settings.description or maker.settings.tagline or maker.settings.name))
    feed.language(_language(maker, name))
    feed.author(name=text(maker.settings.name))  # of entries without one, as RFC 4287 4.1.1 wants
    feed.generator("Octavo")
    feed.docs(None)
    feed.updated(dates.local(updated, zone))
    feed.lastBuildDate(dates.local(updated, zone))
    for entry in entries:
        _add_entry(feed, entry, zone)
    hub = _hub(maker)
    if hub:
        feed.register_extension("hub", lambda: _HubLink(hub), atom=False)
    feed.link(href=home + "feed.xml", rel="self", type="application/rss+xml")
    feed.link(href=home, rel="alternate")  # last: of several, feedgen takes the last one for RSS
    rss = feed.rss_str(pretty=False)
    feed.link(
        [
            {"href": home, "rel": "alternate", "type": "text/html"},
            {"href": home + "atom.xml", "rel": "self", "type": "application/atom+xml"},
            *([{"href": hub, "rel": "hub"}] if hub else []),
        ],
        replace=True,
    )
    return dressed(maker, rss), dressed(maker, feed.atom_str(pretty=False))


class _HubLink(BaseExtension):  # type: ignore[misc]  # feedgen is not typed
    """Names the hub in RSS, for which feedgen knows no such link."""

    def __init__(self, hub: str) -> None:
        self._hub = hub

    def extend_rss(self, feed: Any) -> Any:
        """Add `<atom:link rel="hub">` to the channel."""
        xml_elem("{http://www.w3.org/2005/Atom}link", feed[0], rel="hub", href=self._hub)
        return feed


class _EnclosureLink(BaseEntryExtension):  # type: ignore[misc]  # feedgen is not typed
    """Says in Atom that the recording is one: feedgen 1.0 writes an entry's links without their `rel`."""

    def __init__(self, enclosure: Enclosure) -> None:
        self._enclosure = enclosure

    def extend_atom(self, entry: Any) -> Any:
        """Complete the link to the recording."""
        for link in entry.iter("{http://www.w3.org/2005/Atom}link", "link"):
            if link.get("href") == self._enclosure.url:
                link.set("rel", "enclosure")
                link.set("type", self._enclosure.type)
                link.set("length", str(self._enclosure.size_bytes))
        return entry


def _hub(maker: PageMaker) -> str:
    """Answer the address of the WebSub hub, if one is chosen."""
    hub = maker.views.site.theme.get("hub", "")
    return hub if hub.startswith("https://") else ""


def _add_entry(feed: Any, entry: Entry, zone: str) -> None:
    item = feed.add_entry(order="append")
    item.id(entry.identity)
    item.guid(entry.identity, permalink=False)
    item.title(text(entry.record.title))
    item.link(href=entry.url, rel="alternate")
    item.published(dates.local(entry.record.published, zone))
    item.updated(dates.local(entry.updated, zone))
    # RSS readers take a description for HTML, so the text is written as HTML in both.
    summary = text(entry.record.excerpt) or text(entry.record.title)
    item.summary(html_text.escape(summary, quote=False), type="html")
    item.content(entry.html or " ", type="html")
    for name, url in entry.authors:
        item.author(name=text(name), uri=url)
        item.dc.dc_creator(text(name))
    for name, _ in entry.tags:
        item.category(term=text(name))
    if entry.enclosure is not None:
        size = str(entry.enclosure.size_bytes)
        item.enclosure(entry.enclosure.url, size, entry.enclosure.type)
        item.register_extension("enclosure", partial(_EnclosureLink, entry.enclosure), rss=False)


def _json_feed(maker: PageMaker, name: str, title: str, entries: list[Entry]) -> bytes:
    base, zone = maker.views.list_url(name, None), maker.settings.zone
    home = maker.base_url + base
    items = [_json_item(entry, zone) for entry in entries]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": home,
        "feed_url": home + "feed.json",
        "language": _language(maker, name),
        "items": items,
    }
    if maker.settings.description or maker.settings.tagline:
        feed["description"] = maker.settings.description or maker.settings.tagline
    hub = _hub(maker)
    if hub:
        feed["hubs"] = [{"type": "WebSub", "url": hub}]
    return msgspec.json.encode(feed)


def _json_item(entry: Entry, zone: str) -> dict[str, Any]:
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
    if entry.enclosure is not None:
        item["attachments"] = [_attachment(entry.enclosure)]
    return item


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    said: dict[str, Any] = {"url": enclosure.url, "mime_type": enclosure.type}
    if enclosure.size_bytes:
        said["size_in_bytes"] = enclosure.size_bytes
    if enclosure.duration_s:
        said["duration_in_seconds"] = enclosure.duration_s
    return said
