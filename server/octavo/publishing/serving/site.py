"""Answers for the generated site: what a static host would answer, from the same folder.

Small files come from the shelf in memory, large ones are sent in pieces from the file that was
opened: a switch in the middle of a request cannot mix old and new.
"""

import asyncio
import hashlib
import os
import re
import stat
from http import HTTPStatus
from pathlib import Path
from typing import Any

from octavo.kernel.encodings import wanted_coding
from octavo.kernel.errors import OctavoError
from octavo.kernel.http_cache import is_still, matches
from octavo.kernel.storage import Storage
from octavo.publishing.images.clean import clean_bytes
from octavo.publishing.serving.headers import Headers, headers_of, page_headers
from octavo.publishing.serving.parts import content_range, wanted_part
from octavo.publishing.serving.shelf import Entry, Ready, Shelf, is_file, quoted

__all__ = ["SiteApp", "site_app"]

_NOT_BUILT = b"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="5"><title>In a moment</title></head>
<body><h1>This site is being built</h1><p>It will be here in a moment; this page looks again by itself.</p>
</body></html>"""
_MISSING = b"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Not found</title></head>
<body><h1>There is no such page</h1><p><a href="/">Go to the first page</a></p></body></html>"""

_HASHED = re.compile(r"(assets(?:/[^/]+)*)/([^/]+)\.[0-9a-f]{10}(\.[a-z0-9]+)")
_CHUNK_BYTES = 262_144
_PATH_LIMIT = 4_096


def site_app(site: Any, *, media: Storage | None = None) -> "SiteApp":
    """Answer the ASGI app for a `Site`; `media` has the files that no page shows yet."""
    return SiteApp(site.folder, base_url=site.base_url, media=media)


class SiteApp:
    """Serves one folder, for GET and HEAD; and below `/media/` what else is stored."""

    def __init__(self, folder: Path, *, base_url: str, media: Storage | None = None) -> None:
        self._folder = os.fspath(folder)
        self._media = media
        self._page_headers = page_headers(base_url)
        self._shelf = Shelf(self._folder, page_headers=self._page_headers)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        del receive
        if scope["method"] not in {"GET", "HEAD"}:
            await self._send(scope, send, 405, [(b"allow", b"GET, HEAD")], b"Method not allowed")
            return
        path: str = scope["path"]
        name = _file_name(path)
        if name is not None:
            if entry := self._shelf.find(name, path):
                await self._answer(scope, send, entry)
                return
            if await self._answer_otherwise(scope, send, path, name):
                return
            if await self._answer_stored(scope, send, name):
                return
            if await self._answer_successor(scope, send, name):
                return
        await self._answer_missing(scope, send)

    async def _answer(self, scope: Any, send: Any, entry: Entry) -> None:
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

    async def _answer_part(self, scope: Any, send: Any, answer: Ready) -> bool:
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
        if not path.endswith("/") and is_file(f"{full}/index.html"):
            query = scope.get("query_string", b"")
            slashed = quoted(path + "/") + (b"?" + query if query else b"")
            await self._send_redirect(scope, send, self._shelf.target_of(path + "/") or slashed)
            return True
        if target := self._shelf.target_of(path):
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
                entry = self._shelf.find(f"{folder}/{other}", f"/{folder}/{other}")
                if entry is None:
                    return False
                kept = [pair for pair in entry.headers if pair[0] != b"cache-control"]
                headers = [*kept, (b"cache-control", b"no-store")]
                await self._send(scope, send, 200, headers, entry.whole.body)
                return True
        return False

    async def _answer_missing(self, scope: Any, send: Any) -> None:
        html = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
        if not is_file(f"{self._folder}/index.html"):
            await self._send(
                scope, send, 503, [*html, (b"retry-after", b"5"), *self._page_headers], _NOT_BUILT
            )
            return
        entry = self._shelf.find("404.html", "/404.html")
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
            headers.append((b"content-length", str(len(part)).encode()))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await _send_bytes(send, handle, part if scope["method"] == "GET" else range(0))
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


async def _send_bytes(send: Any, handle: int, part: range) -> None:
    """Send a part of an open file, piece by piece."""
    os.lseek(handle, part.start, os.SEEK_SET)
    left = len(part)
    while left > 0:
        chunk = await asyncio.to_thread(os.read, handle, min(_CHUNK_BYTES, left))
        if not chunk:
            break
        left -= len(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
    if not part:
        await send({"type": "http.response.body", "body": b""})


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


def _header(scope: Any, name: bytes) -> str:
    lines = [value for key, value in scope["headers"] if key == name]
    return b", ".join(lines).decode("latin-1") if lines else ""
