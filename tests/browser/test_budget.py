"""The admin stays light: what a screen loads before it can be used, compressed."""

import gzip
import json
from pathlib import Path

import pytest

DIST = Path(__file__).parents[2] / "admin/dist"
SHELL_LIMIT = 180_000
SCREEN_LIMIT = 400_000


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, object]]:
    file = DIST / ".vite/manifest.json"
    if not file.is_file():
        pytest.skip("the admin is not built: run `make setup`")
    found: dict[str, dict[str, object]] = json.loads(file.read_text())
    return found


def closure(manifest: dict[str, dict[str, object]], key: str) -> set[str]:
    """The chunks that come with a chunk: itself and what it imports, not what it loads later."""
    todo, seen = [key], set()
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += manifest[one].get("imports", [])  # type: ignore[arg-type]
    return seen


def weight(manifest: dict[str, dict[str, object]], keys: set[str]) -> int:
    files = {DIST / str(manifest[key]["file"]) for key in keys}
    return sum(len(gzip.compress(file.read_bytes())) for file in files if file.suffix == ".js")


def test_the_shell_weighs_at_most_180_kb(manifest: dict[str, dict[str, object]]) -> None:
    shell = weight(manifest, closure(manifest, "index.html"))

    assert shell <= SHELL_LIMIT, f"the shell is {shell / 1000:.0f} kB"


def test_every_screen_weighs_at_most_400_kb_more(manifest: dict[str, dict[str, object]]) -> None:
    shell = closure(manifest, "index.html")
    screens = [key for key, chunk in manifest.items() if chunk.get("isDynamicEntry")]
    weights = {key: weight(manifest, closure(manifest, key) - shell) for key in screens}

    assert screens
    assert {key: size for key, size in weights.items() if size > SCREEN_LIMIT} == {}
