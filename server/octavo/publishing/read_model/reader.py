"""Reads of the read model: what is live, in the order and the lists that readers see it.

A place near the newest end of a list is found by counting from that end, and nothing is ever
scanned whole.
"""

import sqlite3
from collections.abc import Iterator, Sequence

import msgspec

from octavo.content.schemas import AuthorRef, SeriesShown
from octavo.publishing.read_model.plan import HOME
from octavo.publishing.read_model.prepared import PieceDetail, PieceRecord, unpack_html
from octavo.publishing.read_model.state import State
from octavo.publishing.text.tongues import Front, is_own, language_slug

__all__ = ["RELATED_DEPTH", "ModelReader"]

_ALL = Front()
_RECORDS_KEPT = 4_000
RELATED_DEPTH = 8
"""How far back in a tag's list related pieces are looked for."""


class ModelReader:
    """Reads the model in an open state file; from one that stands `still` nothing need be read twice."""

    def __init__(
        self, state: State, *, zone: str, front: Front = _ALL, still: bool = False
    ) -> None:
        self._db: sqlite3.Connection = state.db
        self._zone = zone
        self.front = front
        self._keeps = _RECORDS_KEPT if still else 0
        self._records: dict[int, PieceRecord] = {}
        self._cursor: tuple[str, int, tuple[int, int]] | None = None

    def find(self, piece_id: int) -> tuple[PieceRecord, PieceDetail] | None:
        row = self._db.execute("SELECT ref, page FROM piece WHERE id = ?", (piece_id,)).fetchone()
        if row is None:
            return None
        return _decode_record(row[0]), _decode_detail(row[1])

    def record(self, piece_id: int) -> PieceRecord:
        known = self._records.get(piece_id)
        if known is None:
            row = self._db.execute("SELECT ref FROM piece WHERE id = ?", (piece_id,)).fetchone()
            known = _decode_record(row[0])
            if self._keeps:
                if len(self._records) >= self._keeps:
                    self._records.clear()
                self._records[piece_id] = known
        return known

    def source(self, piece_id: int) -> bytes | None:
        row = self._db.execute("SELECT source FROM piece WHERE id = ?", (piece_id,)).fetchone()
        return row[0] if row else None

    def html(self, piece_id: int) -> str:
        row = self._db.execute("SELECT html FROM body WHERE piece_id = ?", (piece_id,)).fetchone()
        return unpack_html(row[0]) if row else ""

    def tag(self, tag_id: int) -> tuple[str, str]:
        """Answer (name, slug)."""
        row = self._db.execute("SELECT name, slug FROM tag WHERE id = ?", (tag_id,)).fetchone()
        return row or ("", "")

    def author(self, author_id: int) -> AuthorRef:
        """Answer a byline; an empty one when nobody live bears it."""
        row = self._db.execute(
            "SELECT name, slug, bio, website FROM author WHERE id = ?", (author_id,)
        ).fetchone()
        name, slug, bio, website = row or ("", "", "", "")
        return AuthorRef(id=author_id, name=name, slug=slug, bio=bio, website=website)

    def series(self, series_id: int) -> SeriesShown | None:
        row = self._db.execute("SELECT * FROM series WHERE id = ?", (series_id,)).fetchone()
        if row is None:
            return None
        return SeriesShown(id=row[0], title=row[1], slug=row[2], description=row[3])

    def family(self, group: str) -> list[PieceRecord]:
        """Answer the live pieces of a group of translations, by id."""
        rows = self._db.execute(
            "SELECT ref FROM translation JOIN piece ON piece.id = piece_id"
            " WHERE family = ? ORDER BY piece_id",
            (group,),
        )
        return [_decode_record(ref) for (ref,) in rows]

    def count(self, name: str) -> int:
        row = self._db.execute("SELECT count FROM listing WHERE list = ?", (name,)).fetchone()
        return row[0] if row else 0

    def listings(self, prefix: str) -> list[tuple[str, int]]:
        """Answer the lists whose name begins with `prefix`, with their counts, by name."""
        return self._db.execute(
            "SELECT list, count FROM listing WHERE list >= ? AND list < ? AND count > 0 ORDER BY list",
            (prefix, prefix + "\U0010ffff"),
        ).fetchall()

    def has_tags(self) -> bool:
        return bool(self.listings("tag:"))

    def tags_by_name(self) -> list[tuple[int, str, str, int]]:
        """Answer (id, name, slug, count) of every tag in use, by name."""
        rows = self._db.execute(
            "SELECT tag.id, name, slug, count FROM tag"
            " JOIN listing ON listing.list = 'tag:' || tag.id WHERE count > 0"
        ).fetchall()
        return sorted(rows, key=lambda r: (r[1].casefold(), r[2], r[0]))

    def slice(self, name: str, start: int, count: int) -> list[int]:
        """Answer the ids of `count` pieces of a list, from the oldest, beginning with index `start`.

        Reading one slice after the other costs what the slices hold, wherever they lie.
        """
        if count <= 0:
            return []
        if self._cursor and self._cursor[:2] == (name, start):
            rows = self._db.execute(
                "SELECT place, piece_id FROM entry WHERE list = ? AND (place, piece_id) > (?, ?)"
                " ORDER BY place, piece_id LIMIT ?",
                (name, *self._cursor[2], count),
            ).fetchall()
        else:
            total = self.count(name)
            if start > total - start:
                return self._slice_from_newest(name, total - start - count, count)
            rows = self._db.execute(
                "SELECT place, piece_id FROM entry WHERE list = ?"
                " ORDER BY place, piece_id LIMIT ? OFFSET ?",
                (name, count, start),
            ).fetchall()
        if rows:
            self._cursor = (name, start + len(rows), rows[-1])
        return [piece_id for _, piece_id in rows]

    def newest(self, name: str, count: int) -> list[int]:
        """Answer the ids of the newest pieces of a list, newest first."""
        rows = self._db.execute(
            "SELECT piece_id FROM entry WHERE list = ? ORDER BY place DESC, piece_id DESC LIMIT ?",
            (name, count),
        )
        return [piece_id for (piece_id,) in rows]

    def _slice_from_newest(self, name: str, skip: int, count: int) -> list[int]:
        if skip < 0:
            count, skip = count + skip, 0
        rows = self._db.execute(
            "SELECT place, piece_id FROM entry WHERE list = ?"
            " ORDER BY place DESC, piece_id DESC LIMIT ? OFFSET ?",
            (name, count, skip),
        ).fetchall()
        if rows:
            self._cursor = (name, self.count(name) - skip, rows[0])
        return [piece_id for _, piece_id in reversed(rows)]

    def neighbours(self, record: PieceRecord, name: str = HOME) -> tuple[int | None, int | None]:
        """Answer the ids of the pieces before and after this one in a list."""
        before = self._beside(name, record, 1, older=True)
        after = self._beside(name, record, 1, older=False)
        return next(iter(before), None), next(iter(after), None)

    def related(self, record: PieceRecord, count: int) -> list[int]:
        """Answer older pieces in its language that share most tags with it, the newest of equals first.

        They are looked for among the last `RELATED_DEPTH` before it in the list of each tag: what is
        published later never changes what an old piece shows.
        """
        shared: dict[int, int] = {}
        for tag_id in dict.fromkeys(record.tag_ids):
            for other in self._beside(f"tag:{tag_id}", record, RELATED_DEPTH, older=True):
                shared[other] = shared.get(other, 0) + 1
        found = [other for other in map(self.record, shared) if self.is_same_tongue(other, record)]
        found.sort(key=lambda other: (shared[other.id], other.published, other.id), reverse=True)
        return [other.id for other in found[:count]]

    def is_same_tongue(self, one: PieceRecord, other: PieceRecord) -> bool:
        """Say whether who reads the one can read the other."""
        return self._tongue(one) == self._tongue(other)

    def _tongue(self, record: PieceRecord) -> str:
        own = is_own(record.language, self.front.language)
        return "" if own else language_slug(record.language)

    def _beside(self, name: str, record: PieceRecord, count: int, *, older: bool) -> list[int]:
        """Answer the next pieces of a list on one side of this one, the nearest first."""
        sign, word = ("<", "DESC") if older else (">", "ASC")
        rows = self._db.execute(
            f"SELECT piece_id FROM entry WHERE list = ? AND (place, piece_id) {sign} (?, ?)"  # noqa: S608 - fixed words
            f" ORDER BY place {word}, piece_id {word} LIMIT ?",
            (name, record.place_in(name), record.id, count),
        )
        return [piece_id for (piece_id,) in rows]

    def month_around(self, key: str) -> tuple[str | None, str | None]:
        """Answer the next older and the next newer month that holds a piece."""
        name = f"month:{key}"
        older = self._db.execute(
            "SELECT list FROM listing WHERE list < ? AND list >= 'month:' AND count > 0"
            " ORDER BY list DESC LIMIT 1",
            (name,),
        ).fetchone()
        newer = self._db.execute(
            "SELECT list FROM listing WHERE list > ? AND list < 'month;' AND count > 0"
            " ORDER BY list LIMIT 1",
            (name,),
        ).fetchone()
        return (
            older[0].removeprefix("month:") if older else None,
            newer[0].removeprefix("month:") if newer else None,
        )

    def owner_of(self, path: str) -> int | None:
        """Answer the piece that stands at `path`: the one with the lowest id, should two want it."""
        row = self._db.execute("SELECT min(id) FROM piece WHERE path = ?", (path,)).fetchone()
        return int(row[0]) if row[0] is not None else None

    def at_path(self, path: str) -> list[int]:
        return [i for (i,) in self._db.execute("SELECT id FROM piece WHERE path = ?", (path,))]

    def has_path_below(self, path: str) -> bool:
        """Say whether a piece stands at or below the folder `path`, which ends with a slash."""
        row = self._db.execute(
            "SELECT 1 FROM piece WHERE path >= ? AND path < ? LIMIT 1", (path, path[:-1] + "0")
        ).fetchone()
        return row is not None

    def standing_pages(self) -> list[int]:
        return [i for (i,) in self._db.execute("SELECT id FROM piece WHERE listed = 0 ORDER BY id")]

    def piece_ids(self) -> Iterator[int]:
        """Answer every piece, in the order of the blog."""
        return (i for (i,) in self._db.execute("SELECT id FROM piece ORDER BY published, id"))

    def last_id(self) -> int:
        """Answer the highest id of a live piece, 0 when there is none."""
        row = self._db.execute("SELECT max(id) FROM piece").fetchone()
        return row[0] or 0

    def between(self, first: int, end: int) -> list[tuple[PieceRecord, PieceDetail]]:
        """Answer the live pieces with ids from `first` to before `end`, by id."""
        rows = self._db.execute(
            "SELECT ref, page FROM piece WHERE id >= ? AND id < ? ORDER BY id", (first, end)
        )
        return [(_decode_record(ref), _decode_detail(page)) for ref, page in rows]

    def places(self, piece_ids: Sequence[int]) -> list[tuple[str, int, str]]:
        """Answer (path, last change, address of the cover) of pieces, for the sitemap."""
        query = "SELECT path, changed, ref FROM piece WHERE id = ?"
        rows = [self._db.execute(query, (i,)).fetchone() for i in piece_ids]
        return [(path, changed, _cover_in(ref)) for path, changed, ref in rows]

    def redirect(self, path: str) -> str | None:
        row = self._db.execute("SELECT target FROM redirect WHERE path = ?", (path,)).fetchone()
        return row[0] if row else None

    def first_redirect(self, file: str) -> str | None:
        """Answer which of the redirects that share a file has it."""
        return next(iter(self._redirects_of(file)), None)

    def _redirects_of(self, file: str) -> list[str]:
        rows = self._db.execute("SELECT path FROM redirect WHERE file = ? ORDER BY path", (file,))
        return [path for (path,) in rows]

    def redirects(self) -> Iterator[tuple[str, str]]:
        return iter(self._db.execute("SELECT path, target FROM redirect ORDER BY path"))

    def media(self) -> Iterator[str]:
        return (p for (p,) in self._db.execute("SELECT DISTINCT path FROM media_use"))

    def uses_media(self, path: str) -> bool:
        row = self._db.execute("SELECT 1 FROM media_use WHERE path = ? LIMIT 1", (path,)).fetchone()
        return row is not None


_decode_record = msgspec.msgpack.Decoder(PieceRecord).decode
_decode_detail = msgspec.msgpack.Decoder(PieceDetail).decode


def _cover_in(ref: bytes) -> str:
    cover = _decode_record(ref).cover
    return cover.url if cover is not None else ""
