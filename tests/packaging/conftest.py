"""A clean copy of the checkout, the wheels made from it, and environments to install them in."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain_environ(**more: str) -> dict[str, str]:
    """The environment of somebody who knows nothing of this checkout."""
    theirs = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OCTAVO_", "UV_", "VIRTUAL_ENV", "PYTHON", "PICCOLO"))
    }
    return {**theirs, "UV_PYTHON_DOWNLOADS": "never", **more}


def run(*command: str | Path, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; a failure shows what it said."""
    answer = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=plain_environ(**environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        pytest.fail(f"{command} ended with {answer.returncode}:\n{answer.stdout}\n{answer.stderr}")
    return answer


@pytest.fixture(scope="session")
def hook() -> ModuleType:
    return load_hook()


@pytest.fixture(scope="session")
def uv() -> str:
    own = ROOT / ".tools" / "bin" / "uv"
    found = str(own) if own.is_file() else shutil.which("uv")
    if found is None:
        pytest.fail("packaging tests need uv: run `make setup`")
    return found


@pytest.fixture(scope="session")
def checkout(hook: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git holds or would hold of this checkout, and the admin as `make setup` builds it."""
    hook.build_admin(ROOT)
    target = tmp_path_factory.mktemp("checkout") / "octavo"
    listed = run("git", "ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    if (ROOT / "admin" / "dist").is_dir():
        shutil.copytree(ROOT / "admin" / "dist", target / "admin" / "dist")
    return target


@pytest.fixture(scope="session")
def wheels(uv: str, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `make build` makes: the wheels go by way of the sdists."""
    folder = tmp_path_factory.mktemp("wheels")
    run(
        *(uv, "build", "--all-packages", "--out-dir", folder),
        cwd=checkout,
        UV_PYTHON=sys.executable,
    )
    return folder
