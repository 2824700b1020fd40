"""Whatever its own schema allows, and much that it does not: the API never fails."""

import json
import time
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SECONDS = 25
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_HOSTILE = st.sampled_from(
    [
        None, True, False, 0, -1, 1, 2**31, 2**63, 10**40, -(2**63) - 1, 0.1, 1e308, -0.0, "", " ", "\x00",
        "\ud800", "0", "2026-02-30", "2026-03-29T02:30", "9999-12-31", "null", "<script>",
        "a" * 400, "é" * 300, "\u202e", "%00", "javascript:alert(1)", "/../", [], {}, [[]],
        [None], {"": None}, {"a": {"b": []}},
    ]
)  # fmt: skip
_TEXT = st.one_of(st.text(max_size=40), st.sampled_from(["x", "post", "draft", "Europe/Madrid"]))


def value_of(
    schema: dict[str, Any], root: dict[str, Any], depth: int = 0
) -> st.SearchStrategy[Any]:
    """Answer values of a schema, one in five of them something else entirely."""
    return st.one_of(*([fitting(schema, root, depth)] * 4), _HOSTILE)


def fitting(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return fitting(root["components"]["schemas"][name], root, depth + 1)
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return st.one_of(*(fitting(part, root, depth + 1) for part in schema[key]))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return of_kind(schema, root, depth)


def of_kind(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    kind = schema.get("type")
    if isinstance(kind, list):
        return st.one_of(*(fitting({**schema, "type": one}, root, depth) for one in kind))
    if kind == "object":
        return object_of(schema, root, depth)
    if kind == "array":
        return st.lists(value_of(schema.get("items", {}), root, depth + 1), max_size=4)
    simple: dict[str, st.SearchStrategy[Any]] = {
        "string": text_of(schema),
        "integer": st.one_of(st.integers(-2, 5), st.integers()),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return simple.get(str(kind), _HOSTILE)


def text_of(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    formats = {
        "date": st.dates().map(str),
        "date-time": st.datetimes().map(lambda at: at.isoformat() + "Z"),
    }
    return formats.get(schema.get("format", ""), _TEXT)


def object_of(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if depth > 6:
        return st.just({})
    properties = {
        name: value_of(part, root, depth + 1) for name, part in schema.get("properties", {}).items()
    }
    if not properties:
        return st.dictionaries(_TEXT, _HOSTILE, max_size=3)
    required = {name: properties[name] for name in schema.get("required", ()) if name in properties}
    optional = {name: part for name, part in properties.items() if name not in required}
    whole = st.fixed_dictionaries(required, optional=optional)
    return st.one_of(whole, whole, st.fixed_dictionaries({}, optional=properties))


def requests(schema: dict[str, Any]) -> st.SearchStrategy[tuple[str, str, dict[str, Any], Any]]:
    """Answer requests: method, path, query, body."""
    made = []
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if path.endswith(("/setup", "/session")) or method not in {
                "get",
                "post",
                "put",
                "patch",
                "delete",
            }:
                continue  # these end or limit the session that all others need
            parameters = operation.get("parameters", [])
            inside = {
                parameter["name"]: st.one_of(
                    st.integers(1, 3), value_of(parameter["schema"], schema)
                )
                for parameter in parameters
                if parameter["in"] == "path"
            }
            query = {
                parameter["name"]: value_of(parameter["schema"], schema)
                for parameter in parameters
                if parameter["in"] == "query"
            }
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            body = value_of(content["schema"], schema) if content else st.none()
            made.append(
                st.tuples(
                    st.just(method.upper()),
                    st.fixed_dictionaries(inside).map(
                        lambda values, path=path: filled(path, values)
                    ),
                    st.fixed_dictionaries({}, optional=query),
                    body,
                )
            )
    return st.one_of(*made)


def filled(path: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        text = str(value).encode("utf-8", "replace").decode()
        path = path.replace("{" + name + "}", quote(text, safe="") or "1")
    return path


@pytest.mark.timeout(180)
async def test_the_api_never_fails(world: Any) -> None:
    schema = (await world.owner.get("/api/v1/openapi.json")).json()
    cases: list[tuple[str, str, dict[str, Any], Any]] = []

    @settings(
        max_examples=500,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(schema))
    def collect(case: tuple[str, str, dict[str, Any], Any]) -> None:
        cases.append(case)

    collect()
    assert len(cases) >= 400
    faults, ended, sent = [], time.monotonic() + SECONDS, 0
    for method, path, query, body in cases:
        if time.monotonic() > ended:
            break
        sent += 1
        answer = await world.owner.request(
            method,
            path,
            params={name: str(value).encode("utf-8", "replace") for name, value in query.items()},
            content=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"} if body is not None else {},
        )
        problem = answer.headers.get("content-type") == "application/problem+json"
        if answer.status_code >= 500 or (answer.status_code >= 400 and not problem):
            case = json.dumps([method, path, query, body], default=str)[:500]
            faults.append(f"{answer.status_code} {case} {answer.text[:200]}")
    assert not faults, "\n".join(faults[:20])
    assert sent > 100
    assert (await world.owner.get("/api/v1/session")).status_code == 200
