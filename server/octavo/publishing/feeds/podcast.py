"""The podcast: one RSS feed of the audio pieces, with the tags of Apple and of Podcasting 2.0.

https://podcasters.apple.com/support/823-podcast-requirements and https://podcasting2.org/docs/podcast-namespace
"""

import html as html_text
import uuid
from typing import Any

import feedgen.feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.util import xml_elem

from octavo.publishing.feeds.dress import dressed
from octavo.publishing.feeds.entries import Entry, entry_of, text
from octavo.publishing.pages.kind_views import duration_text
from octavo.publishing.pages.maker import File, PageMaker
from octavo.publishing.read_model.plan import PODCAST
from octavo.publishing.text import dates

__all__ = ["PATH", "podcast_files", "podcast_guid"]

PATH = "/podcast.xml"
_EPISODES = 300
_ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_PODCAST = "https://podcastindex.org/namespace/1.0"
_FEEDS = uuid.UUID(
    "ead4c236-bf58-58c6-a2c6-a6b28d128cb6"
)  # the namespace that Podcasting 2.0 gives
_COVER_TYPES = (".jpg", ".jpeg", ".png")


def podcast_files(maker: PageMaker, rest: str) -> list[File]:
    """Make the podcast's feed; none as long as there is no episode."""
    del rest
    ids = maker.model.newest(PODCAST, _EPISODES)
    episodes = [entry for i in ids if (entry := entry_of(maker, i)).enclosure is not None]
    if not episodes:
        return []
    feed = feedgen.feed.FeedGenerator()
    channel, item = _Tags(), _EntryTags
    feed.register_extension("podcast2", lambda: channel, item, atom=False)
    _describe(feed, channel, maker, episodes)
    for episode in episodes:
        _add(feed, episode, maker.settings.zone)
    return [File(path=PATH[1:], data=dressed(maker, feed.rss_str(pretty=False)))]


def podcast_guid(address: str) -> str:
    """Answer the GUID of a feed: a UUIDv5 of its address without scheme and closing slashes."""
    return str(uuid.uuid5(_FEEDS, address.partition("://")[2].rstrip("/")))


class _Tags(BaseExtension):  # type: ignore[misc]  # feedgen is not typed
    """Further elements of an RSS feed or item, in the order they were said."""

    def __init__(self) -> None:
        self._said: list[tuple[str, str, dict[str, str]]] = []

    def say(self, element: str, content: str = "", **attributes: str) -> None:
        """Add `<itunes:…>` or `<podcast:…>`."""
        self._said.append((element, content, attributes))

    def extend_ns(self) -> dict[str, str]:
        return {"itunes": _ITUNES, "podcast": _PODCAST}

    def extend_rss(self, feed: Any) -> Any:
        """Put the elements into the channel, before its items."""
        for element in self._elements():
            feed[0].append(element)
        return feed

    def _elements(self) -> list[Any]:
        found = []
        for name, content, attributes in self._said:
            prefix, _, local = name.partition(":")
            space = _ITUNES if prefix == "itunes" else _PODCAST
            element = xml_elem(f"{{{space}}}{local}")
            for key, value in attributes.items():
                if name == "itunes:owner":  # which has elements in place of attributes
                    xml_elem(f"{{{_ITUNES}}}{key}", element).text = text(value)
                else:
                    element.set(key, text(value))
            element.text = text(content) or None
            found.append(element)
        return found


class _EntryTags(_Tags, BaseEntryExtension):  # type: ignore[misc]
    def extend_rss(self, feed: Any) -> Any:
        """Put the elements into an item."""
        for element in self._elements():
            feed.append(element)
        return feed


def _describe(feed: Any, tags: _Tags, maker: PageMaker, episodes: list[Entry]) -> None:
    settings, theme = maker.settings, maker.views.site.theme
    address, home = maker.base_url + PATH, maker.base_url + "/"
    about = settings.description or settings.tagline or settings.name
    newest = max(entry.updated for entry in episodes)
    feed.title(text(theme.get("podcast_title") or settings.name))
    feed.description(text(about))
    feed.link(href=address, rel="self", type="application/rss+xml")
    feed.link(href=home, rel="alternate")
    feed.language(settings.locale)
    feed.generator("Octavo")
    feed.docs(None)
    feed.lastBuildDate(dates.local(newest, settings.zone))
    tags.say("itunes:author", settings.name)
    tags.say("itunes:summary", about)
    tags.say("itunes:category", text=theme.get("podcast_category") or "Society & Culture")
    tags.say("itunes:explicit", "true" if any(map(_is_explicit, episodes)) else "false")
    tags.say("itunes:type", "episodic")
    if theme.get("podcast_email"):
        tags.say("itunes:owner", name=settings.name, email=theme["podcast_email"])
    picture = theme.get("podcast_picture", "")
    if picture.endswith(_COVER_TYPES):
        tags.say("itunes:image", href=maker.base_url + picture if picture[0] == "/" else picture)
    tags.say("podcast:guid", podcast_guid(address))
    tags.say("podcast:locked", "no")


def _add(feed: Any, entry: Entry, zone: str) -> None:
    enclosure, parts = entry.enclosure, entry.detail.parts
    if enclosure is None or parts is None:
        return
    item = feed.add_entry(order="append")
    item.guid(entry.identity, permalink=False)
    item.title(text(entry.record.title))
    item.link(href=entry.url, rel="alternate")
    item.published(dates.local(entry.record.published, zone))
    item.description(
        html_text.escape(text(entry.record.excerpt or entry.record.title), quote=False)
    )
    item.content(entry.html or " ", type="html")
    item.enclosure(enclosure.url, str(enclosure.size_bytes), enclosure.type)
    tags = item.podcast2
    if enclosure.duration_s:
        tags.say("itunes:duration", duration_text(enclosure.duration_s))
    tags.say("itunes:explicit", "true" if _is_explicit(entry) else "false")
    number = parts.episode
    if number is not None:
        tags.say("itunes:episodeType", number.episode_type)
        for name, value in (("season", number.season), ("episode", number.episode)):
            if value:  # Apple counts both from one
                tags.say(f"itunes:{name}", str(value))
                tags.say(f"podcast:{name}", str(value))
    for name, url in entry.authors:
        tags.say("podcast:person", name, href=url)
    if parts.transcript:
        tags.say("podcast:transcript", url=entry.url + "#transcript", type="text/html")


def _is_explicit(entry: Entry) -> bool:
    parts = entry.detail.parts
    return bool(parts and parts.episode and parts.episode.explicit)
