"""Where things stand in a Markdown source: code is blanked out, positions stay as they are.

A reader of lines and of a few patterns, each bounded: it never takes longer than the text is long.
What it says are hints to a writer; what readers get is decided by the renderer alone.
"""

import re
from collections.abc import Iterator
from html import unescape

import msgspec

__all__ = [
    "Heading",
    "Image",
    "Link",
    "blank_code",
    "cta_marks",
    "headings",
    "images",
    "links",
    "paragraphs",
    "words_of",
]

_FURTHEST_RUN = 50


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    level: int
    text: str
    start: int
    end: int


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture in a text; `alt` None: an HTML picture that has no such attribute."""

    alt: str | None
    address: str
    start: int
    end: int


class Link(msgspec.Struct, frozen=True, kw_only=True):
    address: str
    start: int
    end: int


_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_TICKS = re.compile(r"`+")
_ATX = re.compile(r"^ {0,3}(#{1,6})(?=[ \t]|$)")
_SETEXT = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_NO_TEXT = re.compile(r"^ {0,3}(?:[#>|<*+]|-[ \t]|\d{1,9}[.)])|^ {4}|^\t")
_ADDRESS = r"<?(?P<address>[^\s()<>]{0,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,200})?)"
_IMAGE = re.compile(r"!\[(?P<alt>[^\[\]]{0,2000})\]\([ \t]{0,9}" + _ADDRESS)
_LINK = re.compile(r"\]\([ \t]{0,9}" + _ADDRESS)
_DEFINED = re.compile(
    r"^ {0,3}\[(?!\^)[^\[\]\n]{1,300}\]:[ \t]{0,9}<?(?P<address>[^\s<>]{1,2000})", re.MULTILINE
)
_TAG = re.compile(r"<(?P<name>a|img)(?=[\s/])(?P<rest>[^<>]{0,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(?P<name>alt|src|href)\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))",
    re.IGNORECASE,
)
_BARE_ALT = re.compile(r"(?<![\w-])alt(?![\w-])", re.IGNORECASE)
_CTA_MARK = re.compile(
    r"<!--\s{0,99}cta:\s{0,99}(?P<slug>[A-Za-z0-9][A-Za-z0-9_-]{0,119})\s{0,99}-->"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_UNSAID = re.compile(r"\]\([^()\s]{0,2000}\)|https?://\S{1,2000}|<[^<>]{0,4000}>|[*_~\[\]!|]+")


def blank_code(text: str) -> str:
    """Answer the text with code and comments as spaces; as long as it was, line for line."""
    text = _blank_fences(text)
    return _blank_spans(text, [*_inline_code(text), *_comments(text)])


def cta_marks(text: str) -> Iterator[Link]:
    """Find the places of a text that ask for a call to action, by its slug; not those in code."""
    text = _blank_fences(text)
    for mark in _CTA_MARK.finditer(_blank_spans(text, [*_inline_code(text)])):
        yield Link(address=mark["slug"].lower(), start=mark.start(), end=mark.end())


def _blank_fences(text: str) -> str:
    if "```" not in text and "~~~" not in text:
        return text
    out: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if not fence and mark and not ("`" in mark[1] and "`" in line[mark.end() :]):
            fence = mark[1]
            out.append(_spaces(line))
        elif fence:
            out.append(_spaces(line))
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        else:
            out.append(line)
    return "".join(out)


def _blank_spans(text: str, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return text
    out: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        begin = max(start, at)
        out += [text[at:begin], _spaces(text[begin:end])]
        at = end
    return "".join([*out, text[at:]])


def _inline_code(text: str) -> Iterator[tuple[int, int]]:
    """Find code between equal runs of backticks in one paragraph, each run looked at once."""
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(text)]
    closing: list[int | None] = [None] * len(runs)
    later: dict[int, int] = {}
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        closing[index] = later.get(length)
        later[length] = index
    index = 0
    while index < len(runs):
        close = closing[index]
        if (
            close is None
            or close - index > _FURTHEST_RUN
            or "\n\n" in text[runs[index][1] : runs[close][0]]
        ):
            index += 1
            continue
        yield runs[index][0], runs[close][1]
        index = close + 1


def _comments(text: str) -> Iterator[tuple[int, int]]:
    at = text.find("<!--")
    while at != -1:
        end = text.find("-->", at)
        if end == -1:
            return
        yield at, end + 3
        at = text.find("<!--", end)


def _spaces(text: str) -> str:
    return "".join(sign if sign in "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029" else " " for sign in text)


def headings(clean: str) -> Iterator[Heading]:
    """Find the headings of a text without code, in their order."""
    at, before = 0, ""
    for line in clean.splitlines(keepends=True):
        stripped = line.rstrip()
        atx = _ATX.match(stripped)
        underline = before.strip() and _SETEXT.match(stripped) and not _NO_TEXT.match(before)
        if atx:
            text = stripped[atx.end() :].strip().rstrip("#").strip()
            yield Heading(level=len(atx[1]), text=text, start=at, end=at + len(stripped))
        elif underline:
            start = at - len(before)
            end = start + len(before.rstrip())
            level = 1 if "=" in stripped else 2
            yield Heading(level=level, text=before.strip(), start=start, end=end)
        before = "" if atx or underline else line
        at += len(line)


def images(clean: str) -> Iterator[Image]:
    """Find the pictures of a text without code: Markdown's and HTML's."""
    for match in _IMAGE.finditer(clean):
        yield Image(
            alt=match["alt"], address=match["address"], start=match.start(), end=match.end()
        )
    for tag, found in _tags(clean, "img"):
        alt = found.get("alt", "" if _BARE_ALT.search(tag["rest"]) else None)
        yield Image(alt=alt, address=found.get("src", ""), start=tag.start(), end=tag.end())


def links(clean: str) -> Iterator[Link]:
    """Find the links of a text without code, pictures not among them."""
    shown = {match.start("address") for match in _IMAGE.finditer(clean)}
    for pattern in (_LINK, _DEFINED):
        for match in pattern.finditer(clean):
            if match.start("address") not in shown:
                yield Link(
                    address=match["address"], start=match.start("address"), end=match.end("address")
                )
    for tag, found in _tags(clean, "a"):
        if "href" in found:
            yield Link(address=found["href"], start=tag.start(), end=tag.end())


def _tags(clean: str, name: str) -> Iterator[tuple[re.Match[str], dict[str, str]]]:
    for tag in _TAG.finditer(clean):
        if tag["name"].lower() == name:
            yield (
                tag,
                {
                    match["name"].lower(): unescape(match[2] or match[3] or match[4] or "")
                    for match in _ATTRIBUTE.finditer(tag["rest"])
                },
            )


def paragraphs(clean: str) -> Iterator[tuple[int, int, str]]:
    """Find the paragraphs of running text: start, end, and their words without marks."""
    at, start, block = 0, 0, list[str]()
    for line in [*clean.splitlines(keepends=True), "\n"]:
        if line.strip() and not _NO_TEXT.match(line):
            start = start if block else at
            block.append(line)
        elif block:
            yield start, at, _UNSAID.sub(" ", "".join(block))
            block = []
        at += len(line)


def words_of(text: str) -> list[str]:
    """Answer the words of a text: letters, with an apostrophe or hyphen inside."""
    return _WORD.findall(text)
