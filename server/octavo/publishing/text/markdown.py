"""From Markdown to what a page shows: safe HTML, its contents, its summary.

`render_body` is the only way in, for the site and for previews alike. Content is never a template:
`{{ }}` stays as it was written. A renderer is a port: `ComrakRenderer` works, the markdown-it one in
the tests checks it.
"""

import re
import subprocess
import sys
from html import unescape
from typing import Protocol

import comrak
import msgspec

from octavo.content.schemas import BODY_LIMIT
from octavo.publishing.text.highlight import Highlighter
from octavo.publishing.text.sanitise import ID_PREFIX, clean_html
from octavo.publishing.theme.contexts import TocEntry

__all__ = [
    "RENDERER_VERSION",
    "BodyRefusedError",
    "ComrakRenderer",
    "Rendered",
    "Renderer",
    "plain_text",
    "render_body",
    "shorten",
]

RENDERER_VERSION = "comrak-0.0.16/4"
"""Moves whenever the same body would give other bytes."""

_HTML_LIMIT = 40_000_000
_SUMMARY_ENOUGH = 120
_SMALL_BODY = 200_000
_TIME_LIMIT_S = 20.0


class BodyRefusedError(Exception):
    """The body cannot be rendered within its limits; the message says which, for the writer."""


class Renderer(Protocol):
    """Turns Markdown into HTML that is not yet safe; headings carry ids that begin with `h-`."""

    def render(self, markdown: str) -> str: ...


class ComrakRenderer:
    """GitHub's dialect: tables, footnotes, task lists, autolinks, strikethrough, alerts."""

    def __init__(self) -> None:
        self._extensions = comrak.ExtensionOptions()
        for name in ("table", "footnotes", "strikethrough", "tasklist", "autolink", "alerts"):
            setattr(self._extensions, name, True)
        self._extensions.header_id_prefix = ID_PREFIX
        self._options = comrak.RenderOptions()
        self._options.unsafe_ = True  # sanitised afterwards, as a whole
        self._options.tasklist_classes = True

    def render(self, markdown: str) -> str:
        return comrak.render_markdown(
            markdown, extension_options=self._extensions, render_options=self._options
        )


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A body, ready but for its calls to action, whose places are marked `<!--cta:slug-->`."""

    html: str
    toc: list[TocEntry]
    summary: str
    words: int
    media: list[str]


_renderer: Renderer = ComrakRenderer()
_highlighter = Highlighter()

_HEADING = re.compile(r"<h([1-6])( [^>]*)?>(.*?)</h\1>", re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')
_EMPTY_LINK = re.compile(r'<a (?:[^>]* )?href="#[^"]*"[^>]*></a>')
_TAG = re.compile(r"<[^>]*>")
_WIDE = re.compile("[\u2e80-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")  # Han, kana, Hangul …
_SPACE_OR_NOT = bytes(ord(" " if chr(i).isspace() else "x") for i in range(256))
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_MEDIA = re.compile(r'(?:src|href|poster|srcset)="([^"]*/media/[^"]*)"')
_MEDIA_PATH = re.compile(r"(?:^|(?<=[\s,]))/media/([^\s,?#\"]+)")
_CODE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)

# Bodies that could make a renderer work for minutes; they are tried in a process that can be killed.
_WIDE_TABLE = re.compile(r"^[ \t>]*\|?(?:[ \t]*:?-+:?[ \t]*\|){24,}", re.MULTILINE)
_DEEP_QUOTE = re.compile(r"(?:>[ \t]?){100}")
_MANY_HEADINGS, _MANY_TAGS, _MANY_BARS, _MANY_QUOTES = 3_000, 8_000, 23, 99


def render_body(markdown: str) -> Rendered:
    """Render a body of any origin; bounded in time and size.

    Raises:
        BodyRefusedError: it is too large, or takes too long.
    """
    if len(markdown) > BODY_LIMIT:
        msg = f"the text is {len(markdown):,} characters long; at most {BODY_LIMIT:,} fit a page"
        raise BodyRefusedError(msg)
    if _is_suspect(markdown):
        return _render_apart(markdown)
    return render_trusted_size(markdown)


def plain_html(markdown: str) -> str:
    """Answer a body as sanitised HTML for other programs: no colours in code, no contents.

    Raises:
        BodyRefusedError: it is too large, or takes too long.
    """
    if len(markdown) > BODY_LIMIT or _is_suspect(markdown):
        return render_body(markdown).html
    return clean_html(_renderer.render(markdown.replace("\0", "")))


def render_trusted_size(markdown: str) -> Rendered:
    """Render without asking how long it will take."""
    html = _renderer.render(markdown.replace("\0", ""))
    if len(html) > _HTML_LIMIT:
        msg = "the text grows to more than 40 MB of HTML"
        raise BodyRefusedError(msg)
    html = clean_html(html)
    html, toc = _with_headings(html)
    html = _highlighter.highlight(html).strip()
    return Rendered(
        html=html,
        toc=toc,
        summary=_summary(html),
        words=_count_words(_CODE.sub(" ", markdown) if _has_code(markdown) else markdown),
        media=_media(html),
    )


def _has_code(markdown: str) -> bool:
    return "```" in markdown or "~~~" in markdown


def _is_suspect(markdown: str) -> bool:
    return (
        len(markdown) > _SMALL_BODY
        or (len(markdown) > 2 * _MANY_HEADINGS and _has_many_marks(markdown))
        or (markdown.count("|") > _MANY_BARS and _WIDE_TABLE.search(markdown) is not None)
        or (markdown.count(">") > _MANY_QUOTES and _DEEP_QUOTE.search(markdown) is not None)
    )


def _has_many_marks(markdown: str) -> bool:
    headings = markdown.count("\n#") + markdown.count("\n=") + markdown.count("\n-")
    return headings > _MANY_HEADINGS or markdown.count("<") > _MANY_TAGS


def _render_apart(markdown: str) -> Rendered:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "octavo.publishing.text.render_apart"],
            input=markdown.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_TIME_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        msg = f"the text takes more than {_TIME_LIMIT_S:.0f} s to render"
        raise BodyRefusedError(msg) from exc
    if done.returncode != 0:
        msg = "the text needs more memory than a page may use"
        raise BodyRefusedError(msg)
    return msgspec.msgpack.decode(done.stdout, type=Rendered)


def _with_headings(html: str) -> tuple[str, list[TocEntry]]:
    """Take the headings' texts, and let them go down one step at a time below the page's title.

    A body may have an `h1` of its own, begin with an `h3`, or skip from `h2` to `h4`: whoever moves by
    headings would wonder what they missed.
    """
    if "<h" not in html:
        return html, []
    toc: list[TocEntry] = []
    above: list[str] = []  # the levels, as written, of the headings that this one stands below

    def rewrite(match: re.Match[str]) -> str:
        while above and above[-1] >= match[1]:
            above.pop()
        above.append(match[1])
        level = min(len(above) + 1, 6)
        inner = _EMPTY_LINK.sub("", match[3])
        identity = _ID.search(match[2] or "")
        text = plain_text(inner)
        if identity and text:
            toc.append(TocEntry(id=unescape(identity[1]), text=text, level=level))
        return f"<h{level}{match[2] or ''}>{inner}</h{level}>"

    return _HEADING.sub(rewrite, html), toc


def plain_text(html: str) -> str:
    """Answer the text of `html`, without tags, in single spaces."""
    return " ".join(unescape(_TAG.sub("", html)).split())


def shorten(text: str, limit: int) -> str:
    """Cut `text` at a word's end so that it has at most `limit` characters, the ellipsis included."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,;:.–—-") + "…"


def _summary(html: str) -> str:
    """Answer the beginning of the first paragraphs, about 240 characters of it."""
    found: list[str] = []
    length = 0
    for match in _PARAGRAPH.finditer(html):
        text = plain_text(re.sub(r'<sup class="footnote-ref">.*?</sup>', "", match[1]))
        if not text:
            continue
        found.append(text)
        length += len(text)
        if length > _SUMMARY_ENOUGH:
            break
    return shorten(" ".join(found), 240)


def _count_words(text: str) -> int:
    """Count words; where a script writes without spaces, two characters make one."""
    if text.isascii():
        # As `split` would, without making the words.
        marks = text.encode().translate(_SPACE_OR_NOT)
        return marks.count(b" x") + marks.startswith(b"x")
    words = len(text.split())
    # Such a character takes three bytes: a text with few of them beyond its letters has none to count.
    most = (len(text.encode()) - len(text)) // 2
    return words if most < words // 50 else words + len(_WIDE.findall(text)) // 2


def _media(html: str) -> list[str]:
    if "/media/" not in html:
        return []
    paths = {p for found in _MEDIA.findall(html) for p in _MEDIA_PATH.findall(unescape(found))}
    return sorted(paths)
