"""The sample that `octavo demo` makes: a plan, and a piece of every kind, all of it readable."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from octavo.demo.samples import SAMPLES


def octavo(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "octavo", *arguments],
        env={**os.environ, "OCTAVO_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_sample_becomes_a_site_without_a_problem(tmp_path: Path) -> None:
    made = octavo(tmp_path, "demo")
    assert made.returncode == 0, made.stderr
    assert "sign in as" in made.stdout

    report = msgspec.json.decode(octavo(tmp_path, "build", "--json").stdout)

    assert report["problems"] == []
    live = [sample for sample in SAMPLES if sample.fate == "published"]
    assert report["went_live"] == len(live)
    assert {sample.kind for sample in live} >= {
        "post", "page", "link", "update", "picture", "audio", "press_release", "newsletter",
    }  # fmt: skip
    home = (tmp_path / "site" / "index.html").read_text()
    assert all(
        sample.title in home for sample in live if sample.kind == "post" and not sample.language
    )
    assert "An evening at the press" not in home

    again = octavo(tmp_path, "demo")
    assert again.returncode != 0
    assert "not empty" in again.stderr
