"""Actions on many pieces, and what each piece was before."""

from piccolo.columns import Bytea, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class BulkRow(Table, tablename="bulk_action"):
    """One action that somebody took on many pieces."""

    id = Serial(primary_key=True)
    token_hash = Varchar(length=64, unique=True)
    principal = Varchar(length=24)
    action = Text()  # JSON
    created_at = Timestamptz()
    expires_at = Timestamptz(index=True)


class BulkItemRow(Table, tablename="bulk_item"):
    """A piece that the action changed. No key: it may be gone, which can be undone, too."""

    id = Serial(primary_key=True)
    bulk_id = ForeignKey(BulkRow, on_delete=OnDelete.cascade, null=False, index=True)
    piece_id = Integer()
    version = Integer()  # that the action left it at
    before = Bytea(default=b"")  # compressed JSON
    undone_at = Timestamptz(null=True, default=None)


BULK_TABLES = [BulkRow, BulkItemRow]
