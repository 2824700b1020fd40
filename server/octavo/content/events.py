"""What content announces. Lists of ids are in the piece's own order."""

from datetime import datetime

import msgspec

from octavo.kernel.events import Event, Question


class LiveState(msgspec.Struct, frozen=True, kw_only=True):
    """What readers saw of a piece before a change."""

    path: str
    published_at: datetime
    tag_ids: tuple[int, ...]
    author_ids: tuple[int, ...]


class PieceCreated(Event, frozen=True, kw_only=True):
    """A piece entered the plan."""

    piece_id: int
    kind: str


class PublicationAsked(Question, frozen=True, kw_only=True):
    """Somebody is about to put the present text of a piece before readers, now or at a time.

    Asked within the transaction of the move, before anything of it is written.
    """

    piece_id: int


class PieceChanged(Event, frozen=True, kw_only=True):
    """What writers see of a piece changed; readers see no difference."""

    piece_id: int
    version: int


class PieceMoved(Event, frozen=True, kw_only=True):
    """A piece went from one state to another."""

    piece_id: int
    before: str
    after: str


class PieceScheduled(Event, frozen=True, kw_only=True):
    """A piece has a time; it goes live by itself."""

    piece_id: int
    instant: datetime


class PiecePublished(Event, frozen=True, kw_only=True):
    """Readers are to see this revision. `previous` is what they saw until now, if anything.

    `first` = the piece was never published before; `live_at` is the moment of this publication.
    """

    piece_id: int
    kind: str
    revision_id: int
    first: bool
    path: str
    published_at: datetime
    live_at: datetime
    tag_ids: tuple[int, ...]
    author_ids: tuple[int, ...]
    previous: LiveState | None


class PieceWithdrawn(Event, frozen=True, kw_only=True):
    """Readers are to see the piece no more."""

    piece_id: int
    kind: str
    path: str
    published_at: datetime
    tag_ids: tuple[int, ...]
    author_ids: tuple[int, ...]


class PieceDeleted(Event, frozen=True, kw_only=True):
    """A piece that was not live is gone, with its revisions."""

    piece_id: int
    kind: str


class PiecesImported(Event, frozen=True, kw_only=True):
    """A batch came in from elsewhere; announced once per batch in place of one event for each.

    `live_ids` are those of them that readers see now.
    """

    piece_ids: tuple[int, ...]
    live_ids: tuple[int, ...]


class PiecesRepathed(Event, frozen=True, kw_only=True):
    """The permalink pattern changed: every live piece may be elsewhere now."""

    piece_ids: tuple[int, ...]


class RedirectsChanged(Event, frozen=True, kw_only=True):
    """Redirects from these paths were made, changed or removed."""

    paths: tuple[str, ...]


class PieceTranslated(Event, frozen=True, kw_only=True):
    """A piece was made from another one, to be put into another language."""

    piece_id: int
    original_id: int
    language: str


class TranslationsChanged(Event, frozen=True, kw_only=True):
    """These pieces became translations of others, or are it no more."""

    piece_ids: tuple[int, ...]


class TagCreated(Event, frozen=True, kw_only=True):
    """Somebody made a tag by itself; tags that come with a piece are in the events of the piece."""

    tag_id: int


class SeriesChanged(Event, frozen=True, kw_only=True):
    """A series was made, changed or deleted; `piece_ids` are those in it."""

    series_id: int
    piece_ids: tuple[int, ...]


class AuthorCreated(Event, frozen=True, kw_only=True):
    """Somebody made a byline by itself."""

    author_id: int


class TagChanged(Event, frozen=True, kw_only=True):
    """A tag's name, slug or description changed, or it is gone."""

    tag_id: int
    piece_ids: tuple[int, ...]
    old_slug: str


class AuthorChanged(Event, frozen=True, kw_only=True):
    """A byline's name, slug, bio or website changed."""

    author_id: int
    piece_ids: tuple[int, ...]
    old_slug: str


class ReviewersChanged(Event, frozen=True, kw_only=True):
    """Other people than before are to review a piece."""

    piece_id: int
    reviewer_ids: tuple[int, ...]


class ReviewRequested(Event, frozen=True, kw_only=True):
    """A piece waits for these people: it came into review, or they were asked meanwhile."""

    piece_id: int
    reviewer_ids: tuple[int, ...]


class ReviewGiven(Event, frozen=True, kw_only=True):
    """Somebody judged one revision of a piece: `approve` or `request_changes`."""

    piece_id: int
    revision_id: int
    verdict: str
    user_id: int | None
    name: str


class CommentAdded(Event, frozen=True, kw_only=True):
    """Somebody commented on a piece, or answered a comment (`parent_id`)."""

    piece_id: int
    comment_id: int
    parent_id: int | None
    user_id: int | None
    name: str


class CommentChanged(Event, frozen=True, kw_only=True):
    """Somebody put their comment into other words."""

    piece_id: int
    comment_id: int


class CommentResolved(Event, frozen=True, kw_only=True):
    """A comment was dealt with, or (`is_resolved` false) opened again."""

    piece_id: int
    comment_id: int
    is_resolved: bool


class CommentDeleted(Event, frozen=True, kw_only=True):
    """A comment's words are gone."""

    piece_id: int
    comment_id: int


class MediaAdded(Event, frozen=True, kw_only=True):
    """A file came into the media library; importers say what they took in as a whole."""

    media_id: int
    kind: str


class MediaChanged(Event, frozen=True, kw_only=True):
    """What is said of a file changed: its name, alt text, caption, credit, licence or focus."""

    media_id: int
    version: int


class MediaReplaced(Event, frozen=True, kw_only=True):
    """A file has other bytes under the same address, `/media/<path>`."""

    media_id: int
    path: str


class MediaDeleted(Event, frozen=True, kw_only=True):
    """A file is gone from the media library; its address was `/media/<path>`."""

    media_id: int
    path: str
