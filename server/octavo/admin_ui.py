"""Serves the built admin UI: hashed assets for ever, one page for every screen below `/admin`."""

from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from octavo.kernel.encodings import Representation, wanted_coding
from octavo.kernel.http_cache import matches
from octavo.kernel.media_types import media_type
from octavo.kernel.paths import admin_dist

__all__ = ["AdminApp"]

_NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8">
<title>The admin is not built</title>
<h1>The admin is not built</h1>
<p>This checkout has no built admin. Run <code>make setup</code> and load this page again.</p>
</html>"""

# Mantine sets custom properties in style attributes, hence 'unsafe-inline' for styles alone. Pictures
# as on the site: the preview of a piece is a frame of this page and lives under its policy.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' https: http: data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self' blob:;"
    " manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_FOREVER = b"public, max-age=31536000, immutable"
_ALWAYS_ASK = b"no-cache"


class _File(msgspec.Struct, frozen=True, kw_only=True):
    whole: Representation
    media_type: str
    cache: bytes


class AdminApp:
    """Answers `/admin` and everything below it, for GET and HEAD."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or admin_dist()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["method"] not in {"GET", "HEAD"}:
            await _send(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        name = scope["path"].removeprefix("/admin").strip("/")
        file = self._files.get(name)
        if file is None and name.startswith("assets/"):
            await _send(send, 404, [(b"content-type", b"text/plain")], b"no such file")
            return
        await self._answer(scope, send, file or self._files.get("index.html"))

    @cached_property
    def _files(self) -> dict[str, _File]:
        """Every built file by its path: a few megabytes, read once. A lookup cannot traverse."""
        paths = (path for path in self._folder.rglob("*") if path.is_file())
        return {path.relative_to(self._folder).as_posix(): _read(path) for path in paths}

    async def _answer(self, scope: Any, send: Any, file: _File | None) -> None:
        if file is None:
            await _send(send, 503, [(b"content-type", b"text/html; charset=utf-8")], _NOT_BUILT)
            return
        asked = dict(scope["headers"])
        whole = file.whole
        coding = wanted_coding(asked.get(b"accept-encoding", b"")) if whole.is_text else ""
        etag = whole.etag_of(coding)
        headers = [(b"etag", etag.encode()), (b"cache-control", file.cache), *_HEADERS]
        if whole.is_text:
            headers.append((b"vary", b"accept-encoding"))
        known = asked.get(b"if-none-match", b"").decode("latin-1")
        if known and matches(known, etag):
            await _send(send, 304, headers, b"")
            return
        body = await whole.coded(coding)
        headers += [
            (b"content-type", file.media_type.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        if coding:
            headers.append((b"content-encoding", coding.encode()))
        await _send(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


def _read(path: Path) -> _File:
    body = path.read_bytes()
    kind = media_type(path.name)
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    hashed = path.parent.name == "assets"
    return _File(
        whole=Representation(body, kind, for_long=True),
        media_type=kind,
        cache=_FOREVER if hashed else _ALWAYS_ASK,
    )


async def _send(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
