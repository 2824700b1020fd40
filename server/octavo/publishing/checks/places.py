"""Which addresses the site answers itself, whatever pieces there are; pure."""

import re

from octavo.publishing.read_model.places import LINKS

__all__ = ["MEDIA", "TRACKED", "author_of", "forms_of", "is_own", "series_of", "tag_of"]

MEDIA, TRACKED = "/media/", "/go/"

_MONTH = re.compile(r"/archive/[0-9]{4}/[0-9]{2}(?:/page/[0-9]{1,6})?/?")
_NUMBERED = re.compile(r"/page/[0-9]{1,6}/?")
_OF = r"/([^/]{1,200})(?:/|/page/[0-9]{1,6}/?|/(?:feed\.xml|atom\.xml|feed\.json))?"
_TAG, _SERIES = re.compile("/tags" + _OF), re.compile("/series" + _OF)
_AUTHOR = re.compile("/authors" + _OF)


def is_own(path: str) -> bool:
    """Say whether the site answers at a path by itself: its front, its lists and feeds, its assets."""
    return (
        path == "/"
        or path.rstrip("/") in LINKS
        or path.startswith("/assets/")
        or bool(_MONTH.fullmatch(path) or _NUMBERED.fullmatch(path))
    )


def tag_of(path: str) -> str | None:
    """Answer the slug of the tag whose list, or feed, stands at a path."""
    match = _TAG.fullmatch(path)
    return match[1] if match else None


def author_of(path: str) -> str | None:
    """Answer the slug of the byline whose list, or feed, stands at a path."""
    match = _AUTHOR.fullmatch(path)
    return match[1] if match else None


def series_of(path: str) -> str | None:
    """Answer the slug of the series whose list, or feed, stands at a path."""
    match = _SERIES.fullmatch(path)
    return match[1] if match else None


def forms_of(path: str) -> tuple[str, str]:
    """Answer a path as pieces have it, with a slash at its end, and without."""
    bare = path.rstrip("/")
    return bare + "/", bare or "/"
