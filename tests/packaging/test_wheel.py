"""The wheel alone, in a bare environment: it migrates, serves a page of the site, and the admin."""

import contextlib
import re
import signal
import socket
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.packaging.conftest import ROOT, plain_environ, run

# One group: the wheels are made once, by one worker.
pytestmark = [
    pytest.mark.packaging,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("packaging"),
]


@dataclass
class Installed:
    """An environment that holds our wheels and what they depend on, and nothing of the checkout."""

    python: Path
    octavo: Path
    folder: Path

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        home = str(self.folder / "home")
        return run(self.octavo, *arguments, cwd=self.folder, OCTAVO_HOME=home, **environ)


def names_in(archive: Path) -> list[str]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            return opened.namelist()
    with tarfile.open(archive) as opened:
        return [name.partition("/")[2] for name in opened.getnames()]


@pytest.fixture(scope="module")
def installed(uv: str, wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("bare")
    run(uv, "venv", "--python", sys.executable, folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    ours = [next(wheels.glob(f"{name}-*.whl")) for name in ("octavo", "octavo_webhook")]
    run(uv, "pip", "install", "--python", python, *ours, cwd=folder)
    return Installed(python=python, octavo=folder / "env" / "bin" / "octavo", folder=folder)


@pytest.fixture
def server(installed: Installed) -> Iterator[str]:
    """`octavo serve` of the bare environment, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (installed.folder / "serve.log").open("w+")
    process = subprocess.Popen(
        [installed.octavo, "serve", "--port", str(port)],
        cwd=installed.folder,
        env=plain_environ(OCTAVO_HOME=str(installed.folder / "home"), PYTHONUNBUFFERED="1"),
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    base = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    try:
        while not answers(f"{base}/healthz"):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("no answer: " + (installed.folder / "serve.log").read_text()[-3000:])
            time.sleep(0.2)
        yield base
    finally:
        process.send_signal(signal.SIGTERM)
        ended = process.wait(40)
        log.close()
    assert ended in {0, -signal.SIGTERM}


def answers(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url).status_code == 200
    return False


def test_the_wheel_carries_package_theme_and_admin(wheels):
    names = names_in(next(wheels.glob("octavo-*.whl")))
    folders = {name.partition("/")[0] for name in names}

    assert {"octavo/_site/theme.toml", "octavo/_admin/index.html", "octavo/py.typed"} <= set(names)
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"octavo"}
    assert any(re.match(r"octavo/accounts/piccolo_migrations/accounts_\w+\.py", n) for n in names)


def test_the_wheel_carries_the_whole_theme(wheels):
    ours = {
        path.relative_to(ROOT / "site") for path in (ROOT / "site").rglob("*") if path.is_file()
    }
    names = names_in(next(wheels.glob("octavo-*.whl")))
    shipped = {Path(name).relative_to("octavo/_site") for name in names if "/_site/" in name}

    assert shipped == ours


def test_the_sdist_carries_the_built_admin_and_no_installed_packages(wheels):
    names = names_in(next(wheels.glob("octavo-*.tar.gz")))

    assert {"admin/dist/index.html", "site/theme.toml", "hatch_build.py", "LICENSE"} <= set(names)
    assert not [name for name in names if "node_modules" in name or name.startswith("tests/")]


def test_every_plugin_is_built(wheels):
    plugins = {path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml")}
    built = {wheel.name.partition("-")[0] for wheel in wheels.glob("octavo_*.whl")}

    assert built == {f"octavo_{name.replace('-', '_')}" for name in plugins}


def test_the_bare_command_says_its_version(installed):
    answer = installed.run("--version")

    assert re.fullmatch(r"octavo \d+\.\d+\.\d+\n", answer.stdout)


def test_nothing_of_the_checkout_is_used(installed):
    said = run(
        *(installed.python, "-c", "import octavo, octavo_webhook; print(octavo.__file__)"),
        cwd=installed.folder,
    )

    assert str(installed.folder) in said.stdout


def test_the_bare_environment_migrates_and_finds_its_plugin(installed):
    installed.run("migrate")
    again = installed.run("migrate")
    findings = installed.run("doctor", "--json").stdout

    assert "up to date" in again.stdout
    assert '"fail"' not in findings


def test_the_bare_server_serves_site_admin_and_health(installed, server):
    installed.run("build", OCTAVO_BASE_URL=server)
    pages = {path: httpx.get(f"{server}{path}") for path in ("/", "/admin/", "/healthz", "/readyz")}

    assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(pages, 200)
    assert "<html" in pages["/"].text
    assert '<div id="root"' in pages["/admin/"].text
    style = re.search(r'href="(/assets/css/[^"]+)"', pages["/"].text)
    assert style is not None
    assert httpx.get(f"{server}{style[1]}").status_code == 200
