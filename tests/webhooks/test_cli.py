"""`octavo webhook`: for whoever has the machine and not the admin."""

import json

import pytest
from click.testing import CliRunner

from octavo.cli import cli


@pytest.fixture
def octavo(desk, database_url, monkeypatch):
    """Run the command in a process-like way: it opens a runtime of its own."""
    settings = desk.runtime.settings
    for name, value in {
        "OCTAVO_HOME": str(settings.home),
        "OCTAVO_DATABASE_URL": database_url,
        "OCTAVO_ALLOWED_TARGETS": ",".join(settings.allowed_targets),
    }.items():
        monkeypatch.setenv(name, value)
    import asyncio

    async def run(*arguments):
        return await asyncio.to_thread(CliRunner().invoke, cli, ["webhook", *arguments])

    return run


async def test_webhooks_are_listed_tested_and_replayed(desk, receiver, octavo):
    from octavo.sdk.testing import Reply

    hook = await desk.hook(receiver.url, "piece.created")
    await desk.piece()
    await desk.send()
    receiver.replies = [Reply(status=204, body=b""), Reply(status=404)]
    number = str(hook["id"])
    listed = await octavo("list")
    fine = await octavo("ping", number)
    refused = await octavo("ping", number)
    unknown = await octavo("ping", "99")
    replayed = await octavo("replay", number, "--since", "2026-01-01", "--all", "--json")
    wrong = await octavo("replay", number, "--since", "yesterday")

    assert f"{number}  The mirror  {receiver.url}  piece.created  on" in listed.output
    assert (fine.exit_code, fine.output[:12]) == (0, "answered 204")
    assert (refused.exit_code, refused.output.strip()) == (
        1,
        f"octavo: webhook {number}: answered 404",
    )
    assert unknown.exit_code == 1
    assert json.loads(replayed.stdout)["queued"] == 1  # tests are not sent again
    assert wrong.exit_code == 2
