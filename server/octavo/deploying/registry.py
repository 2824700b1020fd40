"""Which deployers there are, and what each says of itself."""

from collections.abc import Mapping
from typing import Any, Final

from octavo.deploying.errors import DeployerUnavailableError, DeployerUnknownError
from octavo.deploying.schemas import DeployerInfo
from octavo.kernel.errors import FieldError
from octavo.kernel.plugins import (
    PluginFaultError,
    Plugins,
    Unavailable,
    check_identity,
    check_settings,
)
from octavo.sdk import secret_fields, settings_schema
from octavo.sdk.deploying import DEPLOY_API_VERSION, DeployCapabilities, Deployer

__all__ = ["DeployerRegistry"]

GROUP: Final = "octavo.deployers"

DeployerKind = type[Deployer[Any]]


class DeployerRegistry:
    """The deployers of this process.

    Args:
        deployers: classes by id, in place of what is installed.
    """

    def __init__(self, deployers: Mapping[str, object] | None = None) -> None:
        self._plugins = Plugins(GROUP, accept=_checked, given=deployers)

    def get(self, deployer_id: str) -> DeployerKind:
        """Answer a kind of target that can be used.

        Raises:
            DeployerUnknownError: nothing of that id is installed.
            DeployerUnavailableError: it is installed and broken.
        """
        found = self._plugins.get(deployer_id)
        if found is None:
            raise DeployerUnknownError(
                f"there is no deployer {deployer_id!r}; installed: {self._plugins.names()}",
                FieldError(field="deployer", message="unknown deployer", code="unknown_deployer"),
            )
        if isinstance(found, Unavailable):
            raise DeployerUnavailableError(f"{found.code} is unavailable: {found.reason}")
        return found

    def list(self) -> "list[DeployerInfo]":
        """Describe every deployer, the broken ones too, by id."""
        return [_describe(name, one) for name, one in self._plugins.list()]


def _checked(name: str, thing: object) -> DeployerKind:
    if not (isinstance(thing, type) and issubclass(thing, Deployer)):
        raise PluginFaultError("it is not a subclass of octavo.sdk.deploying.Deployer")
    check_identity(thing, name=name, version=DEPLOY_API_VERSION)
    if not isinstance(getattr(thing, "capabilities", None), DeployCapabilities):
        raise PluginFaultError("its capabilities are missing")
    check_settings(thing)
    return thing


def _describe(name: str, one: DeployerKind | Unavailable) -> DeployerInfo:
    if isinstance(one, Unavailable):
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
