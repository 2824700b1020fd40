"""Tells other systems what happened: every domain event as a signed POST, as Standard Webhooks 1.0 has it.

Owns the webhooks (address, events wanted, secrets), the outbox of events written in the announcing
transaction, and the log of deliveries and their attempts. Delivery is at least once: the same event
has the same `webhook-id` and the same body every time. Stands above every feature, and hears all of
them through `EventBus.subscribe_all`; nobody knows it but the composition root.
"""
