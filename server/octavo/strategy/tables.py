"""Objectives and campaigns, as stored."""

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class ObjectiveRow(Table, tablename="objective"):
    """What is to be achieved: a metric, a target value, a period."""

    id = Serial(primary_key=True)
    name = Varchar(length=200)
    metric = Varchar(length=20)
    unit = Varchar(length=40, default="")  # what a custom metric counts
    target = BigInt()
    starts_on = Date(null=True, default=None)
    ends_on = Date(null=True, default=None)
    note = Text(default="")
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    archived_at = Timestamptz(null=True, default=None)


class CampaignRow(Table, tablename="campaign"):
    """A time-boxed initiative under an objective."""

    id = Serial(primary_key=True)
    name = Varchar(length=200)
    kind = Varchar(length=12)
    objective_id = ForeignKey(
        ObjectiveRow, null=True, default=None, on_delete=OnDelete.restrict, index=True
    )
    starts_on = Date(null=True, default=None)
    ends_on = Date(null=True, default=None)
    note = Text(default="")
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    archived_at = Timestamptz(null=True, default=None)


TABLES = [ObjectiveRow, CampaignRow]
