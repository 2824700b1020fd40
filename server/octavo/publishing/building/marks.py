"""Fingerprints of all that pages depend on beside the model: theme, settings, our own version."""

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from octavo.publishing.feeds.dress import STYLE
from octavo.publishing.pages.maker import TEMPLATES
from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.read_model.state import State
from octavo.publishing.text.markdown import RENDERER_VERSION
from octavo.publishing.theme.templates import Theme

__all__ = ["BUILD_VERSION", "file_stats", "keep_marks", "marks_of", "needs_scratch", "stale_kinds"]

BUILD_VERSION = "14"
"""Moves whenever the same model would give other pages, or the model other contents."""

_KINDS = {
    "home.html": {"list:home", "list:language"},
    "post.html": {"piece"},
    "page.html": {"piece"},
    "tag.html": {"list:tag"},
    "tags.html": {"tags"},
    "author.html": {"list:author"},
    "archive.html": {"archive"},
    "month.html": {"list:month"},
    "series.html": {"list:series"},
    "series_list.html": {"series"},
    "404.html": {"404"},
    "search.html": {"search"},
    "redirect.html": {"redirect"},
    "partials/cta.html": {"piece"},
}
_EVERY_KIND = set().union(*_KINDS.values()) | {
    "feed", "podcast", "sitemap", "robots", "llms", "indexnow", "redirects",
}  # fmt: skip


def marks_of(theme: Theme, settings: SiteSettings) -> dict[str, str]:
    """Answer the fingerprints of all that pages depend on beside the model."""
    shown = msgspec.structs.replace(settings, theme_folders=[], media_folder="")
    marks = {
        "version": f"{BUILD_VERSION} {RENDERER_VERSION}",
        "zone": settings.zone,
        "front": f"{settings.front}",
        "settings": hashlib.sha256(
            msgspec.json.encode((shown, sorted(theme.settings.items())))
        ).hexdigest(),
        "assets": hashlib.sha256(
            "\n".join(theme.asset(name).path for name in theme.asset_names).encode()
        ).hexdigest(),
    }
    marks["feed style"] = theme.asset(STYLE).path
    for template in TEMPLATES:
        marks[f"template:{template}"] = theme.fingerprint(template, settings.locale)
    return marks


def keep_marks(state: State, marks: dict[str, str]) -> None:
    for name, value in marks.items():
        if state.meta(name) != value:
            state.set_meta(name, value)


def needs_scratch(state: State, marks: dict[str, str]) -> bool:
    return any(state.meta(name) != marks[name] for name in ("version", "zone", "front"))


def stale_kinds(state: State, marks: dict[str, str]) -> set[str]:
    """Answer the kinds of pages whose template, theme or settings are no longer what they were."""
    if any(state.meta(name) != marks[name] for name in ("settings", "assets")):
        return _EVERY_KIND | {"asset"}
    kinds: set[str] = set()
    if state.meta("feed style") != marks["feed style"]:
        kinds |= {"feed", "podcast"}
    for template, made in _KINDS.items():
        name = f"template:{template}"
        if state.meta(name) != marks[name]:
            kinds |= made
    return kinds


def file_stats(folders: Sequence[Path]) -> list[tuple[str, int, int]]:
    """Answer what tells that a file of the theme changed, without reading it."""
    found: list[tuple[str, int, int]] = []
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in names:
                with contextlib.suppress(OSError):
                    stat = os.stat(os.path.join(root, name))  # noqa: PTH116, PTH118 - hot
                    found.append((f"{root}/{name}", stat.st_mtime_ns, stat.st_size))
    return sorted(found)
