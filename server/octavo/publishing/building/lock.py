"""One build at a time, over all processes of a machine: an OS lock, gone when its holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from octavo.publishing.errors import BuildRunningError

__all__ = ["build_lock"]

_STEP_S = 0.05


@contextmanager
def build_lock(file: Path, *, wait_s: float) -> Iterator[None]:
    """Hold the lock during the block.

    Raises:
        BuildRunningError: somebody else held it for `wait_s`.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(handle, wait_s)
        yield
    finally:
        os.close(handle)  # this releases the lock


def _take(handle: int, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                msg = "another process is building the site; try again when it is done"
                raise BuildRunningError(msg) from None
            time.sleep(_STEP_S)
        else:
            return
