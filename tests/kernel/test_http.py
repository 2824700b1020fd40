"""The client for addresses that users give reaches the public internet and nothing else."""

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest

from octavo.kernel.http import BlockedAddressError, GuardedClient, TooLargeError, is_public

HOSTILE = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://192.0.0.192/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::1]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://8.8.8.8:22/",
    "http://8.8.8.8:6379/",
    "https://127.0.0.1/",
    "http://user:password@8.8.8.8/",
    "http://①②⑦.0.0.1/",
    "file:///etc/passwd",
    "gopher://8.8.8.8/",
    "ftp://8.8.8.8/",
    "//8.8.8.8/",
    "8.8.8.8",
    "http://",
    "http://[::1",
    "http://a\u0000b/",
    "http://" + "a" * 300 + ".example/",
]


@dataclass
class Site:
    """A loopback server that answers what it is told, byte by byte."""

    port: int = 0
    replies: dict[str, object] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    talks: set[object] = field(default_factory=set)

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.target}{path}"

    def say(self, path: str, status: str = "200 OK", body: bytes = b"", **headers: str) -> None:
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = "\r\n".join(
            [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *lines]
        )
        self.replies[path] = [head.encode() + b"\r\n\r\n" + body]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.add(asyncio.current_task())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head)
            for piece in self.replies[head.split(b" ")[1].decode()]:
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                else:
                    writer.write(piece)
                    await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has seen enough
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def hang_up(self) -> None:
        for talk in self.talks:
            talk.cancel()
        await asyncio.gather(*self.talks, return_exceptions=True)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()
    await site.hang_up()
    await server.wait_closed()


@pytest.fixture
async def client(site: Site) -> AsyncIterator[GuardedClient]:
    async with GuardedClient(allowed_targets=[site.target], timeout_s=5) as client:
        yield client


def resolves_to(monkeypatch, *answers: list[str]) -> list[str]:
    """Let names resolve to these addresses, one list per question; answers what was asked."""
    asked: list[str] = []

    def getaddrinfo(host, port, *_, **__):
        if host.replace(".", "").isdigit():  # an address needs no server of names
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("url", HOSTILE)
async def test_hostile_addresses_are_never_connected_to(url):
    async with GuardedClient() as client:
        with pytest.raises(httpx.RequestError):
            await client.fetch(url, max_bytes=1000)


@pytest.mark.parametrize("url", [u for u in HOSTILE if u.startswith("http://1")])
async def test_the_bare_client_is_as_careful(url):
    async with GuardedClient() as client:
        with pytest.raises(BlockedAddressError):
            await client.client.get(url, follow_redirects=True)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])
def test_addresses_of_the_public_internet_are_public(address):
    assert is_public(address)


async def test_a_name_with_one_private_address_is_not_called(monkeypatch):
    resolves_to(monkeypatch, ["93.184.216.34", "10.0.0.1"])

    async with GuardedClient() as client:
        with pytest.raises(BlockedAddressError):
            await client.fetch("http://rebind.example/", max_bytes=1000)


async def test_a_name_is_asked_once_and_the_checked_address_is_called(monkeypatch):
    """DNS rebinding: the second answer would be the private one."""
    asked = resolves_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    called: list[object] = []

    async def sock_connect(_loop, _sock, address):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect)
    async with GuardedClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.fetch("http://rebind.example/", max_bytes=1000)

    assert asked == ["rebind.example"]
    assert called == [("93.184.216.34", 80)]


async def test_an_allowed_target_opens_that_port_alone(site, client):
    site.say("/", body=b"hello")

    fetched = await client.fetch(site.url("/"), max_bytes=100)
    assert (fetched.status, fetched.body) == (200, b"hello")
    with pytest.raises(BlockedAddressError):
        await client.fetch(f"http://127.0.0.1:{site.port + 1}/", max_bytes=100)


async def test_the_next_address_is_tried_when_the_first_does_not_answer(site, monkeypatch):
    resolves_to(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    site.say("/", body=b"hello")

    async with GuardedClient(allowed_targets=[f"Two.Example:{site.port}"]) as client:
        fetched = await client.fetch(f"http://two.example:{site.port}/", max_bytes=100)

    assert fetched.body == b"hello"
    assert f"Host: two.example:{site.port}".encode() in site.requests[0]


async def test_redirects_are_followed_three_times(site, client):
    for n in range(4):
        site.say(f"/{n}", "302 Found", location=f"/{n + 1}")
    site.say("/4", body=b"there")

    assert (await client.fetch(site.url("/1"), max_bytes=100)).body == b"there"
    with pytest.raises(httpx.TooManyRedirects):
        await client.fetch(site.url("/0"), max_bytes=100)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/",
        "http://user:pw@127.0.0.1/",
        "file:///etc/passwd",
        "http://[::1",
        "//10.0.0.1/x",
    ],
)
async def test_a_redirect_leads_to_nothing_that_may_not_be_called(site, client, location):
    site.say("/", "302 Found", location=location)

    with pytest.raises((BlockedAddressError, httpx.RemoteProtocolError)):
        await client.fetch(site.url("/"), max_bytes=100)


async def test_a_redirect_to_another_origin_loses_the_headers(site, client, monkeypatch):
    resolves_to(monkeypatch, ["127.0.0.1"])
    site.say("/same", "302 Found", location="/other")
    site.say("/other", "302 Found", location=f"http://else.example:{site.port}/end")
    site.say("/end")
    async with GuardedClient(allowed_targets=[site.target, f"else.example:{site.port}"]) as both:
        await both.fetch(site.url("/same"), max_bytes=9, headers={"authorization": "Bearer x"})

    assert [b"authorization: bearer x" in head.lower() for head in site.requests] == [
        True,
        True,
        False,
    ]


async def test_the_bare_client_follows_no_redirect(site, client):
    site.say("/", "302 Found", location="/1")

    assert (await client.client.get(site.url("/"))).status_code == 302


async def test_a_reply_longer_than_allowed_is_left_unread(site, client):
    site.replies["/"] = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 10_000] * 500]

    with pytest.raises(TooLargeError):
        await client.fetch(site.url("/"), max_bytes=100_000)


async def test_a_packed_reply_counts_as_unpacked(site, client):
    bomb = gzip.compress(b"\0" * 50_000_000)
    site.say("/bomb", body=bomb, content_encoding="gzip")
    site.say("/fine", body=gzip.compress(b"hello"), content_encoding="gzip")

    assert len(bomb) < 100_000
    with pytest.raises(TooLargeError):
        await client.fetch(site.url("/bomb"), max_bytes=1_000_000)
    assert (await client.fetch(site.url("/fine"), max_bytes=100)).body == b"hello"


async def test_a_bomb_is_unpacked_no_further_than_it_is_read(site, client):
    site.say("/", body=gzip.compress(b"\0" * 50_000_000), content_encoding="gzip")

    async with client.client.stream("GET", site.url("/")) as reply:
        async for piece in reply.aiter_bytes():
            assert len(piece) <= 65_536
            break


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x"])
async def test_packings_that_we_never_ask_for_are_refused(site, client, encoding):
    site.say("/", body=b"whatever", content_encoding=encoding)

    with pytest.raises(httpx.DecodingError):
        await client.fetch(site.url("/"), max_bytes=100)


async def test_what_is_not_gzip_is_an_error_of_the_reply(site, client):
    site.say("/", body=b"whatever", content_encoding="gzip")

    with pytest.raises(httpx.DecodingError):
        await client.fetch(site.url("/"), max_bytes=100)


async def test_a_reply_that_drips_ends_with_the_deadline(site, client):
    drips = [b"x", 0.05] * 100
    site.replies["/"] = [b"HTTP/1.1 200 OK\r\n\r\n", *drips]

    with pytest.raises(httpx.ReadTimeout):
        await client.fetch(site.url("/"), max_bytes=1000, deadline_s=0.3)


async def test_the_environments_proxies_are_ignored(site, client, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    site.say("/", body=b"hello")

    async with GuardedClient(allowed_targets=[site.target]) as fresh:
        assert (await fresh.fetch(site.url("/"), max_bytes=100)).body == b"hello"


async def test_no_cookie_is_carried_from_one_reply_to_the_next(site, client):
    site.say("/", set_cookie="session=x; Path=/")
    await client.fetch(site.url("/"), max_bytes=100)
    await client.fetch(site.url("/"), max_bytes=100)

    assert b"cookie" not in site.requests[1].lower()
