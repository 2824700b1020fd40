"""Commands over webhooks: list, ping, replay."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from octavo.cli.console import FailedError, print_json, run_on_runtime

if TYPE_CHECKING:
    from octavo.runtime import Runtime

_ID = click.IntRange(1, 2**31 - 1)
_INSTANTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@click.group()
def webhook() -> None:
    """Webhooks: what they are, whether they work, and what is to be sent again."""


@webhook.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_webhooks(*, as_json: bool) -> None:
    """List the webhooks."""
    from octavo.webhooks import queries as webhooks

    async def read(_: "Runtime") -> Any:
        return await webhooks.list_webhooks(limit=100)

    page = run_on_runtime(read)
    if as_json:
        print_json(page)
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

    delivery = run_on_runtime(ping)
    attempt = delivery.attempts[-1]
    if as_json:
        print_json(delivery)
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

    replayed = run_on_runtime(replay)
    if as_json:
        print_json(replayed)
    else:
        click.echo(f"{replayed.queued} deliveries go out again")
