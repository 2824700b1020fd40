"""Reviewers, verdicts, comments and presence, as stored."""

from piccolo.columns import Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.reference import LazyTableReference
from piccolo.table import Table

from octavo.content.tables import PieceRow

_USER = LazyTableReference("UserRow", module_path="octavo.accounts.tables")


class ReviewerRow(Table, tablename="piece_reviewer"):
    """Somebody whose approval a piece waits for."""

    id = Serial(primary_key=True)
    piece_id = ForeignKey(PieceRow, on_delete=OnDelete.cascade, null=False, index=False)
    user_id: ForeignKey = ForeignKey(_USER, on_delete=OnDelete.cascade, null=False, index=True)
    created_at = Timestamptz()


class VerdictRow(Table, tablename="piece_verdict"):
    """What somebody said about one revision. The last one of each person counts."""

    id = Serial(primary_key=True)
    piece_id = ForeignKey(PieceRow, on_delete=OnDelete.cascade, null=False, index=False)
    revision_id = Integer()
    principal = Varchar(length=24)  # user:3, key:1
    user_id: ForeignKey = ForeignKey(_USER, null=True, default=None, on_delete=OnDelete.set_null)
    name = Varchar(length=120)
    may_review = Boolean(default=False)  # their role judged anybody's work when they gave it
    verdict = Varchar(length=16)  # approve, request_changes
    comment = Text(default="")
    created_at = Timestamptz()


class CommentRow(Table, tablename="piece_comment"):
    """A comment on a piece, a passage of it, or another comment."""

    id = Serial(primary_key=True)
    piece_id = ForeignKey(PieceRow, on_delete=OnDelete.cascade, null=False, index=False)
    parent_id = Integer(null=True, default=None)
    principal = Varchar(length=24)
    user_id: ForeignKey = ForeignKey(_USER, null=True, default=None, on_delete=OnDelete.set_null)
    name = Varchar(length=120)
    body = Text()
    revision_id = Integer(null=True, default=None)  # of the passage; None = the whole piece
    start = Integer(default=0)  # code points of the body
    stop = Integer(default=0)
    quote = Text(default="")
    before = Text(default="")
    after = Text(default="")
    resolved_at = Timestamptz(null=True, default=None)
    resolved_by = Varchar(length=120, default="")
    created_at = Timestamptz()
    edited_at = Timestamptz(null=True, default=None)
    deleted_at = Timestamptz(null=True, default=None)  # words gone, replies stay


class PresenceRow(Table, tablename="piece_presence"):
    """Somebody has the piece open, or had it a moment ago."""

    id = Serial(primary_key=True)
    piece_id = ForeignKey(PieceRow, on_delete=OnDelete.cascade, null=False, index=False)
    user_id: ForeignKey = ForeignKey(_USER, on_delete=OnDelete.cascade, null=False, index=True)
    seen_at = Timestamptz()


REVIEW_TABLES = [ReviewerRow, VerdictRow, CommentRow, PresenceRow]
