"""The `octavo` command: exit 0 on success, 1 with one clear line on failure, 2 on wrong usage.

`--json` prints one JSON document on standard output; long work shows progress on standard error
when that is a terminal. Heavy modules are imported inside the commands, so that `--help` is quick.
"""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

import octavo
from octavo.kernel.errors import InvalidInputError, OctavoError
from octavo.kernel.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from octavo.kernel.settings import Settings
    from octavo.runtime import Runtime

T = TypeVar("T")

_ID = click.IntRange(1, 2**31 - 1)
_INSTANTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class FailedError(click.ClickException):
    """Ends the command with exit code 1 and one line on standard error."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the line without click's `Error:` in front."""
        click.echo(f"octavo: {self.message}", err=True, file=file)


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

    settings = _settings()
    with _one_line_errors():
        serve_app(settings, host=host, port=port, with_worker=not no_worker)


@cli.command()
def worker() -> None:
    """Run scheduled publishing and background work alone, until stopped."""
    from octavo.worker import run_worker

    _run(run_worker)


@cli.command()
@click.option("--json", "as_json", is_flag=True)
def migrate(*, as_json: bool) -> None:
    """Bring the database to this version; copies an SQLite file first."""
    from octavo.runtime import migrate_database

    with _one_line_errors():
        report = asyncio.run(migrate_database(_settings()))
    if as_json:
        _print_json(report)
    else:
        click.echo(report.summary)


@cli.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(*, as_json: bool) -> None:
    """Check the installation and say what to do about what is wrong; exit 1 when something is."""
    from octavo.doctor import examine

    with _one_line_errors():
        findings = asyncio.run(examine(_settings()))
    if as_json:
        _print_json({"findings": findings})
    else:
        for finding in findings:
            click.echo(f"{finding.level:<5} {finding.check}: {finding.message}")
    if any(finding.level == "fail" for finding in findings):
        sys.exit(1)


@cli.group()
def user() -> None:
    """People who can sign in."""


@user.command("create")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(["owner", "editor", "writer", "marketer"]))
@click.option("--name", default="", help="Shown as the author; default: the part before the @.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password's line.")
def create_user(email: str, role: Any, name: str, *, password_stdin: bool) -> None:
    """Create a user; the password is read from standard input."""
    from octavo.accounts import service as accounts

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""

    async def create(runtime: "Runtime") -> str:
        made = await accounts.create_user(
            email, role=role, name=name, password=password, now=runtime.clock(), bus=runtime.bus
        )
        return f"created {made.role} {made.email}"

    click.echo(_run(create))


@cli.group()
def key() -> None:
    """API keys."""


@key.command("create")
@click.argument("name")
@click.option("--scope", required=True, type=click.Choice(["content", "admin"]))
@click.option("--json", "as_json", is_flag=True)
def create_key(name: str, scope: Any, *, as_json: bool) -> None:
    """Create an API key and print it, once."""
    from octavo.accounts import service as accounts
    from octavo.accounts.schemas import SYSTEM, ApiKeyIn

    async def create(runtime: "Runtime") -> Any:
        data = ApiKeyIn(name=name, scope=scope)
        return await accounts.make_key(data, actor=SYSTEM, now=runtime.clock(), bus=runtime.bus)

    made = _run(create)
    if as_json:
        _print_json(made)
    else:
        click.echo(made.key)


@cli.group()
def webhook() -> None:
    """Webhooks: what they are, whether they work, and what is to be sent again."""


@webhook.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_webhooks(*, as_json: bool) -> None:
    """List the webhooks."""
    from octavo.webhooks import queries as webhooks

    async def read(_: "Runtime") -> Any:
        return await webhooks.list_webhooks(limit=100)

    page = _run(read)
    if as_json:
        _print_json(page)
        return
    for hook in page.items:
        state = "on" if hook.is_active else f"off ({hook.disabled_reason or 'by hand'})"
        click.echo(f"{hook.id}  {hook.name}  {hook.url}  {', '.join(hook.events)}  {state}")


@webhook.command("ping")
@click.argument("webhook_id", type=_ID)
@click.option("--json", "as_json", is_flag=True)
def ping_webhook(webhook_id: int, *, as_json: bool) -> None:
    """Send a test event and tell what the receiver answered; exit 1 when it is not a 2xx."""
    from octavo.accounts.schemas import SYSTEM
    from octavo.webhooks import service as webhooks

    async def ping(runtime: "Runtime") -> Any:
        return await webhooks.ping_webhook(
            webhook_id,
            actor=SYSTEM,
            now=runtime.clock(),
            vault=runtime.vault,
            http=runtime.http,
            bus=runtime.bus,
        )

    delivery = _run(ping)
    attempt = delivery.attempts[-1]
    if as_json:
        _print_json(delivery)
    if delivery.state != "delivered":
        raise FailedError(f"webhook {webhook_id}: {attempt.error}")
    if not as_json:
        click.echo(f"answered {attempt.status} in {attempt.duration_ms} ms")


@webhook.command("replay")
@click.argument("webhook_id", type=_ID)
@click.option("--since", required=True, type=click.DateTime(_INSTANTS), help="Instant, in UTC.")
@click.option("--all", "everything", is_flag=True, help="What was delivered, too.")
@click.option("--json", "as_json", is_flag=True)
def replay_webhook(webhook_id: int, since: datetime, *, everything: bool, as_json: bool) -> None:
    """Let the worker send again what failed since then."""
    from octavo.accounts.schemas import SYSTEM
    from octavo.webhooks import service as webhooks
    from octavo.webhooks.schemas import ReplayIn

    async def replay(runtime: "Runtime") -> Any:
        data = ReplayIn(
            start=since.replace(tzinfo=UTC),
            states=["failed", "delivered"] if everything else ["failed"],
        )
        return await webhooks.replay_range(webhook_id, data, actor=SYSTEM, now=runtime.clock())

    replayed = _run(replay)
    if as_json:
        _print_json(replayed)
    else:
        click.echo(f"{replayed.queued} deliveries go out again")


@cli.group("import")
def import_() -> None:
    """Bring content in from elsewhere."""


@import_.command("markdown")
@click.argument("directory", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Report what would happen; change nothing.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--author", "author_email", default=None, help="User who gets pieces without author.")
@click.option("--timezone", "zone", default=None, help="IANA zone of dates that name none.")
def import_markdown(
    directory: Path, author_email: str | None, zone: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Import a folder (or .zip) of Markdown files with front matter."""
    from octavo.content.importers import markdown as importer
    from octavo.cta.carrying import Carrier

    async def run(runtime: "Runtime") -> Any:
        return await importer.import_markdown(
            directory,
            dry_run=dry_run,
            author_email=author_email,
            zone=zone,
            now=runtime.clock(),
            bus=runtime.bus,
            media=runtime.media,
            progress=_progress("importing"),
            ctas=Carrier(),
        )

    report = _run(run)
    if as_json:
        _print_json(report)
    else:
        click.echo(report.as_table())


@import_.command("wordpress")
@click.argument("export", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--uploads",
    default=None,
    type=click.Path(exists=True, path_type=Path),
    help="Folder or .zip of wp-content/uploads.",
)
@click.option("--fetch-media", is_flag=True, help="Fetch files from where they lie.")
@click.option("--comments", is_flag=True, help="Keep comments with their posts (personal data).")
@click.option("--dry-run", is_flag=True, help="Report what would happen; change nothing.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--author", "author_email", default=None, help="User who gets pieces without author.")
@click.option("--timezone", "zone", default=None, help="IANA zone of dates that name none.")
def import_wordpress(
    export: Path,
    uploads: Path | None,
    author_email: str | None,
    zone: str | None,
    *,
    fetch_media: bool,
    comments: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import a WordPress export (WXR): an .xml, or a folder or .zip with one or more of them."""
    from octavo.content.importers.intake import Options
    from octavo.content.importers.wordpress import service as importer

    options = importer.WordPressOptions(
        common=Options(dry_run=dry_run, author_email=author_email, zone=zone),
        uploads=uploads,
        fetch_media=fetch_media,
        comments=comments,
    )

    async def run(runtime: "Runtime") -> Any:
        return await importer.import_wordpress(
            export,
            options=options,
            now=runtime.clock(),
            bus=runtime.bus,
            media=runtime.media,
            http=runtime.http,
            progress=_phases(),
        )

    report = _run(run)
    if as_json:
        _print_json(report)
    else:
        click.echo(report.as_table())


@import_.command("ghost")
@click.argument("export", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--content",
    default=None,
    type=click.Path(exists=True, path_type=Path),
    help="Folder or .zip of the pictures.",
)
@click.option("--site-url", default="", help="Where the blog was read, e.g. https://blog.example.")
@click.option("--fetch-media", is_flag=True, help="Fetch pictures from where they lie.")
@click.option(
    "--redirects",
    default=None,
    help="Ghost's redirects.json or redirects.yaml.",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--settings", is_flag=True, help="Take over title and description.")
@click.option("--dry-run", is_flag=True, help="Report what would happen; change nothing.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--author", "author_email", default=None, help="User who gets pieces without author.")
def import_ghost(
    export: Path,
    content: Path | None,
    site_url: str,
    redirects: Path | None,
    author_email: str | None,
    *,
    fetch_media: bool,
    settings: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import an export of Ghost (.json, or a .zip that holds it) of any version."""
    from octavo.content.importers.ghost import service as importer
    from octavo.content.importers.intake import Options

    options = importer.GhostOptions(
        common=Options(dry_run=dry_run, author_email=author_email),
        content=content,
        site_url=site_url,
        fetch_media=fetch_media,
        redirects=redirects,
        settings=settings,
    )

    async def run(runtime: "Runtime") -> Any:
        shown = _progress("importing")
        return await importer.import_ghost(
            export,
            options=options,
            now=runtime.clock(),
            bus=runtime.bus,
            media=runtime.media,
            http=runtime.http,
            progress=shown and (lambda _phase, done, total: shown(done, total)),
        )

    report = _run(run)
    if as_json:
        _print_json(report)
    else:
        click.echo(report.as_table())


@cli.group("export")
def export() -> None:
    """Take content out, whole."""


@export.command("markdown")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def export_markdown(directory: Path, *, as_json: bool) -> None:
    """Write everything as Markdown that `import markdown` takes back without loss."""
    from octavo.content.exporters import markdown as exporter
    from octavo.cta.carrying import Carrier

    async def run(runtime: "Runtime") -> Any:
        return await exporter.export_markdown(
            directory, media=runtime.media, ctas=Carrier(), progress=_progress("exporting")
        )

    _print_report(_run(run), as_json=as_json)


@export.command("json")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def export_json(file: Path, *, as_json: bool) -> None:
    """Write every table that is yours into one JSON document, revisions included."""
    from octavo.content.exporters.everything import export_json as write
    from octavo.runtime import all_tables

    async def run(runtime: "Runtime") -> Any:
        return await write(file, tables=all_tables(), now=runtime.clock())

    _print_report(_run(run), as_json=as_json)


@export.command("wxr")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def export_wxr(file: Path, *, as_json: bool) -> None:
    """Write posts and pages for WordPress (WXR 1.2)."""
    from octavo.content.exporters.wxr import export_wxr as write
    from octavo.publishing.markdown import plain_html

    async def run(runtime: "Runtime") -> Any:
        return await write(
            file,
            media=runtime.media,
            render=plain_html,
            now=runtime.clock(),
            progress=_progress("exporting"),
        )

    _print_report(_run(run), as_json=as_json)


def _print_report(report: Any, *, as_json: bool) -> None:
    if as_json:
        _print_json(report)
    else:
        click.echo(report.as_table())


@cli.group()
def media() -> None:
    """The media library."""


@media.command("orphans")
@click.option("--delete", is_flag=True, help="Delete files that no row points at.")
@click.option("--min-age", default=60, show_default=True, type=click.IntRange(0), help="Minutes.")
@click.option("--json", "as_json", is_flag=True)
def media_orphans(min_age: int, *, delete: bool, as_json: bool) -> None:
    """List files without rows, rows without files, and files that no piece uses."""
    from octavo.content.media import orphans

    async def find(runtime: "Runtime") -> Any:
        age = timedelta(minutes=min_age)
        if delete:
            return await orphans.drop_orphans(store=runtime.media, now=runtime.clock(), min_age=age)
        return await orphans.find_orphans(store=runtime.media)

    report = _run(find)
    if as_json:
        _print_json(report)
        return
    for file in report.files_without_row:
        click.echo(f"file without row   {file.name}  {file.size_bytes:,} bytes")
    for lost in report.rows_without_file:
        click.echo(f"row without file   {lost.id}  {lost.name}  {lost.path}")
    for unused in report.unused:
        click.echo(f"used by no piece   {unused.id}  {unused.name}")
    click.echo(
        f"{report.count_files_without_row} files without row ({report.bytes_without_row:,} bytes),"
        f" {report.count_rows_without_file} rows without file, {report.count_unused} unused,"
        f" {report.deleted} deleted"
    )


@cli.command()
@click.option("--full", is_flag=True, help="Render everything again, whatever is recorded.")
@click.option("--output", type=click.Path(path_type=Path), default=None, help="Another folder.")
@click.option("--json", "as_json", is_flag=True)
def build(output: Path | None, *, full: bool, as_json: bool) -> None:
    """Write the static site: only the pages that changed."""

    async def run(runtime: "Runtime") -> Any:
        return await runtime.site.build(
            full=full, output=output, now=runtime.clock(), progress=_progress("building")
        )

    report = _run(run)
    if as_json:
        _print_json(report)
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

    click.echo(_run(fill_with_sample))


@cli.command("openapi", hidden=True)
def openapi() -> None:
    """Print the schema of the API."""
    from octavo.api_schema import described
    from octavo.app import create_app
    from octavo.runtime import build_runtime

    with _one_line_errors():
        schema = described(create_app(build_runtime(_settings())).api.openapi_schema)
    click.echo(msgspec.json.format(msgspec.json.encode(schema), indent=2).decode())


def main() -> None:
    """Run the command line."""
    # Rows and pages come by the thousand and hold no cycles: looking for some at every 700 objects,
    # which is Python's default, costs a build a twentieth of its time.
    gc.set_threshold(50_000, 20, 20)
    cli()


def _settings() -> "Settings":
    try:
        return load_settings()
    except SettingsError as exc:
        raise FailedError(str(exc)) from exc


def _run(work: "Callable[[Runtime], Awaitable[T]]") -> T:
    """Run the work on a migrated runtime that is opened and closed around it."""

    async def run() -> T:
        async with _opened(_settings()) as runtime:
            return await work(runtime)

    with _one_line_errors():
        return asyncio.run(run())


@asynccontextmanager
async def _opened(settings: "Settings") -> "AsyncIterator[Runtime]":
    from octavo.runtime import build_runtime, migrate_database

    await migrate_database(settings)
    runtime = build_runtime(settings)
    async with runtime.opened():
        yield runtime


class _one_line_errors:  # noqa: N801 - reads as a statement
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


def _progress(verb: str) -> Callable[[int, int], None] | None:
    """Make a progress line for a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        click.echo(f"\r{verb} {done}/{total}{end}", err=True, nl=False)

    return show


def _phases() -> "Callable[[str, int, int], None] | None":
    """Make a progress line for work in phases: bytes are read, then items imported."""
    shows = {phase: _progress(phase) for phase in ("reading", "importing")}
    if shows["importing"] is None:
        return None

    def show(phase: str, done: int, total: int) -> None:
        line = shows[phase]
        if line is not None:
            line(done, total)

    return show


def _print_json(value: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
