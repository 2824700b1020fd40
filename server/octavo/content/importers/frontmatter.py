"""The data block at the head of a Markdown file: YAML between `---`, TOML between `+++`, JSON, or bare.

Scalars stay the text that was written: no YAML 1.1 guesses (`no` is not false, `1.10` is not 1.1,
`12:30` is not 750, a date keeps its offset). What they mean is decided where they are used.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import msgspec
import yaml

Value = str | list["Value"] | dict[str, "Value"] | None

_LIMIT = 256_000
_MAX_NODES = 20_000
_MAX_DEPTH = 60
_FENCE = re.compile(r"(---|\+\+\+)[ \t]*$")
_BARE_FIRST = re.compile(
    r"(?:title|date|slug|status|authors?|category|tags|summary|modified|lang|translation):[ \t]",
    re.IGNORECASE,
)
_BARE = re.compile(r"([A-Za-z][A-Za-z0-9_ -]{0,40}):(?:[ \t]+(.*))?$")
_NESTED_DASHES = re.compile(r"(?:[-?][ \t]+){20}")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class FrontMatterError(Exception):
    """The block cannot be read. `line` counts from the head of the file, from 1."""

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(message)
        self.line = line


class FrontMatter(msgspec.Struct, frozen=True, kw_only=True):
    """The block and what follows it. `lines` says where each top-level key stands."""

    format: str | None
    values: dict[str, Value]
    lines: dict[str, int]
    body: str
    warnings: list[str]


def split(text: str) -> FrontMatter:
    """Take the block off the head of a file.

    Blank lines before the fence are passed over, as are a byte order mark and CRLF line ends.

    Raises:
        FrontMatterError: there is a fence, and what follows cannot be read.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = len(text) - len(text.lstrip("\n \t"))
    start_line = text.count("\n", 0, head) + 1
    first, _, rest = text[head:].partition("\n")
    if fence := _FENCE.match(first):
        return _fenced(fence[1], rest, start_line=start_line)
    if first.startswith("{") and not first.startswith(("{%", "{{", "{:")):
        return _json(text[head:], start_line=start_line)
    if _BARE_FIRST.match(first):
        return _bare(text[head:], start_line=start_line)
    return FrontMatter(format=None, values={}, lines={}, body=text, warnings=[])


def _fenced(fence: str, rest: str, *, start_line: int) -> FrontMatter:
    closing = re.compile(rf"^{re.escape(fence)}[ \t]*$", re.MULTILINE).search(rest)
    if closing is None:
        msg = f"the front matter that starts with {fence} is never closed"
        raise FrontMatterError(msg, line=start_line)
    block, body = rest[: closing.start()], rest[closing.end() :].removeprefix("\n")
    if len(block) > _LIMIT:
        raise FrontMatterError("the front matter is larger than 256 kB", line=start_line)
    read = _yaml if fence == "---" else _toml
    values, lines, warnings = read(block, start_line + 1)
    kind = "yaml" if fence == "---" else "toml"
    return FrontMatter(format=kind, values=values, lines=lines, body=body, warnings=warnings)


def _bare(text: str, *, start_line: int) -> FrontMatter:
    """Read a head without a fence, as Pelican has it: `Title: …` lines up to a blank one."""
    values: dict[str, Value] = {}
    lines: dict[str, int] = {}
    warnings: list[str] = []
    name, at = "", 0
    while at < len(text) and at < _LIMIT:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        found = _BARE.match(line)
        if not line.strip() or not (found or (name and line[0] in " \t")):
            break
        number = start_line + text.count("\n", 0, at) if found else 0
        if found is None:
            values[name] = f"{values[name]} {line.strip()}"
        else:
            name = found[1].strip().lower()
            if name in values:
                warnings.append(f"field {name!r} is given again on line {number}: that counts")
            values[name], lines[name] = (found[2] or "").strip(), number
        at = end + 1
    body = text[at:].removeprefix("\n")
    return FrontMatter(format="bare", values=values, lines=lines, body=body, warnings=warnings)


def read_yaml(text: str) -> dict[str, Value]:
    """Answer a file of YAML as plain texts.

    Raises:
        FrontMatterError: it cannot be read, or is made to explode.
    """
    return _yaml(text, 1)[0]


def plain_table(table: dict[str, Any]) -> dict[str, Value]:
    """Answer a table of TOML or JSON as plain texts.

    Raises:
        FrontMatterError: it is nested too deeply.
    """
    return _plain_table(table, 1)


_Read = tuple[dict[str, Value], dict[str, int], list[str]]


def _yaml(block: str, first_line: int) -> _Read:
    _refuse_deep(block, first_line)
    try:
        root = yaml.compose(block, Loader=_LOADER)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line = first_line + (mark.line if mark else 0)
        raise FrontMatterError(f"not valid YAML: {exc.problem or exc}", line=line) from exc
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise FrontMatterError(f"not valid YAML: {exc}", line=first_line) from exc
    if root is None:
        return {}, {}, []
    if not isinstance(root, yaml.MappingNode):
        raise FrontMatterError("the front matter is not a list of fields", line=first_line)
    reader = _YamlReader(first_line)
    values = reader.mapping(root, depth=0)
    lines = {
        str(key.value): first_line + key.start_mark.line
        for key, _ in root.value
        if isinstance(key, yaml.ScalarNode)
    }
    return values, lines, reader.warnings


class _YamlReader:
    """Turns a node tree into plain values within a budget, so that aliases cannot explode."""

    def __init__(self, first_line: int) -> None:
        self.warnings: list[str] = []
        self._first_line = first_line
        self._left = _MAX_NODES

    def mapping(self, node: yaml.MappingNode, *, depth: int) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error("a field name must be plain text", key)
            name = str(key.value)
            if name in values:
                line = self._first_line + key.start_mark.line
                self.warnings.append(f"field {name!r} is given again on line {line}: that counts")
            values[name] = self._value(value, depth=depth + 1)
        return values

    def _value(self, node: yaml.Node, *, depth: int) -> Value:
        self._left -= 1
        if self._left < 0 or depth > _MAX_DEPTH:
            raise self._error("the front matter is too large once its aliases are followed", node)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth=depth)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, depth=depth + 1) for item in node.value]
        plain = getattr(node, "style", None) not in {'"', "'", "|", ">"}
        return None if plain and node.value in _NULLS else str(node.value)

    def _error(self, message: str, node: yaml.Node) -> FrontMatterError:
        return FrontMatterError(message, line=self._first_line + node.start_mark.line)


def _refuse_deep(block: str, first_line: int) -> None:
    """Refuse nesting that would exhaust the parser's stack before it could complain."""
    depth = 0
    for sign in block if block.count("[") + block.count("{") > _MAX_DEPTH else "":
        depth += (sign in "[{") - (sign in "]}")
        if depth > _MAX_DEPTH:
            raise FrontMatterError("the front matter is nested too deeply", line=first_line)
    if _NESTED_DASHES.search(block):
        raise FrontMatterError("the front matter is nested too deeply", line=first_line)


def _toml(block: str, first_line: int) -> _Read:
    try:
        table = tomllib.loads(block, parse_float=str)
    except tomllib.TOMLDecodeError as exc:
        found = re.search(r"at line (\d+)", str(exc))
        line = first_line + (int(found[1]) - 1 if found else 0)
        raise FrontMatterError(f"not valid TOML: {exc}", line=line) from exc
    except (RecursionError, ValueError) as exc:
        raise FrontMatterError(f"not valid TOML: {exc}", line=first_line) from exc
    return _plain_table(table, first_line), _key_lines(block, r"^{}\s*=", table, first_line), []


def _json(text: str, *, start_line: int) -> FrontMatter:
    warnings: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in items]
        warnings.extend(
            f"field {name!r} is given twice: the last counts"
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        )
        return dict(items)

    decoder = json.JSONDecoder(object_pairs_hook=pairs, parse_float=str, parse_int=str)
    try:
        table, end = decoder.raw_decode(text)
    except json.JSONDecodeError as exc:
        line = start_line + exc.lineno - 1
        raise FrontMatterError(f"not valid JSON: {exc.msg}", line=line) from exc
    except RecursionError as exc:
        raise FrontMatterError("the front matter is nested too deeply", line=start_line) from exc
    lines = _key_lines(text[:end], r'"{}"\s*:', table, start_line)
    return FrontMatter(
        format="json",
        values=_plain_table(table, start_line),
        lines=lines,
        body=text[end:].lstrip(" \t").removeprefix("\n"),
        warnings=warnings,
    )


def _plain_table(table: dict[str, Any], line: int) -> dict[str, Value]:
    return {name: _plain(value, line=line, depth=0) for name, value in table.items()}


def _plain(value: Any, *, line: int, depth: int) -> Value:
    if depth > _MAX_DEPTH:
        raise FrontMatterError("the front matter is nested too deeply", line=line)
    if isinstance(value, dict):
        return {str(name): _plain(item, line=line, depth=depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, line=line, depth=depth + 1) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return None if value is None else str(value)


def _key_lines(
    block: str, pattern: str, keys: Sequence[str] | dict[str, Any], first_line: int
) -> dict[str, int]:
    lines: dict[str, int] = {}
    for key in keys:
        if found := re.search(pattern.format(re.escape(key)), block, re.MULTILINE):
            lines[key] = first_line + block.count("\n", 0, found.start())
    return lines
