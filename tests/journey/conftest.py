"""A real server process on a free port, and the outside world it talks to."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from tests.conftest import FOUNDER
from tests.outside import Receiver, free_port, run_mastodon, run_receiver

OCTAVO = [sys.executable, "-m", "octavo"]


def wait_until(check: Callable[[], object], *, timeout_s: float = 20, what: str = "it") -> object:
    """Answer the first truthy result of `check`; fail after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        result = check()
        if result:
            return result
        time.sleep(0.1)
    pytest.fail(f"waited {timeout_s} s for {what}")


@dataclass
class Server:
    """One `octavo serve` process and a client that speaks to it."""

    home: Path
    environ: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    clients: list[httpx.Client] = field(default_factory=list)
    reader: threading.Thread | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        self.process = subprocess.Popen(
            [*OCTAVO, "serve", "--port", str(self.port), *self.arguments],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()
        wait_until(self._answers, timeout_s=40, what=f"the server to answer: {self.output[-20:]}")
        return self

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.output.append(line.rstrip())

    def _answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            pytest.fail("the server ended: " + "\n".join(self.output[-30:]))
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.base}/readyz").status_code == 200
        return False

    def close(self) -> None:
        """Stop the server and let go of everything."""
        self.stop()
        while self.clients:
            self.clients.pop().close()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                pytest.fail("the server did not stop on SIGTERM")
        self._join()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self._join()

    def _join(self) -> None:
        if self.reader is not None:
            self.reader.join(10)

    def set_up_token(self) -> str:
        found = [re.search(r"/admin/setup/(\S+)", line) for line in self.output]
        return next(match[1] for match in found if match)

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run another `octavo` command beside the server."""
        return subprocess.run(
            [*OCTAVO, *arguments],
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def owner(self) -> httpx.Client:
        """Found the organisation over HTTP and answer a signed-in client."""
        client = httpx.Client(base_url=self.base, timeout=30)
        self.clients.append(client)
        answer = client.post(
            "/api/v1/setup",
            json={"token": self.set_up_token(), **FOUNDER},
        )
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers that share one home; all stop with the test."""
    servers: list[Server] = []

    def make(*arguments: str, **environ: str) -> Server:
        home = tmp_path / "home"
        base = {key: value for key, value in os.environ.items() if not key.startswith("OCTAVO_")}
        server = Server(
            home=home,
            environ={**base, "OCTAVO_HOME": str(home), "PYTHONUNBUFFERED": "1", **environ},
            arguments=list(arguments),
        )
        server.environ.setdefault("OCTAVO_BASE_URL", server.base)
        servers.append(server)
        return server.start()

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody else's webhook endpoint."""
    with run_receiver() as box:
        yield box


@pytest.fixture
def mastodon() -> Iterator[str]:
    """A Mastodon-compatible server; answers its host and port."""
    with run_mastodon() as target:
        yield target


class Command:
    """The `octavo` command on a home of its own; answers what it prints, and fails as it fails."""

    def __init__(self, home: Path) -> None:
        self.home = home
        environ = {k: v for k, v in os.environ.items() if not k.startswith("OCTAVO_")}
        self.environ = {
            **environ,
            "OCTAVO_HOME": str(home),
            "OCTAVO_BASE_URL": "https://blog.example",
        }

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [*OCTAVO, *arguments], env=self.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "home")
