"""What the build hook ships, refuses, and leaves alone."""

import shutil
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a theme, and an admin that counts as built."""
    monkeypatch.delenv("OCTAVO_SKIP_ADMIN", raising=False)
    (tmp_path / "site" / "templates").mkdir(parents=True)
    (tmp_path / "site" / "theme.toml").write_text('name = "default"')
    (tmp_path / "site" / "templates" / "home.html").write_text("home")
    (tmp_path / "admin" / "src").mkdir(parents=True)
    (tmp_path / "admin" / "package.json").write_text("{}")
    (tmp_path / "admin" / "src" / "main.tsx").write_text("render()")
    return tmp_path


def mark_as_built(hook: ModuleType, project: Path) -> None:
    dist = project / "admin" / "dist"
    dist.mkdir(exist_ok=True)
    (dist / "index.html").write_text("<!doctype html>")
    (dist / ".stamp").write_text(hook.fingerprint(project / "admin"))


def initialised(hook: ModuleType, project: Path, *, target: str, version: str) -> dict[str, str]:
    """Call the hook's method as hatchling would; answer what it adds."""
    build_data: dict[str, dict[str, str]] = {"force_include": {}}
    builder = SimpleNamespace(root=str(project), target_name=target)
    hook.AssetsHook.initialize(builder, version, build_data)
    return build_data["force_include"]


def test_a_wheel_carries_the_theme_and_the_admin(hook, project):
    mark_as_built(hook, project)

    assert initialised(hook, project, target="wheel", version="standard") == {
        str(project / "site"): "octavo/_site",
        str(project / "admin" / "dist"): "octavo/_admin",
    }


def test_an_editable_install_needs_neither(hook, project):
    shutil.rmtree(project / "site")

    assert initialised(hook, project, target="wheel", version="editable") == {}


def test_an_sdist_adds_nothing_by_force(hook, project):
    mark_as_built(hook, project)

    assert initialised(hook, project, target="sdist", version="standard") == {}


@pytest.mark.parametrize("missing", ["theme.toml", "templates/home.html"])
def test_a_wheel_without_a_theme_is_refused(hook, project, missing):
    mark_as_built(hook, project)
    (project / "site" / missing).unlink()

    with pytest.raises(hook.AssetsError, match="holds no theme"):
        initialised(hook, project, target="wheel", version="standard")


def test_a_wheel_without_the_admin_is_refused(hook, project):
    (project / "admin" / "package.json").unlink()

    with pytest.raises(hook.AssetsError, match="run `make setup`"):
        initialised(hook, project, target="wheel", version="standard")


def test_the_admin_may_be_left_out_on_request(hook, project, monkeypatch):
    monkeypatch.setenv("OCTAVO_SKIP_ADMIN", "1")

    assert initialised(hook, project, target="wheel", version="standard") == {
        str(project / "site"): "octavo/_site"
    }


@pytest.mark.parametrize("changed", ["src/main.tsx", "package.json", "src/new.ts", ".npmrc"])
def test_a_changed_source_wants_a_build(hook, project, changed):
    mark_as_built(hook, project)
    assert not hook.admin_wanted(project)

    (project / "admin" / changed).write_text("changed")

    assert hook.admin_wanted(project)


def test_a_renamed_source_wants_a_build(hook, project):
    mark_as_built(hook, project)
    source = project / "admin" / "src" / "main.tsx"

    source.rename(source.with_name("other.tsx"))

    assert hook.admin_wanted(project)


@pytest.mark.parametrize("made", ["dist/x.js", "node_modules/a/index.js", "src/api/schema.d.ts"])
def test_what_the_build_makes_is_no_change(hook, project, made):
    mark_as_built(hook, project)
    path = project / "admin" / made
    path.parent.mkdir(parents=True, exist_ok=True)

    path.write_text("made")

    assert not hook.admin_wanted(project)


def test_an_old_node_counts_as_none(hook, tmp_path, monkeypatch):
    for name, says in {"node": "v20.20.2", "npm": "10.8.2"}.items():
        tool = tmp_path / name
        tool.write_text(f"#!/bin/sh\necho {says}\n")
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hook.system_node() is None

    (tmp_path / "node").write_text("#!/bin/sh\necho v22.12.0\n")

    assert hook.system_node() == str(tmp_path / "node")


def test_the_development_environment_brings_its_own_node(hook):
    found = hook.packaged_node()

    assert found is not None
    assert [path.name.removesuffix(".exe") for path in found] == ["node", "npm-cli.js"]


def test_packages_are_installed_once_per_lock(hook, project, monkeypatch):
    admin = project / "admin"
    ran: list[tuple[str, ...]] = []

    def npm(folder: Path, *arguments: str) -> None:
        ran.append(arguments)
        (folder / "node_modules").mkdir(exist_ok=True)

    monkeypatch.setattr(hook, "run_npm", npm)
    (admin / "package-lock.json").write_text("{}")
    hook.install_packages(admin)
    hook.install_packages(admin)
    assert [arguments[0] for arguments in ran] == ["ci"]

    (admin / "package-lock.json").write_text('{"name": "changed"}')
    hook.install_packages(admin)

    assert [arguments[0] for arguments in ran] == ["ci", "ci"]
