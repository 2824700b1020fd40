"""Failures of previews."""

from octavo.kernel.errors import NotFoundError, RefusedError

__all__ = ["PreviewLinkNotFoundError", "TooManyPreviewsError"]


class PreviewLinkNotFoundError(NotFoundError):
    """The piece has no such link."""

    code = "preview_not_found"


class TooManyPreviewsError(RefusedError):
    """The piece has as many links as it may have."""

    code = "too_many_previews"
