"""Where the rows of an export lie in its file, found in one pass without reading it into memory.

The file is mapped, the rows are cut out by their place and decoded one at a time. Nothing recurses;
nesting beyond reason is refused.
"""

import mmap
import os
import re
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import msgspec

from octavo.content.importers.sources import UnusableSourceError

Row = dict[str, object]

_MAX_DEPTH = 200
_MAX_ROW_BYTES = 80_000_000
_LET_GO = 32_000_000
_SPACE = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]++")
_FLAT = re.compile(rb'\{(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+\}', re.DOTALL)
_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
_OPEN, _CLOSE = b"{[", b"}]"


class Span(NamedTuple):
    """Where a row lies: its first byte and the one behind its last."""

    start: int
    end: int


class Spans:
    """Where the rows of a table lie, sixteen bytes for each."""

    def __init__(self) -> None:
        self._edges = array("Q")

    def __len__(self) -> int:
        return len(self._edges) // 2

    def __iter__(self) -> Iterator[Span]:
        edges = iter(self._edges)
        return (Span(start, end) for start, end in zip(edges, edges, strict=True))

    def add(self, span: Span) -> None:
        """Note one more row."""
        self._edges.extend(span)


class RowError(ValueError):
    """A row cannot be read; the message says why."""


class Export:
    """An open export: its version, and where the rows of each table lie. Close it after use."""

    def __init__(self, path: Path) -> None:
        self.version = ""
        self.tables: dict[str, Spans] = {}
        self._name = path.name
        self._file = path.open("rb")
        try:
            self._data = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as exc:  # an empty file cannot be mapped
            self._file.close()
            raise UnusableSourceError(f"{path.name} is empty") from exc
        try:
            _Scanner(self).scan(self._data)
        except _BrokenError as exc:
            self.close()
            raise UnusableSourceError(f"{path.name} is not a Ghost export: {exc}") from exc
        if not {"posts", "users", "settings", "tags"} & self.tables.keys():
            self.close()
            msg = f"{path.name} is not a Ghost export: it has no posts, users, tags or settings"
            raise UnusableSourceError(msg)

    def __enter__(self) -> "Export":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if hasattr(self, "_data"):
            self._data.close()
        self._file.close()

    def bytes_of(self, span: Span) -> bytes:
        """Answer a row as it is written.

        Raises:
            RowError: it is larger than any post.
        """
        if span.end - span.start > _MAX_ROW_BYTES:
            raise RowError(f"is larger than {_MAX_ROW_BYTES // 1_000_000} MB")
        return os.pread(self._file.fileno(), span.end - span.start, span.start)

    def row(self, span: Span) -> Row:
        """Answer a row.

        Raises:
            RowError: it is no object of JSON.
        """
        return decode_row(self.bytes_of(span))

    def rows(self, table: str) -> Iterator[Row]:
        """Answer the rows of a table that can be read."""
        for span in self.tables.get(table, ()):
            try:
                yield self.row(span)
            except RowError:
                continue


def decode_row(data: bytes) -> Row:
    """Answer the object that the bytes hold.

    Raises:
        RowError: they hold none.
    """
    try:
        row = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as exc:
        raise RowError(f"is not valid JSON: {exc}") from exc
    if not isinstance(row, dict):
        raise RowError("is not an object")
    return row


class _BrokenError(ValueError):
    """The file is not what it should be."""


class _Scanner:
    """Steps through the outer structure: `{"db": [{"meta", "data": {table: [row, …]}}]}`."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._data: mmap.mmap
        self._at = 0
        self._freed = 0

    def scan(self, data: mmap.mmap) -> None:
        self._data = data
        if data[:3] == b"\xef\xbb\xbf":
            self._at = 3
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            raise _BrokenError("it is UTF-16: save it as UTF-8")
        if self._next() != b"{":
            raise _BrokenError("it is not an object of JSON")
        self._read_outer(depth=0)

    def _read_outer(self, *, depth: int) -> None:
        """Read the wrapped or the inner object, whichever this is."""
        for key in self._members():
            sign = self._next()
            if key == "db" and sign == b"[" and depth == 0:
                for _ in self._elements():
                    if self._next() == b"{" and not self._export.tables:
                        self._read_outer(depth=1)
                    else:
                        self._skip()
            elif key == "meta" and sign == b"{":
                self._read_meta()
            elif key == "data" and sign == b"{":
                self._read_tables()
            else:
                self._skip()

    def _read_meta(self) -> None:
        span = self._skip()
        try:
            meta = decode_row(self._export_bytes(span))
        except RowError:
            return
        self._export.version = str(meta.get("version", ""))[:20]

    def _export_bytes(self, span: Span) -> bytes:
        return self._data[span.start : min(span.end, span.start + 1_000_000)]

    def _read_tables(self) -> None:
        for table in self._members():
            if self._next() == b"[":
                spans = self._export.tables[table] = Spans()
                for _ in self._elements():
                    spans.add(self._skip())
                    self._let_go()
            else:
                self._skip()

    def _let_go(self) -> None:
        """Tell the system that what lies behind will not be read again: a map counts as memory."""
        if self._at - self._freed > _LET_GO and hasattr(mmap, "MADV_DONTNEED"):
            start = self._freed - self._freed % mmap.PAGESIZE
            self._data.madvise(mmap.MADV_DONTNEED, start, self._at - start)
            self._freed = self._at

    def _members(self) -> Iterator[str]:
        """Step through an object: the caller takes each value before it asks for the next key."""
        self._take(b"{")
        first = True
        while self._next() != b"}":
            if not first:
                self._take(b",")
            first = False
            span = self._match(_STRING, "a name of a field")
            self._take(b":")
            try:
                yield str(msgspec.json.decode(self._data[span.start : span.end]))
            except msgspec.DecodeError as exc:
                raise _BrokenError(f"a name of a field at byte {span.start} is broken") from exc
        self._take(b"}")

    def _elements(self) -> Iterator[None]:
        self._take(b"[")
        first = True
        while self._next() != b"]":
            if not first:
                self._take(b",")
            first = False
            yield None
        self._take(b"]")

    def _next(self) -> bytes:
        space = _SPACE.match(self._data, self._at)
        self._at = space.end() if space else self._at
        return self._data[self._at : self._at + 1]

    def _take(self, sign: bytes) -> None:
        found = self._next()
        if found != sign:
            raise self._unexpected(sign.decode())
        self._at += 1

    def _match(self, pattern: re.Pattern[bytes], what: str) -> Span:
        self._next()
        found = pattern.match(self._data, self._at)
        if found is None:
            raise self._unexpected(what)
        self._at = found.end()
        return Span(*found.span())

    def _skip(self) -> Span:
        """Step over one value; answer where it lies."""
        sign = self._next()
        if sign == b'"':
            return self._match(_STRING, "a text")
        if not sign or sign not in _OPEN:
            return self._match(_SCALAR, "a value")
        flat = _FLAT.match(self._data, self._at) if sign == b"{" else None
        if flat is not None:
            self._at = flat.end()
            return Span(*flat.span())
        return self._skip_nested()

    def _skip_nested(self) -> Span:
        start, depth = self._at, 0
        for found in _MARK.finditer(self._data, start):
            mark = found[0]
            if mark in {b"{", b"["}:
                depth += 1
                if depth > _MAX_DEPTH:
                    raise _BrokenError("it is nested too deeply")
            elif mark in {b"}", b"]"}:
                depth -= 1
                if depth == 0:
                    self._at = found.end()
                    return Span(start, self._at)
        raise _BrokenError("it ends too early: it is not complete")

    def _unexpected(self, wanted: str) -> _BrokenError:
        if self._at >= len(self._data):
            return _BrokenError("it ends too early: it is not complete")
        return _BrokenError(f"{wanted} was expected at byte {self._at}")
