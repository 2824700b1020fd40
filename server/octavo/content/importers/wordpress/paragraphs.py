"""The paragraph rule of classic posts: blank lines end paragraphs, line ends break lines.

WordPress stores such posts without `<p>` and adds it when it shows them; here it is added once.
Works by tags rather than by repeated substitution, so it is linear whatever is in the text.
"""

import re
from collections import Counter

_TOKEN = re.compile(r"<!--|<(?P<close>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9:-]{0,40})(?P<rest>[^<>]*)>")
_BLANK_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_BREAK = re.compile(r"<br\s{0,4}/?>\Z", re.IGNORECASE)
_LONE_URL = re.compile(r"^[ \t]*(https?://[^\s<>\"\[\]]{4,2000})[ \t]*$", re.MULTILINE)
_STAYING = ("more", "nextpage")

# Elements whose direct text is wrapped in <p>; text in others is left alone or only broken.
_WRAPPING = frozenset(
    {
        "article", "aside", "blockquote", "body", "center", "details", "dialog", "div", "fieldset",
        "footer", "form", "header", "main", "map", "nav", "section",
    }
)  # fmt: skip
_BREAKING = frozenset(
    {
        "address", "caption", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "legend", "p",
        "summary",
    }
)  # fmt: skip
_LOOSE = frozenset({"dd", "dt", "li", "td", "th"})
_SILENT = frozenset(
    {
        "colgroup", "dir", "dl", "figure", "hgroup", "menu", "ol", "optgroup", "select", "table",
        "tbody", "tfoot", "thead", "tr", "ul",
    }
)  # fmt: skip
_VOID_BLOCKS = frozenset({"col", "hr"})
_RAW = frozenset(
    {
        "audio", "canvas", "iframe", "math", "noscript", "object", "pre", "script", "style", "svg",
        "textarea", "video",
    }
)  # fmt: skip
_BLOCKS = _WRAPPING | _BREAKING | _LOOSE | _SILENT | _VOID_BLOCKS
_CLOSED_BY_BLOCKS = "p"


def add_paragraphs(html: str) -> str:
    """Answer the HTML that WordPress shows for the text of a classic post or block."""
    if "\n" not in html and "<" not in html:
        html = html.strip()
        return f"<p>{_with_links(html)}</p>" if html else ""
    return _Paragraphs(html).written()


class _Paragraphs:
    def __init__(self, html: str) -> None:
        self._html = html
        self._done: list[str] = []
        self._run: list[str] = []
        self._open: list[str] = []
        self._counts: Counter[str] = Counter()
        self._endless: set[str] = set()

    def written(self) -> str:
        html, place = self._html, 0
        while (found := _TOKEN.search(html, place)) is not None:
            self._run.append(html[place : found.start()])
            place = self._one(found)
        self._run.append(html[place:])
        self._flush()
        return "".join(self._done)

    def _one(self, found: re.Match[str]) -> int:
        """Take in what was found; answer where to go on."""
        if found[0] == "<!--":
            return self._comment(found.start())
        tag, closes = found["tag"].lower(), bool(found["close"])
        if tag in _RAW and not closes and not found["rest"].endswith("/"):
            return self._raw(tag, found)
        if tag not in _BLOCKS:
            self._run.append(found[0])
        elif closes:
            self._flush()
            self._close(tag)
            self._done.append(found[0])
        else:
            self._flush()
            if self._open and self._open[-1] == _CLOSED_BY_BLOCKS:
                self._close(_CLOSED_BY_BLOCKS)
            self._done.append(found[0])
            if tag not in _VOID_BLOCKS:
                self._open.append(tag)
                self._counts[tag] += 1
        return found.end()

    def _comment(self, start: int) -> int:
        end = self._find("-->", start + 4)
        if end < 0:
            self._run.append("&lt;!--")
            return start + 4
        text = self._html[start + 4 : end].strip()
        if text.startswith(_STAYING):
            self._flush()
            self._done.append(f"<!--{text}-->")
        return end + 3

    def _raw(self, tag: str, found: re.Match[str]) -> int:
        end = self._find(f"</{tag}", found.end())
        close = self._html.find(">", end) if end >= 0 else -1
        if close < 0:
            self._run.append(found[0])
            return found.end()
        whole = self._html[found.start() : close + 1]
        if tag in {"script", "style", "noscript"}:
            self._run.append(whole.replace("\n\n", "\n") if tag == "noscript" else "")
            if tag != "noscript":
                self._flush()
                self._done.append(whole)
        else:
            self._flush()
            self._done.append(whole)
        return close + 1

    def _find(self, what: str, start: int) -> int:
        """Find the text, whatever its case; what was not found once is not looked for again."""
        if what in self._endless:
            return -1
        found = re.compile(re.escape(what), re.IGNORECASE).search(self._html, start)
        if found is None:
            self._endless.add(what)
            return -1
        return found.start()

    def _close(self, tag: str) -> None:
        if not self._counts[tag]:
            return
        while self._open:
            last = self._open.pop()
            self._counts[last] -= 1
            if last == tag:
                return

    def _flush(self) -> None:
        text = "".join(self._run)
        self._run.clear()
        if not text.strip():
            self._done.append("\n" if text else "")
            return
        around = self._open[-1] if self._open else "body"
        if around in _SILENT:
            self._done.append(text)
        elif around in _BREAKING or (around in _LOOSE and not _BLANK_LINE.search(text.strip())):
            self._done.append(_broken(text.strip()))
        else:
            self._done += [
                f"<p>{_with_links(part.strip())}</p>\n"
                for part in _BLANK_LINE.split(text)
                if part.strip()
            ]


def _broken(text: str) -> str:
    """Answer the text with a break at each line end that has none yet."""
    lines = [line.strip(" \t") for line in text.split("\n")]
    return "<br>\n".join(line[:-12] + _BREAK.sub("", line[-12:]) for line in lines)


def _with_links(text: str) -> str:
    """Break the lines; an address alone on its line, which WordPress embeds, becomes a link."""
    linked = _LONE_URL.sub(r'<a href="\1">\1</a>', text)
    return _broken(linked)
