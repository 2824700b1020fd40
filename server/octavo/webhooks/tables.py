"""Webhooks, the events kept for them, deliveries and their attempts, as stored. JSON is kept as text."""

from piccolo.columns import Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class WebhookRow(Table, tablename="webhook"):
    """One address that wants to hear of events."""

    id = Serial(primary_key=True)
    code = Varchar(length=16, unique=True)  # what its secrets are sealed to
    name = Varchar(length=120)
    url = Text()
    events = Text(default="[]")  # JSON: names, or "*"
    is_active = Boolean(default=True)
    secret = Text()  # sealed by kernel.vault
    previous_secret = Text(null=True, default=None)  # sealed; signs too, until `previous_until`
    previous_until = Timestamptz(null=True, default=None)
    failures = Integer(default=0)  # attempts failed since the last that did not
    failing_since = Timestamptz(null=True, default=None)
    not_before = Timestamptz(null=True, default=None)  # it fails, or asked us to wait
    last_attempt_at = Timestamptz(null=True, default=None)
    last_status = Integer(null=True, default=None)  # HTTP
    disabled_reason = Text(null=True, default=None)  # why it was turned off by itself
    disabled_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class WebhookEventRow(Table, tablename="webhook_event"):
    """One thing that happened, with the body that every webhook is sent."""

    id = Serial(primary_key=True)
    code = Varchar(length=40, unique=True)  # the `webhook-id`
    type = Varchar(length=60)
    body = Text()
    created_at = Timestamptz(index=True)


class WebhookDeliveryRow(Table, tablename="webhook_delivery"):
    """One event going to one webhook.

    A worker holds a row while `lease_until` is ahead; what it writes is guarded by `fence`.
    """

    id = Serial(primary_key=True)
    webhook_id = ForeignKey(WebhookRow, on_delete=OnDelete.cascade, null=False)
    event_id = ForeignKey(WebhookEventRow, on_delete=OnDelete.cascade, null=False, index=True)
    subject = Varchar(length=80)
    state = Varchar(length=10, default="pending")
    tries = Integer(default=0)
    due_at = Timestamptz(null=True, default=None)  # null: it is over
    owner = Varchar(length=120, default="")
    lease_until = Timestamptz(null=True, default=None)
    fence = Integer(default=0)
    created_at = Timestamptz(index=True)
    done_at = Timestamptz(null=True, default=None)


class WebhookAttemptRow(Table, tablename="webhook_attempt"):
    """One POST that was made, and what came of it."""

    id = Serial(primary_key=True)
    delivery_id = ForeignKey(WebhookDeliveryRow, on_delete=OnDelete.cascade, null=False, index=True)
    started_at = Timestamptz()
    duration_ms = Integer()
    status = Integer(null=True, default=None)  # HTTP; null: no answer
    error = Text(null=True, default=None)
    response = Text(default="")  # the beginning of the answer


TABLES = [WebhookRow, WebhookEventRow, WebhookDeliveryRow, WebhookAttemptRow]
