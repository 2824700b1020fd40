"""`octavo import ghost`: the `Format` that `intake` drives over an export and its pictures."""

import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import msgspec

from octavo.content.importers import formats
from octavo.content.importers.fetching import RemotePictures
from octavo.content.importers.found import Found, SkippedError
from octavo.content.importers.ghost import posts
from octavo.content.importers.ghost.blog import Blog
from octavo.content.importers.ghost.bodies import body_of
from octavo.content.importers.ghost.contents import Contents, with_originals
from octavo.content.importers.ghost.scanning import Export, Row, RowError, Span, Spans, decode_row
from octavo.content.importers.pictures import Pictures
from octavo.content.importers.report import ReportRow
from octavo.content.importers.rewriting import Rewriting
from octavo.content.importers.sources import (
    FileSource,
    Source,
    UnreadableError,
    UnusableSourceError,
    open_source,
)
from octavo.content.media.store import MediaStore
from octavo.content.schemas import BODY_LIMIT
from octavo.kernel.http import GuardedClient
from octavo.kernel.text import without_forbidden_characters

_NOT_EXPORTS = re.compile(
    r"(?:^|/)(?:redirects|package|package-lock|routes)[^/]*\.json$", re.IGNORECASE
)
_OWN_FILES = ("/content/media/", "/content/files/")
_LARGEST_EXPORT = 2_000_000_000


class Ghost:
    """An opened export; `intake.take_in` closes it.

    Args:
        content: the folder (or .zip) of the blog's pictures; a .zip that holds the export may hold
            them too.
        site_url: where the blog was read: addresses that begin with it are the blog's own.
        http: fetches the pictures that lie on other hosts, or are missing here; None: nothing is.

    Raises:
        UnusableSourceError: it is no Ghost export.
    """

    source = "ghost"
    ids_are_paths = False

    def __init__(
        self,
        path: Path,
        *,
        media: MediaStore,
        now: datetime,
        dry_run: bool,
        content: Path | None = None,
        site_url: str = "",
        http: GuardedClient | None = None,
    ) -> None:
        self.name = path.name
        self._now = now
        self._site_url = site_url.rstrip("/")
        self._spans: list[Span] = []
        self._refused: list[tuple[str, str]] = []
        self._counts: Counter[str] = Counter()
        with ExitStack() as stack:
            archive = self._open_archive(path, stack) if path.suffix.lower() == ".zip" else None
            file = path if archive is None else self._unpack_export(archive, stack)
            self._export = stack.enter_context(Export(file))
            self._blog = Blog(self._export)
            beside: Source | None = archive
            if content is not None:
                self._refused += archive.refused if archive else []
                beside = open_source(content)
                stack.callback(beside.close)
            self._contents = Contents(beside)
            self._open = stack.pop_all()
        self._pictures = Pictures(self._contents, media=media, dry_run=dry_run, now=now)
        self._remote: RemotePictures | None = None
        if http is not None:
            self._remote = RemotePictures(http, media=media, dry_run=dry_run, now=now)

    @property
    def blog(self) -> Blog:
        """Answer what all posts share: people, tags, settings."""
        return self._blog

    @property
    def settings(self) -> dict[str, str]:
        """Answer the settings of the blog, as they are written."""
        return self._blog.settings

    def heads(
        self, zone: ZoneInfo, progress: Callable[[int, int], None]
    ) -> Iterator[formats.Item | ReportRow]:
        """Answer every post in its order; rows for what is not taken."""
        for file, reason in [*self._refused, *self._contents.refused]:
            self._spans.append(Span(0, 0))
            yield ReportRow(file=file, outcome="skipped", reason=reason)
        spans = self._export.tables.get("posts", Spans())
        for number, span in enumerate(spans, start=1):
            self._spans.append(span)
            yield self._head(span, number, zone)
            if number % 100 == 0 or number == len(spans):
                progress(number, len(spans))

    async def texts(
        self, wanted: Sequence[formats.Wanted], desk: formats.Desk
    ) -> AsyncIterator[formats.Text | tuple[int, ReportRow]]:
        """Answer the texts of these posts."""
        made = (self._made(item.number, desk) for item in wanted)
        async for chunk in formats.chunks(made, 10):
            for number, head, body, warnings in chunk:
                if len(body) > BODY_LIMIT:
                    yield number, self._skipped(number, f"is longer than {BODY_LIMIT:,} characters")
                    continue
                rewriting = self._rewriting(head, desk)
                text = await rewriting.rewrite(body)
                found, problems = await self._with_cover(head, rewriting)
                more = [*warnings, *problems, *rewriting.warnings(text)]
                yield formats.Text(number=number, found=found, body=text, warnings=more)

    def notes(self) -> list[str]:
        """Answer remarks about the whole."""
        version = self._export_version()
        notes = [f"the export is of Ghost {version}"] if version else []
        if not self._spans:
            notes.append("the export holds no posts")
        if self._counts["internal"]:
            count = self._counts["internal"]
            notes.append(f"{count} posts have internal tags (#…): kept with them, shown nowhere")
        if self._remote is not None and self._remote.wanted:
            notes.append(f"{self._remote.wanted} pictures would be fetched")
        if self._blog.left:
            left = ", ".join(f"{name} ({count})" for name, count in self._blog.left.items())
            notes.append(f"tables that are not taken: {left}"[:1_000])
        return notes

    def close(self) -> None:
        """Let go of the files."""
        self._open.close()

    def _export_version(self) -> str:
        return without_forbidden_characters(self._export.version)

    def _open_archive(self, path: Path, stack: ExitStack) -> FileSource:
        archive = open_source(path, largest=_LARGEST_EXPORT)
        stack.callback(archive.close)
        return archive

    def _unpack_export(self, archive: FileSource, stack: ExitStack) -> Path:
        """Put the export of an archive where it can be mapped."""
        names = [name for name in sorted(archive.files, key=lambda name: (name.count("/"), name))
                 if name.lower().endswith(".json") and not _NOT_EXPORTS.search(name)]  # fmt: skip
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="octavo-ghost-")))
        for name in names:
            try:
                file = archive.unpack(name, folder)
                Export(file).close()
            except (UnreadableError, UnusableSourceError) as exc:
                self._refused.append((name, str(exc)))
            else:
                return file
        refused = [*self._refused, *archive.refused][:3]
        reasons = "; ".join(f"{name} {reason}" for name, reason in refused)
        msg = f"{self.name} holds no Ghost export (a .json file)" + (
            f": {reasons}" if reasons else ""
        )
        raise UnusableSourceError(msg)

    def _head(self, span: Span, number: int, zone: ZoneInfo) -> formats.Item | ReportRow:
        row: Row = {}
        try:
            data = self._export.bytes_of(span)
            row = decode_row(data)
            post = posts.understand(row, self._blog, zone=zone, now=self._now, full=False)
        except (RowError, SkippedError) as exc:
            item = posts.name_of(row) if row else f"post {number}"
            return ReportRow(file=self.name, item=item, outcome="skipped", reason=str(exc))
        self._counts["internal"] += any(tag.is_internal for tag in self._blog.tags_of(row))
        return formats.Item(
            source_id=posts.source_id(row),
            content_hash=hashlib.sha256(data + self._blog.fingerprint(row)).hexdigest(),
            found=post.found,
            file=self.name,
            name=posts.name_of(row),
            status=post.status,
        )

    def _made(self, number: int, desk: formats.Desk) -> tuple[int, Found, str, list[str]]:
        row = self._export.row(self._spans[number])
        post = posts.understand(row, self._blog, zone=desk.zone, now=self._now, full=True)
        body = body_of(row)
        text = without_forbidden_characters(body.markdown.replace("\r\n", "\n").replace("\r", "\n"))
        return number, post.found, self._own(text), body.warnings

    def _own(self, text: str) -> str:
        """Answer the text with the blog's addresses from its root."""
        if self._site_url:
            text = text.replace(f"{self._site_url}/", "/")
        return with_originals(text)

    def _rewriting(self, found: Found, desk: formats.Desk) -> Rewriting:
        return Rewriting(
            file="content/post.md",
            old_url=found.old_url,
            files=self._contents.files.keys(),
            directory=desk.directory,
            addresses=desk.addresses,
            pictures=self._pictures,
            remote=self._remote,
            site_url=self._site_url and f"{self._site_url}/",
            own_files=_OWN_FILES,
        )

    async def _with_cover(self, found: Found, rewriting: Rewriting) -> tuple[Found, list[str]]:
        if found.cover is None:
            return found, []
        url = self._own(found.cover.url)
        file = url.partition("?")[0].lstrip("/")
        remote = urljoin(f"{self._site_url}/", url) if self._site_url else url
        taken: str | None = None
        if file in self._contents.files:
            problem = await self._pictures.take(file)
            taken = self._pictures.url_of(file)
        elif self._remote is not None and remote.startswith(("http://", "https://")):
            problem = await self._remote.take(remote)
            taken = self._remote.url_of(remote)
        else:
            problem = "is not there" if url.startswith("/content/") else None
        media_id = rewriting.media_id(taken) if taken else None
        cover = msgspec.structs.replace(found.cover, url=taken or url, media_id=media_id)
        problems = [f"its cover {url[:200]} {problem}"] if problem else []
        return msgspec.structs.replace(found, cover=cover), problems

    def _skipped(self, number: int, reason: str) -> ReportRow:
        item = posts.name_of(self._export.row(self._spans[number]))
        return ReportRow(file=self.name, item=item, outcome="skipped", reason=reason)
