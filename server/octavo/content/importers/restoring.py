"""Taking back our own export: what `octavo export markdown` wrote, without loss.

Files of people are checked like any input: nothing here is trusted because it says it is ours.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeVar

import msgspec

from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM
from octavo.content import rules
from octavo.content.errors import wrong
from octavo.content.events import PiecesImported, RedirectsChanged
from octavo.content.exporters import records
from octavo.content.exporters.heads import read_file
from octavo.content.exporters.records import CtaPlace, Head, MediaLine, Moment, PieceBlock
from octavo.content.fields import check_cover, check_fields
from octavo.content.importers.frontmatter import FrontMatterError
from octavo.content.importers.report import ImportReport, ReportRow, make_report
from octavo.content.importers.sources import (
    FileSource,
    UnreadableError,
    UnusableSourceError,
    open_source,
)
from octavo.content.kinds import FIELDS, Cover, Meta, Plain
from octavo.content.media.service import store_file
from octavo.content.media.store import MediaStore
from octavo.content.planned import stored_refs
from octavo.content.schemas import BODY_LIMIT
from octavo.content.tables import (
    AuthorRow,
    ImportedRow,
    MediaRow,
    PieceAuthorRow,
    PieceRow,
    PieceTagRow,
    RedirectRow,
    RevisionRow,
    SeriesRow,
    TagRow,
)
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.errors import OctavoError
from octavo.kernel.events import EventBus
from octavo.kernel.text import clean_text, slugify
from octavo.kernel.walltime import zone_named
from octavo.strategy import service as strategy
from octavo.strategy.schemas import CampaignIn

__all__ = ["Companion", "NoCtas", "is_own_export", "restore"]

_SOURCE = "octavo"
_LARGEST = 4_000_000_000
_TEXT_LIMIT = 60_000_000
_AT_ONCE = 50
_MAX_LABEL, _MAX_TITLE, _MAX_META, _MAX_WALL, _WHOLE = 80, 300, 1_000, 19, 10_000
T = TypeVar("T")


class Companion(Protocol):
    """The calls to action, of a feature above this one: on their way in."""

    async def restore(self, lines: Sequence[bytes], *, now: datetime) -> list[str]:
        """Store calls to action that are not here yet; answer remarks."""

    async def place(self, piece_id: int, places: Sequence[CtaPlace]) -> list[str]:
        """Put calls to action onto a piece; answer remarks."""


class NoCtas:
    """Nobody takes calls to action."""

    async def restore(self, lines: Sequence[bytes], *, now: datetime) -> list[str]:
        """Say that they are left out."""
        del now
        return [f"{len(lines)} calls to action are left out"] if lines else []

    async def place(self, piece_id: int, places: Sequence[CtaPlace]) -> list[str]:
        """Leave them out."""
        del piece_id, places
        return []


class _Refused(Exception):  # noqa: N818 - says why one file is not taken
    """One file is not taken; the message says why."""


def is_own_export(path: Path) -> bool:
    """Say whether a folder or archive is an export of ours."""
    if not path.is_dir() and path.suffix.lower() != ".zip":
        return False
    try:
        source = open_source(path, largest=_LARGEST)
    except UnusableSourceError:
        return False
    try:
        _check_manifest(source)
    except UnusableSourceError:
        return True  # of a later version: `restore` says so
    except (_Refused, UnreadableError, KeyError):
        return False
    else:
        return True
    finally:
        source.close()


async def restore(
    path: Path,
    *,
    dry_run: bool,
    now: datetime,
    bus: EventBus,
    media: MediaStore,
    ctas: Companion,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Take back every piece that is not here yet; say what became of each file.

    Raises:
        UnusableSourceError: the folder is no export of ours, or one of a later version.
    """
    started = time.monotonic()
    source = open_source(path, largest=_LARGEST)
    try:
        _check_manifest(source)
        run = _Restoring(source, dry_run=dry_run, now=now, bus=bus, media=media, ctas=ctas)
        await run.lists()
        await run.files()
        await run.pieces(progress)
    finally:
        source.close()
    return make_report(
        source.name, run.rows, dry_run=dry_run, notes=run.notes,
        seconds=time.monotonic() - started,
    )  # fmt: skip


def _check_manifest(source: FileSource) -> None:
    if records.MANIFEST not in source.files:
        raise _Refused("no manifest")
    try:
        manifest = msgspec.json.decode(
            source.read(records.MANIFEST, limit=100_000), type=records.Manifest
        )
    except msgspec.MsgspecError as exc:
        raise _Refused("another manifest") from exc
    if manifest.format != records.FORMAT:
        raise _Refused("another format")
    if manifest.version > records.VERSION:
        msg = f"was written by a later Octavo (version {manifest.version} of the export)"
        raise UnusableSourceError(f"{source.name} {msg}")


class _Restoring:
    def __init__(
        self,
        source: FileSource,
        *,
        dry_run: bool,
        now: datetime,
        bus: EventBus,
        media: MediaStore,
        ctas: Companion,
    ) -> None:
        self.rows: list[ReportRow] = []
        self.notes: list[str] = ["read as an export of Octavo"]
        self._source, self._dry_run = source, dry_run
        self._now, self._bus, self._store, self._ctas = now, bus, media, ctas
        self._ids: dict[str, dict[str, int]] = {}
        self._media: dict[str, int] = {}
        self._moved: dict[str, str] = {}
        self._waiting: list[tuple[int, bool]] = []

    async def lists(self) -> None:
        """Store tags, bylines, series, campaigns, redirects and calls to action not here yet."""
        tags = {
            label.slug: {"name": label.name, "description": label.description}
            for label in self._read(records.TAGS, records.Label)
        }
        series = {
            label.slug: {"title": label.name, "description": label.description}
            for label in self._read(records.SERIES, records.Label)
        }
        people = {
            person.slug: {"name": person.name, "bio": person.bio}
            for person in self._read(records.AUTHORS, records.Person)
        }
        for table, name, wanted in (
            (TagRow, "tags", tags), (SeriesRow, "series", series), (AuthorRow, "authors", people),
        ):  # fmt: skip
            self._ids[name] = await self._labels(table, wanted)
        await self._campaigns()
        await self._redirects()
        if not self._dry_run:
            lines = [line for _, line in self._raw_lines(records.CTAS)]
            self.notes += await self._ctas.restore(lines, now=self._now)

    async def files(self) -> None:
        """Store the media; a path that is taken here leads to another one."""
        with TemporaryDirectory(prefix="octavo-import-") as folder:
            for line in self._read(records.MEDIA, MediaLine):
                name = f"media/{line.path}"
                try:
                    await self._file(line, Path(folder))
                except (OctavoError, UnreadableError, KeyError) as exc:
                    reason = exc.message if isinstance(exc, OctavoError) else str(exc)
                    self.rows.append(ReportRow(file=name, outcome="skipped", reason=reason))

    async def pieces(self, progress: Callable[[int, int], None] | None) -> None:
        """Store the pieces that are not here yet."""
        names = sorted(
            name for name in self._source.files
            if name.startswith("pieces/") and name.endswith(".md")
        )  # fmt: skip
        for name, reason in self._source.refused:
            self.rows.append(ReportRow(file=name, outcome="skipped", reason=reason))
        for number, name in enumerate(names, start=1):
            try:
                row = await self._piece(name)
            except FrontMatterError as exc:
                row = ReportRow(file=name, outcome="skipped", reason=str(exc), line=exc.line)
            except (_Refused, UnreadableError, msgspec.MsgspecError, UnicodeError) as exc:
                row = ReportRow(file=name, outcome="skipped", reason=str(exc))
            except OctavoError as exc:
                fields = "; ".join(f"{one.field}: {one.message}" for one in exc.fields)
                row = ReportRow(file=name, outcome="skipped", reason=fields or exc.message)
            self.rows.append(row)
            if progress is not None:
                progress(number, len(names))

    async def _labels(self, table: Any, wanted: dict[str, dict[str, str]]) -> dict[str, int]:
        known = {row["slug"]: row["id"] for row in await table.select(table.id, table.slug)}
        new = [slug for slug in wanted if slug not in known and self._is_label(slug)]
        if self._dry_run:
            return {**known, **dict.fromkeys(new, 0)}
        for start in range(0, len(new), _AT_ONCE):
            rows = [
                table(slug=slug, **{name: clean_text(text, field=name)
                                    for name, text in wanted[slug].items()},
                      created_at=self._now, updated_at=self._now)
                for slug in new[start : start + _AT_ONCE]
            ]  # fmt: skip
            stored = await table.insert(*rows).returning(table.id, table.slug)
            known |= {row["slug"]: row["id"] for row in stored}
        return known

    def _is_label(self, slug: str) -> bool:
        usable = (
            bool(slug) and len(slug) <= _MAX_LABEL and slug in {slugify(slug), rules.tag_slug(slug)}
        )
        if not usable:
            self.notes.append(f"{slug[:80]!r} cannot be a slug: left out")
        return usable

    async def _campaigns(self) -> None:
        from octavo.content.exporters.library import all_campaigns

        known = {one.name: one.id for one in await all_campaigns()}
        for line in self._read(records.CAMPAIGNS, records.CampaignLine):
            if line.name in known:
                continue
            if self._dry_run:
                known[line.name] = 0
                continue
            data = msgspec.convert(msgspec.structs.asdict(line), CampaignIn)
            made = await strategy.create_campaign(data, actor=SYSTEM, now=self._now, bus=self._bus)
            known[line.name] = made.id
        self._ids["campaigns"] = known

    async def _redirects(self) -> None:
        paths: list[str] = []
        for line in self._read(records.REDIRECTS, records.RedirectLine):
            try:
                path = rules.check_redirect_path(line.path)
                rules.check_own_path(path)
                target = rules.check_target(line.to)
            except OctavoError as exc:
                self.notes.append(f"the redirect of {line.path[:80]} is left out: {exc.message}")
                continue
            if self._dry_run:
                continue
            await RedirectRow.insert(
                RedirectRow(from_path=path, to_path=target, reason=line.reason[:12],
                            created_at=self._now)
            ).on_conflict(target=RedirectRow.from_path, action="DO NOTHING")  # fmt: skip
            paths.append(path)
        if paths:
            async with transaction():
                await self._bus.announce(RedirectsChanged(paths=tuple(paths)))

    async def _file(self, line: MediaLine, folder: Path) -> None:
        name = f"media/{line.path}"
        if name not in self._source.files:
            raise wrong("media", "the file is not in the export")
        if self._dry_run:
            self._media[line.path] = 0
            return
        file = self._source.unpack(name, folder)
        stored = await store_file(
            file, line.name, store=self._store, now=self._now, alt=line.alt, at=line.path,
            is_named=False,
        )  # fmt: skip
        if file.parent == folder:
            file.unlink(missing_ok=True)
        found = stored.media
        self._media[line.path] = found.id
        if found.path != line.path:
            self._moved[f"/media/{line.path}"] = f"/media/{found.path}"
        if stored.is_new:
            texts = {one: clean_text(getattr(line, one), field=one)
                     for one in ("name", "alt", "caption", "credit", "licence", "source")}  # fmt: skip
            focal = {one: value for one in ("focal_x", "focal_y")
                     if (value := getattr(line, one)) is not None and 0 <= value <= _WHOLE}  # fmt: skip
            key = rules.search_key(*(texts[one] for one in ("name", "alt", "caption", "credit")))
            await MediaRow.update({
                **{getattr(MediaRow, one): value for one, value in {**texts, **focal}.items()},
                MediaRow.decorative: line.decorative,
                MediaRow.search_key: key,
                MediaRow.created_at: line.created_at or self._now,
            }).where(MediaRow.id == found.id)  # fmt: skip

    async def _piece(self, name: str) -> ReportRow:
        main = _File(self._source, name)
        block = main.head.octavo.piece
        if block is None:
            raise _Refused("says nothing of its piece: it is an edit of another file")
        stem = name.removeprefix("pieces/").removesuffix(".md")
        edits: dict[str, _File] = {
            edit: _File(self._source, f"edits/{stem}.{edit}.md")
            for edit in dict.fromkeys(block.edits)
        }
        digest = hashlib.sha256(b"".join(file.digest for file in (main, *edits.values())))
        report: dict[str, Any] = {
            "file": name,
            "kind": block.kind,
            "status": block.status,
            "url": block.live_path,
        }
        known = await (
            ImportedRow.select(ImportedRow.content_hash)
            .where((ImportedRow.source == _SOURCE) & (ImportedRow.source_id == name))
            .first()
        )
        if known is not None and known["content_hash"] == digest.hexdigest():
            return ReportRow(**report, outcome="unchanged")
        slug = edits["draft"].head.slug if "draft" in edits else main.head.slug
        if rules.check_slug(slug) != slug:
            raise _Refused(f"{slug!r} cannot be a slug")
        if known is not None or await PieceRow.exists().where(PieceRow.slug == slug):
            raise _Refused(f"there is a piece {slug!r} already, and what is here stays")
        warnings: list[str] = []
        values = self._values(block, main, edits, slug)
        texts = {
            edit: self._text(block, file, warnings) for edit, file in (("", main), *edits.items())
        }
        if self._dry_run:
            return ReportRow(**report, outcome="taken", warnings=warnings)
        try:
            async with transaction():
                piece_id = await self._store_piece(block, main, edits, values, texts)
                await ImportedRow.insert(ImportedRow(
                    source=_SOURCE, source_id=name, piece_id=piece_id,
                    content_hash=digest.hexdigest(), imported_at=self._now,
                ))  # fmt: skip
                warnings += await self._ctas.place(piece_id, block.ctas)
                live = (piece_id,) if block.is_live else ()
                await accounts.record(
                    SYSTEM, "pieces.imported", subject="import:octavo", now=self._now,
                    detail={"pieces": 1, "live": len(live)},
                )  # fmt: skip
                await self._bus.announce(PiecesImported(piece_ids=(piece_id,), live_ids=live))
                if main.head.aliases:
                    await self._bus.announce(RedirectsChanged(paths=tuple(main.head.aliases)))
        except Exception as exc:
            if is_unique_violation(exc):
                raise _Refused("its address belongs to another piece already") from exc
            raise
        return ReportRow(**report, outcome="taken", warnings=warnings)

    def _values(
        self, block: PieceBlock, main: "_File", edits: "dict[str, _File]", slug: str
    ) -> dict[str, Any]:
        """Answer the columns of a piece, checked."""
        if block.is_live != (block.status == "published"):
            raise _Refused("its status and what readers see contradict each other")
        if (block.status == "scheduled") != (block.publish is not None):
            raise _Refused("its status and its time contradict each other")
        if ("planned" in edits) != (block.edit is not None) or (edits and not block.is_live):
            raise _Refused("what is planned for it and its edits contradict each other")
        if block.status == "published" and (block.published_at is None or block.live_path is None):
            raise _Refused("does not say when and where it was published")
        for path in (block.path, block.live_path, *main.head.aliases):
            if path is not None:
                if rules.check_redirect_path(path) != path:
                    raise _Refused(f"{path!r} cannot be an address")
                rules.check_own_path(path)
        planned = rules.plan_days(block.planned_for) if block.planned_for else (None, None)
        head = (edits.get("draft") or main).head
        return {
            "kind": block.kind, "status": block.status, "title": head.title, "slug": slug,
            "path": block.path, "search_key": rules.search_key(head.title, slug),
            "campaign_id": self._ids["campaigns"].get(block.campaign or "") or None,
            "series_id": self._ids["series"].get(head.octavo.series or "") or None,
            "series_position": head.octavo.series_position,
            "planned_for": block.planned_for,
            "planned_from": planned[0], "planned_to": planned[1],
            **_moment("publish", block.publish), **_moment("unpublish", block.unpublish),
            **_moment("edit", block.edit),
            "stands_at": block.stands_at, "published_at": block.published_at,
            "live_at": block.live_at, "live_path": block.live_path,
            "created_at": block.created_at, "updated_at": block.updated_at,
        }  # fmt: skip

    def _text(self, block: PieceBlock, file: "_File", warnings: list[str]) -> dict[str, Any]:
        """Answer the columns of a revision, checked."""
        head, own = file.head, file.head.octavo
        body = clean_text(file.body, field="body")
        if len(body) > BODY_LIMIT:
            raise _Refused(f"is longer than {BODY_LIMIT:,} characters")
        if len(head.title) > _MAX_TITLE or rules.check_slug(head.slug) != head.slug:
            raise _Refused("its title or slug cannot be")
        for before, after in self._moved.items():
            body = body.replace(before, after)
        raw = self._inward(own.fields, warnings)
        fields = msgspec.to_builtins(
            msgspec.convert(raw, FIELDS.get(block.kind, Plain), strict=False)
        )
        meta = Meta(
            cover=self._cover(head, warnings),
            meta_title=clean_text(head.meta_title, field="meta_title")[:_MAX_TITLE],
            meta_description=clean_text(head.meta_description, field="meta_description")[
                :_MAX_META
            ],
            featured=head.featured,
            series_id=self._ids["series"].get(own.series or "") or None,
            series_position=own.series_position,
        )
        return {
            "title": clean_text(head.title, field="title"), "slug": head.slug,
            "language": rules.check_language(head.lang),
            "canonical_url": rules.check_url(head.canonical, field="canonical"),
            "source_url": rules.check_url(head.source_url, field="source_url"),
            "excerpt": clean_text(head.summary, field="summary"),
            "tag_names": _json(head.tags), "author_names": _json(head.authors),
            "fields": _json(check_fields(block.kind, fields)), "meta": _json(meta),
            "extra": _json(file.extra), "body": body,
            "created_at": own.saved_at or self._now,
        }  # fmt: skip

    def _cover(self, head: Head, warnings: list[str]) -> Cover | None:
        cover = head.octavo.cover
        if cover is None:
            return None
        if cover.media is None:
            return check_cover(Cover(url=cover.url, alt=cover.alt, caption=cover.caption))
        media_id = self._media.get(cover.media)
        if media_id is None:
            warnings.append(f"its cover {cover.media} is not in the export: left out")
            return None
        return check_cover(Cover(media_id=media_id or 1, alt=cover.alt, caption=cover.caption))

    def _inward(self, value: Any, warnings: list[str]) -> Any:
        """Answer fields with the ids of files in place of their paths."""
        if isinstance(value, list):
            items = [self._inward(item, warnings) for item in value]
            return [item for item in items if item is not None]
        if not isinstance(value, dict):
            return value
        told: dict[str, Any] = {}
        for name, item in value.items():
            if name not in {"media", "poster_media"}:
                told[name] = self._inward(item, warnings)
            elif item in self._media:
                told[f"{name}_id"] = self._media[item] or 1
            else:
                warnings.append(f"{item} is not in the export: left out")
                if name == "media":
                    return None
        return told

    async def _store_piece(
        self,
        block: PieceBlock,
        main: "_File",
        edits: "dict[str, _File]",
        values: dict[str, Any],
        texts: dict[str, dict[str, Any]],
    ) -> int:
        rows = await PieceRow.insert(PieceRow(**values)).returning(PieceRow.id)
        piece_id = int(rows[0]["id"])
        ids = {"": await _revision(piece_id, 1, texts[""])}
        shared = "draft" in edits and "planned" in edits
        shared = shared and edits["draft"].digest == edits["planned"].digest
        for number, edit in enumerate(sorted(edits, reverse=True), start=2):  # planned, then draft
            is_same = shared and edit == "draft"
            ids[edit] = (
                ids["planned"] if is_same else await _revision(piece_id, number, texts[edit])
            )
        head = ids.get("draft", ids[""])
        refs = "{}"
        if "planned" in edits:
            own = edits["planned"].head.octavo
            refs = stored_refs(self._known("tags", own.tags), self._known("authors", own.authors))
        await PieceRow.update({
            PieceRow.head_revision_id: head,
            PieceRow.live_revision_id: ids[""] if block.is_live else None,
            PieceRow.edit_revision_id: ids.get("planned"),
            PieceRow.edit_refs: refs,
            PieceRow.version: max(1, len(set(ids.values()))),
        }).where(PieceRow.id == piece_id)  # fmt: skip
        await self._link(piece_id, (edits.get("draft") or main).head, live=False)
        if block.is_live:
            await self._link(piece_id, main.head, live=True)
        for alias in main.head.aliases:
            await RedirectRow.insert(
                RedirectRow(from_path=alias, piece_id=piece_id, reason="imported",
                            created_at=self._now)
            ).on_conflict(target=RedirectRow.from_path, action="DO NOTHING")  # fmt: skip
        for line in block.imported:
            if line.source != _SOURCE:
                await ImportedRow.insert(ImportedRow(
                    source=line.source[:16], source_id=line.id[:1000], piece_id=piece_id,
                    content_hash=line.hash[:64], old_url=line.url[:2000], imported_at=self._now,
                )).on_conflict(
                    target=(ImportedRow.source, ImportedRow.source_id), action="DO NOTHING"
                )  # fmt: skip
        return piece_id

    def _known(self, name: str, slugs: Sequence[str]) -> list[int]:
        return [found for slug in dict.fromkeys(slugs) if (found := self._ids[name].get(slug))]

    async def _link(self, piece_id: int, head: Head, *, live: bool) -> None:
        tags = [
            PieceTagRow(piece_id=piece_id, tag_id=tag_id, position=place, live=live)
            for place, tag_id in enumerate(self._known("tags", head.octavo.tags))
        ]
        people = [
            PieceAuthorRow(piece_id=piece_id, author_id=author_id, position=place, live=live)
            for place, author_id in enumerate(self._known("authors", head.octavo.authors))
        ]
        if tags:
            await PieceTagRow.insert(*tags)
        if people:
            await PieceAuthorRow.insert(*people)

    def _read(self, name: str, kind: type[T]) -> Iterator[T]:
        for number, line in self._raw_lines(name):
            try:
                yield msgspec.json.decode(line, type=kind)
            except msgspec.MsgspecError as exc:
                reason = f"is not a line of the export: {exc}"
                self.rows.append(
                    ReportRow(file=name, outcome="skipped", reason=reason, line=number)
                )

    def _raw_lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        if name not in self._source.files:
            return
        try:
            data = self._source.read(name, limit=_TEXT_LIMIT)
        except UnreadableError as exc:
            self.rows.append(ReportRow(file=name, outcome="skipped", reason=str(exc)))
            return
        for number, line in enumerate(data.split(b"\n"), start=1):
            if line.strip():
                yield number, line


class _File:
    """A file of an export: its head, its text, and what an importer had found."""

    def __init__(self, source: FileSource, name: str) -> None:
        if name not in source.files:
            raise _Refused(f"its edit {name} is not in the export")
        data = source.read(name, limit=_TEXT_LIMIT)
        self.digest = hashlib.sha256(data).digest()
        self.head, self.body = read_file(data.decode())
        self.extra: Any = {}
        beside = f"{name.removesuffix('.md')}.extra.json"
        if self.head.octavo.extra and beside in source.files:
            self.extra = msgspec.json.decode(source.read(beside, limit=_TEXT_LIMIT))


async def _revision(piece_id: int, number: int, text: dict[str, Any]) -> int:
    rows = await RevisionRow.insert(
        RevisionRow(
            piece_id=piece_id, number=number, reason="imported",
            created_by_name=SYSTEM.name, **text,
        )
    ).returning(RevisionRow.id)  # fmt: skip
    return int(rows[0]["id"])


def _moment(name: str, moment: Moment | None) -> dict[str, Any]:
    if moment is None:
        return {}
    zone_named(moment.zone)
    if len(moment.at) > _MAX_WALL or moment.fold not in {None, 0, 1}:
        raise _Refused(f"the time of its {name} cannot be read")
    datetime.fromisoformat(moment.at)
    return {
        f"{name}_at": moment.at, f"{name}_zone": moment.zone, f"{name}_fold": moment.fold,
        f"{name}_instant": moment.instant,
    }  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
