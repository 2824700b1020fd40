"""What stands in a line: words, emphasis, links, pictures, code; the rest as tags within it."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from octavo.content.importers.html_text import (
    SPACES,
    Emphasis,
    Line,
    add_text,
    harmless_start,
    label,
    longest_run,
    target,
    title,
    without_edge_breaks,
)
from octavo.content.importers.html_tree import BLOCK, VOID, Node, is_writable, open_tag, raw_inline

DEEPEST = 40
"""Of elements within elements; what lies deeper stays HTML."""

TRANSPARENT = frozenset({"div", "section", "article", "main", "hgroup", "header", "footer"})
INLINE_DROPPED = frozenset({"span", "font", "big", "nobr", "tt", "acronym"})
_STRONG, _EM, _STRUCK = frozenset({"strong", "b"}), frozenset({"em", "i"}), {"del", "s", "strike"}
DELIMITERS = {
    **dict.fromkeys(_STRONG, "**"), **dict.fromkeys(_EM, "*"), **dict.fromkeys(_STRUCK, "~~")
}  # fmt: skip
_ATOMIC = frozenset(
    {"picture", "button", "input", "label", "select", "textarea", "map", "ruby", "meter",
     "progress", "output", "datalist"}
)  # fmt: skip
_CENTRED = re.compile(r"text-align\s*:\s*(?:center|right|justify)|direction\s*:\s*rtl")
# Wrappers that carry the looks of a site and nothing of its text.
_LOOKS = re.compile(
    r"wp-|kg-|has-|align|is-|entry|post-|elementor|row|col-|container|inner|clearfix|wrap"
)
_PICTURE = frozenset(
    {"src", "alt", "title", "class", "style", "width", "height", "loading", "srcset", "sizes",
     "decoding", "fetchpriority", "border", "align", "hspace", "vspace", "data-src"}
)  # fmt: skip
_LINK = frozenset({"href", "title", "class", "style", "target", "rel"})
_MEANT_RELATIONS = frozenset({"sponsored", "nofollow", "ugc", "me", "author", "license"})


class InlineWriter:
    """Writes what stands in lines, and counts what stays HTML and what goes."""

    def __init__(self) -> None:
        self.kept: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self._writers: dict[str, Callable[[Node, Line, int], str]] = {
            "a": self._link,
            "br": lambda _node, _line, _depth: "\\\n",
            "code": self._code_span,
            "img": lambda node, _line, _depth: self._picture(node),
        }

    def paragraph(self, nodes: Sequence[Node]) -> str:
        """Answer a paragraph that is nothing else: no list, no heading."""
        text = without_edge_breaks(self.inline(nodes))
        return "\n".join(harmless_start(line.lstrip(" ")) for line in text.split("\n"))

    def inline(
        self, nodes: Sequence[Node], *, in_link: bool = False, in_cell: bool = False, depth: int = 0
    ) -> str:
        """Answer the nodes as text within a line."""
        line = Line(in_link=in_link, in_cell=in_cell)
        alone = len(nodes) == 1 and depth == 0
        for node in nodes:
            self._one_inline(node, line, alone=alone, depth=depth)
        return line.text()

    def _one_inline(self, node: Node, line: Line, *, alone: bool, depth: int) -> None:
        tag = node.tag
        if tag == "#text":
            add_text(node.text, line, alone=alone)
        elif tag == "#comment":
            line.add(f"<!--{node.text}-->")
        elif depth > DEEPEST or tag in _ATOMIC or (tag in BLOCK and is_writable(tag)):
            self.kept[tag] += 1
            line.add(raw_inline(node))
        elif tag in DELIMITERS and not says_something(node):
            self._emphasis(node, line, depth=depth)
        elif (write := self._writers.get(tag)) is not None:
            line.add(write(node, line, depth))
        elif not is_writable(tag) or (tag in INLINE_DROPPED and not says_something(node)):
            self.dropped[tag] += 1
            for child in node.children:
                self._one_inline(child, line, alone=False, depth=depth + 1)
        else:
            self.kept[tag] += 1
            end = "" if tag in VOID and not node.children else f"</{tag}>"
            line.add(f"{open_tag(node)}{self._inside(node, line, depth)}{end}")

    def _inside(self, node: Node, line: Line, depth: int) -> str:
        return self.inline(
            node.children, in_link=line.in_link, in_cell=line.in_cell, depth=depth + 1
        )

    def _emphasis(self, node: Node, line: Line, *, depth: int) -> None:
        inner = self._inside(node, line, depth)
        text = inner.strip(" ")
        if text.startswith("\\\n") or text.endswith("\\\n") or not text:
            line.add(inner)  # nothing but breaks, or broken at its edge: signs would not hold
            return
        if inner[:1] == " ":
            line.space()
        line.add(Emphasis(DELIMITERS[node.tag], node.tag, text))
        if inner[-1:] == " ":
            line.space()

    def _picture(self, node: Node) -> str:
        attributes = node.attributes
        src = attributes.get("src", "").strip()
        if not src or src.startswith("data:"):
            src = attributes.get("data-src", src).strip()
        odd = {name for name in attributes.keys() - _PICTURE if not name.startswith("data-")}
        if not src or odd or len(src) > 2_000:  # noqa: PLR2004 - links.py finds no longer ones
            self.kept["img"] += 1
            return open_tag(node)
        return f"![{label(attributes.get('alt', ''))}]({target(src)}{title(attributes)})"

    def _link(self, node: Node, line: Line, depth: int) -> str:
        attributes = node.attributes
        relations = set(attributes.get("rel", "").lower().split())
        odd = {name for name in attributes.keys() - _LINK if not name.startswith("data-")}
        href = attributes.get("href", "").strip()
        inner = self.inline(node.children, in_link=True, in_cell=line.in_cell, depth=depth + 1)
        text = inner.strip(" ")
        broken = text.startswith("\\\n") or text.endswith("\\\n") or "<a " in text
        if not href or odd or not text or relations & _MEANT_RELATIONS or line.in_link or broken:
            self.kept["a"] += 1
            return f"{open_tag(node)}{inner}</a>"
        if inner[:1] == " ":
            line.space()
        after = " " if inner[-1:] == " " else ""
        return f"[{text}]({target(href)}{title(attributes)}){after}"

    def _code_span(self, node: Node, line: Line, depth: int) -> str:
        text = SPACES.sub(" ", node.plain_text())
        tags = {item.tag for item in node.walk()} - {"#text", "#comment", "code", "span"}
        if tags or says_something(node) or not text.strip():
            self.kept["code"] += 1
            return f"{open_tag(node)}{self._inside(node, line, depth)}</code>"
        ticks = "`" * (longest_run(text) + 1 if "`" in text else 1)
        pad = " " if text[0] in "` " or text[-1] in "` " else ""
        return f"{ticks}{pad}{text}{pad}{ticks}"


def says_something(node: Node) -> bool:
    """Say whether the attributes carry more than looks."""
    attributes = node.attributes
    names = {name for name in attributes if name not in {"class", "style"}
             and not name.startswith(("data-", "aria-", "on"))}  # fmt: skip
    if node.tag in {"span", "font"}:
        return bool(names & {"id", "lang", "dir", "title"})
    classes = attributes.get("class", "").split()
    if node.tag in DELIMITERS or node.tag == "code":
        return bool(names)
    return bool(names) or is_aligned(node) or not all(_LOOKS.match(name) for name in classes)


def is_aligned(node: Node) -> bool:
    return "align" in node.attributes or bool(_CENTRED.search(node.attributes.get("style", "")))
