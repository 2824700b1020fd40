"""What the worker runs for deploying."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from octavo.deploying.errors import DeployRunningError, DeployTargetNotFoundError
from octavo.deploying.running import Deploying, run_deployment, standing_release
from octavo.deploying.tables import DeployRunRow, DeployTargetRow
from octavo.kernel.errors import OctavoError
from octavo.kernel.log import get_logger
from octavo.sdk.deploying import DeployError

__all__ = ["Deployments"]

Row = dict[str, Any]

_QUIET: Final = timedelta(seconds=3)
"""A release is deployed when it stood for so long: one deployment for a burst of builds."""

_LONGEST: Final = timedelta(seconds=30)
"""However often the site changes, it is deployed when something waited for so long."""

_UNFINISHED_AGE: Final = timedelta(days=1)
"""No upload of a file takes so long."""

_log = get_logger("octavo.deploying")


class Deployments:
    """Deploys what was asked for, and each new release to every target that is on.

    What is due is read from the database and the site at each tick: a build by any process is seen,
    and a worker that was killed has forgotten nothing but how long things were quiet.
    """

    def __init__(self, deploying: Deploying) -> None:
        self._deploying = deploying
        self._standing = ""
        self._since: datetime | None = None
        self._waits_since: datetime | None = None

    async def tick(self) -> None:
        """Deploy to every target that is due, side by side."""
        targets = await DeployTargetRow.select(
            DeployTargetRow.id,
            DeployTargetRow.is_active,
            DeployTargetRow.release,
            DeployTargetRow.not_before,
        ).order_by(DeployTargetRow.id)
        if not targets:
            return
        now = self._deploying.clock()
        standing = await asyncio.to_thread(standing_release, self._deploying.site)
        asked = await self._asked_for()
        behind = [t for t in targets if t["is_active"] and standing and t["release"] != standing]
        is_quiet = self._is_quiet(standing, now, waits=bool(behind))
        due = [
            t["id"]
            for t in targets
            if (t["not_before"] is None or t["not_before"] <= now)
            and (t["id"] in asked or (t in behind and is_quiet))
        ]
        if due:
            self._waits_since = None
            await asyncio.gather(*(self._deploy(target_id) for target_id in due))

    async def tidy(self) -> int:
        """Drop at every target what was begun more than a day ago and never ended; answer how many."""
        before, dropped = self._deploying.clock() - _UNFINISHED_AGE, 0
        for row in await DeployTargetRow.select():
            try:
                deployer = self._deploying.open(row)
                try:
                    dropped += await deployer.tidy(before=before)
                finally:
                    await deployer.close()
            except (OctavoError, DeployError) as exc:  # tomorrow again
                _log.warning("target_not_tidied", target_id=row["id"], reason=str(exc))
            except Exception:  # noqa: BLE001 - a plugin's fault must not keep the others from it
                _log.exception("target_not_tidied", target_id=row["id"])
        return dropped

    def _is_quiet(self, standing: str, now: datetime, *, waits: bool) -> bool:
        if standing != self._standing or self._since is None:
            self._standing, self._since = standing, now
        if not waits:
            self._waits_since = None
            return False
        self._waits_since = self._waits_since or now
        return now - self._since >= _QUIET or now - self._waits_since >= _LONGEST

    async def _asked_for(self) -> set[int]:
        """Answer the targets with a run that waits, or that a killed process left."""
        rows = await (
            DeployRunRow.select(DeployRunRow.target_id)
            .where(DeployRunRow.ended_at.is_null())
            .order_by(DeployRunRow.id)
            .limit(100)
        )
        return {int(row["target_id"]) for row in rows}

    async def _deploy(self, target_id: int) -> None:
        try:
            run = await run_deployment(self._deploying, target_id, reason="build")
        except (DeployRunningError, DeployTargetNotFoundError):
            return  # another process is at it, or somebody removed the target
        except Exception:  # noqa: BLE001 - one target must not stop the others
            _log.exception("deploy_failed", target_id=target_id)
        else:
            _log.info(
                "site_deployed" if run.error is None else "site_deploy_failed",
                target_id=target_id,
                put=run.put,
                same=run.same,
                deleted=run.deleted,
                error=run.error,
            )
