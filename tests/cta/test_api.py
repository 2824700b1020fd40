"""The API of calls to action, as outside programs rely on it."""

import pytest

from octavo.accounts.schemas import Actor
from octavo.cta import service
from octavo.tracking import jobs
from octavo.tracking import service as tracking

GUIDE = {
    "label": "Get the guide",
    "action": "download",
    "destination": {"url": "https://example.org/guide.pdf"},
    "expected": {"count": 10},
}


async def test_a_call_to_action_is_made_changed_and_listed(client):
    made = await client.post("/ctas", json=GUIDE)
    body = made.json()
    changed = await client.patch(f"/ctas/{body['id']}", json={"version": 1, "label": "Read it"})
    listed = await client.get("/ctas")

    assert (made.status_code, body["slug"], body["version"]) == (201, "get-the-guide", 1)
    assert body["destination"] == GUIDE["destination"]
    assert body["expected"] == GUIDE["expected"]
    assert (changed.status_code, changed.json()["label"]) == (200, "Read it")
    assert [cta["id"] for cta in listed.json()["items"]] == [body["id"]]


async def test_the_list_goes_on_by_cursor(client):
    for _ in range(5):
        await client.post("/ctas", json=GUIDE)

    first = (await client.get("/ctas?limit=3")).json()
    rest = (await client.get(f"/ctas?limit=3&cursor={first['next_cursor']}")).json()
    ids = [cta["id"] for cta in first["items"] + rest["items"]]
    assert (ids, rest["next_cursor"]) == (sorted(ids, reverse=True), None)
    assert len(ids) == 5
    assert (await client.get("/ctas?cursor=rubbish")).status_code == 400


async def test_a_stale_version_answers_409_with_the_current_one(client):
    cta = (await client.post("/ctas", json=GUIDE)).json()
    await client.patch(f"/ctas/{cta['id']}", json={"version": 1, "label": "First"})

    answer = await client.patch(f"/ctas/{cta['id']}", json={"version": 1, "label": "Second"})
    assert answer.status_code == 409
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (answer.json()["current"]["label"], answer.json()["current"]["version"]) == ("First", 2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"destination": {"url": "javascript:alert(1)"}}, "destination.url"),
        ({"destination": {"url": "https://u:p@example.org/"}}, "destination.url"),
        ({"destination": {"url": "https://example.org/\u0000"}}, "destination.url"),
        ({"destination": {}}, "destination.url"),
        ({"destination": {"form_id": 3}}, "destination.form_id"),
        ({"destination": {"url": "https://x.example/", "extra": 1}}, "destination.extra"),
        ({"expected": {}}, "expected"),
        ({"expected": {"count": 1, "rate": 0.5}}, "expected"),
        ({"expected": {"count": 0}}, "expected.count"),
        ({"expected": {"count": 10**30}}, "expected.count"),
        ({"expected": {"rate": 1.5}}, "expected.rate"),
        ({"label": ""}, "label"),
        ({"label": "  "}, "label"),
        ({"label": "a\u0000b"}, "label"),
        ({"label": "x" * 1000}, "label"),
        ({"action": "explode"}, "action"),
        ({"objective_id": 999}, "objective_id"),
        ({"objective_id": 2**40}, "objective_id"),
        ({"slug": "Ünfit"}, "slug"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(client, change, field):
    answer = await client.post("/ctas", json={**GUIDE, **change})

    assert answer.status_code == 400, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]], answer.text
    assert (await client.get("/ctas")).json()["items"] == []


async def test_unknown_things_are_not_found(client, piece_id):
    cta = (await client.post("/ctas", json=GUIDE)).json()
    huge = 2**40
    for path in (f"/ctas/{huge}", "/ctas/0", f"/pieces/{huge}/ctas", f"/pieces/{huge}/outcomes"):
        assert (await client.get(path)).status_code == 404, path
    attach = await client.post("/pieces/999/ctas", json={"cta_id": cta["id"]})
    detach = await client.delete(f"/pieces/{piece_id}/ctas/{cta['id']}")
    assert (attach.status_code, detach.status_code) == (404, 404)


async def test_the_outcomes_of_a_piece_have_the_names_programs_rely_on(
    client, piece_id, click, context
):
    cta = (await client.post("/ctas", json=GUIDE)).json()
    attached = await client.post(f"/pieces/{piece_id}/ctas", json={"cta_id": cta["id"]})
    await tracking.ensure_channel(101, "our-mastodon", "none")
    (sent,) = await service.links_for_delivery(piece_id, 101, 5, now=context["now"])
    blog = attached.json()["blog_path"]
    for address in ("203.0.113.1", "203.0.113.2"):
        await click(blog, address=address)
    await click(blog, agent=b"Slackbot 1.0")
    await click(blog, agent=b"curl/8")
    await click(sent.path, address="203.0.113.1")
    before = (await client.get(f"/pieces/{piece_id}/outcomes")).json()
    await jobs.roll_up(context["now"])

    after = (await client.get(f"/pieces/{piece_id}/outcomes?from=2026-06-01&to=2026-06-30")).json()
    rows = {row["channel"]: row for row in after["items"]}
    assert [(r["channel"], r["clicks"]) for r in before["items"]] == [
        ("blog", 0),
        ("feed", 0),
        ("our-mastodon", 0),
    ]
    assert before["pending"] >= 3
    assert after["pending"] == 0
    assert rows["blog"] | {"interval": None} == {
        "cta_id": cta["id"],
        "slug": "get-the-guide",
        "label": "Get the guide",
        "channel": "blog",
        "impressions": None,
        "clicks": 2,
        "unique_clicks": 2,
        "clicks_noid": 0,
        "conversions": 0,
        "converters": 0,
        "conversion_rate": 0.0,
        "interval": None,
        "confidence": "too_few",
        "expected": {"count": 10},
        "measured_by": "clicks",
        "attainment": 0.2,
        "filtered": {"bot": 1, "prefetch": 0, "preview": 1, "scanner": 0, "other": 0},
        "objective": None,
    }
    assert rows["blog"]["interval"][0] == 0
    assert (rows["feed"]["clicks"], rows["feed"]["conversion_rate"]) == (0, None)
    assert [(t["clicks"], t["unique_clicks"]) for t in after["totals"]] == [(3, 2)]
    assert (after["unattributed"], after["from"]) == ({"conversions": 0}, "2026-06-01")
    outside = (await client.get(f"/pieces/{piece_id}/outcomes?from=2026-07-01")).json()
    assert {row["clicks"] for row in outside["items"]} == {0}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-02-02&to=2026-02-01", "from"),
    ],
)
async def test_wrong_days_are_named(client, piece_id, query, field):
    answer = await client.get(f"/pieces/{piece_id}/outcomes?{query}")

    assert answer.status_code == 400, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]], answer.text


async def test_a_piece_without_calls_to_action_has_no_outcomes(client, piece_id):
    answer = (await client.get(f"/pieces/{piece_id}/outcomes")).json()

    assert (answer["items"], answer["totals"], answer["unattributed"]) == (
        [],
        [],
        {"conversions": 0},
    )


async def test_the_quality_of_the_data_can_be_asked_for(client):
    answer = await client.get("/stats/data-quality")

    assert answer.status_code == 200
    assert answer.json()["filtered"]["bot"] == 0


@pytest.mark.parametrize("actor", [Actor(kind="key", id=1, name="Site", role="reader")])
async def test_a_content_key_sees_no_plan(client, actor):
    assert (await client.get("/ctas")).status_code == 403
    assert (await client.post("/ctas", json=GUIDE)).status_code == 403
    assert (await client.get("/stats/data-quality")).status_code == 403
