"""The settings of a theme: what `theme.toml` offers, what may be chosen, what becomes of it.

Colours and fonts reach the pages as custom properties at the end of the theme's style sheet, never as
inline styles. Pure: `templates` reads the files.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from octavo.kernel.text import has_forbidden_characters

__all__ = [
    "SettingSpec", "Tokens", "check_value", "contrast", "parse_settings", "token_css", "warnings_of",
]  # fmt: skip

Kind = Literal["choice", "colour", "text", "links", "picture"]
Tokens = dict[str, dict[str, str]]
"""Colours by scheme (`light`, `dark`) and name."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_TOKEN = re.compile(r"[a-z][a-z0-9-]{0,40}")
_CSS_VALUE = re.compile(r"[^{};<>\\@]{0,300}")
_PICTURE = re.compile(r"/media/[^\s\"'<>\\?#]+")
_LINE_LIMIT, _LINK_LIMIT, _URL_LIMIT = 300, 12, 500
_AA, _LEAST = 4.5, 3.0
_KNEE = 0.04045
_GROUNDS = ("paper", "leaf")
_ON = ("#ffffff", "#171512")


class SettingSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that a theme offers; `group` is the heading it stands under.

    A colour takes the place of the theme's `token` in its `scheme`, and `on` is the token of what is
    written upon it; an empty one leaves the theme's. A choice with `css` gives `token` one of these
    values, and `names` says what its choices are called.
    """

    name: str
    type: Kind
    label: str
    group: str = ""
    help: str = ""
    default: str = ""
    choices: list[str] = []
    names: dict[str, str] = {}
    token: str = ""
    scheme: Literal["light", "dark"] = "light"
    on: str = ""
    css: dict[str, str] = {}


def parse_settings(stated: Mapping[str, Any]) -> list[SettingSpec]:
    """Answer the settings in the order of the file.

    Raises:
        ValueError: one cannot be understood; says which.
    """
    return [_parse(name, spec) for name, spec in stated.items()]


def _parse(name: str, stated: Any) -> SettingSpec:
    if not isinstance(stated, dict):
        msg = f"settings.{name} must be a table"
        raise ValueError(msg)  # noqa: TRY004 - of the file, not of a call
    kind = "choice" if "choices" in stated else "text"
    raw = {"label": name.replace("_", " ").capitalize(), "type": kind, **stated, "name": name}
    try:
        spec = msgspec.convert(raw, SettingSpec)
    except msgspec.ValidationError as exc:
        msg = f"settings.{name}: {exc}"
        raise ValueError(msg) from exc
    if wrong := _fault_of(spec):
        msg = f"settings.{name}: {wrong}"
        raise ValueError(msg)
    return spec


def _fault_of(spec: SettingSpec) -> str:
    if not _NAME.fullmatch(spec.name):
        return "must be named by small letters, digits and _"
    if spec.type == "choice" and spec.default not in spec.choices:
        return f"the default {spec.default!r} is none of its choices"
    if not spec.names.keys() <= set(spec.choices):
        return "names what is none of its choices"
    if spec.type == "colour" and spec.default and not _COLOUR.fullmatch(spec.default):
        return "needs a default such as #a6331b, or none"
    return _fault_of_tokens(spec)


def _fault_of_tokens(spec: SettingSpec) -> str:
    if any(token and not _TOKEN.fullmatch(token) for token in (spec.token, spec.on)):
        return "names a token that cannot be one"
    if any(not _CSS_VALUE.fullmatch(value) for value in spec.css.values()):
        return "gives a token a value that cannot be one"
    return ""


def check_value(spec: SettingSpec, value: str, tokens: Tokens) -> str:
    """Say what is wrong with a value; empty when it can be chosen. An empty value is the default."""
    if value in {"", spec.default}:
        return ""
    if has_forbidden_characters(value):
        return "holds characters that cannot be shown"
    if spec.type == "choice":
        return "" if value in spec.choices else f"choose one of {', '.join(spec.choices)}"
    if spec.type == "colour":
        return _check_colour(spec, value, tokens)
    if spec.type == "links":
        return _check_links(value)
    if spec.type == "picture":
        usable = len(value) <= _URL_LIMIT and _PICTURE.fullmatch(value) and ".." not in value
        said = "must be the address of a picture of the media library, /media/…"
    else:
        usable = len(value) <= _LINE_LIMIT and "\n" not in value
        said = f"use one line of at most {_LINE_LIMIT} characters"
    return "" if usable else said


def _check_colour(spec: SettingSpec, value: str, tokens: Tokens) -> str:
    if not _COLOUR.fullmatch(value):
        return "must be a colour such as #a6331b, in small letters"
    for ground, ratio in _ratios(spec, value, tokens):
        if ratio < _LEAST:
            return (
                f"cannot be seen on {ground} ({ratio:.1f} to 1; {_LEAST:.0f} to 1 is the least,"
                f" {_AA} to 1 for text)"
            )
    return ""


def _check_links(value: str) -> str:
    lines = [line for line in value.splitlines() if line.strip()]
    if len(lines) > _LINK_LIMIT:
        return f"has room for {_LINK_LIMIT} links"
    for number, line in enumerate(lines, start=1):
        label, _, url = (part.strip() for part in line.partition("|"))
        if not label or len(label) > _LINE_LIMIT:
            return f"line {number} needs a label: Label | address"
        if not _leads(url):
            return f"line {number} must lead to a path of the site, /…, or an address, https://…"
    return ""


def _leads(url: str) -> bool:
    if len(url) > _URL_LIMIT or "\\" in url or any(c.isspace() or not c.isprintable() for c in url):
        return False
    try:
        parts = urlsplit(url)
        return (parts.scheme in {"http", "https"} and bool(parts.hostname)) or (
            url.startswith("/") and not url.startswith("//")
        )
    except ValueError:
        return False


def warnings_of(spec: SettingSpec, value: str, tokens: Tokens) -> list[str]:
    """Say what is poor about a value that can be chosen all the same."""
    if spec.type != "colour" or not _COLOUR.fullmatch(value):
        return []
    return [
        f"{ratio:.1f} to 1 on {ground}: text needs {_AA} to 1"
        for ground, ratio in _ratios(spec, value, tokens)
        if ratio < _AA
    ]


def _ratios(spec: SettingSpec, value: str, tokens: Tokens) -> list[tuple[str, float]]:
    grounds = tokens.get(spec.scheme, {})
    return [
        (name, contrast(value, grounds[name]))
        for name in _GROUNDS
        if _COLOUR.fullmatch(grounds.get(name, "")) and name != spec.token
    ]


def token_css(specs: Sequence[SettingSpec], chosen: Mapping[str, str]) -> str:
    """Answer the custom properties that were chosen, as CSS for the screen; empty when none was."""
    blocks: dict[str, list[str]] = {"light": [], "dark": []}
    for spec in specs:
        value = chosen.get(spec.name, "")
        if not spec.token or value in {"", spec.default}:
            continue
        if spec.type == "colour" and _COLOUR.fullmatch(value):
            blocks[spec.scheme].append(f"--{spec.token}: {value};")
            if spec.on:
                best = max(_ON, key=lambda on: contrast(on, value))
                blocks[spec.scheme].append(f"--{spec.on}: {best};")
        elif spec.css.get(value):
            blocks[spec.scheme].append(f"--{spec.token}: {spec.css[value]};")
    asked = {"light": "screen", "dark": "screen and (prefers-color-scheme: dark)"}
    return "".join(
        f"\n@media {asked[scheme]} {{ :root {{ {' '.join(lines)} }} }}\n"
        for scheme, lines in blocks.items()
        if lines
    )


def contrast(one: str, other: str) -> float:
    """Answer the contrast of two colours #rrggbb, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= _KNEE else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
