"""What a piece says, clean and checked, on its way into a revision."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.content import authors as bylines
from octavo.content import queries, rules, tags
from octavo.content.errors import wrong
from octavo.content.fields import check_cover, check_fields, check_ready
from octavo.content.kinds import FIELDS, Meta, Plain
from octavo.content.references import check_media, media_ids
from octavo.content.schemas import AuthorRef, Piece, PieceIn, PiecePatch, TagRef
from octavo.kernel.text import clean_text

__all__ = ["Draft", "check_still_ready", "check_texts", "draft_of", "new_draft", "patched"]

_META = (
    "cover", "meta_title", "meta_description", "featured", "series_id", "series_position",
)  # fmt: skip
_TEXTS = ("title", "body", "excerpt", "slug", "language", "canonical_url", "source_url")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a piece, clean and checked, on their way into a revision."""

    title: str
    slug: str
    body: str
    excerpt: str
    language: str
    canonical_url: str | None
    source_url: str | None
    tags: list[TagRef]
    authors: list[AuthorRef]
    fields: dict[str, Any]
    meta: Meta


def check_texts(data: PieceIn) -> dict[str, Any]:
    """Answer the texts of a new piece, fit to be stored.

    Raises:
        InvalidInputError: one is not; names it.
    """
    return _clean({name: getattr(data, name) for name in _TEXTS})


async def new_draft(
    data: PieceIn, texts: dict[str, Any], *, authors: list[AuthorRef], now: datetime
) -> Draft:
    """Answer what a new piece says; makes the tags that are missing.

    Raises:
        InvalidInputError: a field cannot be used.
    """
    names = rules.tag_names(data.tags)
    fields = check_fields(data.kind, data.fields)
    meta = await _meta({name: getattr(data, name) for name in _META}, before=Meta())
    await check_media(fields, meta.cover)
    return Draft(
        **{**texts, "slug": texts["slug"] or ""},
        tags=await tags.ensure_tags(names, now=now),
        authors=authors,
        fields=fields,
        meta=meta,
    )


async def patched(before: Piece, patch: PiecePatch, *, now: datetime) -> Draft:
    """Answer what a piece says after a patch; makes the tags that are missing.

    Raises:
        InvalidInputError: a field cannot be used.
    """
    given = {name: value for name in _TEXTS if (value := getattr(patch, name)) is not UNSET}
    changes: dict[str, Any] = _clean(given)
    if patch.tags is not UNSET:
        changes["tags"] = await tags.ensure_tags(rules.tag_names(patch.tags), now=now)
    if patch.author_ids is not UNSET:
        changes["authors"] = await bylines.authors_by_id(patch.author_ids)
    draft = draft_of(before)
    changes["fields"] = _patched_fields(before, patch)
    given = {name: value for name in _META if (value := getattr(patch, name)) is not UNSET}
    changes["meta"] = await _meta(given, before=draft.meta)
    known = media_ids(draft.fields, draft.meta.cover)
    await check_media(changes["fields"], changes["meta"].cover, known=known)
    return msgspec.structs.replace(draft, **changes)


def _patched_fields(before: Piece, patch: PiecePatch) -> dict[str, Any]:
    kind = before.kind if patch.kind is UNSET else patch.kind
    names = FIELDS.get(kind, Plain).__struct_fields__
    kept = {name: value for name, value in before.fields.items() if name in names}
    if patch.fields is UNSET and kind == before.kind:
        return kept
    return check_fields(kind, {**kept, **({} if patch.fields is UNSET else patch.fields)})


async def _meta(given: dict[str, Any], *, before: Meta) -> Meta:
    """Answer what a revision says of itself, with the given changes checked."""
    changes = dict(given)
    if "cover" in changes:
        changes["cover"] = check_cover(changes["cover"])
    for name in ("meta_title", "meta_description"):
        if name in changes:
            changes[name] = " ".join(clean_text(changes[name], field=name).split())
    meta = msgspec.structs.replace(before, **changes)
    if meta.series_id is None:
        return msgspec.structs.replace(meta, series_position=None)
    if meta.series_id != before.series_id and not await queries.series_named([meta.series_id]):
        raise wrong("series_id", f"there is no series {meta.series_id}", code="unknown")
    return meta


def draft_of(piece: Piece) -> Draft:
    """Answer what a piece says now."""
    known = {name: getattr(piece, name) for name in Draft.__struct_fields__ if name != "meta"}
    return Draft(
        **known,
        meta=Meta(
            cover=piece.cover,
            meta_title=piece.meta_title,
            meta_description=piece.meta_description,
            featured=piece.featured,
            series_id=piece.series.id if piece.series else None,
            series_position=piece.series_position,
        ),
    )


def _clean(texts: dict[str, Any]) -> dict[str, Any]:
    """Answer the given texts fit to be stored; the first that is not is refused by name."""
    clean = {
        name: clean_text(value, field=name) if isinstance(value, str) else value
        for name, value in texts.items()
    }
    if "title" in clean:
        clean["title"] = " ".join(clean["title"].split())
    if "body" in clean:
        clean["body"] = clean["body"].replace("\r\n", "\n").replace("\r", "\n")
    if clean.get("slug") is not None:
        clean["slug"] = rules.check_slug(clean["slug"])
    if "language" in clean:
        clean["language"] = rules.check_language(clean["language"])
    for name in ("canonical_url", "source_url"):
        if name in clean:
            clean[name] = rules.check_url(clean[name], field=name)
    return clean


def check_still_ready(before: Piece, draft: Draft, *, kind: str, now: datetime) -> None:
    """What has a time must stay fit to be seen then."""
    if before.status == "scheduled":
        check_ready(
            kind,
            title=draft.title,
            body=draft.body,
            source_url=draft.source_url,
            fields=draft.fields,
            now=before.publish_instant or now,
        )
