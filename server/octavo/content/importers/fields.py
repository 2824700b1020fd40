"""What the front matter of a post means, whichever generator it was written for.

Hugo, Jekyll, Zola, Eleventy and others use different names for the same things; the tables here
hold them together. Pure: text and paths in, one `Found` out.
"""

import re
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import msgspec

from octavo.content import rules
from octavo.content.importers.dates import date_in_path, parse_date
from octavo.content.importers.found import (
    Found,
    FoundCover,
    SkippedError,
    checked_redirects,
    rooted,
)
from octavo.content.importers.frontmatter import FrontMatter, Value
from octavo.content.importers.languages import Placed, is_language
from octavo.content.importers.permalinks import usual_url
from octavo.content.importers.serials import series_of
from octavo.content.importers.sites import Site
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.text import slugify

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")
_DATE = ("date", "publishDate", "publishdate", "pubDate", "published_at", "published", "created")
_TAGS = ("tags", "tag", "categories", "category", "topics", "topic")
_AUTHORS = ("authors", "author", "byline")
_COVER = ("image", "cover", "featured_image", "feature_image", "featuredImage", "hero", "banner",
          "thumbnail", "images", "feature")  # fmt: skip
_META_TITLE = ("meta_title", "seo_title", "metaTitle", "seoTitle")
_META_DESCRIPTION = ("meta_description", "seo_description", "metaDescription", "seoDescription")
_FEATURED = ("featured", "sticky", "pinned")
_COLLECTIONS = frozenset({"all", "post", "posts", "page", "pages", "nav"})
_KEYS = ("translationKey", "translation_key", "translation_id", "translations")
_EXCERPT = ("summary", "description", "excerpt", "deck", "subtitle")
_ADDRESS = ("url", "permalink", "path")
_OLD = ("aliases", "redirect_from", "redirects")
_MODIFIED = ("lastmod", "updated", "modified", "last_modified_at")
_LANGUAGE = ("lang", "language", "locale")
_CANONICAL = ("canonical", "canonical_url", "canonicalURL", "canonicalUrl")
_KNOWN = frozenset(
    {*_DATE, *_TAGS, *_AUTHORS, *_EXCERPT, *_ADDRESS, *_OLD, *_LANGUAGE, *_CANONICAL}
    | {"title", "slug", "draft", "status", "taxonomies", "source_url"}
)
_TRUE = frozenset({"true", "yes", "on", "1", "y"})
_FALSE = frozenset({"false", "no", "off", "0", "n"})
_POST_FOLDERS = frozenset({"posts", "_posts", "post", "blog", "articles", "news", "events"})
_DRAFT_FOLDERS = frozenset({"drafts", "_drafts"})
_SECTION_FILES = frozenset({"_index"})
_LANGUAGE_NAME = re.compile(r"(.+)\.([a-z]{2,3}(?:[-_][A-Za-z]{2,4})?)")
_STEM_DATE = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[-_]")
_HEADING = re.compile(r"^[ \t]*#[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_MAX_EXCERPT = 5_000
_MAX_TITLE = 300


def is_section(path: str, values: dict[str, Value]) -> bool:
    """Say whether the file describes a list of posts rather than one."""
    return PurePosixPath(path).stem in _SECTION_FILES or "sort_by" in values


def author_profile(path: str, values: dict[str, Value]) -> tuple[str, str] | None:
    """Answer (key, display name) if the file describes a person whom posts name by that key."""
    parts = PurePosixPath(path).parts
    if "authors" not in parts[:-1]:
        return None
    name = _text(values.get("display_name")) or _text(values.get("name"))
    if not name:
        name = f"{_text(values.get('first_name'))} {_text(values.get('last_name'))}".strip()
    if not name or any(values.get(field) for field in _DATE):
        return None
    stem = PurePosixPath(path).stem
    key = parts[-2] if stem in {"index", "_index"} else stem
    return key, name


def understand(
    path: str,
    matter: FrontMatter,
    *,
    zone: ZoneInfo,
    site: Site | None = None,
    placed: Placed | None = None,
) -> Found:
    """Answer what the file is.

    Args:
        site: what the configuration says of its posts.
        placed: the language of the file by its name, and what its translations share; None if it
            has none.

    Raises:
        SkippedError: it is not a post or page that can be taken.
    """
    site = site or Site()
    matter = msgspec.structs.replace(matter, values=_with_defaults(path, matter, site))
    values, warnings = matter.values, list(matter.warnings)
    if not matter.body.strip() and not _text(values.get("title")):
        raise SkippedError("has neither a title nor a text")
    claimed = _address(values)
    published_at = _published_at(path, matter, address=claimed, zone=zone, warnings=warnings)
    day = published_at and published_at.astimezone(zone)
    is_post = day is not None or _looks_like_post(path, values)
    title = _title(path, matter)
    slug = _slug_base(path, values, address=claimed, title=title)
    draft = _taken_as_draft(path, matter, is_post=is_post, is_dated=bool(day), warnings=warnings)
    language = _language(values, warnings=warnings) or (placed.language if placed else "")
    inside = site.inside(path)
    old_url = (
        claimed
        or usual_url(inside, values, site=site, title=title, slug=slug, date=day, language=language)
        or _usual_url(inside, slug, published_at, zone=zone)
    )
    found = Found(
        kind="post" if is_post else "page",
        title=title,
        slug_base=_apart(slug, placed),
        published_at=published_at,
        draft=draft,
        language=language,
        old_url=old_url,
        warnings=warnings,
        translation_key=_first(values, _KEYS) or (placed.key if placed else ""),
    )
    return _described(found, values, site=site, zone=zone)


def _described(found: Found, values: dict[str, Value], *, site: Site, zone: ZoneInfo) -> Found:
    """Answer the piece with what is said about it, beside what it is and where it stood."""
    warnings = found.warnings
    series, series_position = series_of(_tables(values), warnings=warnings)
    return msgspec.structs.replace(
        found,
        series=series,
        series_position=series_position,
        modified_at=_modified_at(values, zone=zone),
        tags=_labels(values, site=site, warnings=warnings),
        authors=_names(values),
        excerpt=_excerpt(values),
        canonical_url=_url(values, _CANONICAL, warnings=warnings),
        source_url=_url(values, ("source_url",), warnings=warnings),
        redirects=_redirects(values, old_url=found.old_url, warnings=warnings),
        extra=_extra(values, found.translation_key),
        cover=_cover(values),
        meta_title=_first(values, _META_TITLE)[:_MAX_TITLE],
        meta_description=_first(values, _META_DESCRIPTION)[:_MAX_EXCERPT],
        featured=any(_text(values.get(name)).lower() in _TRUE for name in _FEATURED),
    )


def _looks_like_post(path: str, values: dict[str, Value]) -> bool:
    folders = set(PurePosixPath(path).parts[:-1])
    layout = _text(values.get("layout"))
    return bool(folders & (_POST_FOLDERS | _DRAFT_FOLDERS)) or layout in {"post", "posts"}


def _taken_as_draft(
    path: str, matter: FrontMatter, *, is_post: bool, is_dated: bool, warnings: list[str]
) -> bool:
    """Say whether readers are not to see it yet: it says so itself, or too little is known of it."""
    draft = _is_draft(path, matter.values)
    if matter.format is None and not is_dated:
        warnings.append("has no front matter: taken as a draft")
        return True
    if is_post and not is_dated and not draft:
        warnings.append("has no date: taken as a draft")
        return True
    return draft


def _with_defaults(path: str, matter: FrontMatter, site: Site) -> dict[str, Value]:
    """Answer the fields with what the site says for posts that do not; lists of tags add up."""
    defaults = site.defaults_of(path)
    if not defaults:
        return matter.values
    both = {**defaults, **matter.values}
    for name in _TAGS:
        ours, theirs = matter.values.get(name), defaults.get(name)
        if ours and theirs:
            both[name] = [*_listed(theirs), *_listed(ours)]
    return both


def _apart(slug: str, placed: Placed | None) -> str:
    """Answer the slug of a translation: files of one name would fight for one."""
    if placed is None or placed.is_main or not placed.key:
        return slug
    same = slug == slugify(_stem(placed.key))
    return f"{slug}-{placed.language.lower()}" if same else slug


def _extra(values: dict[str, Value], key: str) -> dict[str, Value]:
    extra = {name: value for name, value in values.items() if name not in _KNOWN}
    return {**extra, "translation_key": key} if key else extra


def _cover(values: dict[str, Value]) -> FoundCover | None:
    for name in _COVER:
        value = values.get(name)
        value = value[0] if isinstance(value, list) and value else value
        table = value if isinstance(value, dict) else {"src": value}
        url = next((_text(table.get(key)) for key in ("src", "url", "path", "feature", "image")
                    if _text(table.get(key))), "")  # fmt: skip
        if url.lower().partition("?")[0].endswith(_PICTURES):
            alt = _text(table.get("alt")) or _first(values, ("image_alt", "cover_alt", "alt"))
            return FoundCover(
                url=url[:2000], alt=alt[:2000], caption=_text(table.get("caption"))[:2000]
            )
    return None


def _first(values: dict[str, Value], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _text(values.get(name)))), "")


def _published_at(
    path: str, matter: FrontMatter, *, address: str, zone: ZoneInfo, warnings: list[str]
) -> datetime | None:
    values = matter.values
    fallback = date_in_path(PurePosixPath(path).name, zone) or date_in_path(address, zone)
    for field in _DATE:
        raw = values.get(field)
        if not isinstance(raw, str) or raw.lower() in _TRUE | _FALSE:
            continue
        try:
            return _later(parse_date(raw, zone), values, zone)
        except ValueError as exc:
            line = matter.lines.get(field)
            if fallback is None:
                raise SkippedError(f"{field}: {exc}", line=line) from exc
            warnings.append(f"{field}: {exc}; the date in its name is used")
            return fallback
    return fallback or date_in_path(path, zone)


def _later(date: datetime, values: dict[str, Value], zone: ZoneInfo) -> datetime:
    """Answer when readers may see it: Hugo holds a post back until its `publishDate`."""
    raw = values.get("publishDate") or values.get("publishdate")
    try:
        return max(date, parse_date(raw, zone)) if isinstance(raw, str) else date
    except ValueError:
        return date


def _modified_at(values: dict[str, Value], *, zone: ZoneInfo) -> datetime | None:
    for field in _MODIFIED:
        raw = values.get(field)
        if isinstance(raw, str):
            try:
                return parse_date(raw, zone)
            except ValueError:
                return None
    return None


def _is_draft(path: str, values: dict[str, Value]) -> bool:
    if _DRAFT_FOLDERS & set(PurePosixPath(path).parts[:-1]):
        return True
    if _text(values.get("draft")).lower() in _TRUE:
        return True
    if _text(values.get("published")).lower() in _FALSE:
        return True
    return _text(values.get("status")).lower() in {"draft", "hidden", "private"}


def _title(path: str, matter: FrontMatter) -> str:
    title = _text(matter.values.get("title"))
    if not title and (heading := _HEADING.search(matter.body[:20_000])):
        title = heading[1]
    return (title or _stem(path).replace("-", " ").replace("_", " ").strip().capitalize())[
        :_MAX_TITLE
    ]


def _stem(path: str) -> str:
    """Answer what the file is called, without extension and date; a bundle by its folder."""
    file = PurePosixPath(path)
    name = file.stem
    if (found := _LANGUAGE_NAME.fullmatch(name)) and is_language(found[2]):
        name = found[1]
    if name == "index" and len(file.parts) > 1:
        name = file.parts[-2]
    return _STEM_DATE.sub("", name) or name


def _slug_base(path: str, values: dict[str, Value], *, address: str, title: str) -> str:
    last = unquote(address).strip("/").rpartition("/")[2].removesuffix(".html")
    for candidate in (_text(values.get("slug")), last, _stem(path), title):
        if slug := slugify(candidate.rpartition("/")[2]):
            return slug
    return "untitled"


def _address(values: dict[str, Value]) -> str:
    """Answer the path that the file itself claims, or the empty text; templates are no paths."""
    for field in _ADDRESS:
        raw = _text(values.get(field))
        if raw and not {"{", ":"} & set(raw.replace("://", "")):
            return rooted(raw)
    return ""


def _usual_url(path: str, slug: str, published_at: datetime | None, *, zone: ZoneInfo) -> str:
    """Answer where the file most likely stood: by date if its name is dated, else by folder."""
    folders = [part for part in PurePosixPath(path).parts[:-1] if part not in {"content", "_posts"}]
    if PurePosixPath(path).stem == "index" and folders:
        folders.pop()
    dated = published_at is not None and date_in_path(path, zone) is not None
    if dated and published_at is not None:
        return f"/{published_at.astimezone(zone):%Y/%m/%d}/{slug}/"
    return "/" + "/".join([*folders, slug]) + "/"


def _redirects(values: dict[str, Value], *, old_url: str, warnings: list[str]) -> list[str]:
    raws = [old_url, *(raw for field in _OLD for raw in _texts(values.get(field)))]
    return checked_redirects(raws, old_url=old_url, warnings=warnings)


def _labels(values: dict[str, Value], *, site: Site, warnings: list[str]) -> list[str]:
    labels: dict[str, str] = {}
    for table in _tables(values):
        for field in _TAGS:
            for raw in _listed(table.get(field)):
                name = " ".join(raw.split())[:120]
                if site.style == "eleventy" and name.lower() in _COLLECTIONS:
                    continue  # names of lists for the templates
                if slug := rules.tag_slug(name):
                    labels.setdefault(slug, name)
                else:
                    warnings.append(f"tag {raw[:40]!r} has no letter or digit: left out")
    return list(labels.values())


def _tables(values: dict[str, Value]) -> list[dict[str, Value]]:
    """Answer where terms stand: at the top, or with Zola in a table of their own."""
    taxonomies = values.get("taxonomies")
    return [values, taxonomies] if isinstance(taxonomies, dict) else [values]


def _names(values: dict[str, Value]) -> list[str]:
    names: list[str] = []
    for field in _AUTHORS:
        value = values.get(field)
        for item in value if isinstance(value, list) else [value]:
            name = _text(item.get("name")) if isinstance(item, dict) else _text(item)
            names += [part.strip()[:120] for part in name.split(";") if rules.author_slug(part)]
    return list(dict.fromkeys(names))


def _excerpt(values: dict[str, Value]) -> str:
    for field in _EXCERPT:
        if text := _text(values.get(field)):
            return " ".join(text.split())[:_MAX_EXCERPT]
    return ""


def _language(values: dict[str, Value], *, warnings: list[str]) -> str:
    for field in _LANGUAGE:
        if raw := _text(values.get(field)).replace("_", "-"):
            try:
                return rules.check_language(raw)
            except InvalidInputError:
                warnings.append(f"language {raw[:20]!r} is not a language tag: left out")
    return ""


def _url(values: dict[str, Value], fields: tuple[str, ...], *, warnings: list[str]) -> str | None:
    for field in fields:
        raw = _text(values.get(field))
        if raw:
            try:
                return rules.check_url(raw[:2000], field=field)
            except InvalidInputError:
                warnings.append(f"{field} {raw[:80]!r} is not a web address: left out")
    return None


def _text(value: Value) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _texts(value: Value) -> list[str]:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    return [value] if isinstance(value, str) else []


def _listed(value: Value) -> list[str]:
    """Answer a list of names; one text may hold several with commas between."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str) and item.strip()]
    return (
        [part for part in (value or "").split(",") if part.strip()]
        if isinstance(value, str)
        else []
    )
