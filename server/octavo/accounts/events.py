"""What accounts announces."""

from octavo.kernel.events import Event


class OrganisationChanged(Event, frozen=True, kw_only=True):
    """The organisation's settings are no longer what they were; every page may show them.

    `fields` names those that are others now.
    """

    version: int
    fields: tuple[str, ...] = ()


class OrganisationRezoned(Event, frozen=True, kw_only=True):
    """The organisation is in another zone, both by their IANA names.

    Whoever hears it may still refuse: see `content.rezoning`.
    """

    before: str
    after: str


class UserJoined(Event, frozen=True, kw_only=True):
    """A person took an invitation, or was created by the operator."""

    user_id: int
    name: str
    slug: str


class UserInvited(Event, frozen=True, kw_only=True):
    """An invitation was made; whoever takes it joins in this role."""

    role: str


class UserChanged(Event, frozen=True, kw_only=True):
    """A person's name, role or standing is another."""

    user_id: int
    name: str
    role: str
    is_active: bool


class KeyMade(Event, frozen=True, kw_only=True):
    """There is a new API key; `prefix` tells it from others."""

    key_id: int
    name: str
    scope: str
    prefix: str


class KeyRevoked(Event, frozen=True, kw_only=True):
    """An API key does not work any more."""

    key_id: int
