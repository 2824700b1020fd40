"""What can be done to many pieces at once, and what came of it."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from octavo.content.schemas import AuthorIds, Id, Status

Tags = Annotated[list[Annotated[str, Meta(max_length=120)]], Meta(min_length=1, max_length=100)]


class AddTags(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="add_tags",
    tag_field="type",
):
    tags: Tags


class RemoveTags(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="remove_tags",
    tag_field="type",
):
    tags: Tags


class SetCampaign(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="set_campaign",
    tag_field="type",
):
    campaign_id: Id | None


class SetAuthors(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="set_authors",
    tag_field="type",
):
    author_ids: AuthorIds


class SetSeries(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="set_series",
    tag_field="type",
):
    series_id: Id | None


class Move(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="transition",
    tag_field="type",
):
    """A move of every piece to the same state, at the same time if it needs one."""

    to: Status
    publish_at: Annotated[str, Meta(max_length=40)] | None = None
    zone: Annotated[str, Meta(max_length=64)] | None = None
    fold: Literal[0, 1] | None = None
    despite_checks: bool = False


class Delete(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="delete",
    tag_field="type",
):
    pass


BulkAction = AddTags | RemoveTags | SetCampaign | SetAuthors | SetSeries | Move | Delete


class BulkIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One action on up to 500 pieces."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=500)]
    action: BulkAction


class BulkFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A piece that stayed as it was, and why."""

    id: int
    detail: str
    code: str


class BulkDone(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `undo` takes back what was changed for 30 days; None when nothing was."""

    done: list[int]
    failed: list[BulkFailure]
    undo: str | None


class BulkUndo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(min_length=1, max_length=200)]


class BulkUndone(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken back. A deleted piece whose number was given away since has a new one."""

    done: list[int]
    failed: list[BulkFailure]
    new_ids: dict[int, int]


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What a piece was before: values to patch back, a state to move back to, or all its rows."""

    patch: dict[str, Any] | None = None
    status: Status | None = None
    publish_at: str | None = None
    publish_zone: str | None = None
    publish_fold: Literal[0, 1] | None = None
    live_revision_id: int | None = None
    head_revision_id: int | None = None
    plans: dict[str, Any] = {}
    rows: dict[str, list[dict[str, Any]]] | None = None
