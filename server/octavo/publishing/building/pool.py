"""The workers of one build: as many processes as cores, each driven by a thread.

A worker that dies or hangs takes nothing with it: its job is cut in halves until the one piece or
page that does it is found, and that one is reported.
"""

import asyncio
import contextlib
import os
import queue
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import msgspec

from octavo.publishing.building.rendering import (
    Bench,
    MadePage,
    PageJob,
    PieceOutcome,
    PrepareJob,
    prepare_pieces,
)
from octavo.publishing.building.worker import read_frame, write_frame

__all__ = ["Pool", "core_count"]

_JOB_LIMIT_S = 300.0
_MOST_WORKERS = 16
_outcomes = msgspec.msgpack.Decoder(list[PieceOutcome])
_made = msgspec.msgpack.Decoder(list[MadePage])


class _DiedError(Exception):
    """The worker ended in the middle of a job."""


def core_count() -> int:
    """Answer how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
    return min(os.cpu_count() or 1, _MOST_WORKERS)


class Pool:
    """Workers that load at once and end with the block; `size` 0 works in this process."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.width = max(1, size) * 2  # jobs worth having under way
        self._threads = ThreadPoolExecutor(max(1, size), thread_name_prefix="octavo-build")
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._guard = threading.Lock()
        self._bench = Bench()

    async def prepare(self, job: PrepareJob) -> list[PieceOutcome]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._prepare, job)

    async def make_pages(self, job: PageJob) -> list[MadePage]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._make_pages, job)

    async def __aenter__(self) -> "Pool":
        for _ in range(self.size):
            self._idle.put(self._spawn())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Whoever has answered all jobs has nothing left to do, and would take its time to do it.
        for worker in self._all:
            worker.kill()
        await asyncio.to_thread(self._finish)

    def _finish(self) -> None:
        self._threads.shutdown()
        self._bench.close()
        for worker in self._all:
            worker.wait()
            for stream in (worker.stdin, worker.stdout):
                if stream:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()

    def _prepare(self, job: PrepareJob) -> list[PieceOutcome]:
        if self.size == 0:
            return prepare_pieces(job)
        try:
            return _outcomes.decode(self._call(job))
        except _DiedError:
            if len(job.pieces) == 1:
                message = "its text makes the renderer crash"
                return [
                    PieceOutcome(piece_id=job.pieces[0].piece.id, prepared=None, problem=message)
                ]
            half = len(job.pieces) // 2
            parts = (
                msgspec.structs.replace(job, pieces=job.pieces[:half]),
                msgspec.structs.replace(job, pieces=job.pieces[half:]),
            )
            return [outcome for part in parts for outcome in self._prepare(part)]

    def _make_pages(self, job: PageJob) -> list[MadePage]:
        if self.size == 0:
            return self._bench.make_pages(job)
        try:
            return _made.decode(self._call(job))
        except _DiedError:
            if len(job.pages) == 1:
                problem = "making the page crashes the worker"
                return [
                    MadePage(page=job.pages[0], files=[], reads=[], problems=[problem], failed=True)
                ]
            half = len(job.pages) // 2
            # A number of its own for each part, beyond those of the plan: they name staged files.
            parts = (
                msgspec.structs.replace(
                    job, number=-2 * abs(job.number) - 1, pages=job.pages[:half]
                ),
                msgspec.structs.replace(
                    job, number=-2 * abs(job.number) - 2, pages=job.pages[half:]
                ),
            )
            return [made for part in parts for made in self._make_pages(part)]

    def _call(self, job: PrepareJob | PageJob) -> bytes:
        worker = self._idle.get()
        timer = threading.Timer(_JOB_LIMIT_S, worker.kill)
        timer.start()
        answer = b""
        try:
            if worker.stdin is None or worker.stdout is None:
                raise _DiedError
            write_frame(worker.stdin, msgspec.msgpack.encode(job))  # type: ignore[arg-type]  # a binary pipe
            answer = read_frame(worker.stdout)  # type: ignore[arg-type]  # same
        except (BrokenPipeError, OSError) as exc:
            raise _DiedError from exc
        finally:
            timer.cancel()
            self._idle.put(worker if answer else self._replace(worker))
        if not answer:
            raise _DiedError
        return answer

    def _replace(self, worker: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        worker.kill()
        worker.wait()
        for stream in (worker.stdin, worker.stdout):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        with self._guard:
            self._all.remove(worker)
        return self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        environment: dict[str, Any] = dict(os.environ)
        environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
        worker = subprocess.Popen(
            [sys.executable, "-P", "-m", "octavo.publishing.building.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        with self._guard:
            self._all.append(worker)
        return worker
