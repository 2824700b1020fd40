"""Puts calls to action where a text asks for them."""

import re
from collections.abc import Callable

__all__ = ["place_ctas", "strip_marks"]

_MARK = re.compile(r"<!--cta:([a-z0-9_-]+)-->")
_ALONE = re.compile(r"<p>\s*(<!--cta:[a-z0-9_-]+-->)\s*</p>")


def place_ctas(
    html: str, *, known: set[str], render: Callable[[str], str]
) -> tuple[str, set[str], list[str]]:
    """Replace each `<!--cta:slug-->` by its card; answer the text, the placed and the unknown slugs.

    A card is a block: one asked for inside a paragraph stands after it. Asked for twice, it stands
    where it was asked for first.
    """
    if "<!--cta:" not in html:
        return html, set(), []
    html = _ALONE.sub(r"\1", html)
    placed: set[str] = set()
    unknown: list[str] = []
    parts: list[str] = []
    waiting: list[str] = []
    at = 0
    for match in _MARK.finditer(html):
        text = html[at : match.start()]
        waiting = _flush_after_paragraph(parts, text, waiting)
        at = match.end()
        slug = match[1]
        if slug not in known:
            unknown.append(slug)
        elif slug not in placed:
            placed.add(slug)
            if waiting or _is_in_paragraph("".join(parts)):
                waiting = [*waiting, render(slug)]
            else:
                parts.append(render(slug))
    waiting = _flush_after_paragraph(parts, html[at:], waiting)
    parts += waiting
    return "".join(parts), placed, unknown


def _flush_after_paragraph(parts: list[str], text: str, waiting: list[str]) -> list[str]:
    """Append `text`; what waits for the end of a paragraph goes in behind it."""
    if not waiting:
        parts.append(text)
        return []
    end = text.find("</p>")
    if end < 0:
        parts.append(text)
        return waiting
    cut = end + len("</p>")
    parts += [text[:cut], *waiting, text[cut:]]
    return []


def _is_in_paragraph(html: str) -> bool:
    return max(html.rfind("<p>"), html.rfind("<p ")) > html.rfind("</p>")


def strip_marks(html: str) -> str:
    return _MARK.sub("", html) if "<!--cta:" in html else html
