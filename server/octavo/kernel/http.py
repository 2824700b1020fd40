"""The only way out: an HTTP client that will not be talked into reaching the inside.

Addresses that users give are checked where the connection is made. The name is resolved once, every
address it has must be public, and the connection goes to the checked address while TLS and the Host
header keep the name: there is no window for a second, different answer from DNS. Redirects are not
followed by themselves, the environment's proxies are ignored, and bodies are counted as they come,
after decompression.

Private targets that the operator wants to reach stand in OCTAVO_ALLOWED_TARGETS as host:port.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

import anyio
import httpcore
import httpx
import msgspec

__all__ = ["BlockedAddressError", "Fetched", "GuardedClient", "TooLargeError", "is_public"]

_PORTS = frozenset({80, 443})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
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
        """Resolve once, check every address, connect to the first."""
        target = await self._checked(host, port)
        return await self._inner.connect_tcp(
            target,
            port,
            timeout=timeout,
            local_address=local_address,
            socket_options=socket_options,
        )

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Refuse."""
        raise BlockedAddressError("unix sockets are not reachable from here")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)

    async def _checked(self, host: str, port: int) -> str:
        allowed = f"{host}:{port}" in self._allowed
        if port not in _PORTS and not allowed:
            raise BlockedAddressError(f"port {port} is not one that we call")
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as exc:
            raise httpx.ConnectError(f"{host} has no address") from exc
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not addresses or not (allowed or all(is_public(a) for a in addresses)):
            raise BlockedAddressError(f"{host} is not on the public internet")
        return addresses[0]


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
        return await super().handle_async_request(request)


class GuardedClient:
    """The process's client. `client` is the bare httpx client: one request, one reply.

    Args:
        allowed_targets: `host:port` pairs that may be private.
    """

    def __init__(self, *, allowed_targets: Iterable[str] = (), timeout_s: float = 20) -> None:
        self.client = httpx.AsyncClient(
            transport=_GuardedTransport(frozenset(allowed_targets)),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(timeout_s),
            headers={"user-agent": "Octavo"},
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


def _next_hop(
    url: str, location: str, headers: Mapping[str, str] | None
) -> tuple[str, Mapping[str, str] | None]:
    """Answer where a redirect leads; another origin does not get the headers we were given."""
    here = httpx.URL(url)
    there = here.join(location)
    same = (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)
    return str(there), headers if same else None
