"""Real exports of WordPress and Ghost, by the commands of the README: every post live or reported.

A few of each by default; `OCTAVO_EXPORTS=all` takes every one. What was published where it came
from is read by another parser than the importers'. Figures are printed (`pytest -s`).
"""

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.content.wxr_truth import truth
from tests.journey.test_real_blogs import dead_links

DATA = Path(__file__).parents[3] / "shared" / "data"
SAMPLE = {"theme-unit-test-data.xml", "nikola-wordpress_export_example.xml", "valid.json"}
NO_EXPORTS = {  # refused as a whole, in words: tests/content/test_import_wordpress_real.py
    "invalid-version-tag.xml",
    "malformed.xml",
    "missing-version-tag.xml",
    "nikola-wordpress_qtranslate_item_modernized.xml",
    "nikola-wordpress_qtranslate_item_raw_export.xml",
}
LOST = "links lead to nothing that was imported: "

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="REAL EXPORTS SKIPPED: no ../shared/data beside the checkout"
)


def exports() -> list[Path]:
    found = [*sorted((DATA / "wxr").glob("*.xml")), *sorted((DATA / "ghost").glob("*.json"))]
    if os.environ.get("OCTAVO_EXPORTS") == "all":
        return [path for path in found if path.name not in NO_EXPORTS]
    return [path for path in found if path.name in SAMPLE]


def published_there(path: Path) -> list[str]:
    """Answer how the report must name each item that readers could read where it came from."""
    if path.suffix == ".xml":
        return [
            f"{item.get('post_type', 'post')} {item.get('post_id', '')}".strip()
            for item in truth(path)
            if item.get("post_type", "post") in {"post", "page"}
            and item.get("status", "publish") == "publish"
        ]
    whole = json.loads(path.read_text())
    posts = (whole["db"][0] if "db" in whole else whole)["data"].get("posts") or []
    return [
        f"{'page' if post.get('page') else 'post'} {post.get('slug') or post['id']}"
        for post in posts
        if post.get("status") == "published"
    ]


def hosts(path: Path) -> set[str]:
    """Answer the hosts whose links are the blog's own."""
    named = re.findall(r"<wp:base_blog_url>\s*([^<\s]+)", path.read_text("utf-8"))
    return {urlsplit(url).hostname or "" for url in named}


def file_of(url: str, site: Path) -> Path:
    return site / unquote(url).strip("/") / "index.html"


def left_over(site: Path, row: dict, own: set[str]) -> set[str]:
    """Answer the links of a text that still lead to where the blog was, files aside."""
    (text,) = LexborHTMLParser(file_of(row["url"], site).read_bytes()).css(".e-content")
    links = {node.attributes.get("href") or "" for node in text.css("a[href]")}
    return {
        link
        for link in links
        if urlsplit(link).hostname in own and not re.search(r"\.\w{2,4}$", urlsplit(link).path)
    }


def reported(row: dict) -> int:
    """Answer how many links the report says lead to nothing."""
    (said,) = [one.removeprefix(LOST) for one in row["warnings"] if one.startswith(LOST)] or [""]
    more = re.search(r" and (\d+) more$", said)
    return said.count(", ") + bool(said) + (int(more[1]) if more else 0)


@pytest.mark.parametrize("path", exports(), ids=lambda path: path.name)
def test_every_post_of_a_real_export_is_live_or_reported_and_its_links_resolve(path, command):
    kind = "wordpress" if path.suffix == ".xml" else "ghost"
    report = json.loads(command("import", kind, str(path), "--json"))
    first = json.loads(command("build", "--json"))
    site = command.home / "site"
    (site / "_redirects").touch()

    rows = {re.sub(r" “.*|$", "", row["item"], flags=re.DOTALL): row for row in report["rows"]}
    wanted = published_there(path)
    assert len(rows) == len(report["rows"])
    assert [name for name in wanted if name not in rows] == []
    live = [rows[name] for name in wanted if rows[name]["status"] == "published"]
    others = [rows[name] for name in wanted if rows[name]["status"] != "published"]
    assert [row["item"] for row in live if not file_of(row["url"], site).is_file()] == []
    assert [row["item"] for row in others if not row["reason"] and not row["warnings"]] == []
    assert first["problems"] == []
    assert dead_links(site) == []
    lost = {row["item"]: left_over(site, row, hosts(path)) for row in live}
    assert [row for row in live if len(lost[row["item"]]) > reported(row)] == []
    assert path.name != "theme-unit-test-data.xml" or sum(map(len, lost.values())) > 10
    print(
        f"{path.name}: {len(wanted)} published there, {len(live)} live, {len(others)} reported,"
        f" {sum(map(len, lost.values()))} links to nothing, all reported"
    )
