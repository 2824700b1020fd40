"""Writes about targets, and the runs that people ask for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.deploying import queries
from octavo.deploying.connections import check_settings, open_target, seal_secrets
from octavo.deploying.errors import (
    DeployTargetNotFoundError,
    InvalidDeployTargetError,
    StaleDeployTargetError,
    TooManyDeployTargetsError,
)
from octavo.deploying.registry import DeployerRegistry
from octavo.deploying.schemas import DeployRun, DeployTarget, DeployTargetIn, DeployTargetPatch
from octavo.deploying.tables import DeployRunRow, DeployTargetRow
from octavo.kernel.db import transaction
from octavo.kernel.http import GuardedClient
from octavo.kernel.ids import new_code
from octavo.kernel.settings import Settings
from octavo.kernel.text import clean_text
from octavo.kernel.vault import Vault
from octavo.sdk.deploying import DeployError

__all__ = ["ask_for_run", "create_target", "delete_target", "patch_target"]

Row = dict[str, Any]

_MOST_TARGETS = 20


async def create_target(
    data: DeployTargetIn,
    *,
    actor: Actor,
    now: datetime,
    registry: DeployerRegistry,
    vault: Vault,
    http: GuardedClient,
    settings: Settings,
    standing: str,
) -> DeployTarget:
    """Store a target whose settings fit its deployer; the worker then deploys to it.

    Raises:
        DeployerUnknownError, DeployerUnavailableError: there is no such deployer to use.
        InvalidDeployTargetError: the settings do not fit.
        TooManyDeployTargetsError: there are twenty.
    """
    secrets = _stripped(data.secrets)
    check_settings(data.deployer, data.settings, secrets, registry=registry)
    row = _new_row(data, secrets, vault=vault, now=now)
    await _try_opening(
        row.to_dict(), registry=registry, vault=vault, http=http, settings=settings, now=now
    )
    async with transaction():
        if await DeployTargetRow.count() >= _MOST_TARGETS:
            raise TooManyDeployTargetsError(f"there are {_MOST_TARGETS} deploy targets already")
        (made,) = await DeployTargetRow.insert(row).returning(DeployTargetRow.id)
        await accounts.record(
            actor,
            "deploy_target.created",
            subject=f"deploy_target:{made['id']}",
            now=now,
            detail={"deployer": data.deployer},
        )
    return await queries.get_target(made["id"], standing=standing)


def _new_row(
    data: DeployTargetIn, secrets: dict[str, str], *, vault: Vault, now: datetime
) -> DeployTargetRow:
    code = new_code(12)
    return DeployTargetRow(
        code=code,
        deployer=data.deployer,
        name=clean_text(data.name, field="name"),
        settings=_json(data.settings),
        secrets=_json(seal_secrets(secrets, code=code, vault=vault)),
        is_active=data.is_active,
        created_at=now,
        updated_at=now,
    )


async def patch_target(
    target_id: int,
    patch: DeployTargetPatch,
    *,
    actor: Actor,
    now: datetime,
    registry: DeployerRegistry,
    vault: Vault,
    http: GuardedClient,
    settings: Settings,
    standing: str,
) -> DeployTarget:
    """Change a target that is still at `patch.version`; what held it back is forgotten.

    Raises:
        DeployTargetNotFoundError: there is none of that id.
        StaleDeployTargetError: it moved; `current` holds it as it is.
        InvalidDeployTargetError: the settings do not fit.
    """
    row = await DeployTargetRow.select().where(DeployTargetRow.id == target_id).first()
    if row is None:
        raise DeployTargetNotFoundError(f"there is no deploy target {target_id}")
    changes = _changes(row, patch, vault=vault)
    if {"settings", "secrets"} & changes.keys():
        await _try_opening(
            row | changes, registry=registry, vault=vault, http=http, settings=settings, now=now
        )
        changes["release"] = ""  # it may be another place: the next deployment looks
    fields = sorted(changes)
    changes |= {"failures": 0, "not_before": None, "updated_at": now}
    async with transaction():
        if not await _update(target_id, changes, version=patch.version):
            msg = f"deploy target {target_id} is no longer at version {patch.version}"
            current = await queries.get_target(target_id, standing=standing)
            raise StaleDeployTargetError(msg, current=current)
        await accounts.record(
            actor,
            "deploy_target.changed",
            subject=f"deploy_target:{target_id}",
            now=now,
            detail={"fields": fields},
        )
    return await queries.get_target(target_id, standing=standing)


async def _update(target_id: int, changes: dict[Any, Any], *, version: int) -> bool:
    """Write to a target; answer False if it is no longer at this version."""
    written = await (
        DeployTargetRow.update({**changes, DeployTargetRow.version: DeployTargetRow.version + 1})
        .where((DeployTargetRow.id == target_id) & (DeployTargetRow.version == version))
        .returning(DeployTargetRow.id)
    )
    return bool(written)


async def delete_target(target_id: int, *, actor: Actor, now: datetime) -> None:
    """Forget a target and its runs; what stands there stays.

    Raises:
        DeployTargetNotFoundError: there is none of that id.
    """
    async with transaction():
        gone = await (
            DeployTargetRow.delete()
            .where(DeployTargetRow.id == target_id)
            .returning(DeployTargetRow.id)
        )
        if not gone:
            raise DeployTargetNotFoundError(f"there is no deploy target {target_id}")
        await accounts.record(
            actor, "deploy_target.deleted", subject=f"deploy_target:{target_id}", now=now
        )


async def ask_for_run(target_id: int, *, full: bool, actor: Actor, now: datetime) -> DeployRun:
    """Have the worker deploy at its next tick; one that was asked for already stands for both.

    Raises:
        DeployTargetNotFoundError: there is none of that id.
    """
    async with transaction():
        if not await DeployTargetRow.exists().where(DeployTargetRow.id == target_id):
            raise DeployTargetNotFoundError(f"there is no deploy target {target_id}")
        waiting = await (
            DeployRunRow.select(DeployRunRow.id, DeployRunRow.is_full)
            .where((DeployRunRow.target_id == target_id) & (DeployRunRow.state == "waiting"))
            .first()
        )
        if waiting is not None:
            run_id = int(waiting["id"])
            if full and not waiting["is_full"]:
                await DeployRunRow.update({"is_full": True}).where(DeployRunRow.id == run_id)
        else:
            row = DeployRunRow(target_id=target_id, reason="hand", is_full=full, created_at=now)
            (made,) = await DeployRunRow.insert(row).returning(DeployRunRow.id)
            run_id = int(made["id"])
        await DeployTargetRow.update({"not_before": None}).where(DeployTargetRow.id == target_id)
        await accounts.record(
            actor,
            "deploy_target.deployed",
            subject=f"deploy_target:{target_id}",
            now=now,
            detail={"full": full},
        )
    return await queries.get_run(run_id)


async def _try_opening(row: Row, **world: Any) -> None:
    """Pass when the deployer takes these settings, as far as it says without a connection."""
    try:
        deployer = open_target(row, **world)
    except DeployError as exc:
        raise InvalidDeployTargetError(exc.reason) from exc
    await deployer.close()


def _changes(row: Row, patch: DeployTargetPatch, *, vault: Vault) -> dict[Any, Any]:
    changes: dict[Any, Any] = {}
    if patch.name is not UNSET:
        changes["name"] = clean_text(patch.name, field="name")
    if patch.is_active is not UNSET:
        changes["is_active"] = patch.is_active
    if patch.settings is not UNSET:
        changes["settings"] = _json(patch.settings)
    if patch.secrets is not UNSET:
        kept = msgspec.json.decode(row["secrets"], type=dict[str, str])
        kept = {name: text for name, text in kept.items() if name not in patch.secrets}
        given = seal_secrets(_stripped(patch.secrets), code=row["code"], vault=vault)
        changes["secrets"] = _json(kept | given)
    return changes


def _stripped(secrets: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text.strip() for name, text in secrets.items() if text is not None}


def _json(value: Mapping[str, object]) -> str:
    return msgspec.json.encode(value).decode()
