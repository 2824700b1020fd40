"""Writes of strategy: one verb per function, each in one transaction."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.kernel.db import is_foreign_key_violation, transaction
from octavo.kernel.errors import FieldError
from octavo.kernel.events import EventBus
from octavo.kernel.text import clean_text
from octavo.strategy import queries, rules
from octavo.strategy.errors import InvalidStrategyError, StaleStrategyError, StillInUseError
from octavo.strategy.events import CampaignChanged, ObjectiveChanged
from octavo.strategy.schemas import (
    Campaign,
    CampaignIn,
    CampaignPatch,
    Objective,
    ObjectiveIn,
    ObjectivePatch,
)
from octavo.strategy.tables import CampaignRow, ObjectiveRow

T = TypeVar("T", Objective, Campaign)

_TEXTS = ("name", "unit", "note")
_COLUMNS = frozenset(
    {"name", "metric", "unit", "target", "kind", "objective_id", "starts_on", "ends_on", "note"}
)


async def create_objective(
    data: ObjectiveIn, *, actor: Actor, now: datetime, bus: EventBus
) -> Objective:
    """Store a new objective.

    Raises:
        InvalidStrategyError: the period or the unit is wrong.
    """
    rules.check_period(data.starts_on, data.ends_on)
    rules.check_unit(data.metric, data.unit)
    values = _cleaned(msgspec.structs.asdict(data))
    async with transaction():
        row = await ObjectiveRow.insert(
            ObjectiveRow(**values, created_at=now, updated_at=now)
        ).returning(ObjectiveRow.id)
        objective = await queries.get_objective(row[0]["id"])
        await _note(actor, "objective.created", f"objective:{objective.id}", now=now)
        await bus.announce(ObjectiveChanged(objective_id=objective.id))
    return objective


async def patch_objective(
    objective_id: int, patch: ObjectivePatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Objective:
    """Change an objective that is still at `patch.version`.

    Raises:
        ObjectiveNotFoundError: there is none of that id.
        StaleStrategyError: it moved on; carries `current`.
        InvalidStrategyError: the outcome would be wrong.
    """
    async with transaction():
        before = await queries.get_objective(objective_id)
        if before.version != patch.version:
            raise _stale("objective", before, patch.version)
        after = _patched(before, patch)
        rules.check_period(after.starts_on, after.ends_on)
        rules.check_unit(after.metric, after.unit)
        done = await (
            ObjectiveRow.update(_changes(before, after, now=now))
            .where((ObjectiveRow.id == objective_id) & (ObjectiveRow.version == patch.version))
            .returning(ObjectiveRow.id)
        )
        current = await queries.get_objective(objective_id)
        if not done:
            raise _stale("objective", current, patch.version)
        await _note(actor, "objective.changed", f"objective:{objective_id}", now=now)
        await bus.announce(ObjectiveChanged(objective_id=objective_id))
    return current


async def delete_objective(objective_id: int, *, actor: Actor, now: datetime) -> None:
    """Delete an objective that nothing points at.

    Raises:
        ObjectiveNotFoundError: there is none of that id.
        StillInUseError: campaigns or calls to action serve it; archive it instead.
    """
    objective = await queries.get_objective(objective_id)
    try:
        async with transaction():
            await ObjectiveRow.delete().where(ObjectiveRow.id == objective_id)
            await _note(actor, "objective.deleted", f"objective:{objective_id}", now=now)
    except Exception as exc:
        if is_foreign_key_violation(exc):
            msg = f"objective {objective.name!r} is still served: archive it instead"
            raise StillInUseError(msg) from exc
        raise


async def create_campaign(
    data: CampaignIn, *, actor: Actor, now: datetime, bus: EventBus
) -> Campaign:
    """Store a new campaign.

    Raises:
        InvalidStrategyError: the period is wrong, or there is no such objective.
    """
    rules.check_period(data.starts_on, data.ends_on)
    values = _cleaned(msgspec.structs.asdict(data))
    async with transaction():
        await _check_objective(data.objective_id)
        row = await CampaignRow.insert(
            CampaignRow(**values, created_at=now, updated_at=now)
        ).returning(CampaignRow.id)
        campaign = await queries.get_campaign(row[0]["id"])
        await _note(actor, "campaign.created", f"campaign:{campaign.id}", now=now)
        await bus.announce(CampaignChanged(campaign_id=campaign.id))
    return campaign


async def patch_campaign(
    campaign_id: int, patch: CampaignPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Campaign:
    """Change a campaign that is still at `patch.version`.

    Raises:
        CampaignNotFoundError: there is none of that id.
        StaleStrategyError: it moved on; carries `current`.
        InvalidStrategyError: the outcome would be wrong.
    """
    async with transaction():
        before = await queries.get_campaign(campaign_id)
        if before.version != patch.version:
            raise _stale("campaign", before, patch.version)
        after = _patched(before, patch)
        rules.check_period(after.starts_on, after.ends_on)
        if after.objective_id != before.objective_id:
            await _check_objective(after.objective_id)
        done = await (
            CampaignRow.update(_changes(before, after, now=now))
            .where((CampaignRow.id == campaign_id) & (CampaignRow.version == patch.version))
            .returning(CampaignRow.id)
        )
        current = await queries.get_campaign(campaign_id)
        if not done:
            raise _stale("campaign", current, patch.version)
        await _note(actor, "campaign.changed", f"campaign:{campaign_id}", now=now)
        await bus.announce(CampaignChanged(campaign_id=campaign_id))
    return current


async def delete_campaign(campaign_id: int, *, actor: Actor, now: datetime) -> None:
    """Delete a campaign that has no pieces.

    Raises:
        CampaignNotFoundError: there is none of that id.
        StillInUseError: pieces belong to it; archive it instead.
    """
    campaign = await queries.get_campaign(campaign_id)
    try:
        async with transaction():
            await CampaignRow.delete().where(CampaignRow.id == campaign_id)
            await _note(actor, "campaign.deleted", f"campaign:{campaign_id}", now=now)
    except Exception as exc:
        if is_foreign_key_violation(exc):
            msg = f"campaign {campaign.name!r} still has pieces: archive it instead"
            raise StillInUseError(msg) from exc
        raise


async def _check_objective(objective_id: int | None) -> None:
    if objective_id is not None and await queries.find_objective(objective_id) is None:
        raise InvalidStrategyError(
            "there is no such objective",
            FieldError(
                field="objective_id", message=f"no objective {objective_id}", code="unknown"
            ),
        )


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """Answer the values with texts trimmed; a control character is refused with its field."""
    return {
        name: clean_text(value, field=name).strip()
        if name in _TEXTS and isinstance(value, str)
        else value
        for name, value in values.items()
    }


def _patched(before: T, patch: ObjectivePatch | CampaignPatch) -> T:
    given = {
        name: value
        for name, value in msgspec.structs.asdict(patch).items()
        if value is not UNSET and name != "version"
    }
    return msgspec.structs.replace(before, **_cleaned(given))


def _changes(before: T, after: T, *, now: datetime) -> dict[Any, Any]:
    """Answer the columns to write; the version moves even when nothing else does."""
    old, new = msgspec.structs.asdict(before), msgspec.structs.asdict(after)
    changes: dict[Any, Any] = {
        name: new[name] for name in new if name in _COLUMNS and new[name] != old[name]
    }
    if after.archived != before.archived:
        changes["archived_at"] = now if after.archived else None
    return {**changes, "updated_at": now, "version": before.version + 1}


def _stale(noun: str, current: Objective | Campaign, version: int) -> StaleStrategyError:
    msg = f"{noun} {current.id} is no longer at version {version}"
    return StaleStrategyError(msg, current=current)


async def _note(actor: Actor, action: str, subject: str, *, now: datetime) -> None:
    await accounts.record(actor, action, subject=subject, now=now)
