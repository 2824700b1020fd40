"""What the commands share: a runtime to work on, errors in one line, progress, printing."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from octavo.kernel.errors import InvalidInputError, OctavoError
from octavo.kernel.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from octavo.kernel.settings import Settings
    from octavo.runtime import Runtime

T = TypeVar("T")


class FailedError(click.ClickException):
    """Ends the command with exit code 1 and one line on standard error."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the line without click's `Error:` in front."""
        click.echo(f"octavo: {self.message}", err=True, file=file)


def settings_or_fail() -> "Settings":
    """Read the settings; what is wrong with them is one line."""
    try:
        return load_settings()
    except SettingsError as exc:
        raise FailedError(str(exc)) from exc


def run_on_runtime(work: "Callable[[Runtime], Awaitable[T]]") -> T:
    """Run the work on a migrated runtime that is opened and closed around it."""

    async def run() -> T:
        async with _opened(settings_or_fail()) as runtime:
            return await work(runtime)

    with one_line_errors():
        return asyncio.run(run())


@asynccontextmanager
async def _opened(settings: "Settings") -> "AsyncIterator[Runtime]":
    from octavo.runtime import build_runtime, migrate_database

    await migrate_database(settings)
    runtime = build_runtime(settings)
    async with runtime.opened():
        yield runtime


class one_line_errors:  # noqa: N801 - reads as a statement
    """Turns what we know how to say into one line and exit code 1."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, InvalidInputError) and error.fields:
            fields = "; ".join(f"{wrong.field}: {wrong.message}" for wrong in error.fields)
            raise FailedError(f"{error.message} ({fields})") from error
        if isinstance(error, OctavoError):
            raise FailedError(error.message) from error
        if isinstance(error, OSError):
            raise FailedError(f"{error.strerror or error}: {error.filename or ''}") from error
        if error is not None and _is_of_database(error):
            raise FailedError(f"the database cannot be used: {error}") from error


def _is_of_database(error: BaseException) -> bool:
    """Say whether a driver raised it: a damaged file, a wrong password, a missing database."""
    module = type(error).__module__.partition(".")[0]
    return module in {"sqlite3", "asyncpg"}


def progress_line(verb: str) -> Callable[[int, int], None] | None:
    """Make a progress line for a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        click.echo(f"\r{verb} {done}/{total}{end}", err=True, nl=False)

    return show


def phase_lines() -> "Callable[[str, int, int], None] | None":
    """Make a progress line for work in phases: bytes are read, then items imported."""
    shows = {phase: progress_line(phase) for phase in ("reading", "importing")}
    if shows["importing"] is None:
        return None

    def show(phase: str, done: int, total: int) -> None:
        line = shows[phase]
        if line is not None:
            line(done, total)

    return show


def print_json(value: Any) -> None:
    """Print one JSON document, indented."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_report(report: Any, *, as_json: bool) -> None:
    """Print the report as its table, or as JSON."""
    if as_json:
        print_json(report)
    else:
        click.echo(report.as_table())
