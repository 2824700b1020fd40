"""The tests that every adapter must pass, and a remote to run them against.

    class Receiver(FakeRemote):                       # the network, as small as it can be
        async def answer(self, request): ...
        @property
        def visible(self): return list(self.posts)    # one entry per thing that people can see

    class TestPagerContract(AdapterContract):
        adapter = PagerAdapter()
        def remote(self): return Receiver()
        def settings(self, remote): return {"url": remote.url + "/page"}
        secrets = {"token": "a-secret-that-must-not-leak"}

In the plugin's `conftest.py`: `pytest.register_assert_rewrite("octavo.sdk.testing")`.

The remote is a real server on the loopback interface, so that what a broken connection does is
what it does in life. Nothing here needs pytest itself: each test is a plain method.
"""

# Tests assert, and their names say what holds.
# ruff: noqa: S101, D102, PT017, PLR2004, ASYNC110

import asyncio
import json as jsonlib
import socket
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec

from octavo.sdk.adapter import API_VERSION, Adapter
from octavo.sdk.context import Context
from octavo.sdk.errors import (
    AdapterError,
    AlreadyExistsError,
    AuthExpiredError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from octavo.sdk.secrets import decode_settings, secret_fields, settings_schema
from octavo.sdk.shapes import (
    CtaLink,
    Limits,
    Message,
    NotFound,
    Pending,
    Prepared,
    Published,
    Undecidable,
)
from octavo.sdk.text import COUNTERS, compose
from octavo.sdk.transport import HttpxHttp

__all__ = ["AdapterContract", "FakeRemote", "Fault", "RecordingLog", "Reply", "Request", "sample"]

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_SMALL_SLEEP_S = 0.01


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


@dataclass
class RecordingLog:
    """Keeps what an adapter logs."""

    lines: list[str] = field(default_factory=list)

    def info(self, event: str, **fields: object) -> None:
        """Keep the line."""
        self.lines.append(f"{event} {fields!r}")

    def warning(self, event: str, **fields: object) -> None:
        """Keep the line."""
        self.lines.append(f"{event} {fields!r}")


def sample(text: str | None = None, *, title: str = "Eight leaves from one sheet") -> Message:
    """Make a message as the host would; `text` None = the default text."""
    url = "https://blog.example.org/eight-leaves/"
    ctas = (
        CtaLink(
            slug="subscribe",
            label="Get the letter",
            action="subscribe",
            url="https://blog.example.org/go/7h2k9x3m1q",
        ),
    )
    excerpt = "How a sheet becomes a book."
    return Message(
        piece_id=7,
        kind="post",
        title=title,
        url=url,
        excerpt=excerpt,
        text=compose(text, title=title, url=url, excerpt=excerpt, ctas=ctas),
        html="<p>How a sheet becomes a <em>book</em>.</p>",
        language="en",
        tags=("Printing", "Paper"),
        authors=("Ada Example",),
        ctas=ctas,
        published_at=NOW - timedelta(hours=1),
    )


class AdapterContract(ABC):
    """Inherit as `class Test…(AdapterContract)`, give the four things below, change no test."""

    adapter: ClassVar[Adapter[Any]]
    secrets: ClassVar[Mapping[str, str]] = {}
    """Values long and odd enough that finding one in a log is no accident."""

    @abstractmethod
    def remote(self) -> FakeRemote:
        """Make a network that accepts `settings` and `secrets`."""

    @abstractmethod
    def settings(self, remote: FakeRemote) -> Mapping[str, object]:
        """Answer the plain settings of a channel on that network."""

    # -- what it declares ------------------------------------------------------------------

    def test_it_declares_what_it_is(self) -> None:
        kind = type(self.adapter)
        capabilities = kind.capabilities

        assert kind.api_version == API_VERSION
        assert kind.id == kind.id.lower().strip()
        assert kind.title
        assert capabilities.counter in COUNTERS
        assert set(self.secrets) <= set(secret_fields(kind.settings))

    def test_its_settings_have_a_schema_with_secrets_marked(self) -> None:
        schema = settings_schema(type(self.adapter).settings)

        properties = schema["properties"]
        assert isinstance(properties, dict)
        for name in secret_fields(type(self.adapter).settings):
            assert properties[name]["writeOnly"] is True
        jsonlib.dumps(schema)

    # -- once, and only once -----------------------------------------------------------------

    def test_a_delivery_becomes_visible_once(self) -> None:
        async def check(case: "_Case") -> None:
            outcome = await case.deliver()

            assert isinstance(outcome, Published)
            assert outcome.remote_id
            assert len(case.remote.visible) == 1

        self._run(check)

    def test_the_same_key_twice_delivers_once(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            await case.publish(prepared)
            await case.deliver_again(prepared)

            assert len(case.remote.visible) == 1

        self._run(check)

    def test_two_keys_deliver_twice(self) -> None:
        async def check(case: "_Case") -> None:
            await case.deliver()
            case.key = "another-key-0002"
            case.message = sample("Something else: {url}")
            await case.deliver()

            assert len(case.remote.visible) == 2

        self._run(check)

    def test_a_lost_answer_is_not_safe_to_retry_and_ends_in_one_delivery(self) -> None:
        self._ambiguous(Fault(kind="lost"))

    def test_an_unreadable_answer_ends_in_one_delivery(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(kind="garbage"))
            error = await case.failure(prepared)
            if error is not None:
                assert isinstance(error, TransientError)
                assert not error.safe_to_retry
                await case.deliver_again(prepared)

            assert len(case.remote.visible) == 1

        self._run(check)

    def test_a_request_that_never_arrived_is_found_missing_and_sent_again(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(kind="dropped"))
            error = await case.failure(prepared)

            assert isinstance(error, TransientError)
            if self.adapter.capabilities.idempotency != "none":
                await case.deliver_again(prepared)
                assert len(case.remote.visible) == 1

        self._run(check)

    def test_a_remote_that_is_down_is_safe_to_retry(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            await case.remote.stop()
            error = await case.failure(prepared)

            assert isinstance(error, TransientError)
            assert error.safe_to_retry

        self._run(check)

    def test_it_is_cancel_safe(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(kind="stall"))
            task = asyncio.ensure_future(case.publish(prepared))
            while not case.remote.published_requests:
                await asyncio.sleep(_SMALL_SLEEP_S)
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=2)

            assert done
            assert task.cancelled()
            if self.adapter.capabilities.idempotency != "none":
                await case.deliver_again(prepared)
                assert len(case.remote.visible) == 1

        self._run(check)

    # -- errors tell the host what to do ---------------------------------------------------------

    def test_429_tells_how_long_to_wait(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(status=429, headers={"retry-after": "7"}))
            error = await case.failure(prepared)

            assert isinstance(error, RateLimitedError)
            assert error.retry_after == timedelta(seconds=7)

        self._run(check)

    def test_503_tells_how_long_to_wait(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(status=503, headers={"retry-after": "11"}))
            error = await case.failure(prepared)

            assert isinstance(error, TransientError | RateLimitedError)
            assert error.retry_after == timedelta(seconds=11)

        self._run(check)

    def test_401_says_that_the_credentials_are_no_longer_good(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(status=401))

            assert isinstance(await case.failure(prepared), AuthExpiredError)

        self._run(check)

    def test_a_failure_is_not_retried_by_the_adapter(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            before = len(case.remote.published_requests)
            case.remote.faults.append(Fault(status=500))
            error = await case.failure(prepared)

            assert isinstance(error, TransientError)
            assert len(case.remote.published_requests) == before + 1

        self._run(check)

    def test_a_redirect_is_not_a_success(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            elsewhere = {"location": f"{case.remote.url}/elsewhere"}
            case.remote.faults.append(Fault(status=302, headers=elsewhere))

            assert isinstance(await case.failure(prepared), AdapterError)
            assert not case.remote.visible

        self._run(check)

    def test_any_odd_status_becomes_an_adapter_error(self) -> None:
        async def check(case: "_Case") -> None:
            for status in (400, 403, 404, 408, 410, 413, 422, 426, 451, 500, 502, 504, 599):
                prepared = await case.prepare()
                case.remote.faults.append(Fault(status=status, body=b"\xff[not json"))

                assert isinstance(await case.failure(prepared), AdapterError), status
            assert not case.remote.visible

        self._run(check)

    # -- what it does not do -------------------------------------------------------------------

    def test_a_text_that_is_too_long_is_refused_before_any_request(self) -> None:
        async def check(case: "_Case") -> None:
            limits = await self.adapter.limits(case.ctx)
            if limits.max_length is None:
                return
            before = len(case.remote.requests)
            long = sample("é" * (limits.max_length + 1))
            findings = self.adapter.validate(long, limits)

            assert any(finding.severity == "error" for finding in findings)
            assert not self.adapter.count(long.text, limits).fits
            try:
                self.adapter.refuse(long, limits)
            except RejectedError as error:
                assert error.code == "too_long"
            else:
                raise AssertionError("a text that is too long was let through")
            assert len(case.remote.requests) == before

        self._run(check)

    def test_a_text_that_just_fits_is_taken(self) -> None:
        async def check(case: "_Case") -> None:
            limits = await self.adapter.limits(case.ctx)
            if limits.max_length is None:
                return
            case.message = sample("é" * limits.max_length)

            assert isinstance(await case.deliver(), Published)

        self._run(check)

    def test_preview_count_and_validate_do_no_io(self) -> None:
        with _no_sockets():
            limits = Limits(max_length=500, url_length=23)
            message = sample()
            preview = self.adapter.preview(message, limits)
            self.adapter.validate(message, limits)

            assert preview.text
            assert self.adapter.count(message.text, limits).used > 0

    def test_secrets_are_never_in_logs_errors_or_reprs(self) -> None:
        async def check(case: "_Case") -> None:
            seen = [repr(case.ctx), repr(case.ctx.config), str(case.ctx.config)]
            prepared = await case.prepare()
            seen += [repr(prepared), msgspec.json.encode(prepared.data).decode()]
            for fault in (
                Fault(status=401),
                Fault(status=422),
                Fault(status=500),
                Fault(kind="garbage"),
                Fault(kind="lost"),
            ):
                case.remote.faults.append(fault)
                seen.append(repr(await case.failure(prepared)))
            seen += [repr(await case.deliver_again(prepared)), *case.log.lines]
            for secret in self.secrets.values():
                for text in seen:
                    assert secret not in text

        self._run(check)

    def test_unknown_fields_in_replies_are_tolerated(self) -> None:
        async def check(case: "_Case") -> None:
            case.remote.adds_unknown_fields = True
            prepared = await case.prepare()
            await self.adapter.limits(case.ctx)
            outcome = await case.publish(prepared)
            await self.adapter.reconcile(case.ctx, prepared)

            assert isinstance(outcome, Published)

        self._run(check)

    def test_what_is_prepared_survives_the_database(self) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            stored = msgspec.json.decode(msgspec.json.encode(prepared), type=Prepared)

            assert isinstance(await case.publish(stored), Published)
            assert len(case.remote.visible) == 1

        self._run(check)

    # -- how they run -------------------------------------------------------------------------

    def _ambiguous(self, fault: Fault) -> None:
        async def check(case: "_Case") -> None:
            prepared = await case.prepare()
            case.remote.faults.append(fault)
            error = await case.failure(prepared)

            assert isinstance(error, TransientError)
            assert not error.safe_to_retry
            again = await case.deliver_again(prepared)
            if self.adapter.capabilities.idempotency == "none":
                assert isinstance(again, Undecidable)
            else:
                assert isinstance(again, Published)
            assert len(case.remote.visible) == 1

        self._run(check)

    def _run(self, check: Callable[["_Case"], Awaitable[None]]) -> None:
        async def run() -> None:
            remote = self.remote()
            async with remote, httpx.AsyncClient(trust_env=False) as client:
                config = decode_settings(
                    type(self.adapter).settings, self.settings(remote), self.secrets
                )
                await check(_Case(self.adapter, remote, config, HttpxHttp(client)))

        asyncio.run(run())


class _Case:
    """One delivery through one adapter, as the host would do it."""

    def __init__(
        self, adapter: Adapter[Any], remote: FakeRemote, config: msgspec.Struct, http: HttpxHttp
    ) -> None:
        self.adapter = adapter
        self.remote = remote
        self.key = "contract-key-0001"
        self.log = RecordingLog()
        self.message = sample()
        self._config = config
        self._http = http

    @property
    def ctx(self) -> Context[Any]:
        return Context(http=self._http, config=self._config, key=self.key, log=self.log, now=NOW)

    async def prepare(self) -> Prepared:
        return await self.adapter.prepare(self.ctx, self.message)

    async def publish(self, prepared: Prepared) -> Published | Pending:
        outcome = await self.adapter.publish(self.ctx, prepared)
        while isinstance(outcome, Pending):
            outcome = await self.adapter.poll(self.ctx, outcome)
        return outcome

    async def deliver(self) -> Published | Pending:
        return await self.publish(await self.prepare())

    async def failure(self, prepared: Prepared) -> AdapterError | None:
        """Publish; answer the error, or None if it went well. Anything else is the test's end."""
        try:
            await self.publish(prepared)
        except AlreadyExistsError:
            return None
        except AdapterError as error:
            return error
        return None

    async def deliver_again(
        self, prepared: Prepared
    ) -> Published | Pending | NotFound | Undecidable:
        """Look first, and send again only what is not there: what the host does."""
        found = await self.adapter.reconcile(self.ctx, prepared)
        if not isinstance(found, NotFound):
            return found
        try:
            return await self.publish(prepared)
        except AlreadyExistsError as there:
            return Published(remote_id=there.remote_id, url=there.url)


@contextmanager
def _no_sockets() -> Iterator[None]:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("no I/O here")

    kept = socket.socket.connect, socket.getaddrinfo
    socket.socket.connect, socket.getaddrinfo = refuse, refuse  # type: ignore[assignment]  # put back below
    try:
        yield
    finally:
        socket.socket.connect, socket.getaddrinfo = kept  # type: ignore[method-assign]  # as it was


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
