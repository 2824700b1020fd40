"""`octavo export wxr`: posts and pages for WordPress and whatever else reads its exports (WXR 1.2).

Ideas and drafts are `draft`, what waits for its time is `future`, what was taken back is `private`.
Kinds that WordPress does not know are posts, with their kind and fields as custom fields.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.content.exporters.library import Library, Text, Whole, count_pieces
from octavo.content.exporters.report import ExportReport, counted
from octavo.content.exporters.writing import whole_file
from octavo.content.media.store import MediaStore
from octavo.content.tables import MediaRow

__all__ = ["Render", "export_wxr", "write_wxr"]

Render = Callable[[str], str]
"""Makes HTML of Markdown; raises whatever it likes: the text then goes out as it is."""

_STATUS = {"published": "publish", "scheduled": "future", "in_review": "pending", "approved": "pending",
           "archived": "private"}  # fmt: skip
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"
  xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
"""


async def export_wxr(
    target: Path,
    *,
    media: MediaStore,
    render: Render,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> ExportReport:
    """Write one file, which appears when it is complete.

    Raises:
        TargetRefusedError: there is no folder for it, or a folder has its name.
        NoRoomError: the disk is full.
    """
    started = time.monotonic()
    with whole_file(target) as stream:
        counts, notes = await write_wxr(
            stream, media=media, render=render, now=now, progress=progress
        )
    return ExportReport(
        target=target.name,
        format="wxr",
        counts=counted(counts),
        notes=notes,
        seconds=time.monotonic() - started,
    )


async def write_wxr(
    stream: BinaryIO,
    *,
    media: MediaStore,
    render: Render,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Counter[str], list[str]]:
    """Write the whole library as WXR 1.2; answer what was written, and remarks."""
    library = Library()
    await library.load()
    site = await accounts_q.get_organisation()
    writer = _Writer(
        stream, library, base_url=media.base_url, zone=ZoneInfo(site.zone), render=render
    )
    writer.open(site.name, site.tagline, site.locale, now)
    await writer.attachments()
    total = await count_pieces()
    async for whole in library.pieces():
        await asyncio.to_thread(writer.piece, whole)
        if progress is not None:
            progress(writer.counts["posts"] + writer.counts["pages"], total)
    writer.close()
    return writer.counts, writer.notes


class _Writer:
    def __init__(
        self, stream: BinaryIO, library: Library, *, base_url: str, zone: ZoneInfo, render: Render
    ) -> None:
        self.counts: Counter[str] = Counter(posts=0, pages=0, attachments=0)
        self.notes: list[str] = []
        self._stream, self._library, self._render = stream, library, render
        self._base_url, self._zone = base_url or "https://example.invalid", zone
        self._shift = max(library.media, default=0)  # posts and files share one row of numbers

    def open(self, name: str, tagline: str, locale: str, now: datetime) -> None:
        """Write the head: the site, its authors and tags."""
        self._stream.write(_HEAD.encode())
        self._tag("title", name)
        self._tag("link", self._base_url)
        self._tag("description", tagline)
        self._tag("pubDate", f"{now.astimezone(UTC):%a, %d %b %Y %H:%M:%S} +0000")
        self._tag("language", locale)
        self._tag("wp:wxr_version", "1.2")
        self._tag("wp:base_site_url", self._base_url)
        self._tag("wp:base_blog_url", self._base_url)
        for person in sorted(self._library.authors.values(), key=lambda row: str(row["slug"])):
            self._group("wp:author", {
                "wp:author_id": person["id"], "wp:author_login": person["slug"],
                "wp:author_email": "", "wp:author_display_name": person["name"],
            })  # fmt: skip
        for tag in sorted(self._library.tags.values(), key=lambda row: str(row["slug"])):
            self._group("wp:tag", {
                "wp:term_id": tag["id"], "wp:tag_slug": tag["slug"], "wp:tag_name": tag["name"],
                "wp:tag_description": tag["description"],
            })  # fmt: skip

    async def attachments(self) -> None:
        """Write the files of the media library; their addresses say where they can be had."""
        for media_id in sorted(self._library.media):
            row = await MediaRow.select().where(MediaRow.id == media_id).first()
            if row is None:
                continue
            url = urljoin(f"{self._base_url}/", f"media/{row['path']}")
            self._open_item(row["name"], url, row["created_at"])
            self._tag("content:encoded", row["credit"])
            self._tag("excerpt:encoded", row["caption"])
            self._post(media_id, row["created_at"], row["path"].rpartition("/")[2].partition(".")[0],
                       "inherit", "attachment", row["updated_at"] or row["created_at"])  # fmt: skip
            self._tag("wp:attachment_url", url)
            self._meta("_wp_attached_file", row["path"])
            if row["alt"]:
                self._meta("_wp_attachment_image_alt", row["alt"])
            self._write("</item>\n")
            self.counts["attachments"] += 1

    def piece(self, whole: Whole) -> None:
        """Write a piece: what readers see, else the newest text."""
        piece = whole.piece
        text = whole.live or whole.head
        row = text.row
        stands = piece["published_at"] or piece["publish_instant"]
        url = urljoin(f"{self._base_url}/", (piece["live_path"] or piece["path"] or "").lstrip("/"))
        self._open_item(row["title"], url, stands)
        self._tag("dc:creator", text.authors[0]["slug"] if text.authors else "")
        self._tag("content:encoded", self._html(piece["slug"], row["body"]))
        self._tag("excerpt:encoded", row["excerpt"])
        kind = "page" if piece["kind"] == "page" else "post"
        self._post(
            piece["id"] + self._shift, stands, row["slug"],
            _STATUS.get(piece["status"], "draft"), kind, piece["updated_at"],
        )  # fmt: skip
        self._tag("wp:is_sticky", 1 if row["meta"].get("featured") else 0)
        for tag in text.tags:
            self._write(
                f'<category domain="post_tag" nicename="{_attribute(tag["slug"])}">'
                f"{_text(tag['name'])}</category>\n"
            )
        if piece["translation_group"]:  # as Polylang has it
            language = _attribute(row["language"])
            if language:
                self._write(f'<category domain="language" nicename="{language.lower()}"/>\n')
            group = _attribute(f"pll_{piece['translation_group']}")
            self._write(f'<category domain="post_translations" nicename="{group}"/>\n')
        self._own(piece, text)
        self._write("</item>\n")
        self.counts["pages" if kind == "page" else "posts"] += 1

    def close(self) -> None:
        """Write the end."""
        self._write("</channel>\n</rss>\n")

    def _own(self, piece: dict[str, Any], text: Text) -> None:
        row, meta = text.row, text.row["meta"]
        cover = meta.get("cover") or {}
        if cover.get("media_id") in self._library.media:
            self._meta("_thumbnail_id", cover["media_id"])
        told = {
            "_yoast_wpseo_title": meta.get("meta_title"),
            "_yoast_wpseo_metadesc": meta.get("meta_description"),
            "_yoast_wpseo_canonical": row["canonical_url"],
            "_octavo_kind": piece["kind"] if piece["kind"] not in {"post", "page"} else "",
            "_octavo_source_url": row["source_url"],
            "_octavo_language": row["language"],
            "_octavo_authors": ", ".join(one["name"] for one in text.authors[1:]),
            "_octavo_fields": msgspec.json.encode(row["fields"]).decode() if row["fields"] else "",
        }
        for name, value in told.items():
            if value:
                self._meta(name, value)

    def _html(self, slug: str, body: str) -> str:
        try:
            return self._render(body)
        except Exception as exc:  # noqa: BLE001 - one text must not hold up the others
            self.notes.append(f"the text of {slug} stays Markdown: {exc}")
            return body

    def _open_item(self, title: str, url: str, stands: datetime | None) -> None:
        self._write("<item>\n")
        # Titles are HTML to WordPress.
        self._tag("title", escape(title))
        self._tag("link", url)
        if stands is not None:
            self._tag("pubDate", f"{stands.astimezone(UTC):%a, %d %b %Y %H:%M:%S} +0000")
        self._write(f'<guid isPermaLink="false">{_text(url)}</guid>\n')

    def _post(  # noqa: PLR0917 - in the order of the format
        self,
        number: int,
        stands: datetime | None,
        slug: str,
        status: str,
        kind: str,
        changed: datetime,
    ) -> None:
        self._tag("wp:post_id", number)
        self._tag("wp:post_date", _wall(stands, self._zone))
        self._tag("wp:post_date_gmt", _wall(stands, UTC))
        self._tag("wp:post_modified", _wall(changed, self._zone))
        self._tag("wp:post_modified_gmt", _wall(changed, UTC))
        self._tag("wp:comment_status", "closed")
        self._tag("wp:ping_status", "closed")
        self._tag("wp:post_name", slug)
        self._tag("wp:status", status)
        self._tag("wp:post_parent", 0)
        self._tag("wp:menu_order", 0)
        self._tag("wp:post_type", kind)
        self._tag("wp:post_password", "")

    def _meta(self, key: str, value: object) -> None:
        self._group("wp:postmeta", {"wp:meta_key": key, "wp:meta_value": value})

    def _group(self, name: str, values: dict[str, object]) -> None:
        self._write(f"<{name}>\n")
        for inner, value in values.items():
            self._tag(inner, value)
        self._write(f"</{name}>\n")

    def _tag(self, name: str, value: object) -> None:
        self._write(f"<{name}>{_text(str(value))}</{name}>\n")

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())


def _wall(when: datetime | None, zone: Any) -> str:
    if when is None:
        return "0000-00-00 00:00:00"
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _text(text: str) -> str:
    # Parsers turn CR into LF unless it is written as a number.
    return escape(_FORBIDDEN.sub("", text), {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return _text(text).replace('"', "&quot;")
