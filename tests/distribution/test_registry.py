"""Plugins that are installed, missing, broken, too old or wrong: each by itself."""

from importlib.metadata import EntryPoint
from typing import Any, ClassVar

import msgspec
import pytest

from octavo.distribution import registry
from octavo.distribution.errors import AdapterUnavailableError, AdapterUnknownError
from octavo.distribution.registry import AdapterRegistry
from octavo.kernel import plugins
from octavo.sdk import Adapter, Capabilities, Context, Prepared, Published


class Plain(msgspec.Struct):
    url: str


class Good(Adapter[Plain]):
    api_version: ClassVar[int] = 1
    id: ClassVar[str] = "good"
    title: ClassVar[str] = "Good"
    capabilities: ClassVar[Capabilities] = Capabilities(idempotency="none")
    settings: ClassVar[type[msgspec.Struct]] = Plain

    async def publish(self, ctx: Context[Plain], prepared: Prepared) -> Published:
        return Published(remote_id="1")


def variant(**changed: Any) -> type:
    return type("Variant", (Good,), changed)


def test_the_plugins_of_this_repository_are_found() -> None:
    found = {info.id: info for info in AdapterRegistry().list()}

    assert found["webhook"].available
    assert found["webhook"].secret_names == ["previous_secret", "secret"]
    assert found["webhook"].settings_schema["properties"]["secret"]["writeOnly"] is True
    assert found["mastodon"].idempotency == "lookup"


@pytest.mark.parametrize(
    ("thing", "reason"),
    [
        (variant(api_version=2, id="x"), "speaks version 2"),
        (variant(id="other"), "its id must be 'x'"),
        (variant(id="x", title=""), "title"),
        (variant(id="x", capabilities=None), "capabilities"),
        (variant(id="x", capabilities=Capabilities(idempotency="none", counter="?")), "counter"),
        (variant(id="x", settings=dict), "msgspec Struct"),
        (type("Abstract", (Adapter,), {"api_version": 1, "id": "x", "title": "X"}), "capabilities"),
        (object, "not a subclass"),
        ("a string", "not a subclass"),
        (
            variant(id="x", __init__=lambda self: 1 / 0),
            "cannot be made (ZeroDivisionError",
        ),
    ],
)
def test_a_wrong_adapter_disables_only_itself(thing: object, reason: str) -> None:
    adapters = AdapterRegistry({"x": thing, "good": Good})

    assert isinstance(adapters.get("good"), Good)
    assert [(one.code, reason in one.reason) for one in adapters.unavailable()] == [("x", True)]
    with pytest.raises(AdapterUnavailableError, match="x is unavailable"):
        adapters.get("x")
    listed = {info.id: info for info in adapters.list()}
    assert not listed["x"].available
    assert listed["good"].available


def test_an_adapter_that_is_not_installed_is_unknown() -> None:
    with pytest.raises(AdapterUnknownError, match="installed: good"):
        AdapterRegistry({"good": Good}).get("bad")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint(name="gone", value="no_such_module:Thing", group=registry.GROUP),
        EntryPoint(name="nameless", value="octavo.sdk:NoSuchName", group=registry.GROUP),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda **_: points)


@pytest.mark.usefixtures("broken")
def test_a_plugin_that_cannot_be_imported_says_why() -> None:
    reasons = {one.code: one.reason for one in AdapterRegistry().unavailable()}

    assert "No module named 'no_such_module'" in reasons["gone"]
    assert "AttributeError" in reasons["nameless"]
