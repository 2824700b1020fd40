"""What a blog says of its people and tags, taken over where nothing is said of them here."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import UNSET

from octavo.accounts.schemas import SYSTEM
from octavo.content import authors, rules, tags
from octavo.content.importers.ghost.blog import Blog
from octavo.content.schemas import AuthorPatch, TagPatch
from octavo.content.tables import AuthorRow, TagRow
from octavo.kernel.errors import OctavoError
from octavo.kernel.events import EventBus
from octavo.kernel.text import without_forbidden_characters

_LONGEST = 20_000
_AT_ONCE = 200


async def take_descriptions(
    blog: Blog, *, dry_run: bool, now: datetime, bus: EventBus
) -> list[str]:
    """Take over what is said of bylines and tags that exist here; answer remarks."""
    bios = _by_slug({rules.author_slug(name): text for name, text in blog.bios.items()})
    sites, unusable = _websites(blog)
    texts = _by_slug({rules.tag_slug(name): text for name, text in blog.descriptions.items()})
    notes: list[str] = []
    if dry_run:
        if bios or texts:
            notes.append(f"up to {len(bios)} bios and {len(texts)} descriptions of tags would come")
        if sites:
            notes.append(f"up to {len(sites)} websites of authors would come")
    else:
        people, homes = await _profiles(bios, sites, now=now, bus=bus)
        labels = await _descriptions(texts, now=now, bus=bus)
        if people or labels:
            notes.append(f"{people} bios of authors and {labels} descriptions of tags came along")
        if homes:
            notes.append(f"{homes} websites of authors came along")
    if unusable:
        notes.append(f"{unusable} websites of authors are no addresses: left out")
    if blog.profiles:
        notes.append(
            f"{blog.profiles} people have a picture, place or account elsewhere in their profile:"
            " left out, bylines have none here"
        )
    return notes


async def _profiles(
    bios: Mapping[str, str], websites: Mapping[str, str], *, now: datetime, bus: EventBus
) -> tuple[int, int]:
    """Fill what is empty; answer how many bios and how many websites were taken."""
    taken_bios, taken_websites, slugs = 0, 0, list({**bios, **websites})
    for start in range(0, len(slugs), _AT_ONCE):
        rows = await AuthorRow.select(
            AuthorRow.id, AuthorRow.slug, AuthorRow.version, AuthorRow.bio, AuthorRow.website
        ).where(AuthorRow.slug.is_in(slugs[start : start + _AT_ONCE]))
        for row in rows:
            bio = "" if row["bio"] else bios.get(row["slug"], "")
            website = "" if row["website"] else websites.get(row["slug"], "")
            if not bio and not website:
                continue
            patch = AuthorPatch(version=row["version"], bio=bio or UNSET, website=website or UNSET)
            try:
                await authors.patch_author(row["id"], patch, actor=SYSTEM, now=now, bus=bus)
            except OctavoError:  # somebody writes it at this moment: theirs stays
                continue
            taken_bios += bool(bio)
            taken_websites += bool(website)
    return taken_bios, taken_websites


async def _descriptions(texts: Mapping[str, str], *, now: datetime, bus: EventBus) -> int:
    done, slugs = 0, list(texts)
    for start in range(0, len(slugs), _AT_ONCE):
        rows = await TagRow.select(TagRow.id, TagRow.slug, TagRow.version).where(
            TagRow.slug.is_in(slugs[start : start + _AT_ONCE]) & (TagRow.description == "")
        )
        for row in rows:
            patch = TagPatch(version=row["version"], description=texts[row["slug"]])
            try:
                await tags.patch_tag(row["id"], patch, actor=SYSTEM, now=now, bus=bus)
            except OctavoError:
                continue
            done += 1
    return done


def _by_slug(texts: Mapping[str, str]) -> dict[str, str]:
    clean = {slug: without_forbidden_characters(text).strip() for slug, text in texts.items()}
    return {slug: text[:_LONGEST] for slug, text in clean.items() if slug and text}


def _websites(blog: Blog) -> tuple[dict[str, str], int]:
    """Answer the websites by the slug of their byline, and how many are no addresses."""
    found: dict[str, str] = {}
    unusable = 0
    for name, raw in blog.websites.items():
        if not raw.strip():
            continue
        url = rules.usable_url(raw)
        unusable += url is None
        if url and (slug := rules.author_slug(name)):
            found[slug] = url
    return found, unusable
