"""Revisions against each other: compared, restored, merged into one."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.content import authors, queries, service
from octavo.content.apart import think
from octavo.content.comparing import Fuel, compare_texts
from octavo.content.errors import RevisionNotFoundError, StalePieceError
from octavo.content.merging import merge_names, merge_texts
from octavo.content.review.schemas import (
    Comparison,
    Conflict,
    FieldDifference,
    MergeProposal,
    RestoreIn,
)
from octavo.content.schemas import Piece, PiecePatch, Revision, RevisionSummary
from octavo.content.tables import RevisionRow
from octavo.kernel.db import transaction
from octavo.kernel.events import EventBus

__all__ = ["add_merge", "compare_revisions", "restore_revision"]

_TEXTS = ("title", "excerpt", "body")
# A piece stays where it is, in the site and in its series, when an older text comes back.
_KEPT = frozenset({"slug", "series_id", "series_position"})


async def compare_revisions(piece_id: int, from_id: int, to_id: int) -> Comparison:
    """Answer what changed from one revision of a piece to another, by word.

    Raises:
        PieceNotFoundError: there is no such piece.
        RevisionNotFoundError: the piece has no such revision.
    """
    old = _words_of(await queries.get_revision(piece_id, from_id))
    new = _words_of(await queries.get_revision(piece_id, to_id))
    fields = await think(lambda: _compared(old, new))
    return Comparison(piece_id=piece_id, from_id=from_id, to_id=to_id, fields=fields)


async def restore_revision(
    piece_id: int, data: RestoreIn, *, actor: Actor, now: datetime, bus: EventBus
) -> Piece:
    """Bring back the words of an older revision as a new one. The address stays as it is.

    Raises:
        PieceNotFoundError: there is no such piece.
        RevisionNotFoundError: the piece has no such revision.
        StalePieceError: it moved on; carries `current`.
        LockedError: it was approved, and the actor may not judge.
    """
    async with transaction():
        old = await queries.get_revision(piece_id, data.revision_id)
        bylines = await authors.ensure_authors(old.authors, now=now)
        known = set(PiecePatch.__struct_fields__) & set(_content_of(old)) - _KEPT
        values = {name: getattr(old, name) for name in known}
        if "fields" in values:
            now_has = (await queries.get_piece(piece_id)).fields
            values["fields"] = {key: old.fields[key] for key in now_has if key in old.fields}
        if bylines:
            values["author_ids"] = [byline.id for byline in bylines]
        patch = PiecePatch(version=data.version, **values)
        piece = await service.patch_piece(piece_id, patch, actor=actor, now=now, bus=bus)
        await RevisionRow.update({RevisionRow.reason: "restored"}).where(
            (RevisionRow.piece_id == piece_id) & (RevisionRow.number == piece.version)
        )
        subject, detail = f"piece:{piece_id}", {"revision_id": data.revision_id}
        await accounts.record(actor, "piece.restored", subject=subject, now=now, detail={**detail})
    return piece


async def add_merge(error: StalePieceError, patch: PiecePatch) -> StalePieceError:
    """Put a proposal into the conflict that joins both changes, if their base is known."""
    current = error.extra.get("current")
    if not isinstance(current, Piece) or patch.version > current.version:
        return error
    base = await _revision_at(current.id, patch.version)
    if base is not None:
        error.extra["merge"] = await think(lambda: propose(base, patch, current))
    return error


def propose(base: Revision, patch: PiecePatch, current: Piece) -> MergeProposal:
    """Answer both changes to `base` in one. Pure."""
    texts: dict[str, str] = {}
    conflicts: list[Conflict] = []
    for name in _TEXTS:
        old, theirs = getattr(base, name), getattr(current, name)
        given = getattr(patch, name)
        mine = old if given is UNSET else given.replace("\r\n", "\n").replace("\r", "\n")
        merged = merge_texts(old, mine, theirs)
        texts[name] = merged.text
        conflicts += [
            Conflict(field=name, **msgspec.structs.asdict(clash)) for clash in merged.clashes
        ]
    values, others = _merge_values(base, patch, current)
    conflicts += others
    return MergeProposal(
        base_revision_id=base.id, values=values, clean=not conflicts, conflicts=conflicts, **texts
    )


def _merge_values(
    base: Revision, patch: PiecePatch, current: Piece
) -> tuple[dict[str, Any], list[Conflict]]:
    """Answer the fields that are no texts: one side's where only it changed, else a conflict."""
    values: dict[str, Any] = {}
    conflicts: list[Conflict] = []
    for name in patch.__struct_fields__:
        mine = getattr(patch, name)
        if mine is UNSET or name in {"version", *_TEXTS}:
            continue
        theirs = _value_of(current, name)
        if name == "tags":
            values[name] = merge_names(base.tags, mine, theirs)
            continue
        # Not everything about a piece is kept with its revisions; what is not has no base.
        old = getattr(base, name, theirs)
        if name != "fields":
            values[name] = _merge_value(name, old, mine, theirs, conflicts)
            continue
        values[name] = {
            key: _merge_value(f"fields.{key}", old.get(key), value, theirs.get(key), conflicts)
            for key, value in mine.items()
        }
    return values, conflicts


def _merge_value(name: str, base: Any, mine: Any, theirs: Any, conflicts: list[Conflict]) -> Any:
    """Answer the value of the side that changed it; mine, and a conflict, if both did."""
    if mine == base:
        return theirs
    if theirs not in (base, mine):
        conflicts.append(Conflict(field=name, base=base, mine=mine, theirs=theirs))
    return mine


def _value_of(piece: Piece, name: str) -> Any:
    """Answer a field of a piece in the form in which a patch names it."""
    if name == "tags":
        return [tag.name for tag in piece.tags]
    if name == "author_ids":
        return [author.id for author in piece.authors]
    if name == "series_id":
        series = getattr(piece, "series", None)
        return None if series is None else series.id
    return getattr(piece, name, None)


async def _revision_at(piece_id: int, version: int) -> Revision | None:
    """Answer the text that the piece had at a version; moves make no revision."""
    row = await (
        RevisionRow.select(RevisionRow.id)
        .where((RevisionRow.piece_id == piece_id) & (RevisionRow.number <= version))
        .order_by(RevisionRow.number, ascending=False)
        .first()
    )
    return None if row is None else await _found(piece_id, row["id"])


async def _found(piece_id: int, revision_id: int) -> Revision | None:
    try:
        return await queries.get_revision(piece_id, revision_id)
    except RevisionNotFoundError:  # swept since
        return None


def _content_of(revision: Revision) -> list[str]:
    """Answer the names of what a revision holds, as against when and by whom it was made."""
    about = {*RevisionSummary.__struct_fields__} - {"title", "slug"}
    return [name for name in revision.__struct_fields__ if name not in about]


def _words_of(revision: Revision) -> dict[str, str]:
    words: dict[str, str] = {}
    for name in _content_of(revision):
        value = getattr(revision, name)
        if name == "fields":  # those of its kind, one by one
            words |= {f"fields.{key}": _as_words(value[key]) for key in value}
        else:
            words[name] = _as_words(value)
    return words


def _as_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2).decode()


def _compared(old: dict[str, str], new: dict[str, str]) -> list[FieldDifference]:
    fuel = Fuel()
    names = [*_TEXTS, *(name for name in {**old, **new} if name not in _TEXTS)]
    pairs = [(name, old.get(name, ""), new.get(name, "")) for name in names]
    return [
        _difference(name, before, after, fuel=fuel)
        for name, before, after in pairs
        if name in _TEXTS or before != after
    ]


def _difference(name: str, old: str, new: str, *, fuel: Fuel) -> FieldDifference:
    found = compare_texts(old, new, fuel=fuel)
    return FieldDifference(field=name, is_changed=old != new, grain=found.grain, runs=found.runs)
