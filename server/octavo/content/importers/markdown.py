"""`octavo import markdown`: a folder (or .zip) of Markdown files with front matter.

Written for Jekyll, Hugo, Zola, Eleventy, Pelican or nothing in particular: `sites` reads the
configuration, `fields` the head of a file, `permalinks` tells where it was read before.
"""

import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from octavo.content.importers import fields, formats, frontmatter, intake
from octavo.content.importers.dates import parse_date
from octavo.content.importers.found import Found, SkippedError
from octavo.content.importers.frontmatter import FrontMatter
from octavo.content.importers.languages import Placed, place_all
from octavo.content.importers.pictures import Pictures
from octavo.content.importers.report import ImportReport, ReportRow
from octavo.content.importers.restoring.archive import is_own_export
from octavo.content.importers.restoring.companion import Companion, NoCtas
from octavo.content.importers.restoring.service import restore
from octavo.content.importers.rewriting import Rewriting
from octavo.content.importers.sites import Site, read_site
from octavo.content.importers.sources import MAX_FILE_BYTES, Source, UnreadableError, open_source
from octavo.content.media.store import MediaStore
from octavo.content.schemas import BODY_LIMIT
from octavo.kernel.events import EventBus
from octavo.kernel.text import without_forbidden_characters

Progress = Callable[[int, int], None]

_SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
_ATTRIBUTES = re.compile(r"^[ \t]*\{:[^}\n]{1,300}\}[ \t]*$", re.MULTILINE)
_MANY = 100


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
    ctas: Companion | None = None,
) -> ImportReport:
    """Import every post and page below `path`; say what became of each file.

    Args:
        dry_run: decide everything, change nothing.
        author_email: the user who signs pieces that name no author.
        zone: IANA zone of dates that name none, if the site's configuration names none; default:
            the organisation's.
        ctas: who takes the calls to action of an export of ours.

    Raises:
        UnusableSourceError: there is nothing to import at `path`; nothing was changed.
        InvalidInputError: the zone or the author cannot be used; nothing was changed.
    """
    if is_own_export(path):
        return await restore(
            path, dry_run=dry_run, now=now, bus=bus, media=media, progress=progress,
            ctas=ctas or NoCtas(),
        )  # fmt: skip
    return await intake.take_in(
        MarkdownFolder(path, media=media, now=now, dry_run=dry_run),
        options=formats.Options(dry_run=dry_run, author_email=author_email, zone=zone),
        now=now,
        bus=bus,
        progress=_while_importing(progress),
    )


def _while_importing(progress: Progress | None) -> formats.Progress | None:
    """Answer who hears of every phase and tells of the last alone."""
    if progress is None:
        return None

    def tell(phase: formats.Phase, done: int, total: int) -> None:
        if phase == "importing":
            progress(done, total)

    return tell


class _Head(NamedTuple):
    """A file between the walks: where its body begins is counted from its end."""

    file: str
    body_length: int


class MarkdownFolder:
    """An opened folder, file or archive; `intake.take_in` closes it.

    Raises:
        UnusableSourceError: there is nothing to import at `path`.
    """

    source = "markdown"
    ids_are_paths = True

    def __init__(self, path: Path, *, media: MediaStore, now: datetime, dry_run: bool) -> None:
        self._source: Source = open_source(path)
        self.name = self._source.name
        self._now = now
        self._pictures = Pictures(self._source, media=media, dry_run=dry_run, now=now)
        self._site = Site()
        self._heads: list[_Head] = []
        self._people: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    def heads(
        self, zone: ZoneInfo, progress: Callable[[int, int], None]
    ) -> Iterator[formats.Item | ReportRow]:
        """Answer every post and page by its file, and a row for whatever is not taken."""
        self._site = read_site(self._source)
        refused = dict(self._source.refused)
        files = [file for file in self._source.files if file.lower().endswith(_SUFFIXES)]
        placed = _translations(files, self._site)
        # A name that was refused may be one that was taken, too: twice in an archive.
        named = [*((file, reason) for file, reason in self._source.refused),
                 *((file, "") for file in files)]  # fmt: skip
        for number, (file, reason) in enumerate(sorted(named), start=1):
            if reason:
                self._heads.append(_Head(file, 0))
                yield ReportRow(file=file, outcome="skipped", reason=reason)
            else:
                yield self._head(file, self._site.zone or zone, placed.get(file))
            if number % _MANY == 0 or number == len(named):
                progress(number, len(named))
        self._counts["files"] = len(files) + len(refused)

    async def texts(
        self, wanted: Sequence[formats.Wanted], desk: formats.Desk
    ) -> AsyncIterator[formats.Text | tuple[int, ReportRow]]:
        """Answer the texts of these files."""
        for key, name in self._people.items():
            desk.directory.add_person(key, name)
        made = ((item, self._body(item.number)) for item in wanted)
        async for chunk in formats.chunks(made, 20):
            for item, body in chunk:
                if isinstance(body, ReportRow):
                    yield item.number, body
                    continue
                found = self._with_full_names(item.item.found)
                rewriting = Rewriting(
                    file=item.item.file,
                    old_url=found.old_url,
                    files=self._source.files.keys(),
                    directory=desk.directory,
                    addresses=desk.addresses,
                    pictures=self._pictures,
                )
                text = await rewriting.rewrite(body)
                found = await self._with_cover(found, rewriting)
                warnings = rewriting.warnings(text)
                if marks := len(_ATTRIBUTES.findall(text)):
                    warnings.append(f"{marks} lines of kramdown attributes are kept as text")
                yield formats.Text(number=item.number, found=found, body=text, warnings=warnings)

    def notes(self) -> list[str]:
        """Answer remarks about the whole."""
        site, counts = self._site, self._counts
        notes = list(site.problems)
        if site.style:
            told = f" ({site.config})" if site.config else ""
            notes.append(f"read as a site of {site.style.capitalize()}{told}")
        if site.zone is not None:
            notes.append(f"dates without a zone are read in the site's own: {site.zone.key}")
        if not counts["files"]:
            notes.append("no Markdown files were found")
        if counts["expiring"]:
            notes.append(
                f"{counts['expiring']} files name an expiry date, {counts['expired']} of them in the"
                " past: kept with the piece, but not applied, so they stay readable"
            )
        if counts["translated"]:
            notes.append(
                f"{counts['translated']} files are translations: they share a translation_key"
            )
        if self._people:
            notes.append(f"{len(self._people)} author profiles gave bylines their full names")
        return notes

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()

    def _head(self, file: str, zone: ZoneInfo, placed: Placed | None) -> formats.Item | ReportRow:
        """Understand a file, or say why not; notes it under the next number."""
        length = 0
        try:
            data = self._source.read(file, limit=MAX_FILE_BYTES)
            text, warnings = _decoded(data)
            matter = frontmatter.split(text)
            length = len(matter.body)
            found = self._understood(file, matter, zone, placed)
        except (SkippedError, frontmatter.FrontMatterError) as exc:
            return ReportRow(file=file, outcome="skipped", reason=str(exc), line=exc.line)
        except UnreadableError as exc:
            return ReportRow(file=file, outcome="skipped", reason=str(exc))
        finally:
            self._heads.append(_Head(file, length))
        self._count(matter, placed, zone)
        return formats.Item(
            source_id=file,
            content_hash=hashlib.sha256(data).hexdigest(),
            found=found,
            file=file,
            warnings=warnings,
        )

    def _understood(
        self, file: str, matter: FrontMatter, zone: ZoneInfo, placed: Placed | None
    ) -> Found:
        if person := fields.author_profile(file, matter.values):
            self._people[person[0]] = person[1]
            raise SkippedError(f"is the profile of an author: posts by them are by {person[1]!r}")
        if fields.is_section(file, matter.values):
            raise SkippedError("is the page of a section: Octavo makes its lists itself")
        found = fields.understand(file, matter, zone=zone, site=self._site, placed=placed)
        if len(matter.body) > BODY_LIMIT:
            raise SkippedError(f"is longer than {BODY_LIMIT:,} characters")
        return found

    def _count(self, matter: FrontMatter, placed: Placed | None, zone: ZoneInfo) -> None:
        self._counts["translated"] += placed is not None
        raw = matter.values.get("expiryDate") or matter.values.get("expirydate")
        if not isinstance(raw, str):
            return
        self._counts["expiring"] += 1
        try:
            self._counts["expired"] += parse_date(raw, zone) <= self._now
        except ValueError:
            return

    def _body(self, number: int) -> str | ReportRow:
        file, length = self._heads[number]
        try:
            text, _ = _decoded(self._source.read(file, limit=MAX_FILE_BYTES))
        except (UnreadableError, SkippedError) as exc:
            return ReportRow(file=file, outcome="skipped", reason=str(exc))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text[len(text) - length :] if length else ""

    async def _with_cover(self, found: Found, rewriting: Rewriting) -> Found:
        if found.cover is None:
            return found
        url = await rewriting.picture(found.cover.url)
        cover = msgspec.structs.replace(found.cover, url=url, media_id=rewriting.media_id(url))
        return msgspec.structs.replace(found, cover=cover)

    def _with_full_names(self, found: Found) -> Found:
        names = [self._people.get(name, name) for name in found.authors]
        if names == found.authors:
            return found
        return msgspec.structs.replace(found, authors=list(dict.fromkeys(names)))


def _translations(files: list[str], site: Site) -> dict[str, Placed]:
    """Answer the language and the common key of the files that have translations beside them."""
    placed = place_all(files)
    shared = Counter(place.key for place in placed.values())
    chosen: dict[str, Placed] = {}
    for file, place in placed.items():
        if place.language or shared[place.key] > 1:
            # A site's own language needs no mark, wherever its files lie.
            own = place.language.lower() in {"", site.language.lower() or "en"}
            unmarked = own and place.key not in placed
            key = place.key if shared[place.key] > 1 else ""
            language = place.language or site.language
            chosen[file] = Placed(language, key, is_main=own or unmarked)
    return chosen


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
