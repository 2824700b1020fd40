"""What an export did."""

from collections import Counter

import msgspec


class ExportReport(msgspec.Struct, frozen=True, kw_only=True):
    """`counts` by what was written; `notes` are remarks about the whole."""

    target: str
    format: str
    counts: dict[str, int]
    notes: list[str]
    seconds: float

    def as_table(self) -> str:
        """Say in lines what was written."""
        sums = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        lines = [f"note: {note}" for note in self.notes]
        return "\n".join([*lines, f"{self.target}: {sums} in {self.seconds:.1f} s"])


def counted(counts: Counter[str]) -> dict[str, int]:
    """Answer the counts in a steady order."""
    return dict(sorted(counts.items()))
