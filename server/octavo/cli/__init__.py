"""The `octavo` command: exit 0 on success, 1 with one clear line on failure, 2 on wrong usage.

`--json` prints one JSON document on standard output; long work shows progress on standard error
when that is a terminal. Heavy modules are imported inside the commands, so that `--help` is quick.
"""

import asyncio
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

import octavo
from octavo.cli.console import (
    one_line_errors,
    print_json,
    progress_line,
    run_on_runtime,
    settings_or_fail,
)
from octavo.cli.deploy import deploy
from octavo.cli.exports import export
from octavo.cli.imports import import_
from octavo.cli.media import media
from octavo.cli.people import key, user
from octavo.cli.themes import theme
from octavo.cli.times import times
from octavo.cli.webhooks import webhook

if TYPE_CHECKING:
    from octavo.runtime import Runtime


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(octavo.__version__, prog_name="octavo", message="%(prog)s %(version)s")
def cli() -> None:
    """Plan, write, publish, distribute and measure content."""


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--no-worker", is_flag=True, help="Leave scheduled work to `octavo worker`.")
def serve(host: str, port: int, *, no_worker: bool) -> None:
    """Serve the API, the admin, tracked links and the generated site."""
    from octavo.serving import serve as serve_app

    settings = settings_or_fail()
    with one_line_errors():
        serve_app(settings, host=host, port=port, with_worker=not no_worker)


@cli.command()
def worker() -> None:
    """Run scheduled publishing and background work alone, until stopped."""
    from octavo.worker import run_worker

    run_on_runtime(run_worker)


@cli.command()
@click.option("--json", "as_json", is_flag=True)
def migrate(*, as_json: bool) -> None:
    """Bring the database to this version; copies an SQLite file first."""
    from octavo.runtime import migrate_database

    with one_line_errors():
        report = asyncio.run(migrate_database(settings_or_fail()))
    if as_json:
        print_json(report)
    else:
        click.echo(report.summary)


@cli.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(*, as_json: bool) -> None:
    """Check the installation and say what to do about what is wrong; exit 1 when something is."""
    from octavo.doctor import examine

    with one_line_errors():
        findings = asyncio.run(examine(settings_or_fail()))
    if as_json:
        print_json({"findings": findings})
    else:
        for finding in findings:
            click.echo(f"{finding.level:<5} {finding.check}: {finding.message}")
    if any(finding.level == "fail" for finding in findings):
        sys.exit(1)


@cli.command()
@click.option("--full", is_flag=True, help="Render everything again, whatever is recorded.")
@click.option("--output", type=click.Path(path_type=Path), default=None, help="Another folder.")
@click.option("--json", "as_json", is_flag=True)
def build(output: Path | None, *, full: bool, as_json: bool) -> None:
    """Write the static site: only the pages that changed."""

    async def run(runtime: "Runtime") -> Any:
        return await runtime.site.build(
            full=full, output=output, now=runtime.clock(), progress=progress_line("building")
        )

    report = run_on_runtime(run)
    if as_json:
        print_json(report)
        return
    for problem in report.problems:
        click.echo(f"skipped: {problem}", err=True)
    click.echo(
        f"{report.written} written, {report.unchanged} unchanged, {report.removed} removed"
        f" in {report.seconds:.2f} s"
    )


@cli.command()
def demo() -> None:
    """Fill an empty database with a sample organisation."""
    from octavo.demo import fill_with_sample

    click.echo(run_on_runtime(fill_with_sample))


@cli.command("openapi", hidden=True)
def openapi() -> None:
    """Print the schema of the API."""
    from octavo.api_schema import described
    from octavo.app import create_app
    from octavo.runtime import build_runtime

    with one_line_errors():
        schema = described(create_app(build_runtime(settings_or_fail())).api.openapi_schema)
    click.echo(msgspec.json.format(msgspec.json.encode(schema), indent=2).decode())


for group in (user, key, webhook, import_, export, media, times, deploy, theme):
    cli.add_command(group)


def main() -> None:
    """Run the command line."""
    # Rows and pages come by the thousand and hold no cycles: looking for some at every 700 objects,
    # which is Python's default, costs a build a twentieth of its time.
    gc.set_threshold(50_000, 20, 20)
    cli()
