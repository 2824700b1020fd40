"""Where a post was read before: the address that its generator made of its path and front matter.

Pure. Patterns are those of Jekyll (`/:year/:title.html`), Hugo (`/:year/:slug/`), Pelican
(`{date:%Y}/{slug}.html`) and Eleventy (`/blog/{{ title | slugify }}/`); what a pattern names and we
do not know makes no address.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from posixpath import splitext
from urllib.parse import quote

from octavo.content.importers.frontmatter import Value
from octavo.content.importers.sites import Site
from octavo.kernel.text import slugify

_JEKYLL_NAMED = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}
_COLON = re.compile(r":([a-z_]+(?:\[[^\]]*\])?)")
_BRACE = re.compile(r"\{(\w+)(?::(%[A-Za-z%/-]+))?\}")
_DOUBLE = re.compile(r"\{\{-?\s*([\w.]+)\s*(?:\|\s*(\w+)\s*)?-?\}\}")
_DATED = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}-")
_LANGUAGE_SUFFIX = re.compile(r"\.[a-z]{2}(?:-[A-Za-z]{2,4})?$")


def usual_url(
    inside: str,
    values: Mapping[str, Value],
    *,
    site: Site,
    title: str,
    slug: str,
    date: datetime | None,
    language: str,
) -> str | None:
    """Answer the address by the pattern of the site, or None where it has none.

    Args:
        inside: path of the file below the root of the site.
        date: in the zone of the site.
    """
    if (
        site.style == "jekyll"
        and date is not None
        and {"_posts", "_drafts"} & set(inside.split("/"))
    ):
        return _jekyll(inside, values, site=site, slug=slug, date=date)
    if site.style == "hugo":
        return _hugo(
            inside, values, site=site, title=title, slug=slug, date=date, language=language
        )
    if site.style == "pelican":
        return _pelican(inside, values, site=site, title=title, slug=slug, date=date)
    if site.style == "eleventy":
        return _eleventy(inside, values, title=title, slug=slug)
    return None


def _jekyll(
    inside: str, values: Mapping[str, Value], *, site: Site, slug: str, date: datetime
) -> str | None:
    pattern = _text(values.get("permalink")) or _text(site.values.get("permalink")) or "date"
    pattern = _JEKYLL_NAMED.get(pattern, pattern)
    stem = _DATED.sub("", _stem(inside))
    folders = inside.split("/")
    place = next(i for i, part in enumerate(folders) if part in {"_posts", "_drafts"})
    own = _words(values.get("categories")) or _words(values.get("category"))
    categories = "/".join(quote(slugify(name) or name) for name in [*folders[:place], *own])
    known = {
        **_day(date),
        "title": _text(values.get("slug")) or stem,
        "slug": slugify(_text(values.get("slug")) or stem) or slug,
        "categories": categories,
    }
    return _filled(pattern, known)


def _hugo(
    inside: str, values: Mapping[str, Value], *, site: Site, title: str, slug: str,
    date: datetime | None, language: str,
) -> str | None:  # fmt: skip
    parts = inside.split("/")
    parts = parts[1:] if parts[0] == "content" else parts
    stem = _LANGUAGE_SUFFIX.sub("", splitext(parts.pop())[0])
    prefix = f"/{language.lower()}" if language and language != site.language else ""
    if prefix and parts and parts[0].lower() == language.lower():
        parts.pop(0)
    if stem == "index" and parts:
        stem = parts.pop()
    section = parts[0] if parts else ""
    patterns = site.values.get("permalinks")
    table = patterns.get("page", patterns) if isinstance(patterns, dict) else None
    pattern = _text(table.get(section)) if isinstance(table, dict) else ""
    own = _text(values.get("slug"))
    if not pattern:
        return f"{prefix}/" + "/".join([*map(_urlized, parts), own or _urlized(stem)]) + "/"
    known = {
        "slug": own or slugify(title) or slug, "title": slugify(title), "filename": _urlized(stem),
        "contentbasename": _urlized(stem), "slugorfilename": own or _urlized(stem),
        "slugorcontentbasename": own or _urlized(stem), "section": section,
        "sections": "/".join(parts), **(_day(date) if date else {}),
    }  # fmt: skip
    filled = _filled(pattern, known)
    return filled and f"{prefix}{filled}"


def _pelican(
    inside: str,
    values: Mapping[str, Value],
    *,
    site: Site,
    title: str,
    slug: str,
    date: datetime | None,
) -> str | None:
    is_page = "pages" in inside.split("/")[:-1]
    name, usual = ("PAGE_URL", "pages/{slug}.html") if is_page else ("ARTICLE_URL", "{slug}.html")
    pattern = _text(values.get("url")) or _text(site.values.get(name)) or usual
    known = {
        "slug": _text(values.get("slug")) or slugify(title) or slug,
        "category": slugify(_text(values.get("category"))),
        "author": slugify(_text(values.get("author"))), "lang": _text(values.get("lang")),
    }  # fmt: skip
    missing = False

    def fill(found: re.Match[str]) -> str:
        nonlocal missing
        if found[1] == "date" and date is not None:
            return date.strftime(found[2] or "%Y-%m-%d")
        missing = missing or not known.get(found[1])
        return known.get(found[1], "")

    url = "/" + _BRACE.sub(fill, pattern).lstrip("/")
    return None if missing else url


def _eleventy(inside: str, values: Mapping[str, Value], *, title: str, slug: str) -> str | None:
    parts = inside.split("/")
    parts = parts[1:] if parts[0] in {"src", "content"} else parts
    stem = _DATED.sub("", splitext(parts.pop())[0])
    pattern = _text(values.get("permalink"))
    if not pattern:
        folder = "/".join(parts)
        return f"/{folder}/{stem}/".replace("//", "/") if stem != "index" else f"/{folder}/"
    known = {"title": title, "slug": _text(values.get("slug")) or slug, "page.fileSlug": stem,
             "page.fileslug": stem}  # fmt: skip
    missing = False

    def fill(found: re.Match[str]) -> str:
        nonlocal missing
        value = known.get(found[1]) or _text(values.get(found[1]))
        plain = found[2] in {None, "slug", "slugify", "url_encode"}
        missing = missing or not value or not plain
        return slugify(value) if found[2] else value

    url = "/" + _DOUBLE.sub(fill, pattern).lstrip("/")
    return None if missing or "{" in url else url.removesuffix("index.html")


def _filled(pattern: str, known: Mapping[str, str]) -> str | None:
    missing = False

    def fill(found: re.Match[str]) -> str:
        nonlocal missing
        missing = missing or found[1] not in known
        return known.get(found[1], "")

    url = re.sub(r"/{2,}", "/", "/" + _COLON.sub(fill, pattern))
    return None if missing else url


def _day(date: datetime) -> dict[str, str]:
    return {
        "year": f"{date:%Y}", "short_year": f"{date:%y}", "month": f"{date:%m}", "day": f"{date:%d}",
        "i_month": str(date.month), "i_day": str(date.day), "y_day": f"{date:%j}",
        "yearday": str(date.timetuple().tm_yday), "monthname": f"{date:%B}".lower(),
    }  # fmt: skip


def _stem(inside: str) -> str:
    return splitext(inside.rpartition("/")[2])[0]


def _urlized(name: str) -> str:
    return name.strip().lower().replace(" ", "-")


def _words(value: Value) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _text(value: Value) -> str:
    return value.strip() if isinstance(value, str) else ""
