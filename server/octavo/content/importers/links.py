"""Links, images and shortcodes in Markdown: found outside of code, and pointed elsewhere.

Linear in the length of the text, whatever is in it: no nested repetition, code spans by counting.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable

Resolve = Callable[[str], str | None]
"""From a destination as written to the one to write instead; None leaves it as it is."""

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_TICKS = re.compile(r"`+")
_REF = re.compile(
    r"\{\{[<%]\s{0,8}(?:rel)?ref\s{1,8}[\"'“]?(?P<ref>[^\"'”>%\s}]{1,500})[\"'”]?\s{0,8}[>%]\}\}"
)
_DESTINATION = re.compile(
    r"(?P<open>\]\(\s{0,8}<?|^ {0,3}\[(?!\^)[^\]\n]{1,500}\]:[ \t]{1,8}<?"
    r"|\b(?:src|href|poster)\s{0,4}=\s{0,4}[\"'])"
    r"(?P<dest>[^\s<>\"'()]{1,2000})",
    re.MULTILINE,
)
_SHORTCODE_WHOLE = re.compile(r"\{\{[<%][^{}]{0,2000}[>%]\}\}")
_SHORTCODE = re.compile(r"\{\{[<%]-?\s{0,8}/?\s{0,8}([A-Za-z][\w./-]{0,60})")
_LIQUID = re.compile(r"\{%-?\s{0,8}([A-Za-z]\w{0,40})|(\{\{)(?=\s{0,8}[a-z_]+[.|\s])")


def rewrite(body: str, *, link: Resolve, reference: Resolve) -> str:
    """Point links and images elsewhere; code stays as it is.

    Args:
        link: for destinations of links, images, definitions, `src`, `href` and `poster`.
        reference: for what Hugo's `ref` and `relref` name.
    """
    return "".join(
        text if is_code else _prose(text, link=link, reference=reference)
        for text, is_code in _blocks(body)
    )


def shortcodes(body: str) -> list[str]:
    """Answer the names of the shortcodes and Liquid tags that stand outside of code, once each."""
    names: dict[str, None] = {}
    for text, is_code in _blocks(body):
        if is_code or ("{{" not in text and "{%" not in text):
            continue
        spans = _Spans(text)
        for found in _SHORTCODE.finditer(text):
            if not spans.cover(found.start()):
                names[found[1]] = None
        for found in _LIQUID.finditer(text):
            if not spans.cover(found.start()):
                names[f"{{% {found[1]} %}}" if found[1] else "{{ … }}"] = None
    return list(names)


def _prose(text: str, *, link: Resolve, reference: Resolve) -> str:
    if "{{" in text:
        spans = _Spans(text)

        def refer(found: re.Match[str]) -> str:
            target = None if spans.cover(found.start()) else reference(found["ref"])
            return found[0] if target is None else target

        text = _REF.sub(refer, text)
    literal = _Spans(text)
    if "{{" in text:
        literal.add(_SHORTCODE_WHOLE.finditer(text))

    def point(found: re.Match[str]) -> str:
        target = None if literal.cover(found.start()) else link(found["dest"])
        return found[0] if target is None else found["open"] + target

    return _DESTINATION.sub(point, text)


def _blocks(body: str) -> list[tuple[str, bool]]:
    """Cut a body into fenced code and the rest."""
    blocks: list[tuple[str, bool]] = []
    lines: list[str] = []
    fence = ""

    def flush(*, is_code: bool) -> None:
        if lines:
            blocks.append(("".join(lines), is_code))
            lines.clear()

    for line in body.splitlines(keepends=True):
        found = _FENCE.match(line.rstrip("\n"))
        if not fence and found and not (found[1][0] == "`" and "`" in found[2]):
            flush(is_code=False)
            fence = found[1]
            lines.append(line)
        elif fence and found and found[1].startswith(fence) and not found[2].strip():
            lines.append(line)
            flush(is_code=True)
            fence = ""
        else:
            lines.append(line)
    flush(is_code=bool(fence))
    return blocks


class _Spans:
    """Where code spans lie: runs of backticks, paired with the next run of the same length."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        runs = [(run.start(), run.end()) for run in _TICKS.finditer(text)]
        places: dict[int, list[int]] = {}
        for place, (start, end) in enumerate(runs):
            places.setdefault(end - start, []).append(place)
        place = 0
        while place < len(runs):
            start, end = runs[place]
            same = places[end - start]
            after = bisect_right(same, place)
            if after < len(same):
                self._starts.append(start)
                self._ends.append(runs[same[after]][1])
                place = same[after] + 1
            else:
                place += 1

    def add(self, found: Iterable[re.Match[str]]) -> None:
        """Take in more spans; those that begin in one that is there already are part of it."""
        more = [match.span() for match in found if not self.cover(match.start())]
        spans = sorted([*zip(self._starts, self._ends, strict=True), *more])
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def cover(self, position: int) -> bool:
        """Say whether the position lies in code."""
        before = bisect_right(self._starts, position) - 1
        return before >= 0 and position < self._ends[before]
