"""Our things as Ghost's documents show them: every key that Ghost has, and none of ours beside them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from octavo.accounts.schemas import Organisation
from octavo.content.fields import shown_title
from octavo.content.public_queries import LiveAuthor, LiveTag, PieceHead
from octavo.publishing.bodies import Body
from octavo.publishing.read_model.prepared import url_path
from octavo.reading.ghost import ids
from octavo.reading.pieces import ReadPiece

__all__ = ["GHOST_VERSION", "Site", "WholePiece", "author", "head", "piece", "settings", "tag"]

GHOST_VERSION: Final = "6.0"
"""The version of the API that is answered as."""

_EXCERPT_LIMIT = 500
_WORDS_PER_MINUTE = 275
_FIRST_IMAGE_S, _LAST_IMAGE_S = 12, 3
_COLOUR = "#a6331b"  # the accent of the default theme

# The settings of what Ghost has and we have not: switched off, or empty.
_NOT_HERE: Final[Mapping[str, object]] = {
    "logo": None,
    "icon": None,
    "cover_image": None,
    "facebook": None,
    "twitter": None,
    "codeinjection_head": None,
    "codeinjection_foot": None,
    "secondary_navigation": [],
    "meta_title": None,
    "og_image": None,
    "og_title": None,
    "og_description": None,
    "twitter_image": None,
    "twitter_title": None,
    "twitter_description": None,
    "members_support_address": None,
    "members_enabled": False,
    "members_invite_only": False,
    "allow_self_signup": False,
    "paid_members_enabled": False,
    "donations_enabled": False,
    "firstpromoter_account": None,
    "portal_button": False,
    "portal_button_style": None,
    "portal_button_icon": None,
    "portal_button_signup_text": None,
    "portal_name": False,
    "portal_plans": [],
    "portal_default_plan": None,
    "portal_signup_terms_html": None,
    "portal_signup_checkbox_required": False,
    "comments_enabled": "off",
    "recommendations_enabled": False,
    "outbound_link_tagging": False,
    "default_email_address": None,
    "support_email_address": None,
    "editor_default_email_recipients": "disabled",
    "labs": {},
}

Made = dict[str, Any]


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What every document of a site depends on. `key` keeps its UUIDs apart from other sites'."""

    base_url: str
    key: str
    organisation: Organisation

    def url(self, path: str) -> str:
        """Answer the absolute address of a path."""
        return self.base_url + path

    def time(self, instant: datetime | None) -> str | None:
        """Answer a moment as Ghost writes it: in the site's zone, with its offset at that moment."""
        if instant is None:
            return None
        return instant.astimezone(ZoneInfo(self.organisation.zone)).isoformat(
            timespec="milliseconds"
        )


class WholePiece(msgspec.Struct, frozen=True, kw_only=True):
    """All that a post or page is made of."""

    read: ReadPiece
    created_at: datetime
    tags: list[LiveTag]
    authors: list[LiveAuthor]


def piece(whole: WholePiece, site: Site, *, formats: Collection[str]) -> Made:
    """Answer a post or page without its tags and authors."""
    source, body, cover = whole.read.piece, whole.read.body, whole.read.cover
    made: Made = {
        "id": ids.ghost_id("piece", source.id),
        "uuid": ids.ghost_uuid(source.id, site=site.key),
        "title": shown_title(source.title, source.body, source.fields),
        "slug": source.slug,
        "html": body.html,
        "plaintext": body.plain,
        "comment_id": ids.ghost_id("piece", source.id),
        "feature_image": cover.url if cover else None,
        "feature_image_alt": (cover.alt or None) if cover else None,
        "feature_image_caption": (cover.caption or None) if cover else None,
        "featured": source.featured,
        "visibility": "public",
        "created_at": site.time(whole.created_at),
        "updated_at": site.time(source.updated_at or source.published_at),
        "published_at": site.time(source.published_at),
        "custom_excerpt": source.excerpt or None,
        "codeinjection_head": None,
        "codeinjection_foot": None,
        "custom_template": None,
        "canonical_url": source.canonical_url or None,
        "url": site.url(url_path(source.path)),
        "excerpt": source.excerpt or body.plain[:_EXCERPT_LIMIT],
        "reading_time": reading_minutes(body, images=body.images + (cover is not None)),
        "access": True,
        "comments": False,
        "meta_title": source.meta_title or None,
        "meta_description": source.meta_description or None,
        **dict.fromkeys(_PIECE_NULLS),
    }
    if source.kind == "page":
        made["show_title_and_feature_image"] = True
    for name in ("html", "plaintext"):
        if name not in formats:
            del made[name]
    return made


_PIECE_NULLS = (
    "og_image", "og_title", "og_description", "twitter_image", "twitter_title",
    "twitter_description", "email_subject", "frontmatter",
)  # fmt: skip
_TAG_NULLS = (
    "feature_image", "og_image", "og_title", "og_description", "twitter_image", "twitter_title",
    "twitter_description", "meta_title", "meta_description", "codeinjection_head",
    "codeinjection_foot", "canonical_url", "accent_color",
)  # fmt: skip
_AUTHOR_NULLS = (
    "profile_image", "cover_image", "location", "facebook", "twitter", "threads",
    "bluesky", "mastodon", "tiktok", "youtube", "instagram", "linkedin", "meta_title",
    "meta_description",
)  # fmt: skip


def reading_minutes(body: Body, *, images: int) -> int:
    """Answer Ghost's reading time: 275 words a minute; 12 s for the first picture, then a second
    less for each, 3 s at least; rounded, so that a short note takes 0.
    """  # noqa: D205 - one sentence
    first = [max(_FIRST_IMAGE_S - n, _LAST_IMAGE_S) for n in range(min(images, 10))]
    seconds = body.words * 60 / _WORDS_PER_MINUTE + sum(first) + max(images - 10, 0) * _LAST_IMAGE_S
    return int(seconds / 60 + 0.5)


def tag(source: LiveTag, site: Site, *, count: bool = False) -> Made:
    """Answer a tag; one whose name begins with # is internal."""
    internal = source.name.startswith("#")
    made: Made = {
        "id": ids.ghost_id("tag", source.id),
        "name": source.name,
        "slug": source.slug,
        "description": source.description or None,
        "visibility": "internal" if internal else "public",
        **dict.fromkeys(_TAG_NULLS),
        "url": site.url("/404/" if internal else f"/tags/{url_path(source.slug)}/"),
    }
    return made | ({"count": {"posts": source.posts}} if count else {})


def author(source: LiveAuthor, site: Site, *, count: bool = False) -> Made:
    """Answer a byline."""
    made: Made = {
        "id": ids.ghost_id("author", source.id),
        "name": source.name,
        "slug": source.slug,
        "bio": source.bio or None,
        "website": source.website or None,
        **dict.fromkeys(_AUTHOR_NULLS),
        "url": site.url(f"/authors/{url_path(source.slug)}/"),
    }
    return made | ({"count": {"posts": source.posts}} if count else {})


def head(source: PieceHead, site: Site) -> Made:
    """Answer a post as Ghost's search index shows it."""
    return {
        "id": ids.ghost_id("piece", source.id),
        "slug": source.slug,
        "title": source.title or source.slug,
        "excerpt": source.excerpt or None,
        "url": site.url(url_path(source.path)),
        "updated_at": site.time(source.updated_at),
        "visibility": "public",
    }


def settings(site: Site) -> Made:
    """Answer the site's settings."""
    about = site.organisation
    return {
        **_NOT_HERE,
        "title": about.name,
        "description": about.tagline or about.description,
        "accent_color": about.theme.get("accent", _COLOUR),
        "lang": about.locale,
        "locale": about.locale,
        "timezone": about.zone,
        "navigation": [{"label": link.label, "url": link.url} for link in about.nav],
        "meta_description": about.description or None,
        "site_uuid": ids.ghost_uuid(0, site=site.key),
        "url": site.url("/"),
        "version": GHOST_VERSION,
    }
