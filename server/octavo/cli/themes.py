"""`octavo theme`: begin a theme of one's own, and look it over before readers do."""

import sys
from pathlib import Path

import click

from octavo.cli.console import one_line_errors, print_json, settings_or_fail


@click.group()
def theme() -> None:
    """Begin and check a theme of your own."""


@theme.command("new")
@click.argument("folder", type=click.Path(path_type=Path), required=False, default=None)
@click.option("--name", default="Our theme", show_default=True, help="What it is called.")
@click.option("--json", "as_json", is_flag=True)
def new(folder: Path | None, name: str, *, as_json: bool) -> None:
    """Write a small theme into FOLDER, or into the data folder, where the site takes it up."""
    from octavo.kernel.paths import default_theme
    from octavo.publishing.theming.new import new_theme

    target = folder or settings_or_fail().home / "theme"
    with one_line_errors():
        files = new_theme(target, name=name, default=default_theme())
    if as_json:
        print_json({"folder": str(target), "files": files})
        return
    for file in files:
        click.echo(f"wrote {target / file}")


@theme.command("check")
@click.argument("folder", type=click.Path(path_type=Path), required=False, default=None)
@click.option("--json", "as_json", is_flag=True)
def check(folder: Path | None, *, as_json: bool) -> None:
    """Render every template of the theme in FOLDER with samples; exit 1 when it cannot be used."""
    from octavo.kernel.paths import default_theme
    from octavo.publishing.theming.check import check_theme

    target = folder or settings_or_fail().home / "theme"
    with one_line_errors():
        findings = check_theme(target, default_theme())
    if as_json:
        print_json({"folder": str(target), "findings": findings})
    else:
        for found in findings:
            place = f"{found.file}:{found.line}" if found.line else found.file
            click.echo(f"{found.level:<7} {place}: {found.message}. {found.fix}.")
        if not findings:
            click.echo("nothing to mend")
    if any(found.level == "error" for found in findings):
        sys.exit(1)
