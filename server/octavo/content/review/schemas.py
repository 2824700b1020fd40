"""What is said about pieces, as it goes in and out."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from octavo.content.comparing import Run
from octavo.content.schemas import Id, Status, Version

Opinion = Literal["approve", "request_changes"]
Standing = Literal["none", "waiting", "changes_requested", "approved"]
Found = Literal["exact", "context", "fuzzy", "lost"]

PASSAGE_LIMIT = 5_000
"""Code points of one passage that a comment is about."""

Words = Annotated[str, Meta(min_length=1, max_length=10_000)]


class Reviewer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose approval is asked for, or who judged without being asked.

    `revision_id` is what they judged, `number` the version that it was; `is_stale` says that the
    text has changed since. `verdict` is None while they said nothing.
    """

    user_id: int | None
    name: str
    role: str | None
    is_assigned: bool
    is_active: bool
    verdict: Opinion | None
    comment: str
    revision_id: int | None
    number: int | None
    given_at: datetime | None
    is_stale: bool


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the history, newest first."""

    id: int
    user_id: int | None
    name: str
    verdict: Opinion
    comment: str
    revision_id: int
    given_at: datetime
    is_stale: bool


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """Where the review of a piece stands.

    `waits_for` is a sentence for people, empty when nothing is missing. `may_judge` and
    `may_assign` are about whoever asks.
    """

    piece_id: int
    version: int
    status: Status
    revision_id: int
    standing: Standing
    waits_for: str
    reviewers: list[Reviewer]
    verdicts: list[Verdict]
    may_judge: bool
    may_assign: bool


class ReviewersIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All reviewers of a piece that is still at `version`."""

    version: Version
    reviewer_ids: Annotated[list[Id], Meta(max_length=20)]


class VerdictIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A judgement of the piece at `version`. Asking for changes needs a comment that says which."""

    version: Version
    verdict: Opinion
    comment: Annotated[str, Meta(max_length=10_000)] = ""


class AnchorIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A passage of a revision's body. Offsets count code points; `end` is the first one after."""

    revision_id: Id
    start: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    end: Annotated[int, Meta(ge=1, le=2**31 - 1)]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    start: int
    end: int


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """The passage that a comment is about, as it was, and where it is in the text as it is now.

    `found` says how: word by word, by what stands around it, or by likeness. `place` is None when
    it is lost.
    """

    revision_id: int
    start: int
    end: int
    quote: str
    found: Found
    place: Place | None


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment. `parent_id` is the one it answers. A deleted one with answers keeps its place."""

    id: int
    piece_id: int
    parent_id: int | None
    user_id: int | None
    name: str
    body: str
    anchor: Anchor | None
    is_resolved: bool
    resolved_by: str
    resolved_at: datetime | None
    created_at: datetime
    edited_at: datetime | None
    is_deleted: bool
    is_own: bool


class CommentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    body: Words
    parent_id: Id | None = None
    anchor: AnchorIn | None = None


class CommentPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    body: Words | UnsetType = UNSET
    resolved: bool | UnsetType = UNSET


class Present(msgspec.Struct, frozen=True, kw_only=True):
    user_id: int
    name: str
    seen_at: datetime


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Who else has the piece open, and the version it is at."""

    version: int
    others: list[Present]


class FieldDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in one field.

    The `same` and `delete` runs are the older text, the `same` and `insert` runs the newer;
    `grain` is `line` where the two were too different to be compared by word.
    """

    field: str
    is_changed: bool
    grain: Literal["word", "line"]
    runs: list[Run]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two revisions side by side; title, excerpt and body always, other fields when they differ."""

    piece_id: int
    from_id: int
    to_id: int
    fields: list[FieldDifference]


class RestoreIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Version
    revision_id: Id


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """What both sides changed differently.

    In a text, `start` and `end` say where mine stands in the proposal (code points); other fields
    have None there, and their values as they are.
    """

    field: str
    base: Any
    mine: Any
    theirs: Any
    start: int | None = None
    end: int | None = None


class MergeProposal(msgspec.Struct, frozen=True, kw_only=True):
    """Both changes in one: send it back with the version of `current`.

    Where the two clash it holds mine, and `conflicts` has both. `values` are the other fields that
    the patch named.
    """

    base_revision_id: int
    title: str
    body: str
    excerpt: str
    values: dict[str, Any]
    clean: bool
    conflicts: list[Conflict]
