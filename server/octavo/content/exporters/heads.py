"""The head of a file as text: YAML in which every text is quoted, in the order of the Struct. Pure."""

import json
import re
from typing import Any

import msgspec

from octavo.content.exporters.records import Head
from octavo.content.importers import frontmatter

# What YAML forbids, or takes for the end of a line, although JSON lets it stand.
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FENCE = "---\n"


def write_file(head: Head, body: str) -> bytes:
    """Answer a file: its head between fences, then the text and the end of its last line."""
    lines: list[str] = []
    _mapping(msgspec.to_builtins(head), lines, indent=0)
    return "".join([_FENCE, *(f"{line}\n" for line in lines), _FENCE, body, "\n"]).encode()


def read_file(text: str) -> tuple[Head, str]:
    """Answer the head and the text of such a file, as it was written or as a person left it.

    Raises:
        FrontMatterError: the head cannot be read.
        msgspec.ValidationError: it is none of ours.
    """
    text = text.removeprefix("\ufeff")
    end = text.find(f"\n{_FENCE}", len(_FENCE) - 1)
    if text.startswith(_FENCE) and end >= 0:
        values, body = frontmatter.read_yaml(text[len(_FENCE) : end + 1]), text[end + 5 :]
    else:  # line ends were changed on the way
        matter = frontmatter.split(text)
        values, body = matter.values, matter.body
    return msgspec.convert(values, Head, strict=False), body.removesuffix("\n")


def _mapping(table: dict[str, Any], lines: list[str], *, indent: int) -> None:
    for name, value in table.items():
        _entry(f"{'  ' * indent}{_name(name)}:", value, lines, indent=indent)


def _entry(start: str, value: Any, lines: list[str], *, indent: int) -> None:
    if isinstance(value, dict) and value:
        lines.append(start)
        _mapping(value, lines, indent=indent + 1)
    elif isinstance(value, list) and value:
        lines.append(start)
        for item in value:
            _item(item, lines, indent=indent + 1)
    else:
        lines.append(f"{start} {_scalar(value)}")


def _item(value: Any, lines: list[str], *, indent: int) -> None:
    dash = "  " * indent + "-"
    if not isinstance(value, dict | list) or not value:
        lines.append(f"{dash} {_scalar(value)}")
        return
    inner: list[str] = []
    if isinstance(value, dict):
        _mapping(value, inner, indent=indent + 1)
    else:
        for item in value:
            _item(item, inner, indent=indent + 1)
    lines.append(f"{dash} {inner[0].lstrip(' ')}")
    lines.extend(inner[1:])


def _name(name: str) -> str:
    return name if _KEY.fullmatch(name) else _scalar(name)


def _scalar(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return _ODD.sub(lambda sign: f"\\u{ord(sign[0]):04x}", written)
