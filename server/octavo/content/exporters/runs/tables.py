"""Exports in the background."""

from piccolo.columns import BigInt, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.reference import LazyTableReference
from piccolo.table import Table

_USER = LazyTableReference("UserRow", module_path="octavo.accounts.tables")


class ExportRunRow(Table, tablename="export_run"):
    """One export, from the wish to the file. The file lies in the folder named by the id."""

    id = Serial(primary_key=True)
    format = Varchar(length=12)
    state = Varchar(length=8, index=True)  # waiting, running, done, failed
    done = BigInt(default=0)
    total = BigInt(default=0)
    counts = Text(default="{}")  # JSON
    notes = Text(default="[]")  # JSON
    error = Text(default="")
    name = Varchar(length=80, default="")  # of the file; empty until it is whole
    size = BigInt(default=0)
    attempts = Integer(default=0)
    created_by: ForeignKey = ForeignKey(_USER, null=True, default=None, on_delete=OnDelete.set_null)
    created_by_name = Varchar(length=120, default="")
    created_at = Timestamptz()
    started_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)


EXPORT_TABLES = [ExportRunRow]
