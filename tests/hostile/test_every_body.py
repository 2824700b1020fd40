"""Every operation of the description that takes a body: unknown names, stale versions, repetitions."""

import json
import re
from typing import Any

import pytest
from tests.hostile.test_content_payloads import PIXEL

WRITES = ("post", "put", "patch")
WRONG_TEXTS = (r'"a\u0000b"', r'"\ud800"')
WRONG_NUMBERS = (str(2**31), str(2**63), "1" + "0" * 400, "1.5", "true", '"1"')
DEEP = "[" * 100_000 + "]" * 100_000
# These end or limit the session that all others need.
APART = {"sign_in", "take_invitation"}
GONE_BY_THEN = (400, 404, 409, 422)

# A body that makes something, for every operation that answers 201.
MAKES: dict[str, Any] = {
    "invite_user": {"role": "writer", "email": "w@example.org"},
    "make_key": {"name": "Another", "scope": "content"},
    "create_objective": {"name": "N", "metric": "reach", "target": 5},
    "create_campaign": {"name": "Another"},
    "create_piece": {"title": "T", "body": "B"},
    "create_tag": {"name": "Another"},
    "create_author": {"name": "Another"},
    "create_redirect": {"from_path": "/old/", "to_path": "/live/"},
    "create_series": {"title": "Another"},
    "add_comment": {"body": "Another"},
    "translate_piece": {"language": "de"},
    "share_preview": {"days": 3},
    "create_cta": {
        "label": "Go",
        "action": "subscribe",
        "destination": {"url": "https://example.org/"},
        "expected": {"count": 1},
    },
    "attach_cta": {"cta_id": 1},
    "create_channel": {
        "adapter": "webhook",
        "name": "Another",
        "settings": {"url": "https://hooks.example.org/"},
        "secrets": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    },
    "give_verdict": {"version": 3, "verdict": "approve"},
    "rotate_webhook_secret": {"overlap_h": 1},
    "plan_delivery": {
        "channel_id": 1,
        "text": "Another",
        "send_at": "2026-12-01T09:00",
        "zone": "Europe/Madrid",
    },
    "create_deploy_target": {
        "deployer": "s3",
        "name": "Another",
        "settings": {"bucket": "site", "region": "eu-west-1"},
        "secrets": {"access_key_id": "AKIA", "secret_access_key": "s"},
    },
    "create_webhook": {"name": "W", "url": "https://hooks.example.org/", "events": ["*"]},
}

FITS = MAKES | {
    "transition_piece": {
        "to": "scheduled",
        "version": 1,
        "publish_at": "2026-12-01T09:00",
        "zone": "Europe/Madrid",
    },
    "set_unpublish_time": {
        "version": 1,
        "unpublish_at": "2026-12-01T09:00",
        "zone": "Europe/Madrid",
    },
}
# Looked at and stored nowhere, or compared with what is stored.
NEVER_STORED = {("check_draft", "language"), ("check_draft", "source_url"), ("undo_bulk", "token")}
LARGE = {"target"}  # of a metric: more than thirty-one bits are its right


@pytest.fixture
async def desk(world: Any) -> Any:
    """The world, with one of what came later too: series, file, comment, webhook."""
    await world.make("series", "/series", title="Parts")
    events = (await world.owner.get("/api/v1/webhooks/events")).json()
    some = (events["items"] if isinstance(events, dict) else events)[0]
    event = some if isinstance(some, str) else next(iter(some.values()))
    MAKES["create_webhook"]["events"] = [event]
    await world.make("webhook", "/webhooks", **(MAKES["create_webhook"] | {"name": "Before"}))
    target = MAKES["create_deploy_target"] | {"name": "Before"}
    await world.make("target", "/deploy-targets", **target)
    await world.make("judged", "/pieces", title="In review", body="Read me.")
    answer = await world.owner.post(
        world.path("/pieces/{judged}/transitions"), json={"to": "in_review", "version": 1}
    )
    version = answer.json()["version"]
    answer = await world.owner.put(
        world.path("/pieces/{judged}/review"), json={"version": version, "reviewer_ids": [1]}
    )
    assert answer.status_code == 200, answer.text
    await world.make("comment", "/pieces/{piece}/comments", body="Well.")
    files = {"file": ("a.png", PIXEL, "image/png")}
    answer = await world.owner.post("/api/v1/media", files=files)
    world.ids["media"] = answer.json()["id"]
    world.ids["user"] = 1
    world.schema = (await world.owner.get("/api/v1/openapi.json")).json()
    return world


def path_of(world: Any, template: str) -> str:
    """Fill a place of the description by what there is of its name."""

    def fill(found: re.Match[str]) -> str:
        return str(world.ids.get(found[1].removesuffix("_id"), 1))

    return re.sub(r"\{(\w+)\}", fill, template)


def bodies(world: Any) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Answer name, method, path and the schema of the body of each operation that takes JSON."""
    found = []
    for template, operations in world.schema["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content and method in WRITES and operation["operationId"] not in APART:
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                schema = world.schema["components"]["schemas"].get(name, content["schema"])
                path = path_of(world, template)
                found.append((operation["operationId"], method.upper(), path, schema))
    return found


def kinds_of(part: dict[str, Any]) -> set[str]:
    return {str(one.get("type")) for one in (part, *part.get("oneOf", ()))} - {"None"}


def example(world: Any, schema: dict[str, Any], depth: int = 0) -> Any:
    """Answer what the schema asks for and no more."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return example(world, world.schema["components"]["schemas"][name], depth + 1)
    if "enum" in schema or "const" in schema:
        return (schema.get("enum") or [schema["const"]])[0]
    if "oneOf" in schema:
        return example(world, schema["oneOf"][0], depth)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        inner = schema.get("properties", {})
        return {name: example(world, inner[name], depth + 1) for name in schema.get("required", ())}
    simple: dict[str, Any] = {"string": "x", "integer": 1, "number": 0.5, "boolean": False}
    return simple.get(str(kind), [] if kind == "array" else None)


async def send(world: Any, method: str, path: str, body: str) -> Any:
    headers = {"content-type": "application/json"}
    return await world.owner.request(method, path, content=body.encode(), headers=headers)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_unknown_and_wrong_fields_are_refused_by_name_everywhere(
    desk: Any, faults: Any
) -> None:
    found = faults()
    before = await desk.rows()
    for name, method, path, schema in bodies(desk):
        answer = await send(desk, method, path, '{"no_such_field": 1}')
        found.check(f"{name} unknown", answer, field="no_such_field")
        answer = await send(desk, method, path, f'{{"no_such_field": {DEEP}}}')
        found.check(f"{name} deep", answer)
        valid = FITS.get(name) or example(desk, schema)
        for field, part in schema.get("properties", {}).items():
            kinds = kinds_of(part)
            wrong = WRONG_TEXTS if "string" in kinds else ()
            wrong += WRONG_NUMBERS if kinds <= {"integer", "null"} and kinds else ()
            wrong = wrong[1:] if field in LARGE else wrong
            for value in () if (name, field) in NEVER_STORED else wrong:
                rest = json.dumps({key: one for key, one in valid.items() if key != field})
                body = f'{{"{field}": {value}' + (f", {rest[1:]}" if rest != "{}" else "}")
                answer = await send(desk, method, path, body)
                case = f"{name} {field}={value[:20]}"
                statuses = GONE_BY_THEN if value in WRONG_NUMBERS[:1] else (400, 422)
                found.check(case, answer, status=statuses, field=None)
    assert not found.found, f"{len(found.found)}\n" + "\n".join(found.found[:60])
    assert await desk.rows() == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_ten_megabytes_in_one_field_are_refused_everywhere(desk: Any, faults: Any) -> None:
    found = faults()
    before = await desk.rows()
    huge = json.dumps("x" * 10_000_001)
    for name, method, path, schema in bodies(desk):
        texts = [f for f, p in schema.get("properties", {}).items() if "string" in kinds_of(p)]
        for field in texts[:1]:
            rest = FITS.get(name) or example(desk, schema)
            pairs = [f'"{k}": {json.dumps(v)}' for k, v in rest.items() if k != field]
            body = "{" + ", ".join([f'"{field}": {huge}', *pairs]) + "}"
            answer = await send(desk, method, path, body)
            found.check(f"{name} {field}", answer, status=(400, 413), field=None)
    assert not found.found, "\n".join(found.found)
    assert await desk.rows() == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_change_at_a_stale_version_is_a_conflict_that_shows_the_present(
    desk: Any, faults: Any
) -> None:
    found = faults()
    before = await desk.rows()
    seen = 0
    for name, method, path, schema in bodies(desk):
        if method == "POST" or "version" not in schema.get("properties", {}):
            continue
        seen += 1
        body = example(desk, schema) | {"version": 999}
        answer = await send(desk, method, path, json.dumps(body))
        found.check(name, answer, status=409)
        current = answer.json().get("current")
        if not isinstance(current, dict) or not 0 < current.get("version", 0) < 999:
            found.note(name, f"shows {current!r:.200}")
    assert seen > 8
    assert not found.found, "\n".join(found.found)
    assert await desk.rows() == before


# A body that changes something, for every other POST; where the thing is another one than usual.
CHANGES: dict[str, Any] = {
    "transition_piece": {"to": "in_review", "version": 1},
    "set_unpublish_time": FITS["set_unpublish_time"] | {"version": 2},
    "restore_revision": {"version": 3, "revision_id": 1},
    "merge_tag": {"into": 2},
    "merge_author": {"into": 2},
    "act_on_pieces": {"ids": [1, 2], "action": {"type": "add_tags", "tags": ["Slow food"]}},
    "start_export": {"format": "json"},
    "start_import": {"timezone": "UTC"},
    "upload_media": {},
    "build_site": {},
    "deploy_site": {},
    "cancel_delivery": None,
    "rezone": {"zone": "Asia/Tokyo", "keep": "instants", "version": 1},
}
PLACES = {"give_verdict": "judged", "transition_piece": "piece"}
FORMS = {
    "upload_media": (
        "b.gif",
        b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\0;",
        "image/gif",
    ),
    "start_import": ("a.json", b'{"data": {"posts": []}}', "application/json"),
}
SHOWS = {"check_draft", "preview_delivery", "preview_piece", "preview_theme"}
# Ask the world outside, or want what only it brings about: told apart in the tests of their own.
OUTSIDE = {
    "ping_webhook",
    "replay_webhook_deliveries",
    "replay_webhook_delivery",
    "resolve_delivery",
    "retry_delivery",
    "undo_bulk",
    "verify_channel",
}


def asked_twice(world: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Answer name, path and body of each POST that makes or changes something."""
    found = []
    for template, operations in world.schema["paths"].items():
        name = operations.get("post", {}).get("operationId")
        if name is None or name in APART | SHOWS | OUTSIDE:
            continue
        piece = str(world.ids[PLACES.get(name, "live")])
        path = path_of(world, template.replace("{piece_id}", piece).replace("{format}", "ghost"))
        body = (MAKES | CHANGES).get(name, {"no_body": "stands in MAKES or CHANGES"})
        sent = {"json": body}
        if name in FORMS:
            sent = {"data": body, "files": {"file": FORMS[name]}}
        found.append((name, path, sent))
    return found


async def test_every_post_under_one_key_is_done_once_and_answered_alike(
    desk: Any, faults: Any
) -> None:
    found = faults()
    for name, path, sent in asked_twice(desk):
        headers = {"idempotency-key": f"twice-{name}"}
        before = await desk.rows()
        first = await desk.owner.post(path, headers=headers, **sent)
        if first.status_code >= 300:
            found.note(name, f"{first.status_code} {first.text[:200]!r}")
            continue
        between = await desk.rows()
        if before == between:
            found.note(name, "did nothing")
        second = await desk.owner.post(path, headers=headers, **sent)
        if (second.status_code, second.content) != (first.status_code, first.content):
            found.note(name, f"then {second.status_code} {second.text[:200]!r}")
        if second.headers.get("idempotent-replayed") != "true":
            found.note(name, "did not remember")
        if await desk.rows() != between:
            found.note(name, "did it again")
    assert not found.found, "\n".join(found.found)
