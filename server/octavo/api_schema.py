"""The schema of the API as clients see it: Litestar's, with the errors that we really answer."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.openapi.spec import OpenAPI

from octavo.kernel.problem import MEDIA_TYPE

__all__ = ["NameTakenError", "described", "openapi_json"]

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
_REFERENCE = "#/components/schemas/"
_GENERIC = re.compile(r"(\w+)\[(\w+)\]")


class NameTakenError(ValueError):
    """Two types of the API would have one name; rename one of them."""


def described(schema: OpenAPI) -> dict[str, Any]:
    """Answer the schema as a document in which every failure is a problem.

    Types are called what the code calls them, wherever it lies: `Tag`, and `TagPage` for a page of
    tags. Raises `NameTakenError`.
    """
    document: dict[str, Any] = schema.to_schema()
    components = document.setdefault("components", {})
    stored: dict[str, Any] = components.setdefault("schemas", {})
    names = _names(stored)
    _point_anew(document, names)
    components["schemas"] = dict(sorted((names[old], stored[old]) for old in stored))
    components["schemas"]["Problem"] = _PROBLEM
    components["securitySchemes"] = _SCHEMES
    document["security"] = [{"key": []}, {"session": []}]
    for methods in document.get("paths", {}).values():
        for operation in methods.values():
            if isinstance(operation, dict) and "responses" in operation:
                good = {k: v for k, v in operation["responses"].items() if not k.startswith("4")}
                operation["responses"] = {**good, "default": _RESPONSE}
    return document


def _names(schemas: Mapping[str, Any]) -> dict[str, str]:
    """Answer what each type is called; Litestar spells generics and namesakes with their modules."""
    names: dict[str, str] = {}
    taken = {"Problem"}
    for old, schema in schemas.items():
        new = _GENERIC.sub(r"\2\1", schema.get("title", old))
        if new in taken:
            raise NameTakenError(f"more than one type of the API is called {new}")
        names[old] = new
        taken.add(new)
    return names


def _point_anew(node: Any, names: Mapping[str, str]) -> None:
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith(_REFERENCE):
            node["$ref"] = _REFERENCE + names[target.removeprefix(_REFERENCE)]
        for below in node.values():
            _point_anew(below, names)
    elif isinstance(node, list):
        for below in node:
            _point_anew(below, names)


@get("/api/v1/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer the schema."""
    document = msgspec.json.encode(described(request.app.openapi_schema))
    return Response(document, media_type=MediaType.JSON)
