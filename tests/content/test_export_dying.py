"""A worker that is killed while it writes an export: the next one writes it anew, whole."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

POSTS = 400
INSERT = "INSERT INTO export_run (format, state, created_at, created_by_name) VALUES (?, ?, ?, ?)"


def octavo(home, *arguments):
    environ = {**os.environ, "OCTAVO_HOME": str(home)}
    environ.pop("OCTAVO_DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "-m", "octavo", *arguments],
        env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def ask(home, sql, *values):
    with sqlite3.connect(home / "octavo.db", timeout=20) as database:
        return database.execute(sql, values).fetchall()


def run_of(home):
    ((state, done, attempts, name),) = ask(
        home, "SELECT state, done, attempts, name FROM export_run"
    )
    return state, done, attempts, name


def wait_for(home, wanted, seconds=40):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if wanted(*run_of(home)):
            return
        time.sleep(0.05)
    pytest.fail(f"it is still {run_of(home)}")


@pytest.mark.timeout(120)
def test_an_export_whose_worker_was_killed_is_written_anew_by_the_next(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "posts"
    folder.mkdir()
    for number in range(POSTS):
        (folder / f"p{number}.md").write_text(f"---\ntitle: Post {number}\n---\nText {number}.\n")
    assert octavo(home, "import", "markdown", str(folder)).wait(60) == 0
    ask(home, INSERT, "markdown", "waiting", "2026-01-01T00:00:00+00:00", "Ada")
    place = home / "state" / "exports" / "1"

    first = octavo(home, "worker")
    try:
        wait_for(home, lambda state, done, *_: state == "running" and 0 < done < POSTS)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    state, _, attempts, name = run_of(home)
    left = {path.name for path in place.iterdir()}
    # Its lease would run out after half a minute.
    ask(home, "UPDATE kernel_lease SET until = '2000-01-01T00:00:00+00:00' WHERE name = 'exports'")

    second = octavo(home, "worker")
    try:
        wait_for(home, lambda state, *_: state == "done", seconds=70)
    finally:
        second.terminate()
        second.wait(20)

    assert (state, attempts, name) == ("running", 1, "")
    assert not [one for one in left if one.endswith(".zip")]
    state, done, attempts, name = run_of(home)
    assert (state, done, attempts) == ("done", POSTS, 2)
    assert [path.name for path in place.iterdir()] == [name]
    ((counts,),) = ask(home, "SELECT counts FROM export_run")
    assert json.loads(counts)["pieces"] == POSTS
