"""The container files: what they promise, and their steps replayed without an engine.

The replay runs every RUN line of the build stage as it stands, with the image's folders put under
a temporary one, then the entrypoint with the image's own command and health check. What it cannot
try: the base images, the user and the volume.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from tests.packaging.conftest import ROOT, plain_environ, run
from tests.packaging.dockerfile import Stage, read_dockerfile

DOCKER = ROOT / "docker"


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    return read_dockerfile(DOCKER / "Dockerfile")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


def test_the_image_is_built_apart_from_what_runs(stages):
    build, final = stages

    assert build.name == "build"
    assert [stage.base for stage in stages] == ["python:3.13-slim"] * 2
    assert "--from=build" in " ".join(copy.rest for copy in final.all("COPY"))
    assert not [step for step in final.all("RUN") if "pip" in step.rest]


def test_the_image_runs_as_nobody_special(stages):
    final = stages[-1]
    words = [instruction.word for instruction in final.instructions]

    assert final.only("USER").rest == "octavo"
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert re.search(r"useradd --uid 10001 ", final.only("RUN").rest)


def test_the_image_keeps_its_data_in_a_volume_of_its_own(stages):
    final = stages[-1]

    assert final.environ()["OCTAVO_HOME"] == final.only("VOLUME").rest
    assert (
        f"install -d -o octavo -g octavo -m 750 {final.only('VOLUME').rest}"
        in final.only("RUN").rest
    )


def test_the_image_copies_only_what_is_there(stages):
    for stage in stages:
        for copy in stage.all("COPY"):
            *sources, _ = [word for word in copy.words if not word.startswith("--")]
            if "--from=" not in copy.rest:
                assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_image_builds_every_plugin(stages):
    steps = " ".join(step.rest for step in stages[0].all("RUN"))

    assert {path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml")} == set(
        re.findall(r"./plugins/([\w-]+)", steps)
    )


def test_the_entrypoint_can_be_run():
    entrypoint = DOCKER / "entrypoint"

    assert os.access(entrypoint, os.X_OK)
    run("sh", "-n", entrypoint, cwd=ROOT)


def test_private_and_made_files_stay_out_of_the_image():
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text().split("\n")

    assert {".git", ".venv", "var", "admin/node_modules", "admin/dist"} <= set(ignored)


def test_compose_runs_app_worker_and_database(compose):
    services = compose["services"]

    assert set(services) == {"database", "app", "worker"}
    assert services["app"]["command"][:2] == ["octavo", "serve"]
    assert "--no-worker" in services["app"]["command"]
    assert services["worker"]["command"] == ["octavo", "worker"]


def test_app_and_worker_share_data_and_settings(compose):
    app, worker = compose["services"]["app"], compose["services"]["worker"]

    assert app["volumes"] == worker["volumes"] == ["data:/data"]
    assert app["environment"] == worker["environment"]
    assert app["environment"]["OCTAVO_DATABASE_URL"].startswith("postgresql://")


def test_compose_waits_for_health_and_names_its_volumes(compose, stages):
    services = compose["services"]
    waits = {
        (name, on, how["condition"])
        for name, service in services.items()
        for on, how in service.get("depends_on", {}).items()
    }
    used = {volume.partition(":")[0] for each in services.values() for volume in each["volumes"]}

    assert waits == {
        ("app", "database", "service_healthy"),
        ("worker", "app", "service_healthy"),
    }
    assert all("healthcheck" in services[name] for name in ("database", "worker"))
    assert stages[-1].all("HEALTHCHECK")
    assert used == set(compose["volumes"])


def test_compose_has_no_password_of_its_own(compose):
    text = (DOCKER / "compose.yaml").read_text()

    assert compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${")
    assert not re.search(r"PASSWORD: (?!\"\$\{)", text)


def test_compose_publishes_on_the_loopback(compose):
    """A proxy with TLS stands before it; PostgreSQL is not published at all."""
    ports = {name: service.get("ports", []) for name, service in compose["services"].items()}

    assert ports == {"app": ["127.0.0.1:8000:8000"], "worker": [], "database": []}


def test_every_variable_is_a_setting(compose, stages):
    from octavo.kernel.settings import Settings

    known = {field.metadata["variable"] for field in Settings.__dataclass_fields__.values()}
    used = {*compose["services"]["app"]["environment"], *stages[-1].environ()}

    assert {name for name in used if name.startswith("OCTAVO_")} <= known


class Replay:
    """The image's folders under a temporary one, and a clean Python with pip to build with."""

    def __init__(self, folder: Path, *, python: Path, source: Path) -> None:
        self.folder = folder
        self.environ = plain_environ(
            PATH=f"{python.parent}{os.pathsep}{os.environ['PATH']}", UV_PYTHON=str(python)
        )
        self.places = {
            "/src": str(source),
            "/wheels": str(folder / "wheels"),
            "/opt/octavo": str(folder / "octavo"),
            "/data": str(folder / "data"),
        }
        (folder / "wheels").mkdir()
        (folder / "data").mkdir()

    def placed(self, text: str) -> str:
        """Put the image's absolute folders where they are here."""
        pattern = r"(?<![\w./])(" + "|".join(map(re.escape, self.places)) + r")(?=[/:\s]|$)"
        return re.sub(pattern, lambda found: self.places[found[1]], text)

    def run_step(self, step: str) -> None:
        answer = subprocess.run(
            ["sh", "-ec", self.placed(step)],
            cwd=self.places["/src"],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, f"{step}\n{answer.stdout}\n{answer.stderr}"


@pytest.mark.packaging
@pytest.mark.timeout(900)
@pytest.mark.xdist_group("packaging")
def test_the_image_replayed_without_an_engine_becomes_healthy(stages, checkout, uv, tmp_path):
    build, final = stages
    run(uv, "venv", "--seed", "--python", sys.executable, tmp_path / "python", cwd=tmp_path)
    replay = Replay(tmp_path, python=tmp_path / "python" / "bin" / "python", source=checkout)
    for step in build.all("RUN"):
        replay.run_step(step.rest)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    replay.environ |= {
        name: replay.placed(value).replace("$PATH", replay.environ["PATH"])
        for name, value in final.environ().items()
    }
    command = [word.replace("8000", port) for word in final.only("CMD").words]
    _, check = final.only("HEALTHCHECK").rest.split(" CMD ")
    healthy = [word.replace(":8000", f":{port}") for word in yaml.safe_load(check)]

    log = tmp_path / "log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            [DOCKER / "entrypoint", *command],
            cwd=replay.places["/data"],
            env=replay.environ,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 90
        while (
            subprocess.run(healthy, env=replay.environ, capture_output=True, check=False).returncode
            and process.poll() is None
            and time.monotonic() < deadline
        ):
            time.sleep(0.5)
        last = subprocess.run(healthy, env=replay.environ, capture_output=True, check=False)
        assert last.returncode == 0, log.read_text()[-3000:]
        doctor = subprocess.run(
            ["octavo", "doctor"], env=replay.environ, capture_output=True, text=True, check=False
        )
        assert doctor.returncode == 0, doctor.stdout
    finally:
        process.send_signal(signal.SIGTERM)
        ended = process.wait(40)
    assert ended in {0, -signal.SIGTERM}
    assert not list((tmp_path / "octavo" / "bin").glob("pip*"))
