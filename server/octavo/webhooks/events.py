"""What webhooks announce."""

from octavo.kernel.events import Event


class WebhookDisabled(Event, frozen=True, kw_only=True):
    """A webhook was turned off by itself, because its receiver is gone or fails for days."""

    webhook_id: int
    name: str
    reason: str
