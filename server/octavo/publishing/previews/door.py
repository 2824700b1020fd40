"""Answers `/p/<token>`: a piece as its page would be, for whoever has the link.

Never cached, never indexed, and nothing in it runs. A link that ended says so, kindly, with 410.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from octavo.content.schemas import PublishedPiece
from octavo.kernel.clock import Clock
from octavo.kernel.errors import NotFoundError, OctavoError
from octavo.publishing.previews import queries, service
from octavo.publishing.previews.drafting import stored_piece
from octavo.publishing.serving.headers import page_headers

__all__ = ["PreviewApp"]

_TOKEN = re.compile(r"/p/([A-Za-z0-9_-]{20,100})/?")
_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-robots-tag", b"noindex, nofollow, noarchive"),
]
# The page keeps our origin for its fonts; without `allow-scripts`, nothing inside can use it.
_SANDBOX = (
    b"; sandbox allow-same-origin allow-popups allow-forms allow-top-navigation-by-user-activation"
)
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body></html>"""
_GONE = _PAGE.format(
    title="This preview has ended",
    text="Whoever gave you the link can make a new one. What is published is"
    ' <a href="/">on the site</a>.',
)
_UNKNOWN = _PAGE.format(
    title="There is no such preview",
    text="The link may be cut off: copy it again, whole."
    ' What is published is <a href="/">on the site</a>.',
)
_BROKEN = _PAGE.format(
    title="This preview cannot be shown now", text="Try again in a while, or ask who gave you it."
)

Render = Callable[[PublishedPiece], Awaitable[str]]


class PreviewApp:
    """Serves shared previews, for GET and HEAD."""

    def __init__(self, render: Render, *, base_url: str, clock: Clock) -> None:
        self._render = render
        self._clock = clock
        self._headers = [*_HEADERS, *_strict(base_url)]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        del receive
        if scope["method"] not in {"GET", "HEAD"}:
            await self._send(scope, send, 405, "", [(b"allow", b"GET, HEAD")])
            return
        found = _TOKEN.fullmatch(scope["path"])
        try:
            status, html = await self._page(found[1], self._clock()) if found else (404, _UNKNOWN)
        except NotFoundError:  # the piece or its revision went away
            status, html = 410, _GONE
        except OctavoError as exc:
            status, html = exc.status, _BROKEN
        await self._send(scope, send, status, html, [])

    async def _page(self, token: str, now: datetime) -> tuple[int, str]:
        shared = await queries.find_shared(token)
        if shared is None:
            return 404, _UNKNOWN
        if shared.revoked_at is not None or shared.expires_at <= now:
            return 410, _GONE
        piece = await stored_piece(shared.piece_id, shared.revision_id, now=now)
        html = await self._render(piece)
        await service.note_seen(shared, now=now)
        return 200, html

    async def _send(
        self, scope: Any, send: Any, status: int, html: str, more: list[tuple[bytes, bytes]]
    ) -> None:
        body = html.encode()
        headers = [*self._headers, *more, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send(
            {"type": "http.response.body", "body": body if scope["method"] == "GET" else b""}
        )


def _strict(base_url: str) -> list[tuple[bytes, bytes]]:
    """Answer the headers of a page, tightened: where a preview was read is nobody's business."""
    headers = dict(page_headers(base_url))
    headers[b"content-security-policy"] += _SANDBOX
    headers[b"referrer-policy"] = b"no-referrer"
    return list(headers.items())
