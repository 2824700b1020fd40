"""`GET|HEAD /go/{code}`: counts the click, then sends the reader on.

The destination comes from the link's row and nowhere else; nothing in the request can name one.
Always 302 with `no-store`: a browser that remembers a 301 clicks without us (YOURLS issue 2836).
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from html import escape
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec

from octavo.accounts.authentication import COOKIE
from octavo.kernel.log import get_logger
from octavo.kernel.settings import Settings
from octavo.tracking import rules
from octavo.tracking.links import Target
from octavo.tracking.schemas import Hit
from octavo.tracking.writer import Tracker

__all__ = ["go_app"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
PieceUrl = Callable[[int], Awaitable[str | None]]

_log = get_logger("octavo.tracking")

_ALPHABET = frozenset("0123456789abcdefghjkmnpqrstvwxyz")
_MOST_CODE = 16
_PURPOSES = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
_COMMON = [
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
]


async def _no_url(_content_id: int) -> str | None:
    return None


def go_app(
    tracker: Tracker,
    *,
    settings: Settings,
    staff_cookie: str | None = COOKIE,
    piece_url: PieceUrl = _no_url,
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Make the ASGI app for `/go/{code}`.

    Args:
        tracker: where clicks go; started before the first request.
        settings: `trusted_proxies` says whose X-Forwarded-For is believed.
        staff_cookie: the name of the session cookie; who sends one is staff, and not counted.
        piece_url: answers where a piece stands, for readers of a retired link.
    """

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        method = scope["method"]
        if method not in {"GET", "HEAD"}:
            await _say(scope, send, 405, "This address takes GET and HEAD only.", allow=True)
            return
        code = _code_of(scope["path"])
        try:
            target = await tracker.links.find(code) if code else None
        except Exception:  # noqa: BLE001 - every driver has its own; we cannot say where it leads
            _log.warning("link_not_read", exc_info=True)
            await _say(scope, send, 503, "Please try again in a moment.")
            return
        if target is None:
            await _say(scope, send, 404, "There is no such link.")
            return
        if target.retired_at is not None:
            back = await piece_url(target.content_id)
            await _say(scope, send, 410, "This link is no longer in use.", back=back or "/")
            return
        await _redirect(tracker, target, _hit(scope, settings.trusted_proxies, staff_cookie), send)

    return app


async def _redirect(tracker: Tracker, target: Target, hit: Hit, send: Send) -> None:
    click_id = await tracker.record_click(target, hit)
    url = target.dest_url
    if click_id is not None:
        url = rules.with_click_id(url, click_id)
    headers = [*_COMMON, (b"location", url.encode("ascii")), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _code_of(path: str) -> str | None:
    """Answer the code of a path, mounted at `/go` or not; None if it cannot be one."""
    code = path.removeprefix("/go").strip("/").lower()
    return code if 0 < len(code) <= _MOST_CODE and _ALPHABET.issuperset(code) else None


def _hit(scope: Scope, trusted: tuple[str, ...], staff_cookie: str | None) -> Hit:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    peer = scope.get("client") or ("", 0)
    return Hit(
        method=scope["method"],
        user_agent=headers.get(b"user-agent", b"").decode("latin-1"),
        purpose=_first(headers.get(name) for name in _PURPOSES),
        address=rules.client_address(
            peer[0], _forwarded_for(scope["headers"]) if trusted else "", trusted
        ),
        gpc=headers.get(b"sec-gpc", b"").strip() == b"1",
        staff=staff_cookie is not None and _has_cookie(headers.get(b"cookie", b""), staff_cookie),
    )


def _first(values: Iterable[bytes | None]) -> str:
    return next((value.decode("latin-1") for value in values if value), "")


def _forwarded_for(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Answer every X-Forwarded-For as one list: a proxy may add a header instead of an entry."""
    return ",".join(
        value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"
    )


def _has_cookie(header: bytes, name: str) -> bool:
    try:
        return name in SimpleCookie(header.decode("latin-1"))
    except CookieError:
        return False


async def _say(
    scope: Scope,
    send: Send,
    status: int,
    detail: str,
    *,
    back: str = "/",
    allow: bool = False,
) -> None:
    """Answer a problem: a small page for people, RFC 9457 for programs."""
    accept = dict(scope["headers"]).get(b"accept", b"")
    if b"text/html" in accept:
        kind, body = b"text/html; charset=utf-8", _page(status, detail, back)
    else:
        kind, body = b"application/problem+json", _problem(status, detail, back, scope["path"])
    headers = [*_COMMON, (b"content-type", kind), (b"content-length", str(len(body)).encode())]
    if allow:
        headers.append((b"allow", b"GET, HEAD"))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _page(status: int, detail: str, back: str) -> bytes:
    gone = status == HTTPStatus.GONE
    words = "Back to the page it stood on" if gone else "To the front page"
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>{status}</title><h1>{escape(detail)}</h1>"
        f'<p><a href="{escape(back)}">{words}</a></p></html>'
    ).encode()


def _problem(status: int, detail: str, back: str, path: str) -> bytes:
    codes = {404: "link_unknown", 410: "link_retired", 503: "unavailable"}
    return msgspec.json.encode(
        {
            "type": f"/problems/{codes.get(status, 'method_not_allowed')}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "instance": path,
            "piece": back,
        }
    )
