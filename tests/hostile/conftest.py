"""A whole installation with one of everything in it, and a way to see whether anything changed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import httpx
import pytest

from octavo import piccolo_conf

_PROBLEM = "application/problem+json"

# Attempts are counted where they are refused: that is their purpose.
_COUNTERS = frozenset({"AttemptCountRow", "IdempotencyRow"})


@dataclass
class World:
    """One of everything, the owner's browser, and the ids that paths are filled with."""

    installation: Any
    owner: httpx.AsyncClient
    ids: dict[str, int] = field(default_factory=dict)

    def path(self, template: str) -> str:
        return "/api/v1" + template.format(**self.ids)

    async def make(self, name: str, path: str, /, **data: object) -> dict[str, Any]:
        answer = await self.owner.post(self.path(path), json=data)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        self.ids[name] = made["id"]
        return made

    async def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Answer everything that the database holds, for comparison before and after."""
        found = {}
        for app in piccolo_conf.APPS:
            for table in import_module(f"octavo.{app}.piccolo_app").APP_CONFIG.table_classes:
                if table.__name__ not in _COUNTERS:
                    rows = await table.select()
                    found[table.__name__] = sorted(rows, key=str)
        return found


@pytest.fixture
async def world(installation: Any) -> World:
    """An installation in use: a plan, a published piece, a draft, a channel and a delivery."""
    world = World(installation=installation, owner=await installation.owner())
    await world.make("objective", "/objectives", name="More readers", metric="reach", target=10)
    await world.make("campaign", "/campaigns", name="Winter", objective_id=world.ids["objective"])
    await world.make("tag", "/tags", name="Slow food")
    await world.make("author", "/authors", name="Grace Hopper")
    await world.make(
        "cta",
        "/ctas",
        label="Subscribe",
        action="subscribe",
        destination={"url": "https://example.org/subscribe"},
        expected={"count": 10},
    )
    await world.make("live", "/pieces", title="A live piece", body="Hello.", slug="live")
    answer = await world.owner.post(
        world.path("/pieces/{live}/transitions"), json={"to": "published", "version": 1}
    )
    assert answer.status_code == 200, answer.text
    await world.make("piece", "/pieces", title="A draft", body="Not yet.", slug="draft")
    await world.make(
        "channel",
        "/channels",
        adapter="webhook",
        name="Hook",
        settings={"url": "https://hooks.example.org/octavo"},
        secrets={"secret": "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    )
    await world.make("delivery", "/pieces/{piece}/deliveries", channel_id=world.ids["channel"])
    await world.make("key", "/keys", name="A key", scope="content")
    return world


@dataclass
class Faults:
    """What went wrong in a table of cases: all of it is shown at once."""

    found: list[str] = field(default_factory=list)

    def check(
        self,
        case: str,
        answer: httpx.Response,
        *,
        status: int | tuple[int, ...] = 400,
        field: str | None = None,
    ) -> None:
        """Note it unless the answer is a problem of this status that names this field."""
        statuses = (status,) if isinstance(status, int) else status
        if answer.status_code not in statuses:
            self.found.append(f"{case}: {answer.status_code} {answer.text[:200]!r}")
            return
        problem = self._problem(case, answer)
        fields = [wrong.get("field") for wrong in problem.get("errors") or []]
        if field is not None and not any(str(name).startswith(field) for name in fields):
            self.found.append(f"{case}: names {fields}, not {field!r}: {answer.text[:200]!r}")

    def check_sane(self, case: str, answer: httpx.Response) -> None:
        """Note it if the server failed, or refused in another form than a problem."""
        if answer.status_code >= 500:
            self.found.append(f"{case}: {answer.status_code} {answer.text[:200]!r}")
        elif answer.status_code >= 400:
            self._problem(case, answer)

    def note(self, case: str, message: str) -> None:
        self.found.append(f"{case}: {message}")

    def _problem(self, case: str, answer: httpx.Response) -> dict[str, Any]:
        try:
            problem = json.loads(answer.content)
        except ValueError:
            problem = None
        if answer.headers.get("content-type") != _PROBLEM or not isinstance(problem, dict):
            self.note(case, f"is no problem document: {answer.headers} {answer.text[:200]!r}")
            return {}
        if problem.get("status") != answer.status_code or not problem.get("detail"):
            self.note(case, f"lacks status or detail: {answer.text[:200]!r}")
        if "Traceback" in answer.text or "site-packages" in answer.text:
            self.note(case, f"tells of its insides: {answer.text[:200]!r}")
        return problem


@pytest.fixture
def faults() -> Callable[[], Faults]:
    return Faults


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = {
        str(report.longrepr[2])
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and "shared/data" in str(report.longrepr[2])
    }
    for line in sorted(skipped):
        terminalreporter.write_line(line, yellow=True, bold=True)
