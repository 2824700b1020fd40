"""The body of a post, whatever it was written in, as Markdown; pure.

A post may carry Markdown (to 2017), Mobiledoc (to 2023), Lexical (since), and the HTML that Ghost
made of it. One rule, the first that holds: Markdown that a person wrote is taken as it is, also when
it is the one card of a source; HTML, which is what readers saw, is turned into Markdown; where there is
none, the source is rendered here. The source itself is kept with the piece.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from octavo.content.importers.ghost import lexical, mobiledoc
from octavo.content.importers.ghost.cards import Seen, Segment
from octavo.content.importers.ghost.scanning import Row, RowError, decode_row
from octavo.content.importers.html_to_markdown import convert

_URL = re.compile(r"__GHOST_URL__(?=(/)?)")
# Ghost marks where the author's own HTML begins; within it nothing was written by Ghost.
_GATED = re.compile(r"<!--\s*(?:kg-gated-block|members-only)")
_MARKS = re.compile(r"<!--\s*kg-card-(?:begin|end)[^>]{0,80}-->")
_EXCERPT_WORDS = 12


class Body(NamedTuple):
    """The Markdown, what it was made of, and what a person should look at."""

    markdown: str
    made_of: str
    warnings: list[str]


def body_of(row: Row) -> Body:
    """Answer the body of a row of `posts`."""
    seen = Seen()
    markdown = _text(row, "markdown")
    if markdown.strip():
        return Body(with_rooted_urls(markdown), "Markdown", [])
    html = with_rooted_urls(_text(row, "html"))
    if html.strip() and not _may_be_markdown(row):
        return _from_html(html)
    source, segments = _rendered(row, seen)
    lone = [segment.text for segment in segments if segment.text.strip()]
    if len(lone) == 1 and segments[0].is_markdown and not seen.unknown:
        return Body(with_rooted_urls(lone[0]), "Markdown", seen.warnings())
    if html.strip():
        return _from_html(html)
    kept: dict[str, int] = {}
    written = [_as_markdown(segment, kept) for segment in _joined(segments)]
    text = "\n\n".join(part.strip("\n") for part in written if part.strip())
    warnings = [*seen.warnings(), *_kept_warnings(kept)]
    return Body(with_rooted_urls(text), source, warnings)


def with_rooted_urls(text: str) -> str:
    """Answer the text with addresses of the site from its root (`__GHOST_URL__/x` is `/x`)."""
    return _URL.sub(lambda found: "" if found[1] else "/", text)


def _may_be_markdown(row: Row) -> bool:
    """Say whether a source may hold a card of Markdown: most do not, and need not be rendered."""
    return any("markdown" in _text(row, name) for name in ("lexical", "mobiledoc"))


def _from_html(html: str) -> Body:
    converted = convert(_MARKS.sub("", html))
    warnings = _kept_warnings(converted.kept)
    if _GATED.search(html):
        warnings.append("has a part for members only: it is public here, look at it")
    return Body(converted.markdown, "HTML", warnings)


def _kept_warnings(kept: dict[str, int]) -> list[str]:
    names = sorted(kept.keys() & _WORTH_A_WORD)
    return [f"stays HTML: {', '.join(names)}"] if names else []


_WORTH_A_WORD = frozenset(
    {"audio", "button", "embed", "everything", "form", "iframe", "object", "script", "style", "svg"}
    | {"video"}
)


def _rendered(row: Row, seen: Seen) -> tuple[str, list[Segment]]:
    for name, render in (("lexical", lexical.render), ("mobiledoc", mobiledoc.render)):
        raw = row.get(name)
        if isinstance(raw, str) and raw.strip():
            try:
                return name.capitalize(), render(decode_row(raw.encode("utf-8", "replace")), seen)
            except RowError as exc:
                seen.problems.append(f"its {name} {exc}: it is kept as it is")
                return name.capitalize(), [Segment(f"```json\n{raw}\n```", is_markdown=True)]
    return "nothing", []


def _joined(segments: Sequence[Segment]) -> list[Segment]:
    """Answer the segments with neighbours of HTML as one."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and not segment.is_markdown and not joined[-1].is_markdown:
            joined[-1] = Segment(joined[-1].text + "\n" + segment.text)
        else:
            joined.append(segment)
    return joined


def _as_markdown(segment: Segment, kept: dict[str, int]) -> str:
    if segment.is_markdown:
        return segment.text
    converted = convert(segment.text)
    for name, count in converted.kept.items():
        kept[name] = kept.get(name, 0) + count
    return converted.markdown


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
