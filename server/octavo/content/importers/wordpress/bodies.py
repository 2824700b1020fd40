"""The text of a post: classic or blocks, shortcodes and old addresses, as Markdown."""

import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import urlsplit

import msgspec

from octavo.content.importers.html_to_markdown import convert
from octavo.content.importers.wordpress.blocks import flatten, has_blocks
from octavo.content.importers.wordpress.paragraphs import add_paragraphs
from octavo.content.importers.wordpress.shortcodes import Library, expand

Resolve = Callable[[str], str | None]
"""From an address as written to the one to write instead; None leaves it as it is."""

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ADDRESS = re.compile(
    r"(?P<before>\s(?P<name>href|src|srcset|poster|data-src|data-srcset|data-orig-file|data)"
    r"\s{0,4}=\s{0,4})(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s\"'<>]+))",
    re.IGNORECASE,
)
_IN_STYLE = re.compile(r"\sstyle\s{0,4}=\s{0,4}[\"'][^<>]*url\s{0,4}\(", re.IGNORECASE)
_LANGUAGES = re.compile(r"<!--:[a-z]{2}-->|\[:[a-z]{2}\]")
_NOT_SHOWN = frozenset({"iframe", "object", "embed", "script", "style", "form", "svg", "math"})


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The Markdown, and what a person should look at."""

    markdown: str
    warnings: list[str]


def as_html(
    text: str, *, library: Library, find_block: Callable[[int], str | None]
) -> tuple[str, list[str]]:
    """Answer the HTML that WordPress would show, and what a person should look at."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    expanded = expand(text, library)
    warnings = list(expanded.missing)
    if expanded.unknown:
        warnings.append(f"shortcodes are kept as text: {_listed(expanded.unknown)}")
    if _LANGUAGES.search(text):
        warnings.append(
            "holds several languages in one text: all of them are kept, one after another"
        )
    if not has_blocks(expanded.html):
        return add_paragraphs(expanded.html), warnings
    flat = flatten(expanded.html, find_block)
    if flat.empty:
        warnings.append(f"blocks that WordPress fills are left out: {_listed(flat.empty)}")
    return flat.html, warnings


def addresses(html: str) -> list[str]:
    """Answer every address that links and media in the HTML name, once each."""
    found: dict[str, None] = {}

    def note(url: str) -> None:
        found[url] = None

    rewritten(html, note)
    return list(found)


def rewritten(html: str, resolve: Resolve) -> str:
    """Answer the HTML with links and media pointed elsewhere."""

    def point(match: re.Match[str]) -> str:
        raw = unescape(match["a"] or match["b"] or match["c"] or "")
        if match["name"].lower().endswith("srcset"):
            made: str | None = _sources(raw, resolve)
        else:
            made = resolve(raw.strip())
        return match[0] if made is None else f'{match["before"]}"{escape(made)}"'

    return _TAG.sub(lambda tag: _ADDRESS.sub(point, tag[0]) if "=" in tag[0] else tag[0], html)


def to_markdown(html: str) -> Body:
    """Answer the HTML as Markdown."""
    made = convert(html, comments=("more", "nextpage"))
    warnings = []
    hidden = {tag: count for tag, count in made.kept.items() if tag in _NOT_SHOWN}
    if hidden:
        named = ", ".join(f"{tag} ({count})" for tag, count in hidden.items())
        warnings.append(f"HTML that is kept but not shown to readers: {named}")
    gone = {tag: count for tag, count in made.dropped.items() if tag in _NOT_SHOWN}
    if gone:
        named = ", ".join(f"{tag} ({count})" for tag, count in gone.items())
        warnings.append(f"left out: {named}")
    if _IN_STYLE.search(html):
        warnings.append("background pictures in styles are left out")
    return Body(markdown=made.markdown, warnings=warnings)


def _sources(raw: str, resolve: Resolve) -> str:
    """Point each address of a `srcset` elsewhere."""
    parts = []
    for part in raw.split(","):
        url, _, size = part.strip().partition(" ")
        parts.append(f"{resolve(url) or url} {size}".strip())
    return ", ".join(parts)


def is_web_address(url: str) -> bool:
    """Say whether it is one, whatever it leads to."""
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False


def _listed(names: list[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")  # noqa: PLR2004
