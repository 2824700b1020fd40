"""How webhooks say no."""

from octavo.kernel.errors import ConflictError, InvalidInputError, NotFoundError, RefusedError


class WebhookNotFoundError(NotFoundError):
    code = "webhook_not_found"


class WebhookDeliveryNotFoundError(NotFoundError):
    code = "webhook_delivery_not_found"


class StaleWebhookError(ConflictError):
    code = "stale_version"


class InvalidWebhookError(InvalidInputError):
    code = "invalid_webhook"


class TooManyWebhooksError(RefusedError):
    code = "too_many_webhooks"


class WebhookInactiveError(ConflictError):
    """What was asked makes no sense while the webhook is turned off."""

    code = "webhook_inactive"


class WebhookBrokenError(ConflictError):
    """The secret of the webhook cannot be opened any more."""

    code = "webhook_broken"
