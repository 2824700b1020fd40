"""Calls to action and the pieces they stand on, as stored.

`objective_id` and `piece_id` name rows of other features, whose tables are private to them:
existence is checked through their queries.
"""

from piccolo.columns import BigInt, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class CtaRow(Table, tablename="cta"):
    """One call to action. Of `expected_count` and `expected_ppm` exactly one is set.

    `linked_version` is the version whose destination every tracked link is known to have.
    """

    id = Serial(primary_key=True)
    slug = Varchar(length=80, unique=True)
    label = Varchar(length=120)
    action = Varchar(length=16)
    destination_url = Text()
    objective_id = Integer(null=True, default=None, index=True)
    expected_count = BigInt(null=True, default=None)
    expected_ppm = Integer(null=True, default=None)  # a rate, in parts per million
    version = Integer(default=1)
    linked_version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    archived_at = Timestamptz(null=True, default=None)


class PieceCtaRow(Table, tablename="piece_cta"):
    """A call to action on a piece. Unique: (piece_id, cta_id).

    Without an expectation of its own that of the call to action holds.
    """

    id = Serial(primary_key=True)
    piece_id = Integer()
    cta_id = ForeignKey(CtaRow, on_delete=OnDelete.restrict, null=False, index=True)
    position = Integer()
    expected_count = BigInt(null=True, default=None)
    expected_ppm = Integer(null=True, default=None)


TABLES = [CtaRow, PieceCtaRow]
