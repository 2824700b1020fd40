"""What a channel keeps: settings that may be read and exported, and secrets that may not."""

import msgspec
import pytest

from octavo.content.exporters import everything
from octavo.distribution.errors import AdapterUnavailableError, InvalidChannelError
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.tables import ChannelRow
from octavo.runtime import all_tables
from octavo.sdk import Secret

TOKEN = "hush-hush-4711"


class Hiding(msgspec.Struct, frozen=True, kw_only=True):
    accounts: list[Secret]


async def test_settings_of_a_channel_hold_no_secret_and_neither_do_exports(desk, tmp_path):
    await desk.channel(settings={"account": "crumb"}, secrets={"token": TOKEN})

    (row,) = await ChannelRow.select()
    target = tmp_path / "all.json"
    await everything.export_json(target, tables=all_tables(), now=desk.now)

    assert row["settings"] == '{"account":"crumb"}'
    assert TOKEN not in str(row)
    assert '"account":"crumb"' in target.read_text()
    assert TOKEN not in target.read_text()


async def test_a_secret_among_the_settings_is_refused(desk):
    with pytest.raises(InvalidChannelError) as refused:
        await desk.channel(settings={"account": "crumb", "token": TOKEN}, secrets={})

    assert TOKEN not in str(refused.value)
    assert await ChannelRow.count() == 0


def test_an_adapter_that_hides_secrets_in_its_settings_is_unavailable(fake, network):
    kind = type("Hider", (fake(network),), {"settings": Hiding})
    registry = AdapterRegistry({kind.id: kind})

    with pytest.raises(AdapterUnavailableError, match="has a secret inside"):
        registry.get(kind.id)
