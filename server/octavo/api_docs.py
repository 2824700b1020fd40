"""The page that explains the API to people: plain HTML made from the schema, no script, no CDN."""

import base64
import hashlib
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, StrictUndefined
from litestar import MediaType, Request, Response, get
from litestar.openapi.spec import OpenAPI

from octavo.api_schema import described

__all__ = ["api_docs", "render_docs"]

_STYLE = """
:root{color-scheme:light dark;--paper:#fbf9f5;--leaf:#f2eee6;--ink:#1f1c19;--pencil:#5c554c;--rule:#ddd6c9;
--vermilion:#a6331b;--blueprint:#2b4a6f;--moss:#1f6f4a;--ochre:#8a5a00}
@media (prefers-color-scheme:dark){:root{--paper:#171512;--leaf:#211e1a;--ink:#ece6da;--pencil:#b3aa9c;
--rule:#38332c;--vermilion:#f08a6b;--blueprint:#9bb8dc;--moss:#7dcf9f;--ochre:#e3b45c}}
body{margin:0 auto;padding:24px 16px 64px;max-width:60rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
h1,h2,h3{font-weight:600;line-height:1.25}h2{margin-top:48px;text-transform:capitalize}h3{font-size:1rem}
a{color:var(--blueprint)}a:hover{color:var(--vermilion)}:focus-visible{outline:2px solid var(--vermilion);
outline-offset:2px}
code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:8px 24px;padding:0;list-style:none}nav a{display:block;padding:4px 0}
details{border-top:1px solid var(--rule)}summary{padding:10px 0;cursor:pointer}
summary b{display:inline-block;min-width:4.5em;font-size:.8rem}summary span{color:var(--pencil)}
.get{color:var(--blueprint)}.post{color:var(--moss)}.patch,.put{color:var(--ochre)}.delete{color:var(--vermilion)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--rule);text-align:start;vertical-align:top;
font-weight:400}
thead th{color:var(--pencil)}
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "cache-control": "no-cache",
}
_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMinimum": "> {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "default": "default {}",
}

Schema = dict[str, Any]


class _Field(msgspec.Struct, frozen=True):
    name: str
    type: str
    rules: str


class _Table(msgspec.Struct, frozen=True):
    title: str
    fields: list[_Field]
    about: str = ""


class _Answer(msgspec.Struct, frozen=True):
    status: str
    type: str


class _Operation(msgspec.Struct, frozen=True):
    id: str
    method: str
    path: str
    about: str
    tables: list[_Table]
    answers: list[_Answer]


class _Group(msgspec.Struct, frozen=True):
    name: str
    operations: list[_Operation]


@get("/api/docs", include_in_schema=False, sync_to_thread=False)
def api_docs(request: Request[Any, Any, Any]) -> Response[str]:
    """Explain the API."""
    page = _rendered(request.app.openapi_schema)
    return Response(page, media_type=MediaType.HTML, headers=_HEADERS)


def render_docs(document: Schema) -> str:
    """Answer the page for a schema document."""
    shapes = document["components"]["schemas"]
    grouped: dict[str, list[_Operation]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            grouped[tag].append(_operation(path, method, operation))
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(
        Path(__file__).with_name("api_docs.html").read_text(encoding="utf-8")
    )
    return template.render(
        version=document["info"]["version"],
        style=_Plain(_STYLE),
        groups=[_Group(name, operations) for name, operations in grouped.items()],
        shapes=[_shape(name, shape) for name, shape in sorted(shapes.items())],
    )


class _Plain(str):
    """Text of ours that is markup already."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@lru_cache(maxsize=1)
def _rendered_once(key: int, schema_json: bytes) -> str:
    del key
    return render_docs(msgspec.json.decode(schema_json))


def _rendered(schema: OpenAPI) -> str:
    return _rendered_once(id(schema), msgspec.json.encode(described(schema)))


def _operation(path: str, method: str, operation: Schema) -> _Operation:
    tables = []
    if operation.get("parameters"):
        tables.append(_Table("Parameters", [_parameter(p) for p in operation["parameters"]]))
    body = operation.get("requestBody", {}).get("content", {})
    for content in list(body.values())[:1]:
        name = _type_of(content["schema"])
        tables.append(_Table("Body", [_Field("(body)", name, "see shapes")]))
    answers = [
        _Answer(status, _content_type(response))
        for status, response in operation["responses"].items()
        if status != "default"
    ]
    return _Operation(
        operation["operationId"],
        method.upper(),
        path,
        operation.get("description", ""),
        tables,
        answers,
    )


def _parameter(parameter: Schema) -> _Field:
    where = parameter["in"] + (", required" if parameter.get("required") else "")
    rules = _rules(parameter.get("schema", {}))
    return _Field(parameter["name"], _type_of(parameter.get("schema", {})), f"{where} {rules}")


def _shape(name: str, shape: Schema) -> _Table:
    required = set(shape.get("required", ()))
    fields = [
        _Field(
            field,
            _type_of(schema),
            ", ".join(part for part in (field in required and "required", _rules(schema)) if part),
        )
        for field, schema in shape.get("properties", {}).items()
    ]
    return _Table(_short(name), fields, shape.get("description", "").split("\n", 1)[0])


def _content_type(response: Schema) -> str:
    for content in response.get("content", {}).values():
        return _type_of(content.get("schema", {}))
    return ""


def _type_of(schema: Schema) -> str:
    """Answer a schema's type in a few words."""
    if "$ref" in schema:
        return _short(schema["$ref"].rsplit("/", 1)[1])
    if "oneOf" in schema or "anyOf" in schema:
        return " or ".join(_type_of(part) for part in schema.get("oneOf") or schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_type_of(schema.get('items', {}))}"
    kind = schema.get("type", "anything")
    name = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{name} ({schema['format']})" if "format" in schema else name


def _rules(schema: Schema) -> str:
    said = [
        words.format(schema[key])
        for key, words in _LIMITS.items()
        if schema.get(key) not in {None, ""}
    ]
    if schema.get("description"):
        said.insert(0, schema["description"])
    return ", ".join(said)


def _short(name: str) -> str:
    """Answer `Page of Piece` for `Page_octavo.content.schemas.Piece_`."""
    if name.startswith("Page_"):
        return f"Page of {name.rstrip('_').rsplit('.', 1)[-1]}"
    return name
