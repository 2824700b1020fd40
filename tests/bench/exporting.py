"""Exporting a library in its three formats: pieces a second and memory, against what imports promise."""

import os
import sys
from pathlib import Path

from tests.bench.measure import say, time_program
from tests.bench.wxr import write_export

__all__ = ["run"]

_RATE, _MIB = 300, 512
_TARGETS = {"markdown": "library", "json": "library.json", "wxr": "library.xml"}


def run(folder: Path, *, posts: int) -> None:
    """Print rates and memory of exports; none may be slower, or larger, than bringing it in."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "export.xml"
    count = write_export(source, posts=posts, size_bytes=0)
    environ = {**os.environ, "OCTAVO_HOME": str(folder / "home")}
    octavo = [sys.executable, "-m", "octavo"]
    time_program([*octavo, "import", "wordpress", str(source)], cwd=folder, environ=environ)
    source.unlink()
    print(f"# {count} made pieces; peer: asked for of imports")
    for kind, name in _TARGETS.items():
        told = time_program(
            [*octavo, "export", kind, str(folder / name)], cwd=folder, environ=environ
        )
        rate = count / told.seconds
        say(f"export {kind}", ours=rate, peer=_RATE, unit="pieces/s", digits=0)
        say(f"memory of {kind}", ours=told.peak_mib, peer=_MIB, unit="MiB", digits=0)
