"""`GET /ghost/api/content/…`: a plain ASGI app before the framework, because answers are kept.

A kept answer costs one read of one row, of the content version. What it was asked with, the key
included, is its name: it was good at that version, and taking a key back moves the version on.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Final
from weakref import WeakValueDictionary

from octavo.accounts import queries as accounts
from octavo.kernel.http_cache import matches
from octavo.kernel.log import get_logger
from octavo.kernel.metrics import HTTP_REQUESTS
from octavo.kernel.text import has_forbidden_characters
from octavo.reading.answers import Answer, Answers, VersionReader, answer_of
from octavo.reading.ghost.errors import GhostError
from octavo.reading.ghost.requests import asked_of
from octavo.reading.ghost.resources import Resources
from octavo.reading.ghost.shapes import GHOST_VERSION

__all__ = ["GhostApp"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = get_logger("octavo.reading")

# Clients for older versions name one in the path.
_PREFIXES: Final = (
    "/ghost/api/content/",
    "/ghost/api/canary/content/",
    *(f"/ghost/api/v{n}/content/" for n in range(2, 7)),
)
_COMMON: Final = (
    (b"content-type", b"application/json; charset=utf-8"),
    (b"content-version", f"v{GHOST_VERSION}".encode()),
    (b"vary", b"Accept-Version, Accept-Encoding"),
    (b"access-control-allow-origin", b"*"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"referrer-policy", b"no-referrer"),
)
_FRESH: Final = (b"cache-control", b"public, max-age=0")
_NOT_KEPT: Final = (b"cache-control", b"no-cache, private, no-store, must-revalidate")
_PREFLIGHT: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"Accept-Version, Content-Type, If-None-Match"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
)


class GhostApp:
    """Answers what programs made for Ghost ask."""

    def __init__(self, resources: Resources, answers: Answers, version: VersionReader) -> None:
        self._resources = resources
        self._answers = answers
        self._version = version
        self._building: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive  # nothing that is sent with a request is read
        method = scope["method"]
        if method == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
            return
        try:
            answer = await self._answer(scope, method)
        except GhostError as exc:
            answer = answer_of(exc.document(), status=exc.status)
        except Exception:  # noqa: BLE001 - every driver has its own, and the answer says nothing
            _log.error("content_api_failed", exc_info=True)
            answer = answer_of(_unexpected().document(), status=500)
        await _send(answer, scope, send)

    async def _answer(self, scope: Scope, method: str) -> Answer:
        if method not in {"GET", "HEAD"}:
            raise GhostError(405, "MethodNotAllowedError", "the Content API only reads")
        version = await self._version.current()
        # As Ghost does, `/posts` is `/posts/`.
        asked = scope["path"].rstrip("/") + "?" + scope["query_string"].decode("latin-1")
        kept = self._answers.find(asked, version=version)
        return kept or await self._made_once(asked, scope, version=version)

    async def _made_once(self, asked: str, scope: Scope, *, version: int) -> Answer:
        """Make an answer while everybody else who wants it waits for this one."""
        lock = self._building.setdefault(asked, asyncio.Lock())
        async with lock:
            kept = self._answers.find(asked, version=version)
            return kept or await self._made(asked, scope, version=version)

    async def _made(self, asked: str, scope: Scope, *, version: int) -> Answer:
        request = asked_of(scope["query_string"])
        await _check_key(request.key)
        found = await self._resources.answer(_parts(scope["path"]), request)
        answer = answer_of(found.document)
        if found.lasting:
            self._answers.keep(asked, answer, version=version)
        return answer


async def _check_key(key: str) -> None:
    if not key:
        raise GhostError(
            403,
            "NoPermissionError",
            "Authorization failed",
            context="Unable to determine the authenticated member or integration. Send a content"
            " key as `key` in the query string.",
        )
    actor = await accounts.find_key_actor(key)
    # The key of an administrator stands in no address: addresses end up in logs.
    if actor is None or actor.role != "reader":
        raise GhostError(
            401, "UnauthorizedError", "Unknown Content API Key", code="UNKNOWN_CONTENT_API_KEY"
        )


def _parts(path: str) -> list[str]:
    rest = next((path[len(p) :] for p in _PREFIXES if path.startswith(p)), "")
    parts = rest.strip("/").split("/")
    return [] if has_forbidden_characters(rest) or len(rest) > 1_000 else parts  # noqa: PLR2004 - beyond any slug


def _unexpected() -> GhostError:
    return GhostError(
        500, "InternalServerError", "something went wrong on our side; the server's log has it"
    )


async def _send(answer: Answer, scope: Scope, send: Send) -> None:
    body, status = answer.body, answer.status
    good = status == HTTPStatus.OK
    headers = [*_COMMON, _FRESH if good else _NOT_KEPT]
    if good:
        headers.append((b"etag", answer.etag.encode()))
        known = b", ".join(v for name, v in scope["headers"] if name == b"if-none-match")
        if known and matches(known.decode("latin-1"), answer.etag):
            status, body = 304, b""
            headers = headers[1:]
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"GET, HEAD, OPTIONS"))
    if status != HTTPStatus.NOT_MODIFIED:
        headers.append((b"content-length", str(len(body)).encode()))
    HTTP_REQUESTS.labels("GET", "/ghost/api/content", str(status)).inc()
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
