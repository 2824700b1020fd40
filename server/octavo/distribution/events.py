"""What distribution announces."""

from octavo.kernel.events import Event


class DeliverySent(Event, frozen=True, kw_only=True):
    """The channel has it."""

    delivery_id: int
    piece_id: int
    channel_id: int
    remote_url: str | None


class DeliveryFailed(Event, frozen=True, kw_only=True):
    """A person has to look: `state` is `failed`, `unknown` or `held`."""

    delivery_id: int
    piece_id: int
    channel_id: int
    state: str
    reason: str
