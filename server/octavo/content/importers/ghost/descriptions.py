"""What a blog says of its people and tags, taken over where nothing is said of them here."""

from collections.abc import Mapping
from datetime import datetime

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
    """Take over bios of bylines and descriptions of tags that exist here; answer remarks."""
    bios = _by_slug({rules.author_slug(name): text for name, text in blog.bios.items()})
    texts = _by_slug({rules.tag_slug(name): text for name, text in blog.descriptions.items()})
    notes: list[str] = []
    if dry_run:
        if bios or texts:
            notes.append(f"up to {len(bios)} bios and {len(texts)} descriptions of tags would come")
    else:
        people = await _bios(bios, now=now, bus=bus)
        labels = await _descriptions(texts, now=now, bus=bus)
        if people or labels:
            notes.append(f"{people} bios of authors and {labels} descriptions of tags came along")
    if blog.profiles:
        notes.append(
            f"{blog.profiles} people have a website, picture or place in their profile: left out,"
            " bylines have none here"
        )
    return notes


async def _bios(bios: Mapping[str, str], *, now: datetime, bus: EventBus) -> int:
    done, slugs = 0, list(bios)
    for start in range(0, len(slugs), _AT_ONCE):
        rows = await AuthorRow.select(AuthorRow.id, AuthorRow.slug, AuthorRow.version).where(
            AuthorRow.slug.is_in(slugs[start : start + _AT_ONCE]) & (AuthorRow.bio == "")
        )
        for row in rows:
            patch = AuthorPatch(version=row["version"], bio=bios[row["slug"]])
            try:
                await authors.patch_author(row["id"], patch, actor=SYSTEM, now=now, bus=bus)
            except OctavoError:  # somebody writes it at this moment: theirs stays
                continue
            done += 1
    return done


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
