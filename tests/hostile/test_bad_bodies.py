"""Every write endpoint against bad bodies: a problem that names the field, and nothing written."""

import json
from typing import Any

import httpx
import pytest
from tests.hostile.bad_values import LONE_SURROGATE
from tests.hostile.writes import WRITES, Write, bad_values

MALFORMED = {
    "nothing": b"",
    "a brace": b"{",
    "a word": b"nonsense",
    "an array": b"[]",
    "an array of objects": b"[{}]",
    "a number": b"42",
    "a text": b'"title"',
    "null": b"null",
    "half a document": b'{"title": "half',
    "two documents": b"{}{}",
    "a comma too many": b'{"title": "x",}',
    "not UTF-8": b'{"title": "\xff\xfe"}',
    "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "a raw NUL": b'{"title": "\x00"}',
    "NaN": b'{"title": NaN}',
    "a number too great": b'{"title": 1e999}',
    "arrays 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "objects 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "XML": b"<?xml version='1.0'?><title/>",
}


async def send(client: httpx.AsyncClient, write: Write, path: str, body: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.request(
        write.method, path, content=content, headers={"content-type": "application/json"}
    )


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
async def test_a_bad_body_is_refused_by_name_and_changes_nothing(
    world: Any, faults: Any, write: Write
) -> None:
    found = faults()
    path = world.path(write.path)
    before = await world.rows()
    for case, content in MALFORMED.items():
        found.check(case, await send(world.owner, write, path, content))
    valid = dict(write.valid)
    unknown = await send(world.owner, write, path, {**valid, "no_such_field": 1})
    found.check("an unknown field", unknown, field="no_such_field")
    for name, value in bad_values(write):
        answer = await send(world.owner, write, path, {**valid, name: value})
        # A thing that is named and not there may be 404, or 422; it is still named.
        missing = value in (999_999, [999_999]) or name == "adapter"
        status = (400, 404, 409, 422) if missing else (400, 422)
        # A lone surrogate is no JSON at all: there is no field yet.
        named = None if missing or value == LONE_SURROGATE else name
        found.check(f"{name}={value!r}"[:100], answer, status=status, field=named)
        if answer.is_success and "version" in valid:
            valid["version"] = answer.json()["version"]
    assert not found.found, "\n".join(found.found)
    assert await world.rows() == before
