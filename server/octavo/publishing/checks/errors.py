"""How checks say no."""

from octavo.content.errors import ObjectionError
from octavo.publishing.checks.schemas import CheckFinding

__all__ = ["ChecksFailedError"]


class ChecksFailedError(ObjectionError):
    """Checks that hold a piece back found something; `findings` of the problem tells what."""

    code = "checks_failed"

    def __init__(self, findings: list[CheckFinding]) -> None:
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(
            f"{first.message} {first.fix}{more}",
            names=sorted({item.check for item in findings}),
            findings=findings,
        )
