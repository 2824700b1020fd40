"""The pages that no template makes, and the table of all makers."""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote, unquote

from octavo.kernel.storage import StorageUnavailableError, is_name, open_storage
from octavo.publishing import dates
from octavo.publishing.feeds import feed_files
from octavo.publishing.images.clean import clean_bytes
from octavo.publishing.pages import File, Made, PageError, PageMaker
from octavo.publishing.places import is_own_file
from octavo.publishing.plan import SITEMAP_SIZE
from octavo.publishing.prepared import file_path, path_problem, url_path
from octavo.publishing.search.index import docs_file, index_file, search_page, words_files
from octavo.publishing.templates import ThemeError

__all__ = ["make"]

_URLSET = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
_INDEX = '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
_LISTS_LIMIT = 45_000
_PATH_LIMIT = 900
_TARGET = re.compile(r"(?:/(?!/)|https?://[^/\s])[^\s\\]*\Z")


def make(maker: PageMaker, page: str) -> Made:
    """Make a page by its name (see `plan`).

    Raises:
        PageError: this page cannot be made.
        ThemeError: the theme cannot make it.
    """
    maker.views.reads = set()
    maker.views.problems = []
    maker.views.speak("")
    kind, _, rest = page.partition(":")
    files = _MAKERS[kind](maker, rest)
    return Made(files=files, reads=maker.views.reads, problems=maker.views.problems)


def _asset(maker: PageMaker, name: str) -> list[File]:
    try:
        asset = maker.theme.asset(name)
    except ThemeError:
        return []
    return [File(path=asset.path, data=asset.data)]


def _media(maker: PageMaker, path: str) -> list[File]:
    if not maker.model.uses_media(path):
        return []
    plain = unquote(path)
    if not is_name(plain) or any(part.startswith(".") for part in plain.split("/")):
        maker.views.problems.append(f"/media/{path} is not an address that media can have")
        return []
    try:
        file = open_storage(maker.settings.media_folder).local_file(plain)
    except StorageUnavailableError as exc:  # what readers have of it stays
        raise PageError(f"/media/{path} cannot be had: {exc.message}") from exc
    if file is None:
        maker.views.problems.append(f"/media/{path} is linked to, but there is no such file")
        return []
    clean = clean_bytes(file)
    if clean is not None:
        return [File(path=f"media/{plain}", data=clean)]
    return [File(path=f"media/{plain}", link_to=str(file))]


def _redirect(maker: PageMaker, path: str) -> list[File]:
    target = maker.model.redirect(path)
    if target is None or _is_taken(maker, path, target):
        return []
    if maker.model.first_redirect(file_path(path)) != path:
        return []  # `/a` and `/a/` are one file; the server knows both
    if problem := _redirect_problem(maker, path, target):
        maker.views.problems.append(problem)
        return []
    return [File(path=file_path(path), data=maker.redirect_page(target))]


def _is_taken(maker: PageMaker, path: str, target: str) -> bool:
    """Say whether a live piece has this address: the redirect waits until it moves away."""
    file = file_path(path)
    site_path = "/" + file.removesuffix("index.html")
    if maker.model.owner_of(site_path) is not None or target in {path, site_path}:
        return True
    return not site_path.endswith("/") and maker.model.has_path_below(site_path + "/")


def _redirect_problem(maker: PageMaker, path: str, target: str) -> str:
    if not _TARGET.match(target):
        return f"the redirect from {path} leads to {target[:100]}, which is not an address"
    file = file_path(path)
    if is_own_file(file):
        return f"the redirect from {path} stands in the way of a page of the site"
    plain = unquote(path)
    if _is_unsafe(plain) or len(file.encode()) > _PATH_LIMIT or _has_file_above(maker, file):
        return f"the redirect from {path} is not an address that a file can have"
    return ""


def _has_file_above(maker: PageMaker, file: str) -> bool:
    """Say whether a redirect's file stands where this one needs a folder."""
    parts = file.split("/")
    folders = ("/" + "/".join(parts[:n]) for n in range(1, len(parts)))
    return any("." in path and maker.model.redirect(path) is not None for path in folders)


def _is_unsafe(path: str) -> bool:
    return "//" in path or bool(path_problem("/" + path.strip("/") + "/"))


def _redirects(maker: PageMaker, rest: str) -> list[File]:
    """The `_redirects` file, which static hosts read, and our own handler."""
    del rest
    lines = [
        f"{url_path(unquote(path))} {url_target(target)} 301\n"
        for path, target in maker.model.redirects()
        if not _is_taken(maker, path, target) and not _redirect_problem(maker, path, target)
    ]
    return [File(path="_redirects", data="".join(lines).encode())] if lines else []


def url_target(target: str) -> str:
    """Answer where a redirect leads as a header can carry it: ASCII, without spaces."""
    return quote(target, safe="/-._~!$&'()*+,;=:@%?#[]")


def _robots(maker: PageMaker, rest: str) -> list[File]:
    del rest
    text = (
        "User-agent: *\nDisallow: /admin/\nDisallow: /api/\nDisallow: /go/\n\n"
        f"Sitemap: {maker.base_url}/sitemap.xml\n"
    )
    return [File(path="robots.txt", data=text.encode())]


def _sitemap(maker: PageMaker, rest: str) -> list[File]:
    if not rest:
        return [_sitemap_index(maker)]
    if rest == "pages":
        ids = maker.model.standing_pages()
        urls: list[tuple[str, int | None]] = [
            ("/", None),
            *((url_path(path), at) for path, at in maker.model.places(ids)),
        ]
        return [_urlset(maker, "pages", urls)]
    if rest == "lists":
        return [_urlset(maker, "lists", _list_urls(maker))]
    month, _, shard = rest.partition(":")
    ids = maker.model.slice(f"month:{month}", int(shard) * SITEMAP_SIZE, SITEMAP_SIZE)
    if not ids:
        return []
    places: list[tuple[str, int | None]] = []
    places += [(url_path(path), at) for path, at in maker.model.places(ids)]
    return [_urlset(maker, _shard_name(month, int(shard)), places)]


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


def _list_urls(maker: PageMaker) -> list[tuple[str, int | None]]:
    maker.views.reads |= {"tag:*", "author:*"}
    urls: list[tuple[str, int | None]] = [("/archive/", None), ("/tags/", None)]
    for prefix in ("month:", "tag:", "author:", "series:", "language:"):
        urls += sorted(
            (maker.views.list_url(name, None), None) for name, _ in maker.model.listings(prefix)
        )
    return urls[:_LISTS_LIMIT]


def _shard_name(month: str, shard: int) -> str:
    return f"{month}-{shard + 1}" if shard else month


def _urlset(maker: PageMaker, name: str, urls: list[tuple[str, int | None]]) -> File:
    parts = [_URLSET]
    for url, changed in urls:
        parts.append(f"<url><loc>{escape(maker.base_url + url)}</loc>")
        if changed is not None:
            parts.append(f"<lastmod>{dates.iso(changed, 'UTC')}</lastmod>")
        parts.append("</url>\n")
    parts.append("</urlset>\n")
    return File(path=f"sitemaps/{name}.xml", data="".join(parts).encode())


_MAKERS: dict[str, Callable[[PageMaker, str], list[File]]] = {
    "piece": PageMaker.piece,
    "list": PageMaker.list_page,
    "tags": PageMaker.tags,
    "series": PageMaker.series_list,
    "archive": PageMaker.archive,
    "404": PageMaker.not_found,
    "feed": feed_files,
    "sitemap": _sitemap,
    "robots": _robots,
    "redirects": _redirects,
    "redirect": _redirect,
    "asset": _asset,
    "media": _media,
    "search": search_page,
    "search-index": index_file,
    "search-docs": docs_file,
    "search-words": words_files,
}
