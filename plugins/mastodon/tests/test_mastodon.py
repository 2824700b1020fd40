"""The Mastodon adapter against mastodon_mock and against a server that ignores Idempotency-Key."""

import html
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import ClassVar

import httpx
import msgspec
import pytest
from mastodon_mock.testing import MockServer
from octavo_mastodon import MastodonAdapter, MastodonSettings
from octavo_mastodon.recognition import is_same

from octavo.sdk import (
    AuthExpiredError,
    Context,
    Limits,
    NotFound,
    NullLog,
    PermissionMissingError,
    Published,
    RateLimitedError,
    RejectedError,
    TransientError,
    decode_settings,
)
from octavo.sdk.testing import NOW, AdapterContract, FakeRemote, Fault, Reply, Request, sample
from octavo.sdk.transport import HttpxHttp

TOKEN = "token-that-must-never-be-seen-4711"
ADAPTER = MastodonAdapter()


class Careless(FakeRemote):
    """As seen in the wild: ignores keys, its own limits, 400 for what is too long."""

    max_characters = 5000
    url_length = 25
    remembers_keys = False
    status_when_too_long = 400

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[dict[str, object]] = []
        self.keys: dict[str, dict[str, object]] = {}
        self.may_read_statuses = True

    async def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(status=401, json={"error": "The access token is invalid"})
        if request.path == "/api/v2/instance":
            statuses = {
                "max_characters": self.max_characters,
                "characters_reserved_per_url": self.url_length,
            }
            return Reply(json={"configuration": {"statuses": statuses}})
        if request.path == "/api/v1/accounts/verify_credentials":
            return Reply(json={"id": "01ACC", "acct": "ada", "url": f"{self.url}/@ada"})
        if request.path == "/api/v1/accounts/01ACC/statuses":
            return self._list(request)
        if request.path == "/api/v1/statuses":
            return self._post(request)
        return Reply(status=404, json={"error": "Not found"})

    def _list(self, request: Request) -> Reply:
        if not self.may_read_statuses:
            return Reply(status=403, json={"error": "outside the authorized scopes"})
        newer, older = request.query.get("since_id", ""), request.query.get("max_id", "~")
        found = [post for post in reversed(self.posts) if newer < str(post["id"]) < older]
        return Reply(json=found[: int(request.query.get("limit", "20"))])

    def _post(self, request: Request) -> Reply:
        key = request.headers.get("idempotency-key", "")
        if self.remembers_keys and key in self.keys:
            return Reply(json=self.keys[key])
        sent = request.json()
        if len(sent["status"]) > self.max_characters:
            return Reply(status=self.status_when_too_long, json={"error": "text too long"})
        number = f"01POST{len(self.posts):06}"
        post = {
            "id": number,
            "url": f"{self.url}/@ada/{number}",
            "content": as_html(sent["status"]),
            **{name: sent.get(name) for name in ("visibility", "language")},
        }
        self.posts.append(post)
        self.keys[key] = post
        return Reply(json=post)

    @property
    def visible(self) -> list[str]:
        return [str(post["content"]) for post in self.posts]


class Careful(Careless):
    """As Mastodon itself: remembers keys, 500 characters, 422."""

    max_characters = 500
    url_length = 23
    remembers_keys = True
    status_when_too_long = 422


def as_html(text: str) -> str:
    """Shorten links and split lines as Mastodon does."""
    words = []
    for word in html.escape(text, quote=False).replace("\n", " <br /> ").split(" "):
        if word.startswith("https://"):
            rest = word.removeprefix("https://")
            words.append(
                f'<a href="{word}"><span class="invisible">https://</span>'
                f'<span class="ellipsis">{rest[:10]}</span>'
                f'<span class="invisible">{rest[10:]}</span></a>'
            )
        elif word.startswith("@"):
            words.append(f'<a href="https://x.example/">@<span>{word[1:].split("@")[0]}</span></a>')
        else:
            words.append(word)
    return f"<p>{' '.join(words)}</p>"


class TestMastodonContract(AdapterContract):
    adapter = ADAPTER
    secrets: ClassVar[Mapping[str, str]] = {"access_token": TOKEN}

    def remote(self) -> FakeRemote:
        return Careful()

    def settings(self, remote: FakeRemote) -> Mapping[str, object]:
        return {"server": remote.url}


class TestContractWhereKeysAreIgnored(TestMastodonContract):
    def remote(self) -> FakeRemote:
        return Careless()


def context(
    server: str, client: httpx.AsyncClient, **settings: object
) -> Context[MastodonSettings]:
    secrets = {"access_token": str(settings.pop("token", TOKEN))}
    config = decode_settings(MastodonSettings, {"server": server, **settings}, secrets)
    return Context(http=HttpxHttp(client), config=config, key="key-1", log=NullLog(), now=NOW)


@asynccontextmanager
async def on(remote: FakeRemote, **settings: object) -> AsyncIterator[Context[MastodonSettings]]:
    async with remote, httpx.AsyncClient(trust_env=False) as client:
        yield context(remote.url, client, **settings)


@pytest.fixture
def mock_server() -> Iterator[str]:
    with MockServer() as server:
        yield str(server.base_url)


# -- mastodon_mock ---------------------------------------------------------------------------


async def test_it_posts_to_a_mastodon_server_and_finds_it_again(mock_server: str) -> None:
    message = sample("On **paper** & “print” by @bob@remote.example: {url}\n#paper {cta:subscribe}")
    async with httpx.AsyncClient(trust_env=False) as client:
        ctx = context(mock_server, client, token="alice_token")
        account = await ADAPTER.verify(ctx)
        limits = await ADAPTER.limits(ctx)
        prepared = await ADAPTER.prepare(ctx, message)
        before = await ADAPTER.reconcile(ctx, prepared)
        posted = await ADAPTER.publish(ctx, prepared)
        again = await ADAPTER.publish(ctx, prepared)
        found = await ADAPTER.reconcile(ctx, prepared)

    assert account.handle == "@alice"
    assert limits == Limits(max_length=500, url_length=23)
    assert before == NotFound()
    assert posted == again == found


async def test_a_text_without_links_is_found_by_its_letters(mock_server: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        ctx = context(mock_server, client, token="alice_token")
        prepared = await ADAPTER.prepare(ctx, sample("Just *words* <b>& signs</b>\n\nno links"))
        posted = await ADAPTER.publish(ctx, prepared)

        assert await ADAPTER.reconcile(ctx, prepared) == posted


async def test_it_withdraws_what_it_posted_even_twice(mock_server: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        ctx = context(mock_server, client, token="alice_token")
        prepared = await ADAPTER.prepare(ctx, sample())
        posted = await ADAPTER.publish(ctx, prepared)
        await ADAPTER.withdraw(ctx, posted.remote_id)
        await ADAPTER.withdraw(ctx, posted.remote_id)

        assert await ADAPTER.reconcile(ctx, prepared) == NotFound()


async def test_a_wrong_token_is_reported_by_verify(mock_server: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(AuthExpiredError):
            await ADAPTER.verify(context(mock_server, client, token="nobody"))


async def test_what_a_mastodon_server_refuses_is_rejected(mock_server: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        ctx = context(mock_server, client, token="alice_token")
        prepared = await ADAPTER.prepare(ctx, sample("x" * 501))
        with pytest.raises(RejectedError, match="too long"):
            await ADAPTER.publish(ctx, prepared)


# -- a server that is not Mastodon --------------------------------------------------------------


async def test_limits_are_the_servers_own() -> None:
    async with on(Careless()) as ctx:
        limits = await ADAPTER.limits(ctx)

    assert limits == Limits(max_length=5000, url_length=25)


async def test_a_key_that_is_ignored_does_not_post_twice_because_we_look_first() -> None:
    remote = Careless()
    async with on(remote) as ctx:
        prepared = await ADAPTER.prepare(ctx, sample())
        remote.faults.append(Fault(kind="lost"))
        with pytest.raises(TransientError) as caught:
            await ADAPTER.publish(ctx, prepared)
        found = await ADAPTER.reconcile(ctx, prepared)

    assert not caught.value.safe_to_retry
    assert found == Published(remote_id="01POST000000", url=f"{remote.url}/@ada/01POST000000")
    assert len(remote.visible) == 1


async def test_an_older_status_with_the_same_words_is_not_taken_for_ours() -> None:
    remote = Careless()
    async with on(remote) as ctx:
        await ADAPTER.publish(ctx, await ADAPTER.prepare(ctx, sample("Same words")))
        prepared = await ADAPTER.prepare(ctx, sample("Same words"))

        assert await ADAPTER.reconcile(ctx, prepared) == NotFound()


async def test_another_status_with_another_tracked_link_is_not_taken_for_ours() -> None:
    remote = Careless()
    other = msgspec.structs.replace(
        sample(), text=sample().text.replace("7h2k9x3m1q", "zzzzzzzzzz"), ctas=()
    )
    async with on(remote) as ctx:
        prepared = await ADAPTER.prepare(ctx, sample())
        await ADAPTER.publish(ctx, await ADAPTER.prepare(ctx, other))

        assert await ADAPTER.reconcile(ctx, prepared) == NotFound()


async def test_ours_is_found_behind_many_newer_ones() -> None:
    remote = Careless()
    async with on(remote) as ctx:
        prepared = await ADAPTER.prepare(ctx, sample())
        posted = await ADAPTER.publish(ctx, prepared)
        chatter = await ADAPTER.prepare(ctx, sample("chatter"))
        for _ in range(60):
            await ADAPTER.publish(ctx, chatter)

        assert await ADAPTER.reconcile(ctx, prepared) == posted


async def test_without_the_right_to_read_the_channel_is_not_ready() -> None:
    remote = Careless()
    remote.may_read_statuses = False
    async with on(remote) as ctx:
        with pytest.raises(PermissionMissingError, match="read:statuses"):
            await ADAPTER.verify(ctx)


async def test_visibility_and_language_are_sent() -> None:
    remote = Careless()
    async with on(remote, visibility="unlisted") as ctx:
        await ADAPTER.publish(
            ctx,
            await ADAPTER.prepare(ctx, msgspec.structs.replace(sample(), language="pt-BR")),
        )

    assert remote.posts[0]["visibility"] == "unlisted"
    assert remote.posts[0]["language"] == "pt"


async def test_the_rate_limit_header_of_mastodon_is_read() -> None:
    remote = Careless()
    async with on(remote) as ctx:
        prepared = await ADAPTER.prepare(ctx, sample())
        reset = (NOW + timedelta(seconds=90)).isoformat().replace("+00:00", "Z")
        remote.faults.append(Fault(status=429, headers={"x-ratelimit-reset": reset}))
        with pytest.raises(RateLimitedError) as caught:
            await ADAPTER.publish(ctx, prepared)

    assert caught.value.retry_after == timedelta(seconds=90)


async def test_a_refusal_shows_the_servers_words_on_one_line() -> None:
    remote = Careless()
    async with on(remote) as ctx:
        prepared = await ADAPTER.prepare(ctx, sample())
        body = msgspec.json.encode({"error": "no\nlinks\x00 here" + "!" * 500})
        remote.faults.append(Fault(status=422, body=body))
        with pytest.raises(RejectedError) as caught:
            await ADAPTER.publish(ctx, prepared)

    assert caught.value.reason.startswith("the server refused the status: no links  here!")
    assert len(caught.value.reason) < 250


@pytest.mark.parametrize(
    ("content", "text", "same"),
    [
        ("<p>a &amp; b</p>", "a & b", True),
        ('<p>hi <a href="https://x.y/@z">@<span>z</span></a></p>', "hi @z@x.y", True),
        ("<p>one<br>two</p>", "one\ntwo", True),
        ("<p>one</p>", "one two", False),
        ("", "something", False),
    ],
)
def test_a_status_is_recognised_by_its_letters(content: str, text: str, same: bool) -> None:
    assert is_same(content, text=text, marks=[]) is same
