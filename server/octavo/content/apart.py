"""Long thinking about texts, away from the loop that answers everybody else."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["think"]

T = TypeVar("T")

# One at a time: two would share the same interpreter, and only take twice as long each.
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="octavo-texts")


async def think(decide: Callable[[], T]) -> T:
    """Answer what a pure function decides, while the loop goes on."""
    return await asyncio.get_running_loop().run_in_executor(_pool, decide)
