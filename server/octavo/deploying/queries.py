"""Reads: targets and their runs. Secrets never leave."""

from typing import Any, Final

import msgspec

from octavo.deploying.errors import DeployTargetNotFoundError
from octavo.deploying.schemas import DeployRun, DeployTarget
from octavo.deploying.tables import DeployRunRow, DeployTargetRow
from octavo.kernel.pagination import Page, decode_id, encode_cursor

Row = dict[str, Any]

_TARGET: Final = (
    DeployTargetRow.id,
    DeployTargetRow.deployer,
    DeployTargetRow.name,
    DeployTargetRow.settings,
    DeployTargetRow.secrets,
    DeployTargetRow.is_active,
    DeployTargetRow.release,
    DeployTargetRow.deployed_at,
    DeployTargetRow.failures,
    DeployTargetRow.not_before,
    DeployTargetRow.version,
    DeployTargetRow.created_at,
    DeployTargetRow.updated_at,
)
_RUN: Final = (
    DeployRunRow.id,
    DeployRunRow.target_id,
    DeployRunRow.state,
    DeployRunRow.reason,
    DeployRunRow.is_full,
    DeployRunRow.to_put,
    DeployRunRow.to_delete,
    DeployRunRow.put,
    DeployRunRow.same,
    DeployRunRow.deleted,
    DeployRunRow.size_bytes,
    DeployRunRow.error,
    DeployRunRow.created_at,
    DeployRunRow.started_at,
    DeployRunRow.ended_at,
)


async def list_targets(*, standing: str) -> list[DeployTarget]:
    """List every target, the oldest first: they are few. `standing` is the release of the site."""
    rows = await DeployTargetRow.select(*_TARGET).order_by(DeployTargetRow.id)
    return [await _target(row, standing=standing) for row in rows]


async def get_target(target_id: int, *, standing: str) -> DeployTarget:
    """Answer one target.

    Raises:
        DeployTargetNotFoundError: there is none of that id.
    """
    row = await DeployTargetRow.select(*_TARGET).where(DeployTargetRow.id == target_id).first()
    if row is None:
        raise DeployTargetNotFoundError(f"there is no deploy target {target_id}")
    return await _target(row, standing=standing)


async def list_runs(target_id: int, *, cursor: str | None, limit: int) -> Page[DeployRun]:
    """List the runs of a target, the newest first.

    Raises:
        DeployTargetNotFoundError: there is no such target.
    """
    if not await DeployTargetRow.exists().where(DeployTargetRow.id == target_id):
        raise DeployTargetNotFoundError(f"there is no deploy target {target_id}")
    query = DeployRunRow.select(*_RUN).where(DeployRunRow.target_id == target_id)
    if cursor is not None:
        query = query.where(DeployRunRow.id < decode_id(cursor))
    rows = await query.order_by(DeployRunRow.id, ascending=False).limit(limit + 1)
    items = [msgspec.convert(row, DeployRun) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items=items, next_cursor=encode_cursor((items[-1].id,)) if more else None)


async def get_run(run_id: int) -> DeployRun:
    """Answer a run that is known to exist."""
    row = await DeployRunRow.select(*_RUN).where(DeployRunRow.id == run_id).first()
    return msgspec.convert(row, DeployRun)


async def _target(row: Row, *, standing: str) -> DeployTarget:
    last = await (
        DeployRunRow.select(*_RUN)
        .where(DeployRunRow.target_id == row["id"])
        .order_by(DeployRunRow.id, ascending=False)
        .first()
    )
    release = row.pop("release")
    given = row | {
        "settings": msgspec.json.decode(row["settings"]),
        "secrets_set": sorted(msgspec.json.decode(row.pop("secrets"))),
        "is_current": bool(standing) and release == standing,
        "last_run": last,
    }
    return msgspec.convert(given, DeployTarget)
