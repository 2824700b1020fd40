"""ETags for what the API answers to GET: the same bytes again cost the reader nothing."""

import hashlib
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp

__all__ = ["ConditionalGet", "matches", "strong_etag"]


def strong_etag(body: bytes) -> str:
    """Answer the entity tag of exactly these bytes."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def matches(if_none_match: str, etag: str) -> bool:
    """Say whether the client has it: RFC 9110, section 13.1.2 (weak comparison)."""
    if if_none_match.strip() == "*":
        return True
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return etag.removeprefix("W/") in tags


class ConditionalGet(ASGIMiddleware):
    """Adds a strong ETag to every 200 of a GET or HEAD, and answers 304 when the client has it.

    The answer is held until it is whole: API answers are bounded. Answers that bring their own
    ETag pass untouched.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Any, receive: Any, send: Any, next_app: ASGIApp) -> None:
        """Answer through a buffer when the request is a GET or HEAD."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await next_app(scope, receive, send)
            return
        await next_app(scope, receive, _Tagger(scope, send))


class _Tagger:
    """Holds the start and the body of one answer, then sends it, or 304 instead."""

    def __init__(self, scope: Any, send: Any) -> None:
        self._send = send
        names = dict(scope["headers"])
        self._known = names.get(b"if-none-match", b"").decode("latin-1")
        self._start: Any = None
        self._body = bytearray()

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            if message["status"] != 200 or any(n == b"etag" for n, _ in message["headers"]):  # noqa: PLR2004
                await self._send(message)
                return
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish()

    async def _finish(self) -> None:
        body, start = bytes(self._body), self._start
        etag = strong_etag(body)
        headers = [*start["headers"], (b"etag", etag.encode())]
        if not any(name == b"cache-control" for name, _ in headers):
            # The answer depends on who asks; a browser may keep it, and must ask again.
            headers.append((b"cache-control", b"private, no-cache"))
        if self._known and matches(self._known, etag):
            kept = [(n, v) for n, v in headers if n not in {b"content-length", b"content-type"}]
            await self._send({**start, "status": 304, "headers": kept})
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})
