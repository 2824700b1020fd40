"""`octavo doctor`: looks at the installation and says what to do about what is wrong."""

import os
import sqlite3
import sys
from pathlib import Path
from typing import Literal

import msgspec

from octavo.content.rezoning import service as rezoning
from octavo.content.rezoning.schemas import Drift
from octavo.kernel.db import fetch
from octavo.kernel.migrations import pending_migrations
from octavo.kernel.paths import admin_dist, default_theme
from octavo.kernel.settings import Settings
from octavo.kernel.walltime import wall_text
from octavo.runtime import TIMETABLES, Runtime, build_runtime
from octavo.webhooks import queries as webhooks

__all__ = ["Finding", "examine"]

_MOST_TIMES = 20

# RETURNING and DROP COLUMN need it.
_OLDEST_SQLITE = (3, 35, 0)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    check: str
    level: Literal["ok", "warn", "fail"]
    message: str


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything once; never raises for what it can describe."""
    findings = [_python(), _sqlite(), _home(settings), _admin(), _theme()]
    runtime = build_runtime(settings)
    try:
        async with runtime.opened():
            database = await _database(runtime)
            findings.append(database)
            if database.level == "ok":  # older tables lack what these look at
                findings += await _webhooks()
                findings += await _times(runtime)
    except Exception as exc:  # noqa: BLE001 - describing failures is the job
        findings.append(_fail("database", f"{type(exc).__name__}: {exc}"))
    findings += [
        _fail("adapter", f"{adapter.code} is unavailable: {adapter.reason}")
        for adapter in runtime.registry.unavailable()
    ]
    return findings


def _ok(check: str, message: str) -> Finding:
    return Finding(check=check, level="ok", message=message)


def _fail(check: str, message: str) -> Finding:
    return Finding(check=check, level="fail", message=message)


def _python() -> Finding:
    return _ok("python", sys.version.split()[0])


def _sqlite() -> Finding:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        return _fail("sqlite", f"{sqlite3.sqlite_version} is too old: 3.35 or newer is needed")
    return _ok("sqlite", sqlite3.sqlite_version)


def _home(settings: Settings) -> Finding:
    folder = settings.home
    if folder.is_dir() and not os.access(folder, os.W_OK):
        return _fail(
            "home", f"{folder} cannot be written: give this user the right, or set OCTAVO_HOME"
        )
    return _ok("home", str(folder))


def _admin() -> Finding:
    if not (admin_dist() / "index.html").is_file():
        return Finding(check="admin", level="warn", message="not built: run `make setup`")
    return _ok("admin", "built")


def _theme() -> Finding:
    theme: Path = default_theme()
    if not (theme / "theme.toml").is_file():
        return _fail("theme", f"no theme at {theme}")
    return _ok("theme", str(theme))


async def _database(runtime: Runtime) -> Finding:
    await fetch("SELECT 1 AS one")
    waiting = await pending_migrations(runtime.database)
    if waiting:
        return _fail("database", f"{len(waiting)} migrations wait: run `octavo migrate`")
    return _ok("database", runtime.settings.database_url.partition(":")[0])


async def _webhooks() -> list[Finding]:
    """Name the webhooks that were turned off by themselves: somebody is not told any more."""
    return [
        Finding(
            check="webhook",
            level="warn",
            message=f"{webhook.name} was turned off: {webhook.disabled_reason}",
        )
        for webhook in await webhooks.disabled_webhooks()
    ]


async def _times(runtime: Runtime) -> list[Finding]:
    """Name what is scheduled at a clock time that by new rules of its zone is another moment."""
    drifts = await rezoning.drifted(TIMETABLES, now=runtime.clock())
    findings = [
        Finding(check="time", level="warn", message=drift_line(drift))
        for drift in drifts[:_MOST_TIMES]
    ]
    if drifts:
        more = f"{len(drifts) - _MOST_TIMES} more; " if len(drifts) > _MOST_TIMES else ""
        advice = "`octavo times` lists them all, and with --keep puts them right"
        findings.append(Finding(check="time", level="warn", message=more + advice))
    return findings


def drift_line(drift: Drift) -> str:
    """Say in one line what is scheduled, and what its zone's rules make of that now."""
    thing = drift.thing
    said = f"{thing.id} “{thing.title}” at {wall_text(thing.wall)} {thing.zone}"
    if drift.expected is None:
        return f"{said}: stored as {thing.instant:%Y-%m-%dT%H:%M:%SZ}, but {drift.problem}"
    return (
        f"{said}: stored as {thing.instant:%Y-%m-%dT%H:%M:%SZ},"
        f" by today's rules of the zone {drift.expected.instant:%Y-%m-%dT%H:%M:%SZ}"
    )
