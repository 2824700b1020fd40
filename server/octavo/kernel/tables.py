"""What the kernel itself keeps: leases, remembered answers, and how often somebody tried."""

from piccolo.columns import Bytea, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class LeaseRow(Table, tablename="kernel_lease"):
    """Who may do a job that only one process does at a time, and until when."""

    id = Serial(primary_key=True)
    name = Varchar(length=80, unique=True)
    owner = Varchar(length=120)
    until = Timestamptz()


class IdempotencyRow(Table, tablename="kernel_idempotency"):
    """The answer to a creating request, so that repeating the request repeats the answer."""

    id = Serial(primary_key=True)
    key = Varchar(length=64, unique=True)  # fingerprint of principal, method, path and key
    request_hash = Varchar(length=64)
    status = Integer(null=True, default=None)  # null while the first request runs
    headers = Text(default="[]")  # JSON
    body = Bytea(null=True, default=None)
    created_at = Timestamptz(index=True)


class AttemptCountRow(Table, tablename="kernel_attempt_count"):
    """How often something was tried since `window_start`."""

    id = Serial(primary_key=True)
    name = Varchar(length=120, unique=True)  # a fingerprint when the name is personal
    tries = Integer(default=0)
    window_start = Timestamptz(index=True)


TABLES = [LeaseRow, IdempotencyRow, AttemptCountRow]
