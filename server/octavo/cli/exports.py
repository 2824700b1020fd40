"""Commands that take content out: `octavo export markdown|json|wxr`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from octavo.cli.console import print_report, progress_line, run_on_runtime

if TYPE_CHECKING:
    from octavo.runtime import Runtime


@click.group("export")
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
            directory, media=runtime.media, ctas=Carrier(), progress=progress_line("exporting")
        )

    print_report(run_on_runtime(run), as_json=as_json)


@export.command("json")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def export_json(file: Path, *, as_json: bool) -> None:
    """Write every table that is yours into one JSON document, revisions included."""
    from octavo.content.exporters.everything import export_json as write
    from octavo.runtime import all_tables

    async def run(runtime: "Runtime") -> Any:
        return await write(
            file,
            tables=all_tables(),
            now=runtime.clock(),
            progress=progress_line("exporting"),
        )

    print_report(run_on_runtime(run), as_json=as_json)


@export.command("wxr")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def export_wxr(file: Path, *, as_json: bool) -> None:
    """Write posts and pages for WordPress (WXR 1.2)."""
    from octavo.content.exporters.wxr import export_wxr as write
    from octavo.publishing.text.markdown import plain_html

    async def run(runtime: "Runtime") -> Any:
        return await write(
            file,
            media=runtime.media,
            render=plain_html,
            now=runtime.clock(),
            progress=progress_line("exporting"),
        )

    print_report(run_on_runtime(run), as_json=as_json)
