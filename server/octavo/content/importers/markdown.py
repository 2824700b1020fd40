"""`octavo import markdown`: a folder (or .zip) of Markdown files with front matter.

Two walks over the files. The first reads every head and decides who stands where; the second
rewrites each text with that knowledge and stores it, fifty pieces to a transaction. Texts are not
held in between, so memory does not grow with the blog.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.content import authors
from octavo.content.errors import wrong
from octavo.content.importers import fields, frontmatter
from octavo.content.importers.addresses import Addresses, Directory
from octavo.content.importers.fields import Found, SkippedError
from octavo.content.importers.pictures import Pictures
from octavo.content.importers.report import ImportReport, Outcome, ReportRow, make_report
from octavo.content.importers.rewriting import Rewriting
from octavo.content.importers.sources import MAX_FILE_BYTES, Source, UnreadableError, open_source
from octavo.content.importers.storing import Byline, Prepared, store_batch
from octavo.content.importers.updating import Known, load_known, match, update_piece
from octavo.content.media.store import MediaStore
from octavo.content.schemas import BODY_LIMIT
from octavo.kernel.db import is_unique_violation
from octavo.kernel.events import EventBus
from octavo.kernel.text import without_forbidden_characters
from octavo.kernel.walltime import zone_named

Progress = Callable[[int, int], None]

_SOURCE = "markdown"
_BATCH = 50
_BATCH_CHARACTERS = 8_000_000
_SUFFIXES = (".md", ".markdown")


@dataclass(kw_only=True)
class _Item:
    """A file that is a piece, between the two walks."""

    file: str
    content_hash: str
    found: Found
    body_length: int
    known: Known | None = None
    outcome: Outcome = "taken"
    source_id: str = ""
    slug: str = ""
    path: str = ""
    redirects: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


async def import_markdown(
    path: Path,
    *,
    dry_run: bool,
    author_email: str | None,
    zone: str | None,
    now: datetime,
    bus: EventBus,
    media: MediaStore,
    progress: Progress | None = None,
) -> ImportReport:
    """Import every post and page below `path`; say what became of each file.

    Args:
        dry_run: decide everything, change nothing.
        author_email: the user who signs pieces that name no author.
        zone: IANA zone of dates that name none; default: the organisation's.

    Raises:
        UnusableSourceError: there is nothing to import at `path`; nothing was changed.
        InvalidInputError: the zone or the author cannot be used; nothing was changed.
    """
    started = time.monotonic()
    organisation = await accounts_q.get_organisation()
    run = _Run(
        source=open_source(path),
        zone_name=zone or organisation.zone,
        pattern=organisation.post_path,
        dry_run=dry_run,
        now=now,
        bus=bus,
        media=media,
        progress=progress,
    )
    try:
        run.fallback = await _fallback(author_email, now=now, dry_run=dry_run)
        run.read_heads()
        await run.decide()
        await run.store()
    finally:
        run.source.close()
    return make_report(
        run.source.name,
        run.sorted_rows(),
        dry_run=dry_run,
        notes=run.notes(),
        seconds=time.monotonic() - started,
    )


async def _fallback(author_email: str | None, *, now: datetime, dry_run: bool) -> Byline:
    if author_email is None:
        return Byline(authors=[], user_id=None)
    user = await accounts_q.find_user(author_email.strip().lower())
    if user is None:
        raise wrong("author", f"nobody with the address {author_email} can sign in here")
    if dry_run:
        return Byline(authors=[], user_id=user.id)
    byline = await authors.ensure_author_of_user(user.id, now=now)
    return Byline(authors=[byline], user_id=user.id)


class _Run:
    """One import, from the first file to the last row of its report."""

    def __init__(
        self,
        *,
        source: Source,
        zone_name: str,
        pattern: str,
        dry_run: bool,
        now: datetime,
        bus: EventBus,
        media: MediaStore,
        progress: Progress | None,
    ) -> None:
        self.source = source
        self.fallback = Byline(authors=[], user_id=None)
        self._zone = zone_named(zone_name)
        self._dry_run = dry_run
        self._now = now
        self._bus = bus
        self._progress = progress
        self._addresses = Addresses(pattern=pattern, zone=self._zone, now=now)
        self._directory = Directory()
        self._pictures = Pictures(source, media=media, dry_run=dry_run, now=now)
        self._items: list[_Item] = []
        self._rows: list[ReportRow] = []
        self._people: dict[str, str] = {}
        self._expiring = 0

    def read_heads(self) -> None:
        """Walk the first time: understand each file, or report why not."""
        for file, reason in self.source.refused:
            self._report_skipped(file, reason)
        for file in sorted(self.source.files):
            if file.lower().endswith(_SUFFIXES):
                try:
                    self._read_head(file)
                except (SkippedError, frontmatter.FrontMatterError) as exc:
                    self._report_skipped(file, str(exc), line=exc.line)
                except UnreadableError as exc:
                    self._report_skipped(file, str(exc))

    async def decide(self) -> None:
        """Settle what is new, what changed, and where everything stands."""
        await self._addresses.load()
        known = await load_known(_SOURCE)
        for item in self._items:
            item.known, item.source_id = match(known, item.file, item.content_hash, item.found)
            if item.known is None:
                slug, path, missed = self._addresses.settle(item.found, file=item.file)
                item.slug, item.path = slug, path
                if missed is not None:
                    base = item.found.slug_base
                    item.warnings.append(f"{base!r} is the slug of {missed}: taken as {slug!r}")
            else:
                item.slug, item.path = item.known.slug, item.known.path
                same = item.known.content_hash == item.content_hash
                item.outcome = "unchanged" if same else "changed"
        for item in self._items:
            if item.known is None:
                item.redirects = self._addresses.claim_redirects(
                    item.found, path=item.path, file=item.file, warnings=item.warnings
                )
            if not item.found.draft:
                self._directory.add(item.file, item.found, path=item.path)
        for key, name in self._people.items():
            self._directory.add_person(key, name)

    async def store(self) -> None:
        """Walk the second time: rewrite the texts and store them."""
        batch: list[Prepared] = []
        for number, item in enumerate(self._items, start=1):
            if item.outcome == "unchanged":
                self._report(item)
            elif (prepared := await self._prepare(item)) is not None:
                if item.known is not None:
                    await self._update(item, prepared)
                else:
                    batch.append(prepared)
            if _is_full(batch):
                await self._flush(batch)
            if self._progress is not None:
                self._progress(number, len(self._items))
        await self._flush(batch)

    def sorted_rows(self) -> list[ReportRow]:
        """Answer the rows by file."""
        return sorted(self._rows, key=lambda row: row.file)

    def notes(self) -> list[str]:
        """Answer the remarks about the whole import."""
        notes = []
        if not self._rows:
            notes.append("no Markdown files were found")
        if self._expiring:
            notes.append(f"{self._expiring} files name an expiry date: kept, but not applied")
        if self._people:
            notes.append(f"{len(self._people)} author profiles gave bylines their full names")
        return notes

    def _read_head(self, file: str) -> None:
        data = self.source.read(file, limit=MAX_FILE_BYTES)
        text, warnings = _decoded(data)
        matter = frontmatter.split(text)
        if person := fields.author_profile(file, matter.values):
            self._people[person[0]] = person[1]
            raise SkippedError(f"is the profile of an author: posts by them are by {person[1]!r}")
        if fields.is_section(file, matter.values):
            raise SkippedError("is the page of a section: Octavo makes its lists itself")
        found = fields.understand(file, matter, zone=self._zone)
        if len(matter.body) > BODY_LIMIT:
            raise SkippedError(f"is longer than {BODY_LIMIT:,} characters")
        self._expiring += bool({"expirydate", "expiryDate"} & set(matter.values))
        item = _Item(
            file=file,
            content_hash=hashlib.sha256(data).hexdigest(),
            found=found,
            body_length=len(matter.body),
            warnings=[*warnings, *found.warnings],
        )
        self._items.append(item)

    async def _prepare(self, item: _Item) -> Prepared | None:
        try:
            body = self._body(item)
        except UnreadableError as exc:
            self._report_skipped(item.file, str(exc))
            return None
        rewriting = Rewriting(
            file=item.file,
            old_url=item.found.old_url,
            files=self.source.files.keys(),
            directory=self._directory,
            addresses=self._addresses,
            pictures=self._pictures,
        )
        rewritten = await rewriting.rewrite(body)
        item.warnings += rewriting.warnings(rewritten)
        return Prepared(
            source_id=item.source_id,
            content_hash=item.content_hash,
            found=self._with_full_names(item.found),
            status=self._status(item.found),
            slug=item.slug,
            path=item.path,
            body=rewritten,
            redirects=item.redirects,
        )

    def _body(self, item: _Item) -> str:
        text, _ = _decoded(self.source.read(item.file, limit=MAX_FILE_BYTES))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text[len(text) - item.body_length :] if item.body_length else ""

    def _with_full_names(self, found: Found) -> Found:
        names = [self._people.get(name, name) for name in found.authors]
        if names == found.authors:
            return found
        return msgspec.structs.replace(found, authors=list(dict.fromkeys(names)))

    def _status(self, found: Found) -> str:
        if found.draft:
            return "draft"
        is_future = found.published_at is not None and found.published_at > self._now
        return "scheduled" if is_future else "published"

    async def _update(self, item: _Item, prepared: Prepared) -> None:
        if item.known is None:
            return
        reason = None
        if not self._dry_run:
            reason = await update_piece(
                item.known, prepared, fallback=self.fallback, now=self._now, bus=self._bus
            )
        if reason is not None:
            self._report_skipped(item.file, reason)
        else:
            self._report(item, status=prepared.status)

    async def _flush(self, batch: list[Prepared]) -> None:
        if not batch:
            return
        by_id = {item.source_id: item for item in self._items_of(batch)}
        failed = set() if self._dry_run else await self._stored(batch)
        for prepared in batch:
            item = by_id[prepared.source_id]
            if prepared.source_id in failed:
                self._report_skipped(item.file, "its address was taken while it was imported")
            else:
                self._report(item, status=prepared.status)
        batch.clear()

    def _items_of(self, batch: list[Prepared]) -> Iterator[_Item]:
        wanted = {prepared.source_id for prepared in batch}
        return (item for item in self._items if item.source_id in wanted)

    async def _stored(self, batch: list[Prepared]) -> set[str]:
        """Store the batch; if somebody took an address meanwhile, one by one. Answer who failed."""
        try:
            await self._store(batch)
        except Exception as exc:
            if not is_unique_violation(exc):
                raise
            if len(batch) == 1:
                return {batch[0].source_id}
            failed: set[str] = set()
            for prepared in batch:
                failed |= await self._stored([prepared])
            return failed
        return set()

    async def _store(self, batch: list[Prepared]) -> None:
        await store_batch(
            batch,
            source=_SOURCE,
            zone=self._zone,
            fallback=self.fallback,
            now=self._now,
            bus=self._bus,
        )

    def _report(self, item: _Item, *, status: str | None = None) -> None:
        row = ReportRow(
            file=item.file,
            outcome=item.outcome,
            kind=item.found.kind,
            status=status,
            url=item.path,
            old_url=item.found.old_url,
            warnings=[] if item.outcome == "unchanged" else item.warnings,
        )
        self._rows.append(row)

    def _report_skipped(self, file: str, reason: str, *, line: int | None = None) -> None:
        self._rows.append(ReportRow(file=file, outcome="skipped", reason=reason, line=line))


def _is_full(batch: list[Prepared]) -> bool:
    return len(batch) >= _BATCH or sum(len(item.body) for item in batch) > _BATCH_CHARACTERS


def _decoded(data: bytes) -> tuple[str, list[str]]:
    """Answer the text of a file, and what had to be taken out of it.

    Raises:
        SkippedError: it is not UTF-8 (or UTF-16 that says so); names the line.
    """
    if not data:
        raise SkippedError("is empty")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        msg = f"is not UTF-8 (byte 0x{data[exc.start]:02x}): save it as UTF-8"
        raise SkippedError(msg, line=line) from exc
    clean = without_forbidden_characters(text)
    gone = len(text) - len(clean)
    return clean, [f"{gone} control characters were taken out"] if gone else []
