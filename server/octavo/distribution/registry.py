"""Which adapters there are, and what each says of itself."""

from collections.abc import Mapping
from typing import Any, Final

from octavo.distribution.errors import AdapterUnavailableError, AdapterUnknownError
from octavo.distribution.schemas import AdapterInfo
from octavo.kernel.errors import FieldError
from octavo.kernel.plugins import (
    PluginFaultError,
    Plugins,
    Unavailable,
    check_identity,
    check_settings,
)
from octavo.sdk import API_VERSION, Adapter, Capabilities, secret_fields, settings_schema
from octavo.sdk.text import COUNTERS

__all__ = ["AdapterRegistry"]

GROUP: Final = "octavo.adapters"

AnyAdapter = Adapter[Any]


class AdapterRegistry:
    """The adapters of this process.

    Args:
        adapters: classes (or anything that calls itself one) by id, in place of what is installed.
    """

    def __init__(self, adapters: Mapping[str, object] | None = None) -> None:
        self._plugins = Plugins(GROUP, accept=_made, given=adapters)

    def get(self, adapter_id: str) -> AnyAdapter:
        """Answer an adapter that can be used.

        Raises:
            AdapterUnknownError: nothing of that id is installed.
            AdapterUnavailableError: it is installed and broken.
        """
        found = self._plugins.get(adapter_id)
        if found is None:
            raise AdapterUnknownError(
                f"there is no adapter {adapter_id!r}; installed: {self._plugins.names()}",
                FieldError(field="adapter", message="unknown adapter", code="unknown_adapter"),
            )
        if isinstance(found, Unavailable):
            raise AdapterUnavailableError(f"{found.code} is unavailable: {found.reason}")
        return found

    def unavailable(self) -> list[Unavailable]:
        """List the adapters that are installed and cannot be used."""
        return [one for _, one in self._plugins.list() if isinstance(one, Unavailable)]

    def list(self) -> "list[AdapterInfo]":
        """Describe every adapter, the broken ones too, by id."""
        return [_describe(name, one) for name, one in self._plugins.list()]


def _made(name: str, thing: object) -> AnyAdapter:
    if not (isinstance(thing, type) and issubclass(thing, Adapter)):
        raise PluginFaultError("it is not a subclass of octavo.sdk.Adapter")
    check_identity(thing, name=name, version=API_VERSION)
    capabilities = getattr(thing, "capabilities", None)
    if not isinstance(capabilities, Capabilities) or capabilities.counter not in COUNTERS:
        raise PluginFaultError("its capabilities are missing or name a counter that we do not have")
    check_settings(thing)
    try:
        return thing()
    except Exception as exc:
        raise PluginFaultError(f"it cannot be made ({type(exc).__name__}: {exc})") from exc


def _describe(name: str, one: AnyAdapter | Unavailable) -> AdapterInfo:
    if isinstance(one, Unavailable):
        return AdapterInfo(
            id=name,
            title=name,
            available=False,
            reason=one.reason,
            idempotency=None,
            can_withdraw=False,
            settings_schema={},
            secret_names=[],
        )
    return AdapterInfo(
        id=name,
        title=one.title,
        available=True,
        reason=None,
        idempotency=one.capabilities.idempotency,
        can_withdraw=one.capabilities.delete,
        settings_schema=settings_schema(one.settings),
        secret_names=sorted(secret_fields(one.settings)),
    )
