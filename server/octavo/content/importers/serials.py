"""Which series an item says it belongs to, and as which part. Pure.

A piece of ours is in one series at most; of several the first one counts, and the others are told.
"""

from collections.abc import Iterable

from octavo.content import rules
from octavo.content.importers.frontmatter import Value

_MAX_TITLE = 200
_DIGITS = 4
_NAME = ("name", "title", "series")
_PLACE = ("order", "part", "position", "number", "index", "weight")
_PLACES = (
    "series_order", "seriesOrder", "series_part", "series_position", "series_number",
    "series_weight", "series_index", "part",
)  # fmt: skip


def series_of(tables: Iterable[dict[str, Value]], *, warnings: list[str]) -> tuple[str, int | None]:
    """Answer the title of the series and the part, of front matter; an empty title if there is none.

    Args:
        tables: where the fields may stand, the likeliest first.
    """
    for table in tables:
        value = table.get("series")
        entries = value if isinstance(value, list) else [value]
        titles = [_title(entry) for entry in entries]
        title = one_series(titles, warnings=warnings)
        if title:
            places = [entry[key] for entry in entries if isinstance(entry, dict)
                      for key in _PLACE if key in entry]  # fmt: skip
            places += [table[key] for key in _PLACES if key in table]
            return title, next((one for place in places if (one := part_of(place))), None)
    return "", None


def one_series(titles: Iterable[str], *, warnings: list[str]) -> str:
    """Answer the one that counts, as it is stored; a title without a letter or digit is none."""
    usable: dict[str, str] = {}
    for title in titles:
        plain = " ".join(title.split())[:_MAX_TITLE]
        if slug := rules.author_slug(plain):
            usable.setdefault(slug, plain)
    chosen = list(usable.values())
    if len(chosen) > 1:
        others = ", ".join(title[:40] for title in chosen[1:4])
        warnings.append(f"is in several series: taken into {chosen[0][:40]!r}, not {others}")
    return chosen[0] if chosen else ""


def part_of(value: Value) -> int | None:
    """Answer a part from 1 to 9999, or None."""
    text = str(value).strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) or None if is_number else None


def _title(entry: Value) -> str:
    if isinstance(entry, dict):
        names = (entry.get(key) for key in _NAME)
        return next((name for name in names if isinstance(name, str) and name.strip()), "")
    return entry if isinstance(entry, str) else ""
