"""Channels, deliveries and their attempts, as stored.

JSON is kept as text: the same on both engines. `piece_id` has no foreign key because a feature does
not see another's tables; `on_piece_deleted` cancels what is left over.
"""

from piccolo.columns import ForeignKey, Integer, Serial, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class ChannelRow(Table, tablename="channel"):
    """One account, address or list that pieces are delivered to."""

    id = Serial(primary_key=True)
    adapter = Varchar(length=40)
    name = Varchar(length=120)
    code = Varchar(length=60, unique=True)
    settings = Text(default="{}")  # JSON, no secrets
    secrets = Text(default="{}")  # JSON: name -> sealed by kernel.vault for `channel:<code>:<name>`
    state = Varchar(length=8, default="active")
    reason = Text(null=True, default=None)  # why it is blocked
    not_before = Timestamptz(null=True, default=None)  # the network asked us to wait until then
    late_limit_min = Integer(null=True, default=60)  # null: never too late
    limits = Text(null=True, default=None)  # JSON of sdk.Limits
    limits_at = Timestamptz(null=True, default=None)
    account = Text(null=True, default=None)  # JSON of sdk.Account, as `verify` saw it
    verified_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class DeliveryRow(Table, tablename="delivery"):
    """One piece going to one channel at one time.

    A worker holds a row while `lease_until` is ahead; every step it takes is guarded by `fence`,
    which each claim raises.
    """

    id = Serial(primary_key=True)
    piece_id = Integer(index=True)
    channel_id = ForeignKey(ChannelRow, on_delete=OnDelete.restrict, null=False, index=True)
    state = Varchar(length=10, default="planned")
    text = Text(null=True, default=None)  # null: the default text
    send_at = Varchar(length=19, null=True, default=None)  # wall time, null: when the piece is live
    send_zone = Varchar(length=64, null=True, default=None)
    send_fold = SmallInt(null=True, default=None)  # null also in rows of before it was kept
    due_at = Timestamptz(null=True, default=None)  # the instant; null: not known yet
    key = Varchar(length=64, unique=True)
    links = Text(default="[]")  # JSON: [[cta id, path], ...] of its tracked links
    revision_id = Integer(null=True, default=None)  # what was sent
    owner = Varchar(length=120, default="")
    lease_until = Timestamptz(null=True, default=None)
    fence = Integer(default=0)
    first_sent_at = Timestamptz(null=True, default=None)  # the first attempt under this key
    tries = Integer(default=0)  # publishing attempts under this key
    looks = Integer(default=0)  # reconciling attempts since the last one
    next_try_at = Timestamptz(null=True, default=None)
    prepared = Text(null=True, default=None)  # JSON of sdk.Prepared, frozen by the first attempt
    pending = Text(null=True, default=None)  # JSON of sdk.Pending
    remote_id = Text(null=True, default=None)
    remote_url = Text(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    reason = Text(null=True, default=None)  # the last error, or why it is held
    created_by = Integer(null=True, default=None)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class AttemptRow(Table, tablename="delivery_attempt"):
    """One call to the channel for a delivery. `ended_at` null: the worker died, or is at it."""

    id = Serial(primary_key=True)
    delivery_id = ForeignKey(DeliveryRow, on_delete=OnDelete.cascade, null=False, index=True)
    phase = Varchar(length=10)
    started_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    outcome = Varchar(length=24, null=True, default=None)
    status = Integer(null=True, default=None)  # HTTP
    detail = Text(default="")


TABLES = [ChannelRow, DeliveryRow, AttemptRow]
