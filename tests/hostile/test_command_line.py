"""`octavo` against hostile files, archives and arguments: exit codes, one line, bounded memory."""

import json
import os
import stat
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from tests.hostile.payloads import MISSING, SHARED
from tests.hostile.sanity import faults_in_site

ARCHIVES = SHARED / "archives"
MEMORY_MB = 512

# Runs each command in one process and says how each ended and how much memory there ever was.
_DRIVER = """
import contextlib, io, json, sys, time
from octavo.cli import cli
ends = []
for arguments in json.loads(sys.argv[1]):
    out, err, began = io.StringIO(), io.StringIO(), time.monotonic()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli(arguments, prog_name="octavo")
            code = 0
        except SystemExit as exc:
            code = exc.code
    ends.append({"code": code, "out": out.getvalue(), "err": err.getvalue(),
                 "seconds": time.monotonic() - began})
# Of this program alone: what getrusage answers begins with the size of whoever started it.
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
peak = int(status["VmHWM"].split()[0]) // 1024
print(json.dumps({"ends": ends, "peak_mb": peak}))
"""


def environ(home: Path) -> dict[str, str]:
    base = {name: value for name, value in os.environ.items() if not name.startswith("OCTAVO_")}
    return {**base, "OCTAVO_HOME": str(home), "OCTAVO_BASE_URL": "http://blog.test"}


def run_all(home: Path, commands: list[list[str]]) -> tuple[list[dict[str, Any]], int]:
    """Run the commands one after the other; answer their ends and the peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER, json.dumps(commands)],
        env=environ(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    answer = json.loads(done.stdout)
    return answer["ends"], answer["peak_mb"]


def octavo(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "octavo", *arguments],
        env=environ(home),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def clear_line(text: str) -> bool:
    lines = text.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("octavo: ") and "Traceback" not in text


@pytest.mark.skipif(not ARCHIVES.is_dir(), reason=MISSING)
def test_every_shared_archive_is_taken_or_refused_within_bounds(tmp_path: Path) -> None:
    archives = sorted(path for path in ARCHIVES.iterdir() if path.name != "README.md")
    before = files_below(ARCHIVES)
    commands = [["import", "markdown", str(archive), "--json"] for archive in archives]
    ends, peak = run_all(tmp_path / "home", [*commands, ["build", "--json"]])
    for archive, end in zip(archives, ends, strict=False):
        where = (archive.name, end["code"], end["err"][-300:])
        assert end["code"] in {0, 1}, where
        assert end["seconds"] < 20, where
        if end["code"] == 1:
            assert clear_line(end["err"]), where
        else:
            rows = json.loads(end["out"])["rows"]
            assert all(row["reason"] for row in rows if row["outcome"] == "skipped"), where
    assert ends[-1]["code"] == 0, ends[-1]["err"]
    assert peak < MEMORY_MB
    assert files_below(ARCHIVES) == before
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert not [name for name in files_below(tmp_path / "home") if "evil" in name]
    assert not (found := faults_in_site(tmp_path / "home" / "site", base_url="http://blog.test"))
    assert not found


def post(title: str, *more: str, body: str = "Words.") -> str:
    matter = "\n".join([f"title: {json.dumps(title)}", "date: 2026-01-02", *more])
    return f"---\n{matter}\n---\n{body}\n"


def hostile_folder(folder: Path) -> Path:
    """Fill a folder with what a careless or hostile person might hand over."""
    folder.mkdir(parents=True)
    secret = folder.parent / "secret.md"
    secret.write_text(post("A secret outside"))
    texts = {
        "good.md": post("Good"),
        "nul.md": "---\ntitle: a\x00b\n---\nbody\x00\n",
        "unclosed.md": "---\ntitle: never closed\n",
        "tabs.md": "---\n\ttitle:\t- [}\n---\n",
        "list.md": "---\n- a\n- b\n---\n",
        "tag.md": "---\n!!python/object/apply:os.system ['touch pwned']\n---\n",
        "merge.md": "---\n<<: *nothing\n---\n",
        "deep.md": "---\na: " + "[" * 50_000 + "\n---\n",
        "toml.md": "+++\ntitle = 'x\n+++\n",
        "toml-deep.md": "+++\na = " + "[" * 20_000 + "\n+++\n",
        "number.md": "---\ntitle: 1e999\ndate: 99999-99-99\ndraft: perhaps\n---\n",
        "far.md": "---\ntitle: Far\ndate: 9999-12-31T23:59:59+14:00\n---\n",
        "early.md": "---\ntitle: Early\ndate: 0001-01-01T00:00:00-14:00\n---\n",
        "slug.md": post(
            "Slug", 'slug: "../../../../etc/cron.d/evil"', "aliases: ['//evil', '/../x']"
        ),
        "reserved.md": post("Reserved", "slug: admin", "url: /api/v1/pieces"),
        "same-1.md": post("Same", "slug: same"),
        "same-2.md": post("Same", "slug: same"),
        "quotes.md": post("Quotes", body=">" * 20_000 + " deep"),
        "brackets.md": post("Brackets", body="[" * 50_000 + "]" * 50_000),
        "stars.md": post("Stars", body="*a_ " * 5_000),
        "table.md": post("Table", body="|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|b\n" * 500),
        "lists.md": post("Lists", body="\n".join(" " * depth + "* x" for depth in range(2_000))),
        "html.md": post("Html", body="<div>" * 50_000 + "<script>alert(1)</script>"),
        "refs.md": post("Refs", body="\n".join(f"[r{n}]: /x 't'\n[r{n}]" for n in range(5_000))),
        "entities.md": post("Entities", body="&" + "a" * 100_000 + ";" + "&#x41;" * 50_000),
        "images.md": post(
            "Images",
            body="![a](bomb.png) ![b](script.svg) ![c](../secret.md) ![d](/etc/passwd) ![e](fake.png)"
            " ![f](link.png) ![g](file:///etc/passwd) ![h](C:\\x.png) ![i](truncated.gif)",
        ),
        "long.md": post("x" * 100_000, "tags: [" + "a" * 5_000 + "]"),
        "many-tags.md": post("Tags", f"tags: {json.dumps([f't{n}' for n in range(20_000)])}"),
        "script.svg": "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>"
        "<script>alert(1)</script><foreignObject><iframe src='//evil'/></foreignObject></svg>",
        "fake.png": "<html><script>alert(1)</script></html>",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "latin.md").write_bytes(b"---\ntitle: caf\xe9\n---\n")
    (folder / "half.md").write_bytes("---\ntitle: half\n---\n".encode("utf-16")[:-1])
    (folder / "empty.md").write_bytes(b"")
    (folder / "ten.md").write_text(post("Ten", body="Ten megabytes. " * 660_000))
    (folder / "eleven.md").write_text(post("Eleven", body="x" * 11_000_000))
    header = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00\x01\x86\xa0" * 2
    (folder / "bomb.png").write_bytes(
        header + b"\x08\x06\x00\x00\x00" + zlib.compress(b"\0" * 10**6)
    )
    (folder / "truncated.gif").write_bytes(b"GIF89a")
    (folder / "link.png").symlink_to("/etc/passwd")
    (folder / "outside.md").symlink_to(secret)
    (folder / "around").symlink_to(folder)
    os.mkfifo(folder / "pipe.md")
    (folder / "new\nline.md").write_text(post("New line"))
    (folder / "\x1b[31mred.md").write_text(post("Red"))
    strange = folder / os.fsdecode(b"not-utf8-\xff")
    strange.mkdir()
    (strange / os.fsdecode(b"\xfe.md")).write_text(post("Not UTF-8"))
    return folder


def test_a_folder_of_traps_is_reported_file_by_file(tmp_path: Path) -> None:
    folder = hostile_folder(tmp_path / "given" / "posts")
    given = files_below(tmp_path / "given")
    home = tmp_path / "home"
    ends, peak = run_all(
        home,
        [
            ["import", "markdown", str(folder), "--dry-run", "--json"],
            ["import", "markdown", str(folder), "--json"],
            ["import", "markdown", str(folder), "--json"],
            ["import", "markdown", str(folder)],
            ["build", "--json"],
            ["build", "--json"],
        ],
    )
    assert [end["code"] for end in ends] == [0] * 6, [end["err"][-500:] for end in ends]
    dry, first, second = (json.loads(end["out"]) for end in ends[:3])
    # The dry run decided all of it; the second run had nothing to do.
    assert dry["counts"] == first["counts"]
    assert second["counts"]["taken"] == second["counts"]["changed"] == 0
    rows = {row["file"]: row for row in first["rows"]}
    skipped = {name for name, row in rows.items() if row["outcome"] == "skipped"}
    wanted = {
        "unclosed.md",
        "latin.md",
        "empty.md",
        "eleven.md",
        "outside.md",
        "pipe.md",
        "deep.md",
    }
    assert wanted <= skipped, wanted - skipped
    assert {"good.md", "ten.md", "quotes.md", "same-1.md", "same-2.md"} <= rows.keys() - skipped
    assert all(rows[name]["reason"] for name in skipped)
    assert all(rows[name]["line"] for name in ("unclosed.md", "latin.md") if name != "unclosed.md")
    assert rows["same-1.md"]["url"] != rows["same-2.md"]["url"]
    assert not any("\x1b" in line for line in ends[3]["out"].splitlines())
    assert peak < MEMORY_MB
    assert files_below(tmp_path / "given") == given
    assert not (Path.cwd() / "pwned").exists()

    again = json.loads(ends[5]["out"])
    assert again["written"] == 0, again
    site = home / "site"
    assert not (found := faults_in_site(site, base_url="http://blog.test")), "\n".join(found[:20])
    everything = b"".join(file.read_bytes() for file in site.rglob("*.html"))
    assert b"A secret outside" not in everything
    assert b"root:" not in everything
    for file in (home / "media").rglob("*"):
        if file.is_file():
            assert b"root:" not in file.read_bytes()
            assert b"alert(1)" not in file.read_bytes(), file


def test_own_archives_of_traps_stay_within_bounds(tmp_path: Path) -> None:
    names = {
        "nested.zip": ["a/" * 500 + "deep.md", "ok.md"],
        "names.zip": [
            "a\nb.md",
            "\x1b[2Jclear.md",
            "con.md",
            "a" * 250 + ".md",
            "ok.md",
            "C:/x.md",
        ],
        "colon.zip": ["file:stream.md", "-rf.md", "~/x.md", "$(touch pwned).md", "ok.md"],
    }
    for name, entries in names.items():
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for entry in entries:
                archive.writestr(entry, post(entry))
    with zipfile.ZipFile(tmp_path / "slow-bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"{number}.md", post(f"{number}", body="a" * 4_900_000))
    with zipfile.ZipFile(tmp_path / "lying.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.md", post("Big", body="a" * 60_000_000))
    data = (tmp_path / "lying.zip").read_bytes()
    at = data.rindex(b"PK\x01\x02") + 24
    (tmp_path / "lying.zip").write_bytes(data[:at] + (100).to_bytes(4, "little") + data[at + 4 :])
    archives = sorted(tmp_path.glob("*.zip"))
    commands = [["import", "markdown", str(path), "--dry-run", "--json"] for path in archives]
    ends, peak = run_all(tmp_path / "home", commands)
    for path, end in zip(archives, ends, strict=True):
        assert end["code"] == 0 or clear_line(end["err"]), (path.name, end)
    assert peak < MEMORY_MB
    assert {path.name for path in tmp_path.iterdir()} == {"home", *(path.name for path in archives)}


def test_wrong_usage_is_2_and_what_cannot_be_is_1_with_one_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "a.md").write_text(post("A"))
    usage = [
        ["nonsense"],
        ["import", "markdown"],
        ["import", "markdown", str(tmp_path / "missing")],
        ["import", "markdown", str(folder), "--no-such"],
        ["serve", "--port", "99999"],
        ["serve", "--port", "x"],
        ["key", "create", "K"],
        ["key", "create", "K", "--scope", "root"],
        ["user", "create", "a@b.example", "--role", "god", "--password-stdin"],
    ]
    impossible = [
        ["import", "markdown", str(folder), "--timezone", "Mars/Olympus"],
        ["import", "markdown", str(folder), "--timezone", "../../etc/passwd"],
        ["import", "markdown", str(folder), "--author", "nobody@example.org"],
        ["key", "create", "", "--scope", "admin"],
        ["key", "create", "a\x07b", "--scope", "admin"],
        ["build", "--output", str(folder)],
        ["build", "--output", "/proc/nowhere"],
    ]
    ends, _ = run_all(home, [*usage, *impossible])
    for arguments, end in zip([*usage, *impossible], ends, strict=True):
        where = (arguments, end)
        assert end["code"] == (2 if arguments in usage else 1), where
        assert "Traceback" not in end["err"], where
        assert end["code"] == 2 or clear_line(end["err"]), where
    assert (folder / "a.md").read_text() == post("A")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nonsense", "correct horse battery"),
        ("a@b\x07.example", "correct horse battery"),
        ("a@b.example", "short"),
        ("a@b.example", ""),
        ("a@b.example", "x" * 100_000),
    ],
    ids=range(5),
)
def test_a_user_that_cannot_be_is_refused_in_one_line(
    tmp_path: Path, email: str, password: str
) -> None:
    command = ("user", "create", email, "--role", "owner", "--password-stdin")
    done = octavo(tmp_path / "home", *command, stdin=password + "\n")
    assert done.returncode == 1, done
    assert clear_line(done.stderr), done.stderr


@pytest.mark.parametrize(
    "setting",
    [
        {"OCTAVO_DATABASE_URL": "nonsense"},
        {"OCTAVO_DATABASE_URL": "sqlite:////proc/nowhere/octavo.db"},
        {"OCTAVO_DATABASE_URL": "postgresql://127.0.0.1:1/nowhere"},
        {"OCTAVO_BASE_URL": "javascript:alert(1)"},
        {"OCTAVO_BASE_URL": "http://a b"},
        {"OCTAVO_TRUSTED_PROXIES": "everybody"},
        {"OCTAVO_HOME": "/proc/nowhere"},
        {"OCTAVO_HOME": "/dev/null"},
    ],
    ids=lambda setting: "=".join(next(iter(setting.items()))),
)
def test_a_wrong_setting_is_one_line(tmp_path: Path, setting: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "octavo", "build"],
        env={**environ(tmp_path / "home"), **setting},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1, done
    assert clear_line(done.stderr), done.stderr


def test_a_damaged_database_is_one_line_and_stays_as_it_was(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "octavo.db").write_bytes(b"this is not a database " * 1_000)
    done = octavo(home, "build")
    assert done.returncode == 1, done
    assert clear_line(done.stderr), done.stderr
    assert (home / "octavo.db").read_bytes() == b"this is not a database " * 1_000


def test_what_is_kept_in_the_home_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert octavo(home, "migrate").returncode == 0
    for file in home.rglob("*"):
        secret = "secret" in file.name or file.suffix == ".db"
        if file.is_file() and secret:
            assert not file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH), file
