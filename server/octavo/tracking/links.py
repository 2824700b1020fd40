"""Where each code leads, kept in memory so that a redirect reads no database.

A change made in this process is seen by the next request; one made elsewhere within a second.
"""

import asyncio

import msgspec

from octavo.kernel import db
from octavo.tracking.tables import LinkRow

__all__ = ["LinkMap", "Target", "links_changed"]

_MOST_LINKS = 50_000
_RECHECK_S = 1.0
# Other processes commit their changes in another order than they stamp them.
_OVERLAP_MS = 60_000

_COLUMNS = (
    "link_id, code, content_id, cta_id, channel_id, variant_id, "
    "dest_url, pass_click_id, changed_at, retired_at"
)
_generation = 0


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What a redirect needs to know about its link."""

    link_id: int
    code: str
    content_id: int
    cta_id: int
    channel_id: int
    variant_id: int
    dest_url: str
    pass_click_id: int
    changed_at: int
    retired_at: int | None


def links_changed() -> None:
    """Make every map of this process read its links again."""
    global _generation  # noqa: PLW0603 - one number per process is the point
    _generation += 1


class LinkMap:
    """Codes and their targets; filled as they are asked for."""

    def __init__(self) -> None:
        self._targets: dict[str, Target] = {}
        self._generation = _generation
        self._newest = 0
        self._checked = 0.0

    async def find(self, code: str) -> Target | None:
        """Answer the target of a code, retired ones too; None if there never was one."""
        if self._generation != _generation:
            self._generation = _generation
            self._targets.clear()
        elif asyncio.get_running_loop().time() - self._checked > _RECHECK_S:
            await self._recheck()
        return self._targets.get(code) or await self._load(code)

    async def warm(self) -> None:
        """Read the newest links, so that the first readers need not wait for a slow database."""
        rows = await db.fetch(
            f"SELECT {_COLUMNS} FROM trk_link ORDER BY link_id DESC LIMIT 10000",  # noqa: S608
            table=LinkRow,
        )
        for row in rows:
            self._keep(msgspec.convert(row, Target))

    async def _load(self, code: str) -> Target | None:
        generation = _generation
        rows = await db.fetch(
            f"SELECT {_COLUMNS} FROM trk_link WHERE code = {{}}",  # noqa: S608 - constants
            code,
            table=LinkRow,
        )
        if not rows:
            return None
        target = msgspec.convert(rows[0], Target)
        if generation == _generation:  # else it may have been read just before the change
            self._keep(target)
        return target

    async def _recheck(self) -> None:
        """Take in what other processes changed. A database that cannot say leaves the map as is."""
        self._checked = asyncio.get_running_loop().time()
        try:
            rows = await db.fetch(
                f"SELECT {_COLUMNS} FROM trk_link "  # noqa: S608 - constants
                "WHERE changed_at > {} AND changed_at > created_at",
                self._newest - _OVERLAP_MS,
                table=LinkRow,
            )
        except Exception:  # noqa: BLE001 - every driver has its own; a stale map beats no answer
            return
        for row in rows:
            target = msgspec.convert(row, Target)
            self._newest = max(self._newest, target.changed_at)
            if target.code in self._targets:
                self._keep(target)

    def _keep(self, target: Target) -> None:
        if len(self._targets) >= _MOST_LINKS:
            self._targets.clear()
        self._targets[target.code] = target
