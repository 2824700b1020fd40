"""What previews answer and take."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from octavo.content.schemas import Id

__all__ = ["PreviewLink", "PreviewLinkIn", "PreviewLinkMade", "Shared"]


class PreviewLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link to a preview without its address, which is seen once. `revision_id` None is the text of now."""

    id: int
    piece_id: int
    revision_id: int | None
    created_by: int | None
    created_by_name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None


class PreviewLinkMade(PreviewLink, frozen=True, kw_only=True):
    """The only time that the address is seen."""

    url: str


class PreviewLinkIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new link: for how many days, and to which revision; without one, to what the text is then."""

    days: Annotated[int, Meta(ge=1, le=90)] = 7
    revision_id: Id | None = None


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """What a token leads to."""

    id: int
    piece_id: int
    revision_id: int | None
    expires_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
