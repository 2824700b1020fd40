"""What accounts announces."""

from octavo.kernel.events import Event


class OrganisationChanged(Event, frozen=True, kw_only=True):
    """The organisation's settings are no longer what they were; every page may show them."""

    version: int


class UserJoined(Event, frozen=True, kw_only=True):
    """A person took an invitation, or was created by the operator."""

    user_id: int
    name: str
    slug: str
