"""How calls to action say no."""

from octavo.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError


class CtaNotFoundError(NotFoundError):
    code = "cta_not_found"


class NotAttachedError(NotFoundError):
    code = "cta_not_attached"


class StaleCtaError(ConflictError):
    """The call to action moved since it was read; `current` holds it as it is."""

    code = "stale_version"


class AlreadyAttachedError(ConflictError):
    code = "cta_already_attached"


class StillInUseError(ConflictError):
    """It was published or clicked; archive it instead."""

    code = "still_in_use"


class SlugTakenError(ConflictError):
    code = "taken"

    def __init__(self, slug: str) -> None:
        message = f"another call to action is called {slug}"
        super().__init__(message)
        self.fields = (FieldError(field="slug", message=message, code="taken"),)


class InvalidCtaError(InvalidInputError):
    code = "invalid_cta"


def wrong(field: str, message: str, *, code: str = "invalid") -> InvalidCtaError:
    """Make the error of one wrong field."""
    return InvalidCtaError(
        f"{field}: {message}", FieldError(field=field, message=message, code=code)
    )
