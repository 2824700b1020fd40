"""What an archive costs that is ten times as large: one more post, and the memory of a full build."""

import asyncio
import json
import statistics
import sys
from pathlib import Path

from tests.bench.corpus import fill
from tests.bench.measure import say, time_program
from tests.bench.sites import publish_one_by_one

__all__ = ["run"]


def run(folder: Path, *, posts: int) -> None:
    """Print the comparison of `posts` made posts with ten times as many; ours is the larger."""
    seconds: list[float] = []
    peaks: list[float] = []
    more: list[float] = []
    for count in (posts, 10 * posts):
        home = folder / str(count)
        fill(home, folder / f"posts-{count}", posts=count)
        built = time_program(
            [sys.executable, "-m", "octavo", "build", "--json"],
            cwd=home,
            environ={"OCTAVO_HOME": str(home)},
        )
        written = json.loads(built.output)["written"]
        print(f"# {count} posts: {written} files in {built.seconds:.1f} s", flush=True)
        seconds.append(built.seconds)
        peaks.append(built.peak_mib)
        more.append(statistics.median(asyncio.run(publish_one_by_one(home))))
    say("full build, ten times the archive", ours=seconds[1], peer=seconds[0], unit="s")
    say(
        "full build, peak memory at ten times the archive, all processes",
        ours=peaks[1],
        peer=peaks[0],
        unit="MiB",
        digits=0,
    )
    say(
        "one more post, ten times the archive",
        ours=more[1] * 1000,
        peer=more[0] * 1000,
        unit="ms",
        digits=0,
    )
