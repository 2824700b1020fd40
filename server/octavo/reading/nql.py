r"""The filter language of Ghost's APIs, read into a tree. Pure; says nothing about what names mean.

    expression := all ("," all)*           one of them
    all        := unit ("+" unit)*         all of them: binds tighter
    unit       := "(" expression ")" | name ":" value
    value      := "-"? operator? literal | "-"? "[" literal ("," literal)* "]"
    operator   := ">" | ">=" | "<" | "<=" | "~" | "~^" | "~$"
    literal    := null | true | false | word | 'text, \' escaped' | now | now-30d

Bounded in length, depth and number of parts, so that no filter costs more than it is worth.
"""

import re
from typing import Final, Literal, NoReturn

import msgspec

from octavo.kernel.text import has_forbidden_characters

__all__ = ["Both", "Either", "Node", "NqlError", "Operator", "Said", "Word", "parse"]

MAX_LENGTH: Final = 8_000
MAX_DEPTH: Final = 16
MAX_PARTS: Final = 100
MAX_WORDS: Final = 500

Operator = Literal["in", ">", ">=", "<", "<=", "~", "~^", "~$"]
_OPERATORS: Final[tuple[Operator, ...]] = (">=", "<=", "~^", "~$", ">", "<", "~")

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,60}")
_NOW = re.compile(r"now(?:([+-])(\d{1,4})([smhdwMy]))?(?![^\s()\[\]+,])")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_BARE = re.compile(r"(?:[^\s'\"()\[\]+,:<>=~\\-]|\\.)(?:[^\s'\"()\[\]+,<>=~\\]|\\.)*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class NqlError(ValueError):
    """The filter cannot be read; says what and where."""


class Word(msgspec.Struct, frozen=True):
    """A literal as it was written. `quoted` texts are texts, whatever they look like."""

    text: str
    quoted: bool = False


class Said(msgspec.Struct, frozen=True):
    """One thing said about a name."""

    name: str
    operator: Operator
    words: tuple[Word, ...]
    negated: bool = False


class Both(msgspec.Struct, frozen=True):
    """All of these."""

    parts: tuple["Node", ...]


class Either(msgspec.Struct, frozen=True):
    """One of these."""

    parts: tuple["Node", ...]


Node = Said | Both | Either


def parse(text: str) -> Node:
    """Read a filter.

    Raises:
        NqlError: it is not one, or goes beyond the limits.
    """
    if len(text) > MAX_LENGTH:
        msg = f"the filter has {len(text):,} characters; at most {MAX_LENGTH:,} are read"
        raise NqlError(msg)
    if has_forbidden_characters(text):
        raise NqlError("the filter holds a control character")
    reader = _Reader(text)
    tree = reader.expression(1)
    reader.end()
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._parts = 0
        self._words = 0

    def expression(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self._fail(f"the filter is nested more than {MAX_DEPTH} deep")
        parts = [self._all(depth)]
        while self._take(","):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def end(self) -> None:
        self._skip()
        if self._at < len(self._text):
            self._fail("something is left over")

    def _all(self, depth: int) -> Node:
        parts = [self._unit(depth)]
        while self._take("+"):
            parts.append(self._unit(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _unit(self, depth: int) -> Node:
        if self._take("("):
            inner = self.expression(depth + 1)
            self._need(")")
            return inner
        self._parts += 1
        if self._parts > MAX_PARTS:
            self._fail(f"the filter says more than {MAX_PARTS} things")
        name = self._match(_NAME)
        if name is None:
            self._fail("a name is missing")
        self._need(":")
        negated = self._take("-")
        operator = next((op for op in _OPERATORS if self._take(op)), None)
        if operator is None and self._take("["):
            return Said(name[0], "in", self._list(), negated)
        return Said(name[0], operator or "in", (self._word(),), negated)

    def _list(self) -> tuple[Word, ...]:
        words = [self._word()]
        while self._take(","):
            words.append(self._word())
        self._need("]")
        return tuple(words)

    def _word(self) -> Word:
        self._words += 1
        if self._words > MAX_WORDS:
            self._fail(f"the filter names more than {MAX_WORDS} values")
        quoted = self._match(_QUOTED)
        if quoted is not None:
            return Word(_ESCAPE.sub(r"\1", quoted[1]), quoted=True)
        found = self._match(_NOW) or self._match(_BARE)
        if found is None:
            self._fail("a value is missing; texts with signs in them stand in single quotes")
        return Word(_ESCAPE.sub(r"\1", found[0]))

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self._skip()
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def _take(self, sign: str) -> bool:
        self._skip()
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            self._fail(f"`{sign}` is missing")

    def _skip(self) -> None:
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at

    def _fail(self, why: str) -> NoReturn:
        msg = f"{why}, at character {self._at + 1}"
        raise NqlError(msg)
