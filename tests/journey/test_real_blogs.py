"""Two real blogs, by the commands of the README: everything taken or reported, built, and linked."""

import contextlib
import json
import sqlite3
import zipfile
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

DATA = Path(__file__).parents[3] / "shared" / "data"
BASE = "https://blog.example"
BLOGS = {"markdown-rust-blog": 754, "markdown-digitalgov": 4_044, "markdown-opensource-guide": 229}

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="REAL BLOGS SKIPPED: no ../shared/data beside the checkout"
)


def dead_links(site: Path) -> list[str]:
    """Follow every internal address of every page, as a browser would resolve it."""
    lines = (site / "_redirects").read_text().splitlines()
    redirects = {unquote(line.split()[0]).rstrip("/") for line in lines if line.strip()}
    dead = []
    for page in site.rglob("*.html"):
        url = f"{BASE}/{page.relative_to(site).as_posix().removesuffix('index.html')}"
        tree = LexborHTMLParser(page.read_bytes())
        for node in tree.css("a[href], img[src], link[href], script[src]"):
            address = node.attributes.get("href") or node.attributes.get("src") or ""
            try:
                parts = urlsplit(urljoin(url, address))
            except ValueError:
                continue
            if f"{parts.scheme}://{parts.netloc}" != BASE or parts.path.startswith("/go/"):
                continue
            path = unquote(parts.path)
            file = site / path.lstrip("/")
            if not (
                file.is_file() or (file / "index.html").is_file() or path.rstrip("/") in redirects
            ):
                dead.append(f"{url} -> {address}")
    return dead


def live_paths(home: Path) -> list[str]:
    """Answer the file of each piece that the database says is published, below the site's folder."""
    with contextlib.closing(sqlite3.connect(home / "octavo.db")) as opened:
        rows = opened.execute("SELECT live_path FROM piece WHERE live_revision_id IS NOT NULL")
        found = [f"{unquote(path).strip('/')}/index.html" for (path,) in rows]
    assert len(found) > 3_700
    return found


@pytest.mark.timeout(600)
def test_real_blogs_are_taken_or_reported_built_once_and_every_internal_link_resolves(
    command, tmp_path
):
    counts = {}
    for name, files in BLOGS.items():
        folder = tmp_path / name
        (packed,) = (file for file in (DATA / name).glob("*.zip") if "images" not in file.name)
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(folder)
        report = json.loads(command("import", "markdown", str(folder), "--json"))
        counts[name] = Counter(row["outcome"] for row in report["rows"])
        assert len(report["rows"]) == files
        assert all(row["reason"] for row in report["rows"] if row["outcome"] == "skipped")
        again = json.loads(command("import", "markdown", str(folder), "--json"))
        assert {row["outcome"] for row in again["rows"]} <= {"unchanged", "skipped"}

    first = json.loads(command("build", "--json"))
    second = json.loads(command("build", "--json"))
    site = command.home / "site"

    assert counts["markdown-rust-blog"] == {"taken": 750, "skipped": 4}
    assert counts["markdown-digitalgov"]["taken"] == 2_866
    assert first["problems"] == []
    assert (second["written"], second["removed"]) == (0, 0)
    assert counts["markdown-opensource-guide"] == {"taken": 229}
    assert [path for path in live_paths(command.home) if not (site / path).is_file()] == []
    assert dead_links(site) == []
