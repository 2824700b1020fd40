"""What leaves this feature, and what may come in."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

DeliveryState = Literal["pending", "delivered", "failed"]

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Url = Annotated[str, Meta(min_length=1, max_length=2_000)]
EventNames = Annotated[
    list[Annotated[str, Meta(max_length=60)]], Meta(min_length=1, max_length=200)
]
Version = Annotated[int, Meta(ge=0, le=2**31 - 2)]


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """One address that hears of `events` (names of the catalogue, or `*` for all).

    `failures` counts the attempts that failed since the last that did not. `disabled_reason` says
    why it was turned off by itself, None when it was not. Until `previous_secret_until` the
    replaced secret signs too.
    """

    id: int
    name: str
    url: str
    events: list[str]
    is_active: bool
    failures: int
    failing_since: datetime | None
    not_before: datetime | None
    last_attempt_at: datetime | None
    last_status: int | None
    disabled_reason: str | None
    disabled_at: datetime | None
    previous_secret_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class WebhookMade(Webhook, frozen=True, kw_only=True):
    """The only time that the secret is seen."""

    secret: str


class WebhookIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    url: Url
    events: EventNames
    is_active: bool = True


class WebhookPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changed fields of a webhook still at `version`. Turning it on forgets its failures."""

    version: Version
    name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    events: EventNames | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class SecretIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`overlap_h`: for so many hours the replaced secret signs, too; 0 if it is known to others."""

    overlap_h: Annotated[int, Meta(ge=0, le=168)] = 24


class SecretMade(msgspec.Struct, frozen=True, kw_only=True):
    """The only time that the new secret is seen."""

    secret: str
    previous_secret_until: datetime | None


class WebhookAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One POST. `status` None: no answer; `response` is the beginning of the answer's body."""

    started_at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    response: str


class WebhookDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event going to one webhook. `event_id` is the `webhook-id` that the receiver sees."""

    id: int
    webhook_id: int
    event_id: str
    type: str
    subject: str
    state: DeliveryState
    tries: int
    next_try_at: datetime | None
    created_at: datetime
    done_at: datetime | None
    attempts: list[WebhookAttempt]


class WebhookDeliveryDetail(WebhookDelivery, frozen=True, kw_only=True):
    """With the very body that is sent."""

    body: str


class DeliveryFilter(msgspec.Struct, frozen=True, kw_only=True):
    states: tuple[str, ...] = ()
    type: str | None = None


class ReplayIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which deliveries are to go out again: of events in [`from`, `to`) that ended in `states`."""

    start: datetime = msgspec.field(name="from")
    end: datetime | None = msgspec.field(name="to", default=None)
    states: Annotated[list[DeliveryState], Meta(min_length=1, max_length=3)] = msgspec.field(
        default_factory=lambda: ["failed"]
    )


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """How many deliveries go out again."""

    queued: int


class EventKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of event that webhooks can ask for. `schema` is the JSON Schema of its `data`."""

    name: str
    about: str
    schema: dict[str, Any]
