"""What one item of an export means: its state, dates, people, terms, addresses. Pure."""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import msgspec

from octavo.content import rules
from octavo.content.importers.found import Found, FoundCover, SkippedError, checked_redirects
from octavo.content.importers.frontmatter import Value
from octavo.content.importers.serials import one_series, part_of
from octavo.content.importers.wordpress.reader import Row
from octavo.content.importers.wordpress.site import Given, Site, whole_number
from octavo.content.importers.wordpress.states import check_taken, state_at
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.text import slugify

_TAG = re.compile(r"<[^<>]{0,2000}>")
_FOUR_DIGITS = re.compile(r"\b\d{1,2} [A-Za-z]{3} \d{4} ")
_SERIES_PART = re.compile(r"_series_part(?:_\d{1,12})?")
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_MAX_TITLE, _MAX_EXCERPT, _MAX_META_VALUE, _MAX_META = 300, 5_000, 20_000, 200_000
_LABELS = frozenset({"category", "post_tag", "tag", ""})
_NO_LABEL = "uncategorized"

# What the SEO plug-ins call it: Yoast, Rank Math, All in One SEO (new, old), SEOPress, Genesis and
# The SEO Framework. Only these are read; nothing that PHP serialised is taken apart.
_META_TITLE = (
    "_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_aioseop_title",
    "_seopress_titles_title", "_genesis_title",
)  # fmt: skip
_META_DESCRIPTION = (
    "_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description",
    "_aioseop_description", "_seopress_titles_desc", "_genesis_description",
)  # fmt: skip
_CANONICAL = (
    "_yoast_wpseo_canonical", "rank_math_canonical_url", "_aioseo_canonical_url",
    "_seopress_robots_canonical", "_genesis_canonical_uri",
)  # fmt: skip
_READ = frozenset({*_META_TITLE, *_META_DESCRIPTION, *_CANONICAL, "_thumbnail_id", "_wp_old_slug"})
# Bookkeeping of WordPress itself, which changes without the post.
_BOOKKEEPING = ("_edit_lock", "_oembed_", "_encloseme", "_pingme", "_wp_old_date")


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """An item that is taken: what was found, and its state if it goes by something but its date."""

    found: Found
    status: str | None


def post_type(row: Row) -> str:
    """Answer what the item is; the oldest exports leave it out."""
    return row.text("post_type") or "post"


def name_of(row: Row) -> str:
    """Answer how the report calls the item."""
    title = _plain(row.text("title"))[:60]
    return " ".join(
        filter(None, [post_type(row)[:40], row.text("post_id")[:12], title and f"“{title}”"])
    )


def source_id(row: Row, site: Site) -> str:
    """Answer what tells the item apart from all others for good: its blog and its number there."""
    number = row.text("post_id")[:20]
    own = number or hashlib.sha256(row.text("link").encode()).hexdigest()[:20]
    return f"{site.key}#{own}"


def content_hash(row: Row, *, given: Given, media: str) -> str:
    """Answer a hash of all that an import makes something of."""
    meta = sorted(pair for pair in row.meta if not pair[0].startswith(_BOOKKEEPING))
    comments = row.comments if given.with_comments else len(row.comments)
    whole = (sorted(row.texts.items()), row.terms, meta, comments, media)
    return hashlib.sha256(repr(whole).encode("utf-8", "replace")).hexdigest()


def understand(row: Row, site: Site, *, given: Given, zone: ZoneInfo, full: bool) -> Post:
    """Answer what the item is.

    Args:
        full: with what takes much memory, too.

    Raises:
        SkippedError: it is not taken.
    """
    warnings: list[str] = []
    check_taken(row)
    if row.is_cut:
        raise SkippedError("is larger than an item may be")
    kind = "page" if post_type(row) == "page" else "post"
    title = _title(row, warnings=warnings)
    if not title:
        raise SkippedError("has neither a title nor a text")
    published_at = _published_at(row, zone, warnings=warnings)
    status = state_at(row, published_at, now=given.now, warnings=warnings)
    series = _series(row, warnings=warnings)
    old_url = _old_url(row)
    found = Found(
        kind=kind,
        title=title,
        slug_base=_slug(row, title),
        published_at=published_at,
        modified_at=_gmt(row.text("post_modified_gmt")) or _local(row.text("post_modified"), zone),
        draft=status is not None,
        tags=_tags(row, warnings=warnings),
        authors=_authors(row, site),
        language=_language(row, site),
        canonical_url=_canonical(dict(row.meta), warnings=warnings),
        old_url=old_url,
        redirects=_redirects(row, old_url, warnings=warnings),
        warnings=warnings,
        featured=row.text("is_sticky") == "1",
        series=series,
        series_position=_series_position(row) if series else None,
        translation_key=next((s for d, s, _ in row.terms if d == "post_translations"), ""),
    )
    return Post(found=_filled(found, row, site, given=given) if full else found, status=status)


def _filled(found: Found, row: Row, site: Site, *, given: Given) -> Found:
    """Answer the piece with what takes much memory; what it warns of was said without it."""
    meta = dict(row.meta)
    return msgspec.structs.replace(
        found,
        excerpt=_plain(row.text("excerpt"))[:_MAX_EXCERPT],
        extra=_extra(row, site, given=given),
        warnings=[],
        cover=_cover(meta, site, warnings=found.warnings),
        meta_title=_meta(meta, _META_TITLE)[:_MAX_TITLE],
        meta_description=_meta(meta, _META_DESCRIPTION)[:1_000],
    )


def _title(row: Row, *, warnings: list[str]) -> str:
    title = _plain(row.text("title"))[:_MAX_TITLE].strip()
    if title:
        return title
    text = re.sub(r"\[[^\[\]]{0,500}\]", " ", row.texts.get("content", "")[:20_000])
    words = _plain(re.sub(r"<!--.*?-->", " ", text, flags=re.DOTALL)).split()
    short = " ".join(words[:8])[:80].strip()
    slug = unquote(row.text("post_name"))
    title = (
        short
        or slug.replace("-", " ").strip()[:80]
        or (
            f"Untitled {row.text('post_id')[:12]}".strip()
            if row.texts.get("content", "").strip()
            else ""
        )
    )
    if title:
        warnings.append("has no title: its first words are its title")
    return title


def _published_at(row: Row, zone: ZoneInfo, *, warnings: list[str]) -> datetime | None:
    """Answer when it was published; drafts have no time in UTC, and the file names no zone."""
    instant = _gmt(row.text("post_date_gmt")) or _rfc(row.text("pubDate"))
    if instant is not None:
        return instant
    local = _local(row.text("post_date"), zone)
    if local is not None and row.text("status") in {"publish", "future"}:
        warnings.append(f"its date names no zone: read as {zone.key}")
    return local


def _gmt(text: str) -> datetime | None:
    return _instant(text, None)


def _local(text: str, zone: ZoneInfo) -> datetime | None:
    return _instant(text, zone)


def _instant(text: str, zone: ZoneInfo | None) -> datetime | None:
    if not text or text.startswith(("0000", "-")):
        return None
    try:
        naive = datetime.fromisoformat(text)
        aware = naive if naive.tzinfo else naive.replace(tzinfo=zone or UTC)
        return _plausible(aware.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _rfc(text: str) -> datetime | None:
    """Read `pubDate`: for drafts it may be in the year -1."""
    if _FOUR_DIGITS.search(text) is None:  # others would be read as of this century
        return None
    try:
        aware = parsedate_to_datetime(text)
        return _plausible(aware.astimezone(UTC)) if aware.tzinfo else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _plausible(instant: datetime) -> datetime | None:
    return instant if _FIRST_YEAR < instant.year <= _LAST_YEAR else None


def _slug(row: Row, title: str) -> str:
    for raw in (unquote(row.text("post_name")), title, f"post-{row.text('post_id')[:12]}"):
        if slug := slugify(raw):
            return slug
    return "untitled"


def _old_url(row: Row) -> str:
    """Answer the address from the root of the old host, with its query if that is all it has."""
    link = row.text("link")
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    path = unquote(parts.path) or "/"
    return f"{path}?{parts.query}"[:1_900] if parts.query else path[:1_900]


def _redirects(row: Row, old_url: str, *, warnings: list[str]) -> list[str]:
    if not old_url or "?" in old_url or old_url == "/":
        return []
    base, _, _ = old_url.rstrip("/").rpartition("/")
    end = "/" if old_url.endswith("/") else ""
    slugs = [unquote(value).strip() for key, value in row.meta if key == "_wp_old_slug"]
    olds = [f"{base}/{slug}{end}" for slug in slugs[:50] if slug and "/" not in slug]
    return checked_redirects([old_url, *olds], old_url=old_url, warnings=warnings)


def _tags(row: Row, *, warnings: list[str]) -> list[str]:
    labels: dict[str, str] = {}
    named = {name for domain, _, name in row.terms if domain}
    for domain, slug, raw in row.terms:
        if domain not in _LABELS or (not domain and raw in named):
            continue
        name = " ".join(_plain(raw).split())[:120]
        if _NO_LABEL in {slug.lower(), name.lower()}:
            continue
        if key := rules.tag_slug(name):
            labels.setdefault(key, name)
        elif name:
            warnings.append(f"tag {name[:40]!r} has no letter or digit: left out")
    return list(labels.values())


def _series(row: Row, *, warnings: list[str]) -> str:
    """Answer the series by its title: the taxonomy of Organize Series and PublishPress Series."""
    titles = [_plain(name) for domain, _, name in row.terms if domain == "series"]
    return one_series(titles, warnings=warnings)


def _series_position(row: Row) -> int | None:
    """Answer the part: of the plug-ins' `_series_part`, or `_series_part_12` of series 12."""
    values = (value for key, value in row.meta if _SERIES_PART.fullmatch(key))
    return next((part for value in values if (part := part_of(value)) is not None), None)


def _authors(row: Row, site: Site) -> list[str]:
    """Answer the names: co-authors if there are, else who wrote it."""
    together = [name for domain, _, name in row.terms if domain == "author" and name]
    login = row.text("creator") or row.text("author")
    names = [site.people.get(name.casefold(), name) for name in together or [login]]
    plain = (" ".join(_plain(name).split())[:120] for name in names)
    return [name for name in dict.fromkeys(plain) if rules.author_slug(name)]


def _language(row: Row, site: Site) -> str:
    spoken = [slug for domain, slug, _ in row.terms if domain == "language"]
    for raw in (*spoken, site.language):
        try:
            return rules.check_language(raw.replace("_", "-")) if raw else ""
        except InvalidInputError:
            continue
    return ""


def _meta(meta: dict[str, str], names: tuple[str, ...]) -> str:
    """Answer what a plug-in says; a template of one (`%%title%%`) says nothing."""
    for name in names:
        text = " ".join(_plain(meta.get(name, "")).split())
        if text and "%%" not in text and not re.search(r"%\w+%|#\w+_\w+", text):
            return text
    return ""


def _canonical(meta: dict[str, str], *, warnings: list[str]) -> str | None:
    for name in _CANONICAL:
        if raw := meta.get(name, "").strip():
            try:
                return rules.check_url(raw[:2_000], field="canonical_url")
            except InvalidInputError:
                warnings.append(f"canonical address {raw[:80]!r} is none: left out")
    return None


def _cover(meta: dict[str, str], site: Site, *, warnings: list[str]) -> FoundCover | None:
    number = whole_number(meta.get("_thumbnail_id", "").strip())
    if not number:
        return None
    picture = site.attachments.get(number)
    if picture is None:
        warnings.append(f"its cover (attachment {number}) is not in the export")
        return None
    return FoundCover(url=picture.url, alt=picture.alt, caption=_plain(picture.caption)[:1_000])


def _extra(row: Row, site: Site, *, given: Given) -> dict[str, Value]:
    """Answer what Octavo has no place for."""
    names = (
        "post_id",
        "link",
        "guid",
        "menu_order",
        "post_parent",
        "comment_status",
        "description",
    )
    kept: dict[str, Value] = {
        name: row.text(name)[:2_000] for name in names if row.text(name) not in {"", "0"}
    }
    kept["status"] = row.text("status")
    terms: list[Value] = []
    for domain, slug, name in row.terms:
        line: list[Value] = list(site.ancestors(unquote(slug)))
        above: dict[str, Value] = {"parents": line} if domain == "category" and line else {}
        terms.append({"taxonomy": domain, "slug": unquote(slug), "name": name, **above})
    if terms:
        kept["terms"] = terms
    if meta := _kept_meta(row):
        kept["meta"] = meta
    if given.with_comments and row.comments:
        kept["comments"] = list(_comments(row))
    return {"wordpress": kept}


def _kept_meta(row: Row) -> dict[str, Value]:
    """Answer the other fields as the text they are, serialised ones too."""
    kept: dict[str, Value] = {}
    room = _MAX_META
    for key, value in row.meta:
        if not key or key in _READ or key.startswith(_BOOKKEEPING):
            continue
        room -= len(key) + len(value)
        if len(value) <= _MAX_META_VALUE and room > 0:
            kept.setdefault(key[:200], value)
    return kept


def _comments(row: Row) -> list[Value]:
    """Answer the comments of people, without the addresses of their machines."""
    kept: list[Value] = []
    for comment in row.comments:
        if is_comment(comment):
            fields = {
                "id": "comment_id", "parent": "comment_parent", "author": "comment_author",
                "email": "comment_author_email", "url": "comment_author_url",
                "date_gmt": "comment_date_gmt", "approved": "comment_approved",
                "text": "comment_content",
            }  # fmt: skip
            kept.append({ours: comment.get(theirs, "").strip() for ours, theirs in fields.items()})
    return kept


def is_comment(comment: dict[str, str]) -> bool:
    """Say whether a person wrote it to be read: no pingback, no spam, nothing thrown away."""
    kind = comment.get("comment_type", "").strip()
    approved = comment.get("comment_approved", "1").strip()
    return kind in {"", "comment"} and approved in {"0", "1"}


def _plain(html: str) -> str:
    if "<" in html:
        html = _TAG.sub("", html)
    return " ".join((unescape(html) if "&" in html else html).split())
