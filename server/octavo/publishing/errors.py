"""Failures that publishing can raise."""

from octavo.kernel.errors import RefusedError, UnavailableError

__all__ = [
    "BuildFailedError",
    "BuildRunningError",
    "OutputRefusedError",
    "PreviewRefusedError",
    "SiteNotBuiltError",
]


class BuildRunningError(UnavailableError):
    """Another process builds the site; this one waited in vain."""

    code = "build_running"


class BuildFailedError(RefusedError):
    """Nothing was built and the old site stands; the message says what must be mended."""

    code = "build_failed"


class OutputRefusedError(RefusedError):
    """The folder holds files that are not ours: building there would remove them."""

    code = "output_refused"


class PreviewRefusedError(RefusedError):
    """The draft cannot be rendered."""

    code = "preview_refused"


class SiteNotBuiltError(UnavailableError):
    """There is no generated site yet."""

    code = "site_not_built"
