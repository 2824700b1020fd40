"""The contract itself: a plain good adapter passes it, and each way of being wrong is caught."""

import asyncio
import inspect
import socket
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
import pytest

from octavo.sdk import (
    Adapter,
    Capabilities,
    Context,
    Finding,
    Limits,
    Message,
    NotFound,
    Pending,
    Prepared,
    Preview,
    Published,
    Response,
    Secret,
    TransientError,
    Undecidable,
    raise_for_status,
)
from octavo.sdk.testing import AdapterContract, FakeRemote, Reply, Request

TOKEN = "shouter-token-2f7d1c"


class ShouterSettings(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    token: Secret


class _Shout(msgspec.Struct):
    id: str


class Shouter(Adapter[ShouterSettings]):
    """A network that remembers keys."""

    api_version: ClassVar[int] = 1
    id: ClassVar[str] = "shouter"
    title: ClassVar[str] = "Shouter"
    capabilities: ClassVar[Capabilities] = Capabilities(max_length=300, idempotency="native_key")
    settings: ClassVar[type[msgspec.Struct]] = ShouterSettings

    async def publish(
        self, ctx: Context[ShouterSettings], prepared: Prepared
    ) -> Published | Pending:
        reply = await self.post(ctx, prepared)
        raise_for_status(reply, now=ctx.now)
        return Published(remote_id=reply.decode(_Shout).id)

    async def post(self, ctx: Context[ShouterSettings], prepared: Prepared) -> Response:
        return await ctx.http.request(
            "POST",
            ctx.config.url,
            json={"text": prepared.data["text"]},
            headers={"key": self.key(ctx), "token": ctx.config.token.reveal()},
        )

    def key(self, ctx: Context[ShouterSettings]) -> str:
        return ctx.key


class Square(FakeRemote):
    def __init__(self) -> None:
        super().__init__()
        self.shouts: dict[str, str] = {}

    async def answer(self, request: Request) -> Reply:
        self.shouts.setdefault(request.headers["key"], str(request.json()["text"]))
        return Reply(json={"id": request.headers["key"]})

    @property
    def visible(self) -> list[str]:
        return list(self.shouts.values())


class NewKeyEachTime(Shouter):
    def key(self, ctx: Context[ShouterSettings]) -> str:
        return str(asyncio.get_running_loop().time())


class OneKeyForAll(Shouter):
    def key(self, ctx: Context[ShouterSettings]) -> str:
        return "the-only-one"


class RetriesByItself(Shouter):
    async def post(self, ctx: Context[ShouterSettings], prepared: Prepared) -> Response:
        reply = await super().post(ctx, prepared)
        return reply if reply.ok else await super().post(ctx, prepared)


class TakesAnythingForSuccess(Shouter):
    async def publish(self, ctx: Context[ShouterSettings], prepared: Prepared) -> Published:
        await self.post(ctx, prepared)
        return Published(remote_id=ctx.key)


class LogsItsToken(Shouter):
    async def post(self, ctx: Context[ShouterSettings], prepared: Prepared) -> Response:
        ctx.log.info("posting", token=ctx.config.token.reveal())
        return await super().post(ctx, prepared)


class LetsOtherErrorsOut(Shouter):
    async def publish(self, ctx: Context[ShouterSettings], prepared: Prepared) -> Published:
        reply = await self.post(ctx, prepared)
        return Published(remote_id=msgspec.json.decode(reply.body)["id"])


class CallsLostAnswersSafe(Shouter):
    async def post(self, ctx: Context[ShouterSettings], prepared: Prepared) -> Response:
        try:
            return await super().post(ctx, prepared)
        except TransientError as exc:
            raise TransientError(exc.reason, safe_to_retry=True) from exc


class DoesNotCount(Shouter):
    def validate(self, message: Message, limits: Limits) -> list[Finding]:
        return []


class LooksThingsUpInPreview(Shouter):
    def preview(self, message: Message, limits: Limits) -> Preview:
        socket.getaddrinfo("localhost", 80)
        return super().preview(message, limits)


class RefusesUnknownFields(Shouter):
    async def publish(self, ctx: Context[ShouterSettings], prepared: Prepared) -> Published:
        reply = await self.post(ctx, prepared)
        raise_for_status(reply, now=ctx.now)
        body = reply.decode(dict[str, str])
        return Published(remote_id=body["id"])


class SwallowsCancellation(Shouter):
    async def post(self, ctx: Context[ShouterSettings], prepared: Prepared) -> Response:
        try:
            return await super().post(ctx, prepared)
        except asyncio.CancelledError:
            return Response(status=200, headers={}, body=b'{"id": "x"}')


class AnotherVersion(Shouter):
    api_version: ClassVar[int] = 99


class CannotFindItsOwn(Shouter):
    """Says that it looks, and finds nothing: everything would go out twice."""

    capabilities: ClassVar[Capabilities] = Capabilities(max_length=300, idempotency="lookup")

    async def reconcile(
        self, ctx: Context[ShouterSettings], prepared: Prepared
    ) -> Published | NotFound | Undecidable:
        return NotFound()

    def key(self, ctx: Context[ShouterSettings]) -> str:
        return str(asyncio.get_running_loop().time())


class TestShouter(AdapterContract):
    """The good one passes it all."""

    adapter = Shouter()
    secrets: ClassVar[Mapping[str, str]] = {"token": TOKEN}

    def remote(self) -> FakeRemote:
        return Square()

    def settings(self, remote: FakeRemote) -> Mapping[str, object]:
        return {"url": remote.url}


def failing(adapter: Adapter[Any]) -> set[str]:
    """Run the whole contract; answer the names of the tests that fail."""

    class Case(TestShouter):
        __test__ = False

    Case.adapter = adapter
    found = set()
    for name, test in inspect.getmembers(Case(), inspect.ismethod):
        if name.startswith("test_"):
            try:
                test()
            except BaseException as exc:
                if isinstance(exc, KeyboardInterrupt):
                    raise
                found.add(name)
    return found


@pytest.mark.parametrize(
    ("adapter", "caught_by"),
    [
        (NewKeyEachTime(), "test_the_same_key_twice_delivers_once"),
        (OneKeyForAll(), "test_two_keys_deliver_twice"),
        (RetriesByItself(), "test_a_failure_is_not_retried_by_the_adapter"),
        (TakesAnythingForSuccess(), "test_a_redirect_is_not_a_success"),
        (TakesAnythingForSuccess(), "test_429_tells_how_long_to_wait"),
        (TakesAnythingForSuccess(), "test_401_says_that_the_credentials_are_no_longer_good"),
        (LogsItsToken(), "test_secrets_are_never_in_logs_errors_or_reprs"),
        (LetsOtherErrorsOut(), "test_any_odd_status_becomes_an_adapter_error"),
        (LetsOtherErrorsOut(), "test_an_unreadable_answer_ends_in_one_delivery"),
        (
            CallsLostAnswersSafe(),
            "test_a_lost_answer_is_not_safe_to_retry_and_ends_in_one_delivery",
        ),
        (DoesNotCount(), "test_a_text_that_is_too_long_is_refused_before_any_request"),
        (LooksThingsUpInPreview(), "test_preview_count_and_validate_do_no_io"),
        (RefusesUnknownFields(), "test_unknown_fields_in_replies_are_tolerated"),
        (SwallowsCancellation(), "test_it_is_cancel_safe"),
        (AnotherVersion(), "test_it_declares_what_it_is"),
        (CannotFindItsOwn(), "test_a_lost_answer_is_not_safe_to_retry_and_ends_in_one_delivery"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Adapter) else "",
)
def test_a_wrong_adapter_is_caught(adapter: Adapter[Any], caught_by: str) -> None:
    assert caught_by in failing(adapter)
