"""The sitemap: an index, and files that do not grow with the archive (https://www.sitemaps.org/protocol.html)."""

from html import escape
from typing import NamedTuple

from octavo.publishing.pages.maker import File, PageMaker
from octavo.publishing.read_model.plan import SITEMAP_SIZE
from octavo.publishing.read_model.prepared import url_path
from octavo.publishing.text import dates

__all__ = ["sitemap"]

_URLSET = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">\n'
)
_INDEX = '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
_LISTS_LIMIT = 45_000


class _Url(NamedTuple):
    path: str
    changed: int | None = None
    image: str = ""


def sitemap(maker: PageMaker, rest: str) -> list[File]:
    """Make the index, or one of its files: a month's pieces, the standing pages, the lists."""
    if not rest:
        return [_sitemap_index(maker)]
    if rest == "pages":
        ids = maker.model.standing_pages()
        return [_urlset(maker, "pages", [_Url("/"), *_places(maker, ids)])]
    if rest == "lists":
        return [_urlset(maker, "lists", _list_urls(maker))]
    month, _, shard = rest.partition(":")
    ids = maker.model.slice(f"month:{month}", int(shard) * SITEMAP_SIZE, SITEMAP_SIZE)
    if not ids:
        return []
    return [_urlset(maker, _shard_name(month, int(shard)), _places(maker, ids))]


def _places(maker: PageMaker, ids: list[int]) -> list[_Url]:
    return [_Url(url_path(path), at, image) for path, at, image in maker.model.places(ids)]


def _sitemap_index(maker: PageMaker) -> File:
    names = ["pages", "lists"]
    for name, count in maker.model.listings("month:"):
        shards = -(-count // SITEMAP_SIZE)
        names += [_shard_name(name.removeprefix("month:"), shard) for shard in range(shards)]
    parts = [
        f"<sitemap><loc>{escape(f'{maker.base_url}/sitemaps/{name}.xml')}</loc></sitemap>\n"
        for name in names
    ]
    return File(path="sitemap.xml", data=(_INDEX + "".join(parts) + "</sitemapindex>\n").encode())


def _list_urls(maker: PageMaker) -> list[_Url]:
    maker.views.reads |= {"tag:*", "author:*"}
    urls = ["/archive/", "/tags/"]
    for prefix in ("month:", "tag:", "author:", "series:", "language:"):
        urls += sorted(maker.views.list_url(name, None) for name, _ in maker.model.listings(prefix))
    return [_Url(url) for url in urls[:_LISTS_LIMIT]]


def _shard_name(month: str, shard: int) -> str:
    return f"{month}-{shard + 1}" if shard else month


def _urlset(maker: PageMaker, name: str, urls: list[_Url]) -> File:
    parts = [_URLSET]
    for url in urls:
        parts.append(f"<url><loc>{escape(maker.base_url + url.path)}</loc>")
        if url.changed is not None:
            parts.append(f"<lastmod>{dates.iso(url.changed, 'UTC')}</lastmod>")
        if url.image:
            image = maker.base_url + url.image if url.image.startswith("/") else url.image
            parts.append(f"<image:image><image:loc>{escape(image)}</image:loc></image:image>")
        parts.append("</url>\n")
    parts.append("</urlset>\n")
    return File(path=f"sitemaps/{name}.xml", data="".join(parts).encode())
