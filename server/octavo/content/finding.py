"""The condition by which lists of named things are searched."""

from piccolo.columns.combination import WhereRaw

from octavo.content import rules

__all__ = ["holds"]


def holds(q: str, *columns: str, slug: str = "") -> WhereRaw:
    """Answer the condition that a column holds `q`, or the slug holds `slug`, which is `q` as a slug.

    Of `q`, the database folds the case of ASCII alone; the slug knows no case and no accents.
    """
    wanted = [
        (f"LOWER({column}) LIKE {{}} ESCAPE '!'", rules.like_pattern(q)) for column in columns
    ]
    if slug:
        wanted.append(("slug LIKE {}", f"%{slug}%"))
    return WhereRaw(f"({' OR '.join(sql for sql, _ in wanted)})", *(found for _, found in wanted))
