"""The small files of the site, kept in memory, and where its paths redirect to.

A file is kept as long as the one on disk is the same (a build replaces files by rename, so a changed
page is another file). A page is answered whole from the bytes read at once.
"""

import os
import stat
from collections import OrderedDict
from urllib.parse import quote

import msgspec

from octavo.kernel.encodings import Representation
from octavo.publishing.serving.headers import Headers, headers_of, media_type

__all__ = ["Entry", "Ready", "Shelf", "is_file", "quoted"]

_SMALL_BYTES = 512_000
_CACHE_BYTES = 16_000_000  # of bytes as they are; compressed ones add half of it at most


class Ready(msgspec.Struct, frozen=True):
    """An answer as it goes out; `known` are the headers for who has it already."""

    etag: str
    headers: Headers
    known: Headers
    body: bytes


class Entry(msgspec.Struct, frozen=True):
    """A file in memory. `seen` is the file on disk that it is; `target` is set when it redirects."""

    seen: tuple[int, int, int]
    whole: Representation
    headers: Headers
    target: bytes | None
    redirects_seen: int
    has_parts: bool  # it may be asked for in parts, as films are
    ready: dict[str, Ready]  # by content coding

    async def answer(self, coding: str) -> Ready:
        """Answer it in a coding, worked out once."""
        known = self.ready.get(coding)
        if known is None:
            body, etag = await self.whole.coded(coding), self.whole.etag_of(coding)
            headers = [*self.headers, (b"etag", etag.encode())]
            coded = [(b"content-encoding", coding.encode())] if coding else []
            length = (b"content-length", str(len(body)).encode())
            known = Ready(etag, [*headers, *coded, length], headers, body)
            self.ready[coding] = known
        return known


class Shelf:
    """The small files of one folder."""

    def __init__(self, folder: str, *, page_headers: Headers) -> None:
        self._folder = folder
        self._page_headers = page_headers
        self._cache: OrderedDict[str, Entry] = OrderedDict()
        self._held = 0
        self._redirects = b"\n"
        self._redirects_seen = -1

    def find(self, name: str, path: str) -> Entry | None:
        """Answer a small file, from memory when the file on disk is still that one."""
        try:
            found = os.lstat(f"{self._folder}/{name}")
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(found.st_mode) or found.st_size > _SMALL_BYTES:
            return None
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        self._read_redirects()
        entry = self._cache.get(name)
        if entry and entry.seen == seen and entry.redirects_seen == self._redirects_seen:
            self._cache.move_to_end(name)
            return entry
        return self._load(name, path, seen)

    def _load(self, name: str, path: str, seen: tuple[int, int, int]) -> Entry | None:
        try:
            body = _read(f"{self._folder}/{name}")
        except OSError:
            return None
        headers = headers_of(name, self._page_headers)
        whole = Representation(body, media_type(name), for_long=name.startswith("assets/"))
        has_parts = name.startswith("media/")
        if whole.is_text:
            headers.append((b"vary", b"accept-encoding"))
        if has_parts:
            headers.append((b"accept-ranges", b"bytes"))
        entry = Entry(
            seen=seen,
            whole=whole,
            headers=headers,
            target=self.target_of(path),
            redirects_seen=self._redirects_seen,
            has_parts=has_parts,
            ready={},
        )
        self._forget(name)
        self._cache[name] = entry
        self._held += len(body)
        while self._held > _CACHE_BYTES:
            self._forget(next(iter(self._cache)))
        return entry

    def _forget(self, name: str) -> None:
        entry = self._cache.pop(name, None)
        if entry:
            self._held -= len(entry.whole.body)

    def _read_redirects(self) -> None:
        """Read `_redirects` when it is another one than the one in memory."""
        file = f"{self._folder}/_redirects"
        try:
            seen = os.stat(file).st_mtime_ns  # noqa: PTH116 - hot
        except OSError:
            seen = 0
        if seen != self._redirects_seen:
            try:
                self._redirects = b"\n" + _read(file) if seen else b"\n"
            except OSError:
                self._redirects = b"\n"
            self._redirects_seen = seen

    def target_of(self, path: str) -> bytes | None:
        """Answer where a path redirects to. One search in one string, however many there are."""
        self._read_redirects()
        wanted = b"\n" + quoted(path) + b" "
        at = self._redirects.find(wanted)
        if at < 0:
            return None
        line = self._redirects[at + len(wanted) : self._redirects.index(b"\n", at + 1)]
        return line.rpartition(b" ")[0]


def quoted(path: str) -> bytes:
    """Answer a path as it stands in a header."""
    return quote(path, safe="/-._~!$&'()*+,;=:@").encode()


def _read(file: str) -> bytes:
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as stream:
        return stream.read()


def is_file(path: str) -> bool:
    """Say whether there is such a file; a link is what it leads to."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - hot
    except (OSError, ValueError):
        return False
