"""Which deployers there are: found by entry point, loaded when first asked for, each by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import msgspec

from octavo.deploying.errors import DeployerUnavailableError, DeployerUnknownError
from octavo.deploying.schemas import DeployerInfo
from octavo.kernel.errors import FieldError
from octavo.kernel.log import get_logger
from octavo.sdk import secret_fields, settings_schema
from octavo.sdk.deploying import DEPLOY_API_VERSION, DeployCapabilities, Deployer

__all__ = ["DeployerRegistry"]

GROUP: Final = "octavo.deployers"

_log = get_logger("octavo.deploying")

DeployerKind = type[Deployer[Any]]


@dataclass(frozen=True)
class _Unavailable:
    reason: str


class DeployerRegistry:
    """The deployers of this process.

    Args:
        deployers: classes by id, in place of what is installed.
    """

    def __init__(self, deployers: Mapping[str, object] | None = None) -> None:
        self._given = deployers
        self._loaded: dict[str, DeployerKind | _Unavailable] | None = None

    def get(self, deployer_id: str) -> DeployerKind:
        """Answer a kind of target that can be used.

        Raises:
            DeployerUnknownError: nothing of that id is installed.
            DeployerUnavailableError: it is installed and broken.
        """
        found = self._all().get(deployer_id)
        if found is None:
            known = ", ".join(sorted(self._all())) or "none"
            raise DeployerUnknownError(
                f"there is no deployer {deployer_id!r}; installed: {known}",
                FieldError(field="deployer", message="unknown deployer", code="unknown_deployer"),
            )
        if isinstance(found, _Unavailable):
            raise DeployerUnavailableError(f"{deployer_id} is unavailable: {found.reason}")
        return found

    def list(self) -> "list[DeployerInfo]":
        """Describe every deployer, the broken ones too, by id."""
        return [_describe(name, one) for name, one in sorted(self._all().items())]

    def _all(self) -> dict[str, DeployerKind | _Unavailable]:
        if self._loaded is None:
            self._loaded = (
                {point.name: _load(point) for point in entry_points(group=GROUP)}
                if self._given is None
                else {name: _checked(name, thing) for name, thing in self._given.items()}
            )
        return self._loaded


def _load(point: EntryPoint) -> DeployerKind | _Unavailable:
    try:
        thing = point.load()
    except (Exception, SystemExit) as exc:  # noqa: BLE001 - whatever it does disables it alone
        _log.warning("deployer_unavailable", deployer=point.name, error=type(exc).__name__)
        return _Unavailable(f"it cannot be imported ({type(exc).__name__}: {exc})")
    return _checked(point.name, thing)


def _checked(name: str, thing: object) -> DeployerKind | _Unavailable:
    if not (isinstance(thing, type) and issubclass(thing, Deployer)):
        return _Unavailable("it is not a subclass of octavo.sdk.deploying.Deployer")
    reason = _fault(name, thing)
    if reason is not None:
        _log.warning("deployer_unavailable", deployer=name, reason=reason)
        return _Unavailable(reason)
    return thing


def _fault(name: str, kind: DeployerKind) -> str | None:
    version = getattr(kind, "api_version", None)
    if version != DEPLOY_API_VERSION:
        return (
            f"it speaks version {version} of the contract, this Octavo speaks {DEPLOY_API_VERSION}"
        )
    if getattr(kind, "id", None) != name or not getattr(kind, "title", ""):
        return f"its id must be {name!r}, as its entry point, and it needs a title"
    if not isinstance(getattr(kind, "capabilities", None), DeployCapabilities):
        return "its capabilities are missing"
    settings = getattr(kind, "settings", None)
    if not (isinstance(settings, type) and issubclass(settings, msgspec.Struct)):
        return "its settings are not a msgspec Struct"
    try:
        settings_schema(settings)
    except Exception as exc:  # noqa: BLE001 - as above
        return f"its settings cannot be described ({type(exc).__name__}: {exc})"
    return None


def _describe(name: str, one: DeployerKind | _Unavailable) -> DeployerInfo:
    if isinstance(one, _Unavailable):
        return DeployerInfo(
            id=name,
            title=name,
            available=False,
            reason=one.reason,
            atomic=False,
            settings_schema={},
            secret_names=[],
        )
    return DeployerInfo(
        id=name,
        title=one.title,
        available=True,
        reason=None,
        atomic=one.capabilities.atomic,
        settings_schema=settings_schema(one.settings),
        secret_names=sorted(secret_fields(one.settings)),
    )
