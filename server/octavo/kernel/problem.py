"""Every error as RFC 9457 problem details: `application/problem+json`.

    {"type": "/problems/stale_version", "title": "Conflict", "status": 409,
     "detail": "piece 3 is no longer at version 2", "errors": [{"field", "message", "code"}], …}

`title` is the HTTP phrase, `detail` the sentence for the person, `errors` the fields when some are
wrong. Nothing of an unexpected failure's own message leaves the server: its log line does, under
the request id that the answer carries.
"""

from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    SerializationException,
    ValidationException,
)

from octavo.kernel.errors import FieldError, InvalidInputError, OctavoError, TooManyRequestsError
from octavo.kernel.log import get_logger

__all__ = ["EXCEPTION_HANDLERS", "Problem", "problem_of"]

MEDIA_TYPE = "application/problem+json"

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
    fields = list(error.fields) if isinstance(error, InvalidInputError) else []
    return _problem(error.status, error.message, code=error.code, fields=fields)


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


def handle_ours(_request: AnyRequest, error: OctavoError) -> Response[bytes]:
    """Answer a failure of ours; its extra members stand beside the standard ones."""
    headers = {}
    if isinstance(error, TooManyRequestsError):
        headers["retry-after"] = str(error.retry_after_s)
    return _respond(problem_of(error), extra=error.extra, headers=headers)


def handle_http(_request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer a failure of the framework: no such route, wrong method, body too large."""
    detail = _detail(error)
    return _respond(_problem(error.status_code, detail), headers=dict(error.headers or {}))


def handle_validation(_request: AnyRequest, error: ClientException) -> Response[bytes]:
    """Answer a body or parameter that is not of its type, field by field."""
    fields = [_field_error(item) for item in _items(error)]
    detail = "the request is not valid" if fields else _detail(error)
    return _respond(_problem(error.status_code, detail, code="invalid_input", fields=fields))


def handle_unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer what nobody expected: the log has the story, the answer only where to find it."""
    request_id = request.scope.get("octavo.request_id")
    _log.error(
        "unexpected_error",
        method=request.method,
        path=request.url.path,
        request_id=request_id,
        exc_info=error,
    )
    detail = "something went wrong on our side; the server's log has it under this request id"
    return _respond(
        _problem(500, detail, code="internal_error", request_id=str(request_id or "") or None)
    )


def _detail(error: HTTPException) -> str:
    text = str(error.detail or "").strip()
    return text or HTTPStatus(error.status_code).phrase


def _items(error: HTTPException) -> list[dict[str, Any]]:
    extra = error.extra
    return [item for item in extra if isinstance(item, dict)] if isinstance(extra, list) else []


def _field_error(item: dict[str, Any]) -> FieldError:
    key = str(item.get("key") or "")
    message = str(item.get("message") or "not valid")
    return FieldError(field=key or _named_in(message), message=message, code="invalid")


def _named_in(message: str) -> str:
    """Find the field in a message such as "Object missing required field `title`"."""
    parts = message.split("`")
    return parts[1].removeprefix("$.") if len(parts) > 2 else "body"  # noqa: PLR2004


EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    OctavoError: handle_ours,
    ValidationException: handle_validation,
    SerializationException: handle_validation,
    ClientException: handle_validation,
    HTTPException: handle_http,
    Exception: handle_unexpected,
}
