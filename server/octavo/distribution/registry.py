"""Which adapters there are: found by entry point, loaded when first asked for, each by itself.

A plugin that cannot be imported, speaks another version of the contract or declares nonsense is
`unavailable` with a reason; it disables only itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import msgspec

from octavo.distribution.errors import AdapterUnavailableError, AdapterUnknownError
from octavo.distribution.schemas import AdapterInfo
from octavo.kernel.errors import FieldError
from octavo.kernel.log import get_logger
from octavo.sdk import API_VERSION, Adapter, Capabilities, secret_fields, settings_schema
from octavo.sdk.text import COUNTERS

__all__ = ["AdapterRegistry", "Unavailable"]

GROUP: Final = "octavo.adapters"

_log = get_logger("octavo.distribution")

AnyAdapter = Adapter[Any]


@dataclass(frozen=True)
class Unavailable:
    """An adapter that cannot be used, and why."""

    code: str
    reason: str


class AdapterRegistry:
    """The adapters of this process.

    Args:
        adapters: classes (or anything that calls itself one) by id, in place of what is installed.
    """

    def __init__(self, adapters: Mapping[str, object] | None = None) -> None:
        self._given = adapters
        self._loaded: dict[str, AnyAdapter | Unavailable] | None = None

    def get(self, adapter_id: str) -> AnyAdapter:
        """Answer an adapter that can be used.

        Raises:
            AdapterUnknownError: nothing of that id is installed.
            AdapterUnavailableError: it is installed and broken.
        """
        found = self._all().get(adapter_id)
        if found is None:
            known = ", ".join(sorted(self._all())) or "none"
            raise AdapterUnknownError(
                f"there is no adapter {adapter_id!r}; installed: {known}",
                FieldError(field="adapter", message="unknown adapter", code="unknown_adapter"),
            )
        if isinstance(found, Unavailable):
            raise AdapterUnavailableError(f"{found.code} is unavailable: {found.reason}")
        return found

    def unavailable(self) -> list[Unavailable]:
        """List the adapters that are installed and cannot be used."""
        return [one for one in self._all().values() if isinstance(one, Unavailable)]

    def list(self) -> "list[AdapterInfo]":
        """Describe every adapter, the broken ones too, by id."""
        return [_describe(name, one) for name, one in sorted(self._all().items())]

    def _all(self) -> dict[str, AnyAdapter | Unavailable]:
        if self._loaded is None:
            self._loaded = (
                {point.name: _load(point) for point in entry_points(group=GROUP)}
                if self._given is None
                else {name: _checked(name, thing) for name, thing in self._given.items()}
            )
        return self._loaded


def _load(point: EntryPoint) -> AnyAdapter | Unavailable:
    try:
        thing = point.load()
    except (Exception, SystemExit) as exc:  # noqa: BLE001 - whatever it does disables it alone
        _log.warning("adapter_unavailable", adapter=point.name, error=type(exc).__name__)
        return Unavailable(point.name, f"it cannot be imported ({type(exc).__name__}: {exc})")
    return _checked(point.name, thing)


def _checked(name: str, thing: object) -> AnyAdapter | Unavailable:
    reason = _fault(name, thing)
    if reason is None and isinstance(thing, type):
        try:
            adapter: AnyAdapter = thing()
            settings_schema(adapter.settings)
        except Exception as exc:  # noqa: BLE001 - as above
            reason = f"it cannot be made ({type(exc).__name__}: {exc})"
        else:
            return adapter
    _log.warning("adapter_unavailable", adapter=name, reason=reason)
    return Unavailable(name, reason or "it is not an adapter")


def _fault(name: str, thing: object) -> str | None:
    if not (isinstance(thing, type) and issubclass(thing, Adapter)):
        return "it is not a subclass of octavo.sdk.Adapter"
    version = getattr(thing, "api_version", None)
    if version != API_VERSION:
        return f"it speaks version {version} of the contract, this Octavo speaks {API_VERSION}"
    if getattr(thing, "id", None) != name or not getattr(thing, "title", ""):
        return f"its id must be {name!r}, as its entry point, and it needs a title"
    return _undeclared(thing)


def _undeclared(kind: type[AnyAdapter]) -> str | None:
    capabilities = getattr(kind, "capabilities", None)
    if not isinstance(capabilities, Capabilities) or capabilities.counter not in COUNTERS:
        return "its capabilities are missing or name a counter that we do not have"
    settings = getattr(kind, "settings", None)
    if not (isinstance(settings, type) and issubclass(settings, msgspec.Struct)):
        return "its settings are not a msgspec Struct"
    return None


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
