"""Finds a Chromium for the browser tests, or says what to type to get one."""

import os
import shutil
import subprocess
from pathlib import Path

__all__ = ["FLAGS", "HOW_TO", "find_chromium"]

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MACOS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
_APT = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-qq"]

HOW_TO = (
    "no Chromium here. Debian: sudo apt-get install chromium fonts-dejavu-core;"
    " Fedora: sudo dnf install chromium; macOS: brew install --cask chromium;"
    " or set OCTAVO_CHROMIUM to one"
)


def find_chromium() -> str | None:
    """Answer the path of a Chromium; on Debian, as root, install one first when there is none."""
    return _present() or _installed_on_debian()


def _present() -> str | None:
    named = os.environ.get("OCTAVO_CHROMIUM")
    if named:
        return shutil.which(named)
    on_path = next(filter(None, map(shutil.which, _NAMES)), None)
    return on_path or next((str(path) for path in _MACOS if path.is_file()), None)


def _installed_on_debian() -> str | None:
    """Install Chromium with apt; None where there is no apt or no right to use it."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = ["chromium", "fonts-dejavu-core"]
    for command in (
        [*_APT, "update"],
        [*_APT, "install", "-y", "--no-install-recommends", *packages],
    ):
        answer = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            print(f"{' '.join(command)} failed: {answer.stderr.strip()[-500:]}")
            return None
    return _present()
