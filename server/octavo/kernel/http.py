"""The only way out: an HTTP client that will not be talked into reaching the inside.

Addresses that users give are checked where the connection is made. The name is resolved once, every
address it has must be public, and the connection goes to the checked address while TLS and the Host
header keep the name: there is no window for a second, different answer from DNS. Redirects are not
followed by themselves, the environment's proxies are ignored, and bodies are unpacked a little at a
time, so that whoever reads can stop before a small reply has become a large one.

Private targets that the operator wants to reach stand in OCTAVO_ALLOWED_TARGETS as host:port.
"""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any

import anyio
import httpcore
import httpx
import msgspec

__all__ = ["BlockedAddressError", "Fetched", "GuardedClient", "TooLargeError", "is_public"]

_PORTS = frozenset({80, 443})
_PIECE = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not of the public internet, though some versions of Python's tables call them global.
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "fec0::/10",  # site-local, withdrawn
        "64:ff9b:1::/48",  # NAT64 inside one network
        "3fff::/20",  # documentation
    )
)
_MAX_HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BlockedAddressError(httpx.ConnectError):
    """The address may not be called: it is not public, or not one we speak to."""


class TooLargeError(httpx.RequestError):
    """The reply is larger than what was allowed for it."""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A whole reply, after redirects. Names in `headers` are lower case."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet, whatever it is wrapped in."""
    ip: Address = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        ip = inner or ip
    if any(ip in network for network in _SPECIAL):
        return False
    special = ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local
    return ip.is_global and not special and not ip.is_unspecified


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, allowed_targets: frozenset[str]) -> None:
        self._allowed = allowed_targets
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve once, check every address, connect to the first that answers."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self.checked(host, port):
            try:
                return await self._inner.connect_tcp(
                    address,
                    port,
                    timeout=timeout,
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
        raise failure

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Refuse."""
        raise BlockedAddressError("unix sockets are not reachable from here")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)

    async def checked(self, host: str, port: int) -> list[str]:
        """Answer the addresses of a host that we may call."""
        allowed = f"{host.lower()}:{port}" in self._allowed
        if port not in _PORTS and not allowed:
            raise BlockedAddressError(f"port {port} is not one that we call")
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as exc:
            raise httpx.ConnectError(f"{host} has no address") from exc
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not allowed and not all(is_public(address) for address in addresses):
            raise BlockedAddressError(f"{host} is not on the public internet")
        return addresses


class _GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over the guarded network; `_pool` is private, hence the pinned version."""

    def __init__(self, allowed_targets: frozenset[str]) -> None:
        super().__init__(trust_env=False)
        context = httpx.create_ssl_context(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            network_backend=_GuardedNetwork(allowed_targets),
            max_connections=20,
            max_keepalive_connections=5,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Refuse what is not plain HTTP to a named host, before any connection."""
        if request.url.scheme not in {"http", "https"} or request.url.userinfo:
            raise BlockedAddressError("only http and https addresses without a user are called")
        reply = await super().handle_async_request(request)
        encoding = reply.headers.get("content-encoding", "").strip().lower()
        if encoding in {"", "identity"}:
            return reply
        if encoding not in {"gzip", "x-gzip"}:
            await reply.aclose()
            raise httpx.DecodingError(
                f"the reply is packed as {encoding!r}, which we never ask for"
            )
        # httpx would unpack each piece as a whole, a thousand times its size or more.
        packing = {"content-encoding", "content-length"}
        headers = [
            (n, v) for n, v in reply.headers.raw if n.decode("latin-1").lower() not in packing
        ]
        return httpx.Response(
            reply.status_code,
            headers=headers,
            stream=_Unpacked(reply.stream),
            extensions=reply.extensions,
        )


class _Unpacked(httpx.AsyncByteStream):
    """The gzip stream inside a body, in small pieces."""

    def __init__(self, packed: Any) -> None:
        self._packed = packed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            async for chunk in self._packed:
                rest = chunk
                while rest and not inflate.eof:
                    piece = inflate.decompress(rest, _PIECE)
                    rest = inflate.unconsumed_tail
                    if piece:
                        yield piece
        except zlib.error as exc:
            raise httpx.DecodingError("the reply is not the gzip it says it is") from exc

    async def aclose(self) -> None:
        await self._packed.aclose()


class GuardedClient:
    """The process's client. `client` is the bare httpx client: one request, one reply.

    Args:
        allowed_targets: `host:port` pairs that may be private, and on any port.
    """

    def __init__(self, *, allowed_targets: Iterable[str] = (), timeout_s: float = 20) -> None:
        allowed = frozenset(_plain(target) for target in allowed_targets)
        self._network = _GuardedNetwork(allowed)
        self.client = httpx.AsyncClient(
            transport=_GuardedTransport(allowed),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(timeout_s),
            headers={"user-agent": "Octavo", "accept-encoding": "gzip"},
            # Channels and accounts share this client; none may see what another was given.
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        )

    async def __aenter__(self) -> "GuardedClient":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def check(self, url: str) -> None:
        """Pass when we may call this address: for clients that are not ours and cannot be guarded.

        Whoever controls the name may answer otherwise the next time; so this is for addresses that
        people of ours typed in, not for those that strangers give.

        Raises:
            BlockedAddressError: it is not on the public internet, and nobody allowed it.
            httpx.ConnectError: it has no address.
        """
        parsed = httpx.URL(url)
        port = parsed.port or {"http": 80, "https": 443}.get(parsed.scheme, 0)
        await self._network.checked(parsed.host, port)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    async def fetch(
        self,
        url: str,
        *,
        max_bytes: int,
        deadline_s: float = 30,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Get a whole document, following up to three redirects.

        Raises:
            BlockedAddressError: this or a redirect's address may not be called.
            TooLargeError: it has more than `max_bytes`, decompressed.
            httpx.RequestError: no reply, or none in time; too many redirects.
        """
        try:
            async with asyncio.timeout(deadline_s):
                for _ in range(_MAX_HOPS + 1):
                    fetched = await self._get(url, max_bytes=max_bytes, headers=headers)
                    location = fetched.headers.get("location")
                    if fetched.status not in _REDIRECTS or not location:
                        return fetched
                    url, headers = _next_hop(url, location, headers)
        except (httpx.InvalidURL, UnicodeError) as exc:
            raise BlockedAddressError("this is not an address that can be called") from exc
        except TimeoutError as exc:
            raise httpx.ReadTimeout(f"no whole reply within {deadline_s} s") from exc
        raise httpx.TooManyRedirects(f"more than {_MAX_HOPS} redirects")

    async def _get(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None) -> Fetched:
        async with self.client.stream("GET", url, headers=headers) as reply:
            body = bytearray()
            async for chunk in reply.aiter_bytes():
                body += chunk
                if len(body) > max_bytes:
                    raise TooLargeError(f"more than {max_bytes} bytes", request=reply.request)
            return Fetched(
                url=str(reply.url),
                status=reply.status_code,
                headers=dict(reply.headers),
                body=bytes(body),
            )


def _plain(target: str) -> str:
    """Write a target as the network is asked for it: `[::1]:80` as `::1:80`."""
    return target.lower().replace("[", "").replace("]", "")


def _next_hop(
    url: str, location: str, headers: Mapping[str, str] | None
) -> tuple[str, Mapping[str, str] | None]:
    """Answer where a redirect leads; another origin does not get the headers we were given."""
    here = httpx.URL(url)
    there = here.join(location)
    same = (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)
    return str(there), headers if same else None
