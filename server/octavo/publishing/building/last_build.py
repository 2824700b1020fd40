"""What the last build did, kept beside the state for those who ask later."""

import contextlib
from datetime import datetime
from pathlib import Path

import msgspec

from octavo.publishing.schemas import BuildReport

__all__ = ["KeptReport", "keep_report", "kept_report"]


class KeptReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report; `theme` is the mark of what the site was made with."""

    built_at: datetime
    report: BuildReport
    theme: str = ""


def kept_report(folder: Path) -> KeptReport | None:
    """Answer the report of the last build; None when there is none that can be read."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(_file(folder).read_bytes(), type=KeptReport)
    return None


def keep_report(folder: Path, kept: KeptReport) -> None:
    """Put a report in the place of the last one."""
    file = _file(folder)
    fresh = file.with_suffix(".tmp")
    fresh.write_bytes(msgspec.json.encode(kept))
    fresh.replace(file)


def _file(folder: Path) -> Path:
    return folder / "last_build.json"
