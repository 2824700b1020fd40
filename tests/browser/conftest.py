"""A real server, a real Chromium, and one signed-in person."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright
from tests.browser.chromium import FLAGS, HOW_TO, find_chromium
from tests.browser.pages import Admin
from tests.browser.server_process import Server

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

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


@pytest.fixture(scope="session")
def built_admin() -> None:
    """The admin as readers of the wheel get it."""
    if not (ROOT / "admin/dist/index.html").is_file():
        pytest.skip("the admin is not built: run `make setup`")


# Playwright keeps an event loop running in this thread: it ends with each file, or no asynchronous
# test after it could run.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
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
