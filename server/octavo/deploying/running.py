"""Runs: one deployment each, under the target's lock, told of in the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from octavo.deploying import queries
from octavo.deploying.connections import open_target
from octavo.deploying.deployment import Deployment, Moved
from octavo.deploying.errors import DeployRunningError, DeployTargetNotFoundError
from octavo.deploying.manifest import Manifest
from octavo.deploying.registry import DeployerRegistry
from octavo.deploying.rules import next_try_after
from octavo.deploying.schemas import DeployRun, Reason
from octavo.deploying.tables import DeployRunRow, DeployTargetRow
from octavo.kernel.clock import Clock
from octavo.kernel.db import transaction
from octavo.kernel.errors import OctavoError
from octavo.kernel.http import GuardedClient
from octavo.kernel.log import get_logger
from octavo.kernel.settings import Settings
from octavo.kernel.vault import Vault
from octavo.publishing.building.builder import Site
from octavo.publishing.building.lock import build_lock
from octavo.publishing.errors import BuildRunningError
from octavo.sdk.deploying import Deployer, DeployError, DeployRefusedError

__all__ = ["Deploying", "dry_run", "run_deployment", "standing_release"]

Row = dict[str, Any]

_KEPT_RUNS: Final = 50
_TOLD_EVERY = timedelta(seconds=1)
_CUT_OFF = "the process ended before it was done; the next run goes on from there"

_log = get_logger("octavo.deploying")


@dataclass(frozen=True, kw_only=True)
class Deploying:
    """What deployments need of the process that they run in."""

    site: Site
    registry: DeployerRegistry
    vault: Vault
    http: GuardedClient
    settings: Settings
    clock: Clock

    def open(self, row: Row) -> Deployer[Any]:
        """Open a target from its row."""
        return open_target(
            row,
            registry=self.registry,
            vault=self.vault,
            http=self.http,
            settings=self.settings,
            now=self.clock(),
        )

    def file(self, code: str, suffix: str) -> Path:
        """Answer where the lock and the manifest of a target are."""
        return self.settings.state_dir / "deploys" / f"{code}{suffix}"


def standing_release(site: Site) -> str:
    """Name the release of the site that stands; empty before the first build."""
    release = site.release()
    return f"{release.epoch}:{release.number}" if release else ""


async def run_deployment(
    deploying: Deploying, target_id: int, *, reason: Reason, full: bool = False, wait_s: float = 0
) -> DeployRun:
    """Deploy to a target now, and answer the run, failed or not.

    A run that waits for this target is this one; one whose process died is told to have failed.

    Raises:
        DeployTargetNotFoundError: there is none of that id.
        DeployRunningError: another process was at it for `wait_s`.
    """
    row = await _row(target_id)
    async with _locked(deploying, row["code"], wait_s):
        run = await _begin(target_id, reason=reason, full=full, now=deploying.clock())
        moved, error, refused = await _deploy(deploying, row, run)
        await _end(row, run, moved, error, refused=refused, now=deploying.clock())
    return await queries.get_run(run["id"])


async def dry_run(deploying: Deploying, target_id: int, *, full: bool) -> Moved:
    """Say what a deployment would move at most.

    Raises:
        DeployTargetNotFoundError, DeployRunningError: as above.
        DeployError: the target does not answer, or refuses.
    """
    row = await _row(target_id)
    async with _locked(deploying, row["code"], 0), _opened(deploying, row) as (deployer, manifest):
        spool = _spool(deploying, row["code"])
        return await Deployment(deploying.site, deployer, manifest, spool=spool).look(full=full)


async def _deploy(deploying: Deploying, row: Row, run: Row) -> tuple[Moved, str | None, bool]:
    """Deploy; answer what was moved, what went wrong in words, and whether a person must act."""
    told_at = deploying.clock()
    moved = Moved()

    async def tell(now_moved: Moved) -> None:
        nonlocal told_at, moved
        moved, now = now_moved, deploying.clock()
        if now - told_at >= _TOLD_EVERY:
            told_at = now
            await DeployRunRow.update(_counts(moved)).where(DeployRunRow.id == run["id"])

    try:
        async with _opened(deploying, row) as (deployer, manifest):
            spool = _spool(deploying, row["code"])
            deployment = Deployment(deploying.site, deployer, manifest, spool=spool, progress=tell)
            return await deployment.run(full=run["is_full"]), None, False
    except DeployError as exc:
        return moved, exc.reason, isinstance(exc, DeployRefusedError)
    except OctavoError as exc:
        return moved, exc.message, False
    except OSError as exc:
        return moved, f"this machine: {exc.strerror or type(exc).__name__}", False
    except Exception as exc:  # noqa: BLE001 - whatever a plugin does is its target's failure alone
        _log.exception("deployer_failed", target_id=row["id"])
        return moved, f"the deployer failed ({type(exc).__name__})", True


@asynccontextmanager
async def _opened(deploying: Deploying, row: Row) -> AsyncIterator[tuple[Deployer[Any], Manifest]]:
    deployer = deploying.open(row)
    atomic = deployer.capabilities.atomic
    manifest = Manifest(deploying.file(row["code"], ".db"), atomic=atomic)
    try:
        yield deployer, manifest
    finally:
        manifest.close()
        await deployer.close()


@asynccontextmanager
async def _locked(deploying: Deploying, code: str, wait_s: float) -> AsyncIterator[None]:
    """Hold the target: a lock of the operating system, gone with its holder."""
    with ExitStack() as stack:
        lock = build_lock(deploying.file(code, ".lock"), wait_s=wait_s)
        try:
            await asyncio.to_thread(stack.enter_context, lock)
        except BuildRunningError as exc:
            raise DeployRunningError("another process deploys to this target") from exc
        yield


def _spool(deploying: Deploying, code: str) -> Path:
    """Answer a folder beside the site's: on the same file system, if any is."""
    folder = deploying.site.folder
    return folder.parent / f".{folder.name}.deploying" / code


async def _row(target_id: int) -> Row:
    row = await DeployTargetRow.select().where(DeployTargetRow.id == target_id).first()
    if row is None:
        raise DeployTargetNotFoundError(f"there is no deploy target {target_id}")
    return row


async def _begin(target_id: int, *, reason: Reason, full: bool, now: datetime) -> Row:
    """Take over what waits; what another process left running is over: we hold its lock."""
    async with transaction():
        open_runs = await (
            DeployRunRow.select(DeployRunRow.id, DeployRunRow.state, DeployRunRow.is_full)
            .where((DeployRunRow.target_id == target_id) & (DeployRunRow.ended_at.is_null()))
            .order_by(DeployRunRow.id)
        )
        waiting = [run for run in open_runs if run["state"] == "waiting"]
        cut_off = [run for run in open_runs if run["state"] == "running"]
        if cut_off:
            await DeployRunRow.update(
                {"state": "failed", "error": _CUT_OFF, "ended_at": now}
            ).where(DeployRunRow.id.is_in([run["id"] for run in cut_off]))
        is_full = full or any(run["is_full"] for run in open_runs)
        values: dict[Any, Any] = {"state": "running", "is_full": is_full, "started_at": now}
        if waiting:
            run_id = waiting[0]["id"]
            await DeployRunRow.update(values).where(DeployRunRow.id == run_id)
        else:
            row = DeployRunRow(
                target_id=target_id,
                reason=reason,
                is_full=is_full,
                state="running",
                created_at=now,
                started_at=now,
            )
            (made,) = await DeployRunRow.insert(row).returning(DeployRunRow.id)
            run_id = made["id"]
    return {"id": run_id, "is_full": is_full}


async def _end(
    row: Row, run: Row, moved: Moved, error: str | None, *, refused: bool, now: datetime
) -> None:
    if error is None and moved.release is not None:
        release = f"{moved.release.epoch}:{moved.release.number}"
        target: dict[Any, Any] = {
            "failures": 0,
            "not_before": None,
            "release": release,
            "deployed_at": now,
        }
    else:
        failures = row["failures"] + 1
        wait = next_try_after(failures, refused=refused)
        target = {"failures": failures, "not_before": now + wait}
    ended = _counts(moved) | {
        "state": "done" if error is None else "failed",
        "error": error,
        "ended_at": now,
    }
    async with transaction():
        await DeployTargetRow.update(target).where(DeployTargetRow.id == row["id"])
        await DeployRunRow.update(ended).where(DeployRunRow.id == run["id"])
        oldest = await (
            DeployRunRow.select(DeployRunRow.id)
            .where(DeployRunRow.target_id == row["id"])
            .order_by(DeployRunRow.id, ascending=False)
            .offset(_KEPT_RUNS)
            .limit(1)
        )
        if oldest:
            await DeployRunRow.delete().where(
                (DeployRunRow.target_id == row["id"]) & (DeployRunRow.id <= oldest[0]["id"])
            )


def _counts(moved: Moved) -> dict[Any, Any]:
    return {
        "to_put": moved.to_put,
        "to_delete": moved.to_delete,
        "put": moved.put,
        "same": moved.same,
        "deleted": moved.deleted,
        "size_bytes": moved.size_bytes,
    }
