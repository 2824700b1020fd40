"""Commands over those who may sign in: users and API keys."""

import sys
from typing import TYPE_CHECKING, Any

import click

from octavo.cli.console import print_json, run_on_runtime

if TYPE_CHECKING:
    from octavo.runtime import Runtime


@click.group()
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

    click.echo(run_on_runtime(create))


@click.group()
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

    made = run_on_runtime(create)
    if as_json:
        print_json(made)
    else:
        click.echo(made.key)
