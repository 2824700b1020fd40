"""Octavo adapter: a signed webhook, as Standard Webhooks 1.0 has it."""

from octavo_webhook.adapter import WebhookAdapter, WebhookSettings

__all__ = ["WebhookAdapter", "WebhookSettings"]
