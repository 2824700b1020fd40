"""HTML turned into Markdown that loses nothing: what Markdown cannot say stays HTML.

Text is escaped so that it reads as it did. Presentation (classes, styles, sizes of pictures) goes;
what carries meaning (anchors, languages, directions, captions, merged cells, players) stays. Linear
in the length of the input; HTML made to exhaust its reader is kept as it is.

    convert("<p>A <b>bold</b> word.</p>").markdown == "A **bold** word." and a line end
"""

import re
from collections.abc import Callable, Sequence

import msgspec

from octavo.content.importers.html_inline import (
    DEEPEST,
    INLINE_DROPPED,
    TRANSPARENT,
    InlineWriter,
    is_aligned,
    says_something,
)
from octavo.content.importers.html_text import longest_run, without_edge_breaks
from octavo.content.importers.html_tree import (
    Node,
    TooDeepError,
    is_writable,
    open_tag,
    parse,
    raw_block,
)

__all__ = ["Converted", "convert"]


class Converted(msgspec.Struct, frozen=True, kw_only=True):
    """The Markdown, and how often which element stayed HTML or was left out in it."""

    markdown: str
    kept: dict[str, int]
    dropped: dict[str, int]


def convert(html: str, *, comments: Sequence[str] = ("more", "members-only")) -> Converted:
    """Turn HTML into Markdown.

    Args:
        comments: comments that begin with one of these words stay; others go.
    """
    try:
        root = parse(html, comments=tuple(comments))
    except TooDeepError:
        kept = re.sub(r"\n[ \t\r\n]*\n", "\n", html.strip())
        return Converted(markdown=f"<div>\n{kept}\n</div>", kept={"everything": 1}, dropped={})
    inline = InlineWriter()
    writer = _Writer(inline)
    markdown = "\n\n".join(text for _, text in writer.blocks(root.children, depth=0))
    if markdown:
        markdown += "\n"
    return Converted(markdown=markdown, kept=dict(inline.kept), dropped=dict(inline.dropped))


_WRAPPED = frozenset(
    {*TRANSPARENT, "aside", "details", "center", "address", "nav", "form", "fieldset", "dialog"}
)
_MEANING = frozenset({"lang", "dir"})
_EMBEDS = re.compile(r"twitter|instagram|tiktok|bluesky|mastodon|reddit|imgur|fb-|threads")
_LANGUAGE_CLASS = re.compile(r"(?:^|\s)(?:language|lang|brush:?|highlight-source)-?\s*([\w+#.-]+)")

Block = tuple[str, str]  # what it is, and its Markdown


class _Writer:
    """Writes one document, and counts what stays HTML and what goes."""

    def __init__(self, inline: InlineWriter) -> None:
        self.kept, self._inline = inline.kept, inline
        self._writers: dict[str, Callable[[Node, list[Block], int], None]] = {
            **dict.fromkeys(("p", "figcaption", "summary"), self._text_block),
            **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), self._heading),
            "hr": self._rule,
            "blockquote": self._quote,
            "pre": self._code,
            "figure": self._figure,
            "table": self._table,
        }

    def blocks(self, nodes: Sequence[Node], *, depth: int) -> list[Block]:
        """Answer the nodes as blocks; runs of text become paragraphs."""
        done: list[Block] = []
        run: list[Node] = []
        for node in nodes:
            if not node.has_block:
                run.append(node)
                continue
            self._end_run(run, done)
            self._block(node, done, depth=depth)
        self._end_run(run, done)
        return done

    def _end_run(self, run: list[Node], done: list[Block]) -> None:
        if run:
            self._add(done, "paragraph", self._inline.paragraph(run))
            run.clear()

    def _block(self, node: Node, done: list[Block], *, depth: int) -> None:
        tag = node.tag
        if depth > DEEPEST:
            self._keep(node, done)
        elif tag == "#comment":
            done.append(("html", f"<!--{node.text}-->"))
        elif tag in INLINE_DROPPED or not is_writable(tag):
            done += self.blocks(node.children, depth=depth + 1)
        elif tag in _WRAPPED:
            self._wrapper(node, done, depth=depth)
        elif tag in {"ul", "ol", "menu", "dir"}:
            self._list(node, done, depth=depth)
        elif (write := self._writers.get(tag)) is not None:
            write(node, done, depth)
        else:
            self._keep(node, done)

    def _add(self, done: list[Block], kind: str, text: str) -> None:
        if text:
            done.append((kind, text))

    def _keep(self, node: Node, done: list[Block]) -> None:
        self.kept[node.tag] += 1
        self._add(done, "html", raw_block(node))

    def _wrapper(self, node: Node, done: list[Block], *, depth: int) -> None:
        inner = node.children
        summary = ""
        if node.tag == "details":
            heads = [child for child in inner if child.tag == "summary"]
            inner = [child for child in inner if child.tag != "summary"]
            summary = "".join(f"\n{raw_block(head)}" for head in heads)
        bare = node.tag in TRANSPARENT and not says_something(node)
        blocks = self.blocks(inner, depth=depth + (0 if bare else 1))
        if bare:
            done += blocks
        elif blocks or summary:
            self.kept[node.tag] += 1
            body = "\n\n".join(text for _, text in blocks)
            done.append(("html", f"{open_tag(node)}{summary}\n\n{body}\n\n</{node.tag}>"))

    def _text_block(self, node: Node, done: list[Block], depth: int) -> None:
        if _MEANING & node.attributes.keys() or is_aligned(node):
            self._keep(node, done)
        elif any(child.has_block for child in node.children):
            done += self.blocks(node.children, depth=depth + 1)
        else:
            text = self._inline.paragraph(node.children)
            self._add(done, "paragraph", _anchored(node, text))

    def _heading(self, node: Node, done: list[Block], depth: int) -> None:
        if _MEANING & node.attributes.keys() or any(child.has_block for child in node.children):
            self._keep(node, done)
            return
        text = without_edge_breaks(self._inline.inline(node.children)).replace("\\\n", "<br>")
        text = re.sub(r"(#+)$", r"\\\1", text)
        if text:
            done.append(("heading", f"{'#' * int(node.tag[1])} {_anchored(node, text)}"))

    def _rule(self, node: Node, done: list[Block], depth: int) -> None:
        del node, depth
        done.append(("rule", "___"))

    def _quote(self, node: Node, done: list[Block], depth: int) -> None:
        attributes = node.attributes
        if "cite" in attributes or _EMBEDS.search(attributes.get("class", "")):
            self._keep(node, done)
            return
        text = "\n\n".join(text for _, text in self.blocks(node.children, depth=depth + 1))
        if text:
            done.append(("quote", _prefixed(text, "> ", "> ")))

    def _code(self, node: Node, done: list[Block], depth: int) -> None:
        del depth
        inside = list(node.walk())[1:]
        tags = {item.tag for item in inside}
        if not tags <= {
            "#text",
            "#comment",
            "code",
            "span",
            "br",
            "b",
            "i",
            "em",
            "strong",
            "font",
        }:
            self._keep(node, done)
            return
        text = node.plain_text()
        if not text.strip("\n"):
            return
        classes = " ".join(item.attributes.get("class", "") for item in (node, *inside[:2]))
        language = _LANGUAGE_CLASS.search(classes)
        fence = "`" * max(3, longest_run(text) + 1)
        head = fence + (language[1] if language else "")
        done.append(("code", "\n".join([head, text.removesuffix("\n"), fence])))

    def _figure(self, node: Node, done: list[Block], depth: int) -> None:
        inside = [child for child in node.children if not _is_blank(child)]
        if any(child.tag == "figcaption" and child.plain_text().strip() for child in inside):
            self._keep(node, done)
        else:
            rest = [child for child in inside if child.tag != "figcaption"]
            done += self.blocks(rest, depth=depth + 1)

    def _list(self, node: Node, done: list[Block], *, depth: int) -> None:
        start = node.attributes.get("start", "1").strip() or "1"
        items = [child for child in node.children if not _is_blank(child)]
        odd = "reversed" in node.attributes or any("value" in item.attributes for item in items)
        if odd or not (start.isascii() and start.isdigit() and len(start) < 9):  # noqa: PLR2004
            self._keep(node, done)
            return
        ordered = node.tag == "ol"
        signs = (".", ")") if ordered else ("-", "*")
        # A list right after a list of the same kind would be one with it.
        sign = signs[1] if done and done[-1][0] == f"list{signs[0]}" else signs[0]
        loose = any(child.tag == "p" for item in items for child in item.children)
        written = [
            self._item(item, f"{int(start) + place}{sign}" if ordered else sign, depth=depth)
            for place, item in enumerate(_gathered(items))
        ]
        if any(text != text.split(" ", 1)[0] for text in written):
            done.append((f"list{sign}", ("\n\n" if loose else "\n").join(written)))

    def _item(self, nodes: list[Node], marker: str, *, depth: int) -> str:
        blocks = self.blocks(nodes, depth=depth + 1)
        text = ""
        before = ""
        for kind, block in blocks:
            # Only a list may follow a text without a blank line, if it can interrupt it.
            close = before == "paragraph" and re.match(r"(?:[-*]|1[.)]) \S", block) is not None
            text += (
                ("\n" if close and kind.startswith("list") else "\n\n") if text else ""
            ) + block
            before = "tag" if block.startswith("<") else kind
        return _prefixed(text, f"{marker} ", " " * (len(marker) + 1)) if text else marker

    def _table(self, node: Node, done: list[Block], depth: int) -> None:
        del depth
        rows = _rows_of(node)
        if rows is None:
            self._keep(node, done)
            return
        lines = [f"| {' | '.join(self._cell(cell) for cell in row)} |" for row in rows]
        marks = [_alignment(cell) for cell in rows[0]]
        done.append(("table", "\n".join([lines[0], f"| {' | '.join(marks)} |", *lines[1:]])))

    def _cell(self, cell: Node) -> str:
        text = without_edge_breaks(self._inline.inline(cell.children, in_cell=True))
        return text.replace("\\\n", "<br>").replace("|", "\\|")


def _anchored(node: Node, text: str) -> str:
    """Keep the anchor of a block; headings get those of their own words by themselves."""
    anchor = node.attributes.get("id", "")
    plain = re.sub(r"[\W_]+", "", node.plain_text().lower())
    if not anchor or not text or re.sub(r"[\W_]+", "", anchor.lower()) == plain:
        return text
    return f"{open_tag(_anchor(anchor))}</a>{text}"


def _anchor(anchor: str) -> Node:
    return Node("a", attributes={"id": anchor})


def _is_blank(node: Node) -> bool:
    return node.tag == "#comment" or (node.tag == "#text" and not node.text.strip())


def _gathered(items: list[Node]) -> list[list[Node]]:
    """Answer the contents of each item; what lies between items belongs to the one before."""
    gathered: list[list[Node]] = []
    for item in items:
        if item.tag == "li":
            anchor = item.attributes.get("id")
            gathered.append([*([_anchor(anchor)] if anchor else []), *item.children])
        elif gathered:
            gathered[-1].append(item)
        else:
            gathered.append([item])
    return gathered


def _rows_of(table: Node) -> list[list[Node]] | None:
    """Answer the rows if Markdown can hold the table: one row of heads, plain cells."""
    if _MEANING & table.attributes.keys():
        return None
    heads: list[list[Node]] = []
    rows: list[list[Node]] = []
    stack = [(child, False) for child in reversed(table.children)]
    while stack:
        node, in_head = stack.pop()
        if _is_blank(node) or node.tag in {"colgroup", "col"}:
            continue
        if node.tag in {"thead", "tbody", "tfoot"}:
            stack += [(child, node.tag == "thead") for child in reversed(node.children)]
        elif node.tag == "tr":
            cells = [cell for cell in node.children if not _is_blank(cell)]
            is_head = in_head or (not rows and not heads and all(c.tag == "th" for c in cells))
            (heads if is_head else rows).append(cells)
        else:
            return None
    if len(heads) != 1 or not heads[0] or any(len(row) != len(heads[0]) for row in rows):
        return None
    cells = [cell for row in (*heads, *rows) for cell in row]
    return None if any(map(_is_odd_cell, cells)) else [*heads, *rows]


def _is_odd_cell(cell: Node) -> bool:
    spans = {cell.attributes.get(name, "1").strip() for name in ("colspan", "rowspan")}
    meant = {"id", "lang", "dir"} & cell.attributes.keys()
    return bool(spans - {"1"} or meant) or any(child.has_block for child in cell.children)


def _alignment(cell: Node) -> str:
    style = cell.attributes.get("style", "") + ";text-align:" + cell.attributes.get("align", "")
    found = re.search(r"text-align\s*:\s*(left|center|right)", style)
    return {"left": ":--", "center": ":-:", "right": "--:"}.get(found[1], "---") if found else "---"


def _prefixed(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    blank = rest.rstrip(" ")
    more = [rest + line if line else blank for line in lines[1:]]
    return "\n".join([first + lines[0], *more])
