"""Rows of deploying. Private to this feature."""

from piccolo.columns import (
    BigInt,
    Boolean,
    ForeignKey,
    Integer,
    Serial,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class DeployTargetRow(Table, tablename="deploy_target"):
    """A place that the site is copied to."""

    id = Serial(primary_key=True)
    code = Varchar(
        length=16, unique=True
    )  # what its secrets, its mark and its manifest are tied to
    deployer = Varchar(length=40)
    name = Varchar(length=120)
    settings = Text(default="{}")  # JSON
    secrets = Text(default="{}")  # JSON: name -> sealed by kernel.vault
    is_active = Boolean(default=True)
    release = Varchar(length=60, default="")  # of the site, that it has in full; "epoch:number"
    deployed_at = Timestamptz(null=True, default=None)
    failures = Integer(default=0)  # since the last deployment that did not fail
    not_before = Timestamptz(null=True, default=None)
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class DeployRunRow(Table, tablename="deploy_run"):
    """One deployment to one target: asked for, under way, or over."""

    id = Serial(primary_key=True)
    target_id = ForeignKey(DeployTargetRow, on_delete=OnDelete.cascade, null=False, index=True)
    state = Varchar(length=10, default="waiting")
    reason = Varchar(length=10)  # build, hand, command
    is_full = Boolean(default=False)
    to_put = Integer(default=0)
    to_delete = Integer(default=0)
    put = Integer(default=0)
    same = Integer(default=0)
    deleted = Integer(default=0)
    size_bytes = BigInt(default=0)
    error = Text(null=True, default=None)
    created_at = Timestamptz()
    started_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


TABLES = [DeployTargetRow, DeployRunRow]
