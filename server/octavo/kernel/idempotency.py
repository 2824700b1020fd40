"""`Idempotency-Key` on creating POSTs: repeating the request repeats the answer, not the deed.

The key is committed before the handler runs. So after a crash the truth is one of two: the request
finished and its answer is stored, or it did not finish and nobody knows how far it came. The second
is answered 409, "in progress or interrupted", until `_ABANDONED` has passed; then the key is free.
Handlers write in one transaction, so "interrupted" nearly always means "did not happen".

A key belongs to who sent it, the method and the path; another body under the same key is refused.
5xx answers are not kept. Answers live for a day.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp

from octavo.kernel.clock import Clock
from octavo.kernel.errors import ConflictError, FieldError, InvalidInputError, RefusedError
from octavo.kernel.tables import IdempotencyRow

__all__ = ["LIFETIME", "IdempotencyMiddleware", "drop_old_answers"]

LIFETIME = timedelta(days=1)
_ABANDONED = timedelta(minutes=2)
_MAX_KEY = 255
_KEPT_HEADERS = {b"content-type", b"location", b"etag"}


class IdempotencyMiddleware(ASGIMiddleware):
    """Remembers the answers to POSTs that carry a key.

    Args:
        principal: names whoever makes the request, from its scope.
        skip: path suffixes that are never remembered (they answer with cookies or secrets).
    """

    scopes = (ScopeType.HTTP,)

    def __init__(
        self, *, clock: Clock, principal: Callable[[Any], str], skip: tuple[str, ...] = ()
    ) -> None:
        self._clock = clock
        self._principal = principal
        self._skip = skip

    async def handle(self, scope: Any, receive: Any, send: Any, next_app: ASGIApp) -> None:
        """Answer from memory, or run the handler once and remember.

        Raises:
            InvalidInputError: the key is empty or too long.
            RefusedError: the key was used for another request.
            ConflictError: the first request with this key is still running, or was interrupted.
        """
        key = _key(scope)
        if key is None or scope["path"].endswith(self._skip or ("\0",)):
            await next_app(scope, receive, send)
            return
        body = await _read(receive)
        name = _hash(self._principal(scope), scope["method"], scope["path"], key)
        now = self._clock()
        if not await _reserve(name, request_hash=hashlib.sha256(body).hexdigest(), now=now):
            await _answer_again(name, hashlib.sha256(body).hexdigest(), send)
            return
        recorder = _Recorder(send)
        try:
            await next_app(scope, _replay(body, receive), recorder)
        except BaseException:
            await _release(name)
            raise
        if recorder.status >= 500:  # noqa: PLR2004
            await _release(name)
        else:
            await recorder.store(name)


def _key(scope: Any) -> str | None:
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    raw = dict(scope["headers"]).get(b"idempotency-key")
    if raw is None:
        return None
    key = str(raw.decode("latin-1")).strip()
    if not key or len(key) > _MAX_KEY:
        raise InvalidInputError(
            "Idempotency-Key must have 1 to 255 characters",
            FieldError(field="Idempotency-Key", message="1 to 255 characters"),
        )
    return key


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def _read(receive: Any) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Any) -> Any:
    """Hand the read body to the handler, then whatever comes after (a disconnect)."""
    pending: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Any:
        return pending.pop() if pending else await receive()

    return replay


async def _reserve(name: str, *, request_hash: str, now: datetime) -> bool:
    """Commit the key before the deed; False when somebody did already."""
    await IdempotencyRow.delete().where(
        (IdempotencyRow.key == name)
        & (
            (IdempotencyRow.created_at <= now - LIFETIME)
            | (IdempotencyRow.status.is_null() & (IdempotencyRow.created_at <= now - _ABANDONED))
        )
    )
    row = IdempotencyRow(key=name, request_hash=request_hash, created_at=now)
    inserted = await (
        IdempotencyRow.insert(row)
        .on_conflict(target=IdempotencyRow.key, action="DO NOTHING")
        .returning(IdempotencyRow.id)
    )
    return bool(inserted)


async def _release(name: str) -> None:
    await IdempotencyRow.delete().where(
        (IdempotencyRow.key == name) & IdempotencyRow.status.is_null()
    )


async def _answer_again(name: str, request_hash: str, send: Any) -> None:
    row = await IdempotencyRow.select().where(IdempotencyRow.key == name).first()
    if row is not None and row["request_hash"] != request_hash:
        raise RefusedError(
            "this Idempotency-Key was used for another request", code="idempotency_key_reused"
        )
    if row is None or row["status"] is None:
        raise ConflictError(
            "the first request with this Idempotency-Key is in progress, or was interrupted:"
            " look at what is there, or try again in two minutes",
            code="idempotency_in_progress",
        )
    kept = msgspec.json.decode(row["headers"], type=list[tuple[str, str]])
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in kept]
    body = bytes(row["body"] or b"")
    headers += [(b"idempotent-replayed", b"true"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": row["status"], "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class _Recorder:
    """Passes an answer on and keeps what is needed to give it again."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.status = 500
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message["headers"]
                if name in _KEPT_HEADERS
            ]
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
        await self._send(message)

    async def store(self, name: str) -> None:
        """Remember the answer."""
        await IdempotencyRow.update(
            {
                IdempotencyRow.status: self.status,
                IdempotencyRow.headers: msgspec.json.encode(self._headers).decode(),
                IdempotencyRow.body: bytes(self._body),
            }
        ).where(IdempotencyRow.key == name)


async def drop_old_answers(*, now: datetime) -> None:
    """Delete the answers that nobody may ask for again."""
    await IdempotencyRow.delete().where(IdempotencyRow.created_at <= now - LIFETIME)
