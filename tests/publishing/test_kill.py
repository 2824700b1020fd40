"""A build that is killed: the site is the old one or the new one, and the next build makes it whole."""

import asyncio
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.publishing.fakes import NOW, Desk, author, make_piece, tag, tree

from octavo.content.schemas import PublishedPiece

_CHILD = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.publishing import fakes, test_kill
from octavo.publishing.building import output
die_at = int(sys.argv[4])
if die_at:
    calls = 0
    put, unlink = output._put, Path.unlink
    def tick():
        global calls
        calls += 1
        if calls == die_at:
            os.kill(os.getpid(), 9)
    def dying_put(*args):
        tick()
        put(*args)
    output._put = dying_put
desk = fakes.Desk(Path(sys.argv[2]), test_kill.edition(sys.argv[3]), workers=0)
test_kill.mark(desk)
print("ready", flush=True)
asyncio.run(desk.site.build(now=fakes.NOW, full=sys.argv[5] == "full"))
"""


def edition(name: str) -> list[PublishedPiece]:
    """Two editions of one blog: other texts, other tags, some pieces in one of them alone."""
    numbers = range(1, 41) if name == "a" else range(8, 52)
    return [
        make_piece(
            n,
            body=f"Edition {name}. " * 40,
            tags=[tag(n % 4 + (name == "b"))],
            authors=[author(n % 2)],
        )
        for n in numbers
    ]


def mark(desk: Desk) -> None:
    desk.log.mark(*(f"piece:{n}" for n in range(1, 60)))


async def expected(tmp_path: Path, name: str) -> dict[str, bytes]:
    home = tmp_path / f"expected-{name}"
    home.mkdir()
    desk = Desk(home, edition(name), workers=0)
    await desk.site.build(now=NOW)
    return desk.tree()


def start_child(home: Path, name: str, die_at: int, how: str) -> "subprocess.Popen[str]":
    root = str(Path(__file__).parents[2])
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, root, str(home), name, str(die_at), how],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def check_whole(home: Path, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    """Every file is wholly of one edition, and every page that a list links to is there."""
    now = tree(home / "site")
    for name, data in now.items():
        assert data in {old.get(name), new.get(name)}, name
    for name in old.keys() & new.keys():
        assert name in now


def mend(home: Path, name: str) -> dict[str, bytes]:
    desk = Desk(home, edition(name), workers=0)
    mark(desk)
    asyncio.run(desk.site.build(now=NOW))
    assert not (home / ".site.staging").exists()
    return desk.tree()


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", ["step", "full"])
def test_a_build_killed_anywhere_leaves_a_whole_site_and_is_finished(
    tmp_path: Path, how: str
) -> None:
    trees = {name: asyncio.run(expected(tmp_path, name)) for name in "ab"}
    home = tmp_path / "home"
    home.mkdir()
    mend(home, "a")
    dice = random.Random(7)
    killed = 0
    for turn in range(10):
        old, new = ("a", "b") if turn % 2 == 0 else ("b", "a")
        die_at = dice.randint(1, 80) if turn % 3 else 0
        child = start_child(home, new, die_at, how)
        if not die_at:
            time.sleep(dice.random() * 0.4)
            child.send_signal(signal.SIGKILL)
        killed += child.wait(60) == -signal.SIGKILL
        if child.stdout:
            child.stdout.close()
        check_whole(home, trees[old], trees[new])
        if turn % 2:
            assert mend(home, new) == trees[new]
        else:  # what a killed build left is finished by whichever comes next, here one of the old edition
            assert mend(home, old) == trees[old]
            assert mend(home, new) == trees[new]

    assert killed >= 5


@pytest.mark.chaos
@pytest.mark.timeout(120)
def test_a_build_killed_before_its_commit_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    before = mend(home, "a")
    staging = home / ".site.staging" / "0"
    staging.mkdir(parents=True)
    (staging / "0").write_text("left by a killed build")
    shutil.copy(home / "state" / "site.db", home / "state" / "site.db.next")

    assert mend(home, "a") == before
