"""How distribution says no."""

from octavo.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)


class ChannelNotFoundError(NotFoundError):
    code = "channel_not_found"


class DeliveryNotFoundError(NotFoundError):
    code = "delivery_not_found"


class AdapterUnavailableError(UnavailableError):
    """The plugin of this channel is missing or broken; the message says why."""

    code = "adapter_unavailable"


class AdapterUnknownError(InvalidInputError):
    code = "adapter_unknown"


class StaleChannelError(ConflictError):
    code = "stale_version"


class ChannelCodeTakenError(ConflictError):
    code = "channel_code_taken"


class InvalidChannelError(InvalidInputError):
    code = "invalid_channel"


class InvalidDeliveryError(InvalidInputError):
    code = "invalid_delivery"


class DeliveryExistsError(ConflictError):
    """The same piece is already on its way to the same channel."""

    code = "delivery_exists"


class DeliveryStateError(ConflictError):
    """What was asked cannot be done to a delivery in this state."""

    code = "delivery_state"


class ChannelRefusedError(RefusedError):
    """The channel did not accept our settings; the message is its own."""

    code = "channel_refused"
