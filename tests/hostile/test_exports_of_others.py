"""Damaged and hostile exports of other systems: by the command line, and by the door of the app."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.hostile.payloads import MISSING, SHARED
from tests.hostile.sanity import faults_in_site
from tests.hostile.test_command_line import MEMORY_MB, clear_line, octavo, run_all

from octavo.content.importers.runs.jobs import Importing, run_next

_WXR = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Old</title>
<link>http://old.example</link><wp:wxr_version>{version}</wp:wxr_version>{items}</channel></rss>"""
_ITEM = """<item><title>{title}</title><link>http://old.example/{slug}/</link>
<dc:creator>ada</dc:creator><content:encoded><![CDATA[{body}]]></content:encoded>
<wp:post_id>{number}</wp:post_id><wp:post_name>{slug}</wp:post_name><wp:status>publish</wp:status>
<wp:post_type>post</wp:post_type><wp:post_date>{date}</wp:post_date>
<wp:post_date_gmt>{date}</wp:post_date_gmt>{more}</item>"""
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_SCRIPTS = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>"
    "<a href='java&#10;script:alert(1)'>x</a><iframe srcdoc='<script>1</script>'></iframe>"
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=1&gt;'>"
)


def item(number: int, *, more: str = "", **given: str) -> str:
    values = {
        "title": f"Post {number}",
        "slug": f"post-{number}",
        "body": "Words.",
        "date": "2020-01-02 03:04:05",
    }
    return _ITEM.format(number=number, more=more, **(values | given))


def wxr(*items: str, doctype: str = "", version: str = "1.2") -> bytes:
    return _WXR.format(doctype=doctype, version=version, items="".join(items)).encode()


def ghost(*posts: object, **more: object) -> bytes:
    data = {"posts": list(posts), **more}
    return json.dumps({"db": [{"meta": {"version": "5.0.0"}, "data": data}]}).encode()


# What is refused as a whole: name, format, bytes.
REFUSED: tuple[tuple[str, str, bytes], ...] = (
    ("laughs.xml", "wordpress", wxr(item(1, title="&b;"), doctype=_LAUGHS)),
    ("outside.xml", "wordpress", wxr(item(1, title="&a;"), doctype=_OUTSIDE)),
    ("half.xml", "wordpress", wxr(*(item(n) for n in range(1, 30)))[:-700]),
    ("page.xml", "wordpress", b"<!doctype html><html><body>Log in</body></html>"),
    ("empty.xml", "wordpress", b""),
    ("deep.xml", "wordpress", b"<rss>" + b"<a>" * 100_000),
    ("deep.json", "ghost", b'{"db":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ("half.json", "ghost", ghost({"title": "A", "html": "x" * 500})[:-40]),
    ("list.json", "ghost", b"[1, 2, 3]"),
    ("number.json", "ghost", b"1e999"),
    ("empty.json", "ghost", b""),
    ("torn.zip", "markdown", b"PK\x03\x04" + b"\x00" * 50),
)
# What is taken as far as it goes; what is wrong with it stands in the report.
TAKEN: tuple[tuple[str, str, bytes], ...] = (
    (
        "odd.xml",
        "wordpress",
        wxr(
            item(1, body=_SCRIPTS, title="&lt;script&gt;alert(1)&lt;/script&gt;"),
            item(2, slug="../../../../etc/passwd"),
            item(3, slug="admin"),
            item(4, date="9999-99-99 99:99:99"),
            item(5, date="0000-00-00 00:00:00"),
            item(5, slug="same-number"),
            item(6, title="x" * 5_000),
            item(7, body="[" * 20_000 + "]" * 20_000),
            item(8, body="<div>" * 3_000 + "deep"),
            item(9, more='<category domain="post_tag" nicename="x"><![CDATA[=cmd|1]]></category>'),
        ),
    ),
    (
        "odd.json",
        "ghost",
        ghost(
            {"id": 1, "title": "<img src=x onerror=alert(1)>", "html": _SCRIPTS, "slug": "a"},
            {"id": 2, "title": "a\x00b", "html": "x\x00y", "slug": "../../b"},
            {"id": 3, "title": None, "html": None, "slug": None},
            {"id": 4, "title": 5, "html": [], "slug": {}, "published_at": "never"},
            {"id": 5, "title": "Cards", "mobiledoc": "[" * 10_000, "slug": "c"},
            {"id": 6, "title": "Odd", "lexical": '{"root":{"children":[1,null,{}]}}', "slug": "d"},
            None,
            "post",
            tags=[{"id": 1, "name": None}, 7, {"id": 2, "name": "<script>"}],
            users=[{"id": 1, "name": "</title><script>", "email": "a\r\nb"}],
            posts_tags=[{"post_id": 1, "tag_id": 2}, {"post_id": 99, "tag_id": 99}, None],
        ),
    ),
    ("nul.xml", "wordpress", wxr(item(1, body="a\x00b"))),
    ("utf7.xml", "wordpress", wxr(item(1)).replace(b"UTF-8", b"UTF-7")),
    ("odd.md", "markdown", b"\xff\xfe\x00---\ntitle: x\n---\n" + _SCRIPTS.encode()),
)


def counts(home: Path) -> dict[str, int]:
    with sqlite3.connect(home / "octavo.db") as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = [name for (name,) in tables if not name.startswith(("sqlite_", "piece_search"))]
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in names
        }


def importing_of(world: Any) -> Importing:
    """Answer what the worker of this installation imports with."""
    runtime = world.installation.runtime
    return Importing(
        clock=runtime.clock,
        bus=runtime.bus,
        media=runtime.media,
        http=runtime.http,
        folder=runtime.settings.state_dir / "imports",
        owner=runtime.owner,
    )


def folder_of(files: tuple[tuple[str, str, bytes], ...], folder: Path) -> list[list[str]]:
    folder.mkdir()
    for name, _, data in files:
        (folder / name).write_bytes(data)
    return [["import", kind, str(folder / name), "--json"] for name, kind, _ in files]


def test_a_damaged_export_is_refused_in_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert octavo(home, "import", "markdown", str(Path(__file__).parent)).returncode in {0, 1}
    before = counts(home)
    ends, peak = run_all(home, folder_of(REFUSED, tmp_path / "in"))
    wrong = [
        (name, end["code"], end["err"][-300:], end["out"][-200:])
        for (name, _, _), end in zip(REFUSED, ends, strict=True)
        if end["code"] != 1 or not clear_line(end["err"]) or name not in end["err"]
    ]
    assert not wrong, "\n".join(map(str, wrong))
    assert counts(home) == before
    assert peak < MEMORY_MB


def test_an_odd_export_is_taken_and_runs_nowhere(tmp_path: Path) -> None:
    home = tmp_path / "home"
    commands = folder_of(TAKEN, tmp_path / "in")
    ends, peak = run_all(home, [*commands, ["build", "--json"], *commands])
    for end in ends:
        assert end["code"] in {0, 1}, end["err"][-2_000:]
        assert "Traceback" not in end["err"] + end["out"], end["err"][-2_000:]
    assert ends[len(TAKEN)]["code"] == 0, ends[len(TAKEN)]["err"]
    for end in ends[:2]:
        assert json.loads(end["out"])["counts"]["taken"] > 2, end["out"][:2_000]
    assert not (found := faults_in_site(home / "site", base_url="http://blog.test")), found[:20]
    assert peak < MEMORY_MB


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_same_files_by_the_door_of_the_app_fail_with_a_reason(world: Any) -> None:
    importing = importing_of(world)
    wrong = []
    for name, kind, data in (*REFUSED, *TAKEN):
        before = await world.rows()
        answer = await world.owner.post(f"/api/v1/imports/{kind}", files={"file": (name, data)})
        if answer.status_code != 202:
            assert answer.status_code == 400, answer.text
            continue
        assert await run_next(importing)
        run = (await world.owner.get(f"/api/v1/imports/{answer.json()['id']}")).json()
        if (name, kind, data) in TAKEN:
            assert run["state"] == "done", run
            continue
        after = await world.rows()
        changed = {table for table in after if after[table] != before[table]}
        if run["state"] != "failed" or not run["error"] or "Error" in run["error"]:
            wrong.append((name, run["state"], run["error"]))
        if not changed <= {"ImportRunRow", "AuditRow", "LeaseRow"}:
            wrong.append((name, "changed", str(changed)))
    assert not wrong, "\n".join(map(str, wrong))
    assert not list(importing.folder.iterdir())


@pytest.mark.skipif(not (SHARED / "wxr").is_dir(), reason=MISSING)
def test_every_shared_export_is_taken_or_refused_within_bounds(tmp_path: Path) -> None:
    files = [
        (kind, path)
        for kind, folder in (("wordpress", "wxr"), ("ghost", "ghost"))
        for path in sorted((SHARED / folder).iterdir())
        if path.suffix in {".xml", ".json"}
    ]
    archives = sorted((SHARED / "archives").iterdir())
    files += [(kind, path) for path in archives for kind in ("wordpress", "ghost")]
    home = tmp_path / "home"
    commands = [["import", kind, str(path), "--json"] for kind, path in files]
    ends, peak = run_all(home, [*commands, ["build", "--json"]])
    for (kind, path), end in zip(files, ends, strict=False):
        where = (kind, path.name, end["code"], end["err"][-300:])
        assert end["code"] in {0, 1}, where
        assert end["seconds"] < 20, where
        assert "Traceback" not in end["err"] + end["out"], where
        if end["code"] == 1:
            assert clear_line(end["err"]), where
    assert ends[-1]["code"] == 0, ends[-1]["err"]
    assert peak < MEMORY_MB
    assert not (found := faults_in_site(home / "site", base_url="http://blog.test")), found[:20]
