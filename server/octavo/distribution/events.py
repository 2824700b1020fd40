"""What distribution announces."""

from octavo.kernel.events import Event


class ChannelChanged(Event, frozen=True, kw_only=True):
    """A channel was set up, changed, tested, blocked or set going again."""

    channel_id: int


class DeliveryPlanned(Event, frozen=True, kw_only=True):
    """A piece is to go to a channel: for the first time, or again."""

    delivery_id: int
    piece_id: int
    channel_id: int


class DeliveryCancelled(Event, frozen=True, kw_only=True):
    """A delivery that was not out was taken back."""

    delivery_id: int
    piece_id: int
    channel_id: int


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
