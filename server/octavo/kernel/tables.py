"""What the kernel itself keeps: leases, remembered answers, and how often somebody tried."""

from piccolo.columns import Boolean, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class LeaseRow(Table, tablename="kernel_lease"):
    """Who may do a job that only one process does at a time, and until when."""

    id = Serial(primary_key=True)
    name = Varchar(length=80, unique=True)
    owner = Varchar(length=120)
    until = Timestamptz()


class IdempotencyRow(Table, tablename="kernel_idempotency"):
    """A creating request that carries a key, and its answer once there is one."""

    id = Serial(primary_key=True)
    key = Varchar(length=64, unique=True)  # fingerprint of principal, path and key
    request_hash = Varchar(length=64)
    owner = Varchar(length=64)  # the attempt that may go on; another takes over after `until`
    until = Timestamptz()
    # Set in the very transaction that stores what the request does.
    committed = Boolean(default=False)
    status = Integer(null=True, default=None)  # null while there is no answer
    headers = Text(default="[]")  # JSON
    body = Text(default="")  # sealed: an answer may hold a secret that is shown once
    created_at = Timestamptz(index=True)


class AttemptCountRow(Table, tablename="kernel_attempt_count"):
    """How often something was tried since `window_start`."""

    id = Serial(primary_key=True)
    name = Varchar(length=120, unique=True)  # a fingerprint when the name is personal
    tries = Integer(default=0)
    window_start = Timestamptz(index=True)


TABLES = [LeaseRow, IdempotencyRow, AttemptCountRow]
