"""What a row of `posts` means: one `Found`, or why it is not taken. Pure."""

from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from octavo.content import rules
from octavo.content.importers.dates import parse_date
from octavo.content.importers.found import Found, FoundCover, SkippedError, checked_redirects
from octavo.content.importers.frontmatter import Value
from octavo.content.importers.ghost.blog import Blog, id_of, is_set, text_of
from octavo.content.importers.ghost.bodies import with_rooted_urls
from octavo.content.importers.ghost.scanning import Row
from octavo.content.importers.html_tree import TooDeepError, parse
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.text import slugify, without_forbidden_characters

_UTC = ZoneInfo("UTC")
_MAX_TITLE = 300
_MAX_EXCERPT = 5_000
_FIRST_WORDS = 8
_BODIES = frozenset({"html", "plaintext", "markdown", "mobiledoc", "lexical"})
# Fields that became something here, or that mean nothing outside of their database.
_TAKEN = _BODIES | {
    "title", "slug", "status", "page", "type", "featured", "published_at", "created_at", "updated_at",
    "image", "feature_image", "feature_image_alt", "feature_image_caption", "meta_title",
    "meta_description", "custom_excerpt", "canonical_url", "locale", "language", "author_id",
    "created_by", "updated_by", "published_by", "amp", "newsletter_id", "email_recipient_filter",
    "show_title_and_feature_image",
}  # fmt: skip


class Post(NamedTuple):
    """A post as it is understood; `status` holds whatever the date, None goes by the date."""

    found: Found
    status: str | None


def understand(raw: Row, blog: Blog, *, zone: ZoneInfo, now: datetime, full: bool) -> Post:
    """Answer what a row is; with `full`, also what is only kept.

    Raises:
        SkippedError: there is nothing in it.
    """
    row = blog.with_meta(raw)
    warnings: list[str] = []
    title = _title(row, warnings=warnings)
    slug = slugify(text_of(row, "slug")) or slugify(title) or "untitled"
    kind, status, draft = _state(row, now=now, warnings=warnings)
    published_at = _published_at(row, draft=draft, warnings=warnings)
    draft = draft or published_at is None
    old_url = _old_url(row, blog, kind=kind, slug=slug, published_at=published_at)
    sent = kind == "newsletter"
    found = Found(
        kind=kind,
        title=title,
        slug_base=slug,
        published_at=published_at,
        modified_at=_instant(row, ("updated_at",), warnings=[]),
        draft=draft,
        tags=_tags(row, blog, warnings=warnings),
        authors=_authors(row, blog, warnings=warnings),
        excerpt=_line(row, "custom_excerpt", limit=_MAX_EXCERPT),
        language=_language(row, warnings=warnings),
        canonical_url=_canonical(row, warnings=warnings),
        old_url=old_url,
        redirects=[] if sent else checked_redirects([old_url], old_url=old_url, warnings=warnings),
        extra=_extra(row, blog) if full else {},
        warnings=warnings,
        cover=_cover(row),
        meta_title=_line(row, "meta_title", limit=_MAX_TITLE),
        meta_description=_line(row, "meta_description", limit=_MAX_EXCERPT),
        featured=is_set(row, "featured"),
        fields=_newsletter_fields(row, title) if sent else {},
    )
    injected = ("codeinjection_head", "codeinjection_foot")
    warnings += [f"its {name} is kept but never used" for name in injected if row.get(name)]
    return Post(found, status)


def _title(row: Row, *, warnings: list[str]) -> str:
    """Answer the title, or one made from the text; raise `SkippedError` if there is neither."""
    title = _line(row, "title", limit=_MAX_TITLE)
    if title:
        return title
    if not any(text_of(row, name).strip() for name in _BODIES):
        raise SkippedError("has neither a title nor a text")
    title = _first_words(row) or "Untitled"
    warnings.append(f"has no title: taken as {title!r}")
    return title


def _published_at(row: Row, *, draft: bool, warnings: list[str]) -> datetime | None:
    """Answer when readers first saw it; for one that they did, the next best that is known."""
    said = _instant(row, ("published_at",), warnings=warnings)
    if said is not None or draft:
        return said
    made = _instant(row, ("created_at", "updated_at"), warnings=warnings)
    warnings.append("has no date of publication: the date it was made is used")
    if made is None:
        warnings.append("has no date at all: taken as a draft")
    return made


def source_id(row: Row) -> str:
    """Answer what names a post for good, in this export and in the next of the same blog."""
    return f"{id_of(row)}:{text_of(row, 'uuid') or text_of(row, 'slug')}"[:900]


def name_of(row: Row) -> str:
    """Answer how the report calls a post."""
    kind = "page" if _is_page(row) else "post"
    return f"{kind} {(text_of(row, 'slug') or id_of(row) or 'without a name')[:120]}"


def _is_page(row: Row) -> bool:
    return text_of(row, "type") == "page" or is_set(row, "page")


def _state(row: Row, *, now: datetime, warnings: list[str]) -> tuple[str, str | None, bool]:
    """Answer the kind, the state if it holds whatever the date, and whether it is a draft."""
    status = text_of(row, "status")
    kind = "page" if _is_page(row) else "post"
    if status == "sent" or (status == "published" and is_set(row, "email_only")):
        warnings.append("was sent by e-mail only: an archived newsletter, not on the site")
        return "newsletter", "archived", False
    visibility = text_of(row, "visibility") or "public"
    if visibility != "public" and status in {"published", "scheduled"}:
        warnings.append(f"is not for everybody ({visibility[:60]}): taken as a draft")
        return kind, None, True
    if status == "scheduled":
        due = _instant(row, ("published_at",), warnings=[])
        if due is None or due <= now:
            warnings.append("was scheduled for a time that has passed: taken as a draft")
            return kind, None, True
        return kind, None, False
    if status not in {"published", "draft"}:
        warnings.append(f"has the unknown state {status[:20]!r}: taken as a draft")
    return kind, None, status != "published"


def _instant(row: Row, names: tuple[str, ...], *, warnings: list[str]) -> datetime | None:
    """Answer the first date that can be read: a text meaning UTC, or milliseconds since 1970."""
    for name in names:
        value = row.get(name)
        if value is None or value == "":
            continue
        try:
            if isinstance(value, int | float) and not isinstance(value, bool):
                instant = datetime.fromtimestamp(value / 1000, UTC)
                return parse_date(instant.isoformat(timespec="seconds"), _UTC)
            return parse_date(str(value), _UTC)
        except (ValueError, OverflowError, OSError) as exc:
            reason = exc if isinstance(exc, ValueError) else "is out of reach"
            warnings.append(f"{name}: {reason}")
    return None


def _old_url(row: Row, blog: Blog, *, kind: str, slug: str, published_at: datetime | None) -> str:
    pattern = blog.permalinks if kind == "post" else "/{slug}/"
    day = (published_at or datetime(1970, 1, 1, tzinfo=UTC)).astimezone(blog.zone)
    tags = [label for label in blog.tags_of(row) if not label.is_internal]
    people = blog.authors_of(row)
    author = people[0].slug if people else "author"
    values = {
        "slug": text_of(row, "slug") or slug, "id": id_of(row), "year": f"{day:%Y}",
        "month": f"{day:%m}", "day": f"{day:%d}", "author": author, "primary_author": author,
        "primary_tag": tags[0].slug if tags else "all",
    }  # fmt: skip
    for name, value in values.items():
        pattern = pattern.replace(f"{{{name}}}", quote(value, safe=""))
    return f"/{pattern.strip('/')}/"


def _tags(row: Row, blog: Blog, *, warnings: list[str]) -> list[str]:
    names: dict[str, str] = {}
    for label in blog.tags_of(row):
        if label.is_internal:
            continue
        if slug := rules.tag_slug(label.name):
            names.setdefault(slug, label.name)
        else:
            warnings.append(f"tag {label.name[:40]!r} has no letter or digit: left out")
    return list(names.values())


def _authors(row: Row, blog: Blog, *, warnings: list[str]) -> list[str]:
    people = blog.authors_of(row)
    names = [person.name for person in people if rules.author_slug(person.name)]
    if not names:
        warnings.append("its author is not in the export")
    return list(dict.fromkeys(names))


def _language(row: Row, *, warnings: list[str]) -> str:
    raw = (text_of(row, "locale") or text_of(row, "language")).replace("_", "-")
    if not raw:
        return ""
    try:
        return rules.check_language(raw)
    except InvalidInputError:
        warnings.append(f"language {raw[:20]!r} is not a language tag: left out")
        return ""


def _canonical(row: Row, *, warnings: list[str]) -> str | None:
    raw = text_of(row, "canonical_url").strip()
    if not raw:
        return None
    try:
        return rules.check_url(raw[:2000], field="canonical_url")
    except InvalidInputError:
        warnings.append(f"canonical_url {raw[:80]!r} is not a web address: left out")
        return None


def _cover(row: Row) -> FoundCover | None:
    url = with_rooted_urls(text_of(row, "feature_image") or text_of(row, "image")).strip()
    if not url:
        return None
    return FoundCover(
        url=url[:2000],
        alt=_line(row, "feature_image_alt", limit=2_000),
        caption=_plain(text_of(row, "feature_image_caption"))[:2_000],
    )


def _newsletter_fields(row: Row, title: str) -> dict[str, Value]:
    return {"subject": _line(row, "email_subject", limit=_MAX_TITLE) or title, "preheader": ""}


def _extra(row: Row, blog: Blog) -> dict[str, Value]:
    """Answer what has no place here, so that nothing is lost: source of the body and the rest."""
    kept: dict[str, Value] = {}
    for name, value in row.items():
        if value in (None, "", 0, False) or name in _TAKEN - {"mobiledoc", "lexical"}:
            continue
        kept[name] = _kept(value)
    hidden: list[Value] = [label.name for label in blog.tags_of(row) if label.is_internal]
    if hidden:
        kept["internal_tags"] = hidden
    return {"ghost": kept}


def _kept(value: object) -> Value:
    text = value if isinstance(value, str) else repr(value)
    return without_forbidden_characters(text)


def _first_words(row: Row) -> str:
    for name in ("plaintext", "markdown"):
        if text := text_of(row, name).strip():
            return " ".join(text.lstrip("#> *-").split()[:_FIRST_WORDS])[:_MAX_TITLE]
    return " ".join(_plain(text_of(row, "html")).split()[:_FIRST_WORDS])[:_MAX_TITLE]


def _plain(html: str) -> str:
    try:
        return " ".join(parse(html[:100_000]).plain_text().split())
    except TooDeepError:
        return ""


def _line(row: Row, name: str, *, limit: int) -> str:
    return " ".join(without_forbidden_characters(text_of(row, name)).split())[:limit]
