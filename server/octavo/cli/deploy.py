"""`octavo deploy`: copy the site to its targets now."""

from typing import TYPE_CHECKING, Any

import click

from octavo.cli.console import FailedError, print_json, run_on_runtime

if TYPE_CHECKING:
    from octavo.runtime import Runtime

_WAIT_S = 600.0


@click.command()
@click.argument("target", required=False)
@click.option("--full", is_flag=True, help="Ask the target for all it has; compare everything.")
@click.option("--dry-run", is_flag=True, help="Say what would be moved, at most; move nothing.")
@click.option("--json", "as_json", is_flag=True)
def deploy(target: str | None, *, full: bool, dry_run: bool, as_json: bool) -> None:
    """Copy the site as it stands to TARGET (an id or a name), or to every target that is on.

    Exit 1 when a target has not got everything; the next run goes on from there.
    """

    async def work(runtime: "Runtime") -> list[dict[str, Any]]:
        from octavo.deploying import queries

        targets = await queries.list_targets(standing="")
        wanted = _wanted(targets, target)
        return [await _one(runtime, one, full=full, dry_run=dry_run) for one in wanted]

    done = run_on_runtime(work)
    if as_json:
        print_json(done)
    else:
        for one in done:
            click.echo(_line(one, dry_run=dry_run))
    failed = [one["name"] for one in done if one["error"]]
    if failed:
        raise FailedError(f"not deployed: {', '.join(failed)}")


def _wanted(targets: list[Any], named: str | None) -> list[Any]:
    if named is None:
        return [one for one in targets if one.is_active]
    found = [one for one in targets if named in {str(one.id), one.name}]
    if not found:
        names = ", ".join(one.name for one in targets) or "none"
        raise FailedError(f"there is no deploy target {named!r}; there are: {names}")
    return found[:1]


async def _one(runtime: "Runtime", target: Any, *, full: bool, dry_run: bool) -> dict[str, Any]:
    from octavo.deploying import running
    from octavo.kernel.errors import OctavoError
    from octavo.sdk.deploying import DeployError

    deploying = running.Deploying(
        site=runtime.site,
        registry=runtime.deployers,
        vault=runtime.vault,
        http=runtime.http,
        settings=runtime.settings,
        clock=runtime.clock,
    )
    counts: dict[str, Any] = {}
    error = None
    try:
        done: Any = (
            await running.dry_run(deploying, target.id, full=full)
            if dry_run
            else await running.run_deployment(
                deploying, target.id, reason="command", full=full, wait_s=_WAIT_S
            )
        )
        fields = ("to_put", "to_delete", "put", "same", "deleted", "size_bytes")
        counts = {name: getattr(done, name) for name in fields}
        error = getattr(done, "error", None)
    except DeployError as exc:
        error = exc.reason
    except OctavoError as exc:
        error = exc.message
    return {"target_id": target.id, "name": target.name, **counts, "error": error}


def _line(one: dict[str, Any], *, dry_run: bool) -> str:
    if one["error"]:
        return f"{one['name']}: {one['error']}"
    if dry_run:
        return f"{one['name']}: {one['to_put']} files to put at most, {one['to_delete']} to delete"
    size = one["size_bytes"] / 1_000_000
    return (
        f"{one['name']}: {one['put']} files put ({size:.1f} MB), {one['same']} were there,"
        f" {one['deleted']} deleted"
    )
