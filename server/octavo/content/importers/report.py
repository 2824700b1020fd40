"""What an import did with every item, as a table for people and as JSON for programs."""

from collections import Counter
from typing import Literal

import msgspec

Outcome = Literal["taken", "changed", "unchanged", "skipped"]

_SHOWN_ROWS = 200
_SHOWN_FILES = 3


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One item: what became of it and why, where the trouble is, where it was and is read."""

    file: str
    outcome: Outcome
    reason: str = ""
    line: int | None = None
    item: str = ""
    kind: str | None = None
    status: str | None = None
    url: str | None = None
    old_url: str | None = None
    warnings: list[str] = []


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in the order of the source. `notes` are remarks about the whole."""

    source: str
    dry_run: bool
    rows: list[ReportRow]
    counts: dict[str, int]
    notes: list[str]
    seconds: float

    def as_table(self) -> str:
        """Say in lines what happened: whatever needs an eye, then the sums."""
        troubled = [row for row in self.rows if row.outcome == "skipped" or row.warnings]
        lines = [line for row in troubled[:_SHOWN_ROWS] for line in _lines(row)]
        if len(troubled) > _SHOWN_ROWS:
            lines.append(f"… and {len(troubled) - _SHOWN_ROWS} more; --json lists them all")
        lines += [f"note: {note}" for note in self.notes]
        sums = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        prefix = "dry run, nothing changed: " if self.dry_run else ""
        return "\n".join([*lines, f"{prefix}{sums} in {self.seconds:.1f} s"])


def make_report(
    source: str, rows: list[ReportRow], *, dry_run: bool, notes: list[str], seconds: float
) -> ImportReport:
    """Count the rows and bind them into a report."""
    outcomes = Counter(row.outcome for row in rows)
    counts = {
        "taken": outcomes["taken"],
        "changed": outcomes["changed"],
        "unchanged": outcomes["unchanged"],
        "skipped": outcomes["skipped"],
        "warnings": sum(len(row.warnings) for row in rows),
    }
    return ImportReport(
        source=source, dry_run=dry_run, rows=rows, counts=counts, notes=notes, seconds=seconds
    )


def _lines(row: ReportRow) -> list[str]:
    place = row.file if row.line is None else f"{row.file}:{row.line}"
    place += f" {row.item}" if row.item else ""
    lines = [f"{row.outcome:<9} {place}: {row.reason}"] if row.outcome == "skipped" else []
    shown = row.warnings[:_SHOWN_FILES]
    lines += [f"{'warning':<9} {place}: {warning}" for warning in shown]
    if len(row.warnings) > len(shown):
        lines.append(f"{'warning':<9} {place}: … and {len(row.warnings) - len(shown)} more")
    return [_printable(line) for line in lines]


def _printable(line: str) -> str:
    """Answer the line without signs that could drive a terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in line)
