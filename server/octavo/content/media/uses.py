"""Which revisions use which files: a table that follows the revisions.

A revision is noted in the transaction that saves it; those of before, and of whoever saves without
saying so, are noted by the next who asks. So the table is never behind an answer made from it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec

from octavo.content.media.schemas import MediaUsage
from octavo.content.tables import MediaRow, MediaUseRow, RevisionRow
from octavo.kernel.db import fetch, transaction
from octavo.kernel.storage import is_name

_ADDRESS = re.compile(r"/media/([^\s\"'<>()\[\]?#\\]{1,400})")
_AT_ONCE = 20  # a body may have 10 MB
_CHUNK = 200
_DEPTH = 12
_JOINS = "JOIN piece_revision r ON r.id = u.revision_id JOIN piece p ON p.id = r.piece_id"
_PRESENT = "u.revision_id IN (p.head_revision_id, p.live_revision_id, p.edit_revision_id)"

Places = dict[str, set[str]]


async def note_piece(piece_id: int) -> None:
    """Note what the new revisions of a piece use; inside the transaction that saves them."""
    await _note("piece_id = {}", piece_id)


async def note_pieces(piece_ids: Sequence[int]) -> None:
    """Note what the new revisions of these pieces use; inside the transaction that saves them."""
    for start in range(0, len(piece_ids), _CHUNK):
        part = piece_ids[start : start + _CHUNK]
        await _note(f"piece_id IN ({', '.join(['{}'] * len(part))})", *part)


def may_use_media(*, body: str, fields: str, meta: str) -> bool:
    """Say whether a revision, by its columns, may name a file: most name none."""
    return "/media/" in body or "media" in fields or "media" in meta


async def note_all() -> None:
    """Note what is not noted yet; costs one look at an index when that is nothing."""
    while await fetch("SELECT 1 AS one FROM piece_revision WHERE NOT media_noted LIMIT 1"):
        async with transaction():
            await _note("1 = {}", 1)


async def usages_of(media_id: int) -> list[MediaUsage]:
    """Answer the pieces that use a file, by title; at most 1,000."""
    await note_all()
    rows = await fetch(
        "SELECT p.id AS piece_id, p.title, p.kind, p.status, u.place,"  # noqa: S608 - our own names
        " u.revision_id = p.head_revision_id AS draft, u.revision_id = p.live_revision_id AS live,"
        " u.revision_id = p.edit_revision_id AS planned"
        f" FROM media_use u {_JOINS} WHERE u.media_id = " + "{}"
        f" AND {_PRESENT} ORDER BY p.title, p.id, u.place LIMIT 9000",
        media_id,
    )
    found: dict[int, tuple[dict[str, Any], dict[str, None], dict[str, None]]] = {}
    for row in rows:
        _, texts, places = found.setdefault(row["piece_id"], (row, {}, {}))
        texts |= {name: None for name in ("draft", "live", "planned") if row[name]}
        places[row["place"]] = None
    return [
        MediaUsage(
            piece_id=row["piece_id"],
            title=row["title"],
            kind=row["kind"],
            status=row["status"],
            texts=list(texts),  # type: ignore[arg-type]  # the names above
            places=list(places),  # type: ignore[arg-type]  # as stored
        )
        for row, texts, places in list(found.values())[:1_000]
    ]


async def live_pieces(media_id: int) -> list[int]:
    """Answer the pieces whose readers see a file."""
    await note_all()
    rows = await fetch(
        f"SELECT DISTINCT p.id FROM media_use u {_JOINS}"  # noqa: S608 - our own names
        " WHERE u.media_id = {} AND u.revision_id = p.live_revision_id ORDER BY p.id",
        media_id,
    )
    return [row["id"] for row in rows]


async def count_pieces(media_ids: Sequence[int]) -> dict[int, int]:
    """Answer how many pieces use each of these files; those that none uses are left out."""
    if not media_ids:
        return {}
    places = ", ".join(["{}"] * len(media_ids))
    rows = await fetch(
        "SELECT u.media_id, count(DISTINCT p.id) AS pieces"  # noqa: S608 - our own names
        f" FROM media_use u {_JOINS} WHERE u.media_id IN ({places}) AND {_PRESENT}"
        " GROUP BY u.media_id",
        *media_ids,
    )
    return {row["media_id"]: row["pieces"] for row in rows}


def unused_condition() -> str:
    """Answer the SQL that holds for rows of `media` that no piece uses."""
    return (
        f"NOT EXISTS (SELECT 1 FROM media_use u {_JOINS}"  # noqa: S608 - our own names
        f" WHERE u.media_id = media.id AND {_PRESENT})"
    )


async def _note(condition: str, *values: int) -> None:
    """Note the revisions that the condition holds for, a few at a time."""
    await fetch(
        "UPDATE piece_revision SET media_noted = TRUE"  # noqa: S608 - our own names
        f" WHERE NOT media_noted AND {condition} AND body NOT LIKE '%/media/%'"
        " AND fields NOT LIKE '%media%' AND meta NOT LIKE '%media%'",
        *values,
    )
    query = (
        "SELECT id, body, fields, meta FROM piece_revision WHERE NOT media_noted"  # noqa: S608
        f" AND {condition} ORDER BY id LIMIT {_AT_ONCE}"
    )
    while rows := await fetch(query, *values):
        await _store([(row["id"], _references(row)) for row in rows])
        await RevisionRow.update({RevisionRow.media_noted: True}).where(
            RevisionRow.id.is_in([row["id"] for row in rows])
        )


async def _store(found: list[tuple[int, "_References"]]) -> None:
    by_path = await _ids_by_path(sorted({p for _, refs in found for p in refs.paths}))
    existing = await _existing(sorted({i for _, refs in found for i in refs.ids}))
    uses = {
        (revision_id, media_id, place)
        for revision_id, refs in found
        for media_id, place in [
            *((by_path[path], place) for path, places in refs.paths.items() for place in places
              if path in by_path),
            *((i, place) for i, places in refs.ids.items() for place in places if i in existing),
        ]
    }  # fmt: skip
    rows = [
        MediaUseRow(revision_id=revision_id, media_id=media_id, place=place)
        for revision_id, media_id, place in sorted(uses)
    ]
    for start in range(0, len(rows), _CHUNK):
        await MediaUseRow.insert(*rows[start : start + _CHUNK]).on_conflict(
            target=(MediaUseRow.revision_id, MediaUseRow.media_id, MediaUseRow.place),
            action="DO NOTHING",
        )


async def _ids_by_path(paths: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(paths), _CHUNK):
        rows = await MediaRow.select(MediaRow.id, MediaRow.path).where(
            MediaRow.path.is_in(list(paths[start : start + _CHUNK]))
        )
        found |= {row["path"]: row["id"] for row in rows}
    return found


async def _existing(media_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(media_ids), _CHUNK):
        part = list(media_ids[start : start + _CHUNK])
        rows = await MediaRow.select(MediaRow.id).where(MediaRow.id.is_in(part))
        found |= {row["id"] for row in rows}
    return found


class _References:
    """The files that a revision names, by address and by id, each with where."""

    def __init__(self) -> None:
        self.paths: Places = {}
        self.ids: dict[int, set[str]] = {}

    def add_text(self, text: str, place: str) -> None:
        for address in _ADDRESS.findall(text):
            for path in {address, unquote(address), address.rstrip(".,;:!")}:
                if is_name(path):  # not every text is a name that a database takes
                    self.paths.setdefault(path, set()).add(place)

    def add_values(self, value: object, place: str) -> None:
        for key, inner, inner_place in _walk(value, place, _DEPTH):
            if isinstance(inner, str):
                self.add_text(inner, inner_place)
            elif isinstance(inner, int) and key.endswith("media_id") and 0 < inner < 2**31:
                self.ids.setdefault(inner, set()).add(inner_place)


def _references(row: dict[str, Any]) -> _References:
    found = _References()
    found.add_text(row["body"], "body")
    for name in ("fields", "meta"):
        found.add_values(msgspec.json.decode(row[name] or "{}"), "fields")
    return found


def _walk(
    value: object, place: str, depth: int, key: str = ""
) -> Iterator[tuple[str, object, str]]:
    """Answer every plain value with the key it stands under; what is below `cover` is the cover."""
    if isinstance(value, dict) and depth:
        for name, inner in value.items():
            yield from _walk(inner, "cover" if name == "cover" else place, depth - 1, name)
    elif isinstance(value, list) and depth:
        for inner in value:
            yield from _walk(inner, place, depth - 1, key)
    else:
        yield key, value, place
