"""Whole imports in processes of their own: killed at any moment, and larger than memory."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from tests.bench import wxr

POSTS, KILLS = 700, 6
# What an import stores, without ids, times and addresses of files, which differ by chance.
STORED = {
    "pieces": "SELECT i.source_id, i.content_hash, p.slug, p.path, p.status, p.published_at, r.title,"
    " r.body, r.excerpt, r.tag_names, r.author_names, r.extra, r.meta, p.version FROM piece p"
    " JOIN piece_revision r ON r.id = p.head_revision_id"
    " JOIN imported_piece i ON i.piece_id = p.id ORDER BY i.source_id",
    "revisions": "SELECT COUNT(*) FROM piece_revision",
    "tags": "SELECT p.slug, t.slug, x.position, x.live FROM piece_tag x JOIN tag t ON t.id = x.tag_id"
    " JOIN piece p ON p.id = x.piece_id ORDER BY 1, 4, 3",
    "authors": "SELECT p.slug, a.slug, x.position, x.live FROM piece_author x"
    " JOIN author a ON a.id = x.author_id JOIN piece p ON p.id = x.piece_id ORDER BY 1, 4, 3",
    "redirects": "SELECT r.from_path, p.slug, r.to_path FROM redirect r"
    " LEFT JOIN piece p ON p.id = r.piece_id ORDER BY 1",
}
# Reads the greatest memory that its import had, whatever the import prints.
MEASURE = """
import os, resource, subprocess, sys
subprocess.run([sys.executable, "-m", "octavo", "import", "wordpress", sys.argv[1]], check=True,
               stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def command(export):
    return [sys.executable, "-m", "octavo", "import", "wordpress", str(export), "--json"]


def environ(home):
    return {**os.environ, "OCTAVO_HOME": str(home)}


def finish(export, home):
    answer = subprocess.run(
        command(export), env=environ(home), capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def stored(home):
    with sqlite3.connect(home / "octavo.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {name: database.execute(sql).fetchall() for name, sql in STORED.items()}


def count(home):
    try:
        with sqlite3.connect(f"file:{home / 'octavo.db'}?mode=ro", uri=True) as database:
            return database.execute("SELECT COUNT(*) FROM piece").fetchone()[0]
    except sqlite3.Error:
        return 0


@pytest.mark.timeout(120)
def test_an_import_that_is_killed_again_and_again_ends_like_one_that_was_not(tmp_path):
    export = tmp_path / "export.xml"
    wxr.write_export(export, posts=POSTS, paragraphs=3)
    finish(export, tmp_path / "whole")
    broken, dice, seen = tmp_path / "broken", random.Random(4), []

    for kill in range(KILLS):
        process = subprocess.Popen(
            command(export), env=environ(broken), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        wanted = (kill + 1) * POSTS // (KILLS + 2)
        deadline = time.monotonic() + 30
        while count(broken) < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(dice.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        seen.append(count(broken))
    report = finish(export, broken)

    assert seen == sorted(seen)
    assert 0 < seen[0] < POSTS
    assert report["counts"]["unchanged"] == seen[-1]
    assert report["counts"]["taken"] == POSTS - seen[-1]
    assert stored(broken) == stored(tmp_path / "whole")


@pytest.mark.timeout(120)
def test_memory_does_not_grow_with_the_size_of_the_texts(tmp_path):
    peaks = []
    for name, paragraphs in (("small", 2), ("large", 160)):
        export = tmp_path / f"{name}.xml"
        wxr.write_export(export, posts=300, paragraphs=paragraphs)
        answer = subprocess.run(
            [sys.executable, "-c", MEASURE, str(export)],
            env=environ(tmp_path / name), capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks.append((export.stat().st_size / 1e6, int(answer.stdout)))

    (small_mb, small), (large_mb, large) = peaks
    assert large_mb > 25 * small_mb / 2
    assert large - small < (large_mb - small_mb) * 1.5, peaks
    assert large < 250, peaks


def test_a_broken_end_leaves_nothing_half_imported(tmp_path):
    export = tmp_path / "export.xml"
    wxr.write_export(export, posts=120, paragraphs=2)
    export.write_bytes(export.read_bytes()[:-2_000])

    answer = subprocess.run(
        command(export), env=environ(tmp_path / "home"), capture_output=True, text=True, check=False
    )

    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "ends in the middle" in answer.stderr
    assert count(tmp_path / "home") == 0
