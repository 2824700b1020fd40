"""Channels and deliveries over HTTP, as the admin and other programs use them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.di import Provide

from octavo.accounts import queries as accounts_q
from octavo.accounts.access import ACTOR_KEY
from octavo.accounts.schemas import Actor
from octavo.distribution.api import router
from octavo.distribution.errors import DeliveryExistsError
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.schemas import Delivery
from octavo.distribution.tables import ChannelRow
from octavo.kernel.asgi import configuration
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault
from octavo.sdk import AuthExpiredError, TransientError
from octavo.tracking import queries as tracking_q

TOKEN = "hush-hush-4711"
CHANNEL = {
    "adapter": "fake",
    "name": "Our account",
    "settings": {"account": "ada"},
    "secrets": {"token": TOKEN},
}


@pytest.fixture
def role() -> list[str]:
    return ["owner"]


@pytest.fixture
async def client(desk: Any, role: list[str]) -> AsyncIterator[httpx.AsyncClient]:
    def actor() -> Actor:
        return Actor(kind="user", id=7, name="Ada", role=role[0])

    def now() -> datetime:
        return desk.now

    def bus() -> EventBus:
        return desk.bus

    def settings() -> Settings:
        return desk.settings

    def registry() -> AdapterRegistry:
        return desk.registry

    def vault() -> Vault:
        return desk.vault

    def http() -> GuardedClient:
        return desk.http

    def as_actor(app: Any) -> Any:
        async def middleware(scope: Any, receive: Any, send: Any) -> None:
            scope[ACTOR_KEY] = actor()
            await app(scope, receive, send)

        return middleware

    providers = (actor, now, bus, settings, registry, vault, http)
    given = configuration()
    app = Litestar(
        route_handlers=[router],
        dependencies={p.__name__: Provide(p, sync_to_thread=False) for p in providers},
        **{**given, "middleware": [*given["middleware"], as_actor]},
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as client:
        yield client


async def made(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    answer = await client.post("/channels", json={**CHANNEL, **given})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def planned(client: httpx.AsyncClient, piece_id: int, **given: Any) -> dict[str, Any]:
    answer = await client.post(f"/pieces/{piece_id}/deliveries", json=given)
    assert answer.status_code == 201, answer.text
    return answer.json()


# -- channels ----------------------------------------------------------------------------------


async def test_a_channel_is_made_and_never_answers_its_secrets(client: Any) -> None:
    channel = await made(client)
    listed = (await client.get("/channels")).json()
    one = await client.get(f"/channels/{channel['id']}")
    stored = await ChannelRow.select(ChannelRow.secrets, ChannelRow.settings).first()

    assert channel["code"] == "our-account"
    assert channel["state"] == "active"
    assert channel["late_limit_min"] == 60
    assert channel["settings"] == {"account": "ada"}
    assert channel["secrets_set"] == ["token"]
    assert listed["items"] == [channel] == [one.json()]
    assert TOKEN not in one.text
    assert TOKEN not in str(stored)


async def test_tracking_knows_the_channel_beside_the_blog_and_its_feeds(client: Any) -> None:
    channel = await made(client)
    known = {c.channel_id: c.code for c in await tracking_q.list_channels()}

    assert known == {1: "blog", 2: "feed", channel["id"] + 2: "our-account"}


async def test_two_channels_of_one_name_get_two_codes_and_a_taken_code_conflicts(
    client: Any,
) -> None:
    one, two = await made(client), await made(client)
    three = await client.post("/channels", json={**CHANNEL, "code": one["code"]})

    assert one["code"] != two["code"]
    assert three.status_code == 409
    assert three.json()["type"].endswith("channel_code_taken")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"adapter": "nothing"}, "adapter"),
        ({"settings": {}}, "settings"),
        ({"settings": {"account": 1}}, "settings.account"),
        ({"settings": {"account": "a", "more": 1}}, "settings"),
        ({"settings": {"account": "a", "token": "x"}}, "settings"),
        ({"secrets": {}}, "secrets.token"),
        ({"secrets": {"token": ""}}, "secrets.token"),
        ({"secrets": {"token": "t", "other": "t"}}, "secrets"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"code": "Not A Code"}, "code"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_settings_that_do_not_fit_are_refused_by_field_and_store_nothing(
    client: Any, changed: dict[str, Any], field: str
) -> None:
    answer = await client.post("/channels", json={**CHANNEL, **changed})

    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert TOKEN not in answer.text
    assert any(field in error["field"] for error in answer.json()["errors"]), answer.text
    assert await ChannelRow.count() == 0


async def test_a_channel_is_changed_at_its_version(client: Any) -> None:
    channel = await made(client)
    path = f"/channels/{channel['id']}"
    paused = await client.patch(path, json={"version": 1, "state": "paused", "name": "Ours"})
    stale = await client.patch(path, json={"version": 1, "name": "Mine"})
    kept = await client.patch(path, json={"version": 2, "settings": {"account": "bob"}})
    broken = await client.patch(path, json={"version": 3, "secrets": {"token": None}})

    assert (paused.json()["state"], paused.json()["name"]) == ("paused", "Ours")
    assert stale.status_code == 409
    assert stale.json()["current"]["version"] == 2
    assert TOKEN not in stale.text
    assert kept.json()["secrets_set"] == ["token"]
    assert broken.status_code == 400


async def test_a_paused_channel_sends_nothing_until_it_is_active(
    client: Any, desk: Any, network: Any
) -> None:
    channel = await made(client)
    await planned(client, await desk.piece(live=True), channel_id=channel["id"])
    path = f"/channels/{channel['id']}"
    await client.patch(path, json={"version": 1, "state": "paused"})
    await desk.tick()
    paused = list(network.posts)
    await client.patch(path, json={"version": 2, "state": "active"})
    await desk.tick()

    assert paused == []
    assert len(network.posts) == 1


async def test_verifying_says_who_we_are_and_unblocks(client: Any, network: Any, desk: Any) -> None:
    channel = await made(client)
    await planned(client, await desk.piece(live=True), channel_id=channel["id"])
    network.before.append(AuthExpiredError("token revoked"))
    await desk.tick()
    network.looks.append(AuthExpiredError("still revoked"))
    path = f"/channels/{channel['id']}"
    refused = await client.post(f"{path}/verify")
    still = (await client.get(path)).json()
    verified = await client.post(f"{path}/verify")
    await desk.tick()

    assert refused.status_code == 422
    assert refused.json()["detail"] == "still revoked"
    assert (still["state"], still["reason"]) == ("blocked", "token revoked")
    assert verified.json()["account"]["handle"] == "@ada"
    assert verified.json()["state"] == "active"
    assert len(network.posts) == 1


async def test_adapters_are_listed_with_their_forms(client: Any) -> None:
    (fake,) = (await client.get("/adapters")).json()["items"]

    assert fake["id"] == "fake"
    assert fake["available"] is True
    assert fake["settings_schema"]["properties"]["token"]["writeOnly"] is True
    assert fake["secret_names"] == ["token"]


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 201), ("editor", 201), ("writer", 403), ("marketer", 403)]
)
async def test_who_may_set_up_channels(client: Any, role: list[str], who: str, status: int) -> None:
    role[0] = who

    assert (await client.post("/channels", json=CHANNEL)).status_code == status


# -- deliveries --------------------------------------------------------------------------------


async def test_a_delivery_is_planned_in_the_shape_that_others_rely_on(
    client: Any, desk: Any
) -> None:
    channel = await made(client)
    piece_id = await desk.piece(calls=2)
    delivery = await planned(
        client,
        piece_id,
        channel_id=channel["id"],
        text="{title} {cta:join-us}",
        send_at="2026-12-01T09:00",
        zone="Europe/Madrid",
    )

    assert delivery["state"] == "planned"
    assert delivery["due_at"] == "2026-12-01T08:00:00Z"
    assert (delivery["send_at"], delivery["zone"]) == ("2026-12-01T09:00:00", "Europe/Madrid")
    assert delivery["key"]
    assert delivery["remote_url"] is None
    assert delivery["attempts"] == []
    assert [set(link) for link in delivery["links"]] == [{"cta_id", "url"}] * 2
    assert delivery["channel"]["code"] == "our-account"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"text": "é" * 501}, "text", "too_long"),
        ({"text": "See {cta:nothing}"}, "text", "unknown_cta"),
        ({"text": "a\x00b"}, "text", "control_character"),
        ({"text": ""}, "text", None),
        ({"text": " \n"}, "text", "empty"),
        ({"send_at": "2026-12-01T09:00", "zone": "Mars/Olympus"}, "zone", "unknown_zone"),
        ({"send_at": "2027-03-28T02:30", "zone": "Europe/Madrid"}, "send_at", "time_skipped"),
        ({"send_at": "2026-10-25T02:30", "zone": "Europe/Madrid"}, "send_at", "time_repeated"),
        ({"send_at": "2026-12-01T09:00Z", "zone": "UTC"}, "send_at", "has_offset"),
        ({"send_at": "tomorrow", "zone": "UTC"}, "send_at", "not_a_time"),
        ({"send_at": "2020-01-01T09:00", "zone": "UTC"}, "send_at", "time_past"),
        ({"surprise": 1}, "surprise", None),
        ({"channel_id": 2**40}, "channel_id", None),
    ],
)
async def test_a_delivery_that_cannot_be_is_refused_by_field_and_stores_nothing(
    client: Any, desk: Any, given: dict[str, Any], field: str, code: str | None
) -> None:
    channel = await made(client)
    piece_id = await desk.piece()
    answer = await client.post(
        f"/pieces/{piece_id}/deliveries", json={"channel_id": channel["id"], **given}
    )

    assert answer.status_code == 400, answer.text
    (error,) = answer.json()["errors"]
    assert field in error["field"]
    assert code is None or error["code"] == code
    assert (await client.get("/deliveries")).json()["items"] == []


async def test_what_is_not_there_is_not_found(client: Any, desk: Any) -> None:
    channel, piece_id = await made(client), await desk.piece()
    answers = [
        await client.post("/pieces/999/deliveries", json={"channel_id": channel["id"]}),
        await client.post(f"/pieces/{piece_id}/deliveries", json={"channel_id": 999}),
        await client.get("/deliveries/999"),
        await client.post("/deliveries/999/cancel"),
        await client.post("/deliveries/999/retry"),
        await client.post("/deliveries/999/resolve", json={"outcome": "again"}),
        await client.get("/channels/999"),
        await client.patch("/channels/999", json={"version": 1}),
        await client.post("/channels/999/verify"),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)


async def test_of_many_who_plan_the_same_at_once_one_succeeds(desk: Any) -> None:
    piece_id, channel = await desk.piece(), await desk.channel()

    answers = await asyncio.gather(
        *(desk.plan(piece_id, channel.id) for _ in range(6)), return_exceptions=True
    )

    planned = [answer for answer in answers if not isinstance(answer, Exception)]
    assert len(planned) == 1
    assert {type(answer) for answer in answers} == {Delivery, DeliveryExistsError}


async def test_the_same_delivery_is_not_planned_twice(client: Any, desk: Any) -> None:
    channel, piece_id = await made(client), await desk.piece()
    first = await planned(client, piece_id, channel_id=channel["id"])
    again = await client.post(f"/pieces/{piece_id}/deliveries", json={"channel_id": channel["id"]})
    other = await planned(client, piece_id, channel_id=channel["id"], text="Another {url}")

    assert again.status_code == 409
    assert again.json()["delivery_id"] == first["id"]
    assert other["id"] != first["id"]
    assert other["links"] != first["links"]


async def test_deliveries_are_listed_by_page_state_and_piece(client: Any, desk: Any) -> None:
    channel = await made(client)
    pieces = [await desk.piece(f"P{n}", live=n == 0) for n in range(3)]
    ids = [(await planned(client, p, channel_id=channel["id"]))["id"] for p in pieces]
    await desk.tick()
    first = (await client.get("/deliveries", params={"limit": 2})).json()
    second = (
        await client.get("/deliveries", params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()
    sent = (await client.get("/deliveries", params={"state": "sent,failed"})).json()["items"]
    of_piece = (await client.get(f"/pieces/{pieces[1]}/deliveries")).json()["items"]
    wrong = [
        await client.get("/deliveries", params={"state": "asleep"}),
        await client.get("/deliveries", params={"cursor": "x"}),
        await client.get("/deliveries", params={"limit": 1000}),
    ]

    assert [d["id"] for d in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None
    assert [d["id"] for d in sent] == [ids[0]]
    assert sent[0]["attempts"][0]["outcome"] == "published"
    assert [d["id"] for d in of_piece] == [ids[1]]
    assert [answer.status_code for answer in wrong] == [400] * 3


async def test_a_preview_counts_explains_and_stores_nothing(client: Any, desk: Any) -> None:
    channel, piece_id = await made(client), await desk.piece()
    shown = await client.post(
        f"/pieces/{piece_id}/deliveries/preview",
        json={"channel_id": channel["id"], "text": "{title} " + "x" * 600},
    )
    plain = await client.post(
        f"/pieces/{piece_id}/deliveries/preview", json={"channel_id": channel["id"]}
    )

    assert (shown.json()["used"], shown.json()["maximum"]) == (606, 500)
    assert [f["code"] for f in shown.json()["findings"]] == ["no_tracked_link", "too_long"]
    assert plain.json()["text"].startswith("Paper\n\nhttps://blog.example.org/paper/\nJoin us: ")
    assert plain.json()["findings"] == []
    assert (await client.get("/deliveries")).json()["items"] == []


async def test_cancel_retry_and_resolve_over_http(client: Any, desk: Any, network: Any) -> None:
    channel, piece_id = await made(client), await desk.piece(live=True)
    first = await planned(client, piece_id, channel_id=channel["id"])
    cancelled = await client.post(f"/deliveries/{first['id']}/cancel")
    again = await client.post(f"/deliveries/{first['id']}/retry")
    second = await planned(client, piece_id, channel_id=channel["id"])
    network.before.append(TransientError("down", safe_to_retry=True))
    await desk.tick()
    hurried = await client.post(f"/deliveries/{second['id']}/retry")
    await desk.tick()
    resolved = await client.post(f"/deliveries/{second['id']}/resolve", json={"outcome": "again"})
    audit = [entry.action for entry in (await accounts_q.list_audit(cursor=None, limit=50)).items]

    assert cancelled.json()["state"] == "cancelled"
    assert again.status_code == 409
    assert hurried.json()["state"] == "planned"
    assert network.keys == [second["key"]]
    assert resolved.status_code == 409
    assert {"channel.created", "delivery.planned", "delivery.cancelled"} <= set(audit)


async def test_a_reader_may_look_and_not_deliver(client: Any, desk: Any, role: list[str]) -> None:
    channel, piece_id = await made(client), await desk.piece()
    role[0] = "marketer"
    marketer = await client.post(
        f"/pieces/{piece_id}/deliveries", json={"channel_id": channel["id"]}
    )
    role[0] = "reader"
    reader = await client.get("/deliveries")

    assert marketer.status_code == 201
    assert reader.status_code == 403
