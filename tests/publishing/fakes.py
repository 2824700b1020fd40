"""A library of pieces in memory, and a change log beside it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from octavo.accounts.schemas import NavLink, Organisation
from octavo.content.schemas import AuthorRef, PublishedPiece, Redirect, SeriesShown, TagRef
from octavo.kernel.settings import Settings
from octavo.publishing.building.builder import Site
from octavo.publishing.building.changes import SETTINGS, LoggedChange
from octavo.publishing.cards.queries import SITE
from octavo.publishing.read_model.facts import CtaSpec, FileFacts, files_wanted

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ORGANISATION = Organisation(
    name="The Folio",
    tagline="Eight leaves a day",
    description="Notes of a small press.",
    zone="Europe/Madrid",
    locale="en",
    post_path="/{slug}/",
    nav=[NavLink(label="Archive", url="/archive/")],
    theme={},
    blocking_checks=[],
    version=1,
)


def make_piece(piece_id: int, **changed: object) -> PublishedPiece:
    fields: dict[str, object] = {
        "id": piece_id,
        "kind": "post",
        "revision_id": piece_id,
        "title": f"Piece {piece_id}",
        "slug": f"piece-{piece_id}",
        "path": f"/piece-{piece_id}/",
        "body": f"The text of piece {piece_id}.",
        "excerpt": "",
        "language": "",
        "published_at": datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=piece_id),
        "updated_at": None,
        "tags": [],
        "authors": [],
        "canonical_url": None,
        "source": None,
    }
    return PublishedPiece(**(fields | changed))  # type: ignore[arg-type]


def tag(tag_id: int, name: str = "") -> TagRef:
    name = name or f"Tag {tag_id}"
    return TagRef(id=tag_id, name=name, slug=name.lower().replace(" ", "-"))


def author(author_id: int, name: str = "", bio: str = "", website: str = "") -> AuthorRef:
    name = name or f"Author {author_id}"
    slug = name.lower().replace(" ", "-")
    return AuthorRef(id=author_id, name=name, slug=slug, bio=bio, website=website)


def series(series_id: int, title: str = "") -> SeriesShown:
    title = title or f"Series {series_id}"
    slug = title.lower().replace(" ", "-")
    return SeriesShown(id=series_id, title=title, slug=slug, description=f"About {title}.")


def file(file_id: int, **changed: object) -> FileFacts:
    fields: dict[str, object] = {
        "id": file_id,
        "path": f"f{file_id}.png",
        "url": f"/media/f{file_id}.png",
        "mime": "image/png",
        "width": 160,
        "height": 90,
    }
    return FileFacts(**(fields | changed))  # type: ignore[arg-type]


def cta(slug: str, label: str = "") -> CtaSpec:
    return CtaSpec(
        slug=slug,
        label=label or slug.title(),
        action="subscribe",
        blog_path=f"/go/b{slug}",
        feed_path=f"/go/f{slug}",
    )


class FakeLibrary:
    """The port `Library`, in memory; change the dicts and mark the keys in the log."""

    def __init__(self, pieces: Sequence[PublishedPiece] = ()) -> None:
        self.live = {piece.id: piece for piece in pieces}
        self.ctas_of: dict[int, list[CtaSpec]] = {}
        self.files_now: dict[int, FileFacts] = {}
        self.cards_now: dict[int, str] = {}
        self.leads: dict[str, str] = {}
        self.organisation_now = ORGANISATION

    async def organisation(self) -> Organisation:
        return self.organisation_now

    async def count(self) -> int:
        return len(self.live)

    async def page(
        self, after: tuple[datetime, int] | None, limit: int
    ) -> Sequence[PublishedPiece]:
        ordered = sorted(self.live.values(), key=lambda p: (p.published_at, p.id))
        return [p for p in ordered if after is None or (p.published_at, p.id) > after][:limit]

    async def pieces(self, ids: Sequence[int]) -> Sequence[PublishedPiece]:
        return [self.live[i] for i in ids if i in self.live]

    async def ctas(self, ids: Sequence[int]) -> dict[int, list[CtaSpec]]:
        return {i: self.ctas_of[i] for i in ids if i in self.ctas_of}

    async def files(self, ids: Sequence[int], paths: Sequence[str]) -> list[FileFacts]:
        return [f for f in self.files_now.values() if f.id in ids or f.path in paths]

    async def cards(self, ids: Sequence[int]) -> dict[int, str]:
        return {i: path for i, path in self.cards_now.items() if i in ids}

    async def site_card(self) -> str:
        return self.cards_now.get(SITE, "")

    async def redirects_page(self, after: str | None, limit: int) -> Sequence[Redirect]:
        paths = sorted(path for path in self.leads if after is None or path > after)
        return [Redirect(path=path, target=self.leads[path]) for path in paths[:limit]]

    async def redirects_at(self, paths: Sequence[str]) -> Sequence[Redirect]:
        return [Redirect(path=p, target=self.leads[p]) for p in paths if p in self.leads]

    async def tags(self, ids: Sequence[int]) -> Sequence[TagRef]:
        found = {t.id: t for piece in self.live.values() for t in piece.tags}
        return [found[i] for i in ids if i in found]

    async def authors(self, ids: Sequence[int]) -> Sequence[AuthorRef]:
        found = {a.id: a for piece in self.live.values() for a in piece.authors}
        return [found[i] for i in ids if i in found]


class FakeLog:
    """The port `ChangeLog`, in memory."""

    def __init__(self) -> None:
        self.changes: list[LoggedChange] = []
        self.announced: list[list[int]] = []
        self._next = 1

    def mark(self, *keys: str) -> None:
        for key in keys:
            self.changes.append(LoggedChange(id=self._next, key=key))
            self._next += 1

    async def pending(self, limit: int) -> Sequence[LoggedChange]:
        return self.changes[:limit]

    async def settle(
        self, change_ids: Sequence[int], live_ids: Sequence[int], now: datetime
    ) -> None:
        del now
        self.changes = [c for c in self.changes if c.id not in set(change_ids)]
        if live_ids:
            self.announced.append(list(live_ids))


class Desk:
    """A library, its log and a site over them; what a test changes, it marks as a feature would."""

    def __init__(
        self, home: Path, pieces: Sequence[PublishedPiece] = (), **options: object
    ) -> None:
        self.settings = Settings(home=home, base_url="https://folio.example", secret_key="k")
        self.library = FakeLibrary(pieces)
        self.log = FakeLog()
        self.site = Site(self.settings, library=self.library, log=self.log, **options)  # type: ignore[arg-type]

    def put(self, piece: PublishedPiece) -> None:
        self.library.live[piece.id] = piece
        self.log.mark(f"piece:{piece.id}")

    def change(self, piece_id: int, **changed: object) -> None:
        self.put(msgspec.structs.replace(self.library.live[piece_id], **changed))

    def withdraw(self, piece_id: int) -> None:
        self.library.live.pop(piece_id, None)
        self.log.mark(f"piece:{piece_id}")

    def lead(self, path: str, target: str | None) -> None:
        if target is None:
            self.library.leads.pop(path, None)
        else:
            self.library.leads[path] = target
        self.log.mark(f"redirect:{path}")

    def rename_series(self, series: SeriesShown) -> None:
        for piece in list(self.library.live.values()):
            if piece.series is not None and piece.series.id == series.id:
                self.put(msgspec.structs.replace(piece, series=series))

    def describe_file(self, file: FileFacts) -> None:
        self.library.files_now[file.id] = file
        for piece in self.library.live.values():
            ids, paths = files_wanted([piece])
            if file.id in ids or file.path in paths:
                self.log.mark(f"piece:{piece.id}")

    def draw_card(self, piece_id: int, path: str) -> None:
        self.library.cards_now[piece_id] = path
        self.log.mark(f"piece:{piece_id}" if piece_id != SITE else SETTINGS)

    def rename_tag(self, new: TagRef) -> None:
        for piece in list(self.library.live.values()):
            if any(t.id == new.id for t in piece.tags):
                tags = [new if t.id == new.id else t for t in piece.tags]
                self.library.live[piece.id] = msgspec.structs.replace(piece, tags=tags)
        self.log.mark(f"tag:{new.id}")

    def rename_author(self, new: AuthorRef) -> None:
        for piece in list(self.library.live.values()):
            if any(a.id == new.id for a in piece.authors):
                authors = [new if a.id == new.id else a for a in piece.authors]
                self.library.live[piece.id] = msgspec.structs.replace(piece, authors=authors)
        self.log.mark(f"author:{new.id}")

    def read(self, path: str) -> str:
        return (self.settings.site_dir / path).read_text(encoding="utf-8")

    def tree(self, folder: Path | None = None) -> dict[str, bytes]:
        return tree(folder or self.settings.site_dir)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
