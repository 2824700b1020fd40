"""The pieces of an export: each stored whole in one transaction, or not at all."""

import hashlib
from collections.abc import Sequence
from typing import Any

from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM
from octavo.content import rules
from octavo.content.events import PiecesImported, RedirectsChanged
from octavo.content.exporters.records import Head, PieceBlock
from octavo.content.importers.report import ReportRow
from octavo.content.importers.restoring.archive import RefusedFileError, TextFile
from octavo.content.importers.restoring.checking import piece_values, revision_values
from octavo.content.importers.restoring.state import SOURCE, Restoring
from octavo.content.planned import stored_refs
from octavo.content.tables import (
    ImportedRow,
    PieceAuthorRow,
    PieceRow,
    PieceTagRow,
    RedirectRow,
    RevisionRow,
)
from octavo.kernel.db import is_unique_violation, transaction


async def store_piece(run: Restoring, name: str) -> ReportRow:
    """Store a piece that is not here yet; say what became of it.

    Raises:
        RefusedFileError: it cannot be taken.
        OctavoError: a field cannot be used.
        UnreadableError, MsgspecError, UnicodeError: its file is damaged.
    """
    piece = _Piece(run, name)
    known = await (
        ImportedRow.select(ImportedRow.content_hash)
        .where((ImportedRow.source == SOURCE) & (ImportedRow.source_id == name))
        .first()
    )
    if known is not None and known["content_hash"] == piece.digest:
        return ReportRow(**piece.report, outcome="unchanged")
    slug = piece.newest.head.slug
    if rules.check_slug(slug) != slug:
        raise RefusedFileError(f"{slug!r} cannot be a slug")
    if known is not None or await PieceRow.exists().where(PieceRow.slug == slug):
        raise RefusedFileError(f"there is a piece {slug!r} already, and what is here stays")
    return ReportRow(**piece.report, outcome="taken", warnings=await piece.store(slug))


class _Piece:
    def __init__(self, run: Restoring, name: str) -> None:
        self._run = run
        self._name = name
        self._main = run.archive.text(name)
        block = self._main.head.octavo.piece
        if block is None:
            raise RefusedFileError("says nothing of its piece: it is an edit of another file")
        self._block: PieceBlock = block
        stem = name.removeprefix("pieces/").removesuffix(".md")
        self._edits: dict[str, TextFile] = {
            edit: run.archive.text(f"edits/{stem}.{edit}.md") for edit in dict.fromkeys(block.edits)
        }
        parts = (file.digest for file in (self._main, *self._edits.values()))
        self.digest = hashlib.sha256(b"".join(parts)).hexdigest()

    @property
    def newest(self) -> TextFile:
        """The text that writers see."""
        return self._edits.get("draft", self._main)

    @property
    def report(self) -> dict[str, Any]:
        """What a row of the report says of it, whatever becomes of it."""
        return {
            "file": self._name,
            "kind": self._block.kind,
            "status": self._block.status,
            "url": self._block.live_path,
        }

    async def store(self, slug: str) -> list[str]:
        """Store it with all that belongs to it, unless this is a dry run; answer warnings."""
        run, block, warnings = self._run, self._block, list[str]()
        values = piece_values(run, block, self._main, self._edits, slug)
        texts = {
            edit: revision_values(run, block, file, warnings)
            for edit, file in (("", self._main), *self._edits.items())
        }
        if run.dry_run:
            return warnings
        try:
            async with transaction():
                piece_id = await self._insert(values, texts, warnings)
                warnings += await run.ctas.place(piece_id, block.ctas)
                await self._tell(piece_id)
        except Exception as exc:
            if is_unique_violation(exc):
                raise RefusedFileError("its address belongs to another piece already") from exc
            raise
        return warnings

    async def _insert(
        self, values: dict[str, Any], texts: dict[str, dict[str, Any]], warnings: list[str]
    ) -> int:
        await _make_room(values, warnings)
        rows = await PieceRow.insert(PieceRow(**values)).returning(PieceRow.id)
        piece_id = int(rows[0]["id"])
        await self._point(piece_id, await self._revisions(piece_id, texts))
        await self._link(piece_id, self.newest.head, live=False)
        if self._block.is_live:
            await self._link(piece_id, self._main.head, live=True)
        for alias in self._main.head.aliases:
            await RedirectRow.insert(
                RedirectRow(from_path=alias, piece_id=piece_id, reason="imported",
                            created_at=self._run.now)
            ).on_conflict(target=RedirectRow.from_path, action="DO NOTHING")  # fmt: skip
        await self._note_source(piece_id)
        return piece_id

    async def _revisions(self, piece_id: int, texts: dict[str, dict[str, Any]]) -> dict[str, int]:
        """Store the texts; answer their ids by what they are: the main one, `planned`, `draft`."""
        edits = self._edits
        ids = {"": await _insert_revision(piece_id, 1, texts[""])}
        shared = "draft" in edits and "planned" in edits
        shared = shared and edits["draft"].digest == edits["planned"].digest
        for number, edit in enumerate(sorted(edits, reverse=True), start=2):  # planned, then draft
            if shared and edit == "draft":
                ids[edit] = ids["planned"]
            else:
                ids[edit] = await _insert_revision(piece_id, number, texts[edit])
        return ids

    async def _point(self, piece_id: int, ids: dict[str, int]) -> None:
        """Let the piece know which revision is which."""
        refs = "{}"
        if "planned" in self._edits:
            own = self._edits["planned"].head.octavo
            refs = stored_refs(self._known("tags", own.tags), self._known("authors", own.authors))
        await PieceRow.update({
            PieceRow.head_revision_id: ids.get("draft", ids[""]),
            PieceRow.live_revision_id: ids[""] if self._block.is_live else None,
            PieceRow.edit_revision_id: ids.get("planned"),
            PieceRow.edit_refs: refs,
            PieceRow.version: max(1, len(set(ids.values()))),
        }).where(PieceRow.id == piece_id)  # fmt: skip

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

    def _known(self, name: str, slugs: Sequence[str]) -> list[int]:
        labels = self._run.labels[name]
        return [found for slug in dict.fromkeys(slugs) if (found := labels.get(slug))]

    async def _note_source(self, piece_id: int) -> None:
        """Note that it came from here, and where it had come from before."""
        now = self._run.now
        await ImportedRow.insert(ImportedRow(
            source=SOURCE, source_id=self._name, piece_id=piece_id,
            content_hash=self.digest, imported_at=now,
        ))  # fmt: skip
        for line in self._block.imported:
            if line.source != SOURCE:
                await ImportedRow.insert(ImportedRow(
                    source=line.source[:16], source_id=line.id[:1000], piece_id=piece_id,
                    content_hash=line.hash[:64], old_url=line.url[:2000], imported_at=now,
                )).on_conflict(
                    target=(ImportedRow.source, ImportedRow.source_id), action="DO NOTHING"
                )  # fmt: skip

    async def _tell(self, piece_id: int) -> None:
        run, aliases = self._run, self._main.head.aliases
        live = (piece_id,) if self._block.is_live else ()
        await accounts.record(
            SYSTEM, "pieces.imported", subject=f"import:{SOURCE}", now=run.now,
            detail={"pieces": 1, "live": len(live)},
        )  # fmt: skip
        await run.bus.announce(PiecesImported(piece_ids=(piece_id,), live_ids=live))
        if aliases:
            await run.bus.announce(RedirectsChanged(paths=tuple(aliases)))


async def _insert_revision(piece_id: int, number: int, text: dict[str, Any]) -> int:
    rows = await RevisionRow.insert(
        RevisionRow(
            piece_id=piece_id, number=number, reason="imported",
            created_by_name=SYSTEM.name, **text,
        )
    ).returning(RevisionRow.id)  # fmt: skip
    return int(rows[0]["id"])


async def _make_room(values: dict[str, Any], warnings: list[str]) -> None:
    """Leave a piece out of its translations if one of them here is in its language already."""
    group, language = values["translation_group"], values["language"]
    if group is not None and await PieceRow.exists().where(
        (PieceRow.translation_group == group) & (PieceRow.language == language)
    ):
        values["translation_group"] = None
        warnings.append("its translations have a piece in its language already: stands alone")
