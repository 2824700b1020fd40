"""Folders and files of exports appear whole, whatever happens while they are written."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from octavo.content.exporters.writing import whole_folder

TOKEN = "0123456789ab"


def run(code, *args):
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, args)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def fill(folder, text):
    (folder / "octavo.json").write_text("{}")
    (folder / "tags.jsonl").write_text(text)


def export(target, text):
    with whole_folder(target) as folder:
        fill(folder, text)


def hold(target):
    (target / ".git").mkdir()
    (target / ".git" / "HEAD").write_text("main")


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


KILLED_AT = """
    import os, signal, sys
    from pathlib import Path
    from octavo.content.exporters.writing import whole_folder
    rename, left = Path.rename, [int(sys.argv[2])]
    def dying(self, target):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return rename(self, target)
    Path.rename = dying
    with whole_folder(Path(sys.argv[1])) as folder:
        (folder / "octavo.json").write_text("{}")
        (folder / "tags.jsonl").write_text("second")
"""


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_a_swap_that_was_killed_is_healed_by_the_next_run(tmp_path, renames):
    target = tmp_path / "out"
    export(target, "first")
    hold(target)

    assert run(KILLED_AT, target, renames).returncode == -signal.SIGKILL
    assert target.exists() == (renames == 0)

    export(target, "third")
    assert (target / "tags.jsonl").read_text() == "third"
    assert (target / ".git" / "HEAD").read_text() == "main"
    assert not [name for name in names(tmp_path) if name.endswith(".old")]


@pytest.mark.parametrize("renames", [1, 2])
def test_what_was_cut_off_stands_again_even_if_the_next_export_fails(tmp_path, renames):
    target = tmp_path / "out"
    export(target, "first")
    hold(target)
    run(KILLED_AT, target, renames)

    with pytest.raises(ValueError, match="no"), whole_folder(target):
        raise ValueError("no")

    assert (target / "tags.jsonl").read_text() == "second"
    assert (target / ".git" / "HEAD").read_text() == "main"


def test_an_old_folder_without_its_whole_successor_comes_back(tmp_path):
    target, old = tmp_path / "out", tmp_path / f".out.{TOKEN}.old"
    export(target, "first")
    target.rename(old)
    half = tmp_path / f".out.{TOKEN}.partial"
    half.mkdir()
    (half / ".git").mkdir()

    with pytest.raises(ValueError, match="no"), whole_folder(target):
        raise ValueError("no")

    assert (target / "tags.jsonl").read_text() == "first"
    assert (target / ".git").is_dir()
    assert not old.exists()


def test_folders_that_only_look_alike_are_left_alone(tmp_path):
    for name in (".out.mine.old", ".output.0123456789ab.old"):
        (tmp_path / name).mkdir()

    export(tmp_path / "out", "first")

    assert names(tmp_path) == [".out.mine.old", ".output.0123456789ab.old", "out"]


FULL_DISK = """
    import resource, signal, sys
    from pathlib import Path
    from octavo.content.exporters.writing import NoRoomError, whole_file, whole_folder
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    for make in (whole_file, whole_folder):
        try:
            with make(Path(sys.argv[1]) / make.__name__) as place:
                if make is whole_folder:
                    (place / "octavo.json").write_bytes(b"x" * 9000)
                else:
                    place.write(b"x" * 9000)
        except NoRoomError as exc:
            print(exc.message)
"""


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path):
    done = run(FULL_DISK, tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("File too large") == 2
    assert names(tmp_path) == []


KILLED_WRITING = """
    import os, signal, sys
    from pathlib import Path
    from octavo.content.exporters import writing
    with getattr(writing, sys.argv[2])(Path(sys.argv[1])) as place:
        if sys.argv[2] == "whole_folder":
            (place / "tags.jsonl").write_text("half")
        else:
            place.write(b"half")
            place.flush()
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("kind", ["whole_file", "whole_folder"])
def test_a_killed_export_leaves_nothing_under_the_final_name(tmp_path, kind):
    target = tmp_path / "out"

    assert run(KILLED_WRITING, target, kind).returncode == -signal.SIGKILL

    assert not target.exists()
