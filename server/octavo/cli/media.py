"""Commands over the media library."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from octavo.cli.console import print_json, progress_line, run_on_runtime

if TYPE_CHECKING:
    from octavo.runtime import Runtime


@click.group()
def media() -> None:
    """The media library."""


@media.command("renditions")
@click.option("--all", "everything", is_flag=True, help="Look at every picture; retry failed ones.")
@click.option("--json", "as_json", is_flag=True)
def media_renditions(*, everything: bool, as_json: bool) -> None:
    """Make the sizes of pictures that wait, and say how many pictures stand how."""
    from octavo.publishing.images.jobs import Studio

    async def make(runtime: "Runtime") -> Any:
        studio = Studio(store=runtime.media, clock=runtime.clock, recipe=runtime.recipe)
        await (studio.look_again(failed=True) if everything else studio.find_new())
        await studio.make_waiting(told=progress_line("making sizes"))
        dropped = await studio.drop_unneeded(at_once=True) if everything else 0
        return await studio.counts(dropped=dropped)

    counts = run_on_runtime(make)
    if as_json:
        print_json(counts)
        return
    click.echo(
        f"{counts.made} pictures have {counts.sizes} sizes ({counts.size_bytes:,} bytes),"
        f" {counts.kept} stay as they are, {counts.failed} failed, {counts.wanted} wait,"
        f" {counts.dropped} sizes dropped"
    )


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

    report = run_on_runtime(find)
    if as_json:
        print_json(report)
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
