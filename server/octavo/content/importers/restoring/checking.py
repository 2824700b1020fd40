"""A piece of an export, looked at before it is stored: the columns of its rows, or why not."""

import re
from datetime import datetime
from typing import Any

import msgspec

from octavo.content import rules
from octavo.content.exporters.records import Head, Moment, PieceBlock
from octavo.content.fields import check_cover, check_fields
from octavo.content.importers.restoring.archive import RefusedFileError, TextFile
from octavo.content.importers.restoring.state import Restoring
from octavo.content.kinds import FIELDS, Cover, Meta, Plain
from octavo.content.schemas import BODY_LIMIT
from octavo.kernel.text import clean_text
from octavo.kernel.walltime import zone_named

_GROUP = re.compile(r"[0-9a-z]{1,16}")
_MAX_TITLE, _MAX_META, _MAX_WALL = 300, 1_000, 19


def piece_values(
    run: Restoring, block: PieceBlock, main: TextFile, edits: dict[str, TextFile], slug: str
) -> dict[str, Any]:
    """Answer the columns of a piece.

    Raises:
        RefusedFileError: what it says contradicts itself.
        InvalidInputError: an address cannot be one.
    """
    _check_consistent(block, edits)
    for path in (block.path, block.live_path, *main.head.aliases):
        if path is not None:
            if rules.check_redirect_path(path) != path:
                raise RefusedFileError(f"{path!r} cannot be an address")
            rules.check_own_path(path)
    planned = rules.plan_days(block.planned_for) if block.planned_for else (None, None)
    head = (edits.get("draft") or main).head
    return {
        "kind": block.kind, "status": block.status, "title": head.title, "slug": slug,
        "language": rules.tidy_language(rules.check_language(head.lang)),
        "translation_group": _group(main.head),
        "path": block.path, "search_key": rules.search_key(head.title, slug),
        "campaign_id": run.campaigns.get(block.campaign or "") or None,
        "series_id": run.labels["series"].get(head.octavo.series or "") or None,
        "series_position": head.octavo.series_position,
        "planned_for": block.planned_for,
        "planned_from": planned[0], "planned_to": planned[1],
        **_moment("publish", block.publish), **_moment("unpublish", block.unpublish),
        **_moment("edit", block.edit),
        "stands_at": block.stands_at, "published_at": block.published_at,
        "live_at": block.live_at, "live_path": block.live_path,
        "created_at": block.created_at, "updated_at": block.updated_at,
    }  # fmt: skip


def _group(head: Head) -> str | None:
    if head.translations and not _GROUP.fullmatch(head.translations):
        raise RefusedFileError(f"{head.translations[:40]!r} cannot be a group of translations")
    return head.translations or None


def revision_values(
    run: Restoring, block: PieceBlock, file: TextFile, warnings: list[str]
) -> dict[str, Any]:
    """Answer the columns of a revision.

    Raises:
        RefusedFileError: its text, title or slug cannot be taken.
        InvalidInputError: a field cannot be used.
    """
    head, own = file.head, file.head.octavo
    body = clean_text(file.body, field="body")
    if len(body) > BODY_LIMIT:
        raise RefusedFileError(f"is longer than {BODY_LIMIT:,} characters")
    if len(head.title) > _MAX_TITLE or rules.check_slug(head.slug) != head.slug:
        raise RefusedFileError("its title or slug cannot be")
    for before, after in run.moved.items():
        body = body.replace(before, after)
    raw = _inward(run, own.fields, warnings)
    fields = msgspec.to_builtins(msgspec.convert(raw, FIELDS.get(block.kind, Plain), strict=False))
    return {
        "title": clean_text(head.title, field="title"), "slug": head.slug,
        "language": rules.check_language(head.lang),
        "canonical_url": rules.check_url(head.canonical, field="canonical"),
        "source_url": rules.check_url(head.source_url, field="source_url"),
        "excerpt": clean_text(head.summary, field="summary"),
        "tag_names": as_json(head.tags), "author_names": as_json(head.authors),
        "fields": as_json(check_fields(block.kind, fields)),
        "meta": as_json(_meta(run, head, warnings)),
        "extra": as_json(file.extra), "body": body,
        "created_at": own.saved_at or run.now,
    }  # fmt: skip


def as_json(value: object) -> str:
    """Answer the text of a column that holds JSON."""
    return msgspec.json.encode(value).decode()


def _check_consistent(block: PieceBlock, edits: dict[str, TextFile]) -> None:
    if block.is_live != (block.status == "published"):
        raise RefusedFileError("its status and what readers see contradict each other")
    if (block.status == "scheduled") != (block.publish is not None):
        raise RefusedFileError("its status and its time contradict each other")
    if ("planned" in edits) != (block.edit is not None) or (edits and not block.is_live):
        raise RefusedFileError("what is planned for it and its edits contradict each other")
    if block.status == "published" and (block.published_at is None or block.live_path is None):
        raise RefusedFileError("does not say when and where it was published")


def _meta(run: Restoring, head: Head, warnings: list[str]) -> Meta:
    own = head.octavo
    title = clean_text(head.meta_title, field="meta_title")
    description = clean_text(head.meta_description, field="meta_description")
    return Meta(
        cover=_cover(run, head, warnings),
        meta_title=title[:_MAX_TITLE],
        meta_description=description[:_MAX_META],
        featured=head.featured,
        series_id=run.labels["series"].get(own.series or "") or None,
        series_position=own.series_position,
    )


def _cover(run: Restoring, head: Head, warnings: list[str]) -> Cover | None:
    cover = head.octavo.cover
    if cover is None:
        return None
    if cover.media is None:
        return check_cover(Cover(url=cover.url, alt=cover.alt, caption=cover.caption))
    media_id = run.media.get(cover.media)
    if media_id is None:
        warnings.append(f"its cover {cover.media} is not in the export: left out")
        return None
    return check_cover(Cover(media_id=media_id or 1, alt=cover.alt, caption=cover.caption))


def _inward(run: Restoring, value: Any, warnings: list[str]) -> Any:
    """Answer fields with the ids of files in place of their paths."""
    if isinstance(value, list):
        items = [_inward(run, item, warnings) for item in value]
        return [item for item in items if item is not None]
    if not isinstance(value, dict):
        return value
    told: dict[str, Any] = {}
    for name, item in value.items():
        if name not in {"media", "poster_media"}:
            told[name] = _inward(run, item, warnings)
        elif item in run.media:
            told[f"{name}_id"] = run.media[item] or 1
        else:
            warnings.append(f"{item} is not in the export: left out")
            if name == "media":
                return None
    return told


def _moment(name: str, moment: Moment | None) -> dict[str, Any]:
    if moment is None:
        return {}
    zone_named(moment.zone)
    if len(moment.at) > _MAX_WALL or moment.fold not in {None, 0, 1}:
        raise RefusedFileError(f"the time of its {name} cannot be read")
    datetime.fromisoformat(moment.at)
    return {
        f"{name}_at": moment.at, f"{name}_zone": moment.zone, f"{name}_fold": moment.fold,
        f"{name}_instant": moment.instant,
    }  # fmt: skip
