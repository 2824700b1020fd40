"""Before `/api/v1/public/…`: every origin may read it with a key, and answers are kept.

What a key may read is the same for every key of its kind, so nothing here knows who asks: the name
of a kept answer holds the whole key, good at the version that the answer was made at. Who comes
with a cookie is passed on.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from octavo.kernel.http_cache import matches
from octavo.kernel.metrics import HTTP_REQUESTS
from octavo.reading.answers import Answer, Answers, VersionReader

__all__ = ["PREFIX", "PublicFront"]

PREFIX: Final = "/api/v1/public/"

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

_OPEN: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
_PREFLIGHT: Final = (
    *_OPEN,
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"Authorization, If-None-Match"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
)
_LONGEST_NAME: Final = 8_000
_CONDITIONS: Final = frozenset({b"if-none-match", b"if-modified-since"})


class PublicFront:
    """Answers from what is kept, else lets the framework answer and keeps that."""

    def __init__(self, app: App, answers: Answers, version: VersionReader) -> None:
        self._app = app
        self._answers = answers
        self._version = version

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
            return
        scope = _with_key(scope)
        name = _name_of(scope)
        if name is None:
            await self._app(scope, receive, _opened(send))
            return
        version = await self._version.current()
        kept = self._answers.find(name, version=version)
        if kept is None:
            copy = _Copy(send, bodiless=scope["method"] == "HEAD")
            await self._app(_unconditional(scope), receive, copy)
            await self._finish(copy, scope, name, version=version, send=send)
            return
        await _send(kept, scope, send)

    async def _finish(
        self, copy: "_Copy", scope: Any, name: str, *, version: int, send: Send
    ) -> None:
        if copy.answer is not None:
            self._answers.keep(name, copy.answer, version=version)
            await _send(copy.answer, scope, send)


class _Copy:
    """Holds back an answer that can be kept; passes every other one on as it comes."""

    def __init__(self, send: Send, *, bodiless: bool) -> None:
        self.answer: Answer | None = None
        self._bodiless = bodiless
        self._send = _opened(send)
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _etag(message):
            self._start = message
            return
        start, self._start = self._start, None
        if self._bodiless and start is None and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        if start is None:
            await self._send(message)
        elif message.get("more_body", False):
            await self._send(start)
            await self._send(message)
        else:
            self.answer = Answer(status=200, body=message.get("body", b""), etag=_etag(start))


def _etag(start: Message) -> str:
    """Answer the strong entity tag of a 200 of JSON, else nothing."""
    headers = dict(start["headers"])
    is_json = headers.get(b"content-type", b"").startswith(b"application/json")
    etag: str = headers.get(b"etag", b"").decode("latin-1")
    return etag if start["status"] == 200 and is_json and etag.startswith('"') else ""  # noqa: PLR2004


def _opened(send: Send) -> Send:
    """Let every origin read the answer."""
    own = {name for name, _ in _OPEN}

    async def opened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [pair for pair in message["headers"] if pair[0].lower() not in own]
            message = {**message, "headers": [*headers, *_OPEN]}
        await send(message)

    return opened


def _with_key(scope: Any) -> Any:
    """Take a key in the query for one in the header: a page elsewhere needs no preflight then."""
    if b"key=" not in scope["query_string"] or _header(scope, b"authorization") is not None:
        return scope
    try:
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=100)
    except ValueError:
        return scope
    key = dict(reversed(pairs)).get("key", "")
    usable = key.isascii() and key.isalnum()  # a content key of today; an admin's has a dot
    header = (b"authorization", f"Bearer {key}".encode())
    return {**scope, "headers": [*scope["headers"], header]} if usable else scope


def _name_of(scope: Any) -> str | None:
    """Name what is asked for, and with which key; None when the answer is not to be kept."""
    key = _header(scope, b"authorization")
    is_read = scope["method"] in {"GET", "HEAD"}
    if key is None or not is_read or scope["path"].startswith(PREFIX + "export"):
        return None
    parts = (scope["path"], scope["query_string"].decode("latin-1"), key.decode("latin-1"))
    name = "\n".join(parts)
    return name if len(name) <= _LONGEST_NAME else None


def _unconditional(scope: Any) -> Any:
    """Ask for the whole answer; what the client has is compared with it afterwards."""
    headers = [pair for pair in scope["headers"] if pair[0] not in _CONDITIONS]
    return {**scope, "method": "GET", "headers": headers}


def _header(scope: Any, wanted: bytes) -> bytes | None:
    return next((value for name, value in scope["headers"] if name == wanted), None)


async def _send(answer: Answer, scope: Any, send: Send) -> None:
    body, status = answer.body, 200
    headers = [
        *_OPEN,
        (b"etag", answer.etag.encode()),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"authorization, cookie"),
        (b"x-content-type-options", b"nosniff"),
    ]
    known = b", ".join(value for name, value in scope["headers"] if name == b"if-none-match")
    if known and matches(known.decode("latin-1"), answer.etag):
        status, body = 304, b""
    else:
        headers.append((b"content-type", b"application/json"))
        headers.append((b"content-length", str(len(body)).encode()))
    HTTP_REQUESTS.labels("GET", PREFIX, str(status)).inc()
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
