"""ETags for what the API answers to GET: the same bytes again cost the reader nothing."""

import hashlib
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp

__all__ = ["ConditionalGet", "HeadAsGet", "is_still", "matches", "strong_etag"]


def strong_etag(body: bytes) -> str:
    """Answer the entity tag of exactly these bytes."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def matches(if_none_match: str, etag: str) -> bool:
    """Say whether the client has it: RFC 9110, section 13.1.2 (weak comparison)."""
    if if_none_match.strip() == "*":
        return True
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return etag.removeprefix("W/") in tags


def is_still(if_match: str, etag: str) -> bool:
    """Say whether it is what the client takes it for: RFC 9110, section 13.1.1 (strong comparison)."""
    return if_match.strip() == "*" or etag in (tag.strip() for tag in if_match.split(","))


class ConditionalGet(ASGIMiddleware):
    """Adds a strong ETag to the 200s of GET, and answers 304 when the client has it.

    Answers that bring their own ETag, and those that are streamed, pass untouched.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Any, receive: Any, send: Any, next_app: ASGIApp) -> None:
        """Answer through a buffer when the request is a GET."""
        tagged = _Tagger(scope, send) if scope["method"] == "GET" else send
        await next_app(scope, receive, tagged)


class _Tagger:
    """Holds the start of one answer until its body is there, then sends both, or 304 instead."""

    def __init__(self, scope: Any, send: Any) -> None:
        self._send = send
        # The header may come in several lines; they are one list.
        lines = [value for name, value in scope["headers"] if name == b"if-none-match"]
        self._known = b", ".join(lines).decode("latin-1")
        self._start: Any = None

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start" and _is_taggable(message):
            self._start = message
            return
        start, self._start = self._start, None
        if start is None:
            await self._send(message)
        elif message.get("more_body", False):
            await self._send(start)
            await self._send(message)
        else:
            await self._finish(start, message)

    async def _finish(self, start: Any, message: Any) -> None:
        etag = strong_etag(message.get("body", b""))
        headers = [*start["headers"], (b"etag", etag.encode())]
        if not any(name == b"cache-control" for name, _ in headers):
            # The answer depends on who asks; a browser may keep it, and must ask again.
            headers += [
                (b"cache-control", b"private, no-cache"),
                (b"vary", b"authorization, cookie"),
            ]
        if self._known and matches(self._known, etag):
            dropped = {b"content-length", b"content-type"}
            start = {**start, "status": 304}
            headers = [(name, value) for name, value in headers if name not in dropped]
            message = {**message, "body": b""}
        await self._send({**start, "headers": headers})
        await self._send(message)


def _is_taggable(start: Any) -> bool:
    return start["status"] == 200 and all(name != b"etag" for name, _ in start["headers"])  # noqa: PLR2004


class HeadAsGet:
    """Answers HEAD as GET would be answered, without the body; the framework answers 405."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass everything else on as it is."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Any) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        as_get: Any = {**scope, "method": "GET"}
        await self._app(as_get, receive, bodiless)
