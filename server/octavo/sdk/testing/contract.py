"""The tests that every adapter must pass."""

# Tests assert, and their names say what holds.
# ruff: noqa: S101, D102, PT017, PLR2004, ASYNC110

import asyncio
import json as jsonlib
import socket
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

import httpx
import msgspec

from octavo.sdk.adapter import API_VERSION, Adapter
from octavo.sdk.errors import (
    AdapterError,
    AuthExpiredError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from octavo.sdk.secrets import decode_settings, secret_fields, settings_schema
from octavo.sdk.shapes import Limits, Prepared, Published, Undecidable
from octavo.sdk.testing.case import Case, sample
from octavo.sdk.testing.remote import FakeRemote, Fault
from octavo.sdk.text import COUNTERS
from octavo.sdk.transport import HttpxHttp

__all__ = ["AdapterContract"]

_SMALL_SLEEP_S = 0.01


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
        async def check(case: Case) -> None:
            outcome = await case.deliver()

            assert isinstance(outcome, Published)
            assert outcome.remote_id
            assert len(case.remote.visible) == 1

        self._run(check)

    def test_the_same_key_twice_delivers_once(self) -> None:
        async def check(case: Case) -> None:
            prepared = await case.prepare()
            await case.publish(prepared)
            await case.deliver_again(prepared)

            assert len(case.remote.visible) == 1

        self._run(check)

    def test_two_keys_deliver_twice(self) -> None:
        async def check(case: Case) -> None:
            await case.deliver()
            case.key = "another-key-0002"
            case.message = sample("Something else: {url}")
            await case.deliver()

            assert len(case.remote.visible) == 2

        self._run(check)

    def test_a_lost_answer_is_not_safe_to_retry_and_ends_in_one_delivery(self) -> None:
        self._ambiguous(Fault(kind="lost"))

    def test_an_unreadable_answer_ends_in_one_delivery(self) -> None:
        async def check(case: Case) -> None:
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
        async def check(case: Case) -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(kind="dropped"))
            error = await case.failure(prepared)

            assert isinstance(error, TransientError)
            if self.adapter.capabilities.idempotency != "none":
                await case.deliver_again(prepared)
                assert len(case.remote.visible) == 1

        self._run(check)

    def test_a_remote_that_is_down_is_safe_to_retry(self) -> None:
        async def check(case: Case) -> None:
            prepared = await case.prepare()
            await case.remote.stop()
            error = await case.failure(prepared)

            assert isinstance(error, TransientError)
            assert error.safe_to_retry

        self._run(check)

    def test_it_is_cancel_safe(self) -> None:
        async def check(case: Case) -> None:
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
        async def check(case: Case) -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(status=429, headers={"retry-after": "7"}))
            error = await case.failure(prepared)

            assert isinstance(error, RateLimitedError)
            assert error.retry_after == timedelta(seconds=7)

        self._run(check)

    def test_503_tells_how_long_to_wait(self) -> None:
        async def check(case: Case) -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(status=503, headers={"retry-after": "11"}))
            error = await case.failure(prepared)

            assert isinstance(error, TransientError | RateLimitedError)
            assert error.retry_after == timedelta(seconds=11)

        self._run(check)

    def test_401_says_that_the_credentials_are_no_longer_good(self) -> None:
        async def check(case: Case) -> None:
            prepared = await case.prepare()
            case.remote.faults.append(Fault(status=401))

            assert isinstance(await case.failure(prepared), AuthExpiredError)

        self._run(check)

    def test_a_failure_is_not_retried_by_the_adapter(self) -> None:
        async def check(case: Case) -> None:
            prepared = await case.prepare()
            before = len(case.remote.published_requests)
            case.remote.faults.append(Fault(status=500))
            error = await case.failure(prepared)

            assert isinstance(error, TransientError)
            assert len(case.remote.published_requests) == before + 1

        self._run(check)

    def test_a_redirect_is_not_a_success(self) -> None:
        async def check(case: Case) -> None:
            prepared = await case.prepare()
            elsewhere = {"location": f"{case.remote.url}/elsewhere"}
            case.remote.faults.append(Fault(status=302, headers=elsewhere))

            assert isinstance(await case.failure(prepared), AdapterError)
            assert not case.remote.visible

        self._run(check)

    def test_any_odd_status_becomes_an_adapter_error(self) -> None:
        async def check(case: Case) -> None:
            for status in (400, 403, 404, 408, 410, 413, 422, 426, 451, 500, 502, 504, 599):
                prepared = await case.prepare()
                case.remote.faults.append(Fault(status=status, body=b"\xff[not json"))

                assert isinstance(await case.failure(prepared), AdapterError), status
            assert not case.remote.visible

        self._run(check)

    # -- what it does not do -------------------------------------------------------------------

    def test_a_text_that_is_too_long_is_refused_before_any_request(self) -> None:
        async def check(case: Case) -> None:
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
        async def check(case: Case) -> None:
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
        async def check(case: Case) -> None:
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
        async def check(case: Case) -> None:
            case.remote.adds_unknown_fields = True
            prepared = await case.prepare()
            await self.adapter.limits(case.ctx)
            outcome = await case.publish(prepared)
            await self.adapter.reconcile(case.ctx, prepared)

            assert isinstance(outcome, Published)

        self._run(check)

    def test_what_is_prepared_survives_the_database(self) -> None:
        async def check(case: Case) -> None:
            prepared = await case.prepare()
            stored = msgspec.json.decode(msgspec.json.encode(prepared), type=Prepared)

            assert isinstance(await case.publish(stored), Published)
            assert len(case.remote.visible) == 1

        self._run(check)

    # -- how they run -------------------------------------------------------------------------

    def _ambiguous(self, fault: Fault) -> None:
        async def check(case: Case) -> None:
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

    def _run(self, check: Callable[[Case], Awaitable[None]]) -> None:
        async def run() -> None:
            remote = self.remote()
            async with remote, httpx.AsyncClient(trust_env=False) as client:
                config = decode_settings(
                    type(self.adapter).settings, self.settings(remote), self.secrets
                )
                await check(Case(self.adapter, remote, config, HttpxHttp(client)))

        asyncio.run(run())


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
