"""What leaves this feature, and what may come in."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Action = Literal["subscribe", "visit_store", "download", "contact", "request_quote", "custom"]
Confidence = Literal["too_few", "low", "good"]
MeasuredBy = Literal["conversions", "clicks"]

Id = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Version = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Label = Annotated[str, Meta(min_length=1, max_length=120)]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]


class Destination(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Where a call to action leads: a `url`, or (not yet) a hosted form."""

    url: Annotated[str, Meta(max_length=4_000)] | UnsetType = UNSET
    form_id: int | UnsetType = UNSET


class Expected(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What is to come of it: a `count` of results, or their `rate` per visitor who clicked."""

    count: Annotated[int, Meta(ge=1, le=10**9)] | UnsetType = UNSET
    rate: Annotated[float, Meta(gt=0, le=1)] | UnsetType = UNSET


class Cta(msgspec.Struct, frozen=True, kw_only=True):
    """A call to action."""

    id: int
    slug: str
    label: str
    action: Action
    destination: Destination
    objective_id: int | None
    expected: Expected
    version: int
    archived: bool
    created_at: datetime
    updated_at: datetime


class CtaIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`slug` is what a body names it by (`<!-- cta: slug -->`); made of the label when left out."""

    label: Label
    action: Action
    destination: Destination
    expected: Expected
    objective_id: Id | None = None
    slug: Slug | None = None


class CtaPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Version
    label: Label | UnsetType = UNSET
    action: Action | UnsetType = UNSET
    destination: Destination | UnsetType = UNSET
    expected: Expected | UnsetType = UNSET
    objective_id: Id | UnsetType | None = UNSET
    archived: bool | UnsetType = UNSET


class CtaFilter(msgspec.Struct, frozen=True, kw_only=True):
    archived: bool = False
    action: Action | None = None
    objective_id: int | None = None


class PieceCta(msgspec.Struct, frozen=True, kw_only=True):
    """A call to action on a piece, with its tracked links in the blog and in the feeds."""

    piece_id: int
    cta_id: int
    slug: str
    label: str
    action: Action
    destination: Destination
    expected: Expected
    position: int
    blog_path: str
    feed_path: str


class PieceCtaIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cta_id: Id
    expected: Expected | None = None


class PieceCtaOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every call to action of the piece, in the order wanted."""

    cta_ids: Annotated[list[Id], Meta(max_length=100)]


class PieceCtas(msgspec.Struct, frozen=True, kw_only=True):
    items: list[PieceCta]
    next_cursor: str | None = None


class DeliveryLink(msgspec.Struct, frozen=True, kw_only=True):
    """The tracked link of one call to action in one delivery."""

    cta_id: int
    slug: str
    label: str
    path: str


class Filtered(msgspec.Struct, frozen=True, kw_only=True):
    """Hits that were not counted as clicks, by what they were. Shown, never silently dropped."""

    bot: int = 0
    prefetch: int = 0
    preview: int = 0
    scanner: int = 0
    other: int = 0


class ObjectiveRef(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    metric: str
    target: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one call to action brought on one channel; None = cannot be measured.

    `unique_clicks` and `converters` are visitor-days; `clicks_noid` of the clicks came from
    readers who asked not to be recognised and are in no rate. `conversion_rate` is converters per
    unique click with its 95 % Wilson `interval`; `confidence` says how it may be shown: `too_few`
    as "k of n" only. `attainment` is what was measured, by `measured_by`, over what is expected.
    """

    cta_id: int
    slug: str
    label: str
    channel: str
    impressions: int | None
    clicks: int
    unique_clicks: int
    clicks_noid: int
    conversions: int
    converters: int
    conversion_rate: float | None
    interval: tuple[float, float] | None
    confidence: Confidence
    expected: Expected
    measured_by: MeasuredBy
    attainment: float | None
    filtered: Filtered
    objective: ObjectiveRef | None


class Unattributed(msgspec.Struct, frozen=True, kw_only=True):
    """Conversions of the piece's goals that no click is known for."""

    conversions: int = 0


class Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """The outcomes of a piece. `totals` are over all channels; uniques are not their items' sum.

    `as_of` is the moment up to which clicks are in the figures; `pending` clicks are not yet.
    """

    piece_id: int
    day_from: date | None = msgspec.field(name="from")
    day_to: date | None = msgspec.field(name="to")
    items: list[Outcome]
    totals: list[Outcome]
    unattributed: Unattributed
    filtered: Filtered
    as_of: datetime
    pending: int
