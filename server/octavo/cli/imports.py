"""Commands that bring content in: `octavo import markdown|wordpress|ghost`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from octavo.cli.console import phase_lines, print_report, progress_line, run_on_runtime

if TYPE_CHECKING:
    from octavo.runtime import Runtime


@click.group("import")
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
            progress=progress_line("importing"),
            ctas=Carrier(),
        )

    print_report(run_on_runtime(run), as_json=as_json)


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
    from octavo.content.importers.formats import Options
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
            progress=phase_lines(),
        )

    print_report(run_on_runtime(run), as_json=as_json)


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
    from octavo.content.importers.formats import Options
    from octavo.content.importers.ghost import service as importer

    options = importer.GhostOptions(
        common=Options(dry_run=dry_run, author_email=author_email),
        content=content,
        site_url=site_url,
        fetch_media=fetch_media,
        redirects=redirects,
        settings=settings,
    )

    async def run(runtime: "Runtime") -> Any:
        shown = progress_line("importing")
        return await importer.import_ghost(
            export,
            options=options,
            now=runtime.clock(),
            bus=runtime.bus,
            media=runtime.media,
            http=runtime.http,
            progress=shown and (lambda _phase, done, total: shown(done, total)),
        )

    print_report(run_on_runtime(run), as_json=as_json)
