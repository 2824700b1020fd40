"""Hostile texts: a few of our own, and the shared collections, thinned out, when they are there."""

import gzip
import json

from tests.hostile.payloads import OWN, PAYLOADS

OURS = (
    "' OR '1'='1", "'; DROP TABLE piece; --", '" OR ""="', "1) UNION SELECT name FROM account_user --",
    "{}", "{0}", "%s", "$1", "?", "\\", "\\'", "'", "''", "`id`", "title:'a'", "-1", "NULL",
    "' || (SELECT 1) || '", "%27%20OR%201=1", "\u202e\u0000", "🜏" * 50, "a" * 3_000,
)  # fmt: skip
_MOST = 100


def payloads() -> list[str]:
    """Answer ours, and an even choice of those that are made for databases."""
    file = PAYLOADS / "sqli.jsonl.gz"
    found: list[str] = []
    if file.is_file():
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            found = [json.loads(line)["payload"] for line in lines]
    step = max(1, len(found) // _MOST)
    return list(dict.fromkeys([*OURS, *OWN[::3], *found[::step]]))
