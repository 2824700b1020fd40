"""What tracking refuses."""

from octavo.kernel.errors import InvalidInputError, NotFoundError


class BadDestinationError(InvalidInputError):
    """The address cannot stand in a Location header."""


class ChannelUnknownError(NotFoundError):
    """No channel of that id was made known to tracking."""

    code = "channel_unknown"
