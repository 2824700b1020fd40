"""The lock and the project files: public addresses only, and the same facts said the same way."""

import re
import tomllib
from pathlib import Path

import pytest

import octavo

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))


def load(path: str) -> dict:
    return tomllib.loads((ROOT / path).read_text())


def test_the_lock_names_only_the_public_registry():
    text = (ROOT / "uv.lock").read_text()
    hosts = set(re.findall(r"https?://([^/\"]+)", text))
    sources = {
        next(iter(package["source"].items()))
        for package in tomllib.loads(text)["package"]
        if "registry" in package["source"]
    }

    assert hosts == {"pypi.org", "files.pythonhosted.org"}
    assert sources == {("registry", "https://pypi.org/simple")}
    assert "file:" not in text


def test_every_locked_file_has_a_hash():
    for package in load("uv.lock")["package"]:
        for file in [*package.get("wheels", []), *filter(None, [package.get("sdist")])]:
            assert file["hash"].startswith("sha256:"), package["name"]


def test_the_lock_of_the_admin_names_no_registry():
    lock = ROOT / "admin" / "package-lock.json"
    if not lock.is_file():
        pytest.skip("no admin here")
    text = lock.read_text()

    assert '"resolved": "http' not in text
    assert '"integrity": "sha512-' in text


def test_the_workspace_is_every_plugin():
    root = load("pyproject.toml")
    members = {f"octavo-{name}" for name in PLUGINS}

    assert members <= set(root["dependency-groups"]["dev"])
    assert members | {"octavo"} == set(root["tool"]["uv"]["sources"])
    assert members | {"octavo"} == set(load("uv.lock")["manifest"]["members"])


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_fits_its_host(plugin):
    root, project = load("pyproject.toml")["project"], load(f"plugins/{plugin}/pyproject.toml")

    assert project["project"]["requires-python"] == root["requires-python"]
    assert project["project"]["license"] == root["license"]
    kind, _, name = plugin.rpartition("-")
    group = "octavo.deployers" if kind == "deploy" else "octavo.adapters"
    assert list(project["project"]["entry-points"][group]) == [name]


def test_the_version_is_said_once_and_again():
    project = load("pyproject.toml")["project"]

    assert octavo.__version__ == project["version"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_pythons_are_the_same_everywhere():
    project = load("pyproject.toml")["project"]
    said = [line for line in project["classifiers"] if re.search(r":: 3\.\d+$", line)]
    makefile = (ROOT / "Makefile").read_text()

    assert [line.rpartition(" ")[2] for line in said] == ["3.11", "3.12", "3.13"]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert "(3, 11) <= sys.version_info[:2] <= (3, 13)" in makefile


def test_one_uv_everywhere():
    makefile = re.search(r"UV_VERSION := (\S+)", (ROOT / "Makefile").read_text())
    dockerfile = re.search(r"uv==(\S+)", (ROOT / "docker" / "Dockerfile").read_text())

    assert makefile is not None
    assert dockerfile is not None
    assert makefile[1] == dockerfile[1]


def test_ignored_folders_are_anchored():
    """A bare `site` or `dist` would hide the theme or a plugin's folder."""
    lines = (ROOT / ".gitignore").read_text().split()
    anywhere = {line for line in lines if not line.startswith("/")}

    assert anywhere <= {"__pycache__/", "*.pyc"}
    assert not {"/site", "/site/"} & set(lines)
