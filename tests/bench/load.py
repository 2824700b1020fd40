"""Asks one address again and again over many kept connections, and counts the answers."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field

__all__ = ["Load", "requests_per_second"]


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked: the same GET, or (`others`) these in turn, from so many connections, so long."""

    port: int
    path: str
    status: int
    connections: int
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    def requests(self, number: int) -> list[bytes]:
        """Answer the requests of one connection: each is another browser, and begins elsewhere."""
        paths = [self.path, *self.others]
        start = number % len(paths)
        return [self._request(path, number) for path in paths[start:] + paths[:start]]

    def _request(self, path: str, number: int) -> bytes:
        lines = [f"GET {path} HTTP/1.1", f"host: 127.0.0.1:{self.port}"]
        headers = self.headers | {"user-agent": _BROWSER.format(100 + number)}
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def requests_per_second(load: Load) -> float:
    """Answer how many requests were answered in a second, after a short warm-up.

    Raises:
        RuntimeError: an answer had another status.
    """
    return asyncio.run(_measure(load))


async def _measure(load: Load) -> float:
    loop = asyncio.get_running_loop()
    clients = []
    for number in range(load.connections):
        client = _Client(load.requests(number), expected=f"HTTP/1.1 {load.status} ".encode())
        await loop.create_connection(lambda client=client: client, "127.0.0.1", load.port)
        clients.append(client)
    await asyncio.sleep(min(1.0, load.seconds / 3))
    before, began = sum(client.answers for client in clients), time.perf_counter()
    await asyncio.sleep(load.seconds)
    after, took = sum(client.answers for client in clients), time.perf_counter() - began
    for client in clients:
        client.close()
    wrong = [client.wrong for client in clients if client.wrong]
    if wrong:
        msg = f"{load.path} answered {wrong[0][:200]!r}"
        raise RuntimeError(msg)
    return (after - before) / took


_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"


class _Client(asyncio.Protocol):
    """One connection that always has one request under way."""

    def __init__(self, requests: list[bytes], *, expected: bytes) -> None:
        self.answers = 0
        self.wrong = b""
        self._requests = itertools.cycle(requests)
        self._expected = expected
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        if not head.startswith(self._expected):
            self.wrong = head
            self.close()
            return
        self.answers += 1
        self._received = b""
        if self._transport is not None:
            self._transport.write(next(self._requests))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
