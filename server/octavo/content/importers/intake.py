"""The course of every import, whatever the format: two walks over a source, then a report.

The first walk understands every item; the whole is decided before anything is stored, so a source
that turns out to be damaged changes nothing. The second walk brings the texts, which are stored by
the batch. Only what the first walk found stays in memory: texts never do.

A format is a `Format`: it knows its files and nothing of the database.

    report = await take_in(WordPress(path), options=Options(dry_run=True), now=now, bus=bus)

Work that is long without a pause is done in threads, so that a server that imports still answers.
"""

import sys
import time
from bisect import bisect_left
from datetime import datetime
from zoneinfo import ZoneInfo

from octavo.accounts import queries as accounts_q
from octavo.content import authors
from octavo.content.errors import wrong
from octavo.content.importers.addresses import Addresses, Directory
from octavo.content.importers.entries import Entry, PackedItems, packed_item
from octavo.content.importers.formats import (
    Desk,
    Format,
    Item,
    Options,
    Phase,
    Progress,
    RowLog,
    Text,
    chunks,
)
from octavo.content.importers.kinship import families_of
from octavo.content.importers.report import ImportReport, ReportRow, make_report
from octavo.content.importers.storing import Byline, Prepared, store_batch
from octavo.content.importers.updating import Known, load_known, match, update_piece
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.walltime import zone_named

__all__ = ["take_in"]

_BATCH = 50
_BATCH_CHARACTERS = 8_000_000
_READ_AT_ONCE = 100


async def take_in(
    source: Format,
    *,
    options: Options,
    now: datetime,
    bus: EventBus,
    progress: Progress | None = None,
    log: RowLog | None = None,
) -> ImportReport:
    """Import everything that a source holds; say what became of each item. Closes the source.

    Run again after a kill, it goes on behind the last batch that was stored.

    Raises:
        UnusableSourceError: the source cannot be used; nothing was changed.
        InvalidInputError: the zone or the author cannot be used; nothing was changed.
    """
    started = time.monotonic()
    try:
        run = await _intake(source, options, now=now, bus=bus, progress=progress, log=log)
        await run.read()
        await run.decide()
        await run.store()
        notes = [*source.notes(), *run.notes()]
    finally:
        source.close()
    return make_report(
        source.name,
        run.rows_in_order(),
        dry_run=options.dry_run,
        notes=notes,
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


async def _intake(
    source: Format,
    options: Options,
    *,
    now: datetime,
    bus: EventBus,
    progress: Progress | None,
    log: RowLog | None,
) -> "_Intake":
    """Answer an import that has begun: its zone and its author can be used."""
    organisation = await accounts_q.get_organisation()
    run = _Intake(
        source=source,
        zone=zone_named(options.zone or organisation.zone),
        pattern=organisation.post_path,
        dry_run=options.dry_run,
        now=now,
        bus=bus,
        progress=progress,
        log=log,
    )
    run.fallback = await _fallback(options.author_email, now=now, dry_run=options.dry_run)
    return run


class _Intake:
    """One import, from the first item to the last row of its report."""

    def __init__(
        self,
        *,
        source: Format,
        zone: ZoneInfo,
        pattern: str,
        dry_run: bool,
        now: datetime,
        bus: EventBus,
        progress: Progress | None,
        log: RowLog | None,
    ) -> None:
        self.fallback = Byline(authors=[], user_id=None)
        self._source = source
        self._dry_run = dry_run
        self._bus = bus
        self._progress = progress
        self._log = log
        self._entries: list[Entry] = []
        self._rows: dict[int, ReportRow] = {}
        self._unlogged: list[int] = []
        self._families: dict[str, tuple[str, ...]] = {}
        self._desk = Desk(
            addresses=Addresses(pattern=pattern, zone=zone, now=now, name_of=self._name_of),
            directory=Directory(),
            zone=zone,
            now=now,
            dry_run=dry_run,
        )

    async def read(self) -> None:
        """Walk the first time: understand each item, or note why not."""
        number = 0
        heads = self._source.heads(self._desk.zone, self._tell_reading)
        async for chunk in chunks(heads, _READ_AT_ONCE):
            for head in chunk:
                if isinstance(head, ReportRow):
                    self._note(number, head)
                elif head is not None:
                    packed = packed_item(head)
                    warnings = (*head.found.warnings, *head.warnings)
                    self._entries.append(Entry(number=number, packed=packed, warnings=warnings))
                number += 1

    async def decide(self) -> None:
        """Settle what is new, what changed, and where everything stands."""
        await self._desk.addresses.load()
        known = await load_known(self._source.source)
        seen: set[str] = set()
        keyed: list[tuple[str, str]] = []
        for entry in self._entries:
            item = entry.item
            source_id = self._find(entry, item, known)
            if source_id in seen:
                self._skip(entry, "is in the source twice: the first one counts")
            else:
                seen.add(source_id)
                keyed.append((source_id, item.found.translation_key))
                self._settle(entry, item)
        self._entries = [entry for entry in self._entries if entry.number not in self._rows]
        self._families = families_of(keyed)
        for entry in self._entries:
            self._connect(entry, entry.item)

    def _connect(self, entry: Entry, item: Item) -> None:
        """Lead old addresses to the item, and let links find it."""
        addresses, directory = self._desk.addresses, self._desk.directory
        if entry.known is None:
            warnings = list(entry.warnings)
            entry.redirects = tuple(
                addresses.claim_redirects(
                    item.found, path=entry.path, owner=entry.number, warnings=warnings
                )
            )
            entry.warnings = tuple(warnings)
        if item.found.draft or item.status is not None:
            return
        if self._source.ids_are_paths:
            directory.add(item.file, item.found, path=entry.path)
        else:
            directory.add_address(item.found, path=entry.path)

    async def store(self) -> None:
        """Walk the second time: bring the texts and store them."""
        for entry in self._entries:
            if entry.outcome == "unchanged":
                self._report(entry)
                entry.forget()
        waiting = [entry for entry in self._entries if entry.outcome != "unchanged"]
        entries = {entry.number: entry for entry in waiting}
        done = len(self._entries) - len(waiting)
        batch: list[tuple[Entry, Prepared]] = []
        async for text in self._source.texts(PackedItems(waiting), self._desk):
            if isinstance(text, Text):
                entry = entries[text.number]
                await self._take(entry, self._prepared(entry, text), batch)
            else:
                self._note(*text)
                if text[0] not in entries:
                    continue
            if _is_full(batch):
                await self._flush(batch)
            done += 1
            self._tell("importing", done, len(self._entries))
        await self._flush(batch)

    def notes(self) -> list[str]:
        """Say what the source has besides single items."""
        families = set(self._families.values())
        if not families:
            return []
        pieces = sum(len(family) for family in families)
        return [f"{pieces} pieces are translations of each other, in {len(families)} families"]

    def rows_in_order(self) -> list[ReportRow]:
        """Answer the rows in the order of the source."""
        return [self._rows[number] for number in sorted(self._rows)]

    def _name_of(self, number: int) -> str:
        """Say whose an address is."""
        place = bisect_left(self._entries, number, key=lambda entry: entry.number)
        item = self._entries[place].item
        return item.file if not item.name else f"{item.file}, {item.name}"

    def _find(self, entry: Entry, item: Item, known: dict[str, Known]) -> str:
        """Find what the item became before; answer the source id to note."""
        if not self._source.ids_are_paths:
            entry.known = known.get(item.source_id)
            return item.source_id
        entry.known, source_id = match(known, item.source_id, item.content_hash, item.found)
        if source_id != item.source_id:
            entry.other_id = source_id
        return source_id

    def _settle(self, entry: Entry, item: Item) -> None:
        found = item.found
        if entry.known is not None:
            entry.slug, entry.path = entry.known.slug, entry.known.path
            same = entry.known.content_hash == item.content_hash
            entry.outcome = "unchanged" if same else "changed"
            return
        slug, path, missed = self._desk.addresses.settle(found, owner=entry.number)
        entry.slug, entry.path = slug, path
        if missed is not None:
            text = f"{found.slug_base!r} is the slug of {missed}: taken as {slug!r}"
            entry.warnings = (*entry.warnings, text)

    def _prepared(self, entry: Entry, text: Text) -> Prepared:
        item = entry.item
        entry.warnings = (*entry.warnings, *text.warnings)
        return Prepared(
            source_id=entry.other_id or item.source_id,
            content_hash=item.content_hash,
            found=text.found,
            status=self._status(item),
            slug=entry.slug,
            path=entry.path,
            body=text.body,
            redirects=list(entry.redirects),
            family=self._families.get(entry.other_id or item.source_id, ()),
        )

    def _status(self, item: Item) -> str:
        if item.status is not None:
            return item.status
        if item.found.draft:
            return "draft"
        instant = item.found.published_at
        return "scheduled" if instant is not None and instant > self._desk.now else "published"

    async def _take(
        self, entry: Entry, prepared: Prepared, batch: list[tuple[Entry, Prepared]]
    ) -> None:
        if entry.known is None:
            batch.append((entry, prepared))
            return
        reason = None
        if not self._dry_run:
            reason = await update_piece(
                entry.known, prepared, fallback=self.fallback, now=self._desk.now, bus=self._bus
            )
        if reason is None:
            self._report(entry, status=prepared.status)
        else:
            self._skip(entry, reason)
        entry.forget()

    async def _flush(self, batch: list[tuple[Entry, Prepared]]) -> None:
        """Store the batch and note its rows, both or neither."""
        try:
            async with transaction():
                if batch and not self._dry_run:
                    await self._store([prepared for _, prepared in batch])
                for entry, prepared in batch:
                    self._report(entry, status=prepared.status)
                await self._log_rows()
        except Exception as exc:
            if not is_unique_violation(exc):
                raise
            await self._flush_one_by_one(batch)
        for entry, _ in batch:
            entry.forget()
        batch.clear()

    async def _flush_one_by_one(self, batch: list[tuple[Entry, Prepared]]) -> None:
        """Store what can be stored: somebody took an address of the batch meanwhile."""
        for entry, prepared in batch:
            try:
                await self._store([prepared])
            except Exception as exc:
                if not is_unique_violation(exc):
                    raise
                self._skip(entry, "its address was taken while it was imported")
            else:
                self._report(entry, status=prepared.status)
        await self._log_rows()

    async def _store(self, batch: list[Prepared]) -> None:
        await store_batch(
            batch,
            source=self._source.source,
            zone=self._desk.zone,
            fallback=self.fallback,
            now=self._desk.now,
            bus=self._bus,
        )

    def _report(self, entry: Entry, *, status: str | None = None) -> None:
        item = entry.item
        row = ReportRow(
            file=sys.intern(item.file),
            line=item.line,
            item=item.name,
            outcome=entry.outcome,
            kind=item.found.kind,
            status=status,
            url=entry.path,
            old_url=item.found.old_url,
            warnings=[] if entry.outcome == "unchanged" else list(entry.warnings),
        )
        self._note(entry.number, row)

    def _skip(self, entry: Entry, reason: str) -> None:
        item = entry.item
        row = ReportRow(
            file=item.file, line=item.line, item=item.name, outcome="skipped", reason=reason
        )
        self._note(entry.number, row)

    def _note(self, number: int, row: ReportRow) -> None:
        self._rows[number] = row
        if self._log is not None:
            self._unlogged.append(number)

    async def _log_rows(self) -> None:
        if self._log is not None and self._unlogged:
            await self._log([(number, self._rows[number]) for number in self._unlogged])
            self._unlogged.clear()

    def _tell(self, phase: Phase, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(phase, done, total)

    def _tell_reading(self, done: int, total: int) -> None:
        self._tell("reading", done, total)


def _is_full(batch: list[tuple[Entry, Prepared]]) -> bool:
    characters = sum(len(prepared.body) for _, prepared in batch)
    return len(batch) >= _BATCH or characters > _BATCH_CHARACTERS
