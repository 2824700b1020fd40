"""What events add to the daily figures. Pure.

One row per grain, because unique figures cannot be summed over cells: the same visitor is in
several of them. Which visitors were counted already is asked of the caller, by a
64-bit hash of metric, grain, cell and visitor.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from octavo.tracking.schemas import Class, Kind

GRAINS: dict[int, tuple[bool, bool, bool, bool]] = {
    1: (True, True, True, True),  # content x channel x call to action x variant
    2: (True, True, False, False),  # content x channel
    3: (True, False, False, False),  # content
    4: (False, True, False, False),  # channel
    5: (False, False, False, False),  # site
    6: (True, False, True, False),  # content x call to action
}
CONTENT_GRAINS = (1, 2, 3, 6)
KEYS = ("content_id", "channel_id", "cta_id", "variant_id")
COUNTS = ("clicks", "clicks_noid", "x_bot", "x_preview", "x_prefetch", "x_scanner", "x_other")
METRICS = (*COUNTS, "u_clicks")
# What can still be told once the visitors' hashes of a day are gone.
ANONYMOUS = tuple(metric for metric in METRICS if metric not in {"u_clicks", "clicks_noid"})
FILTERED: dict[int, str] = {
    Class.BOT: "x_bot",
    Class.PREFETCH: "x_prefetch",
    Class.PREVIEW: "x_preview",
    Class.SCANNER: "x_scanner",
    Class.STAFF: "x_other",
    Class.CAPPED: "x_other",
}

Key = tuple[int, int, int, int]
Cell = tuple[int, int, int, int, int, int]
"""Grain, day, content, channel, call to action, variant; 0 = all."""
Figures = dict[Cell, Counter[str]]
Mark = tuple[int, int]
"""Day and hash: one row of `trk_seen`."""


class Raw(msgspec.Struct, frozen=True):
    """Of a raw event, what the figures depend on."""

    kind: int
    day: int
    content_id: int
    channel_id: int
    cta_id: int
    variant_id: int
    klass: int
    visitor: str | None
    n: int = 1

    @property
    def key(self) -> Key:
        return (self.content_id, self.channel_id, self.cta_id, self.variant_id)


def cells(day: int, key: Key) -> list[Cell]:
    """Answer the cell of each grain that something with this key falls into."""
    content, channel, cta, variant = key
    return [
        (grain, day, content * k[0], channel * k[1], cta * k[2], variant * k[3])
        for grain, k in GRAINS.items()
    ]


def mark(cell: Cell, metric: str, visitor: str) -> Mark:
    """Answer what `trk_seen` remembers of a visitor counted in a cell."""
    text = f"{metric}|{cell}|{visitor}".encode()
    return cell[1], int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


def counts(events: Iterable[Raw]) -> Figures:
    """Answer what events add to the plain counts."""
    figures: Figures = defaultdict(Counter)
    for event in events:
        for metric in _metrics_of(event):
            for cell in cells(event.day, event.key):
                figures[cell][metric] += event.n
    return figures


def candidates(events: Iterable[Raw]) -> dict[Mark, tuple[Cell, str]]:
    """Answer the marks events would leave, each with the unique figure a new one adds one to."""
    marks: dict[Mark, tuple[Cell, str]] = {}
    for event in events:
        if event.visitor is None or event.klass != Class.HUMAN or event.kind != Kind.CLICK:
            continue
        for cell in cells(event.day, event.key):
            marks[mark(cell, "u_clicks", event.visitor)] = (cell, "u_clicks")
    return marks


def _metrics_of(event: Raw) -> tuple[str, ...]:
    if event.klass != Class.HUMAN:
        return (FILTERED[event.klass],)
    if event.kind != Kind.CLICK:
        return ()
    return ("clicks",) if event.visitor is not None else ("clicks", "clicks_noid")
