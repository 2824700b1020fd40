"""How content says no."""

from typing import Any, ClassVar

from octavo.kernel.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
)


class PieceNotFoundError(NotFoundError):
    code = "piece_not_found"


class RevisionNotFoundError(NotFoundError):
    code = "revision_not_found"


class TagNotFoundError(NotFoundError):
    code = "tag_not_found"


class SeriesNotFoundError(NotFoundError):
    code = "series_not_found"


class AuthorNotFoundError(NotFoundError):
    code = "author_not_found"


class RedirectNotFoundError(NotFoundError):
    code = "redirect_not_found"


class MediaNotFoundError(NotFoundError):
    code = "media_not_found"


class MediaTooLargeError(RefusedError):
    """A file is larger than one of its kind may be."""

    status: ClassVar[int] = 413
    code = "media_too_large"

    def __init__(self, *, limit_bytes: int) -> None:
        megabytes = f"{limit_bytes / 1_000_000:g} MB"
        super().__init__(f"the file is larger than {megabytes}", limit_bytes=limit_bytes)


class NotMediaRefusedError(RefusedError):
    """A file is none that may be stored; `reason` is the message without its name."""

    code = "not_media"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.fields = (FieldError(field="file", message=reason, code="not_media"),)


class MediaForbiddenError(ForbiddenError):
    code = "media_forbidden"


class StalePieceError(ConflictError):
    """The piece, tag or author moved since it was read; `current` holds it as it is."""

    code = "stale_version"


class TakenError(ConflictError):
    """A name that must be unique belongs to something else; says which field."""

    code = "taken"

    def __init__(self, message: str, *, field: str) -> None:
        self.fields = (FieldError(field=field, message=message, code="taken"),)
        super().__init__(message)


class StillInUseError(ConflictError):
    """Something else points at it."""

    code = "still_in_use"


class ForbiddenMoveError(ForbiddenError):
    """The state machine knows this move, but not for this actor."""

    code = "transition_forbidden"


class ImpossibleMoveError(RefusedError):
    """No one may move a piece that way."""

    code = "transition_impossible"


class LockedError(RefusedError):
    """What was approved stays as it was approved until it is taken back."""

    code = "piece_locked"


class ObjectionError(RefusedError):
    """The piece may go out only if its mover says that it is to, in spite of what `names` says."""

    def __init__(self, message: str, *, names: list[str], **extra: Any) -> None:
        super().__init__(message, **extra)
        self.names = names


class InvalidContentError(InvalidInputError):
    code = "invalid_content"


class CommentNotFoundError(NotFoundError):
    code = "comment_not_found"


class ForbiddenReviewError(ForbiddenError):
    """Reviewing this piece, or this comment, is somebody else's."""

    code = "review_forbidden"


class NotReviewableError(RefusedError):
    """The piece is in a state in which it is not reviewed."""

    code = "not_reviewable"


class NothingToUndoError(NotFoundError):
    """The token names nothing that this actor can take back now."""

    code = "nothing_to_undo"


class ChangedSinceError(RefusedError):
    """The piece is no longer what the action made of it."""

    code = "changed_since"


def wrong(field: str, message: str, *, code: str = "invalid") -> InvalidContentError:
    """Make the error of one wrong field."""
    return InvalidContentError(
        f"{field}: {message}", FieldError(field=field, message=message, code=code)
    )
