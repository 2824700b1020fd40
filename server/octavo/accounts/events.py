"""What accounts announces."""

from octavo.kernel.events import Event


class OrganisationChanged(Event):
    """The organisation's settings are no longer what they were; every page may show them."""

    version: int


class UserJoined(Event):
    """A person took an invitation, or was created by the operator."""

    user_id: int
    name: str
    slug: str
