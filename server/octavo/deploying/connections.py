"""A target, opened: its deployer with settings and secrets, and the world it may see."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import httpx
import msgspec

from octavo.deploying.errors import InvalidDeployTargetError
from octavo.deploying.registry import DeployerRegistry
from octavo.kernel.errors import FieldError
from octavo.kernel.http import BlockedAddressError, GuardedClient
from octavo.kernel.log import get_logger
from octavo.kernel.plugin_settings import read_settings
from octavo.kernel.settings import Settings
from octavo.kernel.vault import SealBrokenError, Vault
from octavo.sdk.deploying import (
    DeployContext,
    Deployer,
    DeployRefusedError,
    DeployUnavailableError,
)

__all__ = ["check_settings", "open_target", "seal_secrets"]

Row = dict[str, Any]

_log = get_logger("octavo.deployer")


def check_settings(
    deployer: str,
    settings: Mapping[str, object],
    secrets: Mapping[str, str],
    *,
    registry: DeployerRegistry,
) -> msgspec.Struct:
    """Check settings against what the deployer asks for.

    Raises:
        DeployerUnknownError, DeployerUnavailableError: there is no such deployer to use.
        InvalidDeployTargetError: they do not fit; names the field, never a value.
    """
    kind = registry.get(deployer)
    return read_settings(kind.settings, settings, secrets, error=InvalidDeployTargetError)


def open_target(
    row: Row,
    *,
    registry: DeployerRegistry,
    vault: Vault,
    http: GuardedClient,
    settings: Settings,
    now: datetime,
) -> Deployer[Any]:
    """Open a target from its row (`code`, `deployer`, `settings`, `secrets`).

    Raises:
        DeployerUnknownError, DeployerUnavailableError: its plugin is gone, or broken.
        InvalidDeployTargetError: its settings do not fit any more, or cannot be unsealed.
        DeployError: the deployer refuses them.
    """
    given = msgspec.json.decode(row["settings"], type=dict[str, object])
    secrets = _unsealed(row, vault)
    config = check_settings(row["deployer"], given, secrets, registry=registry)
    context: DeployContext[Any] = DeployContext(
        config=config,
        target=row["code"],
        folders=settings.deploy_folders,
        check_address=_address_guard(http),
        log=_log.bind(target_id=row["id"], deployer=row["deployer"]),
        now=now,
    )
    return registry.get(row["deployer"])(context)


def _unsealed(row: Row, vault: Vault) -> dict[str, str]:
    sealed = msgspec.json.decode(row["secrets"], type=dict[str, str])
    try:
        return {
            name: vault.unseal(text, context=_place(row["code"], name))
            for name, text in sealed.items()
        }
    except SealBrokenError as exc:
        raise InvalidDeployTargetError(
            "the secrets of this target cannot be opened: enter them again",
            FieldError(field="secrets", message="cannot be opened", code="seal_broken"),
        ) from exc


def _address_guard(http: GuardedClient) -> Callable[[str], Awaitable[None]]:
    """Answer what a deployer asks before it calls an address: refused, unreachable, or fine."""

    async def check(url: str) -> None:
        try:
            await http.check(url)
        except BlockedAddressError as exc:
            msg = f"{exc}; the operator can allow it by OCTAVO_ALLOWED_TARGETS"
            raise DeployRefusedError(msg) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise DeployUnavailableError(str(exc)) from exc

    return check


def seal_secrets(secrets: Mapping[str, str], *, code: str, vault: Vault) -> dict[str, str]:
    """Seal each secret to the place it belongs to."""
    return {name: vault.seal(text, context=_place(code, name)) for name, text in secrets.items()}


def _place(code: str, name: str) -> str:
    return f"deploy:{code}:{name}"
