"""What goes between host and adapter: frozen values, no behaviour."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

__all__ = [
    "Account",
    "Capabilities",
    "Count",
    "CountPart",
    "CtaLink",
    "Finding",
    "Limits",
    "Message",
    "NotFound",
    "Pending",
    "Prepared",
    "Preview",
    "Published",
    "Undecidable",
]


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of channel can do, known without asking it.

    Attributes:
        kinds: kinds of things it takes: `post`, `article`, `email`, `ping`, `activity`.
        formats: formats of the text it shows: `plain`, `markdown`, `html`.
        counter: name of a counter in `octavo.sdk.text.COUNTERS`, which counts as the network does.
        max_length: in that counter's units; None = no limit. `Adapter.limits` may say otherwise.
        url_length: what a link counts for, whatever its length; None = as written.
        idempotency: how a repeat is kept from showing twice. `native_key`: the network drops a
            repeat of `Context.key`. `deterministic_id`: the id is ours, a repeat overwrites.
            `lookup`: `reconcile` can find what was sent. `none`: a lost answer stays unknown.
        idempotency_ttl: how long the network remembers a key; None = as long as we retry.
        settle: how long after a lost answer a `lookup` may still miss what was accepted.
        delete: `withdraw` works.
        auth: what the settings ask for.
        costs_money: publishing is paid for.
        needs_approval: what the vendor must approve first, in words; None = nothing.
    """

    kinds: frozenset[str] = frozenset({"post"})
    formats: frozenset[str] = frozenset({"plain"})
    counter: str = "graphemes"
    max_length: int | None = None
    url_length: int | None = None
    idempotency: Literal["native_key", "deterministic_id", "lookup", "none"]
    idempotency_ttl: timedelta | None = None
    settle: timedelta = timedelta(minutes=2)
    delete: bool = False
    auth: Literal["none", "secret_url", "api_key", "app_password", "oauth2", "smtp", "keypair"] = (
        "none"
    )
    costs_money: bool = False
    needs_approval: str | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What this one account or server allows now. The host keeps them for a day."""

    max_length: int | None = None
    url_length: int | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who we are on the channel, as the channel says. `expires_at`: when the credentials end."""

    handle: str
    name: str = ""
    url: str | None = None
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


class CtaLink(msgspec.Struct, frozen=True, kw_only=True):
    """One call to action with the tracked link of this very delivery (absolute)."""

    slug: str
    label: str
    action: str
    url: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One piece as it goes to one channel.

    Attributes:
        url: the canonical address of the piece.
        text: the plain text to show, already composed: placeholders filled in.
        html: the sanitised body for channels that take articles; None when there is none.
        language: BCP 47, as the piece says.
    """

    piece_id: int
    kind: str
    title: str
    url: str
    excerpt: str = ""
    text: str = ""
    html: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    ctas: tuple[CtaLink, ...] = ()
    published_at: datetime | None = None


class CountPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a count that needs explaining, e.g. `2 links, 23 each`."""

    label: str
    length: int


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How long a text is for the network, and why. `maximum` None = no limit."""

    used: int
    maximum: int | None
    parts: tuple[CountPart, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the text is short enough."""
        return self.maximum is None or self.used <= self.maximum


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know before sending; an `error` keeps it from being sent."""

    code: str
    severity: Literal["error", "warning"]
    field: str
    message: str
    hint: str = ""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly what will be shown, as far as the adapter decides it."""

    text: str
    html: str | None = None
    count: Count | None = None


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """All that `publish` and `reconcile` need; stored before the first attempt, the same for each.

    `data` is plain JSON without secrets.
    """

    data: dict[str, object]


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """It is there. `url` is where people see it, if anywhere."""

    remote_id: str
    url: str | None = None


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """Accepted, not yet visible: the host calls `poll` with this after `after`."""

    token: str
    after: timedelta = timedelta(seconds=30)


class NotFound(msgspec.Struct, frozen=True, kw_only=True):
    """`reconcile` looked, and it is not there."""


class Undecidable(msgspec.Struct, frozen=True, kw_only=True):
    """`reconcile` cannot know; a person must look. `reason` says why."""

    reason: str
