"""A real server, a real Chromium, and one signed-in person."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))  # pages.py and chromium.py, for the tests beside them

from chromium import FLAGS, HOW_TO, find_chromium  # noqa: E402
from pages import PASSWORD, Admin  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright  # noqa: E402

_skipped: list[str] = []
SCREEN = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and item.path.name != "test_budget.py":
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(180))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and "tests/browser" in report.nodeid:
        _skipped.append(report.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it out loud: a skipped browser test proves nothing."""
    if _skipped:
        terminalreporter.section("BROWSER TESTS SKIPPED", red=True, bold=True)
        terminalreporter.line(f"{len(_skipped)} tests did not run: {HOW_TO}")


@dataclass
class Server:
    """One `octavo serve` process with a home of its own."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        self.port = self.port or _free_port()
        kept = {key: value for key, value in os.environ.items() if not key.startswith("OCTAVO_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "octavo", "serve", "--port", str(self.port)],
            env={
                **kept,
                "OCTAVO_HOME": str(self.home),
                "OCTAVO_BASE_URL": self.base,
                "PYTHONUNBUFFERED": "1",
                **self.environ,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        deadline = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("the server did not start:\n" + "\n".join(self.output[-30:]))
            time.sleep(0.1)
        return self

    def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout:
            for line in self.process.stdout:
                self.output.append(line.rstrip())

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.base}/readyz").status_code == 200
        return False

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def setup_token(self) -> str:
        """The one-time link that a first start prints."""
        found = (re.search(r"/admin/setup/(\S+)", line) for line in self.output)
        return next(match[1] for match in found if match)

    def found(self) -> httpx.Client:
        """Found the organisation over HTTP; answers the owner's client."""
        client = httpx.Client(base_url=self.base, timeout=30)
        answer = client.post(
            "/api/v1/setup",
            json={
                "token": self.setup_token,
                "organisation_name": "The Press",
                "zone": "Europe/Madrid",
                "name": "Ada Lovelace",
                "email": "ada@example.org",
                "password": PASSWORD,
            },
        )
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def built_admin() -> None:
    """The admin as readers of the wheel get it."""
    if not (ROOT / "admin/dist/index.html").is_file():
        pytest.skip("the admin is not built: run `make setup`")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright, built_admin: None) -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail(HOW_TO)
        pytest.skip(HOW_TO)
    running = playwright.chromium.launch(executable_path=executable, args=FLAGS)
    yield running
    running.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, built_admin: None) -> Iterator[Server]:
    """A fresh server for the tests of one file."""
    running = Server(home=tmp_path_factory.mktemp("octavo") / "home").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[httpx.Client]:
    """The founder, over HTTP: for what a test needs but is not about."""
    client = server.found()
    yield client
    client.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser profiles that end with the test."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(
            **{"viewport": SCREEN, "locale": "en-GB", "timezone_id": "Europe/Madrid", **options}
        )
        context.set_default_timeout(15_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def admin(new_context: Callable[..., BrowserContext], server: Server, owner: httpx.Client) -> Admin:
    """The founder's browser, signed in."""
    context = new_context()
    sign_in(context, owner, server)
    return Admin(page=context.new_page(), base=server.base)


def sign_in(context: BrowserContext, client: httpx.Client, server: Server) -> None:
    """Give a browser the session of an HTTP client."""
    cookies = [
        {"name": name, "value": value, "url": server.base} for name, value in client.cookies.items()
    ]
    context.add_cookies(cookies)  # type: ignore[arg-type]
