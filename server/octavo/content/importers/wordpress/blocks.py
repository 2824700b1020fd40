"""Texts of the block editor: comments with JSON around HTML, and classic text in between."""

import re
from collections.abc import Callable
from html import escape, unescape

import msgspec

from octavo.content.importers.wordpress.paragraphs import add_paragraphs

_COMMENT = re.compile(
    r"<!--\s{1,8}(?P<close>/)?wp:(?P<name>[a-z][a-z0-9_-]{0,60}(?:/[a-z][a-z0-9_-]{0,60})?)"
    r"(?P<rest>(?:(?!-->)[^<])*)-->"
)
_REFERENCE = re.compile(r'"ref"\s{0,4}:\s{0,4}(\d{1,12})')
_URL = re.compile(r"https?://[^\s<>\"'\[\]]{1,2000}")
_CAPTION = re.compile(r"<figcaption[^<>]*>(.*?)</figcaption>", re.DOTALL)
_JSON_URL = re.compile(r'"url"\s{0,4}:\s{0,4}"((?:[^"\\]|\\.){1,2000})"')
_JSON_LABEL = re.compile(r'"(?:label|service)"\s{0,4}:\s{0,4}"((?:[^"\\]|\\.){1,500})"')
_LINKS = frozenset({"navigation-link", "social-link", "home-link"})
_EMBEDS = ("embed", "core-embed/", "core/embed")
_DEEPEST = 4


class Flat(msgspec.Struct, frozen=True, kw_only=True):
    """Plain HTML, and the names of blocks that hold no text because WordPress computes it."""

    html: str
    empty: list[str]


def has_blocks(text: str) -> bool:
    """Say whether the block editor wrote the text."""
    return "<!-- wp:" in text


def flatten(text: str, find_block: Callable[[int], str | None]) -> Flat:
    """Answer the text without the comments of blocks.

    Args:
        find_block: answers the text of a reusable block by its id.
    """
    empty: dict[str, None] = {}
    html = _flattened(text, find_block, empty, depth=0)
    return Flat(html=html, empty=list(empty))


def _flattened(
    text: str, find_block: Callable[[int], str | None], empty: dict[str, None], *, depth: int
) -> str:
    done: list[str] = []
    place = level = 0
    classic = False
    embed: int | None = None  # where the content of the embed we are in begins
    for found in _COMMENT.finditer(text):
        between = text[place : found.start()]
        place = found.end()
        name = found["name"].removeprefix("core/")
        if embed is not None:
            if found["close"]:
                done.append(_embed(text[embed : found.start()]))
                embed = None
                level = max(level - 1, 0)
            continue
        done.append(add_paragraphs(between) if level == 0 or classic else between)
        if found["close"]:
            level = max(level - 1, 0)
            classic = False
        elif found["rest"].rstrip().endswith("/"):
            done.append(_computed(name, found["rest"], find_block, empty, depth=depth))
        elif name.startswith(_EMBEDS):
            level += 1
            embed = found.end()
        else:
            level += 1
            classic = name == "freeform"
    rest = text[place:] if embed is None else text[embed:]
    done.append(add_paragraphs(rest) if level == 0 else rest)
    return "\n".join(part for part in done if part.strip())


def _computed(
    name: str,
    attributes: str,
    find_block: Callable[[int], str | None],
    empty: dict[str, None],
    *,
    depth: int,
) -> str:
    """Answer what stands for a block without text of its own."""
    if name == "block" and (reference := _REFERENCE.search(attributes)) and depth < _DEEPEST:
        text = find_block(int(reference[1]))
        if text is not None:
            return _flattened(text, find_block, empty, depth=depth + 1)
    if name.startswith(_EMBEDS) and (url := _JSON_URL.search(attributes)):
        return _embed(escape(_json_text(url[1])))
    if name in _LINKS and (url := _JSON_URL.search(attributes)):
        said = _JSON_LABEL.search(attributes)
        label = _json_text(said[1]) if said else _json_text(url[1])
        return f'<p><a href="{escape(_json_text(url[1]))}">{escape(label)}</a></p>'
    empty[name] = None
    return ""


def _json_text(raw: str) -> str:
    try:
        return str(msgspec.json.decode(f'"{raw}"', type=str))
    except msgspec.DecodeError:
        return raw


def _embed(html: str) -> str:
    url = _URL.search(html)
    if url is None:
        return html
    plain = escape(unescape(url[0]))
    caption = _CAPTION.search(html)
    said = f"\n<p>{caption[1]}</p>" if caption and caption[1].strip() else ""
    return f'<p><a href="{plain}">{plain}</a></p>{said}'
