"""Lexical, the editor's format since Ghost 5, as HTML. Pure; nesting beyond reason is cut."""

from html import escape

from octavo.content.importers.ghost.cards import Seen, Segment, render_card
from octavo.content.importers.ghost.scanning import Row

_DEEPEST = 60
# Bits of `format`, in the order of Lexical's own constants.
_FORMATS = (
    (1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup"), (128, "mark"),
)  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BREAKS = {"linebreak": "<br>", "tab": " "}
_INLINE = frozenset(
    {"text", "extended-text", "tab", "linebreak", "link", "autolink", "at-link", "hashtag", "zwnj",
     "at-link-search", "tk"}
)  # fmt: skip


def render(document: Row, seen: Seen) -> list[Segment]:
    """Answer a document as segments; what is not understood is said in `seen`."""
    root = document.get("root")
    children = root.get("children") if isinstance(root, dict) else None
    segments: list[Segment] = []
    loose: list[str] = []
    for node in _nodes(children):
        if node.get("type") in _INLINE:
            loose.append(_inline(node, 0))
            continue
        if loose:
            segments.append(Segment(f"<p>{''.join(loose)}</p>"))
            loose.clear()
        segments.append(_block(node, seen))
    if loose:
        segments.append(Segment(f"<p>{''.join(loose)}</p>"))
    return segments


def _block(node: Row, seen: Seen) -> Segment:
    kind = str(node.get("type", ""))
    inner = node.get("children")
    if kind == "paragraph":
        return Segment(f"<p>{_inlines(inner, 0)}</p>")
    if kind in {"heading", "extended-heading"}:
        tag = node.get("tag")
        tag = tag if tag in _HEADINGS else "h2"
        return Segment(f"<{tag}>{_inlines(inner, 0)}</{tag}>")
    if kind in {"quote", "extended-quote", "aside"}:
        return Segment(f"<blockquote><p>{_inlines(inner, 0)}</p></blockquote>")
    if kind == "list":
        return Segment(_listed(node, 0))
    if kind == "code" and isinstance(inner, list):
        return Segment(f"<pre><code>{escape(_plain(inner))}</code></pre>")
    return render_card(kind, node, seen)


def _listed(node: Row, depth: int) -> str:
    tag = "ol" if node.get("listType") == "number" else "ul"
    start = node.get("start")
    first = f' start="{start}"' if tag == "ol" and isinstance(start, int) and start != 1 else ""
    items: list[str] = []
    for item in _nodes(node.get("children")):
        mark = ("☑ " if item.get("checked") else "☐ ") if node.get("listType") == "check" else ""
        html = mark + _inlines(item.get("children"), depth)
        lone = all(child.get("type") == "list" for child in _nodes(item.get("children")))
        if lone and items and html:
            items[-1] += html  # Lexical nests a list in an item of its own
        else:
            items.append(html)
    return f"<{tag}{first}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"


def _inlines(children: object, depth: int) -> str:
    return "".join(_inline(child, depth + 1) for child in _nodes(children))


def _inline(node: Row, depth: int) -> str:
    kind = str(node.get("type", ""))
    text = node.get("text")
    if depth > _DEEPEST:
        return escape(_plain([node]), quote=False)
    if kind in _BREAKS:
        return _BREAKS[kind]
    if kind in {"link", "autolink", "at-link"}:
        return _link(node, depth)
    if kind == "list":
        return _listed(node, depth + 1)
    if isinstance(text, str):
        return _formatted(escape(text, quote=False), node.get("format"))
    return _inlines(node.get("children"), depth)


def _link(node: Row, depth: int) -> str:
    inner = _inlines(node.get("children"), depth)
    url, title, rel = node.get("url"), node.get("title"), node.get("rel")
    if not isinstance(url, str) or not url:
        return inner
    more = f' title="{escape(title)}"' if isinstance(title, str) and title else ""
    more += f' rel="{escape(rel)}"' if isinstance(rel, str) and rel else ""
    return f'<a href="{escape(url)}"{more}>{inner}</a>'


def _formatted(html: str, bits: object) -> str:
    if not isinstance(bits, int):
        return html
    for bit, tag in reversed(_FORMATS):
        if bits & bit:
            html = f"<{tag}>{html}</{tag}>"
    return html


def _plain(children: object) -> str:
    parts: list[str] = []
    stack = list(reversed(_nodes(children)))
    while stack:
        node = stack.pop()
        text = node.get("text")
        parts.append(
            text if isinstance(text, str) else "\n" if node.get("type") == "linebreak" else ""
        )
        stack.extend(reversed(_nodes(node.get("children"))))
    return "".join(parts)


def _nodes(children: object) -> list[Row]:
    return (
        [child for child in children if isinstance(child, dict)]
        if isinstance(children, list)
        else []
    )
