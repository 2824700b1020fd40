"""Every error as RFC 9457 problem details: `application/problem+json`.

    {"type": "/problems/stale_version", "title": "Conflict", "status": 409,
     "detail": "piece 3 is no longer at version 2", "errors": [{"field", "message", "code"}], …}

`title` is the HTTP phrase, `detail` the sentence for the person, `errors` the fields when some are
wrong. Nothing of an unexpected failure's own message leaves the server: its log line does, under
the request id that the answer carries.
"""

import re
import sqlite3
from http import HTTPStatus
from typing import Any

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    SerializationException,
    ValidationException,
)
from litestar.routes import HTTPRoute

from octavo.kernel.errors import FieldError, OctavoError, TooManyRequestsError
from octavo.kernel.ids import new_code
from octavo.kernel.log import get_logger

__all__ = ["EXCEPTION_HANDLERS", "Problem", "problem_of", "request_id_of"]

MEDIA_TYPE = "application/problem+json"
_LARGEST_ID = 2**31 - 1

_log = get_logger("octavo.http")
AnyRequest = Request[Any, Any, Any]


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The document that every failing request is answered with."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []
    request_id: str | None = None


def problem_of(error: OctavoError) -> Problem:
    """Answer the problem document of a failure of ours."""
    return _problem(error.status, error.message, code=error.code, fields=list(error.fields))


def _problem(
    status: int,
    detail: str,
    *,
    code: str = "about:blank",
    fields: list[FieldError] | None = None,
    request_id: str | None = None,
) -> Problem:
    kind = code if code == "about:blank" else f"/problems/{code}"
    return Problem(
        type=kind,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=fields or [],
        request_id=request_id,
    )


def _respond(
    problem: Problem, *, extra: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Response[bytes]:
    document = {**(extra or {}), **msgspec.to_builtins(problem)}
    return Response(
        msgspec.json.encode(document),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"cache-control": "no-store", **(headers or {})},
    )


def request_id_of(scope: Any) -> str:
    """Answer the name of this request; gives it one when it has none."""
    return str(scope.setdefault("octavo.request_id", new_code(12)))


def handle_ours(_request: AnyRequest, error: OctavoError) -> Response[bytes]:
    """Answer a failure of ours; its extra members stand beside the standard ones."""
    headers = {}
    if isinstance(error, TooManyRequestsError):
        headers["retry-after"] = str(error.retry_after_s)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return _respond(problem_of(error), extra=error.extra, headers=headers)


def handle_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer a failure of the framework: no such route, wrong method, body too large."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return handle_unexpected(request, error)
    headers = dict(error.headers or {})
    if isinstance(error, MethodNotAllowedException):
        headers.setdefault("allow", ", ".join(_methods_at(request)))
    return _respond(_problem(error.status_code, _detail(error)), headers=headers)


def _methods_at(request: AnyRequest) -> list[str]:
    """Answer the methods that the path of a request takes; the router does not tell (RFC 9110)."""
    parts = [part for part in request.scope["path"].split("/") if part]
    methods: set[str] = set()
    for route in request.app.routes:
        wanted = route.path_components
        if isinstance(route, HTTPRoute) and len(wanted) == len(parts):
            pairs = zip(wanted, parts, strict=True)
            if all(not isinstance(want, str) or want == part for want, part in pairs):
                methods |= set(route.methods)
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def handle_validation(request: AnyRequest, error: ClientException) -> Response[bytes]:
    """Answer a body or parameter that is not of its type, field by field."""
    names = _public_names(request)
    fields = [
        _field_error({**item, "key": names.get(str(item.get("key")), item.get("key"))})
        for item in _items(error)
    ]
    detail = "the request is not valid" if fields else _detail(error)
    return _respond(_problem(error.status_code, detail, code="invalid_input", fields=fields))


def handle_out_of_range(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer a value that no column holds: a number beyond 64 bits, NUL in a text; in a path, 404."""
    if isinstance(error, OverflowError | RecursionError) and not _is_about_input(error):
        return handle_unexpected(request, error)
    # No trace: what a client sends is no fault of ours, and drawing one takes a second of processor.
    _log.warning("value_out_of_range", route=_route(request), error=type(error).__name__)
    if any(isinstance(part, int) and part > _LARGEST_ID for part in request.path_params.values()):
        return _respond(_problem(404, "nothing has such an id", code="not_found"))
    detail = "a value is out of range: a number is too large, or a text holds what cannot be stored"
    return _respond(_problem(400, detail, code="out_of_range"))


def handle_unavailable(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer while the database is away or does not keep up."""
    if isinstance(error, sqlite3.OperationalError) and not _is_busy(error):
        return handle_unexpected(request, error)
    _log.error("database_unavailable", route=_route(request), exc_info=error)
    detail = "the database does not answer; try again in a moment"
    return _respond(_problem(503, detail, code="unavailable"), headers={"retry-after": "5"})


def handle_unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer what nobody expected: the log has the story, the answer only where to find it."""
    request_id = request_id_of(request.scope)
    _log.error(
        "unexpected_error",
        method=request.method,
        route=_route(request),
        request_id=request_id,
        exc_info=error,
    )
    detail = "something went wrong on our side; the server's log has it under this request id"
    return _respond(_problem(500, detail, code="internal_error", request_id=request_id))


def _public_names(request: AnyRequest) -> dict[str, str]:
    """Answer what the query calls parameters that have another name in our code (`from`, `to`)."""
    handler = request.scope.get("route_handler")
    if handler is None:
        return {}
    parameters = handler.parsed_fn_signature.parameters
    named = (
        (name, getattr(known.kwarg_definition, "name", None)) for name, known in parameters.items()
    )
    return {name: public for name, public in named if public}


def _route(request: AnyRequest) -> str:
    """Name the route, not the path: paths may hold tokens."""
    return str(request.scope.get("path_template") or "unmatched")


def _is_about_input(error: Exception) -> bool:
    # So say sqlite3 of an integer beyond 64 bits, and msgspec of JSON nested thousands deep.
    return "SQLite" in str(error) or "deserializing" in str(error)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_CANTOPEN"))


def _detail(error: HTTPException) -> str:
    text = str(error.detail or "").strip()
    return text or HTTPStatus(error.status_code).phrase


def _items(error: HTTPException) -> list[dict[str, Any]]:
    extra = error.extra
    return [item for item in extra if isinstance(item, dict)] if isinstance(extra, list) else []


def _field_error(item: dict[str, Any]) -> FieldError:
    key = str(item.get("key") or "")
    message = str(item.get("message") or "not valid")
    for pattern, code, words in _OBJECT_ERRORS:
        found = pattern.search(message)
        if found:
            return FieldError(field=_joined(key, found[1]), message=words, code=code)
    code = next((code for word, code in _VALUE_ERRORS if word in message), "invalid")
    return FieldError(field=_joined(key), message=message, code=code)


def _joined(*parts: str) -> str:
    """Answer a path such as `destination.url`; the framework calls the body itself `data`."""
    return ".".join(part for part in parts if part not in {"", "data"}) or "body"


# What msgspec says about an object, and about a value.
_OBJECT_ERRORS = (
    (re.compile(r"missing required field `(.+?)`"), "missing", "is required"),
    (re.compile(r"contains unknown field `(.+?)`"), "unknown_field", "is not a field of this"),
)
_VALUE_ERRORS = (
    ("of length", "wrong_length"),
    (", got `", "wrong_type"),
    ("<=", "out_of_range"),
    (">=", "out_of_range"),
    ("matching regex", "wrong_form"),
)

EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    OctavoError: handle_ours,
    ValidationException: handle_validation,
    SerializationException: handle_validation,
    ClientException: handle_validation,
    MethodNotAllowedException: handle_http,
    HTTPException: handle_http,
    OverflowError: handle_out_of_range,
    RecursionError: handle_out_of_range,
    asyncpg.DataError: handle_out_of_range,
    asyncpg.PostgresConnectionError: handle_unavailable,
    asyncpg.OperatorInterventionError: handle_unavailable,  # shutting down, starting, cancelled
    asyncpg.InternalClientError: handle_unavailable,  # the connection died in the middle
    asyncpg.TooManyConnectionsError: handle_unavailable,
    ConnectionError: handle_unavailable,
    sqlite3.OperationalError: handle_unavailable,
    Exception: handle_unexpected,
}
