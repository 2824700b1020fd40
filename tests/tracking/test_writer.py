"""The promise: an answered click is stored, or in the spool, and counted once."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from octavo.kernel.db import fetch
from octavo.tracking import jobs, queries
from octavo.tracking.schemas import Event
from octavo.tracking.spool import Spool, import_spools, waiting_files
from octavo.tracking.tables import EventRow, SaltRow

DAY = 20260615


def event(number: int, **given: object) -> Event:
    wanted = {
        "event_id": f"{number:032x}",
        "kind": 3,
        "occurred_at": 1_781_519_400_000 + number,
        "received_at": 1_781_519_400_000 + number,
        "day": DAY,
        "content_id": 7,
        "cta_id": 3,
        "channel_id": 1,
        "link_id": 1,
        "visitor": f"v{number % 5}",
    }
    return Event(**{**wanted, **given})


async def count() -> int:
    return await EventRow.count()


async def test_a_crowd_of_clicks_is_stored_whole(reader, make_link):
    link = await make_link()

    answers = await asyncio.gather(
        *(reader.get(link.path, address=f"198.51.{n // 250}.{n % 250}") for n in range(500))
    )
    assert {answer.status for answer in answers} == {302}
    assert await count() == 500


async def test_a_locked_database_sends_clicks_to_the_spool_and_loses_none(
    settings, start_tracker, make_link, lock, now
):
    link = await make_link()
    tracker, reader = await start_tracker(deadline_s=0.05)
    await reader.get(link.path, address="203.0.113.1")
    await lock.hold()

    answers = await asyncio.gather(
        *(reader.get(link.path, address=f"203.0.114.{n}") for n in range(60))
    )
    spooled, stored_meanwhile = tracker.spooled, await count()
    await lock.release()
    await tracker.sweep()
    await jobs.roll_up(now)
    (totals,) = await queries.totals(7, DAY, DAY)
    await tracker.stop()
    assert {answer.status for answer in answers} == {302}
    assert (spooled, stored_meanwhile, tracker.lost) == (60, 1, 0)
    assert (totals.clicks, totals.unique_clicks) == (61, 61)
    assert waiting_files(settings.state_dir / "spool") == []


async def test_a_click_that_went_both_ways_is_counted_once(settings, database, now):
    spool = Spool(settings.state_dir / "spool")
    for number in (1, 2, 1):
        spool.append(event(number))
    spool.seal()
    kept = [path.read_bytes() for path in waiting_files(spool.folder)]
    await import_spools(spool.folder, now_ms=0)
    again = Path(spool.folder / "copy.log")
    again.write_bytes(kept[0])

    report = await import_spools(spool.folder, now_ms=0)
    assert (report.events, await count()) == (3, 2)


async def test_a_torn_line_harms_no_other(settings, database):
    folder = settings.state_dir / "spool"
    folder.mkdir(parents=True)
    whole = [b"\n" + msgspec.json.encode(event(n)) + b"\n" for n in range(3)]
    torn = whole[0][:40]
    (folder / "a.log").write_bytes(whole[0] + torn + whole[1])
    (folder / "b.log").write_bytes(whole[2] + torn)

    report = await import_spools(folder, now_ms=5)
    assert (report.events, report.rejected, await count()) == (3, 1, 3)
    assert (folder / "rejected-5.txt").read_bytes().strip() == torn.strip()


async def test_the_spool_of_a_living_process_is_left_alone(settings, database):
    spool = Spool(settings.state_dir / "spool")
    spool.append(event(1))

    while_open = await import_spools(spool.folder, now_ms=0)
    spool.seal()
    after = await import_spools(spool.folder, now_ms=0)
    assert (while_open.files, after.files, await count()) == (0, 1, 1)


async def test_starting_takes_in_what_a_dead_process_left(settings, start_tracker):
    folder = settings.state_dir / "spool"
    folder.mkdir(parents=True)
    (folder / "1-dead-1.log").write_bytes(b"\n" + msgspec.json.encode(event(1)) + b"\n")

    await start_tracker()
    assert (await count(), waiting_files(folder)) == (1, [])


async def test_a_hash_does_not_outlive_its_salt_in_a_spool(settings, database):
    spool = Spool(settings.state_dir / "spool")
    await SaltRow.insert(SaltRow(day=DAY, salt="a" * 64, destroy_at=10**15))
    spool.append(event(1))
    spool.append(event(2, day=20200101))
    spool.seal()

    await import_spools(spool.folder, now_ms=0)
    rows = await EventRow.select(EventRow.day, EventRow.visitor).order_by(EventRow.day)
    assert rows == [{"day": 20200101, "visitor": None}, {"day": DAY, "visitor": "v1"}]


async def test_when_even_the_spool_fails_the_reader_is_sent_on_and_the_loss_counted(
    settings, start_tracker, make_link, lock
):
    link = await make_link()
    tracker, reader = await start_tracker(deadline_s=0.05)
    await reader.get(link.path)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    (settings.state_dir / "spool").write_text("a file where the folder should be")
    await lock.hold()

    answer = await reader.get(link.path)
    await lock.release()
    await tracker.stop()
    assert (answer.status, tracker.lost) == (302, 1)


async def test_a_broken_connection_is_opened_again_and_loses_nothing(
    database, start_tracker, make_link
):
    if database.files:
        pytest.skip("SQLite has no connection that a network can break")
    link = await make_link()
    tracker, reader = await start_tracker()
    await reader.get(link.path, address="203.0.113.1")
    await fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'octavo clicks' AND datname = current_database()"
    )
    await asyncio.sleep(0.1)

    for last in range(2, 6):
        await reader.get(link.path, address=f"203.0.113.{last}")
    await tracker.sweep()
    assert (await count(), tracker.lost) == (5, 0)


async def test_a_destination_that_cannot_be_read_is_not_guessed(
    database, start_tracker, make_link, monkeypatch
):
    link = await make_link()
    tracker, reader = await start_tracker()
    monkeypatch.setattr(tracker.links, "find", failing)

    answer = await reader.get(link.path)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")


async def test_a_fault_of_ours_does_not_keep_the_reader(start_tracker, make_link):
    link = await make_link()
    tracker, reader = await start_tracker()
    tracker._zone = "Not/AZone"

    answer = await reader.get(link.path)
    assert (answer.status, tracker.lost) == (302, 1)


async def failing(_code: str) -> None:
    raise OSError("the database is gone")


async def test_stopping_stores_what_is_queued_and_later_clicks_are_spooled(
    start_tracker, make_link
):
    link = await make_link()
    tracker, reader = await start_tracker(deadline_s=5)
    clicks = [
        asyncio.ensure_future(reader.get(link.path, address=f"203.0.113.{n}")) for n in range(50)
    ]
    await asyncio.sleep(0)
    await tracker.stop()
    await asyncio.gather(*clicks)
    await reader.get(link.path, address="203.0.114.1")
    await tracker.sweep()

    assert await count() == 51
