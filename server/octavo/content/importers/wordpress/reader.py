"""The XML of a WordPress export, a piece at a time.

Exports are often not well-formed: what XML forbids is taken out while the bytes stream in. Nothing
of a DTD is believed: an export that declares entities is refused, and none is ever fetched.
Elements are known by their local names, because the namespaces differ by version.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from html.entities import name2codepoint
from typing import BinaryIO
from xml.parsers import expat

from octavo.content.importers.sources import UnusableSourceError
from octavo.kernel.text import without_forbidden_characters

_CHUNK_BYTES = 256 * 1024
# How deep in the tree: rss, channel, one of `_ROWS`, its fields, the fields of those.
_ROOT, _ROW, _FIELD = 1, 3, 4
_MAX_HEAD_CHARACTERS = 1_000
_MAX_DEPTH = 50
_MAX_ITEM_CHARACTERS = 64_000_000
_MAX_PARTS = 50_000
_DECLARED = re.compile(rb"^<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z][\w.:-]{0,40})[\"']")
# References to what XML 1.0 cannot carry, even in this form.
_FORBIDDEN_REFERENCE = re.compile(
    r"&#(?:x0{0,6}(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0{0,6}(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)
_LONGEST_REFERENCE = 12
_VERSION = re.compile(r"\d+\.\d+")
_ROWS = frozenset({"item", "author", "category", "tag", "term"})  # of the channel
_PARTS = frozenset({"postmeta", "comment", "termmeta", "commentmeta"})  # of those


class Row:
    """One item (or author, or term) of the export: texts by element name, repeated parts in lists.

    `terms` are (taxonomy, slug, name); `meta` pairs of key and value; `line` where it begins.
    """

    __slots__ = ("comments", "is_cut", "line", "meta", "terms", "texts")

    def __init__(self, line: int) -> None:
        self.line = line
        self.texts: dict[str, str] = {}
        self.terms: list[tuple[str, str, str]] = []
        self.meta: list[tuple[str, str]] = []
        self.comments: list[dict[str, str]] = []
        self.is_cut = False  # it is larger than an item may be

    def text(self, name: str) -> str:
        """Answer the text of an element without space around it; empty when there is none."""
        return self.texts.get(name, "").strip()


def read_rows(
    stream: BinaryIO, *, name: str, told: Callable[[int], None] | None = None
) -> Iterator[tuple[str, Row]]:
    """Answer the rows of an export as (`author`, `category`, `tag`, `term` or `item`, row).

    Before the first item comes ("channel", row): what the file says of itself.

    Args:
        told: how many bytes were read so far.

    Raises:
        UnusableSourceError: it is not a WordPress export, or its XML is broken; names the line.
    """
    machine = _Machine(name)
    seen = 0
    for text in _cleaned(stream, name):
        machine.feed(text)
        yield from machine.take()
        if told is not None:
            seen += len(text)
            told(seen)
    machine.finish()
    yield from machine.take()


def _cleaned(stream: BinaryIO, name: str) -> Iterator[str]:
    """Answer the text of the file without what XML cannot carry."""
    first = stream.read(_CHUNK_BYTES).lstrip(b" \t\r\n")
    if first.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise UnusableSourceError(f"{name} is packed: give it the ending .zip, or unpack it first")
    decoder = codecs.getincrementaldecoder(_encoding(first, name))("replace")
    held = ""
    chunk = first
    while True:
        text = held + without_forbidden_characters(decoder.decode(chunk, not chunk))
        cut = text.rfind("&", len(text) - _LONGEST_REFERENCE) if chunk else -1
        text, held = (text, "") if cut < 0 else (text[:cut], text[cut:])
        if "&#" in text:
            text = _FORBIDDEN_REFERENCE.sub("", text)
        if text:
            yield text
        if not chunk:
            return
        chunk = stream.read(_CHUNK_BYTES)


def _encoding(first: bytes, name: str) -> str:
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    declared = _DECLARED.match(first.removeprefix(codecs.BOM_UTF8))
    label = declared[1].decode("ascii") if declared else "utf-8"
    try:
        found = codecs.lookup(label)
        "".encode(label)  # some codecs are of bytes to bytes
    except LookupError as exc:
        raise UnusableSourceError(f"{name} is in an unknown encoding, {label}") from exc
    # One that counts two bytes a letter cannot have declared itself in single bytes.
    return "utf-8-sig" if found.name.startswith(("utf-8", "utf-16", "utf-32")) else found.name


class _Machine:
    """Expat's callbacks, and what they have put together."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._done: list[tuple[str, Row]] = []
        self._channel = Row(1)
        self._path: list[str] = []
        self._row: Row | None = None
        self._part: dict[str, str] | None = None
        self._attributes: dict[str, str] = {}
        self._text: list[str] = []
        self._characters = 0
        self._count = 0
        self._excerpt = "excerpt"
        self._has_version = self._is_told = False
        self._builtin = False
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = 65_536
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters_came
        parser.EntityDeclHandler = self._refuse_entity
        parser.ExternalEntityRefHandler = self._external
        # Exports use HTML's names (`&nbsp;`) without declaring them: they are ours to declare.
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        parser.UseForeignDTD(True)  # noqa: FBT003
        self._parser = parser

    def feed(self, text: str) -> None:
        try:
            self._parser.Parse(text, False)  # noqa: FBT003 - expat takes it so
        except expat.ExpatError as exc:
            raise self._broken(exc) from exc

    def finish(self) -> None:
        try:
            self._parser.Parse("", True)  # noqa: FBT003
        except expat.ExpatError as exc:
            raise self._broken(exc) from exc
        self._end_of_head()

    def take(self) -> list[tuple[str, Row]]:
        done, self._done = self._done, []
        return done

    def _broken(self, exc: expat.ExpatError) -> UnusableSourceError:
        reason = expat.ErrorString(exc.code)
        if exc.code in {3, 5, 13, 20}:  # no element, unclosed token, element or CDATA
            reason = "it ends in the middle"
        return UnusableSourceError(
            f"{self._name} is not a whole XML file: {reason} (line {exc.lineno}, column"
            f" {exc.offset + 1}); nothing was imported"
        )

    def _refuse_entity(self, name: str, *_: object) -> None:
        if not self._builtin:
            raise UnusableSourceError(
                f"{self._name} declares the entity {name[:40]!r}, which no export does: refused"
            )

    def _external(
        self, context: str | None, _base: str | None, system: str | None, _public: str | None
    ) -> int:
        if system is not None or _public is not None:
            raise UnusableSourceError(f"{self._name} refers to another file: refused")
        self._builtin = True
        declared = self._parser.ExternalEntityParserCreate(context, "utf-8")
        declared.Parse(_HTML_NAMES, True)  # noqa: FBT003
        self._builtin = False
        return 1

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, _, local = tag.rpartition(":")
        path = self._path
        path.append(local)
        depth = len(path)
        if depth > _MAX_DEPTH:
            raise UnusableSourceError(
                f"{self._name} nests elements too deeply (line {self._parser.CurrentLineNumber})"
            )
        self._text.clear()
        if depth == _ROOT:
            self._check_root(local, attributes)
        elif depth == _ROW and local in _ROWS:
            if local == "item":
                self._end_of_head()
            self._row = Row(self._parser.CurrentLineNumber)
            self._characters = self._count = 0
        elif depth == _FIELD and self._row is not None:
            if local in _PARTS:
                self._part = {}
            elif local == "encoded":
                path[-1] = "excerpt" if prefix == self._excerpt else "content"
            self._attributes = attributes

    def _end(self, _tag: str) -> None:
        path = self._path
        local = path.pop()
        depth = len(path)
        row = self._row
        if depth == _ROW - 1:
            if row is not None:
                self._done.append((local, row))
                self._row = None
            else:
                self._end_of_channel(local)
        elif depth == _FIELD - 1 and row is not None:
            self._end_of_field(local, row)
        elif depth == _FIELD and row is not None and self._part is not None:
            self._part[local] = "".join(self._text)
        self._text.clear()

    def _end_of_channel(self, local: str) -> None:
        text = "".join(self._text).strip()
        self._channel.texts.setdefault(local, text)
        if local == "wxr_version":
            if not _VERSION.fullmatch(text):
                msg = f"{self._name} names {text[:20]!r} as its WXR version, which is none: refused"
                raise UnusableSourceError(msg)
            self._has_version = True

    def _end_of_field(self, local: str, row: Row) -> None:
        part, self._part = self._part, None
        if self._count > _MAX_PARTS:
            row.is_cut = True
        elif part is not None:
            self._count += 1
            if local == "postmeta":
                row.meta.append((part.get("meta_key", "").strip(), part.get("meta_value", "")))
            elif local == "comment":
                row.comments.append(part)
        elif local == "category":
            self._count += 1
            attributes = self._attributes
            slug = attributes.get("nicename", "")
            row.terms.append((attributes.get("domain", ""), slug, "".join(self._text).strip()))
        else:
            row.texts.setdefault(local, "".join(self._text))

    def _characters_came(self, text: str) -> None:
        row = self._row
        if row is not None:
            self._characters += len(text)
            if self._characters > _MAX_ITEM_CHARACTERS:
                row.is_cut = True
                return
        elif len(self._path) != _ROW or len(self._text) > _MAX_HEAD_CHARACTERS:
            return
        self._text.append(text)

    def _check_root(self, local: str, attributes: dict[str, str]) -> None:
        if local != "rss":
            raise UnusableSourceError(
                f"{self._name} is not a WordPress export: it begins with <{local[:40]}>, not <rss>"
            )
        for name, value in attributes.items():
            if name.startswith("xmlns:") and "/excerpt" in value:
                self._excerpt = name[6:]

    def _end_of_head(self) -> None:
        if not self._has_version:
            raise UnusableSourceError(
                f"{self._name} is not a WordPress export: it names no WXR version"
            )
        if not self._is_told:
            self._is_told = True
            self._done.append(("channel", self._channel))


_HTML_NAMES = "".join(
    f'<!ENTITY {name} "&#{code};">'
    for name, code in name2codepoint.items()
    if name not in {"lt", "gt", "amp", "quot", "apos"}
)
