"""Plugins of one kind: found by entry point, loaded when first asked for, each by itself.

One that cannot be imported, speaks another version of its contract or declares nonsense is
`Unavailable` with a reason; it disables only itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

import msgspec

from octavo.kernel.log import get_logger
from octavo.sdk import settings_schema

__all__ = ["PluginFaultError", "Plugins", "Unavailable", "check_identity", "check_settings"]

T = TypeVar("T")

_log = get_logger("octavo.plugins")


class PluginFaultError(Exception):
    """Why a plugin cannot be used, for who installed it."""


@dataclass(frozen=True)
class Unavailable:
    """A plugin that cannot be used, and why."""

    code: str
    reason: str


class Plugins(Generic[T]):
    """The plugins of one kind in this process.

    Args:
        group: the entry points that name them.
        accept: makes of a name and what was imported what can be used, or raises
            `PluginFaultError`.
        given: what stands behind each name, in place of what is installed.
    """

    def __init__(
        self,
        group: str,
        *,
        accept: Callable[[str, object], T],
        given: Mapping[str, object] | None = None,
    ) -> None:
        self._group = group
        self._accept = accept
        self._given = given
        self._loaded: dict[str, T | Unavailable] | None = None

    def get(self, name: str) -> T | Unavailable | None:
        """Answer a plugin, usable or not; None if none of this name is installed."""
        return self._all().get(name)

    def list(self) -> "list[tuple[str, T | Unavailable]]":
        """List all with their names, the broken ones too, by name."""
        return sorted(self._all().items(), key=lambda item: item[0])

    def names(self) -> str:
        """Answer what is installed, in words."""
        return ", ".join(sorted(self._all())) or "none"

    def _all(self) -> dict[str, T | Unavailable]:
        if self._loaded is None:
            self._loaded = (
                {point.name: self._load(point) for point in entry_points(group=self._group)}
                if self._given is None
                else {name: self._checked(name, thing) for name, thing in self._given.items()}
            )
        return self._loaded

    def _load(self, point: EntryPoint) -> T | Unavailable:
        try:
            thing = point.load()
        except (Exception, SystemExit) as exc:  # noqa: BLE001 - whatever it does disables it alone
            reason = f"it cannot be imported ({type(exc).__name__}: {exc})"
            return self._unavailable(point.name, reason)
        return self._checked(point.name, thing)

    def _checked(self, name: str, thing: object) -> T | Unavailable:
        try:
            return self._accept(name, thing)
        except PluginFaultError as fault:
            return self._unavailable(name, str(fault))

    def _unavailable(self, name: str, reason: str) -> Unavailable:
        _log.warning("plugin_unavailable", group=self._group, plugin=name, reason=reason)
        return Unavailable(name, reason)


def check_identity(kind: type, *, name: str, version: int) -> None:
    """Check that a plugin speaks this version of its contract, and goes by its name.

    Raises:
        PluginFaultError: it does not.
    """
    spoken = getattr(kind, "api_version", None)
    if spoken != version:
        raise PluginFaultError(
            f"it speaks version {spoken} of the contract, this Octavo speaks {version}"
        )
    if getattr(kind, "id", None) != name or not getattr(kind, "title", ""):
        raise PluginFaultError(f"its id must be {name!r}, as its entry point, and it needs a title")


def check_settings(kind: type) -> None:
    """Check that a form can be made of the settings that a plugin declares.

    Raises:
        PluginFaultError: it cannot.
    """
    settings = getattr(kind, "settings", None)
    if not (isinstance(settings, type) and issubclass(settings, msgspec.Struct)):
        raise PluginFaultError("its settings are not a msgspec Struct")
    try:
        settings_schema(settings)
    except Exception as exc:
        raise PluginFaultError(
            f"its settings cannot be described ({type(exc).__name__}: {exc})"
        ) from exc
