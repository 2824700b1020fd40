"""What the worker runs for publishing."""

from datetime import datetime

from octavo.kernel.log import get_logger
from octavo.publishing.building.builder import Site
from octavo.publishing.errors import BuildFailedError
from octavo.publishing.schemas import BuildReport

__all__ = ["build_pending"]

_log = get_logger("octavo.publishing")


async def build_pending(site: Site, *, now: datetime) -> BuildReport | None:
    """Build what was marked; None when nothing was, or another process is at it.

    A theme that cannot be used is logged once for each of its states; the old site stands.
    """
    try:
        report = await site.build_pending(now)
    except BuildFailedError as exc:
        _log.error("site_build_failed", reason=exc.message)
        return None
    if report is not None:
        _log.info(
            "site_built",
            full=report.full,
            written=report.written,
            removed=report.removed,
            seconds=report.seconds,
            problems=len(report.problems),
        )
    return report
