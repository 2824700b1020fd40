"""Background work: an in-memory scheduler that ticks, and a database that is the truth.

Any number of workers may tick at once: every job claims what it works on. Nothing is armed in
memory, so overdue work runs at the first tick after a start, and a killed worker loses nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from octavo.accounts import service as accounts
from octavo.content import service as content
from octavo.content.bulk import service as bulk
from octavo.content.exporters.runs import jobs as export_jobs
from octavo.content.importers.runs import jobs as import_jobs
from octavo.content.media import jobs as media_jobs
from octavo.cta import jobs as cta_jobs
from octavo.cta.carrying import Carrier
from octavo.deploying import jobs as deploying_jobs
from octavo.deploying.running import Deploying
from octavo.distribution import jobs as distribution_jobs
from octavo.kernel.idempotency import drop_old_answers
from octavo.kernel.log import get_logger
from octavo.kernel.metrics import JOB_FAILURES, JOB_SECONDS
from octavo.kernel.throttle import drop_old_counts
from octavo.publishing import jobs as publishing_jobs
from octavo.publishing.cards import service as cards
from octavo.publishing.cards.jobs import CardMaker
from octavo.publishing.images.jobs import Studio
from octavo.publishing.text.markdown import plain_html
from octavo.runtime import Runtime, all_tables
from octavo.tracking import jobs as tracking_jobs
from octavo.webhooks import jobs as webhook_jobs

__all__ = ["background_work", "run_worker"]

_log = get_logger("octavo.worker")
_DRAIN_S = 20
_SIZES_S = 5


@dataclass(frozen=True)
class _Job:
    name: str
    every_s: float
    run: Callable[[], Awaitable[object]]


def _jobs(runtime: Runtime, webhooks: webhook_jobs.Sender) -> list[_Job]:
    return [
        *_writing(runtime),
        *_site(runtime),
        *_messages(runtime, webhooks),
        *_numbers(runtime),
        *_sizes(runtime),
        *_cards(runtime),
        _Job("tidy_up", 3600, _tidying(runtime)),
    ]


def _writing(runtime: Runtime) -> list[_Job]:
    clock, bus = runtime.clock, runtime.bus

    async def publish_due() -> None:
        await content.publish_due(now=clock(), bus=bus)
        await content.withdraw_due(now=clock(), bus=bus)

    return [
        _Job("publish_due", 1, publish_due),
        _Job("run_imports", 2, _imports(runtime)),
        _Job("run_exports", 2, _exports(runtime)),
        _Job(
            "drop_cut_off",
            86_400,
            partial(media_jobs.drop_cut_off, store=runtime.media, clock=clock),
        ),
        _Job("keep_media", 30, partial(media_jobs.keep_in_order, store=runtime.media, bus=bus)),
    ]


def _site(runtime: Runtime) -> list[_Job]:
    async def build_site() -> None:
        await publishing_jobs.build_pending(runtime.site, now=runtime.clock())

    deployments = _deployments(runtime)
    return [
        _Job("build_site", 1, build_site),
        _Job("deploy_site", 1, deployments.tick),
        _Job("tidy_targets", 86_400, deployments.tidy),
    ]


def _messages(runtime: Runtime, webhooks: webhook_jobs.Sender) -> list[_Job]:
    async def send_due() -> None:
        await distribution_jobs.send_due(
            clock=runtime.clock,
            bus=runtime.bus,
            registry=runtime.registry,
            vault=runtime.vault,
            http=runtime.http,
            settings=runtime.settings,
            owner=runtime.owner,
        )

    return [
        _Job("send_due", 1, send_due),
        _Job("send_webhooks", 1, webhooks.tick),
    ]


def _numbers(runtime: Runtime) -> list[_Job]:
    clock = runtime.clock

    async def roll_up() -> None:
        await tracking_jobs.roll_up(now=clock())
        await tracking_jobs.rebuild_dirty(now=clock())

    async def sweep_spool() -> None:
        await tracking_jobs.sweep_spool(runtime.settings.state_dir / "spool", now=clock())

    async def relink_changed() -> None:
        await cta_jobs.relink_changed(now=clock())

    async def rotate_salts() -> None:
        await tracking_jobs.rotate_salts(now=clock())

    return [
        _Job("roll_up", 2, roll_up),
        _Job("sweep_spool", 10, sweep_spool),
        _Job("relink_changed", 30, relink_changed),
        _Job("rotate_salts", 600, rotate_salts),
    ]


def _tidying(runtime: Runtime) -> Callable[[], Awaitable[object]]:
    async def tidy_up() -> None:
        now = runtime.clock()
        await media_jobs.drop_left_behind(store=runtime.media)
        await accounts.drop_old_sessions(now=now)
        await drop_old_answers(now=now)
        await drop_old_counts(now=now)
        await bulk.drop_expired(now=now)
        await webhook_jobs.drop_old(now=now, days=runtime.settings.webhook_log_days)

    return tidy_up


def _sizes(runtime: Runtime) -> list[_Job]:
    studio = Studio(store=runtime.media, clock=runtime.clock, recipe=runtime.recipe)

    async def make() -> None:
        await studio.find_new()
        await studio.make_waiting(for_s=_SIZES_S)

    async def tidy_up() -> None:
        await studio.look_again()
        await studio.drop_unneeded()

    return [
        _Job("make_sizes", 1, make),
        _Job("tidy_sizes", 600, tidy_up),
        _Job("drop_stray_sizes", 86_400, studio.drop_strays),
    ]


def _cards(runtime: Runtime) -> list[_Job]:
    maker = CardMaker(site=runtime.site, store=runtime.media, clock=runtime.clock)

    async def draw() -> None:
        await maker.draw_waiting(for_s=_SIZES_S)

    return [
        _Job("draw_cards", 1, draw),
        _Job("notice_look_of_cards", 30, maker.notice_look),
        _Job("find_cardless", 600, cards.want_unknown),
        _Job("drop_stray_cards", 86_400, maker.drop_strays),
    ]


def _deployments(runtime: Runtime) -> deploying_jobs.Deployments:
    deploying = Deploying(
        site=runtime.site,
        registry=runtime.deployers,
        vault=runtime.vault,
        http=runtime.http,
        settings=runtime.settings,
        clock=runtime.clock,
    )
    return deploying_jobs.Deployments(deploying)


def _imports(runtime: Runtime) -> Callable[[], Awaitable[object]]:
    importing = import_jobs.Importing(
        clock=runtime.clock,
        bus=runtime.bus,
        media=runtime.media,
        http=runtime.http,
        folder=runtime.settings.state_dir / "imports",
        owner=runtime.owner,
        ctas=Carrier(),
    )
    return partial(import_jobs.run_next, importing)


def _exports(runtime: Runtime) -> Callable[[], Awaitable[object]]:
    exporting = export_jobs.Exporting(
        clock=runtime.clock,
        media=runtime.media,
        folder=runtime.settings.state_dir / "exports",
        owner=runtime.owner,
        tables=all_tables(),
        render=plain_html,
        ctas=Carrier(),
    )
    return partial(export_jobs.run_next, exporting)


@asynccontextmanager
async def background_work(runtime: Runtime) -> AsyncIterator[None]:
    """Tick while the block runs; at its end let what is running finish, for a while."""
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
    )
    running: set[asyncio.Task[None]] = set()
    webhooks = webhook_jobs.Sender(
        clock=runtime.clock,
        bus=runtime.bus,
        vault=runtime.vault,
        http=runtime.http,
        owner=runtime.owner,
    )
    for job in _jobs(runtime, webhooks):
        scheduler.add_job(
            _run_once, "interval", args=(job, running), seconds=job.every_s, id=job.name,
            next_run_time=runtime.clock(),
        )  # fmt: skip
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        if running:
            await asyncio.wait(running, timeout=_DRAIN_S)
        await webhooks.drain()
        scheduler.shutdown(wait=False)


async def run_worker(runtime: Runtime) -> None:
    """Tick until the process is told to stop (SIGTERM, SIGINT)."""
    import signal

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with background_work(runtime):
        _log.info("worker_started", owner=runtime.owner)
        await stop.wait()
    _log.info("worker_stopped", owner=runtime.owner)


async def _run_once(job: _Job, running: set[asyncio.Task[None]]) -> None:
    task = asyncio.current_task()
    if task is not None:
        running.add(task)
    began = time.monotonic()
    try:
        await job.run()
    except Exception:  # noqa: BLE001 - one failing job must not stop the others; it runs again
        JOB_FAILURES.labels(job.name).inc()
        _log.exception("job_failed", job=job.name)
    finally:
        JOB_SECONDS.labels(job.name).observe(time.monotonic() - began)
        if task is not None:
            running.discard(task)
