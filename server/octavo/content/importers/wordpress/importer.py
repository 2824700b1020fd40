"""`octavo import wordpress`: the `Format` that `intake` drives over an export and its uploads."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import msgspec

from octavo.content.importers import formats
from octavo.content.importers.found import Found, SkippedError
from octavo.content.importers.report import Outcome, ReportRow
from octavo.content.importers.sources import (
    Source,
    UnreadableError,
    UnusableSourceError,
    open_source,
)
from octavo.content.importers.wordpress import bodies, items
from octavo.content.importers.wordpress.reader import Row, read_rows
from octavo.content.importers.wordpress.shortcodes import Library
from octavo.content.importers.wordpress.site import Given, Site, whole_number
from octavo.content.importers.wordpress.uploads import Uploads
from octavo.content.media.store import MediaStore
from octavo.content.schemas import BODY_LIMIT
from octavo.kernel.http import GuardedClient

_LARGEST_EXPORT = 4_000_000_000
_ROWS_AT_ONCE = 25
_TAKEN = frozenset({"post", "page"})
# What a theme or the editor keeps among the posts: counted, not told one by one.
_INTERNAL = frozenset(
    {
        "nav_menu_item", "revision", "custom_css", "customize_changeset", "oembed_cache",
        "user_request", "wp_block", "wp_template", "wp_template_part", "wp_global_styles",
        "wp_navigation", "wp_font_family", "wp_font_face", "acf-field", "acf-field-group",
    }
)  # fmt: skip


class _Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An item between its XML and its Markdown."""

    wanted: formats.Wanted
    found: Found
    html: str
    urls: list[str]
    warnings: list[str]


class WordPress:
    """An opened export; `intake.take_in` closes it.

    Args:
        path: the .xml, or a .zip or folder with one or more of them.
        uploads: the folder (or .zip) `wp-content/uploads`; a .zip with the export may hold it too.
        http: fetches the files that are not there; None: nothing is fetched.
        with_comments: keep the comments of people with their post.

    Raises:
        UnusableSourceError: there is no export at `path`, or no folder at `uploads`.
    """

    source = "wordpress"
    ids_are_paths = False

    def __init__(
        self,
        path: Path,
        *,
        media: MediaStore,
        now: datetime,
        dry_run: bool,
        uploads: Path | None = None,
        http: GuardedClient | None = None,
        with_comments: bool = False,
    ) -> None:
        self.name = path.name
        self.site = Site()
        self._given = Given(now=now, with_comments=with_comments)
        self._files: list[tuple[str, Path]] = []
        self._refused: list[tuple[str, str]] = []
        self._comments: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        with ExitStack() as stack:
            beside = self._open(path, stack)
            if uploads is not None:
                beside = open_source(uploads, largest=media.limits.largest_bytes)
                stack.callback(beside.close)
            self._opened = stack.pop_all()
        self._uploads = Uploads(
            self.site, media=media, folder=beside, http=http, dry_run=dry_run, now=now
        )

    def heads(
        self, zone: ZoneInfo, progress: Callable[[int, int], None]
    ) -> Iterator[formats.Item | ReportRow | None]:
        """Answer every item in its order."""
        total = sum(path.stat().st_size for _, path in self._files)
        for file, reason in self._refused:
            yield ReportRow(file=file, outcome="skipped", reason=reason)
        before = 0
        for name, path in self._files:
            told = partial(_told, progress, before, total)
            for row in self._rows(name, path, told):
                yield self._head(row, name, zone)
            before += path.stat().st_size
        progress(total, total)

    async def texts(
        self, wanted: Sequence[formats.Wanted], desk: formats.Desk
    ) -> AsyncIterator[formats.Text | tuple[int, ReportRow]]:
        """Answer the texts of these items, and what became of the files."""
        await self._uploads.load()
        async for chunk in formats.chunks(self._drafts(iter(wanted), desk), _ROWS_AT_ONCE):
            drafts = [draft for draft in chunk if isinstance(draft, _Draft)]
            files = [file for file in chunk if not isinstance(file, _Draft)]
            urls = [url for draft in drafts for url in draft.urls]
            await self._uploads.take([*urls, *(url for _, _, url in files)])
            for number, row, url in files:
                yield number, self._file_row(row, url)
            for text in await asyncio.to_thread(self._written, drafts, desk):
                yield text

    def notes(self) -> list[str]:
        """Answer remarks about the whole."""
        notes = []
        version = self.site.channel.get("wxr_version")
        if version:
            notes.append(f"the export is WXR {version[:10]} of {self.site.key or 'a blog'}")
        if self._left:
            left = ", ".join(f"{name[:40]} ({count})" for name, count in self._left.most_common(40))
            notes.append(f"items that are neither posts nor pages are left out: {left}")
        notes += self._notes_of_comments()
        if self.site.attachments and not self._uploads.is_wanted:
            notes.append(
                f"{len(self.site.attachments)} files stay where they are: bring them along with"
                " --uploads or --fetch-media"
            )
        if self.site.parents:
            notes.append(
                f"{len(self.site.parents)} categories stand below others: they became plain tags,"
                " and the tree is kept with the pieces"
            )
        return notes

    def close(self) -> None:
        """Let go of the files."""
        self._opened.close()

    # The first walk

    def _open(self, path: Path, stack: ExitStack) -> Source | None:
        """Find the exports; answer the source if it may hold uploads too."""
        if path.is_file() and path.suffix.lower() != ".zip":
            self._files = [(path.name, path)]
            return None
        source = open_source(path, largest=_LARGEST_EXPORT)
        stack.callback(source.close)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="octavo-wordpress-")))
        self._refused = list(source.refused)
        for name in sorted(source.files):
            if name.lower().endswith(".xml"):
                try:
                    self._files.append((name, source.unpack(name, folder)))
                except UnreadableError as exc:
                    self._refused.append((name, str(exc)))
        if not self._files:
            reasons = "; ".join(f"{name[:80]} {reason}" for name, reason in self._refused[:3])
            raise UnusableSourceError(
                f"{path.name} holds no WordPress export (an .xml file)"
                + (f": {reasons}" if reasons else "")
            )
        has_others = any(not name.lower().endswith(".xml") for name in source.files)
        return source if has_others else None

    def _rows(
        self, name: str, path: Path, told: Callable[[int], None] | None = None
    ) -> Iterator[Row]:
        """Answer the items of one file; note what all items share on the way."""
        first = told is not None
        with path.open("rb") as stream:
            for kind, row in read_rows(stream, name=name, told=told):
                if kind == "item":
                    yield row
                elif kind == "channel" and first:
                    self.site.channel = {**row.texts, **self.site.channel}
                elif kind == "author":
                    self.site.note_author(row)
                elif first:
                    self.site.note_term(row)

    def _head(self, row: Row, file: str, zone: ZoneInfo) -> formats.Item | ReportRow | None:
        kind = items.post_type(row)
        if kind == "attachment":
            return self._attachment(row, file)
        if kind not in _TAKEN:
            self._left[kind] += 1
            if kind == "wp_block":
                self.site.note_block(row)
            if kind in _INTERNAL:
                return None
            return self._skipped(row, file, f"is of the type {kind[:40]!r}: neither post nor page")
        for comment in row.comments:
            self._comments["people" if items.is_comment(comment) else "others"] += 1
        try:
            post = items.understand(row, self.site, given=self._given, zone=zone, full=False)
        except SkippedError as exc:
            return self._skipped(row, file, str(exc))
        if len(row.texts.get("content", "")) > BODY_LIMIT:
            return self._skipped(row, file, f"is longer than {BODY_LIMIT:,} characters")
        if post.status is None and post.found.old_url:
            self.site.old_urls[whole_number(row.text("post_id"))] = post.found.old_url
            self.site.note_lists(row)
        shows_files = "_thumbnail_id" in dict(row.meta) or "uploads" in row.texts.get("content", "")
        return formats.Item(
            source_id=items.source_id(row, self.site),
            content_hash=items.content_hash(
                row, given=self._given, media=self._uploads.mode if shows_files else ""
            ),
            found=post.found,
            file=file,
            line=row.line,
            name=items.name_of(row),
            status=post.status,
        )

    def _attachment(self, row: Row, file: str) -> ReportRow | None:
        attachment = self.site.note_attachment(row)
        if attachment is None:
            return self._skipped(row, file, "is a file without an address")
        return None

    # The second walk

    def _drafts(
        self, wanted: Iterator[formats.Wanted], desk: formats.Desk
    ) -> Iterator["_Draft | tuple[int, ReportRow, str]"]:
        number = len(self._refused) - 1
        item = next(wanted, None)
        for name, path in self._files:
            for row in self._rows(name, path):
                number += 1
                if item is not None and item.number == number:
                    yield self._draft(item, row, desk)
                    item = next(wanted, None)
                elif self._uploads.is_wanted and items.post_type(row) == "attachment":
                    found = self.site.attachments.get(whole_number(row.text("post_id")))
                    if found is not None:
                        yield number, self._skipped(row, name, ""), found.url

    def _draft(self, item: formats.Wanted, row: Row, desk: formats.Desk) -> _Draft:
        post = items.understand(row, self.site, given=self._given, zone=desk.zone, full=True)
        own = whole_number(row.text("post_id"))
        library = Library(
            find=self.site.attachments.get, own=lambda: self.site.own_attachments(own)
        )
        html, warnings = bodies.as_html(
            row.texts.get("content", ""), library=library, find_block=self.site.blocks.get
        )
        originals = (self._uploads.original(url) for url in bodies.addresses(html))
        urls = [url for url in originals if url is not None]
        if post.found.cover is not None:
            urls.append(post.found.cover.url)
        return _Draft(
            wanted=item,
            found=post.found,
            html=html,
            urls=urls,
            warnings=warnings,
        )

    def _written(
        self, drafts: list[_Draft], desk: formats.Desk
    ) -> list[formats.Text | tuple[int, ReportRow]]:
        return [self._text(draft, desk) for draft in drafts]

    def _text(self, draft: _Draft, desk: formats.Desk) -> formats.Text | tuple[int, ReportRow]:
        lost: dict[str, None] = {}

        def resolve(url: str) -> str | None:
            target = self._target(url, desk)
            if target is None and self._is_own_page(url):
                lost[url] = None
            return target

        body = bodies.to_markdown(bodies.rewritten(draft.html, resolve))
        item = draft.wanted.item
        if len(body.markdown) > BODY_LIMIT:
            reason = f"is longer than {BODY_LIMIT:,} characters as Markdown"
            row = ReportRow(
                file=item.file, line=item.line, item=item.name, outcome="skipped", reason=reason
            )
            return draft.wanted.number, row
        warnings = [*draft.warnings, *body.warnings, *self._file_problems(draft.urls)]
        if lost:
            warnings.append(f"links lead to nothing that was imported: {_listed(list(lost))}")
        return formats.Text(
            number=draft.wanted.number,
            found=self._with_cover(draft.found),
            body=body.markdown,
            warnings=warnings,
        )

    def _target(self, url: str, desk: formats.Desk) -> str | None:
        """Answer where an address leads now; None if it stays as it is."""
        original = self._uploads.original(url)
        if original is not None:
            kept = self._uploads.kept(original)
            return None if kept is None else kept.url
        place = self._place(url)
        if place is None:
            return None
        path, query, fragment = place
        end = f"#{fragment}" if fragment else ""
        for name in ("p", "page_id"):
            number = whole_number("".join(query.get(name, [])[:1]))
            old = self.site.old_urls.get(number)
            found = desk.directory.find_old(old) if old else None
            if found is not None:
                return found + end
        found = desk.directory.find_link(path, file="", old_url="/")
        return None if found is None else found + end

    def _place(self, url: str) -> tuple[str, dict[str, list[str]], str] | None:
        """Answer path, query and fragment of an address of the old blog."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
            query = parse_qs(parts.query, max_num_fields=50)
        except ValueError:
            return None
        absolute = parts.scheme in {"http", "https"} and host in self.site.hosts
        relative = not parts.scheme and not parts.netloc and parts.path.startswith("/")
        if not (absolute or relative):
            return None
        return parts.path or "/", query, parts.fragment

    def _is_own_page(self, url: str) -> bool:
        place = self._place(url)
        return place is not None and place[0] != "/" and self._uploads.original(url) is None

    def _with_cover(self, found: Found) -> Found:
        if found.cover is None:
            return found
        kept = self._uploads.kept(found.cover.url)
        if kept is None:
            return found
        cover = msgspec.structs.replace(found.cover, url=kept.url, media_id=kept.media_id)
        return msgspec.structs.replace(found, cover=cover)

    def _file_problems(self, urls: list[str]) -> list[str]:
        problems = []
        for url in dict.fromkeys(urls):
            problem = self._uploads.problem(url)
            if problem is not None:
                problems.append(f"file {url[:200]} {problem}: its address stays as it was")
        return problems

    def _file_row(self, row: ReportRow, url: str) -> ReportRow:
        kept = self._uploads.kept(url)
        if kept is None:
            reason = self._uploads.problem(url) or "was not brought along"
            return msgspec.structs.replace(row, reason=reason, old_url=url)
        outcome: Outcome = "taken" if kept.is_new else "unchanged"
        return msgspec.structs.replace(row, outcome=outcome, kind="file", url=kept.url, old_url=url)

    def _skipped(self, row: Row, file: str, reason: str) -> ReportRow:
        return ReportRow(
            file=file, line=row.line, item=items.name_of(row), outcome="skipped", reason=reason
        )

    def _notes_of_comments(self) -> list[str]:
        notes = []
        people, others = self._comments["people"], self._comments["others"]
        if people and self._given.with_comments:
            notes.append(f"{people} comments are kept with their posts, and not shown yet")
        elif people:
            notes.append(f"{people} comments are left out: keep them with --comments")
        if others:
            notes.append(f"{others} pingbacks, trackbacks, spam and deleted comments are left out")
        return notes


def _told(progress: Callable[[int, int], None], before: int, total: int, done: int) -> None:
    progress(min(before + done, total), total)


def _listed(names: list[str]) -> str:
    shown = ", ".join(name[:80] for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")  # noqa: PLR2004
