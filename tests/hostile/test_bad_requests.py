"""Bad paths, queries, headers, methods and sizes: refused as problems."""

import asyncio
import base64
import json
import re
import time
from typing import Any

import httpx
import pytest
from tests.hostile.doors import READS

MEGABYTE = 1_000_000
WRONG_IDS = ("0", "-1", "999999", str(2**31), str(2**63), str(10**400), "1.5", "one", "%00", "1%2e")

LISTS = (
    "/audit", "/objectives", "/campaigns", "/pieces", "/tags", "/authors", "/redirects", "/ctas",
    "/channels", "/deliveries", "/pieces/{live}/revisions", "/pieces/{live}/deliveries",
)  # fmt: skip
ONES = (
    "pieces", "tags", "authors", "objectives", "campaigns", "ctas", "channels", "deliveries",
    "series", "media", "imports", "webhooks",
)  # fmt: skip

CURSORS = (
    "nonsense", "%00", "a" * 5_000, "W10", "e30", "bnVsbA", "WyJ4Il0", "WzFd", "W251bGxd", "../..",
    "%F0%9F%92%A9",
    *(
        base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
        for values in (
            [["v", "x"]], [["v", None]], [["v", 2**63]], [["v", 2**63 - 1], ["v", 1]], [["v", 1.5]],
            [["t", "nonsense"]], [["t", "2026-06-15T10:30:00+00:00"]], [["x", []]],
            [["v", 1], ["v", 2], ["v", 3]], [["v", "\x00"], ["v", 1]], {"v": 1},
        )
    ),
)  # fmt: skip
QUERIES = (
    ("limit", ("0", "-1", "101", "1.5", "many", "", str(2**63), str(10**400))),
    ("cursor", CURSORS),
)
FILTERS = {
    "/pieces": {
        "kind": ("podcast", "post,nonsense", "%00"),
        "status": ("no-such", "draft,;drop"),
        "campaign": ("one", str(2**63), "1.5"),
        "from": ("2026-02-30", "0000-01-01", "99999-01-01", "x"),
        "to": ("2026-02-30", "-1", "%00"),
        "sort": ("title desc", "body", "-id;drop table piece", ""),
    },
    "/deliveries": {
        "state": ("no-such",),
        "channel_id": ("one", str(2**63)),
        "piece_id": ("one", str(10**400)),
        "due_from": ("yesterday", "2026-13-01T00:00:00Z"),
    },
    "/ctas": {"action": ("no-such",), "objective": ("one", str(2**63)), "archived": ("perhaps",)},
    "/campaigns": {"kind": ("no-such",), "objective": ("x", str(2**64)), "archived": ("2",)},
    "/redirects": {"piece": ("x", str(2**63))},
    "/pieces/{live}/outcomes": {
        "from": ("2026-02-30", "0000-01-01", "99999-01-01", "yesterday", "%00"),
        "to": ("2026-02-30", "0001-01-01T00:00", "x" * 5_000),
    },
    "/stats/data-quality": {"from": ("2026-02-30", "x"), "to": ("99999-01-01",)},
}


async def test_wrong_ids_in_paths_are_not_found(world: Any, faults: Any) -> None:
    found = faults()
    before = await world.rows()
    started = time.monotonic()
    for name in ONES:
        for wrong in WRONG_IDS:
            for method in ("GET", "PATCH", "DELETE"):
                answer = await world.owner.request(
                    method, f"/api/v1/{name}/{wrong}", json={"version": 1}
                )
                found.check(f"{method} {name}/{wrong[:30]}", answer, status=(404, 405))
    for wrong in WRONG_IDS:
        for path in ("ctas", "transitions", "deliveries", "deliveries/preview"):
            body = {"to": "draft", "version": 1} if path == "transitions" else {"channel_id": 1}
            body = {"cta_id": 1} if path == "ctas" else body
            answer = await world.owner.post(f"/api/v1/pieces/{wrong}/{path}", json=body)
            found.check(f"POST pieces/{wrong[:30]}/{path}", answer, status=(400, 404, 422))
        for path in ("revisions", "outcomes", "ctas", "deliveries", "transitions"):
            answer = await world.owner.get(f"/api/v1/pieces/{wrong}/{path}")
            found.check_sane(f"GET pieces/{wrong[:30]}/{path}", answer)
        for path in ("retry", "cancel", "resolve"):
            answer = await world.owner.post(
                f"/api/v1/deliveries/{wrong}/{path}", json={"outcome": "sent"}
            )
            found.check(f"POST deliveries/{wrong[:30]}/{path}", answer, status=(400, 404, 422))
        answer = await world.owner.delete(f"/api/v1/keys/{wrong}")
        found.check(f"DELETE keys/{wrong[:30]}", answer, status=(400, 404, 422))
        answer = await world.owner.patch(f"/api/v1/users/{wrong}", json={"name": "X"})
        found.check(f"PATCH users/{wrong[:30]}", answer, status=(400, 404, 422))
    # Drawing a trace of every wrong number once took ten times as long.
    assert time.monotonic() - started < 20
    assert not found.found, "\n".join(found.found)
    assert await world.rows() == before


async def test_wrong_queries_are_refused_by_name(world: Any, faults: Any) -> None:
    found = faults()
    for path in LISTS:
        for name, values in QUERIES:
            for value in values:
                answer = await world.owner.get(f"{world.path(path)}?{name}={value}")
                found.check(f"{path}?{name}={value[:40]}", answer, field=name)
    for path, filters in FILTERS.items():
        for name, values in filters.items():
            for value in values:
                answer = await world.owner.get(f"{world.path(path)}?{name}={value}")
                found.check(f"{path}?{name}={value[:40]}", answer, field=name)
    assert not found.found, "\n".join(found.found)


async def test_strange_queries_break_nothing(world: Any, faults: Any) -> None:
    found = faults()
    queries = (
        "x" * 60_000,
        "&".join(f"a{number}=1" for number in range(5_000)),
        "limit=20&limit=30&limit=x",
        "%",
        "%zz=%zz",
        "%ff=%fe",
        "q=%00",
        "q=%ED%A0%80",
        "q=" + "%25" * 10_000,
        "q=" + "_" * 20_000,
        "=&=&;&&",
        "cursor",
        "__proto__=1&constructor=2",
        "q=%27%20OR%201%3D1--",
    )
    for path in READS:
        for query in queries:
            answer = await world.owner.get(f"{world.path(path)}?{query}")
            found.check_sane(f"{path}?{query[:30]}", answer)
    assert not found.found, "\n".join(found.found)


async def test_wrong_methods_are_405_as_problems(world: Any, faults: Any) -> None:
    found = faults()
    schema = (await world.owner.get("/api/v1/openapi.json")).json()
    taken: dict[str, set[str]] = {}
    for path, operations in schema["paths"].items():
        # Two templates may share a place: `/imports/{format}` and `/imports/{run_id}`.
        taken.setdefault(re.sub(r"\{\w+\}", "{}", path), set()).update(operations)
    for path in schema["paths"]:
        operations = taken[re.sub(r"\{\w+\}", "{}", path)]
        filled = path.replace("{token}", "x").replace("{format}", "ghost")
        filled = re.sub(r"\{\w+\}", "1", filled)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "X" * 2_000):
            if method.lower() in operations:
                continue
            answer = await world.owner.request(method, filled)
            found.check(f"{method[:20]} {path}", answer, status=405)
            if answer.status_code == 405 and "allow" not in answer.headers:
                found.note(f"{method[:20]} {path}", "does not say what is allowed")
    assert not found.found, "\n".join(found.found)


async def test_the_parts_beside_the_api_refuse_other_methods(world: Any) -> None:
    for path in ("/", "/live/", "/go/abc", "/admin/", "/healthz", "/readyz", "/metrics"):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = await world.owner.request(method, path, content=b"{}")
            assert answer.status_code == 405, (method, path, answer.text)
            assert answer.headers.get("allow"), (method, path)


async def test_bodies_that_are_not_json_are_refused(world: Any, faults: Any) -> None:
    found = faults()
    before = await world.rows()
    body = json.dumps({"title": "T"}).encode()
    for kind in (
        "text/plain",
        "text/plain; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/xml",
        "application/x-msgpack",
        "text/html",
        "application/jsonp",
        "nonsense",
        "/",
        "application/json, text/plain",
        "\xff\xfe",
    ):
        headers = {"content-type": kind.encode("latin-1")}
        answer = await world.owner.post("/api/v1/pieces", content=body, headers=headers)
        found.check(kind, answer, status=(400, 415))
    assert not found.found, "\n".join(found.found)
    assert await world.rows() == before
    for kind in ("application/json; charset=utf-8", "APPLICATION/JSON", "application/ld+json"):
        headers = {"content-type": kind}
        answer = await world.owner.post("/api/v1/pieces", content=body, headers=headers)
        assert answer.status_code == 201, (kind, answer.text)


async def test_a_piece_of_ten_megabytes_is_taken_and_more_is_refused(world: Any) -> None:
    body = "Ten megabytes. " * (10 * MEGABYTE // 15)
    answer = await world.owner.post("/api/v1/pieces", json={"title": "Long", "body": body})
    assert answer.status_code == 201, answer.text[:300]
    stored = await world.owner.get(f"/api/v1/pieces/{answer.json()['id']}")
    assert stored.json()["body"] == body

    before = await world.rows()
    longer = await world.owner.post(
        "/api/v1/pieces", json={"title": "Longer", "body": "x" * (10 * MEGABYTE + 1)}
    )
    assert longer.status_code == 400
    assert longer.json()["errors"][0]["field"] == "body"
    huge = await world.owner.post(
        "/api/v1/pieces", content=b'{"title": "' + b"x" * 20 * MEGABYTE + b'"}',
        headers={"content-type": "application/json"},
    )  # fmt: skip
    assert huge.status_code == 413, huge.text[:300]
    assert huge.headers["content-type"] == "application/problem+json"
    assert await world.rows() == before


async def test_a_body_that_never_says_how_long_it_is_ends_at_the_limit(world: Any) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        yield b'{"title": "'
        while sent < 200 * MEGABYTE:
            sent += MEGABYTE
            yield b"x" * MEGABYTE

    headers = {"content-type": "application/json"}
    answer = await world.owner.post("/api/v1/pieces", content=endless(), headers=headers)
    assert answer.status_code == 413, answer.text[:300]


async def test_ten_bodies_at_the_limit_at_once_are_answered(world: Any, faults: Any) -> None:
    found = faults()
    body = json.dumps({"title": "T", "body": "x" * 9 * MEGABYTE, "no_such": 1}).encode()
    headers = {"content-type": "application/json"}

    async def post() -> httpx.Response:
        return await world.owner.post("/api/v1/pieces", content=body, headers=headers)

    for answer in await asyncio.gather(*(post() for _ in range(10))):
        found.check("9 MB", answer, field="no_such")
    assert not found.found, "\n".join(found.found)


@pytest.mark.parametrize("key", ["", " ", "\x7f", "x" * 10_000, "\xff\xfe", "a b", '"'])
async def test_strange_idempotency_keys_break_nothing(world: Any, faults: Any, key: str) -> None:
    found = faults()
    headers = {"idempotency-key": key.encode("latin-1")}
    for _ in range(2):
        answer = await world.owner.post("/api/v1/tags", json={"name": "K"}, headers=headers)
        found.check_sane(repr(key)[:30], answer)
    assert not found.found, "\n".join(found.found)


CODES = (
    "nonsense", "0" * 16, "0" * 17, "x" * 10_000, "%00", "%2e%2e%2f", "a/b", "a b", "%ff",
    "%F0%9F%92%A9", "'--", "<script>", "https://evil.example", "//evil.example", "?to=https://evil.example",
    "abc%0d%0aSet-Cookie:a=b", "\\\\evil.example",
)  # fmt: skip


async def test_unknown_codes_lead_nowhere(world: Any, faults: Any) -> None:
    found = faults()
    for code in CODES:
        answer = await world.owner.get(f"/go/{code}")
        found.check(f"/go/{code[:40]}", answer, status=404)
        shown = await world.owner.get(f"/go/{code}", headers={"accept": "text/html"})
        if shown.status_code != 404 or "<script" in shown.text or "evil" in shown.text:
            found.note(f"/go/{code[:40]}", shown.text[:200])
    assert not found.found, "\n".join(found.found)


async def test_a_tracked_link_takes_no_destination_from_its_visitor(world: Any) -> None:
    attached = await world.owner.post(
        world.path("/pieces/{live}/ctas"), json={"cta_id": world.ids["cta"]}
    )
    path = attached.json()["blog_path"]
    strange = {
        "user-agent": b"\xff" * 5_000,
        "referer": b"javascript:alert(1)",
        "x-forwarded-for": b"' OR 1=1, \xff, 999.999.999.999, " + b"1.1.1.1," * 500,
        "cookie": b"octavo_session=\xff; =;;",
        "accept-language": b"\x80" * 100,
        "x-forwarded-host": b"evil.example",
        "host": b"evil.example",
    }
    for query in (
        "",
        "?url=https://evil.example",
        "?to=//evil.example",
        "?%00",
        "?" + "x" * 60_000,
    ):
        answer = await world.installation.client().get(path + query, headers=strange)
        assert answer.status_code == 302, answer.text
        location = httpx.URL(answer.headers["location"])
        assert (location.scheme, location.host, location.path) == (
            "https",
            "example.org",
            "/subscribe",
        )
