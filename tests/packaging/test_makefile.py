"""What people type, and what they are told on a machine that lacks Python."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {"setup", "run", "test", "check", "bench", "build", "api", "clean"}


def make(*arguments: str, cwd: Path = ROOT, path: str | None = None):
    environ = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    return subprocess.run(
        [shutil.which("make") or "make", *arguments],
        cwd=cwd,
        env={**environ, "PATH": path or environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout of which only the Makefile is needed, on a machine with make and little else."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "bin").mkdir()
    for name in ("sh", "printf", "touch", "echo"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return tmp_path


def test_make_alone_lists_every_target():
    listed = set(re.findall(r"^make (\w+)", make().stdout, re.MULTILINE))

    assert listed == TARGETS


def test_no_target_is_mistaken_for_a_file():
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert phony is not None
    assert set(phony[1].split()) == TARGETS | {"help"}


@pytest.mark.parametrize("target", ["run", "test"])
def test_without_python_one_is_told_what_to_install(bare, target):
    answer = make(target, cwd=bare, path=str(bare / "bin"))

    assert answer.returncode == 2
    assert "Octavo needs Python 3.11, 3.12 or 3.13 with pip" in answer.stderr
    assert re.search(r"Debian.*\n.*Fedora.*\n.*macOS", answer.stderr)
    assert f"make {target} PYTHON=" in answer.stderr
    assert not (bare / ".tools").exists()


def test_a_python_that_is_too_old_is_passed_over(bare):
    old = bare / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # says no to every question about its version
    old.chmod(0o755)

    answer = make("setup", cwd=bare, path=str(bare / "bin"))

    assert answer.returncode == 2
    assert "did not find it" in answer.stderr


def test_a_python_without_pip_is_told_so(bare):
    """It can make an environment, but neither pip nor ensurepip can fill it."""
    half = bare / "bin" / "python3"
    half.write_text(
        '#!/bin/sh\ncase "$*" in *pip) exit 1;; *pip\\ --version) exit 1;; esac\nexit 0\n'
    )
    half.chmod(0o755)

    answer = make("setup", cwd=bare, path=str(bare / "bin"))

    assert answer.returncode == 2
    assert "with pip" in answer.stderr


def test_continuous_integration_runs_the_same_words():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()

    assert [line for line in lines if line.startswith("make")] == ["make check", "make test"]
    assert "set -eu" in lines
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
