"""What the files for programs must be: schemas of our own, after the specifications that each names."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

__all__ = ["check_json_feed", "check_xml", "files_for_programs"]

_SCHEMAS = Path(__file__).with_name("schemas")
_ITEM = frozenset({
    "id", "url", "title", "content_html", "date_published", "date_modified", "summary", "tags", "authors",
    "image", "banner_image", "external_url", "language", "attachments",
})  # fmt: skip


def files_for_programs(site: Path) -> list[Path]:
    """Answer the feeds and the sitemaps of a site."""
    return sorted(
        file
        for file in site.rglob("*")
        if file.name in {"feed.xml", "atom.xml", "feed.json", "podcast.xml", "sitemap.xml"}
        or ("sitemaps" in file.parts and file.suffix == ".xml")
    )


def check_xml(file: Path) -> None:
    """Pass if an RSS or Atom feed or a sitemap is what its specification wants.

    Raises:
        AssertionError: it is not; says the line and why.
    """
    document = etree.fromstring(file.read_bytes())
    name = etree.QName(document).localname
    schema = _schema({"feed": "atom", "rss": "rss"}.get(name, "sitemap"))
    assert schema.validate(document), f"{file.name}: {schema.error_log.last_error}"
    if name == "feed":  # RFC 4287 4.1.1
        entries = document.findall("{*}entry")
        assert document.find("{*}author") is not None or all(
            e.find("{*}author") is not None for e in entries
        )
    ids = [node.text for node in document.iter("{*}guid", "{http://www.w3.org/2005/Atom}id")]
    assert len(ids) == len(set(ids)), f"{file.name}: two entries have one id"


@cache
def _schema(name: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(_SCHEMAS / f"{name}.rng"))


def check_json_feed(feed: dict[str, Any]) -> None:
    """Pass if it is a JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    for name in ("home_page_url", "feed_url"):
        assert feed[name].startswith(("https://", "http://")), name
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))
    for item in feed["items"]:
        assert item["id"], "an item without an id is no item"
        assert set(item) <= _ITEM, set(item) - _ITEM
        assert "content_html" in item
        for name in ("url", "external_url", "image", "banner_image"):
            assert item.get(name, "https://").startswith(("https://", "http://")), name
        for name in ("date_published", "date_modified"):
            if name in item:
                assert datetime.fromisoformat(item[name]).tzinfo is not None, name
        assert all(author["name"] for author in item.get("authors", []))
        assert all(isinstance(tag, str) and tag for tag in item.get("tags", []))
        for attachment in item.get("attachments", []):
            assert attachment["url"].startswith(("https://", "http://"))
            assert "/" in attachment["mime_type"]
