"""The pages that no template makes, and the table of all makers."""

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from octavo.kernel.storage import StorageUnavailableError, is_name, open_storage
from octavo.publishing.feeds.files import feed_files
from octavo.publishing.feeds.podcast import podcast_files
from octavo.publishing.images.clean import clean_bytes
from octavo.publishing.pages.crawlers import indexnow, llms, robots
from octavo.publishing.pages.maker import File, Made, PageError, PageMaker
from octavo.publishing.pages.sitemaps import sitemap
from octavo.publishing.read_model.places import is_own_file
from octavo.publishing.read_model.prepared import file_path, path_problem, url_path
from octavo.publishing.search.index import docs_file, index_file, search_page, words_files
from octavo.publishing.theme.templates import ThemeError

__all__ = ["make"]

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


_MAKERS: dict[str, Callable[[PageMaker, str], list[File]]] = {
    "piece": PageMaker.piece,
    "list": PageMaker.list_page,
    "tags": PageMaker.tags,
    "series": PageMaker.series_list,
    "archive": PageMaker.archive,
    "404": PageMaker.not_found,
    "feed": feed_files,
    "podcast": podcast_files,
    "sitemap": sitemap,
    "robots": robots,
    "llms": llms,
    "indexnow": indexnow,
    "redirects": _redirects,
    "redirect": _redirect,
    "asset": _asset,
    "media": _media,
    "search": search_page,
    "search-index": index_file,
    "search-docs": docs_file,
    "search-words": words_files,
}
