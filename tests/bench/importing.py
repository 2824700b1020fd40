"""Importing a WordPress export: posts a second, and the memory of small and large ones."""

import os
import shutil
import sys
from pathlib import Path

from tests.bench.measure import time_program
from tests.bench.wxr import write_export

__all__ = ["run"]

_GIB = 1 << 30
_ROOM = 6 * _GIB


def run(folder: Path, *, posts: int | None, whole: bool) -> None:
    """Print rates and memory; `whole` = of an export of a gibibyte too, if the disk has room."""
    folder.mkdir(parents=True, exist_ok=True)
    first = _one(folder, posts=posts or 6_000)
    if whole and shutil.disk_usage(folder).free > _ROOM:
        large = _one(folder, size_bytes=_GIB)
        print(f"# memory of the large export: {large / first:.2f} times that of the small one")


def _one(folder: Path, *, posts: int = 0, size_bytes: int = 0) -> float:
    export, home = folder / "export.xml", folder / "home"
    try:
        count = write_export(export, posts=posts, size_bytes=size_bytes)
        environ = {**os.environ, "OCTAVO_HOME": str(home)}
        octavo = [sys.executable, "-m", "octavo", "import", "wordpress", str(export)]
        size = export.stat().st_size / 1e6
        measured = time_program(octavo, cwd=folder, environ=environ)
        rate = count / measured.seconds
        print(f"# export of {size:,.0f} MB: {count} posts, {rate:.0f} posts/s, {measured.peak_mib:.0f} MiB")
        print("# " + measured.output.strip().splitlines()[-1])
        again = time_program(octavo, cwd=folder, environ=environ)
        print(f"# again, unchanged: {count / again.seconds:.0f} posts/s, {again.peak_mib:.0f} MiB")
        return measured.peak_mib
    finally:
        export.unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)
