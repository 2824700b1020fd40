"""Changes of the read model: every one goes through here and says which pages it touches.

Costs follow from the change, and nothing is ever scanned whole.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

import msgspec

from octavo.content.schemas import AuthorRef, SeriesShown, TagRef
from octavo.publishing.read_model.plan import HOME, Touched, lists_of
from octavo.publishing.read_model.prepared import PieceDetail, PieceRecord, Prepared, file_path
from octavo.publishing.read_model.reader import RELATED_DEPTH, ModelReader
from octavo.publishing.search import layout
from octavo.publishing.text import dates

__all__ = ["Model"]


class Model(ModelReader):
    """Changes the model in an open state file; a change says which pages it touches."""

    def put(self, prepared: Prepared, touched: Touched) -> bool:
        """Store a live piece; say whether it was not there before."""
        record, detail = prepared.record, prepared.detail
        self.put_tags(prepared.tags, touched)
        self.put_authors(prepared.authors, touched)
        self.put_series([prepared.series] if prepared.series else [], touched)
        old, last = self.find(record.id), self.last_id()
        listed = detail.kind != "page"
        month = dates.month_key(record.published, self._zone)
        self._store(prepared, listed=listed, month=month)
        self._touch_search(record.id, last, touched)
        touched.page(f"piece:{record.id}")
        touched.keys.add(f"piece:{record.id}")
        self._put_media(record.id, prepared.media, touched)
        self._put_family(record, old and old[0], touched)
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
        families: list[tuple[str, int]] = []
        tags: dict[int, TagRef] = {}
        authors: dict[int, AuthorRef] = {}
        series: dict[int, SeriesShown] = {}
        for piece in prepared:
            record = piece.record
            month = dates.month_key(record.published, self._zone)
            listed = piece.detail.kind != "page"
            self._store(piece, listed=listed, month=month)
            if listed:
                entries += [
                    (n, record.place_in(n), record.id) for n in self._lists_of(record, month)
                ]
            if record.group:
                families.append((record.group, record.id))
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
        self._db.executemany("INSERT OR IGNORE INTO translation VALUES (?, ?)", families)
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
        return Prepared(
            record=record,
            detail=detail,
            tags=[TagRef(id=i, name=name, slug=slug) for i, name, slug in tags],
            authors=[self.author(i) for i in record.author_ids],
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
        last = self.last_id()
        month = dates.month_key(record.published, self._zone)
        listed = detail.kind != "page"
        if listed:
            for name in self._lists_of(record, month):
                self._delist(name, record, touched)
        else:
            touched.standing_pages()
        self._put_media(piece_id, [], touched)
        self._put_family(None, record, touched)
        self._db.execute("DELETE FROM piece WHERE id = ?", (piece_id,))
        self._db.execute("DELETE FROM body WHERE piece_id = ?", (piece_id,))
        self._touch_search(piece_id, last, touched)
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
            known = self.author(author.id)
            if known == author:
                continue
            self._db.execute(
                "INSERT OR REPLACE INTO author VALUES (?, ?, ?, ?, ?)",
                (author.id, author.name, author.slug, author.bio, author.website),
            )
            if not known.slug:
                continue
            if (known.name, known.slug) != (author.name, author.slug):
                refs = self._refs_in(f"author:{author.id}")
                touched.keys |= {f"author:{author.id}", "author:*", *refs}
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

    def _touch_search(self, piece_id: int, last_before: int, touched: Touched) -> None:
        last = self.last_id()
        touched.pages |= layout.pages_of(piece_id, max(last, last_before))
        touched.pages |= layout.pages_moved(last_before, last)

    def _lists_of(self, record: PieceRecord, month: str) -> list[str]:
        return lists_of(record, month, self.front)

    def _places(self, record: PieceRecord, month: str) -> dict[str, int]:
        """Answer the lists that a piece stands in, and what orders it there."""
        return {name: record.place_in(name) for name in self._lists_of(record, month)}

    def _put_family(
        self, record: PieceRecord | None, old: PieceRecord | None, touched: Touched
    ) -> None:
        """Translations show each other's language and address."""
        now, before = ((r.group, r.language, r.path) if r else _ALONE for r in (record, old))
        if now == before or not (now[0] or before[0]):
            return
        touched.keys |= {f"family:{group}" for group in (now[0], before[0]) if group}
        if old is not None and before[0]:
            place = (before[0], old.id)
            self._db.execute("DELETE FROM translation WHERE family = ? AND piece_id = ?", place)
        if record is not None and now[0]:
            place = (now[0], record.id)
            self._db.execute("INSERT OR IGNORE INTO translation VALUES (?, ?)", place)

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
        wanted = self._places(record, month) if listed else {}
        before: dict[str, int] = {}
        if old is not None and old[1].kind != "page":
            before = self._places(old[0], dates.month_key(old[0].published, self._zone))
            for name in sorted(name for name, at in before.items() if wanted.get(name) != at):
                self._delist(name, old[0], touched)
        for name in sorted(name for name, at in wanted.items() if before.get(name) != at):
            self._enlist(name, record, touched)
        if old is not None and not self.is_same_tongue(old[0], record):
            for name in sorted(name for name in wanted if name.startswith("tag:")):
                self._touch_around(name, record, touched, came_or_went=False)

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
        if kind in {HOME, "series", "language"}:
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
            touched.standing_pages()
        if listed and old and _in_sitemap(*old) != _in_sitemap(record, detail):
            name = f"month:{month}"
            at = (record.published, record.id)
            touched.sitemap_place(month, self.count(name) - 1 - self._newer_than(name, at))


_encode = msgspec.msgpack.Encoder().encode
_ALONE = ("", "", "")


def _in_sitemap(record: PieceRecord, detail: PieceDetail) -> tuple[str, int | None, str]:
    """Answer what the sitemap says of a piece."""
    return record.path, detail.updated, record.cover.url if record.cover else ""
