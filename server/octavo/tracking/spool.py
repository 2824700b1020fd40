"""The spool: where clicks wait when the database is slow. One JSON line per event.

A process appends to a file of its own, on which it holds a lock for as long as it lives; whoever
can take the lock may import the file. Importing twice is harmless: events are known by their id.

A line written has reached the kernel, so it survives the death of the process; it is not synced,
because the disk that made the database slow would be the one to wait for.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from octavo.kernel import db
from octavo.tracking import sql
from octavo.tracking.schemas import Event
from octavo.tracking.tables import EventRow, transaction

__all__ = ["Spool", "SpoolReport", "import_spools", "waiting_files"]

_CHUNK = 500
_decode = msgspec.json.Decoder(Event).decode


class SpoolReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep found: events read (stored now or before) and lines that were no events."""

    files: int = 0
    events: int = 0
    rejected: int = 0


class Spool:
    """The file this process appends to. It is made by the first line it must take."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._worker = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._files = 0
        self._fd: int | None = None

    def append(self, event: Event) -> None:
        """Hand one line to the kernel.

        Raises:
            OSError: it could not be written whole. What was written of it is passed over later.
        """
        # The newline in front ends whatever a full disk left of the line before.
        line = b"\n" + msgspec.json.encode(event) + b"\n"
        if os.write(self._open(), line) != len(line):
            raise OSError("the spool took only part of a line")

    def seal(self) -> None:
        """Let go of the present file, so that it can be imported; the next line opens another."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> int:
        if self._fd is not None:
            return self._fd
        self.folder.mkdir(parents=True, exist_ok=True)
        self._files += 1
        path = self.folder / f"{self._worker}-{self._files}.log"
        fresh = path.with_suffix(".new")
        fd = os.open(fresh, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Locked before it has the name sweepers look for: it is never seen unlocked while in use.
        fcntl.flock(fd, fcntl.LOCK_EX)
        fresh.rename(path)
        self._fd = fd
        return fd


def waiting_files(folder: Path) -> list[Path]:
    """Answer the spool files that are there, in use or not."""
    return sorted(folder.glob("*.log"))


async def import_spools(folder: Path, *, now_ms: int) -> SpoolReport:
    """Store the events of every spool file that no living process appends to, and remove it.

    A process that dies in between leaves the file, and the next sweep reads it again.
    """
    report = SpoolReport()
    for path in waiting_files(folder):
        with _claimed(path) as content:
            if content is None:
                continue
            events, bad = _parse(content)
            for start in range(0, len(events), _CHUNK):
                await _store(events[start : start + _CHUNK])
            if bad:
                _keep_aside(folder, bad, now_ms)
            path.unlink(missing_ok=True)
            report = SpoolReport(
                files=report.files + 1,
                events=report.events + len(events),
                rejected=report.rejected + len(bad),
            )
    return report


@contextmanager
def _claimed(path: Path) -> Iterator[bytes | None]:
    try:
        handle = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield handle.read()


def _parse(content: bytes) -> tuple[list[Event], list[bytes]]:
    """Split a spool into events and lines that are none; a torn last line was never promised."""
    whole, _, _torn = content.rpartition(b"\n")
    events: list[Event] = []
    bad: list[bytes] = []
    for line in whole.split(b"\n"):
        if not line.strip():
            continue
        try:
            events.append(_decode(line))
        except msgspec.MsgspecError:
            bad.append(line)
    return events, bad


async def _store(events: list[Event]) -> None:
    async with transaction():
        days = sql.encode([(day,) for day in {event.day for event in events}])
        listed = sql.source([("day", "integer")], sql.here())
        alive = await db.fetch(
            f"SELECT day FROM trk_salt WHERE day IN ({listed})",  # noqa: S608 - constants
            days,
            table=EventRow,
        )
        # The hash of a day whose salt is gone is gone with it, wherever it was kept meanwhile.
        known = {row["day"] for row in alive}
        rows = [row_of(event, keep_visitor=event.day in known) for event in events]
        await db.fetch(sql.insert_events(sql.here()), sql.encode(rows), table=EventRow)


def row_of(event: Event, *, keep_visitor: bool = True) -> sql.Row:
    """Answer an event in the order of `sql.EVENT_COLUMNS`."""
    values = list(msgspec.structs.astuple(event))
    if not keep_visitor:
        values[11] = None
    return tuple(values)


def _keep_aside(folder: Path, lines: list[bytes], now_ms: int) -> None:
    with (folder / f"rejected-{now_ms}.txt").open("ab") as handle:
        handle.write(b"\n".join(lines) + b"\n")


def spool_depth(folder: Path) -> int:
    """Answer how many spool files hold something."""
    return sum(1 for path in waiting_files(folder) if path.stat().st_size)
