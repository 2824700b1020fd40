"""The HTTP client an adapter is given, and how replies turn into errors.

The host's client checks addresses, follows no redirects, limits sizes and times, and says in
`TransientError.safe_to_retry` whether a failed request can have reached the other side.
"""

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

import msgspec

from octavo.sdk.errors import (
    AuthExpiredError,
    PermissionMissingError,
    RateLimitedError,
    RejectedError,
    TransientError,
)

__all__ = ["Http", "Response", "raise_for_status", "retry_after"]

T = TypeVar("T")

_LONGEST_WAIT = timedelta(days=1)
_SERVER_ERROR = 500


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """A whole reply. Names in `headers` are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the definition

    def decode(self, kind: type[T]) -> T:
        """Read the JSON body as `kind`; unknown fields are ignored.

        Raises:
            TransientError: it is not what the network promised. Not safe to retry: the reply may
                belong to a request that was accepted.
        """
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as exc:
            msg = f"the reply (HTTP {self.status}) is not what was expected"
            raise TransientError(msg, safe_to_retry=False, status=self.status) from exc


class Http(Protocol):
    """One request, one reply; no cookies, no retries, no redirects."""

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
        """Send at most one of `json`, `form` and `content`; answer whatever comes back.

        Raises:
            TransientError: no reply. `safe_to_retry` is True when nothing left this machine or
                the method is GET or HEAD.
            RejectedError: the address may not be called at all.
        """


def retry_after(response: Response, *, now: datetime) -> timedelta | None:
    """Answer how long the server asks us to wait, from `Retry-After` or `X-RateLimit-Reset`.

    Never negative, never more than a day; None when it does not say or we cannot read it.
    """
    raw = response.headers.get("retry-after", "").strip()
    if raw.isascii() and raw.isdigit():
        return _bounded(timedelta(seconds=min(int(raw[:9]), 10**8)))
    moment = _http_date(raw) or _iso_date(response.headers.get("x-ratelimit-reset", ""))
    return None if moment is None else _bounded(moment - now)


def raise_for_status(response: Response, *, now: datetime) -> None:
    """Pass on 2xx; raise what any other status of a publishing request usually means.

    A 5xx is not safe to retry: servers fail after they stored, too. Adapters that know better
    look at the status themselves first.
    """
    if response.ok:
        return
    status, wait = response.status, retry_after(response, now=now)
    if status == 401:  # noqa: PLR2004
        raise AuthExpiredError("the channel no longer accepts our credentials", status=status)
    if status == 403:  # noqa: PLR2004
        raise PermissionMissingError("the channel forbids this to our account", status=status)
    if status == 429:  # noqa: PLR2004
        raise RateLimitedError(
            "too many requests, the channel asks us to wait", retry_after=wait, status=status
        )
    if status in {408, 425} or status >= _SERVER_ERROR:
        msg = f"the channel answered HTTP {status}"
        raise TransientError(msg, safe_to_retry=False, retry_after=wait, status=status)
    msg = f"the channel refused it with HTTP {status}"
    raise RejectedError(msg, code=f"http_{status}", status=status)


def _bounded(wait: timedelta) -> timedelta:
    return min(max(wait, timedelta()), _LONGEST_WAIT)


def _http_date(raw: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(raw)
    except (ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso_date(raw: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(raw.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
