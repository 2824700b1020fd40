"""The schema of the API as clients see it: Litestar's, with the errors that we really answer."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.openapi.spec import OpenAPI

from octavo.kernel.problem import MEDIA_TYPE

__all__ = ["described", "openapi_json"]

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "`/problems/<code>`, or `about:blank`."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for the person."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "code"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
        "current": {"description": "What stands now, when the request was made from less."},
    },
}
_RESPONSE = {
    "description": "It did not work; `detail` says why.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "octavo_session"},
}


def described(schema: OpenAPI) -> dict[str, Any]:
    """Answer the schema as a document in which every failure is a problem."""
    document: dict[str, Any] = schema.to_schema()
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    components["securitySchemes"] = _SCHEMES
    document["security"] = [{"key": []}, {"session": []}]
    for methods in document.get("paths", {}).values():
        for operation in methods.values():
            if isinstance(operation, dict) and "responses" in operation:
                good = {k: v for k, v in operation["responses"].items() if not k.startswith("4")}
                operation["responses"] = {**good, "default": _RESPONSE}
    return document


@get("/api/v1/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer the schema."""
    document = msgspec.json.encode(described(request.app.openapi_schema))
    return Response(document, media_type=MediaType.JSON)
