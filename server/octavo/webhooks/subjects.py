"""What an event is about, as receivers are shown it: ids, addresses and states, never whole texts.

`content_hash` is over all that people can see of the subject, its text included: two events with
the same hash are about the same content, whatever the versions and the times of writing say.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from octavo.accounts import queries as accounts
from octavo.accounts.schemas import Organisation
from octavo.content import authors, series, tags
from octavo.content import queries as content
from octavo.content.errors import AuthorNotFoundError, SeriesNotFoundError, TagNotFoundError
from octavo.content.schemas import Author, Piece, PieceSummary, Series, Tag
from octavo.cta import queries as ctas
from octavo.cta.schemas import Cta
from octavo.distribution import queries as distribution
from octavo.distribution.errors import ChannelNotFoundError, DeliveryNotFoundError
from octavo.distribution.schemas import Channel, Delivery
from octavo.strategy import queries as strategy
from octavo.strategy.schemas import Campaign, Objective

__all__ = ["SUBJECTS", "Loader", "PieceBrief", "PieceState", "Seen"]

# They move with every write, also with one that changes nothing that people see.
_VOLATILE: Final = frozenset(
    {
        "version", "live_version", "has_unpublished_changes", "created_at", "created_by",
        "updated_at", "pieces", "attempts", "next_try_at", "verified_at", "not_before",
    }
)  # fmt: skip


_NOT_FOUND: Final = (
    TagNotFoundError,
    AuthorNotFoundError,
    SeriesNotFoundError,
    ChannelNotFoundError,
    DeliveryNotFoundError,
)


class PieceState(msgspec.Struct, frozen=True, kw_only=True):
    """A piece as its writers see it, without its text.

    `url` is where readers find it, None if nowhere; they see it as of `live_version`.
    """

    id: int
    kind: str
    title: str
    slug: str
    excerpt: str
    status: str
    version: int
    live_version: int | None
    url: str | None
    language: str
    tags: list[str]
    authors: list[str]
    series: str | None
    featured: bool
    campaign_id: int | None
    publish_at: datetime | None
    unpublish_at: datetime | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime


class PieceBrief(msgspec.Struct, frozen=True, kw_only=True):
    """One of many pieces."""

    id: int
    kind: str
    title: str
    status: str
    version: int
    url: str | None


class TagState(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    slug: str
    description: str
    version: int


class AuthorState(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    slug: str
    bio: str
    website: str
    version: int


class SeriesState(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    title: str
    slug: str
    description: str
    version: int


class DeliveryOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery to a channel as it is now."""

    id: int
    piece_id: int
    channel_id: int
    channel: str
    adapter: str
    state: str
    remote_url: str | None
    sent_at: datetime | None
    reason: str | None


class ChannelStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A channel without its settings; `reason` is why it is blocked."""

    id: int
    adapter: str
    name: str
    code: str
    state: str
    reason: str | None
    version: int


class OrganisationState(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    tagline: str
    description: str
    zone: str
    locale: str
    version: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A subject as it was read: what is shown of it, and its hash; both None when it is gone."""

    state: msgspec.Struct | list[PieceBrief] | None
    content_hash: str | None


SUBJECTS: Final[dict[str, tuple[str, Any]]] = {
    # name of the subject: the field of events that names it, what is shown of it
    "piece": ("piece_id", PieceState),
    "pieces": ("piece_ids", list[PieceBrief]),
    "tag": ("tag_id", TagState),
    "author": ("author_id", AuthorState),
    "series": ("series_id", SeriesState),
    "cta": ("cta_id", Cta),
    "objective": ("objective_id", Objective),
    "campaign": ("campaign_id", Campaign),
    "channel": ("channel_id", ChannelStanding),
    "delivery": ("delivery_id", DeliveryOutcome),
    "organisation": ("", OrganisationState),
}


_GONE: Final = Seen(state=None, content_hash=None)


class Loader:
    """Reads subjects as the present transaction sees them, each once."""

    def __init__(self, *, base_url: str) -> None:
        self._base_url = base_url
        self._seen: dict[tuple[str, object], Seen] = {}

    async def load(self, name: str, key: Any) -> Seen:
        """Answer a subject; `key` is its id, for `pieces` a tuple of ids."""
        place = (name, key)
        if place not in self._seen:
            self._seen[place] = await self._read(name, key)
        return self._seen[place]

    async def _read(self, name: str, key: Any) -> Seen:
        if name == "piece":
            return await self._piece(key)
        if name == "pieces":
            return await self._pieces(key)
        whole: msgspec.Struct | None
        try:
            whole = await _whole(name, key)
        except _NOT_FOUND:
            whole = None
        if whole is None:
            return _GONE
        return Seen(state=_shown(whole), content_hash=_hash(whole))

    async def _piece(self, piece_id: int) -> Seen:
        piece = await content.find_piece(piece_id)
        if piece is None:
            return _GONE
        return Seen(state=self._piece_state(piece), content_hash=_hash(piece))

    async def _pieces(self, piece_ids: Sequence[int]) -> Seen:
        found = await content.pieces_named(piece_ids)
        briefs = [
            PieceBrief(
                id=piece.id,
                kind=piece.kind,
                title=piece.title,
                status=piece.status,
                version=piece.version,
                url=self._url(piece),
            )
            for piece in (found.get(piece_id) for piece_id in piece_ids)
            if piece is not None
        ]
        visible = [[brief.id, brief.kind, brief.title, brief.status, brief.url] for brief in briefs]
        return Seen(state=briefs, content_hash=_digest(msgspec.json.encode(visible)))

    def _piece_state(self, piece: Piece) -> PieceState:
        return PieceState(
            id=piece.id,
            kind=piece.kind,
            title=piece.title,
            slug=piece.slug,
            excerpt=piece.excerpt,
            status=piece.status,
            version=piece.version,
            live_version=piece.live_version,
            url=self._url(piece),
            language=piece.language,
            tags=[tag.name for tag in piece.tags],
            authors=[author.name for author in piece.authors],
            series=piece.series.title if piece.series else None,
            featured=piece.featured,
            campaign_id=piece.campaign_id,
            publish_at=piece.publish_instant,
            unpublish_at=piece.unpublish_instant,
            published_at=piece.published_at,
            created_at=piece.created_at,
            updated_at=piece.updated_at,
        )

    def _url(self, piece: PieceSummary) -> str | None:
        is_live = piece.live_version is not None and piece.live_path is not None
        return f"{self._base_url}{piece.live_path}" if is_live else None


async def _delivery(delivery_id: int) -> Delivery:
    return await distribution.get_delivery(delivery_id, base_url="")


_READERS: Final[dict[str, Callable[[int], Awaitable[msgspec.Struct | None]]]] = {
    "tag": tags.get_tag,
    "author": authors.get_author,
    "series": series.get_series,
    "cta": ctas.find_cta,
    "objective": strategy.find_objective,
    "campaign": strategy.find_campaign,
    "channel": distribution.get_channel,
    "delivery": _delivery,
}


async def _whole(name: str, key: Any) -> msgspec.Struct | None:
    if name == "organisation":
        return await accounts.get_organisation()
    return await _READERS[name](key)


_PARTS: Final[dict[type[msgspec.Struct], type[msgspec.Struct]]] = {
    Tag: TagState,
    Author: AuthorState,
    Series: SeriesState,
    Channel: ChannelStanding,
    Organisation: OrganisationState,
}


def _shown(whole: msgspec.Struct) -> msgspec.Struct:
    if isinstance(whole, Delivery):
        return DeliveryOutcome(
            id=whole.id,
            piece_id=whole.piece_id,
            channel_id=whole.channel_id,
            channel=whole.channel.name,
            adapter=whole.channel.adapter,
            state=whole.state,
            remote_url=whole.remote_url,
            sent_at=whole.sent_at,
            reason=whole.reason,
        )
    kind = _PARTS.get(type(whole))
    return whole if kind is None else _part(whole, kind)


def _part(whole: msgspec.Struct, kind: type[msgspec.Struct]) -> msgspec.Struct:
    return kind(**{name: getattr(whole, name) for name in kind.__struct_fields__})


def _hash(whole: msgspec.Struct) -> str:
    visible = {
        name: getattr(whole, name)
        for name in sorted(whole.__struct_fields__)
        if name not in _VOLATILE
    }
    return _digest(msgspec.json.encode(visible, order="deterministic"))


def _digest(encoded: bytes) -> str:
    return hashlib.sha256(encoded).hexdigest()
