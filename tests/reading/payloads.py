"""Hostile texts: a few of our own, and the lists beside the repository when they are there."""

from pathlib import Path

OURS = (
    "' OR '1'='1", "'; DROP TABLE piece; --", "\" OR \"\"=\"", "1) UNION SELECT password_hash FROM account_user --",
    "{}", "{0}", "%s", "$1", "?", "\\", "\\'", "'", "''", "`id`", "title:'a'", "-1", "NULL", "' || (SELECT 1) || '",
    "<script>alert(1)</script>", "%27%20OR%201=1", "\u202e\u0000", "🜏" * 50, "a" * 3_000,
)  # fmt: skip
_SHARED = Path(__file__).parents[3] / "shared" / "data" / "payloads"
_MOST_PER_FILE = 40


def payloads() -> list[str]:
    """Answer ours and, thinned out, those of the shared lists about databases and odd texts."""
    found = list(OURS)
    for file in sorted(_SHARED.rglob("*")) if _SHARED.is_dir() else []:
        if file.is_file() and file.suffix in {".txt", ".list", ""}:
            lines = [line for line in file.read_text(errors="replace").splitlines() if line.strip()]
            step = max(1, len(lines) // _MOST_PER_FILE)
            found += [line[:2_000] for line in lines[::step]][:_MOST_PER_FILE]
    return found
