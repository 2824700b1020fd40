"""The webhook adapter against receivers on the loopback interface."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

import httpx
import msgspec
import pytest
from octavo_webhook import WebhookAdapter, WebhookSettings

from octavo.sdk import (
    AuthExpiredError,
    Context,
    NullLog,
    Published,
    TransientError,
    decode_settings,
)
from octavo.sdk import webhook_signing as signing
from octavo.sdk.testing import NOW, AdapterContract, FakeRemote, Fault, Reply, Request, sample
from octavo.sdk.transport import HttpxHttp

SECRET = "whsec_" + base64.b64encode(b"present-secret-of-32-bytes-long!").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"previous-secret-of-32-bytes-or-s").decode()


class Receiver(FakeRemote):
    """Verifies by the letter of the specification and drops repeats of an id."""

    def __init__(self, *keys: bytes) -> None:
        super().__init__()
        self.keys = keys or (signing.key_of(SECRET),)
        self.taken: dict[str, Request] = {}

    async def answer(self, request: Request) -> Reply:
        message_id = request.headers["webhook-id"]
        signed = b".".join(
            [message_id.encode(), request.headers["webhook-timestamp"].encode(), request.body]
        )
        expected = {
            "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
            for key in self.keys
        }
        if not expected & set(request.headers["webhook-signature"].split(" ")):
            return Reply(status=401)
        self.taken.setdefault(message_id, request)
        return Reply(status=204)

    @property
    def visible(self) -> list[str]:
        return list(self.taken)


class TestWebhookContract(AdapterContract):
    adapter = WebhookAdapter()
    secrets: ClassVar[Mapping[str, str]] = {"secret": SECRET, "previous_secret": OLD_SECRET}

    def remote(self) -> FakeRemote:
        return Receiver()

    def settings(self, remote: FakeRemote) -> Mapping[str, object]:
        return {"url": f"{remote.url}/hook"}


def context(
    remote: FakeRemote, client: httpx.AsyncClient, *, key: str = "key-1", **settings: object
) -> Context[WebhookSettings]:
    secrets = {k: str(settings.pop(k)) for k in ("secret", "previous_secret") if k in settings}
    config = decode_settings(
        WebhookSettings, {"url": f"{remote.url}/hook", **settings}, {"secret": SECRET, **secrets}
    )
    return Context(http=HttpxHttp(client), config=config, key=key, log=NullLog(), now=NOW)


async def deliver(ctx: Context[WebhookSettings]) -> Published:
    adapter = WebhookAdapter()
    return await adapter.publish(ctx, await adapter.prepare(ctx, sample()))


def test_the_signature_matches_the_reference_vector() -> None:
    # From the reference implementations of Standard Webhooks.
    signed = signing.signature(
        signing.key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_the_body_says_what_was_published_and_where_its_links_go() -> None:
    async with Receiver() as remote, httpx.AsyncClient(trust_env=False) as client:
        await deliver(context(remote, client))
    request = remote.requests[0]

    assert request.headers["content-type"] == "application/json"
    assert request.json() == {
        "type": "piece.published",
        "timestamp": "2026-11-22T08:00:00+00:00",
        "data": {
            "id": 7,
            "kind": "post",
            "title": "Eight leaves from one sheet",
            "url": "https://blog.example.org/eight-leaves/",
            "excerpt": "How a sheet becomes a book.",
            "text": "Eight leaves from one sheet\n\nhttps://blog.example.org/eight-leaves/\n"
            "Get the letter: https://blog.example.org/go/7h2k9x3m1q",
            "html": "<p>How a sheet becomes a <em>book</em>.</p>",
            "language": "en",
            "tags": ["Printing", "Paper"],
            "authors": ["Ada Example"],
            "published_at": "2026-11-22T08:00:00Z",
            "ctas": [
                {
                    "slug": "subscribe",
                    "label": "Get the letter",
                    "action": "subscribe",
                    "url": "https://blog.example.org/go/7h2k9x3m1q",
                }
            ],
        },
    }


async def test_the_id_stays_and_the_time_moves_from_attempt_to_attempt() -> None:
    adapter = WebhookAdapter()
    async with Receiver() as remote, httpx.AsyncClient(trust_env=False) as client:
        first = context(remote, client)
        prepared = await adapter.prepare(first, sample())
        await adapter.publish(first, prepared)
        later = Context(
            http=first.http,
            config=first.config,
            key=first.key,
            log=first.log,
            now=NOW + timedelta(minutes=5),
        )
        await adapter.publish(later, prepared)
    one, two = remote.requests

    assert one.headers["webhook-id"] == two.headers["webhook-id"] == "key-1"
    assert int(two.headers["webhook-timestamp"]) - int(one.headers["webhook-timestamp"]) == 300
    assert one.body == two.body
    assert remote.visible == ["key-1"]


async def test_both_secrets_sign_while_they_are_changed() -> None:
    old_receiver = Receiver(signing.key_of(OLD_SECRET))
    async with old_receiver as remote, httpx.AsyncClient(trust_env=False) as client:
        await deliver(context(remote, client, previous_secret=OLD_SECRET))

    assert len(remote.requests[0].headers["webhook-signature"].split(" ")) == 2
    assert remote.visible == ["key-1"]


async def test_a_wrong_secret_blocks_the_channel() -> None:
    other = Receiver(signing.key_of(OLD_SECRET))
    async with other as remote, httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(AuthExpiredError):
            await deliver(context(remote, client))

    assert remote.visible == []


async def test_410_disables_the_channel() -> None:
    async with Receiver() as remote, httpx.AsyncClient(trust_env=False) as client:
        remote.faults.append(Fault(status=410))
        with pytest.raises(AuthExpiredError, match="gone for good"):
            await deliver(context(remote, client))


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 422])
async def test_only_2xx_is_success(status: int) -> None:
    async with Receiver() as remote, httpx.AsyncClient(trust_env=False) as client:
        remote.faults.append(Fault(status=status, headers={"location": f"{remote.url}/x"}))
        with pytest.raises(TransientError) as caught:
            await deliver(context(remote, client))

    assert caught.value.safe_to_retry
    assert len(remote.requests) == 1


async def test_html_is_left_out_when_told_so_and_when_it_is_huge() -> None:
    adapter = WebhookAdapter()
    huge = msgspec.structs.replace(sample(), html="<p>" + "x" * 200_000 + "</p>")
    async with Receiver() as remote, httpx.AsyncClient(trust_env=False) as client:
        told = await adapter.prepare(context(remote, client, include_html=False), sample())
        much = await adapter.prepare(context(remote, client), huge)

    for prepared in (told, much):
        assert msgspec.json.decode(str(prepared.data["body"]))["data"]["html"] is None


async def test_verify_sends_a_signed_ping() -> None:
    async with Receiver() as remote, httpx.AsyncClient(trust_env=False) as client:
        account = await WebhookAdapter().verify(context(remote, client))

    assert account.handle == "127.0.0.1"
    assert remote.requests[0].json()["type"] == "channel.ping"


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("ftp://example.org/", SECRET),
        ("https://user:pass@example.org/", SECRET),
        ("https://example.org/ x", SECRET),
        ("https://example.org/", "whsec_c2hvcnQ="),
        ("https://example.org/", "c3VwZXItc2VjcmV0LW5vLXByZWZpeC0xMjM0"),
        ("https://example.org/", "whsec_not base64 at all!"),
    ],
)
def test_unusable_settings_are_refused_without_showing_the_secret(url: str, secret: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        decode_settings(WebhookSettings, {"url": url}, {"secret": secret})

    assert secret not in str(caught.value)


def test_the_host_can_call_it_from_several_tasks_at_once() -> None:
    async def run() -> list[str]:
        async with Receiver() as remote, httpx.AsyncClient(trust_env=False) as client:
            await asyncio.gather(
                *(deliver(context(remote, client, key=f"key-{n}")) for n in range(20))
            )
            return remote.visible

    assert sorted(asyncio.run(run())) == sorted(f"key-{n}" for n in range(20))
