"""Decisions: in which order files go, what is said of them, when a deployment is due."""

from datetime import timedelta

from octavo.publishing.serving.headers import media_type

__all__ = ["is_attachment", "next_try_after", "phase_of", "phases"]

_DOCUMENTS = (".html", ".xml", ".json", ".txt")
_SHOWN = ("image/", "audio/", "video/")
_FIRST_WAIT_S = 30
_LONGEST_WAIT_S = 1_800

phases = ("assets and media", "pages", "lists", "feeds and maps")


def phase_of(path: str, page: str) -> int:
    """Answer when a file goes: what pages need, pages, what lists them, what machines read.

    `page` is the builder's name of the page that the file belongs to (`piece:12`, `list:home`).
    """
    name = path.rpartition("/")[2]
    if path.startswith(("assets/", "media/")) or not (
        name.startswith("_") or name.endswith(_DOCUMENTS)
    ):
        return 0
    if page.startswith(("piece:", "404")):
        return 1
    return 2 if name.endswith(".html") else 3


def is_attachment(path: str) -> bool:
    """Say whether a file must not be opened by itself: what people upload never runs.

    An SVG may hold scripts, and a target may not send the header that keeps them from running.
    """
    kind = media_type(path)
    shown = kind.startswith(_SHOWN) and kind != "image/svg+xml"
    return path.startswith("media/") and not shown


def next_try_after(failures: int, *, refused: bool) -> timedelta:
    """Answer how long a target that failed is left alone; longest when a person must act."""
    if refused:
        return timedelta(seconds=_LONGEST_WAIT_S)
    return timedelta(seconds=min(_FIRST_WAIT_S * 2 ** min(failures - 1, 10), _LONGEST_WAIT_S))
