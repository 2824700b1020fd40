"""Processes that are killed: one imports everything once, then forks a child for every line it reads.

A module that has `breed` called with its work is run by `Nursery`, which starts and kills.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

__all__ = ["Nursery", "breed"]

_ROOT = Path(__file__).parents[1]


class Nursery:
    """The children of `python -m module arguments…`, by their process ids."""

    def __init__(
        self, module: str, *arguments: str, environ: Mapping[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env={**os.environ, **(environ or {})},
        )
        self.alive: list[int] = []

    async def start(self) -> None:
        self.alive.append(await asyncio.to_thread(self._start))

    def _start(self) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("one more\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    async def kill(self, child: int) -> None:
        """Kill a child as nothing can prevent, and start another."""
        os.kill(child, signal.SIGKILL)
        self.alive.remove(child)
        await self.start()

    def stop(self) -> None:
        for child in self.alive:
            os.kill(child, signal.SIGKILL)
        self._process.kill()
        self._process.communicate()


def breed(work: Callable[[], Coroutine[Any, Any, None]], *, most_s: int) -> None:
    """Fork a child that does `work` for every line of the input, and print its process id.

    A child dies with the test, whatever happens to it: after `most_s` at the latest.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gathered by the kernel
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.alarm(most_s)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # it logs there
            asyncio.run(work())
            os._exit(0)
        print(child, flush=True)
