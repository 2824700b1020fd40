"""An export of ours as files: its manifest, its lists line by line, its texts with their heads."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from octavo.content.exporters import records
from octavo.content.exporters.heads import read_file
from octavo.content.importers.report import ReportRow
from octavo.content.importers.sources import (
    FileSource,
    UnreadableError,
    UnusableSourceError,
    open_source,
)

_LARGEST = 4_000_000_000
_TEXT_LIMIT = 60_000_000
T = TypeVar("T")


class RefusedFileError(Exception):
    """One file is not taken; the message says why."""


def is_own_export(path: Path) -> bool:
    """Say whether a folder or archive is an export of ours."""
    if not path.is_dir() and path.suffix.lower() != ".zip":
        return False
    try:
        source = open_source(path, largest=_LARGEST)
    except UnusableSourceError:
        return False
    try:
        _check_manifest(source)
    except UnusableSourceError:
        return True  # of a later version: the import says so
    except (RefusedFileError, UnreadableError, KeyError):
        return False
    else:
        return True
    finally:
        source.close()


class Archive:
    """An opened export. `rows` tell of the lines that cannot be read.

    Raises:
        UnusableSourceError: it is no export of ours, or one of a later version.
    """

    def __init__(self, path: Path) -> None:
        self.rows: list[ReportRow] = []
        self.source = open_source(path, largest=_LARGEST)
        try:
            _check_manifest(self.source)
        except BaseException:
            self.source.close()
            raise

    def pieces(self) -> list[str]:
        """Answer the files of the pieces, in their order."""
        names = (name for name in self.source.files if name.startswith("pieces/"))
        return sorted(name for name in names if name.endswith(".md"))

    def text(self, name: str) -> "TextFile":
        """Answer a text with its head.

        Raises:
            RefusedFileError: it is not there.
            UnreadableError: it is too large, or damaged.
        """
        return TextFile(self.source, name)

    def read(self, name: str, kind: type[T]) -> Iterator[T]:
        """Answer the lines of a list; a line that cannot be read is told."""
        for number, line in self.raw_lines(name):
            try:
                yield msgspec.json.decode(line, type=kind)
            except msgspec.MsgspecError as exc:
                reason = f"is not a line of the export: {exc}"
                self.rows.append(
                    ReportRow(file=name, outcome="skipped", reason=reason, line=number)
                )

    def raw_lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Answer the lines of a list with their numbers; none if there is no such list."""
        if name not in self.source.files:
            return
        try:
            data = self.source.read(name, limit=_TEXT_LIMIT)
        except UnreadableError as exc:
            self.rows.append(ReportRow(file=name, outcome="skipped", reason=str(exc)))
            return
        for number, line in enumerate(data.split(b"\n"), start=1):
            if line.strip():
                yield number, line

    def close(self) -> None:
        """Let go of the files."""
        self.source.close()


class TextFile:
    """A file of an export: its head, its text, and what an importer had found."""

    def __init__(self, source: FileSource, name: str) -> None:
        if name not in source.files:
            raise RefusedFileError(f"its edit {name} is not in the export")
        data = source.read(name, limit=_TEXT_LIMIT)
        self.digest = hashlib.sha256(data).digest()
        self.head, self.body = read_file(data.decode())
        self.extra: Any = {}
        beside = f"{name.removesuffix('.md')}.extra.json"
        if self.head.octavo.extra and beside in source.files:
            self.extra = msgspec.json.decode(source.read(beside, limit=_TEXT_LIMIT))


def _check_manifest(source: FileSource) -> None:
    if records.MANIFEST not in source.files:
        raise RefusedFileError("no manifest")
    try:
        manifest = msgspec.json.decode(
            source.read(records.MANIFEST, limit=100_000), type=records.Manifest
        )
    except msgspec.MsgspecError as exc:
        raise RefusedFileError("another manifest") from exc
    if manifest.format != records.FORMAT:
        raise RefusedFileError("another format")
    if manifest.version > records.VERSION:
        msg = f"was written by a later Octavo (version {manifest.version} of the export)"
        raise UnusableSourceError(f"{source.name} {msg}")
