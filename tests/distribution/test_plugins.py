"""The two plugins of this repository behind the real host: guarded client, ledger, live servers."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from mastodon_mock.testing import MockServer

from octavo.accounts.schemas import SYSTEM
from octavo.distribution import queries, service
from octavo.distribution.errors import ChannelRefusedError
from octavo.distribution.registry import AdapterRegistry
from octavo.kernel.http import GuardedClient
from octavo.sdk.testing import FakeRemote, Fault, Reply, Request

SECRET = "whsec_" + base64.b64encode(b"a-secret-of-thirty-two-bytes-ok!").decode()


class Receiver(FakeRemote):
    def __init__(self) -> None:
        super().__init__()
        self.taken: dict[str, Any] = {}

    async def answer(self, request: Request) -> Reply:
        self.taken.setdefault(request.headers["webhook-id"], request.json())
        return Reply(status=204)

    @property
    def visible(self) -> list[str]:
        return list(self.taken)


@pytest.fixture
async def real(desk: Any) -> Any:
    """A desk with the installed plugins."""
    desk.registry = AdapterRegistry()
    return desk


async def verify(desk: Any, channel_id: int) -> Any:
    return await service.verify_channel(
        channel_id,
        actor=SYSTEM,
        now=desk.now,
        registry=desk.registry,
        vault=desk.vault,
        http=desk.http,
        bus=desk.bus,
    )


async def test_a_webhook_is_delivered_once_though_its_answer_was_lost(real: Any) -> None:
    async with Receiver() as remote, GuardedClient(allowed_targets=[remote.url[7:]]) as http:
        real.http = http
        channel = await real.channel(
            adapter="webhook", settings={"url": f"{remote.url}/in"}, secrets={"secret": SECRET}
        )
        planned = await real.plan(await real.piece(live=True), channel.id)
        remote.faults.append(Fault(kind="lost"))
        await real.tick()
        await real.later(minutes=2)
        sent = await real.get(planned)
    attempts = [request for request in remote.requests if request.method == "POST"]

    assert sent.state == "sent"
    assert len(attempts) == 2
    assert {request.headers["webhook-id"] for request in attempts} == {planned.key}
    assert attempts[0].body == attempts[1].body
    assert attempts[0].headers["webhook-timestamp"] != attempts[1].headers["webhook-timestamp"]
    data = remote.taken[planned.key]["data"]
    assert data["ctas"][0]["url"] == planned.links[0].url
    assert planned.links[0].url in data["text"]
    assert data["url"] == "https://blog.example.org/paper/"
    link = f'<p><a href="{planned.links[0].url}">Join us</a></p>'
    assert data["html"] == f"<p>Text.</p>{link}"


async def test_a_gone_webhook_blocks_its_channel(real: Any) -> None:
    async with Receiver() as remote, GuardedClient(allowed_targets=[remote.url[7:]]) as http:
        real.http = http
        channel = await real.channel(
            adapter="webhook", settings={"url": remote.url}, secrets={"secret": SECRET}
        )
        await real.plan(await real.piece(live=True), channel.id)
        remote.faults.append(Fault(status=410))
        await real.tick()

    assert (await queries.get_channel(channel.id)).state == "blocked"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/", "http://169.254.169.254/latest/", "http://[::1]/", "http://localhost/"],
)
async def test_an_address_inside_is_not_called(real: Any, url: str) -> None:
    channel = await real.channel(
        adapter="webhook", settings={"url": url}, secrets={"secret": SECRET}
    )
    planned = await real.plan(await real.piece(live=True), channel.id)
    with pytest.raises(ChannelRefusedError, match="may not be called"):
        await verify(real, channel.id)
    await real.tick()
    failed = await real.get(planned)

    assert failed.state == "failed"
    assert "may not be called" in failed.reason


async def test_a_status_is_posted_to_mastodon_once_though_its_answer_was_lost(real: Any) -> None:
    with MockServer() as server:
        host = str(server.base_url).removeprefix("http://")
        async with GuardedClient(allowed_targets=[host]) as http, httpx.AsyncClient() as reader:
            real.http = LosesAnswers(http, lose=1)
            channel = await real.channel(
                adapter="mastodon",
                settings={"server": f"http://{host}"},
                secrets={"access_token": "alice_token"},
            )
            account = (await verify(real, channel.id)).account
            planned = await real.plan(await real.piece(live=True), channel.id)
            await real.tick()
            doubtful = await real.get(planned)
            await real.later(minutes=2)
            sent = await real.get(planned)
            me = (
                await reader.get(
                    f"http://{host}/api/v1/accounts/verify_credentials",
                    headers={"authorization": "Bearer alice_token"},
                )
            ).json()
            statuses = await reader.get(f"http://{host}/api/v1/accounts/{me['id']}/statuses")

    assert account.handle == "@alice"
    assert doubtful.state == "sending"
    assert sent.state == "sent"
    assert [(a.phase, a.outcome) for a in sent.attempts] == [
        ("publish", "transient"),
        ("reconcile", "published"),
    ]
    (status,) = statuses.json()
    assert sent.remote_id == status["id"]
    assert planned.links[0].url in status["content"]


class LosesAnswers:
    """The process's client, but the answers to its first POSTs never arrive."""

    def __init__(self, http: GuardedClient, *, lose: int) -> None:
        self.client = http.client
        send: Callable[..., Any] = http.client.send
        left = lose

        async def losing(request: httpx.Request, **given: Any) -> httpx.Response:
            nonlocal left
            reply = await send(request, **given)
            if request.method == "POST" and left:
                left -= 1
                await reply.aclose()
                raise httpx.ReadError("connection reset", request=request)
            return reply

        self.client.send = losing  # type: ignore[method-assign]  # a broken line
