"""The library as it is read for an export: piece by piece, never all of it at once."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec

from octavo.content.planned import refs_from
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
from octavo.kernel.db import fetch
from octavo.strategy import queries as strategy

_AT_ONCE = 100
Row = dict[str, Any]


class Text(NamedTuple):
    """A revision with its tags and bylines, as rows."""

    row: Row
    tags: list[Row]
    authors: list[Row]


class Whole(NamedTuple):
    """A piece with the texts that count: the newest, what readers see, what is planned."""

    piece: Row
    head: Text
    live: Text | None
    planned: Text | None
    aliases: list[str]
    imported: list[Row]


class Library:
    """Names of what pieces point at, kept in memory: small beside the texts."""

    def __init__(self) -> None:
        self.tags: dict[int, Row] = {}
        self.authors: dict[int, Row] = {}
        self.series: dict[int, Row] = {}
        self.media: dict[int, str] = {}
        self.campaigns: dict[int, str] = {}

    async def load(self) -> None:
        """Read the lists."""
        self.tags = {row["id"]: row for row in await TagRow.select()}
        self.authors = {row["id"]: row for row in await AuthorRow.select()}
        self.series = {row["id"]: row for row in await SeriesRow.select()}
        rows = await MediaRow.select(MediaRow.id, MediaRow.path)
        self.media = {row["id"]: row["path"] for row in rows}
        self.campaigns = {one.id: one.name for one in await strategy.all_campaigns()}

    async def pieces(self) -> AsyncIterator[Whole]:
        """Answer every piece, in the order they were made."""
        after = 0
        while ids := await self._ids_after(after):
            after = ids[-1]
            labels = {table: await _links(table, ids) for table in (PieceTagRow, PieceAuthorRow)}
            aliases = await _grouped(
                await RedirectRow.select(RedirectRow.piece_id, RedirectRow.from_path).where(
                    RedirectRow.piece_id.is_in(ids)
                )
            )
            imported = await _grouped(
                await ImportedRow.select().where(
                    ImportedRow.piece_id.is_in(ids) & (ImportedRow.source != "octavo")
                )
            )
            for piece_id in ids:
                row = await PieceRow.select().where(PieceRow.id == piece_id).first()
                if row is not None and row["head_revision_id"] is not None:
                    paths = sorted(alias["from_path"] for alias in aliases.get(piece_id, []))
                    yield await self._whole(row, labels, paths, imported.get(piece_id, []))

    async def _whole(
        self, piece: Row, labels: dict[Any, list[Row]], aliases: list[str], imported: list[Row]
    ) -> Whole:
        def linked(*, live: bool) -> tuple[list[Row], list[Row]]:
            tags = [self.tags[link["tag_id"]] for link in labels[PieceTagRow]
                    if link["piece_id"] == piece["id"] and bool(link["live"]) == live
                    and link["tag_id"] in self.tags]  # fmt: skip
            people = [self.authors[link["author_id"]] for link in labels[PieceAuthorRow]
                      if link["piece_id"] == piece["id"] and bool(link["live"]) == live
                      and link["author_id"] in self.authors]  # fmt: skip
            return tags, people

        live = planned = None
        if piece["live_revision_id"] is not None:
            live = Text(await _revision(piece["live_revision_id"]), *linked(live=True))
        if piece["edit_instant"] is not None:
            refs = refs_from(piece["edit_refs"])
            planned = Text(
                await _revision(piece["edit_revision_id"]),
                [self.tags[i] for i in refs.tag_ids if i in self.tags],
                [self.authors[i] for i in refs.author_ids if i in self.authors],
            )
        head = Text(await _revision(piece["head_revision_id"]), *linked(live=False))
        ordered = sorted(imported, key=lambda row: (row["source"], row["source_id"]))
        return Whole(piece, head, live, planned, aliases, ordered)

    async def _ids_after(self, after: int) -> list[int]:
        rows = await (
            PieceRow.select(PieceRow.id)
            .where(PieceRow.id > after)
            .order_by(PieceRow.id)
            .limit(_AT_ONCE)
        )
        return [row["id"] for row in rows]


async def count_pieces() -> int:
    """Answer how many pieces there are."""
    rows = await fetch("SELECT COUNT(*) AS n FROM piece")
    return int(rows[0]["n"])


async def _revision(revision_id: int) -> Row:
    (row,) = await RevisionRow.select().where(RevisionRow.id == revision_id)
    return {**row, "fields": msgspec.json.decode(row["fields"]),
            "meta": msgspec.json.decode(row["meta"])}  # fmt: skip


async def _links(table: Any, ids: list[int]) -> list[Row]:
    return list(await table.select().where(table.piece_id.is_in(ids)).order_by(table.position))


async def _grouped(rows: list[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["piece_id"], []).append(row)
    return groups
