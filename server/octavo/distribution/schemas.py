"""What leaves this feature, and what may come in."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from octavo.sdk import CountPart, Finding

ChannelState = Literal["active", "paused", "blocked"]
DeliveryState = Literal[
    "planned", "sending", "sent", "retrying", "failed", "unknown", "cancelled", "held"
]
Phase = Literal["prepare", "publish", "reconcile", "poll"]

Id = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Code = Annotated[str, Meta(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$")]
Text = Annotated[str, Meta(min_length=1, max_length=20_000)]
Secrets = Annotated[dict[str, Annotated[str, Meta(max_length=8_000)]], Meta(max_length=20)]
SecretsPatch = Annotated[
    dict[str, Annotated[str, Meta(max_length=8_000)] | None], Meta(max_length=20)
]
Settings = Annotated[dict[str, str | int | float | bool | list[str] | None], Meta(max_length=50)]
Version = Annotated[int, Meta(ge=0, le=2**31 - 2)]  # the next one must be storable, too
LateLimit = Annotated[int, Meta(ge=0, le=525_600)]


class AdapterInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of channel. `reason` says why an unavailable one cannot be used.

    `settings_schema` is JSON Schema; properties that are `writeOnly` go into `secrets`.
    """

    id: str
    title: str
    available: bool
    reason: str | None
    idempotency: str | None
    can_withdraw: bool
    settings_schema: dict[str, object]
    secret_names: list[str]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who we are on the channel, as the channel said when it was last asked."""

    handle: str
    name: str
    url: str | None
    expires_at: datetime | None


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel without its secrets; `secrets_set` names those that are kept.

    `late_limit_min`: later than this after its time, a delivery is held and asked about; None =
    never. `not_before`: the network asked us to wait until then.
    """

    id: int
    adapter: str
    name: str
    code: str
    settings: dict[str, object]
    secrets_set: list[str]
    state: ChannelState
    reason: str | None
    not_before: datetime | None
    late_limit_min: int | None
    account: Account | None
    verified_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class ChannelIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new channel. Without `code` one is made of the name."""

    adapter: Annotated[str, Meta(min_length=1, max_length=40)]
    name: Name
    code: Code | None = None
    settings: Settings = {}
    secrets: Secrets = {}
    late_limit_min: LateLimit | None = 60


class ChannelPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changed fields. `settings` replaces all of them; of `secrets` those named, null removes."""

    version: Version
    name: Name | UnsetType = UNSET
    settings: Settings | UnsetType = UNSET
    secrets: SecretsPatch | UnsetType = UNSET
    state: Literal["active", "paused"] | UnsetType = UNSET
    late_limit_min: LateLimit | UnsetType | None = UNSET


class DeliveryIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A delivery to plan. Without `send_at` it goes out when its piece is live.

    `send_at` is a wall time in `zone` (default: the organisation's); `text` may hold `{title}`,
    `{url}`, `{excerpt}` and `{cta:slug}`.
    """

    channel_id: Id
    text: Text | None = None
    send_at: Annotated[str, Meta(max_length=40)] | None = None
    zone: Annotated[str, Meta(max_length=64)] | None = None
    fold: Literal[0, 1] | None = None


class DeliveryPreviewIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What would this text look like there? Changes nothing."""

    channel_id: Id
    text: Annotated[str, Meta(max_length=20_000)] | None = None


class DeliveryPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The text as it will be shown, how long it is for the network, and what is wrong with it."""

    text: str
    used: int
    maximum: int | None
    parts: list[CountPart]
    findings: list[Finding]


class Resolution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person found out about an unknown outcome."""

    outcome: Literal["sent", "again"]
    remote_url: Annotated[str, Meta(max_length=2_000, pattern=r"^https?://[^\s]+$")] | None = None


class ChannelRef(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    code: str
    name: str
    adapter: str
    state: ChannelState


class DeliveryLinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A tracked link of one delivery (absolute)."""

    cta_id: int
    url: str


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One call to the channel. `ended_at` None: under way, or the worker died in it."""

    phase: Phase
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    status: int | None
    detail: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One piece going to one channel at one time.

    `due_at` None: it waits for its piece to be live. `reason`: the last error, or why it is held.
    """

    id: int
    piece_id: int
    channel_id: int
    channel: ChannelRef
    state: DeliveryState
    text: str | None
    send_at: str | None
    zone: str | None
    due_at: datetime | None
    next_try_at: datetime | None
    key: str
    revision_id: int | None
    remote_id: str | None
    remote_url: str | None
    sent_at: datetime | None
    reason: str | None
    created_at: datetime
    updated_at: datetime
    links: list[DeliveryLinkView] = []
    attempts: list[Attempt] = []


class DeliveryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries are wanted; every field that is given must hold."""

    states: tuple[DeliveryState, ...] = ()
    channel_id: int | None = None
    piece_id: int | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
