"""One attempt: the signed POST, what is kept of the answer, and what is written down of it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
import msgspec

from octavo.kernel.clock import Clock
from octavo.kernel.events import EventBus
from octavo.kernel.http import BlockedAddressError, GuardedClient
from octavo.kernel.text import without_forbidden_characters
from octavo.kernel.vault import Vault
from octavo.webhooks import outbox, rules
from octavo.webhooks.outbox import Claim
from octavo.webhooks.rules import Reply
from octavo.webhooks.signing import signed_headers
from octavo.webhooks.tables import WebhookRow

__all__ = ["TIMEOUT_S", "Receiver", "attempt", "open_receiver", "place", "post"]

TIMEOUT_S: Final = 20.0
_KEPT_BYTES: Final = 2_048
_KEPT_ERROR: Final = 300
_READ_S: Final = 2.0
_REDIRECTS: Final = range(300, 400)
_RETRY_AFTER_DIGITS: Final = 9


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook, opened: the present secret first. Not to be kept: it may change any time."""

    webhook_id: int
    url: str
    secrets: tuple[str, ...]
    failures: int

    def __repr__(self) -> str:
        return f"Receiver(webhook_id={self.webhook_id})"


def place(code: str) -> str:
    """Answer what the secrets of a webhook are sealed to."""
    return f"webhook:{code}"


async def open_receiver(
    webhook_id: int, *, vault: Vault, now: datetime, even_off: bool = False
) -> Receiver | None:
    """Answer a webhook with its secrets; None when it is gone, or off and not wanted `even_off`.

    Raises:
        SealBrokenError: its secret cannot be opened.
    """
    row = await (
        WebhookRow.select(
            WebhookRow.code,
            WebhookRow.url,
            WebhookRow.secret,
            WebhookRow.previous_secret,
            WebhookRow.previous_until,
            WebhookRow.failures,
            WebhookRow.is_active,
        )
        .where(WebhookRow.id == webhook_id)
        .first()
    )
    if row is None or not (row["is_active"] or even_off):
        return None
    sealed = [row["secret"]]
    if row["previous_secret"] and row["previous_until"] > now:
        sealed.append(row["previous_secret"])
    return Receiver(
        webhook_id=webhook_id,
        url=row["url"],
        secrets=tuple(vault.unseal(text, context=place(row["code"])) for text in sealed),
        failures=row["failures"],
    )


async def attempt(
    receiver: Receiver,
    claimed: Claim,
    *,
    clock: Clock,
    http: GuardedClient,
    bus: EventBus,
    chance: float,
    timeout_s: float = TIMEOUT_S,
) -> Reply:
    """Make one attempt at a claimed delivery, and write down what came of it."""
    code, kind, text = await outbox.body_of(claimed.event_id)
    body, started_at, began_s = text.encode(), clock(), time.monotonic()
    headers = signed_headers(body, message_id=code, now=started_at, secrets=receiver.secrets)
    reply = await post(
        http, receiver.url, body=body, headers=headers, now=started_at, timeout_s=timeout_s
    )
    duration_ms, now = int((time.monotonic() - began_s) * 1000), clock()
    verdict = rules.judge(
        reply,
        tries=claimed.tries,
        failures=receiver.failures,
        is_ping=kind == rules.PING,
        now=now,
        chance=chance,
    )
    await outbox.settle(
        receiver.webhook_id,
        claimed,
        reply=reply,
        verdict=verdict,
        started_at=started_at,
        duration_ms=duration_ms,
        now=now,
        bus=bus,
    )
    return reply


async def post(
    http: GuardedClient,
    url: str,
    *,
    body: bytes,
    headers: dict[str, str],
    now: datetime,
    timeout_s: float = TIMEOUT_S,
) -> Reply:
    """Post the body; never raises for what the receiver or the network does."""
    sent = headers | {"content-type": "application/json", "user-agent": "Octavo-Webhooks"}
    try:
        async with asyncio.timeout(timeout_s):
            async with http.client.stream("POST", url, content=body, headers=sent) as answer:
                return await _read(answer, now=now)
    except (TimeoutError, httpx.TimeoutException):
        return Reply(status=None, error=f"no answer within {timeout_s:g} s")
    except BlockedAddressError as exc:
        return Reply(status=None, error=_short(f"not called: {exc}"))
    except httpx.ConnectError as exc:
        return Reply(status=None, error=_short(f"no connection: {exc}"))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as exc:
        return Reply(status=None, error=_short(f"no answer ({type(exc).__name__}): {exc}"))


async def _read(answer: httpx.Response, *, now: datetime) -> Reply:
    """Read the beginning of an answer. Its status counts, however the body goes on."""
    kept = bytearray()
    try:
        async with asyncio.timeout(_READ_S):
            async for chunk in answer.aiter_bytes():
                kept += chunk[: _KEPT_BYTES - len(kept)]
                if len(kept) >= _KEPT_BYTES:
                    break
    except (TimeoutError, httpx.HTTPError):
        pass
    return Reply(
        status=answer.status_code,
        error=_error(answer),
        response=without_forbidden_characters(kept.decode(errors="replace")),
        retry_after=_retry_after(answer.headers.get("retry-after", ""), now=now),
    )


def _error(answer: httpx.Response) -> str | None:
    if answer.is_success:
        return None
    if answer.status_code in _REDIRECTS:
        return f"answered {answer.status_code}: redirects are not followed"
    return f"answered {answer.status_code}"


def _retry_after(value: str, *, now: datetime) -> timedelta | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds, or a date; None if it is neither."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:_RETRY_AFTER_DIGITS]))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(aware - now, timedelta(0))


def _short(text: str) -> str:
    return without_forbidden_characters(text)[:_KEPT_ERROR]
