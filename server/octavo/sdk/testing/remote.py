"""A network of one's own: a real server on the loopback interface, and what may befall it."""

import asyncio
import json as jsonlib
from abc import ABC, abstractmethod
from collections import deque
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

__all__ = ["FakeRemote", "Fault", "Reply", "Request"]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the remote got it. Header names are lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Read the body as JSON."""
        return jsonlib.loads(self.body)

    def form(self) -> dict[str, str]:
        """Read the body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the remote answers: `json` unless `body` is given."""

    status: int = 200
    headers: dict[str, str] = {}
    json: object | None = None
    body: bytes | None = None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What befalls one publishing request.

    `status`: refused with it, nothing stored. `lost`: stored, then the connection breaks before the
    answer. `garbage`: stored, then an answer nobody can read. `stall`: stored, then silence.
    `dropped`: the connection breaks, nothing stored.
    """

    kind: Literal["status", "lost", "garbage", "stall", "dropped"] = "status"
    status: int = 500
    headers: dict[str, str] = {}
    body: bytes = b"{}"


class FakeRemote(ABC):
    """A network of one's own on the loopback interface; `faults` befall publishing requests."""

    def __init__(self) -> None:
        self.faults: deque[Fault] = deque()
        self.requests: list[Request] = []
        self.adds_unknown_fields = False
        self.port = 0
        self._server: asyncio.Server | None = None
        self._stalled = asyncio.Event()

    @abstractmethod
    async def answer(self, request: Request) -> Reply:
        """Do what the network does with this request."""

    @property
    @abstractmethod
    def visible(self) -> list[str]:
        """What people can see there now: one entry for each thing published."""

    def publishes(self, request: Request) -> bool:
        """Say whether this is a request that makes something visible. Default: every POST."""
        return request.method == "POST"

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def published_requests(self) -> list[Request]:
        """The publishing requests it got, refused ones too."""
        return [request for request in self.requests if self.publishes(request)]

    async def __aenter__(self) -> "FakeRemote":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop listening; what it knows stays, and `async with` starts it again on its port."""
        self._stalled.set()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read_request(reader)
            if request is not None:
                await self._reply(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _reply(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.requests.append(request)
        befallen = bool(self.faults) and self.publishes(request)
        fault = self.faults.popleft() if befallen else None
        if fault is not None and fault.kind == "dropped":
            return
        if fault is not None and fault.kind == "status":
            writer.write(
                _encode(Reply(status=fault.status, headers=fault.headers, body=fault.body))
            )
            await writer.drain()
            return
        reply = await self.answer(request)
        if fault is not None and fault.kind == "lost":
            return
        if fault is not None and fault.kind == "stall":
            await self._stalled.wait()
            return
        if fault is not None and fault.kind == "garbage":
            reply = Reply(status=200, headers={"content-type": "text/html"}, body=b"<html>\xff")
        writer.write(_encode(reply, extra=self.adds_unknown_fields))
        await writer.drain()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {}
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Request(method=method, path=parts.path, query=query, headers=headers, body=body)


def _encode(reply: Reply, *, extra: bool = False) -> bytes:
    body = reply.body
    headers = {"connection": "close", **reply.headers}
    if body is None:
        value = _with_unknown(reply.json) if extra else reply.json
        body = b"" if value is None else jsonlib.dumps(value).encode()
        headers.setdefault("content-type", "application/json")
    headers["content-length"] = str(len(body))
    lines = [f"HTTP/1.1 {reply.status} -", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _with_unknown(value: object) -> object:
    if isinstance(value, dict):
        known = {name: _with_unknown(part) for name, part in value.items()}
        return {**known, "x_new": {"since": 2031}, "x_list": [None]}
    if isinstance(value, list):
        return [_with_unknown(part) for part in value]
    return value
