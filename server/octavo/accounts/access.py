"""Who may do what: the one table, and the guards that ask it.

`docs/roles.md` is this table in words; `tests/accounts/test_access.py` holds the two together.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from octavo.accounts.schemas import Actor, Role
from octavo.kernel.errors import ForbiddenError, UnauthenticatedError

if TYPE_CHECKING:  # whoever asks who may do what need not load a web framework
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler

    Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]

__all__ = ["ACTOR_KEY", "TABLE", "Action", "actions_of", "can", "may", "require"]

ACTOR_KEY = "octavo.actor"
"""Where authentication leaves the actor in the ASGI scope."""


class Action(StrEnum):
    """What a role may or may not do."""

    READ_PUBLISHED = "read_published"  # what readers see anyway, as data
    READ = "read"  # the plan, drafts included
    WRITE = "write"  # create and edit pieces, tags, media
    REVIEW = "review"  # approve, publish, archive anybody's work
    SCHEDULE = "schedule"  # give a piece its time
    PLAN = "plan"  # objectives, campaigns, calls to action
    DELIVER = "deliver"  # plan, cancel, retry deliveries
    MEASURE = "measure"  # outcomes and statistics
    CONFIGURE = "configure"  # organisation, channels and webhooks with their secrets
    MANAGE_USERS = "manage_users"
    MANAGE_KEYS = "manage_keys"
    AUDIT = "audit"


_WRITER = frozenset(
    {
        Action.READ_PUBLISHED,
        Action.READ,
        Action.WRITE,
        Action.SCHEDULE,
        Action.PLAN,
        Action.DELIVER,
        Action.MEASURE,
    }
)

TABLE: dict[Role, frozenset[Action]] = {
    "owner": frozenset(Action),
    "editor": _WRITER | {Action.REVIEW, Action.CONFIGURE, Action.AUDIT},
    "writer": _WRITER,
    "marketer": frozenset(
        {Action.READ_PUBLISHED, Action.READ, Action.PLAN, Action.DELIVER, Action.MEASURE}
    ),
    "reader": frozenset({Action.READ_PUBLISHED}),
}


def can(actor: Actor, action: Action) -> bool:
    """Say whether the actor's role allows the action."""
    return action in TABLE[actor.role]


def actions_of(actor: Actor) -> list[str]:
    """List what the actor may do, for a user interface to show or hide things by."""
    return sorted(TABLE[actor.role])


def require(actor: Actor, action: Action) -> None:
    """Pass if the actor may do it.

    Raises:
        ForbiddenError: the role does not allow it; the message names both.
    """
    if not can(actor, action):
        msg = f"the role {actor.role} may not {action.value.replace('_', ' ')}"
        raise ForbiddenError(msg, action=action.value)


def may(action: Action) -> "Callable[[Connection, BaseRouteHandler], None]":
    """Make a route guard that lets only actors through who may do `action`."""

    def guard(connection: "Connection", _handler: "BaseRouteHandler") -> None:
        require(actor_of(connection), action)

    return guard


def actor_of(connection: "Connection") -> Actor:
    """Answer who makes this request.

    Raises:
        UnauthenticatedError: nobody we know.
    """
    actor = connection.scope.get(ACTOR_KEY)
    if not isinstance(actor, Actor):
        raise UnauthenticatedError("sign in, or send an API key as `Authorization: Bearer …`")
    return actor
