"""Webhooks over HTTP: who may, what is refused, tests and replays."""

import pytest

from octavo.sdk.testing import Reply
from octavo.webhooks.tables import WebhookRow


async def test_the_secret_is_seen_once_and_stored_sealed(desk, receiver):
    hook = await desk.hook(receiver.url, "*", "piece.created")
    listed = await desk.get("/webhooks")
    row = await WebhookRow.select().first()

    assert hook["secret"].startswith("whsec_")
    assert hook["events"] == ["*"]
    assert "secret" not in listed["items"][0]
    assert hook["secret"] not in str(row)
    assert hook["secret"] not in (await desk.api.get(f"/api/v1/webhooks/{hook['id']}")).text


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.org/", "invalid_url"),
        ("https://", "invalid_url"),
        ("https://example.org:99999/", "invalid_url"),
        ("https://user:pass@example.org/", "invalid_url"),
        ("https://example.org/#part", "invalid_url"),
        ("https://exa mple.org/", "invalid_url"),
        ("https://example.org/\u0000", "invalid_url"),
        ("https://example.org:8443/", "forbidden_port"),
        ("http://127.0.0.1/", "private_address"),
        ("http://[::1]/", "private_address"),
        ("http://169.254.169.254/latest/", "private_address"),
        ("http://localhost/", "private_address"),
    ],
)
async def test_addresses_that_may_not_be_called_are_refused(desk, url, code):
    answer = await desk.api.post(
        "/api/v1/webhooks", json={"name": "x", "url": url, "events": ["*"]}
    )

    assert answer.status_code == 400, answer.text
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("url", code)
    assert await WebhookRow.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"events": ["piece.created", "piece.eaten"]}, "events[1]"),
        ({"events": []}, "events"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": ""}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_wrong_fields_are_named(desk, changes, field):
    body = {"name": "x", "url": "https://example.org/", "events": ["*"]} | changes
    answer = await desk.api.post("/api/v1/webhooks", json=body)

    assert answer.status_code == 400, answer.text
    assert field in answer.text
    assert await WebhookRow.count() == 0


@pytest.mark.parametrize("role", ["writer", "marketer"])
async def test_only_those_who_configure_see_webhooks(desk, receiver, role):
    hook = await desk.hook(receiver.url)
    member = await desk.installation.member(role)
    paths = ["/webhooks", "/webhooks/events", f"/webhooks/{hook['id']}/deliveries"]
    answers = [await member.get(f"/api/v1{path}") for path in paths]
    answers.append(await member.post(f"/api/v1/webhooks/{hook['id']}/ping"))
    await member.aclose()

    assert {answer.status_code for answer in answers} == {403}


async def test_a_stale_change_is_told_the_present_one(desk, receiver):
    hook = await desk.hook(receiver.url)
    path = f"/api/v1/webhooks/{hook['id']}"
    first = await desk.api.patch(path, json={"version": 1, "events": ["piece.live", "*"]})
    stale = await desk.api.patch(path, json={"version": 1, "name": "Other"})

    assert first.status_code == 200, first.text
    assert stale.status_code == 409
    assert stale.json()["current"]["version"] == 2


async def test_a_ping_goes_out_at_once_and_its_answer_is_shown(desk, receiver):
    hook = await desk.hook(receiver.url, "piece.created", is_active=False)
    receiver.replies = [Reply(status=201, body=b"hello"), Reply(status=500)]
    fine = await desk.post(f"/webhooks/{hook['id']}/ping")
    failed = await desk.post(f"/webhooks/{hook['id']}/ping")
    await desk.send()

    assert (fine["state"], fine["attempts"][0]["response"]) == ("delivered", "hello")
    assert (failed["state"], failed["attempts"][0]["status"]) == ("failed", 500)
    assert receiver.types == ["webhook.ping"] * 2
    assert receiver.verified(hook["secret"])[0]["data"]["name"] == "The mirror"


async def test_one_delivery_is_replayed_under_its_id(desk, receiver):
    hook = await desk.hook(receiver.url, "piece.created")
    await desk.piece()
    await desk.send()
    (delivery,) = await desk.deliveries(hook)
    path = f"/webhooks/{hook['id']}/deliveries/{delivery['id']}"
    queued = await desk.post(f"{path}/replay", 202)
    await desk.send()
    seen = await desk.get(path)

    assert queued["state"] == "pending"
    assert seen["state"] == "delivered"
    assert len(seen["attempts"]) == 2
    assert receiver.ids[0] == receiver.ids[1]
    assert receiver.requests[0].body == receiver.requests[1].body == seen["body"].encode()


async def test_a_span_of_time_is_replayed(desk, receiver, clock):
    hook = await desk.hook(receiver.url, "piece.created")
    begin = clock()
    for number in range(3):
        await desk.piece(f"Number {number}")
        clock.move(hours=1)
    await desk.send()
    path = f"/webhooks/{hook['id']}/replay"
    none = await desk.post(path, 202, **{"from": begin.isoformat()})
    answer = await desk.post(
        path, 202, **{
            "from": begin.isoformat(),
            "to": clock().replace(microsecond=0).isoformat(),
            "states": ["delivered", "failed"],
        },
    )  # fmt: skip
    await desk.send()

    assert none == {"queued": 0}
    assert answer == {"queued": 3}
    assert sorted(receiver.ids) == sorted(receiver.ids[:3] * 2)


@pytest.mark.parametrize(
    "body", [{}, {"from": "yesterday"}, {"from": "2026-01-01T00:00"}, {"from": 5}]
)
async def test_a_span_without_an_instant_is_refused(desk, receiver, body):
    hook = await desk.hook(receiver.url)
    answer = await desk.api.post(f"/api/v1/webhooks/{hook['id']}/replay", json=body)

    assert answer.status_code == 400, answer.text


async def test_nothing_is_replayed_to_a_webhook_that_is_off(desk, receiver):
    hook = await desk.hook(receiver.url, is_active=False)
    answer = await desk.api.post(
        f"/api/v1/webhooks/{hook['id']}/replay", json={"from": "2026-01-01T00:00:00Z"}
    )

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("webhook_inactive")


async def test_the_log_is_filtered_and_paged(desk, receiver):
    hook = await desk.hook(receiver.url, "piece.created", "piece.moved", "piece.published")
    receiver.replies = [Reply(status=500)]
    for number in range(3):
        await desk.publish(await desk.piece(f"Number {number}"))
    await desk.send()
    created = await desk.deliveries(hook, type="piece.created")
    path = f"/webhooks/{hook['id']}/deliveries"
    page = await desk.get(path, limit=2)
    rest = await desk.get(path, limit=100, cursor=page["next_cursor"])
    refused = await desk.api.get(f"/api/v1{path}", params={"state": "eaten"})

    assert len(created) == 3
    assert {delivery["type"] for delivery in created} == {"piece.created"}
    assert len(page["items"] + rest["items"]) == len(await desk.deliveries(hook))
    assert {d["state"] for d in await desk.deliveries(hook, state="pending")} == {"pending"}
    assert refused.status_code == 400


async def test_a_deleted_webhook_takes_its_log_along(desk, receiver):
    from octavo.kernel.db import fetch

    hook = await desk.hook(receiver.url)
    await desk.piece()
    await desk.send()
    gone = await desk.api.delete(f"/api/v1/webhooks/{hook['id']}")
    again = await desk.api.delete(f"/api/v1/webhooks/{hook['id']}")
    left = await fetch("SELECT COUNT(*) AS n FROM webhook_attempt")

    assert (gone.status_code, again.status_code) == (204, 404)
    assert left[0]["n"] == 0
    await desk.send()


async def test_a_repeated_creation_makes_one_webhook(desk, receiver):
    body = {"name": "x", "url": receiver.url, "events": ["*"]}
    answers = [
        await desk.api.post("/api/v1/webhooks", json=body, headers={"idempotency-key": "k1"})
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert await WebhookRow.count() == 1


async def test_there_is_an_end_to_how_many_there_may_be(desk, receiver, monkeypatch):
    from octavo.webhooks import service

    monkeypatch.setattr(service, "MOST_WEBHOOKS", 1)
    await desk.hook(receiver.url)
    answer = await desk.api.post(
        "/api/v1/webhooks", json={"name": "x", "url": receiver.url, "events": ["*"]}
    )

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("too_many_webhooks")


async def test_a_secret_that_cannot_be_opened_turns_the_webhook_off(desk, receiver):
    from octavo.kernel.vault import Vault

    hook = await desk.hook(receiver.url, "piece.created")
    await desk.piece()
    desk.sender = desk.new_sender(vault=Vault("another key"))
    await desk.send()
    seen = await desk.get(f"/webhooks/{hook['id']}")

    assert receiver.requests == []
    assert not seen["is_active"]
    assert "secret cannot be opened" in seen["disabled_reason"]
