"""What every API of ours is configured with: errors, request ids, logs, limits, headers.

    app = Litestar(route_handlers=[…], **configuration())
    app = HeadAsGet(app)  # for the server

Routes that create add `IdempotencyMiddleware` behind their authentication.
"""

import time
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp

from octavo.kernel.bodies import StrictRequest
from octavo.kernel.errors import OctavoError
from octavo.kernel.http_cache import ConditionalGet, HeadAsGet
from octavo.kernel.log import get_logger
from octavo.kernel.metrics import HTTP_REQUESTS, HTTP_SECONDS
from octavo.kernel.problem import EXCEPTION_HANDLERS, request_id_of

__all__ = ["MAX_BODY_BYTES", "SECURITY_HEADERS", "HeadAsGet", "configuration"]

# A piece's body may have 10 MB; as JSON it grows by its escapes.
MAX_BODY_BYTES = 16 * 1024 * 1024

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = get_logger("octavo.http")

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""The API answers data: nothing in it may run, be framed or be sniffed into something else."""


def configuration() -> dict[str, Any]:
    """Answer the keyword arguments that all our Litestar applications share."""
    return {
        "exception_handlers": EXCEPTION_HANDLERS,
        "middleware": [RequestContext(), ConditionalGet()],
        "before_send": [dress],
        "request_class": StrictRequest,
        "request_max_body_size": MAX_BODY_BYTES,
        "logging_config": None,
    }


async def dress(message: Any, scope: Any) -> None:
    """Add to the start of any answer what all have, those to unknown paths too."""
    if message["type"] != "http.response.start":
        return
    if "path_template" not in scope:  # no route, so no middleware has seen it
        _record(scope, status=message["status"], seconds=0.0)
    own = {name.lower() for name, _ in message["headers"]}
    added = [(name, value) for name, value in SECURITY_HEADERS if name not in own]
    if b"cache-control" not in own:
        # What was asked for by a POST, or failed, is nobody's to keep.
        added.append((b"cache-control", b"no-store"))
    message["headers"] = [
        *message["headers"],
        *added,
        (b"x-request-id", request_id_of(scope).encode()),
    ]


class RequestContext(ASGIMiddleware):
    """Names, times, counts and logs each request; log lines written meanwhile carry its id."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Any, receive: Any, send: Any, next_app: ASGIApp) -> None:
        """Pass the request on under its id."""
        began = time.monotonic()
        status = 500

        async def answer(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id_of(scope)):
            try:
                await next_app(scope, receive, answer)
            except OctavoError as exc:
                status = exc.status  # raised by a middleware behind this one; answered before it
                raise
            finally:
                _record(scope, status=status, seconds=time.monotonic() - began)


def _record(scope: Any, *, status: int, seconds: float) -> None:
    """Count and log by route, never by path: paths hold tokens, and there are endlessly many."""
    route = scope.get("path_template") or "unmatched"
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    HTTP_REQUESTS.labels(method, route, str(status)).inc()
    HTTP_SECONDS.observe(seconds)
    _log.info(
        "request",
        method=method,
        route=route,
        params=_ids_in(scope),
        status=status,
        ms=round(seconds * 1000, 1),
        request_id=request_id_of(scope),
    )


def _ids_in(scope: Any) -> dict[str, int]:
    """Answer the path's numbers, which say which thing it was; words may be secrets."""
    found: dict[str, Any] = scope.get("path_params") or {}
    return {name: value for name, value in found.items() if isinstance(value, int)}
