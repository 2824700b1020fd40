"""How accounts says no."""

from octavo.kernel.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    UnauthenticatedError,
)


class WrongCredentialsError(UnauthenticatedError):
    """E-mail or password is wrong; which of them is not said."""

    code = "wrong_credentials"


class InvitationGoneError(NotFoundError):
    """The invitation does not exist, was used, or is too old."""

    code = "invitation_gone"


class UserNotFoundError(NotFoundError):
    code = "user_not_found"


class KeyNotFoundError(NotFoundError):
    code = "key_not_found"


class EmailTakenError(ConflictError):
    code = "email_taken"
    fields = (FieldError(field="email", message="belongs to somebody else", code="taken"),)


class LastOwnerError(RefusedError):
    """Somebody must be able to invite the others."""

    code = "last_owner"


class StaleOrganisationError(ConflictError):
    """The settings moved since they were read."""

    code = "stale_version"


class InvalidAccountError(InvalidInputError):
    code = "invalid_account"
