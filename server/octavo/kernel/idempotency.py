"""`Idempotency-Key` on creating POSTs: repeating the request repeats the answer, not the deed.

How it stays true through crashes and pauses:

1. The key is committed before the handler runs, with the attempt that owns it and a short lease.
2. The handler's first transaction also sets `committed` on that row, if the attempt still owns it.
   So the deed and the mark are stored together, or neither is.
3. The answer is stored before it is sent.

What a repetition then finds: the answer (it is given again); a running attempt (409, come back); an
attempt that ended before it wrote anything (the repetition takes over; should the first one wake up
again, its transaction fails); a deed whose answer was lost (409: look at what is there).

A key belongs to whoever sent it and to the path; another request under the same key is refused
(uploads, which are not kept in memory, are told apart by their length alone).
Failures that wrote nothing are forgotten, so that the corrected request may use the key. Answers
that set cookies are never kept; all others are sealed and live for a day.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp

from octavo.kernel.clock import Clock
from octavo.kernel.db import transaction, with_first_commit
from octavo.kernel.errors import ConflictError, FieldError, InvalidInputError, RefusedError
from octavo.kernel.ids import new_token
from octavo.kernel.tables import IdempotencyRow
from octavo.kernel.vault import SealBrokenError, Vault

__all__ = ["LEASE", "LIFETIME", "STREAMED", "IdempotencyMiddleware", "drop_old_answers"]

LIFETIME = timedelta(days=1)
LEASE = timedelta(minutes=1)

STREAMED = "octavo_streamed"
"""A key of a route's `opt`: its handler reads the body as it comes, and nobody before it does."""

_KEY = re.compile(rb"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = frozenset({b"content-type", b"location", b"etag", b"cache-control"})
_FAILURE = 400


class IdempotencyMiddleware(ASGIMiddleware):
    """Remembers the answers to POSTs that carry a key.

    Args:
        principal: names whoever makes the request, from its scope; None for nobody we know, whose
            keys are ignored. Stands behind authentication.
        vault: seals the answers that are kept.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(
        self, *, clock: Clock, vault: Vault, principal: Callable[[Mapping[str, Any]], str | None]
    ) -> None:
        self._clock = clock
        self._vault = vault
        self._principal = principal

    async def handle(self, scope: Any, receive: Any, send: Any, next_app: ASGIApp) -> None:
        """Answer from memory, or run the handler once and remember.

        Raises:
            InvalidInputError: this cannot be a key.
            RefusedError: the key was used for another request.
            ConflictError: the first request with this key is still running, or its answer is lost.
        """
        key = _key(scope)
        principal = self._principal(scope) if key else None
        if key is None or principal is None:
            await next_app(scope, receive, send)
            return
        read, replay = await _body_of(scope, receive)
        attempt = _Attempt(
            name=_hash(principal.encode(), scope["path"].encode(), key),
            request_hash=_hash(scope["query_string"], read),
            vault=self._vault,
        )
        if await attempt.begin(now=self._clock()):
            answer = _Answer()
            await attempt.run(lambda: next_app(scope, replay, answer), answer)
        else:
            answer = await attempt.remembered(now=self._clock())
        await answer.give(send)


class _Answer:
    """A whole answer, held back until it is stored."""

    def __init__(self, *, status: int = 500, headers: Any = (), body: bytes = b"") -> None:
        self.status = status
        self.headers: list[tuple[bytes, bytes]] = list(headers)
        self.body = bytearray(body)

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    @property
    def sets_cookies(self) -> bool:
        return any(name.lower() == b"set-cookie" for name, _ in self.headers)

    async def give(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": bytes(self.body), "more_body": False})


class _Attempt:
    """One try at the request behind a key."""

    def __init__(self, *, name: str, request_hash: str, vault: Vault) -> None:
        self._name = name
        self._request_hash = request_hash
        self._vault = vault
        self._owner = new_token()

    async def begin(self, *, now: datetime) -> bool:
        """Own the key from here on; False when there is something to be answered from."""
        row = IdempotencyRow
        mine: dict[Any, Any] = {row.owner: self._owner, row.until: now + LEASE}
        async with transaction():
            await row.delete().where((row.key == self._name) & (row.created_at <= now - LIFETIME))
            fresh = await (
                row.insert(
                    row(
                        key=self._name,
                        request_hash=self._request_hash,
                        owner=self._owner,
                        until=now + LEASE,
                        created_at=now,
                    )
                )
                .on_conflict(target=row.key, action="DO NOTHING")
                .returning(row.id)
            )
            taken_over = fresh or await row.update(mine).where(
                (row.key == self._name)
                & (row.request_hash == self._request_hash)
                & (row.until <= now)
                & row.status.is_null()
                & (row.committed == False)  # noqa: E712 - a column
            ).returning(row.id)
        return bool(taken_over)

    async def run(self, handler: Callable[[], Any], answer: _Answer) -> None:
        """Run the handler; afterwards the row says what a repetition needs to know."""
        with with_first_commit(self._mark) as deed:
            try:
                await handler()
            except BaseException:
                if not deed.done:
                    await self._forget()
                raise
        if answer.sets_cookies or (answer.status >= _FAILURE and not deed.done):
            await self._forget()
        elif answer.status < 500:  # noqa: PLR2004 - a 5xx says nothing about the deed
            await self._store(answer)

    async def _mark(self) -> None:
        row = IdempotencyRow
        marked = await (
            row.update({row.committed: True})
            .where((row.key == self._name) & (row.owner == self._owner))
            .returning(row.id)
        )
        if not marked:
            raise _in_progress(retry_after_s=1)

    async def _forget(self) -> None:
        row = IdempotencyRow
        await row.delete().where((row.key == self._name) & (row.owner == self._owner))

    async def _store(self, answer: _Answer) -> None:
        kept = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in answer.headers
            if name.lower() in _KEPT_HEADERS
        ]
        row = IdempotencyRow
        await row.update(
            {
                row.status: answer.status,
                row.headers: msgspec.json.encode(kept).decode(),
                row.body: self._vault.seal(
                    answer.body.decode("latin-1"), context=f"idempotency:{self._name}"
                ),
            }
        ).where((row.key == self._name) & (row.owner == self._owner))

    async def remembered(self, *, now: datetime) -> _Answer:
        """Answer what the first request was answered.

        Raises:
            RefusedError: it was another request.
            ConflictError: there is no answer (yet).
        """
        row = await IdempotencyRow.select().where(IdempotencyRow.key == self._name).first()
        if row is None:
            raise _in_progress(retry_after_s=1)
        if row["request_hash"] != self._request_hash:
            raise RefusedError(
                "this Idempotency-Key was used for another request", code="idempotency_key_reused"
            )
        if row["status"] is None and not (row["committed"] and row["until"] <= now):
            wait = max(1, int((row["until"] - now).total_seconds()))
            raise _in_progress(retry_after_s=wait)
        body = None
        with suppress(SealBrokenError):
            body = self._vault.unseal(row["body"], context=f"idempotency:{self._name}")
        if row["status"] is None or body is None:
            raise ConflictError(
                "the first request with this Idempotency-Key was carried out, but its answer was"
                " lost: look at what is there before sending another one",
                code="idempotency_answer_lost",
            )
        return _stored(row["status"], row["headers"], body.encode("latin-1"))


def _stored(status: int, headers: str, body: bytes) -> _Answer:
    kept = msgspec.json.decode(headers, type=list[tuple[str, str]])
    names = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept]
    length = (b"content-length", str(len(body)).encode())
    return _Answer(
        status=status, headers=[*names, length, (b"idempotent-replayed", b"true")], body=body
    )


def _in_progress(*, retry_after_s: int) -> ConflictError:
    return ConflictError(
        "the first request with this Idempotency-Key has not been answered yet",
        code="idempotency_in_progress",
        retry_after_s=retry_after_s,
    )


def _key(scope: Any) -> bytes | None:
    if scope["method"] != "POST":
        return None
    raw = dict(scope["headers"]).get(b"idempotency-key")
    if raw is None:
        return None
    if not _KEY.fullmatch(raw):
        raise InvalidInputError(
            "Idempotency-Key must have 1 to 255 visible ASCII characters",
            FieldError(field="Idempotency-Key", message="1 to 255 visible ASCII characters"),
        )
    return bytes(raw)


def _hash(*parts: bytes) -> str:
    """Answer a digest that no other split of the same bytes has."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


async def _body_of(scope: Any, receive: Any) -> tuple[bytes, Any]:
    """Answer what tells this body from others, and where the handler reads it.

    A body that its handler reads as it comes may be larger than the memory: its length must do.
    """
    handler = scope["route_handler"]
    if handler.opt.get(STREAMED):
        return dict(scope["headers"]).get(b"content-length", b""), receive
    body = await _read(receive, limit=handler.resolve_request_max_body_size())
    return body, _replay(body, receive)


async def _read(receive: Any, *, limit: int | None) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientException("the connection ended before the request did")
        body += message.get("body", b"")
        if limit is not None and len(body) > limit:
            raise RequestEntityTooLarge
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Any) -> Any:
    """Hand the read body to the handler, then whatever comes after (a disconnect)."""
    pending: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Any:
        return pending.pop() if pending else await receive()

    return replay


async def drop_old_answers(*, now: datetime) -> None:
    """Delete the answers that nobody may ask for again."""
    await IdempotencyRow.delete().where(IdempotencyRow.created_at <= now - LIFETIME)
