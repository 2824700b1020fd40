"""What an adapter may raise: each error tells the host what to do next.

    AdapterError
      TransientError          try again later; `safe_to_retry=False`: look first, it may be there
      RateLimitedError        try again after `retry_after`; the whole `scope` waits
      AuthExpiredError        block the channel and hold its queue until somebody reconnects it
      PermissionMissingError  the same, and name the scopes that are missing
      AdapterOutdatedError    the network retired the API we speak: tell the operator
      RejectedError           never for this content; a person must change it
      AlreadyExistsError      it is there already: a success
      UnsupportedError        this channel cannot do that

Nothing else may leave an adapter; the host treats anything else as a bug in it and, because the
request may have arrived, as an unknown outcome.
"""

from datetime import timedelta
from typing import Literal

__all__ = [
    "AdapterError",
    "AdapterOutdatedError",
    "AlreadyExistsError",
    "AuthExpiredError",
    "PermissionMissingError",
    "RateLimitedError",
    "RejectedError",
    "TransientError",
    "UnsupportedError",
]

RateScope = Literal["account", "app", "instance"]


class AdapterError(Exception):
    """Base of all. `reason` is shown to people and stored: never put a secret or a body in it."""

    def __init__(self, reason: str, *, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class TransientError(AdapterError):
    """It failed for now.

    Attributes:
        safe_to_retry: False when the request may have reached the network and been accepted. The
            host then reconciles before it sends again.
        retry_after: how long the network asked us to wait, if it did.
    """

    def __init__(
        self,
        reason: str,
        *,
        safe_to_retry: bool,
        retry_after: timedelta | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(reason, status=status)
        self.safe_to_retry = safe_to_retry
        self.retry_after = retry_after


class RateLimitedError(AdapterError):
    """Refused for now because of too many requests; nothing was published."""

    def __init__(
        self,
        reason: str,
        *,
        retry_after: timedelta | None = None,
        scope: RateScope = "account",
        status: int | None = 429,
    ) -> None:
        super().__init__(reason, status=status)
        self.retry_after = retry_after
        self.scope = scope


class AuthExpiredError(AdapterError):
    """The credentials are no longer good. `refreshable` says whether `refresh` may mend it."""

    def __init__(self, reason: str, *, refreshable: bool = False, status: int | None = 401) -> None:
        super().__init__(reason, status=status)
        self.refreshable = refreshable


class PermissionMissingError(AdapterError):
    """The credentials are good but may not do this."""

    def __init__(
        self, reason: str, *, scopes: tuple[str, ...] = (), status: int | None = 403
    ) -> None:
        super().__init__(reason, status=status)
        self.scopes = scopes


class RejectedError(AdapterError):
    """The network will never take this content as it is. `field` names what to change."""

    def __init__(
        self,
        reason: str,
        *,
        code: str = "rejected",
        field: str = "text",
        status: int | None = None,
    ) -> None:
        super().__init__(reason, status=status)
        self.code = code
        self.field = field


class AlreadyExistsError(AdapterError):
    """The network has it already; the host stores the id and calls it sent."""

    def __init__(self, remote_id: str, url: str | None = None) -> None:
        super().__init__(f"already there as {remote_id}")
        self.remote_id = remote_id
        self.url = url


class AdapterOutdatedError(AdapterError):
    """The network retired the API version this adapter speaks; `hint` says what to install."""

    def __init__(self, hint: str, *, status: int | None = None) -> None:
        super().__init__(hint, status=status)
        self.hint = hint


class UnsupportedError(AdapterError):
    """This channel cannot do `feature`."""

    def __init__(self, feature: str) -> None:
        super().__init__(f"this channel cannot {feature}")
        self.feature = feature
