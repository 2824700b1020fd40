"""Calls to action on their way out with the content, and back in."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from octavo.content.exporters.records import CtaPlace, Record
from octavo.cta import rules
from octavo.cta.schemas import Action, Destination, Label, Slug
from octavo.cta.tables import CtaRow, PieceCtaRow
from octavo.kernel.errors import OctavoError

__all__ = ["Carrier", "CtaLine"]


class CtaLine(Record, frozen=True, kw_only=True):
    """A call to action; its objective stays behind, for it is of another installation."""

    slug: Slug
    label: Label
    action: Action
    url: str
    count: int | None = None
    ppm: int | None = None
    archived_at: datetime | None = None
    created_at: datetime


class Carrier:
    """What the export and the import of content ask of this feature."""

    async def lines(self) -> Sequence[Record]:
        """Answer every call to action, by slug."""
        rows = await CtaRow.select()
        lines = [
            CtaLine(
                slug=row["slug"],
                label=row["label"],
                action=row["action"],
                url=row["destination_url"],
                count=row["expected_count"],
                ppm=row["expected_ppm"],
                archived_at=row["archived_at"],
                created_at=row["created_at"],
            )
            for row in rows
        ]
        return sorted(lines, key=lambda line: line.slug)

    async def placed(self, piece_ids: Sequence[int]) -> dict[int, list[CtaPlace]]:
        """Answer the calls to action of some pieces, in their order."""
        rows = await (
            PieceCtaRow.select(
                PieceCtaRow.piece_id,
                PieceCtaRow.cta_id.slug.as_alias("slug"),
                PieceCtaRow.expected_count,
                PieceCtaRow.expected_ppm,
            )
            .where(PieceCtaRow.piece_id.is_in(list(piece_ids)))
            .order_by(PieceCtaRow.position)
            .order_by(PieceCtaRow.id)
        )
        places: dict[int, list[CtaPlace]] = {}
        for row in rows:
            place = CtaPlace(cta=row["slug"], count=row["expected_count"], ppm=row["expected_ppm"])
            places.setdefault(row["piece_id"], []).append(place)
        return places

    async def restore(self, lines: Sequence[bytes], *, now: datetime) -> list[str]:
        """Store calls to action that are not here yet; answer remarks."""
        notes: list[str] = []
        known = {row["slug"] for row in await CtaRow.select(CtaRow.slug)}
        for raw in lines:
            try:
                line = msgspec.json.decode(raw, type=CtaLine)
                url = rules.destination_url(Destination(url=line.url), action=line.action)
            except msgspec.MsgspecError as exc:
                notes.append(f"a call to action is left out: {exc}")
                continue
            except OctavoError as exc:
                notes.append(f"the call to action {line.slug} is left out: {exc.message}")
                continue
            if line.slug in known or (line.count is None) == (line.ppm is None):
                continue
            known.add(line.slug)
            await CtaRow.insert(
                CtaRow(
                    slug=line.slug,
                    label=line.label,
                    action=line.action,
                    destination_url=url,
                    expected_count=line.count,
                    expected_ppm=line.ppm,
                    archived_at=line.archived_at,
                    created_at=line.created_at,
                    updated_at=now,
                )
            )
        return notes

    async def place(self, piece_id: int, places: Sequence[CtaPlace]) -> list[str]:
        """Put calls to action onto a piece; answer remarks."""
        ids = {row["slug"]: row["id"] for row in await CtaRow.select(CtaRow.id, CtaRow.slug)}
        warnings = [
            f"the call to action {place.cta[:80]!r} is not here: left out"
            for place in places
            if place.cta not in ids
        ]
        rows = [
            PieceCtaRow(
                piece_id=piece_id,
                cta_id=ids[place.cta],
                position=position,
                expected_count=place.count,
                expected_ppm=place.ppm,
            )
            for position, place in enumerate(places)
            if place.cta in ids
        ]
        if rows:
            await PieceCtaRow.insert(*rows)
        return warnings
