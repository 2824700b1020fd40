"""Importing exports of WordPress and Ghost: posts a second and memory, against what the product promises."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.ghost import write_ghost_export
from tests.bench.measure import say, time_program
from tests.bench.wxr import write_export

__all__ = ["run"]

_GIB = 1 << 30
_ROOM = 6 * _GIB
_RATE, _MIB = 300, 512
_FORMATS: dict[str, tuple[str, Callable[..., int]]] = {
    "wordpress": ("export.xml", write_export),
    "ghost": ("export.json", write_ghost_export),
}


def run(folder: Path, *, posts: int | None, whole: bool) -> None:
    """Print rates and memory against what is asked for; `whole` = of an export of a gibibyte."""
    folder.mkdir(parents=True, exist_ok=True)
    if whole and shutil.disk_usage(folder).free < _ROOM:
        print("# NO ROOM for an export of a gibibyte: a smaller one is imported")
        whole = False
    for kind in _FORMATS:
        if whole:
            _one(folder, kind, size_bytes=_GIB)
        else:
            _one(folder, kind, posts=posts or 6_000)


def _one(folder: Path, kind: str, *, posts: int = 0, size_bytes: int = 0) -> None:
    name, write = _FORMATS[kind]
    export, home = folder / name, folder / "home"
    try:
        count = write(export, posts=posts, size_bytes=size_bytes)
        environ = {**os.environ, "OCTAVO_HOME": str(home)}
        octavo = [sys.executable, "-m", "octavo", "import", kind, str(export)]
        size_mb = export.stat().st_size / 1e6
        print(f"# a made {kind} export of {count} posts, {size_mb:,.0f} MB; peer: asked for")
        first = time_program(octavo, cwd=folder, environ=environ)
        say(f"import {kind}", ours=count / first.seconds, peer=_RATE, unit="posts/s", digits=0)
        say(f"memory of {kind}", ours=first.peak_mib, peer=_MIB, unit="MiB", digits=0)
        again = time_program(octavo, cwd=folder, environ=environ)
        rate = count / again.seconds
        say(f"import {kind}, nothing new", ours=rate, peer=_RATE, unit="posts/s", digits=0)
        say("memory of that", ours=again.peak_mib, peer=_MIB, unit="MiB", digits=0)
    finally:
        export.unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)
