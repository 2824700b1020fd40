"""The posts: real blogs that lie beside this checkout, else made ones; for us and for Hugo."""

import asyncio
import json
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from octavo.content import site_queries
from octavo.content.schemas import PublishedPiece
from octavo.kernel.settings import load_settings
from octavo.runtime import build_runtime

__all__ = ["ROOT", "export_for_hugo", "fill", "make_key"]

ROOT = Path(__file__).resolve().parents[2]
_REAL = [
    ROOT.parent / "shared" / "data" / f"markdown-{name}" for name in ("rust-blog", "digitalgov")
]
_TEXT = (
    "the press prints a sheet of paper folded into eight leaves and every leaf carries two pages"
    " of type set by hand while readers wait for news about campaigns drafts and deliveries"
)
_DAYS = 5_000  # from 2012 on: nothing is in the future
_PLAIN_WORDS = 6
_MARKS = re.compile(r"[`\[\]|<>{}#*_:]|^\s")
_PLACE = re.compile(r"(?:aliases|slug|permalink|url|path|redirect_from|uid)\b")
_WORDS = re.findall(r"\w+", _TEXT)


def fill(home: Path, folder: Path, *, posts: int | None, copies: int = 0) -> str:
    """Import posts into a fresh home; answer in words which. `posts` asks for made ones.

    Args:
        copies: how often real posts come again, with their words in another order.
    """
    archives = [data / "content.zip" for data in _REAL if (data / "content.zip").is_file()]
    if posts is None and archives:
        for archive in archives:
            target = folder / archive.parent.name
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(target)
            _repeat(target, copies=copies)
            _import(home, target)
        names = " and ".join(archive.parent.name for archive in archives)
        return names + (f", {copies} times more with other text" if copies else "")
    target = folder / "made"
    _make(target, count=posts or 3_000)
    _import(home, target)
    return "made posts"


def make_key(home: Path, *, scope: str) -> str:
    """Make an API key of a home; answer it."""
    made = subprocess.run(
        [sys.executable, "-m", "octavo", "key", "create", "bench", "--scope", scope],
        env={"OCTAVO_HOME": str(home), "PATH": ""},
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip()


def _import(home: Path, folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "octavo", "import", "markdown", str(folder)],
        env={"OCTAVO_HOME": str(home), "PATH": ""},
        check=True,
        capture_output=True,
    )


def _repeat(folder: Path, *, copies: int) -> None:
    """Write each Markdown file again, the words of its plain lines shuffled; code and marks stay."""
    chance = random.Random(4)
    for file in sorted(folder.rglob("*.md")) if copies else ():
        lines = file.read_text(errors="replace").splitlines()
        for number in range(copies):
            text = "\n".join(_other(line, chance) for line in lines if not _PLACE.match(line))
            file.with_name(f"{file.stem}-copy-{number}.md").write_text(text + "\n")


def _other(line: str, chance: random.Random) -> str:
    words = line.split(" ")
    if len(words) < _PLAIN_WORDS or _MARKS.search(line):
        return line
    chance.shuffle(words)
    return " ".join(words)


def _make(folder: Path, *, count: int) -> None:
    """Write posts of some hundred words, every third with code; the same ones every time."""
    folder.mkdir(parents=True)
    chance = random.Random(8)
    first = datetime(2012, 1, 1, 9, tzinfo=UTC)
    for number in range(count):
        tags = chance.sample([f"Topic {n}" for n in range(60)], 3)
        head = {
            "title": f"Post {number}: {' '.join(chance.sample(_WORDS, 4))}",
            "date": (first + timedelta(days=number * _DAYS / count)).isoformat(),
            "tags": tags,
            "authors": [f"Author {chance.randrange(12)}"],
        }
        parts = [" ".join(chance.choices(_WORDS, k=90)) + "." for _ in range(5)]
        parts.insert(2, "## A heading\n\n- one\n- two\n")
        if number % 3 == 0:
            parts.append("```python\ndef fold(sheet: int) -> int:\n    return sheet * 8\n```")
        text = json.dumps(head) + "\n\n" + "\n\n".join(parts) + "\n"
        (folder / f"post-{number}.md").write_text(text)


def export_for_hugo(home: Path, target: Path) -> int:
    """Write what is published as a Hugo site; answer how many posts."""
    shutil.copytree(Path(__file__).parent / "hugo", target)
    months = target / "content" / "months"
    months.mkdir(parents=True)
    (months / "_index.md").write_text('{"title": "Archive", "cascade": {"outputs": ["html"]}}\n')
    return asyncio.run(_export(home, target / "content" / "posts"))


async def _export(home: Path, folder: Path) -> int:
    folder.mkdir()
    runtime = build_runtime(load_settings({"OCTAVO_HOME": str(home)}))
    count = 0
    async with runtime.opened():
        aliases = await _aliases()
        after: tuple[datetime, int] | None = None
        while batch := await site_queries.published_page(after, 500):
            for piece in batch:
                write_for_hugo(piece, folder, aliases.get(piece.path, []))
            after = (batch[-1].published_at, batch[-1].id)
            count += len(batch)
    return count


async def _aliases() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    after: str | None = None
    while batch := await site_queries.redirects_page(after, 1_000):
        for redirect in batch:
            found[redirect.target].append(redirect.path)
        after = batch[-1].path
    return found


def write_for_hugo(piece: PublishedPiece, folder: Path, aliases: list[str]) -> None:
    """Write one post. Shortcodes are kept from running, as they are with us."""
    head = {
        "title": piece.title,
        "date": piece.published_at.isoformat(),
        "url": piece.path,
        "description": piece.excerpt,
        "tags": [tag.name for tag in piece.tags],
        "authors": [author.name for author in piece.authors],
        "months": [piece.published_at.strftime("%Y-%m")],
        "aliases": [alias for alias in aliases if alias.endswith(("/", ".html"))],
    }
    body = piece.body.replace("{{<", "{{&lt;").replace("{{%", "{{&#37;")
    (folder / f"{piece.id}.md").write_text(json.dumps(head) + "\n\n" + body)
