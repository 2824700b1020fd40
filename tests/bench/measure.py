"""Runs a program and tells its time and its greatest memory, children included."""

import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Measured", "MemoryWatch", "say", "time_program"]

_SAMPLE_S = 0.05


@dataclass(frozen=True)
class Measured:
    """One run. `peak_mib` is the sum over the program and its children at the worst moment.

    `cpu_s` is processor time, theirs too: it hardly minds what else the machine does.
    """

    seconds: float
    cpu_s: float
    peak_mib: float
    output: str


class MemoryWatch:
    """Samples the memory of a process and its children for as long as the block runs."""

    def __init__(self, pid: int) -> None:
        self.peak_mib = 0.0
        self.pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.peak_mib = max(self.peak_mib, _tree_mib(self.pid))
            if self._ended.wait(_SAMPLE_S):
                return


def time_program(
    command: Sequence[str | Path], *, cwd: Path, environ: Mapping[str, str] | None = None
) -> Measured:
    """Run a program to its end.

    Raises:
        RuntimeError: it failed; the message holds the end of what it said.
    """
    began, before = time.perf_counter(), _children_cpu_s()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with MemoryWatch(process.pid) as watch:
        output, _ = process.communicate()
        seconds = time.perf_counter() - began
    if process.returncode != 0:
        msg = f"{command[0]} ended with {process.returncode}: {output[-2000:]}"
        raise RuntimeError(msg)
    return Measured(
        seconds=seconds,
        cpu_s=_children_cpu_s() - before,
        peak_mib=watch.peak_mib or _children_mib(),
        output=output,
    )


def say(name: str, *, ours: float, peer: float, unit: str, digits: int = 2) -> None:
    """Print the one line of a comparison."""
    ratio = ours / peer if peer else float("inf")
    line = (
        f"{name}: ours {ours:.{digits}f} {unit}, peer {peer:.{digits}f} {unit}, ratio {ratio:.2f}"
    )
    print(line, flush=True)


def _tree_mib(root: int) -> float:
    """Answer the memory of a process and its descendants, what they share once; 0 without /proc."""
    total_kib, waiting = 0, [root]
    while waiting:
        process = Path("/proc") / str(waiting.pop())
        try:
            rollup = (process / "smaps_rollup").read_text()
            for children in process.glob("task/*/children"):
                waiting += map(int, children.read_text().split())
        except OSError:  # it ended while we looked
            continue
        found = re.search(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)
        total_kib += int(found[1]) if found else 0
    return total_kib / 1024


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _children_mib() -> float:
    """Answer the greatest of all children so far, as the kernel counts it."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 2**20
