"""Mobiledoc (versions 0.2 and 0.3), the editor's format of Ghost 1 to 4, as HTML. Pure."""

from html import escape

from octavo.content.importers.ghost.cards import Seen, Segment, picture, render_card
from octavo.content.importers.ghost.scanning import Row

_TEXT, _PICTURE, _LIST, _CARD = 1, 2, 3, 10
_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "aside", "pull-quote"})
_MARKUPS = frozenset(
    {"a", "b", "code", "em", "i", "s", "del", "strong", "sub", "sup", "u", "mark", "q", "small"}
)


def render(document: Row, seen: Seen) -> list[Segment]:
    """Answer a document as segments; what is not understood is said in `seen`."""
    sections = _list(document.get("sections"))
    markups = _list(document.get("markups"))
    if str(document.get("version", "")).startswith("0.2") and len(sections) == 2:  # noqa: PLR2004
        markups, sections = _list(sections[0]), _list(sections[1])
    writer = _Writer(
        markups=markups,
        atoms=_list(document.get("atoms")),
        cards=_list(document.get("cards")),
        seen=seen,
    )
    return [writer.section(_list(section)) for section in sections]


class _Writer:
    def __init__(
        self, *, markups: list[object], atoms: list[object], cards: list[object], seen: Seen
    ) -> None:
        self._markups, self._atoms, self._cards, self._seen = markups, atoms, cards, seen

    def section(self, section: list[object]) -> Segment:
        kind, content = _at(section, 0), _at(section, 1)
        if kind == _TEXT:
            tag = content if isinstance(content, str) and content in _BLOCKS else "p"
            tag = "blockquote" if tag in {"pull-quote", "aside"} else tag
            return Segment(f"<{tag}>{self._markers(_at(section, 2))}</{tag}>")
        if kind == _PICTURE and isinstance(content, str):
            return Segment(picture({"src": content}))
        if kind == _LIST:
            tag = "ol" if content == "ol" else "ul"
            items = [f"<li>{self._markers(item)}</li>" for item in _list(_at(section, 2))]
            return Segment(f"<{tag}>{''.join(items)}</{tag}>")
        if kind == _CARD:
            return self._card(content if len(section) == 2 else _at(section, 1), section)  # noqa: PLR2004
        self._seen.unknown[f"section {kind!r}"[:40]] += 1
        return Segment(f"<pre>{escape(repr(section)[:20_000])}</pre>")

    def _card(self, index: object, section: list[object]) -> Segment:
        # Version 0.2 names the card and holds its payload in the section itself.
        card = section[1:] if isinstance(index, str) else _list(_at(self._cards, index))
        name, payload = _at(card, 0), _at(card, 1)
        if not isinstance(name, str):
            self._seen.unknown["card without a name"] += 1
            return Segment("")
        return render_card(name, payload if isinstance(payload, dict) else {}, self._seen)

    def _markers(self, markers: object) -> str:
        html: list[str] = []
        open_tags: list[str] = []
        for marker in map(_list, _list(markers)):
            # 0.3: [type, opened, closed, value]; 0.2: [opened, closed, value]
            kind, opened, closed, value = (
                marker if len(marker) == 4 else [0, *marker, *[None] * 3][:4]  # noqa: PLR2004
            )
            for index in _list(opened):
                start, tag = self._markup(_list(_at(self._markups, index)))
                html.append(start)
                open_tags.append(tag)
            html.append(self._atom(value) if kind == 1 else escape(str(value or ""), quote=False))
            count = min(closed, len(open_tags)) if isinstance(closed, int) else 0
            ended = [open_tags.pop() for _ in range(count)]
            html += [f"</{tag}>" for tag in ended if tag]
        html += [f"</{tag}>" for tag in reversed(open_tags) if tag]
        return "".join(html)

    def _markup(self, markup: list[object]) -> tuple[str, str]:
        tag, attributes = _at(markup, 0), _list(_at(markup, 1))
        if not isinstance(tag, str) or tag.lower() not in _MARKUPS:
            return "", ""
        pairs = zip(attributes[::2], attributes[1::2], strict=False)
        wanted = [f' {name}="{escape(str(value))}"' for name, value in pairs
                  if name in {"href", "title", "rel"}]  # fmt: skip
        return f"<{tag.lower()}{''.join(wanted)}>", tag.lower()

    def _atom(self, index: object) -> str:
        atom = _list(_at(self._atoms, index))
        name, text = _at(atom, 0), _at(atom, 1)
        return "<br>" if name == "soft-return" else escape(str(text or ""), quote=False)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _at(items: list[object], index: object) -> object:
    if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(items):
        return items[index]
    return None
