"""The addresses that the site, or the server in front of it, answers itself, whatever pieces there are.

A new kind of page that has an address of its own is named here, and nowhere else.
"""

__all__ = ["LINKS", "answers_itself", "is_own_file", "is_reserved_folder", "is_reserved_path"]

_LISTS = ("tags", "series", "authors", "archive", "page", "search", "languages")
_FOLDERS = ("assets", "media", "sitemaps")
_SERVER = ("go", "api", "admin", "ghost")
_FEEDS = ("feed.xml", "atom.xml", "feed.json", "podcast.xml")
_FILES = frozenset(
    {"index.html", "404.html", *_FEEDS, "sitemap.xml", "robots.txt", "llms.txt", "_redirects"}
)

_RESERVED_FOLDERS = frozenset({*_FOLDERS, *_SERVER})
_RESERVED_PATHS = frozenset({"/", *(f"/{name}/" for name in _LISTS)})
_BELOW = tuple(f"/{name}/" for name in (*_LISTS, *_FOLDERS, *_SERVER))
_OWN_PREFIXES = tuple(f"{name}/" for name in (*_LISTS, *_FOLDERS))

LINKS = frozenset(f"/{name}" for name in _LISTS if name not in {"authors", "page"}) | {
    f"/{name}" for name in _FILES if name not in {"index.html", "404.html", "_redirects"}
}
"""Single pages of the site's own that a text may link to, without a slash at their ends."""


def answers_itself(path: str) -> bool:
    """Say whether a link to `path` is none to a piece; it need not be asked whether one stands there."""
    place = path.rstrip("/")
    return not place or path.startswith(_BELOW) or place in LINKS or place == "/admin"


def is_own_file(file: str) -> bool:
    """Say whether a file of the site, relative to its root, belongs to a page of its own."""
    return file.startswith(_OWN_PREFIXES) or file in _FILES


def is_reserved_folder(segment: str) -> bool:
    """Say whether nothing but Octavo may stand below this first part of an address."""
    return segment in _RESERVED_FOLDERS


def is_reserved_path(path: str) -> bool:
    """Say whether a list of the site stands at this address."""
    return path in _RESERVED_PATHS
