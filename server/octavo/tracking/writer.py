"""The tracker: takes a click, and answers when it is stored.

Clicks that arrive while a commit runs wait together for the next one (group commit): no timer, so
a lone click waits one commit and a crowd shares one. When the database does not answer within the
deadline the click goes to the spool; the database's copy may land too, and is the same event. The
reader is never held up by our bookkeeping: if even the spool fails, the loss is counted.
"""

import asyncio
import contextlib
import secrets
import uuid
from collections import Counter as Tally
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from prometheus_client import Counter

from octavo.accounts import queries as accounts
from octavo.kernel.clock import Clock, system_clock, to_ms
from octavo.kernel.db import Database
from octavo.kernel.jobs import Background
from octavo.kernel.log import get_logger
from octavo.kernel.metrics import REGISTRY
from octavo.kernel.settings import Settings
from octavo.tracking import rules
from octavo.tracking.links import LinkMap, Target
from octavo.tracking.schemas import Class, Event, Hit, Kind, Verdict
from octavo.tracking.spool import Spool, SpoolReport, import_spools, row_of
from octavo.tracking.sql import Row
from octavo.tracking.store import Store, open_store
from octavo.tracking.visitors import Pace, Salts

__all__ = ["Tracker", "ZoneOf"]

ZoneOf = Callable[[], Awaitable[str]]
"""Answers the organisation's zone."""

_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
_SWEEP_S = 10.0

LOST = Counter("octavo_clicks_lost", "Clicks nothing could take.", registry=REGISTRY)
SPOOLED = Counter("octavo_clicks_spooled", "Clicks that took the spool's way.", registry=REGISTRY)
STORED = Counter("octavo_clicks_stored", "Clicks committed at once.", registry=REGISTRY)

_log = get_logger("octavo.tracking")

MinuteKey = tuple[int, int, int, int, int, int, int, int]


async def _organisation_zone() -> str:
    return (await accounts.get_organisation()).zone


class _Batch:
    """Clicks that will be committed together; `stored` resolves to whether they were."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.minutes: Tally[MinuteKey] = Tally()
        self.stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()


class Tracker:
    """Records clicks for one process. `start()` it on the running loop, `stop()` it before the end.

    Attributes:
        links: where codes lead.
        lost: clicks that neither the database nor the spool took.
        spooled: clicks that took the spool's way.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        clock: Clock = system_clock,
        zone_of: ZoneOf = _organisation_zone,
        deadline_s: float = 0.15,
    ) -> None:
        self.links = LinkMap()
        self.lost = 0
        self.spooled = 0
        self._database = database
        self._clock = clock
        self._zone_of = zone_of
        self._zone = "UTC"
        self._deadline_s = deadline_s
        self._spool = Spool(settings.state_dir / "spool")
        self._store: Store | None = None
        self._salts: Salts | None = None
        self._pace = Pace()
        self._wake = asyncio.Event()
        self._batch: _Batch | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._background = Background()

    async def start(self) -> None:
        """Open the connection, take in what earlier processes left behind, and begin."""
        self._store = open_store(self._database, wait_s=self._deadline_s * 2 / 3)
        self._salts = Salts(self._store)
        self._batch = _Batch()
        self._stopping = False
        self._zone = await self._zone_of()
        # A database that is busy just now is asked again by house-keeping.
        with contextlib.suppress(Exception):
            await self._refresh()
        await self.sweep()
        await self.links.warm()
        self._tasks = [
            self._background.start("clicks", self._write()),
            self._background.start("clicks_house", self._keep_house()),
        ]

    async def stop(self) -> None:
        """Store what is queued and end. Clicks that still come are spooled."""
        self._stopping = True
        self._wake.set()
        if self._tasks:
            writing, keeping = self._tasks
            keeping.cancel()
            await asyncio.gather(writing, keeping, return_exceptions=True)
            self._tasks = []
        if self._store is not None:
            if self._batch is not None and self._batch.minutes:
                await self._commit(self._batch)
            await self._store.close()
            self._store = None
        self._spool.seal()

    async def record_click(self, target: Target, hit: Hit) -> str | None:
        """Store a hit on a link; return once it is safe, or counted as lost.

        Returns:
            The click id to hand on to the destination, or None when there is none to give.
        """
        if hit.method == "HEAD":
            return None
        try:
            return await self._record(target, hit)
        except Exception:  # noqa: BLE001 - a fault of ours must not keep the reader
            self._lose(target.link_id)
            return None

    async def _record(self, target: Target, hit: Hit) -> str | None:
        now = self._clock()
        verdict = rules.classify(hit)
        if verdict.klass is Class.PREVIEW:
            self._count(target, verdict, now=now)
            return None
        day = rules.local_day(now, self._zone)
        visitor: str | None = None
        if verdict.klass is Class.HUMAN and not hit.gpc:
            visitor = await self._visitor(hit, day=day)
        if visitor is not None:
            verdict = self._pace.judge(visitor, target.link_id, now_ms=to_ms(now))
        wants_id = target.pass_click_id and verdict.klass is Class.HUMAN and not hit.gpc
        click_id = _new_click_id() if wants_id else None
        event = _event(target, verdict, now=now, day=day, visitor=visitor, click_id=click_id)
        await self._keep(event)
        return click_id

    async def sweep(self) -> SpoolReport:
        """Store what lies in the spool, our own part of it included."""
        self._spool.seal()
        return await import_spools(self._spool.folder, now_ms=to_ms(self._clock()))

    def _count(self, target: Target, verdict: Verdict, *, now: datetime) -> None:
        """Count a hit that gets no row of its own, with the next commit; nobody waits for it."""
        if self._batch is None:
            return
        key = (
            target.link_id,
            to_ms(now) // 60_000,
            int(verdict.klass),
            rules.local_day(now, self._zone),
            target.content_id,
            target.cta_id,
            target.channel_id,
            target.variant_id,
        )
        self._batch.minutes[key] += 1
        self._wake.set()

    async def _visitor(self, hit: Hit, *, day: int) -> str | None:
        """Answer the visitor's hash; None when the day's salt cannot be had in time."""
        if self._salts is None:
            return None
        salt = self._salts.find(day)
        if salt is None:
            try:
                async with asyncio.timeout(self._deadline_s):
                    salt = await self._salts.load(day, zone=self._zone)
            except Exception:  # noqa: BLE001 - a click without identity beats a lost click
                return None
        return rules.visitor_hash(salt, address=hit.address, user_agent=hit.user_agent)

    async def _keep(self, event: Event) -> None:
        """Return once the event is stored, in the spool, or counted as lost."""
        if self._batch is not None and not self._stopping:
            batch = self._batch
            batch.rows.append(row_of(event))
            self._wake.set()
            await asyncio.wait((batch.stored,), timeout=self._deadline_s)
            if batch.stored.done() and batch.stored.result():
                return
        try:
            self._spool.append(event)
        except OSError:
            self._lose(event.link_id)
        else:
            self.spooled += 1
            SPOOLED.inc()

    def _lose(self, link_id: int | None) -> None:
        self.lost += 1
        LOST.inc()
        _log.error("click_lost", link_id=link_id, exc_info=True)

    async def _write(self) -> None:
        """Commit whatever is queued, again and again, until stopped and empty."""
        while not self._stopping or self._has_rows():
            await self._wake.wait()
            self._wake.clear()
            batch, self._batch = self._batch, _Batch()
            if batch is None or not (batch.rows or batch.minutes):
                continue
            stored = await self._commit(batch)
            if not stored:
                # These have no id, so they must not go two ways; they wait for the next commit.
                self._batch.minutes.update(batch.minutes)
            batch.stored.set_result(stored)

    def _has_rows(self) -> bool:
        return self._batch is not None and bool(self._batch.rows)

    async def _commit(self, batch: _Batch) -> bool:
        if self._store is None:
            return False
        try:
            await self._store.write(
                batch.rows, [(*key, count) for key, count in batch.minutes.items()]
            )
        except Exception as exc:  # noqa: BLE001 - whatever it was, the clicks take the spool's way
            _log.warning("clicks_not_committed", clicks=len(batch.rows), error=type(exc).__name__)
            return False
        STORED.inc(len(batch.rows))
        return True

    async def _keep_house(self) -> None:
        """Sweep the spool and look after zone and salts; what fails is tried again next time."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            try:
                await self._refresh()
                await self.sweep()
            except Exception:  # noqa: BLE001 - a database that is down now may be up next time
                _log.warning("clicks_house_keeping_failed", exc_info=True)
            self._wake.set()

    async def _refresh(self) -> None:
        """Read the zone, have today's and soon tomorrow's salt at hand, forget the dead ones."""
        now = self._clock()
        self._zone = await self._zone_of()
        if self._salts is None:
            return
        self._salts.forget(now=now)
        for instant in (now, now + timedelta(minutes=30)):
            day = rules.local_day(instant, self._zone)
            if self._salts.find(day) is None:
                await self._salts.load(day, zone=self._zone)


def _new_click_id() -> str:
    """Make 128 random bits in base 32."""
    number = secrets.randbits(130)
    return "".join(_BASE32[number >> shift & 31] for shift in range(0, 130, 5))


def _event(
    target: Target,
    verdict: Verdict,
    *,
    now: datetime,
    day: int,
    visitor: str | None,
    click_id: str | None,
) -> Event:
    at_ms = to_ms(now)
    return Event(
        event_id=uuid.uuid4().hex,
        kind=int(Kind.CLICK),
        occurred_at=at_ms,
        received_at=at_ms,
        day=day,
        content_id=target.content_id,
        cta_id=target.cta_id,
        channel_id=target.channel_id,
        variant_id=target.variant_id,
        link_id=target.link_id,
        click_id=click_id,
        visitor=visitor,
        klass=int(verdict.klass),
        reason=verdict.reason,
    )
