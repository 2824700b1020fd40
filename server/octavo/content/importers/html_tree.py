"""HTML as browsers read it, in a small tree of our own, and back to HTML that stands in Markdown.

The parser is lexbor's, which follows the standard; input that would make it work or nest without
bounds is refused before. Nothing here recurses over the depth of the input.
"""

import re
from collections.abc import Iterator
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_DEPTH = 500
_MAX_COPIES = 2_000_000


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _names("area base br col embed hr img input link meta param source track wbr")
BLOCK = _names(
    "address article aside audio blockquote body canvas center dd details dialog dir div "
    "dl dt embed fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header "
    "hgroup hr html iframe li main math menu nav noframes noscript object ol optgroup "
    "option p pre script search section select style summary svg table tbody td template "
    "textarea tfoot th thead tr ul video"
)
"""What a paragraph cannot hold, and what stands by itself even where it could."""

_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
# Their end is implied by what follows, so that leaving it out does not nest.
_CLOSED_BY_NEXT = _names(
    "body colgroup dd dt head html li optgroup option p rb rp rt rtc tbody td tfoot th thead tr"
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})")
_TAG_NAME = re.compile(r"[a-z][a-z0-9-]*")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_.:-]*")
_UNTOUCHED = frozenset({"iframe", "noembed", "noframes", "script", "style"})
_OLD_NAMES = {"listing": "pre", "plaintext": "pre", "xmp": "pre"}
_BLANK_LINES = re.compile(r"\n[ \t\n]*\n")
_MARKED = re.compile(r"[\\`*_\[\]~|:@#+=!.()-]")


class TooDeepError(ValueError):
    """The HTML nests or repeats so much that taking it apart has no bounds."""


class Node:
    """An element, or a text (`tag` is "#text"), or a comment (`tag` is "#comment")."""

    __slots__ = ("attributes", "children", "has_block", "tag", "text")

    def __init__(self, tag: str, *, attributes: dict[str, str], text: str = "") -> None:
        self.tag = tag
        self.attributes = attributes
        self.text = text
        self.children: list[Node] = []
        self.has_block = False  # an element below it, or itself, is a block

    def walk(self) -> Iterator["Node"]:
        """Answer the node and everything below it, in the order of the text."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def plain_text(self) -> str:
        """Answer the text below the node; line breaks count as line ends."""
        return "".join("\n" if node.tag == "br" else node.text for node in self.walk()
                       if node.tag != "#comment")  # fmt: skip


def parse(html: str, *, comments: tuple[str, ...] = ()) -> Node:
    """Answer the body of the HTML.

    Args:
        comments: those that begin with one of these words stay, others go.

    Raises:
        TooDeepError: it is made to exhaust whoever reads it.
    """
    _refuse_exhausting(html)
    root = Node("body", attributes={})
    body = LexborHTMLParser(f"<body>{html}").body
    if body is None:
        return root
    order: list[Node] = []
    stack: list[tuple[LexborNode, Node]] = [(body, root)]
    while stack:
        source, node = stack.pop()
        child = source.child
        while child is not None:
            made = _node(child)
            if made.tag != "#comment" or _is_wanted(made, comments):
                node.children.append(made)
                order.append(made)
            if not made.tag.startswith("#"):
                stack.append((child, made))
            child = child.next
    for node in reversed(order):  # children were noted after their parents
        below = any(child.has_block for child in node.children)
        node.has_block = below or node.tag in BLOCK or node.tag == "#comment"
    return root


def _node(source: LexborNode) -> Node:
    if source.is_text_node:
        return Node("#text", attributes={}, text=source.text_content or "")
    if source.is_comment_node:
        return Node("#comment", attributes={}, text=(source.comment_content or "").strip())
    attributes = {name: value or "" for name, value in source.attributes.items()}
    tag = (source.tag or "").lower()
    return Node(_OLD_NAMES.get(tag, tag), attributes=attributes)


def _is_wanted(comment: Node, wanted: tuple[str, ...]) -> bool:
    text = comment.text
    return text.startswith(wanted) and not set(text) & set("<>\n") and "--" not in text


def _refuse_exhausting(html: str) -> None:
    opened: dict[str, int] = {}
    depth = deepest = formatting = most_formatting = tags = 0
    for found in _TAG.finditer(html):
        name = found[2].lower()
        tags += 1
        if name in VOID or name in _CLOSED_BY_NEXT:
            continue
        step = -1 if found[1] else 1
        if step < 0 and not opened.get(name):
            continue
        opened[name] = opened.get(name, 0) + step
        depth += step
        formatting += step if name in _FORMATTING else 0
        deepest, most_formatting = max(deepest, depth), max(most_formatting, formatting)
    # Formatting that is left open is opened again in every block that follows.
    if deepest > MAX_DEPTH or most_formatting * tags > _MAX_COPIES:
        raise TooDeepError("nests too deeply")


def raw_block(node: Node) -> str:
    """Answer the node as one block of HTML in Markdown: no blank line in it would end it."""
    html = _BLANK_LINES.sub("\n", _serialised(node, in_text=False).strip())
    # A block that begins with <pre> ends at the end of any script in it.
    has_script = node.tag == "pre" and any(below.tag in _UNTOUCHED for below in node.walk())
    return f"<div>\n{html}\n</div>" if has_script else html


def raw_inline(node: Node) -> str:
    """Answer the node as HTML within a line of Markdown: no sign in it means anything else."""
    return _serialised(node, in_text=True).replace("\n", " ")


def open_tag(node: Node, *, names: frozenset[str] | None = None) -> str:
    """Answer the start tag, on one line, with all attributes or those of `names`."""
    written = [
        f' {name}="{_attribute(value)}"' if value else f" {name}"
        for name, value in node.attributes.items()
        if _ATTRIBUTE_NAME.fullmatch(name) and (names is None or name in names)
    ]
    return f"<{node.tag}{''.join(written)}>"


def is_writable(tag: str) -> bool:
    """Say whether Markdown lets a tag of that name through (`o:p` would show as text)."""
    return _TAG_NAME.fullmatch(tag) is not None


def _serialised(top: Node, *, in_text: bool) -> str:
    parts: list[str] = []
    stack: list[tuple[Node, bool, bool]] = [(top, False, False)]  # node, leaving it, inside pre
    while stack:
        node, leaving, in_pre = stack.pop()
        if leaving:
            parts.append(f"</{node.tag}>")
        elif node.tag == "#text":
            parts.append(_text(node.text, in_text=in_text, in_pre=in_pre))
        elif node.tag == "#comment":
            continue
        else:
            writable = is_writable(node.tag)
            if writable:
                parts.append(open_tag(node))
                # A tag alone on its line opens a block, whatever its name.
                parts.append("\n" if node is top and not in_text and node.tag != "pre" else "")
            if node.tag in VOID and not node.children:  # within SVG they may have some
                continue
            if writable:
                stack.append((node, True, in_pre))
            if node.tag in _UNTOUCHED:
                parts.append("".join(child.text for child in node.children))
                continue
            inside = in_pre or node.tag in {"pre", "textarea"}
            stack.extend((child, False, inside) for child in reversed(node.children))
    return "".join(parts)


def _text(text: str, *, in_text: bool, in_pre: bool) -> str:
    safe = escape(text, quote=False)
    if in_pre:
        safe = safe.replace("\n", "&#10;")
    return _MARKED.sub(_as_entity, safe) if in_text else safe


def _as_entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _attribute(value: str) -> str:
    return escape(value).replace("\n", "&#10;").replace("\r", "")
