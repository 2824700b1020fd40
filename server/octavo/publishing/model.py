"""The read model: what is live, in the order and the lists that readers see it.

Every change goes through here and says which pages it touches. Costs follow from the change: a
place near the newest end of a list is found by counting from that end, and nothing is ever scanned
whole.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

import msgspec

from octavo.content.schemas import AuthorRef, SeriesShown, TagRef
from octavo.publishing import dates
from octavo.publishing.plan import HOME, Touched, lists_of
from octavo.publishing.prepared import (
    PieceDetail,
    PieceRecord,
    Prepared,
    file_path,
    unpack_html,
)
from octavo.publishing.state import State

__all__ = ["RELATED_DEPTH", "Model"]

RELATED_DEPTH = 8
"""How far back in a tag's list related pieces are looked for."""


class Model:
    """Reads and changes the model in an open state file."""

    def __init__(self, state: State, *, zone: str) -> None:
        self._db: sqlite3.Connection = state.db
        self._zone = zone
        self._cursor: tuple[str, int, tuple[int, int]] | None = None

    # --- changes

    def put(self, prepared: Prepared, touched: Touched) -> bool:
        """Store a live piece; say whether it was not there before."""
        record, detail = prepared.record, prepared.detail
        self.put_tags(prepared.tags, touched)
        self.put_authors(prepared.authors, touched)
        self.put_series([prepared.series] if prepared.series else [], touched)
        old = self.find(record.id)
        listed = detail.kind != "page"
        month = dates.month_key(record.published, self._zone)
        self._store(prepared, listed=listed, month=month)
        touched.page(f"piece:{record.id}")
        touched.keys.add(f"piece:{record.id}")
        self._put_media(record.id, prepared.media, touched)
        if old is None or old[0] != record:
            touched.keys.add(f"ref:{record.id}")
        self._relist(record, old, listed=listed, month=month, touched=touched)
        if old is None or old[0].path != record.path:
            touched.path(record.path)
            if old is not None:
                touched.path(old[0].path)
        self._touch_sitemap(record, detail, old, listed=listed, month=month, touched=touched)
        return old is None

    def load(self, prepared: Sequence[Prepared]) -> None:
        """Store pieces into an empty model, as fast as it goes; `count_lists` must follow."""
        entries: list[tuple[str, int, int]] = []
        tags: dict[int, TagRef] = {}
        authors: dict[int, AuthorRef] = {}
        series: dict[int, SeriesShown] = {}
        for piece in prepared:
            record = piece.record
            month = dates.month_key(record.published, self._zone)
            listed = piece.detail.kind != "page"
            self._store(piece, listed=listed, month=month)
            if listed:
                entries += [(n, record.place_in(n), record.id) for n in lists_of(record, month)]
            tags.update((tag.id, tag) for tag in piece.tags)
            authors.update((author.id, author) for author in piece.authors)
            if piece.series is not None:
                series[piece.series.id] = piece.series
            if piece.media:
                self._db.executemany(
                    "INSERT OR IGNORE INTO media_use VALUES (?, ?)",
                    [(path, record.id) for path in piece.media],
                )
        self._db.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?)", entries)
        self.put_tags(tags.values(), Touched())
        self.put_authors(authors.values(), Touched())
        self.put_series(series.values(), Touched())

    def count_lists(self) -> None:
        self._db.execute("DELETE FROM listing")
        self._db.execute("INSERT INTO listing SELECT list, count(*) FROM entry GROUP BY list")

    def load_redirects(self, redirects: Sequence[tuple[str, str]]) -> None:
        rows = [(path, target, file_path(path)) for path, target in redirects]
        self._db.executemany("INSERT OR REPLACE INTO redirect VALUES (?, ?, ?)", rows)

    def recall(self, piece_id: int) -> Prepared | None:
        """Answer a piece as it was stored, None when it is not there."""
        found = self.find(piece_id)
        if found is None:
            return None
        record, detail = found
        (html,) = self._db.execute(
            "SELECT html FROM body WHERE piece_id = ?", (piece_id,)
        ).fetchone()
        media = self._db.execute("SELECT path FROM media_use WHERE piece_id = ?", (piece_id,))
        tags = [(i, *self.tag(i)) for i in record.tag_ids]
        authors = [(i, *self.author(i)) for i in record.author_ids]
        return Prepared(
            record=record,
            detail=detail,
            tags=[TagRef(id=i, name=name, slug=slug) for i, name, slug in tags],
            authors=[AuthorRef(id=i, name=n, slug=s, bio=b) for i, n, s, b in authors],
            series=self.series(record.series_id) if record.series_id else None,
            media=[path for (path,) in media],
            html=html,
            source=b"",
        )

    def remove(self, piece_id: int, touched: Touched) -> bool:
        """Take a piece out of everything; say whether it was there."""
        old = self.find(piece_id)
        touched.page(f"piece:{piece_id}")
        if old is None:
            return False
        record, detail = old
        month = dates.month_key(record.published, self._zone)
        listed = detail.kind != "page"
        if listed:
            for name in lists_of(record, month):
                self._delist(name, record, touched)
        else:
            touched.page("sitemap:pages")
        self._put_media(piece_id, [], touched)
        self._db.execute("DELETE FROM piece WHERE id = ?", (piece_id,))
        self._db.execute("DELETE FROM body WHERE piece_id = ?", (piece_id,))
        touched.keys |= {f"ref:{piece_id}", f"piece:{piece_id}"}
        touched.path(record.path)
        return True

    def put_tags(self, tags: Iterable[TagRef], touched: Touched) -> None:
        for tag in tags:
            known = self._db.execute(
                "SELECT name, slug FROM tag WHERE id = ?", (tag.id,)
            ).fetchone()
            if known == (tag.name, tag.slug):
                continue
            self._db.execute(
                "INSERT OR REPLACE INTO tag VALUES (?, ?, ?)", (tag.id, tag.name, tag.slug)
            )
            if known:
                touched.keys |= {f"tag:{tag.id}", "tag:*", *self._refs_in(f"tag:{tag.id}")}
                touched.renamed_list(f"tag:{tag.id}", self.count(f"tag:{tag.id}"))

    def put_authors(self, authors: Iterable[AuthorRef], touched: Touched) -> None:
        for author in authors:
            known = self._db.execute(
                "SELECT name, slug, bio FROM author WHERE id = ?", (author.id,)
            ).fetchone()
            if known == (author.name, author.slug, author.bio):
                continue
            self._db.execute(
                "INSERT OR REPLACE INTO author VALUES (?, ?, ?, ?)",
                (author.id, author.name, author.slug, author.bio),
            )
            if known and known[:2] != (author.name, author.slug):
                refs = self._refs_in(f"author:{author.id}")
                touched.keys |= {f"author:{author.id}", "author:*", *refs}
            if known:
                touched.renamed_list(f"author:{author.id}", self.count(f"author:{author.id}"))

    def put_series(self, series: Iterable[SeriesShown], touched: Touched) -> None:
        for one in series:
            known = self.series(one.id)
            if known == one:
                continue
            self._db.execute(
                "INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?)",
                (one.id, one.title, one.slug, one.description),
            )
            if known:
                name = f"series:{one.id}"
                touched.keys |= {name, "series:*"}
                touched.renamed_list(name, self.count(name))

    def put_redirect(self, path: str, target: str | None, touched: Touched) -> None:
        """Set where `path` leads; None: nowhere any more."""
        known = self.redirect(path)
        if known == target:
            return
        if target is None:
            self._db.execute("DELETE FROM redirect WHERE path = ?", (path,))
        else:
            row = (path, target, file_path(path))
            self._db.execute("INSERT OR REPLACE INTO redirect VALUES (?, ?, ?)", row)
        touched.page(f"redirect:{path}")
        for other in self._redirects_of(file_path(path)):
            touched.page(f"redirect:{other}")
        touched.page("redirects")
        touched.keys.add(f"at:{unquote(path).rstrip('/')}")

    # --- reads

    def find(self, piece_id: int) -> tuple[PieceRecord, PieceDetail] | None:
        row = self._db.execute("SELECT ref, page FROM piece WHERE id = ?", (piece_id,)).fetchone()
        if row is None:
            return None
        return _decode_record(row[0]), _decode_detail(row[1])

    def record(self, piece_id: int) -> PieceRecord:
        row = self._db.execute("SELECT ref FROM piece WHERE id = ?", (piece_id,)).fetchone()
        return _decode_record(row[0])

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

    def author(self, author_id: int) -> tuple[str, str, str]:
        """Answer (name, slug, bio)."""
        row = self._db.execute(
            "SELECT name, slug, bio FROM author WHERE id = ?", (author_id,)
        ).fetchone()
        return row or ("", "", "")

    def series(self, series_id: int) -> SeriesShown | None:
        row = self._db.execute("SELECT * FROM series WHERE id = ?", (series_id,)).fetchone()
        if row is None:
            return None
        return SeriesShown(id=row[0], title=row[1], slug=row[2], description=row[3])

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
        """Answer older pieces that share most tags with this one, the newest of equals first.

        They are looked for among the last `RELATED_DEPTH` before it in the list of each tag: what is
        published later never changes what an old piece shows.
        """
        shared: dict[int, int] = {}
        for tag_id in dict.fromkeys(record.tag_ids):
            for other in self._beside(f"tag:{tag_id}", record, RELATED_DEPTH, older=True):
                shared[other] = shared.get(other, 0) + 1
        order = dict(self._published(list(shared)))
        best = sorted(shared, key=lambda i: (shared[i], order[i], i), reverse=True)
        return best[:count]

    def _beside(self, name: str, record: PieceRecord, count: int, *, older: bool) -> list[int]:
        """Answer the next pieces of a list on one side of this one, the nearest first."""
        sign, word = ("<", "DESC") if older else (">", "ASC")
        rows = self._db.execute(
            f"SELECT piece_id FROM entry WHERE list = ? AND (place, piece_id) {sign} (?, ?)"  # noqa: S608 - fixed words
            f" ORDER BY place {word}, piece_id {word} LIMIT ?",
            (name, record.place_in(name), record.id, count),
        )
        return [piece_id for (piece_id,) in rows]

    def _published(self, piece_ids: Sequence[int]) -> list[tuple[int, int]]:
        query = "SELECT id, published FROM piece WHERE id = ?"
        return [self._db.execute(query, (i,)).fetchone() for i in piece_ids]

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

    def places(self, piece_ids: Sequence[int]) -> list[tuple[str, int]]:
        """Answer (path, last change) of pieces, for the sitemap."""
        query = "SELECT path, changed FROM piece WHERE id = ?"
        return [self._db.execute(query, (i,)).fetchone() for i in piece_ids]

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

    # --- inside

    def _store(self, prepared: Prepared, *, listed: bool, month: str) -> None:
        record, detail = prepared.record, prepared.detail
        self._db.execute(
            "INSERT OR REPLACE INTO piece VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.id, detail.kind, int(listed), record.published, detail.updated or record.published,
                month, record.path, _encode(record), _encode(detail), prepared.source,
            ),
        )  # fmt: skip
        self._db.execute("INSERT OR REPLACE INTO body VALUES (?, ?)", (record.id, prepared.html))

    def _refs_in(self, name: str) -> set[str]:
        """Answer the keys of what lists show of the pieces of a list."""
        rows = self._db.execute("SELECT piece_id FROM entry WHERE list = ?", (name,))
        return {f"ref:{piece_id}" for (piece_id,) in rows}

    def _relist(
        self,
        record: PieceRecord,
        old: tuple[PieceRecord, PieceDetail] | None,
        *,
        listed: bool,
        month: str,
        touched: Touched,
    ) -> None:
        wanted = _places(record, month) if listed else {}
        before: dict[str, int] = {}
        if old is not None and old[1].kind != "page":
            before = _places(old[0], dates.month_key(old[0].published, self._zone))
            for name in sorted(name for name, at in before.items() if wanted.get(name) != at):
                self._delist(name, old[0], touched)
        for name in sorted(name for name, at in wanted.items() if before.get(name) != at):
            self._enlist(name, record, touched)

    def _enlist(self, name: str, record: PieceRecord, touched: Touched) -> None:
        at = (record.place_in(name), record.id)
        total = self.count(name) + 1
        self._db.execute("INSERT INTO entry VALUES (?, ?, ?)", (name, *at))
        self._set_count(name, total)
        touched.list_change(
            name, rank=total - 1 - self._newer_than(name, at), before=total - 1, after=total
        )
        self._touch_around(name, record, touched, came_or_went=total == 1)

    def _delist(self, name: str, record: PieceRecord, touched: Touched) -> None:
        at = (record.place_in(name), record.id)
        total = self.count(name)
        rank = total - 1 - self._newer_than(name, at)
        self._touch_around(name, record, touched, came_or_went=total == 1)
        self._db.execute(
            "DELETE FROM entry WHERE list = ? AND place = ? AND piece_id = ?", (name, *at)
        )
        self._set_count(name, total - 1)
        touched.list_change(name, rank=rank, before=total, after=total - 1)

    def _touch_around(
        self, name: str, record: PieceRecord, touched: Touched, *, came_or_went: bool
    ) -> None:
        """The neighbours in an order link to the piece; those of a month, to the month."""
        self._cursor = None
        kind = name.partition(":")[0]
        if kind in {HOME, "series"}:
            for other in self.neighbours(record, name):
                if other is not None:
                    touched.page(f"piece:{other}")
        elif kind == "tag":  # later ones may show it, or one that stands back for it, as related
            for other in self._beside(name, record, RELATED_DEPTH, older=False):
                touched.page(f"piece:{other}")
        elif kind == "month" and came_or_went:
            for month in self.month_around(name.removeprefix("month:")):
                if month is not None:
                    touched.beside_month(month)

    def _set_count(self, name: str, count: int) -> None:
        self._db.execute(
            "INSERT INTO listing VALUES (?, ?) ON CONFLICT (list) DO UPDATE SET count = excluded.count",
            (name, count),
        )

    def _newer_than(self, name: str, at: tuple[int, int]) -> int:
        row = self._db.execute(
            "SELECT count(*) FROM entry WHERE list = ? AND (place, piece_id) > (?, ?)",
            (name, *at),
        ).fetchone()
        return int(row[0])

    def _put_media(self, piece_id: int, paths: Sequence[str], touched: Touched) -> None:
        rows = self._db.execute("SELECT path FROM media_use WHERE piece_id = ?", (piece_id,))
        known = {path for (path,) in rows}
        for path in known ^ set(paths):
            touched.page(f"media:{path}")
        if known != set(paths):
            self._db.execute("DELETE FROM media_use WHERE piece_id = ?", (piece_id,))
            self._db.executemany(
                "INSERT INTO media_use VALUES (?, ?)", [(path, piece_id) for path in set(paths)]
            )

    def _touch_sitemap(
        self,
        record: PieceRecord,
        detail: PieceDetail,
        old: tuple[PieceRecord, PieceDetail] | None,
        *,
        listed: bool,
        month: str,
        touched: Touched,
    ) -> None:
        if not listed or (old is not None and old[1].kind == "page"):
            touched.page("sitemap:pages")
        if listed and old and (old[0].path, old[1].updated) != (record.path, detail.updated):
            name = f"month:{month}"
            at = (record.published, record.id)
            touched.sitemap_place(month, self.count(name) - 1 - self._newer_than(name, at))


_encode = msgspec.msgpack.Encoder().encode
_decode_record = msgspec.msgpack.Decoder(PieceRecord).decode
_decode_detail = msgspec.msgpack.Decoder(PieceDetail).decode


def _places(record: PieceRecord, month: str) -> dict[str, int]:
    """Answer the lists that a piece stands in, and what orders it there."""
    return {name: record.place_in(name) for name in lists_of(record, month)}
