"""Clock times whose meaning changed with the rules of their zones."""

from typing import TYPE_CHECKING, Any

import click

from octavo.cli.console import print_json, run_on_runtime

if TYPE_CHECKING:
    from octavo.runtime import Runtime

_KEEP = {"clock-times": "wall_times", "moments": "instants"}


@click.command()
@click.option("--keep", type=click.Choice(sorted(_KEEP)), default=None, help="Which of the two.")
@click.option("--json", "as_json", is_flag=True)
def times(keep: str | None, *, as_json: bool) -> None:
    """List what is scheduled at clock times that mean another moment by today's time zone data."""
    from octavo.accounts.schemas import SYSTEM
    from octavo.content.rezoning import service as rezoning
    from octavo.content.rezoning.schemas import Mended
    from octavo.doctor import drift_line
    from octavo.runtime import TIMETABLES

    async def run(runtime: "Runtime") -> Mended:
        now = runtime.clock()
        if keep is None:
            return Mended(moved=[], left=await rezoning.drifted(TIMETABLES, now=now))
        wanted: Any = _KEEP[keep]
        return await rezoning.mend(
            wanted, timetables=TIMETABLES, actor=SYSTEM, now=now, bus=runtime.bus
        )

    report = run_on_runtime(run)
    if as_json:
        print_json(report)
        return
    for drift in report.left:
        click.echo(drift_line(drift))
    click.echo(f"{len(report.moved)} put right, {len(report.left)} left")
