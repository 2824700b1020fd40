"""What the kernel promises, through the front door of a whole installation, on both engines."""

import asyncio

import pytest

from octavo.kernel.tables import IdempotencyRow

PIECE = {"kind": "post", "title": "Eight leaves", "body": "Folded thrice.", "tags": ["paper"]}


@pytest.fixture
async def owner(installation):
    client = await installation.owner()
    yield client
    await client.aclose()


async def test_creating_twice_under_one_key_makes_one_piece(owner):
    key = {"idempotency-key": "one"}
    first = await owner.post("/api/v1/pieces", json=PIECE, headers=key)
    again = await owner.post("/api/v1/pieces", json=PIECE, headers=key)
    other = await owner.post("/api/v1/pieces", json={**PIECE, "title": "Nine"}, headers=key)
    listed = await owner.get("/api/v1/pieces")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == first.json()
    assert [piece["id"] for piece in listed.json()["items"]] == [first.json()["id"]]


async def test_a_burst_of_the_same_request_makes_one_piece(owner):
    key = {"idempotency-key": "burst"}
    answers = await asyncio.gather(
        *(owner.post("/api/v1/pieces", json=PIECE, headers=key) for _ in range(8))
    )
    listed = await owner.get("/api/v1/pieces")

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(listed.json()["items"]) == 1


async def test_a_key_shown_once_is_not_kept_in_plain_text(owner):
    made = await owner.post(
        "/api/v1/keys",
        json={"name": "site", "scope": "content"},
        headers={"idempotency-key": "one"},
    )
    again = await owner.post(
        "/api/v1/keys",
        json={"name": "site", "scope": "content"},
        headers={"idempotency-key": "one"},
    )
    rows = await IdempotencyRow.select()

    assert made.status_code == 201
    assert again.json()["key"] == made.json()["key"]
    assert len(rows) == 1
    assert made.json()["key"] not in str(rows)


async def test_what_did_not_change_is_not_sent_again(owner):
    path = f"/api/v1/pieces/{(await owner.post('/api/v1/pieces', json=PIECE)).json()['id']}"
    first = await owner.get(path)
    same = {"if-none-match": first.headers["etag"]}
    unchanged = await owner.get(path, headers=same)
    head = await owner.head(path)
    changed = await owner.patch(path, json={"version": first.json()["version"], "title": "No"})
    fresh = await owner.get(path, headers=same)

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])
    assert (changed.status_code, fresh.status_code) == (200, 200)
    assert fresh.headers["etag"] != first.headers["etag"]


STRANGE = {
    "GET /api/v1/nothing": {404},
    "GET /api/v1/pieces/99": {404},
    "GET /api/v1/pieces/99999999999999999999": {400, 404},
    "GET /api/v1/pieces/x": {404},
    "PUT /api/v1/pieces": {405},
    "GET /api/v1/pieces?limit=0": {400},
    "GET /api/v1/pieces?limit=101": {400},
    "GET /api/v1/pieces?cursor=%00": {400},
    "GET /api/v1/pieces?cursor=W1sidiIsIDFdXQ": {200, 400},
    "GET /api/v1/pieces?cursor=W10": {200, 400},
    "GET /api/v1/campaigns?cursor=W1sidiIsIngiXV0": {400},
    "GET /api/v1/pieces?campaign=99999999999999999999": {200, 400},
    "GET /api/v1/pieces?tag=%00": {200, 400},
    "GET /api/v1/pieces?tag=%ff": {200, 400},
}


async def test_strange_requests_get_clear_answers(owner):
    wrong = {}
    for request, statuses in STRANGE.items():
        answer = await owner.request(*request.split(" "))
        clear = answer.status_code < 400 or (
            answer.headers["content-type"] == "application/problem+json" and answer.json()["detail"]
        )
        dressed = {"x-request-id", "x-content-type-options"} <= set(answer.headers)
        if answer.status_code not in statuses or not clear or not dressed:
            wrong[request] = (answer.status_code, answer.text)

    assert wrong == {}


async def test_a_piece_of_ten_megabytes_is_taken_and_one_of_thirty_is_not(owner):
    long = await owner.post("/api/v1/pieces", json={**PIECE, "body": "word " * 2_000_000})
    too_long = await owner.post("/api/v1/pieces", json={**PIECE, "body": "word " * 6_000_000})
    listed = await owner.get("/api/v1/pieces")

    assert (long.status_code, too_long.status_code) == (201, 413)
    assert len(listed.json()["items"]) == 1


async def test_health_and_metrics_are_answered_to_anybody(installation):
    async with installation.client() as anybody:
        health, ready = await anybody.get("/healthz"), await anybody.get("/readyz")
        metrics = await anybody.get("/metrics")
        nobody = await anybody.get("/api/v1/pieces")

    assert (health.text, ready.text) == ("ok", "ready")
    assert "octavo_http_requests_total" in metrics.text
    assert metrics.headers["content-type"].startswith("text/plain")
    assert nobody.headers["www-authenticate"] == "Bearer"
