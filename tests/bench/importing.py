"""Importing a WordPress export: posts a second and memory, against what the product promises."""

import os
import shutil
import sys
from pathlib import Path

from tests.bench.measure import say, time_program
from tests.bench.wxr import write_export

__all__ = ["run"]

_GIB = 1 << 30
_ROOM = 6 * _GIB
_RATE, _MIB = 300, 512


def run(folder: Path, *, posts: int | None, whole: bool) -> None:
    """Print rates and memory against what is asked for; `whole` = of an export of a gibibyte."""
    folder.mkdir(parents=True, exist_ok=True)
    if whole and shutil.disk_usage(folder).free < _ROOM:
        print("# NO ROOM for an export of a gibibyte: a smaller one is imported")
        whole = False
    if whole:
        _one(folder, size_bytes=_GIB)
    else:
        _one(folder, posts=posts or 6_000)


def _one(folder: Path, *, posts: int = 0, size_bytes: int = 0) -> None:
    export, home = folder / "export.xml", folder / "home"
    try:
        count = write_export(export, posts=posts, size_bytes=size_bytes)
        environ = {**os.environ, "OCTAVO_HOME": str(home)}
        octavo = [sys.executable, "-m", "octavo", "import", "wordpress", str(export)]
        print(
            f"# a made export of {count} posts, {export.stat().st_size / 1e6:,.0f} MB; peer: asked for"
        )
        first = time_program(octavo, cwd=folder, environ=environ)
        say("import", ours=count / first.seconds, peer=_RATE, unit="posts/s", digits=0)
        say("memory of an import", ours=first.peak_mib, peer=_MIB, unit="MiB", digits=0)
        again = time_program(octavo, cwd=folder, environ=environ)
        say("import, nothing new", ours=count / again.seconds, peer=_RATE, unit="posts/s", digits=0)
        say("memory of that", ours=again.peak_mib, peer=_MIB, unit="MiB", digits=0)
    finally:
        export.unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)
