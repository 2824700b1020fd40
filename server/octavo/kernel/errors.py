"""The failures that a feature may raise, by what the caller can do about them.

    OctavoError
      NotFoundError      404  the thing named is not there
      ConflictError      409  the thing moved on, or the name is taken; carries `current` when known
      RefusedError       422  the request was understood and may not be done as asked
        InvalidInputError  400  one or more fields are wrong; carries `fields`
      ForbiddenError     403  this actor may not do that
      UnauthenticatedError 401  no actor
      TooManyRequestsError 429  try again after `retry_after_s`
      UnavailableError   503  something we depend on did not answer

Features subclass these and put the ids into attributes; `kernel.problem` turns them into RFC 9457
problem details. A message is written for the person who can act on it.
"""

from typing import Any, ClassVar

__all__ = [
    "ConflictError",
    "FieldError",
    "ForbiddenError",
    "InvalidInputError",
    "NotFoundError",
    "OctavoError",
    "RefusedError",
    "TooManyRequestsError",
    "UnauthenticatedError",
    "UnavailableError",
]

import msgspec


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """One wrong field: `field` is a path such as `title` or `destination.url`."""

    field: str
    message: str
    code: str = "invalid"


class OctavoError(Exception):
    """Base of everything that is our word for "no".

    Attributes:
        status: the HTTP status that says the same.
        code: a stable, machine-readable name (`piece_not_found`), the tail of the problem's `type`.
        fields: the fields that are wrong, where that can be said.
        extra: members added to the problem document.
    """

    status: ClassVar[int] = 500
    code: str = "error"
    fields: tuple[FieldError, ...] = ()

    def __init__(self, message: str, *, code: str | None = None, **extra: Any) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.extra = extra

    @property
    def message(self) -> str:
        """The sentence a person reads."""
        return str(self.args[0])


class NotFoundError(OctavoError):
    """The thing named is not there (or the actor may not know that it is)."""

    status = 404
    code = "not_found"


class ConflictError(OctavoError):
    """The thing is no longer what the caller read. `extra["current"]` holds it when known."""

    status = 409
    code = "conflict"


class RefusedError(OctavoError):
    """Understood, and may not be done as asked."""

    status = 422
    code = "refused"


class InvalidInputError(RefusedError):
    """One or more fields are wrong; all that are known to be wrong are listed."""

    status = 400
    code = "invalid_input"

    def __init__(self, message: str, *fields: FieldError, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.fields = fields


class ForbiddenError(OctavoError):
    """This actor may not do that."""

    status = 403
    code = "forbidden"


class UnauthenticatedError(OctavoError):
    """There is no actor: no session, no key, or neither is valid any more."""

    status = 401
    code = "unauthenticated"


class TooManyRequestsError(OctavoError):
    """Asked too often; `retry_after_s` says when to come back."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnavailableError(OctavoError):
    """Something we depend on did not answer."""

    status = 503
    code = "unavailable"
