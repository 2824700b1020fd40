"""The nouns of tracking, as others see them."""

from enum import IntEnum

import msgspec

BLOG_CHANNEL = 1
FEED_CHANNEL = 2


class Kind(IntEnum):
    """What happened."""

    VIEW = 1
    IMPRESSION = 2
    CLICK = 3
    LANDING = 4


class Class(IntEnum):
    """Who, as far as can be told, did it. Only HUMAN counts as a result."""

    HUMAN = 0
    BOT = 1
    PREFETCH = 2
    PREVIEW = 3
    SCANNER = 4
    STAFF = 5
    CAPPED = 6


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The class of a hit, and in one word why."""

    klass: Class
    reason: str | None = None


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """What of a request matters for telling who it came from. The address never leaves memory."""

    method: str = "GET"
    user_agent: str = ""
    purpose: str = ""  # Sec-Purpose, Purpose, X-Purpose or X-Moz
    address: str = ""
    gpc: bool = False  # Sec-GPC: 1
    staff: bool = False


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A tracked link. `path` is where it is served; `delivery_id` None = a standing link."""

    link_id: int
    code: str
    content_id: int
    cta_id: int
    channel_id: int
    variant_id: int
    delivery_id: int | None
    dest_url: str
    pass_click_id: bool
    retired: bool

    @property
    def path(self) -> str:
        return f"/go/{self.code}"


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One raw event, as it is stored, and as it stands in a spool line."""

    event_id: str
    kind: int
    occurred_at: int
    received_at: int
    day: int
    content_id: int
    cta_id: int
    channel_id: int
    variant_id: int = 0
    link_id: int | None = None
    click_id: str | None = None
    visitor: str | None = None
    klass: int = 0
    reason: str | None = None


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one call to action on one channel over a range of days.

    `unique_clicks` are visitor-days: the same person on two days is two. `clicks_noid` of the
    clicks came from readers who asked not to be recognised; they are in no unique figure.
    """

    cta_id: int
    channel_id: int
    impressions: int
    exposed: int
    clicks: int
    unique_clicks: int
    clicks_noid: int
    conversions: int
    converters: int
    bot: int
    preview: int
    prefetch: int
    scanner: int
    other: int


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    channel_id: int
    code: str
    exposure: str


class DataQuality(msgspec.Struct, frozen=True, kw_only=True):
    """How far the figures can be trusted, over a range of days."""

    day_from: int
    day_to: int
    clicks: int
    clicks_noid: int
    filtered: dict[str, int]
    not_rolled_up: int
    oldest_pending_ms: int | None
    spooled_files: int


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A cell whose stored figures are not what its raw events say."""

    cell: tuple[int, ...]
    stored: dict[str, int]
    computed: dict[str, int]
