"""Events reach receivers signed, at least once, under one id; receivers of every kind of badness."""

import asyncio
import time
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from octavo.sdk.testing import Reply


async def test_a_published_piece_is_told_signed_with_what_readers_see(desk, receiver):
    hook = await desk.hook(f"{receiver.url}/in?key=1", "piece.published")
    piece = await desk.publish(await desk.piece())
    await desk.send()

    (message,) = receiver.verified(hook["secret"])
    assert receiver.requests[0].query == {"key": "1"}
    assert message["type"] == "piece.published"
    assert message["id"] == receiver.ids[0]
    assert set(message) == {"type", "id", "timestamp", "data", "content_hash"}
    assert len(message["content_hash"]) == 64
    shown = message["data"]["piece"]
    assert shown["id"] == piece["id"]
    assert shown["url"] == f"http://blog.test{piece['path']}"
    assert (shown["status"], shown["version"]) == ("published", piece["version"])
    assert "body" not in shown
    (delivery,) = await desk.deliveries(hook)
    assert delivery["state"] == "delivered"
    assert delivery["event_id"] == message["id"]
    assert [attempt["status"] for attempt in delivery["attempts"]] == [204]


async def test_a_webhook_hears_what_it_asked_for_and_nothing_else(desk, receiver, other_receiver):
    await desk.hook(receiver.url, "piece.created", "campaign.changed")
    await desk.hook(other_receiver.url)
    await desk.publish(await desk.piece())
    await desk.post("/campaigns", 201, name="Spring")
    await desk.send()

    assert sorted(receiver.types) == ["campaign.changed", "piece.created"]
    assert set(receiver.types) < set(other_receiver.types)
    shared = set(receiver.ids) & set(other_receiver.ids)
    assert len(shared) == 2, "an event has one id, whoever is told"


async def test_nothing_is_kept_for_an_event_whose_transaction_failed(desk, receiver):
    hook = await desk.hook(receiver.url)
    answer = await desk.api.post(
        "/api/v1/pieces", json={"kind": "post", "title": "x", "campaign_id": 99}
    )

    assert answer.status_code >= 400
    assert await desk.deliveries(hook) == []


async def test_every_attempt_has_the_same_id_and_body_and_a_signature_of_its_own(
    desk, receiver, clock
):
    hook = await desk.hook(receiver.url, "piece.created")
    receiver.replies = [
        Reply(status=500, body=b"oh no\x00"),
        Reply(status=302, headers={"location": "/"}),
    ]
    piece = await desk.piece()
    await desk.send()
    await desk.api.patch(f"/api/v1/pieces/{piece['id']}", json={"version": 1, "title": "Rye"})
    await desk.send()  # not due yet
    assert len(receiver.requests) == 1
    clock.move(seconds=6)
    await desk.send()
    clock.move(minutes=6)
    await desk.send()

    assert len(receiver.requests) == 3
    assert len(set(receiver.ids)) == 1
    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["webhook-signature"] for request in receiver.requests}) == 3
    (delivery,) = await desk.deliveries(hook)
    assert delivery["state"] == "delivered"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 302, 204]
    assert delivery["attempts"][0]["response"] == "oh no"
    assert "redirects are not followed" in delivery["attempts"][1]["error"]
    assert delivery["tries"] == 3


async def test_a_receiver_is_given_up_after_three_days_and_an_owner_can_turn_it_on_again(
    desk, receiver, clock
):
    hook = await desk.hook(receiver.url, "piece.created", "webhook.disabled")
    watcher = await desk.hook(f"{receiver.url}/watch", "webhook.disabled")
    receiver.replies = [Reply(status=500)] * 10
    began = clock()
    await desk.piece()
    for _ in range(12):
        await desk.send()
        (delivery,) = await desk.deliveries(hook)
        if delivery["state"] != "pending":
            break
        clock.move(seconds=(await _next_due(desk, hook)) + 1)

    assert delivery["state"] == "failed"
    assert delivery["tries"] == 10
    assert timedelta(days=3) < clock() - began < timedelta(days=4)
    seen = await desk.get(f"/webhooks/{hook['id']}")
    assert not seen["is_active"]
    assert seen["disabled_reason"].startswith("every attempt failed since")
    await desk.send()
    assert receiver.types[-1] == "webhook.disabled"
    assert len(await desk.deliveries(watcher)) == 1
    audit = (await desk.get("/audit"))["items"]
    assert "webhook.disabled" in {entry["action"] for entry in audit}

    answer = await desk.api.patch(
        f"/api/v1/webhooks/{hook['id']}", json={"version": seen["version"], "is_active": True}
    )
    assert answer.json()["disabled_reason"] is None
    assert answer.json()["failures"] == 0
    await desk.post(f"/webhooks/{hook['id']}/deliveries/{delivery['id']}/replay", 202)
    await desk.send()
    assert (await desk.deliveries(hook))[0]["state"] == "delivered"
    assert receiver.ids[0] == receiver.ids[-1]


async def _next_due(desk, hook):
    from datetime import datetime

    (delivery,) = await desk.deliveries(hook)
    due = datetime.fromisoformat(delivery["next_try_at"])
    webhook = await desk.get(f"/webhooks/{hook['id']}")
    pause = webhook["not_before"] and datetime.fromisoformat(webhook["not_before"])
    return max((max(due, pause or due) - desk.clock()).total_seconds(), 0)


async def test_a_receiver_that_is_gone_is_told_nothing_more(desk, receiver):
    hook = await desk.hook(receiver.url)
    receiver.replies = [Reply(status=410)]
    await desk.piece()
    await desk.send()
    await desk.piece("Rye")
    await desk.send()

    seen = await desk.get(f"/webhooks/{hook['id']}")
    assert len(receiver.requests) == 1
    assert not seen["is_active"]
    assert "410" in seen["disabled_reason"]
    assert len(await desk.deliveries(hook)) == 1


async def test_a_receiver_that_asks_us_to_wait_is_left_alone_so_long(desk, receiver, clock):
    await desk.hook(receiver.url, "piece.created")
    receiver.replies = [Reply(status=429, headers={"retry-after": "100"})]
    await desk.piece()
    await desk.send()
    await desk.piece("Rye")
    clock.move(seconds=90)
    await desk.send()
    assert len(receiver.requests) == 1
    clock.move(seconds=11)
    await desk.send()
    await desk.send()

    assert len(receiver.requests) == 3


async def test_a_receiver_that_hangs_holds_up_nobody_else(desk, receiver, other_receiver):
    hook = await desk.hook(receiver.url, "piece.created")
    await desk.hook(other_receiver.url, "piece.created")
    receiver.gate.clear()
    for number in range(5):
        await desk.piece(f"Number {number}")
    began = time.monotonic()
    await desk.sender.tick()
    while len(other_receiver.requests) < 5:
        assert time.monotonic() - began < 5
        await asyncio.sleep(0.01)
    served_s = time.monotonic() - began
    await desk.sender.drain()

    assert served_s < 1.0, "the other one waited for the one that hangs"
    first = (await desk.deliveries(hook))[-1]
    assert first["attempts"][0]["error"] == "no answer within 1 s"
    assert first["attempts"][0]["status"] is None
    assert first["attempts"][0]["duration_ms"] >= 900


async def test_of_a_huge_answer_the_beginning_is_kept(desk, receiver):
    hook = await desk.hook(receiver.url, "piece.created")
    receiver.replies = [Reply(status=200, body=b"\xff" + b"a" * 30_000_000)]
    await desk.piece()
    await desk.send()

    (delivery,) = await desk.deliveries(hook)
    assert delivery["state"] == "delivered"
    assert len(delivery["attempts"][0]["response"]) == 2048


async def test_a_redirect_to_the_inside_is_not_followed(desk, receiver, other_receiver):
    hook = await desk.hook(receiver.url, "piece.created")
    receiver.replies = [Reply(status=307, headers={"location": other_receiver.url})]
    await desk.piece()
    await desk.send()

    assert other_receiver.requests == []
    (delivery,) = await desk.deliveries(hook)
    assert delivery["state"] == "pending"


async def test_an_address_that_turned_private_is_not_called(desk, receiver):
    from octavo.webhooks.tables import WebhookRow

    hook = await desk.hook(receiver.url, "piece.created")
    await WebhookRow.update({"url": "http://localhost:80/"}).where(WebhookRow.id == hook["id"])
    await desk.piece()
    await desk.send()

    (delivery,) = await desk.deliveries(hook)
    assert "not on the public internet" in delivery["attempts"][0]["error"]


async def test_both_secrets_sign_while_they_are_changed(desk, receiver, clock):
    hook = await desk.hook(receiver.url, "piece.created")
    made = await desk.post(f"/webhooks/{hook['id']}/secret", 201, overlap_h=2)
    await desk.piece()
    await desk.send()

    assert made["secret"] != hook["secret"]
    assert receiver.verified(hook["secret"]) == receiver.verified(made["secret"])

    clock.move(hours=2, seconds=1)
    await desk.piece("Rye")
    await desk.send()
    second = receiver.requests[1]
    assert len(second.headers["webhook-signature"].split()) == 1

    gone = await desk.post(f"/webhooks/{hook['id']}/secret", 201, overlap_h=0)
    clock.instant -= timedelta(hours=2, seconds=1)
    await desk.piece("Spelt")
    await desk.send()
    third = receiver.requests[2]
    Verifier(gone["secret"]).verify(third.body, third.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(made["secret"]).verify(third.body, third.headers)


async def test_first_attempts_about_a_subject_go_out_in_order(desk, receiver):
    await desk.hook(receiver.url, "piece.created", "piece.changed", "piece.published")
    pieces = [await desk.piece(f"Number {number}") for number in range(4)]
    for turn in range(3):
        for piece in pieces:
            answer = await desk.api.patch(
                f"/api/v1/pieces/{piece['id']}",
                json={"version": turn + 1, "title": f"Turn {turn}"},
            )
            assert answer.status_code == 200, answer.text
    await desk.send()

    for piece in pieces:
        versions = [
            message["data"]["piece"]["version"]
            for message in receiver.messages
            if message["data"]["piece_id"] == piece["id"]
        ]
        assert versions == [1, 2, 3, 4]


async def test_the_same_content_has_the_same_hash(desk, receiver):
    await desk.hook(receiver.url, "piece.created", "piece.changed")
    piece = await desk.piece()
    path = f"/api/v1/pieces/{piece['id']}"
    await desk.api.patch(path, json={"version": 1, "body": "Rye."})
    await desk.api.patch(path, json={"version": 2, "body": "Flour."})
    await desk.send()

    first, changed, back = (message["content_hash"] for message in receiver.messages)
    assert first == back
    assert first != changed


async def test_an_event_about_many_things_becomes_several_messages(desk, receiver):
    from octavo.content.events import PiecesImported
    from octavo.kernel.db import transaction

    await desk.hook(receiver.url, "pieces.imported")
    ids = tuple(range(1, 251))
    async with transaction():
        await desk.runtime.bus.announce(PiecesImported(piece_ids=ids, live_ids=(7, 250)))
    await desk.send()

    told = [message["data"] for message in receiver.messages]
    assert [len(data["piece_ids"]) for data in told] == [100, 100, 50]
    assert [data["live_ids"] for data in told] == [[7], [], [250]]


async def test_what_is_off_hears_nothing_and_what_waits_goes_out_later(desk, receiver):
    hook = await desk.hook(receiver.url, "piece.created")
    await desk.piece("One")
    path = f"/api/v1/webhooks/{hook['id']}"
    await desk.api.patch(path, json={"version": 1, "is_active": False})
    await desk.piece("Two")
    await desk.send()
    assert receiver.requests == []
    await desk.api.patch(path, json={"version": 2, "is_active": True})
    await desk.send()

    assert [message["data"]["piece"]["title"] for message in receiver.messages] == ["One"]


async def test_a_webhook_has_one_lane_however_often_the_worker_ticks(desk, receiver):
    await desk.hook(receiver.url, "piece.created")
    receiver.gate.clear()
    for number in range(8):
        await desk.piece(f"Number {number}")
    begun = [await desk.sender.tick() for _ in range(3)]
    while len(receiver.requests) < 3:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    under_way = len(receiver.requests)
    receiver.gate.set()
    await desk.sender.drain()

    assert begun == [1, 0, 0]
    assert under_way == 3
    assert len(receiver.requests) == 8
