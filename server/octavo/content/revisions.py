"""Revisions: what a piece said at each of its versions. They are added, never changed."""

from datetime import datetime
from typing import Literal

import msgspec

from octavo.accounts.schemas import Actor
from octavo.content import authors, tags
from octavo.content.drafts import Draft
from octavo.content.tables import PieceRow, RevisionRow

__all__ = ["put_at_head", "save"]


async def save(
    piece_id: int,
    number: int,
    draft: Draft,
    *,
    reason: Literal["created", "saved"],
    actor: Actor,
    now: datetime,
) -> int:
    """Store the draft as version `number` of a piece; answer the revision's id."""
    rows = await RevisionRow.insert(
        RevisionRow(
            piece_id=piece_id,
            number=number,
            reason=reason,
            created_at=now,
            created_by=actor.id if actor.kind == "user" else None,
            created_by_name=actor.name[:120],
            title=draft.title,
            slug=draft.slug,
            language=draft.language,
            canonical_url=draft.canonical_url,
            source_url=draft.source_url,
            excerpt=draft.excerpt,
            tag_names=_json([tag.name for tag in draft.tags]),
            author_names=_json([author.name for author in draft.authors]),
            fields=_json(draft.fields),
            meta=_json(draft.meta),
            body=draft.body,
        )
    ).returning(RevisionRow.id)
    return int(rows[0]["id"])


async def put_at_head(
    piece_id: int, number: int, draft: Draft, *, actor: Actor, now: datetime
) -> None:
    """Make the draft what writers see of a piece: its head revision, its tags and its authors."""
    revision_id = await save(piece_id, number, draft, reason="saved", actor=actor, now=now)
    await PieceRow.update({PieceRow.head_revision_id: revision_id}).where(PieceRow.id == piece_id)
    await tags.tag_piece(piece_id, draft.tags, live=False)
    await authors.sign_piece(piece_id, draft.authors, live=False)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
