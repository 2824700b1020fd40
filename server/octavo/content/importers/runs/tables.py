"""Imports in the background, and what became of each item."""

from piccolo.columns import BigInt, Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.reference import LazyTableReference
from piccolo.table import Table

_USER = LazyTableReference("UserRow", module_path="octavo.accounts.tables")


class ImportRunRow(Table, tablename="import_run"):
    """One import, from the upload to its report."""

    id = Serial(primary_key=True)
    format = Varchar(length=12)
    name = Varchar(length=255)  # what the file was called
    file = Varchar(length=200)  # where it lies below the folder of imports; empty once done
    options = Text(default="{}")  # JSON
    dry_run = Boolean(default=False)
    state = Varchar(length=8, index=True)  # waiting, running, done, failed
    phase = Varchar(length=12, default="")
    done = BigInt(default=0)
    total = BigInt(default=0)
    notes = Text(default="[]")  # JSON
    error = Text(default="")
    attempts = Integer(default=0)
    created_by: ForeignKey = ForeignKey(_USER, null=True, default=None, on_delete=OnDelete.set_null)
    created_by_name = Varchar(length=120, default="")
    created_at = Timestamptz()
    started_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)


class ImportReportRow(Table, tablename="import_report"):
    """What became of one item. `number` is its place in the source."""

    id = Serial(primary_key=True)
    run_id = ForeignKey(ImportRunRow, on_delete=OnDelete.cascade, null=False, index=False)
    number = Integer()
    outcome = Varchar(length=10)
    warnings = Integer(default=0)
    row = Text()  # JSON


RUN_TABLES = [ImportRunRow, ImportReportRow]
