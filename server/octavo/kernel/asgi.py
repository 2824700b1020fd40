"""What every API of ours is configured with: errors, request ids, logs, limits, headers.

Litestar(route_handlers=[…], **configuration(settings))
"""

import time
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp

from octavo.kernel.http_cache import ConditionalGet
from octavo.kernel.ids import new_code
from octavo.kernel.log import get_logger
from octavo.kernel.metrics import HTTP_REQUESTS, HTTP_SECONDS
from octavo.kernel.problem import EXCEPTION_HANDLERS

__all__ = ["MAX_BODY_BYTES", "configuration"]

# A piece's body may have 10 MB; as JSON it grows by its escapes.
MAX_BODY_BYTES = 16 * 1024 * 1024

_log = get_logger("octavo.http")

# The API answers data: nothing in it may run, be framed or be sniffed into something else.
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


def configuration() -> dict[str, Any]:
    """Answer the keyword arguments that all our Litestar applications share."""
    return {
        "exception_handlers": EXCEPTION_HANDLERS,
        "middleware": [RequestContext(), ConditionalGet()],
        "request_max_body_size": MAX_BODY_BYTES,
        "logging_config": None,
        "debug": False,
    }


class RequestContext(ASGIMiddleware):
    """Names each request, counts and logs it, and adds the headers that every answer has."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Any, receive: Any, send: Any, next_app: ASGIApp) -> None:
        """Pass the request on under its id."""
        request_id = new_code(12)
        scope["octavo.request_id"] = request_id
        began = time.monotonic()
        status = 500

        async def answer(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message["headers"]}
                added = [(name, value) for name, value in _HEADERS if name not in own]
                identity = (b"x-request-id", request_id.encode())
                message["headers"] = [*message["headers"], *added, identity]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await next_app(scope, receive, answer)
            finally:
                self._record(scope, status=status, seconds=time.monotonic() - began)

    def _record(self, scope: Any, *, status: int, seconds: float) -> None:
        route = scope.get("path_template") or "unmatched"
        HTTP_REQUESTS.labels(scope["method"], route, str(status)).inc()
        HTTP_SECONDS.observe(seconds)
        _log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(seconds * 1000, 1),
        )
