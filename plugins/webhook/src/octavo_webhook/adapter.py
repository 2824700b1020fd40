"""Posts each piece to one address, signed; the receiver drops repeats by `webhook-id`."""

from datetime import datetime
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

import msgspec

from octavo.sdk import (
    Account,
    Adapter,
    AuthExpiredError,
    Capabilities,
    Context,
    Message,
    PermissionMissingError,
    Prepared,
    Published,
    RateLimitedError,
    Response,
    Secret,
    TransientError,
    retry_after,
)
from octavo.sdk import webhook_signing as signing

__all__ = ["WebhookAdapter", "WebhookSettings"]

_EVENT = "piece.published"
_PING = "channel.ping"
# The specification advises bodies under 20 kB; beyond this the HTML is left out.
_LONGEST_WITH_HTML = 100_000


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to post, and how to sign."""

    url: Annotated[
        str,
        msgspec.Meta(
            title="Address",
            description="Receives a POST for each piece.",
            pattern=r"^https?://[^\s/@?#]+(?:[/?][^\s#]*)?$",
            max_length=2000,
            extra_json_schema={"format": "uri"},
        ),
    ]
    secret: Annotated[
        Secret,
        msgspec.Meta(
            title="Signing secret", description="`whsec_` and base64 of 24 to 64 random bytes."
        ),
    ]
    previous_secret: Annotated[
        Secret | None,
        msgspec.Meta(
            title="Previous signing secret", description="Signs too, while you change secrets."
        ),
    ] = None
    include_html: Annotated[
        bool, msgspec.Meta(title="Send the HTML", description="The body of the piece, sanitised.")
    ] = True

    def __post_init__(self) -> None:
        try:
            urlsplit(self.url).port  # noqa: B018 - raises when it is none
        except ValueError as exc:
            raise ValueError("is not an address - at `$.url`") from exc
        for name in ("secret", "previous_secret"):
            secret: Secret | None = getattr(self, name)
            try:
                if secret is not None:
                    signing.key_of(secret.reveal())
            except ValueError as exc:
                raise ValueError(f"{exc} - at `$.{name}`") from exc

    @property
    def keys(self) -> list[bytes]:
        """The keys to sign with, the present one first."""
        secrets = (self.secret, self.previous_secret)
        return [signing.key_of(secret.reveal()) for secret in secrets if secret is not None]


class WebhookAdapter(Adapter[WebhookSettings]):
    """One address that takes signed events."""

    api_version: ClassVar[int] = 1
    id: ClassVar[str] = "webhook"
    title: ClassVar[str] = "Webhook"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kinds=frozenset({"post", "article"}),
        formats=frozenset({"plain", "html"}),
        counter="codepoints",
        idempotency="native_key",
        auth="secret_url",
    )
    settings: ClassVar[type[msgspec.Struct]] = WebhookSettings

    async def verify(self, ctx: Context[WebhookSettings]) -> Account:
        """Send a signed `channel.ping`; any 2xx will do."""
        body = _event(_PING, ctx.now, {})
        await self._post(ctx, message_id=f"ping_{int(ctx.now.timestamp())}", body=body)
        return Account(handle=urlsplit(ctx.config.url).hostname or "")

    async def prepare(self, ctx: Context[WebhookSettings], message: Message) -> Prepared:
        """Freeze the body: every attempt sends, and signs, the same bytes."""
        html = message.html if ctx.config.include_html else None
        body = _event(_EVENT, message.published_at or ctx.now, _data(message, html=html))
        if html is not None and len(body) > _LONGEST_WITH_HTML:
            body = _event(_EVENT, message.published_at or ctx.now, _data(message, html=None))
        return Prepared(data={"body": body.decode()})

    async def publish(self, ctx: Context[WebhookSettings], prepared: Prepared) -> Published:
        """Post it under the delivery's key."""
        await self._post(ctx, message_id=ctx.key, body=str(prepared.data["body"]).encode())
        return Published(remote_id=ctx.key)

    async def _post(self, ctx: Context[WebhookSettings], *, message_id: str, body: bytes) -> None:
        timestamp = int(ctx.now.timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signing.signature_header(
                ctx.config.keys, message_id=message_id, timestamp=timestamp, body=body
            ),
        }
        reply = await ctx.http.request("POST", ctx.config.url, headers=headers, content=body)
        _check(reply, now=ctx.now)


def _check(reply: Response, *, now: datetime) -> None:
    """Pass on 2xx. All else is a failure, and by the specification most of it is tried again."""
    if reply.ok:
        return
    status, wait = reply.status, retry_after(reply, now=now)
    if status == 410:  # noqa: PLR2004 - "stop sending", says the specification
        raise AuthExpiredError("the receiver is gone for good (HTTP 410)", status=status)
    if status == 401:  # noqa: PLR2004
        raise AuthExpiredError("the receiver does not accept our signature", status=status)
    if status == 403:  # noqa: PLR2004
        raise PermissionMissingError("the receiver forbids it", status=status)
    if status == 429:  # noqa: PLR2004
        raise RateLimitedError("the receiver asks us to wait", retry_after=wait, status=status)
    msg = f"the receiver answered HTTP {status}"
    raise TransientError(
        msg,
        # It said no before it took it; a 5xx may come from something behind that took it.
        safe_to_retry=status < 500,  # noqa: PLR2004
        retry_after=wait,
        status=status,
    )


def _event(kind: str, moment: datetime, data: dict[str, object]) -> bytes:
    return msgspec.json.encode({"type": kind, "timestamp": moment.isoformat(), "data": data})


def _data(message: Message, *, html: str | None) -> dict[str, object]:
    return {
        "id": message.piece_id,
        "kind": message.kind,
        "title": message.title,
        "url": message.url,
        "excerpt": message.excerpt,
        "text": message.text,
        "html": html,
        "language": message.language,
        "tags": list(message.tags),
        "authors": list(message.authors),
        "published_at": message.published_at,
        "ctas": [
            {"slug": cta.slug, "label": cta.label, "action": cta.action, "url": cta.url}
            for cta in message.ctas
        ],
    }
