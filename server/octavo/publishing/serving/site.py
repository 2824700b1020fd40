"""Answers for the generated site: what a static host would answer, from the same folder.

Small files are kept in memory as long as the file on disk is the same one (a build replaces files
by rename, so a changed page is another file). A page is answered whole from the bytes read at once:
a switch in the middle of a request cannot mix old and new.
"""

import asyncio
import hashlib
import os
import re
import stat
from collections import OrderedDict
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from octavo.kernel.encodings import Representation, wanted_coding
from octavo.kernel.errors import OctavoError
from octavo.kernel.http_cache import is_still, matches
from octavo.kernel.storage import Storage
from octavo.publishing.images.clean import clean_bytes
from octavo.publishing.serving.headers import Headers, headers_of, media_type, page_headers
from octavo.publishing.serving.parts import content_range, wanted_part

__all__ = ["SiteApp", "site_app"]

_NOT_BUILT = b"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="5"><title>In a moment</title></head>
<body><h1>This site is being built</h1><p>It will be here in a moment; this page looks again by itself.</p>
</body></html>"""
_MISSING = b"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Not found</title></head>
<body><h1>There is no such page</h1><p><a href="/">Go to the first page</a></p></body></html>"""

_HASHED = re.compile(r"(assets(?:/[^/]+)*)/([^/]+)\.[0-9a-f]{10}(\.[a-z0-9]+)")
_SMALL_BYTES = 512_000
_CACHE_BYTES = 16_000_000  # of bytes as they are; compressed ones add half of it at most
_CHUNK_BYTES = 262_144
_PATH_LIMIT = 4_096


class _Ready(msgspec.Struct, frozen=True):
    """An answer as it goes out; `known` are the headers for who has it already."""

    etag: str
    headers: Headers
    known: Headers
    body: bytes


class _Entry(msgspec.Struct, frozen=True):
    """A file in memory. `seen` is the file on disk that it is; `target` is set when it redirects."""

    seen: tuple[int, int, int]
    whole: Representation
    headers: Headers
    target: bytes | None
    redirects_seen: int
    has_parts: bool  # it may be asked for in parts, as films are
    ready: dict[str, _Ready]  # by content coding

    async def answer(self, coding: str) -> _Ready:
        """Answer it in a coding, worked out once."""
        known = self.ready.get(coding)
        if known is None:
            body, etag = await self.whole.coded(coding), self.whole.etag_of(coding)
            headers = [*self.headers, (b"etag", etag.encode())]
            coded = [(b"content-encoding", coding.encode())] if coding else []
            length = (b"content-length", str(len(body)).encode())
            known = _Ready(etag, [*headers, *coded, length], headers, body)
            self.ready[coding] = known
        return known


def site_app(site: Any, *, media: Storage | None = None) -> "SiteApp":
    """Answer the ASGI app for a `Site`; `media` has the files that no page shows yet."""
    return SiteApp(site.folder, base_url=site.base_url, media=media)


class SiteApp:
    """Serves one folder, for GET and HEAD; and below `/media/` what else is stored."""

    def __init__(self, folder: Path, *, base_url: str, media: Storage | None = None) -> None:
        self._folder = os.fspath(folder)
        self._media = media
        self._page_headers = page_headers(base_url)
        self._cache: OrderedDict[str, _Entry] = OrderedDict()
        self._held = 0
        self._redirects = b"\n"
        self._redirects_seen = -1

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        del receive
        if scope["method"] not in {"GET", "HEAD"}:
            await self._send(scope, send, 405, [(b"allow", b"GET, HEAD")], b"Method not allowed")
            return
        path: str = scope["path"]
        name = _file_name(path)
        if name is not None:
            if entry := self._find(name, path):
                await self._answer(scope, send, entry)
                return
            if await self._answer_otherwise(scope, send, path, name):
                return
            if await self._answer_stored(scope, send, name):
                return
            if await self._answer_successor(scope, send, name):
                return
        await self._answer_missing(scope, send)

    def _find(self, name: str, path: str) -> _Entry | None:
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

    def _load(self, name: str, path: str, seen: tuple[int, int, int]) -> _Entry | None:
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
        entry = _Entry(
            seen=seen,
            whole=whole,
            headers=headers,
            target=self._target_of(path),
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

    async def _answer(self, scope: Any, send: Any, entry: _Entry) -> None:
        if entry.target is not None:
            await self._send_redirect(scope, send, entry.target)
            return
        accepted = wanted = taken_for = b""
        part = False
        for key, value in scope["headers"]:
            if key == b"accept-encoding":
                accepted = accepted + b", " + value if accepted else value
            elif key == b"if-none-match":
                wanted = wanted + b", " + value if wanted else value
            elif key == b"if-match":
                taken_for = taken_for + b", " + value if taken_for else value
            elif key == b"range":
                part = entry.has_parts and scope["method"] == "GET"
        # Parts are of the bytes as they are.
        is_coded = accepted and entry.whole.is_text and not part
        coding = wanted_coding(accepted) if is_coded else ""
        answer = entry.ready.get(coding) or await entry.answer(coding)
        if taken_for and not is_still(taken_for.decode("latin-1"), answer.etag):
            await self._send_refusal(scope, send, 412, answer.known)
            return
        if wanted and matches(wanted.decode("latin-1"), answer.etag):
            await self._send(scope, send, 304, answer.known, b"")
            return
        if part and await self._answer_part(scope, send, answer):
            return
        await send({"type": "http.response.start", "status": 200, "headers": answer.headers})
        body = answer.body if scope["method"] != "HEAD" else b""
        await send({"type": "http.response.body", "body": body})

    async def _answer_part(self, scope: Any, send: Any, answer: _Ready) -> bool:
        """Send the part that is asked for; False when it is the whole that has to go."""
        size = len(answer.body)
        part = _part_of(scope, answer.etag, size)
        if part is None:
            return False
        if not part:
            await self._send_refusal(scope, send, 416, answer.known, size=size)
            return True
        headers = [*answer.known, content_range(part, size)]
        await self._send(scope, send, 206, headers, answer.body[part.start : part.stop])
        return True

    async def _answer_otherwise(self, scope: Any, send: Any, path: str, name: str) -> bool:
        """Try what is not a small file: a folder without its slash, a redirect, a large file."""
        full = f"{self._folder}/{name}"
        if not path.endswith("/") and _is_file(f"{full}/index.html"):
            self._read_redirects()
            query = scope.get("query_string", b"")
            slashed = _quoted(path + "/") + (b"?" + query if query else b"")
            await self._send_redirect(scope, send, self._target_of(path + "/") or slashed)
            return True
        self._read_redirects()
        if target := self._target_of(path):
            await self._send_redirect(scope, send, target)
            return True
        return await self._send_large(scope, send, name, full)

    async def _answer_stored(self, scope: Any, send: Any, name: str) -> bool:
        """Send a file of the media library that no page of the site shows."""
        if self._media is None or not name.startswith("media/"):
            return False
        try:
            file = await asyncio.to_thread(self._media.local_file, name.removeprefix("media/"))
        except OctavoError as exc:
            await self._send(scope, send, exc.status, [(b"cache-control", b"no-store")], b"")
            return True
        if file is None:
            return False
        try:
            clean = await asyncio.to_thread(clean_bytes, file)
        except OSError:  # deleted meanwhile
            return False
        if clean is None:
            return await self._send_large(scope, send, name, os.fspath(file))
        etag = f'"{hashlib.blake2b(clean, digest_size=16).hexdigest()}"'
        headers = [*headers_of(name, self._page_headers), (b"etag", etag.encode())]
        is_known = matches(_header(scope, b"if-none-match"), etag)
        await self._send(scope, send, 304 if is_known else 200, headers, b"" if is_known else clean)
        return True

    async def _answer_successor(self, scope: Any, send: Any, name: str) -> bool:
        """Answer an asset that was replaced with the one in its place: for pages loaded just before."""
        asset = _HASHED.fullmatch(name)
        if asset is None:
            return False
        folder = asset[1]
        try:
            known = sorted(await asyncio.to_thread(os.listdir, f"{self._folder}/{folder}"))
        except OSError:
            return False
        for other in known:
            found = _HASHED.fullmatch(f"{folder}/{other}")
            if found and found.groups() == asset.groups():
                entry = self._find(f"{folder}/{other}", f"/{folder}/{other}")
                if entry is None:
                    return False
                kept = [pair for pair in entry.headers if pair[0] != b"cache-control"]
                headers = [*kept, (b"cache-control", b"no-store")]
                await self._send(scope, send, 200, headers, entry.whole.body)
                return True
        return False

    async def _answer_missing(self, scope: Any, send: Any) -> None:
        html = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
        if not _is_file(f"{self._folder}/index.html"):
            await self._send(
                scope, send, 503, [*html, (b"retry-after", b"5"), *self._page_headers], _NOT_BUILT
            )
            return
        entry = self._find("404.html", "/404.html")
        await self._send(
            scope, send, 404, [*html, *self._page_headers], entry.whole.body if entry else _MISSING
        )

    async def _send_large(self, scope: Any, send: Any, name: str, full: str) -> bool:
        """Send a large file in pieces; it stays the file that was opened, whatever replaces it."""
        try:
            handle = await asyncio.to_thread(os.open, full, os.O_RDONLY | os.O_NOFOLLOW)
        except (OSError, ValueError):
            return False
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                return False
            etag = f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'
            headers = [*headers_of(name, self._page_headers), (b"etag", etag.encode())]
            headers.append((b"accept-ranges", b"bytes"))
            taken_for, known = _header(scope, b"if-match"), _header(scope, b"if-none-match")
            if taken_for and not is_still(taken_for, etag):
                await self._send_refusal(scope, send, 412, headers)
                return True
            if known and matches(known, etag):
                await self._send(scope, send, 304, headers, b"")
                return True
            part, status = _part_of(scope, etag, found.st_size), 206
            if part is None:
                part, status = range(found.st_size), 200
            elif not part:
                await self._send_refusal(scope, send, 416, headers, size=found.st_size)
                return True
            else:
                headers.append(content_range(part, found.st_size))
                os.lseek(handle, part.start, os.SEEK_SET)
            headers.append((b"content-length", str(len(part)).encode()))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            left = len(part) if scope["method"] == "GET" else 0
            while left > 0:
                chunk = await asyncio.to_thread(os.read, handle, min(_CHUNK_BYTES, left))
                if not chunk:
                    break
                left -= len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
            if scope["method"] == "HEAD" or found.st_size == 0:
                await send({"type": "http.response.body", "body": b""})
        finally:
            os.close(handle)
        return True

    async def _send_redirect(self, scope: Any, send: Any, target: bytes) -> None:
        headers = [
            (b"location", target),
            (b"cache-control", b"public, max-age=300"),
            *self._page_headers,
        ]
        await self._send(scope, send, 301, headers, b"")

    async def _send_refusal(
        self, scope: Any, send: Any, status: int, headers: Headers, *, size: int | None = None
    ) -> None:
        """Send no part of a file, for there is none such, or it is another one; kept by nobody."""
        dropped = {b"cache-control", b"content-type", b"content-disposition"}
        told = [pair for pair in headers if pair[0] not in dropped]
        told.append((b"cache-control", b"no-store"))
        if size is not None:
            told.append((b"content-range", f"bytes */{size}".encode()))
        await self._send(scope, send, status, told, b"")

    async def _send(
        self, scope: Any, send: Any, status: int, headers: Headers, body: bytes
    ) -> None:
        if status != HTTPStatus.NOT_MODIFIED:
            headers = [*headers, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        shown = body if scope["method"] != "HEAD" else b""
        await send({"type": "http.response.body", "body": shown})

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

    def _target_of(self, path: str) -> bytes | None:
        """Answer where a path redirects to. One search in one string, however many there are."""
        wanted = b"\n" + _quoted(path) + b" "
        at = self._redirects.find(wanted)
        if at < 0:
            return None
        line = self._redirects[at + len(wanted) : self._redirects.index(b"\n", at + 1)]
        return line.rpartition(b" ")[0]


def _part_of(scope: Any, etag: str, size: int) -> range | None:
    """Answer the part that is asked for, as `wanted_part` does; HEAD is of the whole."""
    asked = _header(scope, b"range") if scope["method"] == "GET" else ""
    return wanted_part(asked, if_range=_header(scope, b"if-range"), etag=etag, size=size)


def _file_name(path: str) -> str | None:
    """Answer the file that a path asks for, relative to the folder; None when it cannot be one of ours."""
    if not path.startswith("/") or "\0" in path or "\\" in path or len(path) > _PATH_LIMIT:
        return None
    parts = path[1:].split("/")
    if any(part.startswith(".") or not part for part in parts[:-1]) or parts[-1].startswith("."):
        return None  # `..`, `//` and hidden files alike: no file of a site is named so
    name = path[1:]
    return name + "index.html" if not parts[-1] else name


def _quoted(path: str) -> bytes:
    return quote(path, safe="/-._~!$&'()*+,;=:@").encode()


def _header(scope: Any, name: bytes) -> str:
    lines = [value for key, value in scope["headers"] if key == name]
    return b", ".join(lines).decode("latin-1") if lines else ""


def _read(file: str) -> bytes:
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as stream:
        return stream.read()


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - hot
    except (OSError, ValueError):
        return False
