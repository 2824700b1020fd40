"""What readers see of a piece: a revision put before them, or taken away again.

Every write is one conditional UPDATE on the version that was read, so that of two people (or two
workers) at the same piece one succeeds and the other learns about it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.content import authors, fields, queries, redirects, rules, tags
from octavo.content.errors import PieceNotFoundError, wrong
from octavo.content.events import LiveState, PiecePublished, PieceWithdrawn, RedirectsChanged
from octavo.content.schemas import AuthorRef, TagRef
from octavo.content.tables import PieceAuthorRow, PieceRow, PieceTagRow, RevisionRow
from octavo.kernel.events import EventBus
from octavo.kernel.walltime import zone_named

__all__ = [
    "NO_EDIT", "NO_END", "NO_TIME", "STATE", "Shown", "check_ready", "head_of", "publish", "set_aside",
    "state_of", "write",
]  # fmt: skip

Row = dict[str, Any]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What readers are to see: a revision, its slug, its tags and bylines in their order."""

    revision_id: int
    slug: str
    tags: Sequence[TagRef]
    authors: Sequence[AuthorRef]


STATE = (
    PieceRow.id,
    PieceRow.kind,
    PieceRow.status,
    PieceRow.title,
    PieceRow.slug,
    PieceRow.path,
    PieceRow.version,
    PieceRow.planned_from,
    PieceRow.publish_at,
    PieceRow.publish_instant,
    PieceRow.unpublish_instant,
    PieceRow.edit_revision_id,
    PieceRow.edit_instant,
    PieceRow.edit_refs,
    PieceRow.published_at,
    PieceRow.live_path,
    PieceRow.head_revision_id,
    PieceRow.live_revision_id,
    PieceRow.created_by,
    PieceRow.created_at,
)


async def state_of(piece_id: int) -> Row:
    """Answer a piece as moves look at it.

    Raises:
        PieceNotFoundError: there is none of that id.
    """
    row = await PieceRow.select(*STATE).where(PieceRow.id == piece_id).first()
    if row is None:
        raise PieceNotFoundError(f"there is no piece {piece_id}")
    return row


async def head_of(row: Row) -> Shown:
    """Answer what its writers see of a piece."""
    piece_id = row["id"]
    return Shown(
        revision_id=row["head_revision_id"],
        slug=row["slug"],
        tags=(await queries.tags_of([piece_id])).get(piece_id, []),
        authors=(await queries.authors_of([piece_id])).get(piece_id, []),
    )


async def check_ready(row: Row, *, at: datetime) -> None:
    """Pass if the head revision of a piece has what readers need at that time.

    Raises:
        InvalidInputError: something is missing, or the piece leaves before it comes.
    """
    text = await (
        RevisionRow.select(
            RevisionRow.title, RevisionRow.body, RevisionRow.source_url, RevisionRow.fields
        )
        .where(RevisionRow.id == row["head_revision_id"])
        .first()
    )
    if text is None:  # not while foreign keys hold
        raise PieceNotFoundError(f"piece {row['id']} has no text")
    text["fields"] = fields.fields_from(row["kind"], text["fields"])
    fields.check_ready(row["kind"], **text, now=at)
    if row["unpublish_instant"] is not None and row["unpublish_instant"] <= at:
        raise wrong(
            "unpublish_at", "readers would never see it: it is taken away before", code="past"
        )


async def publish(
    row: Row, shown: Shown, *, published_at: datetime, scheduled: bool, now: datetime, bus: EventBus
) -> bool:
    """Put a revision before readers; answer False if the piece moved on meanwhile."""
    piece_id = row["id"]
    path = await _path_at(row, shown.slug, published_at)
    await PieceRow.update({PieceRow.live_path: None}).where(
        (PieceRow.live_path == path)
        & (PieceRow.id != piece_id)
        & PieceRow.live_revision_id.is_null()
    )
    live_at = now if row["published_at"] else published_at
    changes = _put_live(row, shown, path, published_at=published_at, live_at=live_at)
    if not await write(row, changes if scheduled else changes | NO_TIME, now=now):
        return False
    previous = await _live_state(row)
    await tags.tag_piece(piece_id, shown.tags, live=True)
    await authors.sign_piece(piece_id, shown.authors, live=True)
    await _mend_redirects(row, path, now=now, bus=bus)
    await bus.announce(
        PiecePublished(
            piece_id=piece_id,
            kind=row["kind"],
            revision_id=shown.revision_id,
            first=row["published_at"] is None,
            path=path,
            published_at=published_at,
            live_at=live_at,
            tag_ids=tuple(ref.id for ref in shown.tags),
            author_ids=tuple(byline.id for byline in shown.authors),
            previous=previous,
        )
    )
    return True


def _put_live(
    row: Row, shown: Shown, path: str, *, published_at: datetime, live_at: datetime
) -> dict[Any, Any]:
    """Answer what changes in the row of a piece when this revision stands before readers."""
    changes: dict[Any, Any] = {
        PieceRow.status: "published",
        PieceRow.live_revision_id: shown.revision_id,
        PieceRow.live_at: live_at,
        PieceRow.live_path: path,
        PieceRow.published_at: published_at,
        PieceRow.stands_at: published_at,
        **NO_EDIT,
    }
    if shown.revision_id == row["head_revision_id"]:
        changes[PieceRow.path] = path
    return changes


NO_TIME: dict[Any, Any] = {
    PieceRow.publish_at: None,
    PieceRow.publish_zone: None,
    PieceRow.publish_fold: None,
    PieceRow.publish_instant: None,
}
NO_EDIT: dict[Any, Any] = {
    PieceRow.edit_revision_id: None,
    PieceRow.edit_at: None,
    PieceRow.edit_zone: None,
    PieceRow.edit_fold: None,
    PieceRow.edit_instant: None,
    PieceRow.edit_refs: "{}",
}
NO_END: dict[Any, Any] = {
    PieceRow.unpublish_at: None,
    PieceRow.unpublish_zone: None,
    PieceRow.unpublish_fold: None,
    PieceRow.unpublish_instant: None,
}


async def set_aside(row: Row, status: str, *, now: datetime, bus: EventBus) -> bool:
    """Move a piece to a state in which readers do not see it and no time is set."""
    previous = await _live_state(row)
    place = rules.stands_at(
        published_at=row["published_at"],
        publish_instant=None,
        planned_from=row["planned_from"],
        created_at=row["created_at"],
    )
    changes = {
        **NO_TIME,
        **NO_EDIT,
        **(NO_END if previous is not None or status == "archived" else {}),
        PieceRow.status: status,
        PieceRow.live_revision_id: None,
        PieceRow.stands_at: place,
    }
    if not await write(row, changes, now=now):
        return False
    if previous is not None:
        await tags.tag_piece(row["id"], [], live=True)
        await authors.sign_piece(row["id"], [], live=True)
        await _announce_withdrawn(row, previous, bus=bus)
    return True


async def _announce_withdrawn(row: Row, previous: LiveState, *, bus: EventBus) -> None:
    await bus.announce(
        PieceWithdrawn(
            piece_id=row["id"],
            kind=row["kind"],
            path=previous.path,
            published_at=previous.published_at,
            tag_ids=previous.tag_ids,
            author_ids=previous.author_ids,
        )
    )
    paths = await redirects.paths_leading_to(row["id"], via=[previous.path])
    if paths:
        await bus.announce(RedirectsChanged(paths=tuple(paths)))


async def _mend_redirects(row: Row, path: str, *, now: datetime, bus: EventBus) -> None:
    """Let no redirect stand where the page now is, and lead the old address here."""
    old = row["live_path"] if row["live_path"] != path else None
    changed = await redirects.clear_way(path)
    if old is not None:
        await redirects.lead_to_piece([old], piece_id=row["id"], reason="moved", now=now)
    if old is not None or row["live_revision_id"] is None:
        changed += await redirects.paths_leading_to(row["id"], via=[old])
    if changed:
        await bus.announce(RedirectsChanged(paths=tuple(dict.fromkeys(changed))))


async def _live_state(row: Row) -> LiveState | None:
    """Answer what readers see of the piece, or None when they see nothing."""
    if row["live_revision_id"] is None:
        return None
    mine_tag = (PieceTagRow.piece_id == row["id"]) & (PieceTagRow.live == True)  # noqa: E712 - SQL
    mine_author = (PieceAuthorRow.piece_id == row["id"]) & (
        PieceAuthorRow.live == True  # noqa: E712 - SQL
    )
    tag_rows = await (
        PieceTagRow.select(PieceTagRow.tag_id).where(mine_tag).order_by(PieceTagRow.position)
    )
    author_rows = await (
        PieceAuthorRow.select(PieceAuthorRow.author_id)
        .where(mine_author)
        .order_by(PieceAuthorRow.position)
    )
    return LiveState(
        path=row["live_path"],
        published_at=row["published_at"],
        tag_ids=tuple(item["tag_id"] for item in tag_rows),
        author_ids=tuple(item["author_id"] for item in author_rows),
    )


async def write(row: Row, changes: dict[Any, Any], *, now: datetime) -> bool:
    """Write the changes if the piece is as it was read."""
    done = await (
        PieceRow.update({**changes, PieceRow.version: row["version"] + 1, PieceRow.updated_at: now})
        .where(
            (PieceRow.id == row["id"])
            & (PieceRow.version == row["version"])
            & (PieceRow.status == row["status"])
        )
        .returning(PieceRow.id)
    )
    return bool(done)


async def _path_at(row: Row, slug: str, published_at: datetime) -> str:
    organisation = await accounts_q.get_organisation()
    day = published_at.astimezone(zone_named(organisation.zone)).date()
    return rules.path_of(row["kind"], slug, pattern=organisation.post_path, day=day)
