"""`Http` over an httpx client: what the host and the contract tests hand to adapters.

Not for plugins. The client that is passed in decides which addresses may be called.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from octavo.sdk.errors import RejectedError, TransientError
from octavo.sdk.http import Response

__all__ = ["HttpxHttp"]

_READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_ON_THE_WIRE = (".send_request_headers.started", ".send_connection_init.started")


@dataclass
class _Wire:
    """Notes when the first byte of a request goes out, and asks first whether it still may."""

    before_send: Callable[[], None] | None
    touched: bool = field(default=False)

    async def trace(self, event: str, _info: Mapping[str, object]) -> None:
        if event.endswith(_ON_THE_WIRE) and not self.touched:
            if self.before_send is not None:
                self.before_send()
            self.touched = True


class HttpxHttp:
    """One request, one reply, within `timeout_s` and `max_bytes`.

    Args:
        client: neither follows redirects nor retries nor reads the environment.
        timeout_s: answers how many seconds a request may take as a whole, asked for each one.
        max_bytes: longest body that is read.
        blocked: exceptions by which the client says that an address may not be called.
        before_send: called when the connection stands, right before the first byte of a mutating
            request; whatever it raises keeps the request from being sent.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        timeout_s: Callable[[], float] = lambda: 20.0,
        max_bytes: int = 1_000_000,
        blocked: tuple[type[Exception], ...] = (),
        before_send: Callable[[], None] | None = None,
    ) -> None:
        self._client = client
        self._blocked = blocked
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._before_send = before_send

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Response:
        """Send one request; see `Http`."""
        read_only = method.upper() in _READ_ONLY
        wire = _Wire(None if read_only else self._before_send)
        try:
            request = self._client.build_request(
                method,
                url,
                headers=dict(headers or {}),
                params=params,
                json=json,
                data=dict(form) if form else None,
                content=content,
                extensions={"trace": wire.trace},
            )
            # A shared client keeps cookies; one channel's are no business of another's.
            request.headers.pop("cookie", None)
            async with asyncio.timeout(max(self._timeout_s(), 0)):
                return await self._exchange(request)
        except self._blocked as exc:
            msg = f"this address may not be called: {exc}"
            raise RejectedError(msg, code="blocked_address", field="settings") from exc
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError, ValueError) as exc:
            msg = "the address of the channel cannot be called"
            raise RejectedError(msg, code="bad_address", field="settings") from exc
        except (httpx.HTTPError, TimeoutError, OSError) as exc:
            safe = read_only or not wire.touched or isinstance(exc, _NEVER_SENT)
            raise TransientError(_reason(exc), safe_to_retry=safe) from exc

    async def _exchange(self, request: httpx.Request) -> Response:
        reply = await self._client.send(request, stream=True, follow_redirects=False)
        body = bytearray()
        try:
            async for chunk in reply.aiter_bytes():
                body += chunk
                if len(body) > self._max_bytes:
                    raise httpx.ReadError("the reply is too long", request=request)
        finally:
            await reply.aclose()
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Response(status=reply.status_code, headers=headers, body=bytes(body))


def _reason(exc: Exception) -> str:
    if isinstance(exc, (TimeoutError, httpx.TimeoutException)):
        return "the channel did not answer in time"
    if isinstance(exc, httpx.ConnectError):
        return "the channel cannot be reached"
    return "the connection to the channel broke"
