"""`octavo export markdown`: a folder of Markdown that our importer takes back without loss.

The same library gives the same bytes: ids, and what only this installation knows, are left out.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, Protocol

import msgspec

from octavo.content.exporters import records
from octavo.content.exporters.heads import write_file
from octavo.content.exporters.library import Library, Text, Whole, count_pieces
from octavo.content.exporters.names import file_stem
from octavo.content.exporters.records import (
    CoverLine,
    CtaPlace,
    Head,
    ImportLine,
    MediaLine,
    Moment,
    PieceBlock,
    Record,
    TextBlock,
)
from octavo.content.exporters.report import ExportReport, counted
from octavo.content.exporters.writing import whole_folder
from octavo.content.fields import fields_from
from octavo.content.media.store import MediaStore
from octavo.content.tables import MediaRow, RedirectRow
from octavo.kernel.storage import StoredFileNotFoundError
from octavo.strategy import queries as strategy

__all__ = ["Companion", "NoCtas", "export_markdown", "write_folder"]

Progress = Callable[[int, int], None]
_AT_ONCE = 500


class Companion(Protocol):
    """The calls to action, of a feature above this one: on their way out."""

    async def lines(self) -> Sequence[Record]:
        """Answer every call to action, in a steady order."""

    async def placed(self, piece_ids: Sequence[int]) -> dict[int, list[CtaPlace]]:
        """Answer those of some pieces, in their order."""


class NoCtas:
    """There are no calls to action."""

    async def lines(self) -> Sequence[Record]:
        """Answer none."""
        return []

    async def placed(self, piece_ids: Sequence[int]) -> dict[int, list[CtaPlace]]:
        """Answer none."""
        del piece_ids
        return {}


async def export_markdown(
    target: Path, *, media: MediaStore, ctas: Companion, progress: Progress | None = None
) -> ExportReport:
    """Write the whole library into a folder, which appears when it is complete.

    Raises:
        TargetRefusedError: something else lies at the target.
        NoRoomError: the disk is full.
    """
    started = time.monotonic()
    with whole_folder(target) as folder:
        counts, notes = await write_folder(folder, media=media, ctas=ctas, progress=progress)
    return ExportReport(
        target=target.name,
        format="markdown",
        counts=counted(counts),
        notes=notes,
        seconds=time.monotonic() - started,
    )


async def write_folder(
    folder: Path, *, media: MediaStore, ctas: Companion, progress: Progress | None = None
) -> tuple[Counter[str], list[str]]:
    """Write the whole library into an empty folder; answer what was written, and remarks."""
    counts: Counter[str] = Counter(pieces=0, media=0)
    notes: list[str] = []
    for name in records.FOLDERS:
        (folder / name).mkdir()
    library = Library()
    await library.load()
    await _lists(folder, library, ctas, counts)
    total = await count_pieces()
    async for whole in library.pieces():
        places = await ctas.placed([whole.piece["id"]])
        counts["edits"] += await asyncio.to_thread(
            _write_piece, folder, whole, library, places.get(whole.piece["id"], [])
        )
        counts["pieces"] += 1
        if progress is not None:
            progress(counts["pieces"], total)
    await _media(folder, media, counts, notes)
    # Last: a folder without it is no export.
    manifest = records.Manifest(format=records.FORMAT, version=records.VERSION)
    (folder / records.MANIFEST).write_bytes(_pretty(manifest))
    return counts, notes


def _piece_files(whole: Whole, library: Library, places: list[CtaPlace]) -> dict[str, bytes]:
    """Answer the files of a piece by their names."""
    stem = file_stem(whole.piece["slug"])
    files: dict[str, bytes] = {}

    def add(name: str, text: Text, block: PieceBlock | None) -> None:
        row = text.row
        extra = row["extra"] not in {"", "{}"}
        files[f"{name}.md"] = write_file(
            _head(whole, text, library, block, extra=extra), row["body"]
        )
        if extra:
            files[f"{name}.extra.json"] = _pretty(msgspec.json.decode(row["extra"]))

    block = _block(whole, library, places)
    add(f"pieces/{stem}", whole.live or whole.head, block)
    if "draft" in block.edits:
        add(f"edits/{stem}.draft", whole.head, None)
    if whole.planned is not None:
        add(f"edits/{stem}.planned", whole.planned, None)
    return files


def _head(
    whole: Whole, text: Text, library: Library, block: PieceBlock | None, *, extra: bool
) -> Head:
    piece, row = whole.piece, text.row
    meta = row["meta"]
    cover = _cover(meta.get("cover"), library)
    shown = piece["published_at"] or piece["publish_instant"]
    return Head(
        title=row["title"],
        slug=row["slug"],
        date=shown,
        lastmod=piece["updated_at"],
        draft=block is None or piece["status"] not in {"published", "scheduled"},
        authors=[person["name"] for person in text.authors],
        tags=[tag["name"] for tag in text.tags],
        summary=row["excerpt"],
        lang=row["language"],
        translations=(piece["translation_group"] or "") if block is not None else "",
        canonical=row["canonical_url"],
        source_url=row["source_url"],
        image=_address(cover),
        featured=meta.get("featured", False),
        meta_title=meta.get("meta_title", ""),
        meta_description=meta.get("meta_description", ""),
        aliases=whole.aliases if block is not None else [],
        octavo=TextBlock(
            tags=[tag["slug"] for tag in text.tags],
            authors=[person["slug"] for person in text.authors],
            series=library.series.get(meta.get("series_id"), {}).get("slug"),
            series_position=meta.get("series_position"),
            cover=cover,
            fields=_outward(
                fields_from(piece["kind"], msgspec.json.encode(row["fields"]).decode()), library
            ),
            saved_at=row["created_at"],
            extra=extra,
            piece=block,
        ),
    )


def _block(whole: Whole, library: Library, places: list[CtaPlace]) -> PieceBlock:
    piece = whole.piece
    is_newer = whole.live is not None and piece["head_revision_id"] != piece["live_revision_id"]
    names = {"draft": is_newer, "planned": whole.planned is not None}
    return PieceBlock(
        kind=piece["kind"],
        status=piece["status"],
        campaign=library.campaigns.get(piece["campaign_id"]),
        planned_for=piece["planned_for"],
        publish=_moment(piece, "publish"),
        unpublish=_moment(piece, "unpublish"),
        edit=_moment(piece, "edit"),
        stands_at=piece["stands_at"],
        created_at=piece["created_at"],
        updated_at=piece["updated_at"],
        published_at=piece["published_at"],
        live_at=piece["live_at"],
        path=piece["path"],
        live_path=piece["live_path"],
        is_live=whole.live is not None,
        edits=[name for name, there in names.items() if there],  # type: ignore[misc]
        ctas=places,
        imported=[
            ImportLine(
                source=row["source"], id=row["source_id"], hash=row["content_hash"],
                url=row["old_url"],
            )
            for row in whole.imported
        ],
    )  # fmt: skip


def _moment(piece: dict[str, Any], name: str) -> Moment | None:
    instant = piece[f"{name}_instant"]
    if instant is None:
        return None
    zone, fold = piece[f"{name}_zone"], piece[f"{name}_fold"]
    return Moment(at=piece[f"{name}_at"], zone=zone, fold=fold, instant=instant)


def _cover(cover: dict[str, Any] | None, library: Library) -> CoverLine | None:
    if not cover:
        return None
    path = library.media.get(cover.get("media_id") or 0)
    if path is None and not cover.get("url"):
        return None
    return CoverLine(
        media=path,
        url=None if path else cover["url"],
        alt=cover.get("alt", ""),
        caption=cover.get("caption", ""),
    )


def _address(cover: CoverLine | None) -> str | None:
    if cover is None:
        return None
    return f"/media/{cover.media}" if cover.media else cover.url


def _outward(value: Any, library: Library) -> Any:
    """Answer fields with the paths of files in place of their ids; files that are gone drop out."""
    if isinstance(value, list):
        items = [_outward(item, library) for item in value]
        return [item for item in items if item is not None]
    if not isinstance(value, dict):
        return value
    told: dict[str, Any] = {}
    for name, item in value.items():
        if not name.endswith("media_id"):
            told[name] = _outward(item, library)
        elif item in library.media:
            told[name.removesuffix("_id")] = library.media[item]
        elif item is not None and name == "media_id":
            return None
    return told


async def _lists(folder: Path, library: Library, ctas: Companion, counts: Counter[str]) -> None:
    labels = {records.TAGS: library.tags, records.SERIES: library.series}
    for file, rows in labels.items():
        _lines(folder / file, sorted(
            (records.Label(slug=row["slug"], name=row.get("name") or row.get("title") or "",
                           description=row["description"]) for row in rows.values()),
            key=attrgetter("slug"),
        ))  # fmt: skip
        counts[file.partition(".")[0]] = len(rows)
    people = [
        records.Person(slug=row["slug"], name=row["name"], bio=row["bio"], website=row["website"])
        for row in library.authors.values()
    ]
    _lines(folder / records.AUTHORS, sorted(people, key=attrgetter("slug")))
    counts["authors"] = len(people)
    fixed = await RedirectRow.select().where(RedirectRow.piece_id.is_null())
    redirects = [
        records.RedirectLine(path=row["from_path"], to=row["to_path"] or "/", reason=row["reason"])
        for row in fixed
    ]
    _lines(folder / records.REDIRECTS, sorted(redirects, key=attrgetter("path")))
    counts["redirects"] = len(redirects)
    campaigns = [
        records.CampaignLine(
            name=one.name,
            kind=one.kind,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            note=one.note,
        )
        for one in await strategy.all_campaigns()
    ]
    _lines(folder / records.CAMPAIGNS, sorted(campaigns, key=msgspec.json.encode))
    asked = await ctas.lines()
    _lines(folder / records.CTAS, asked)
    counts["ctas"] = len(asked)


async def _media(folder: Path, media: MediaStore, counts: Counter[str], notes: list[str]) -> None:
    paths = sorted(row["path"] for row in await MediaRow.select(MediaRow.path))
    with (folder / records.MEDIA).open("xb") as manifest:
        for start in range(0, len(paths), _AT_ONCE):
            wanted = paths[start : start + _AT_ONCE]
            rows = {
                row["path"]: row
                for row in await MediaRow.select().where(MediaRow.path.is_in(wanted))
            }
            for path in wanted:
                if path not in rows:
                    continue
                found = await asyncio.to_thread(_copy, media, path, folder / "media" / path)
                if found is None:
                    notes.append(f"the file of {path} is not in the storage: left out")
                    continue
                manifest.write(msgspec.json.encode(_media_line(rows[path], found)) + b"\n")
                counts["media"] += 1


def _media_line(row: dict[str, Any], sha256: str) -> MediaLine:
    names = ("path", "name", "mime", "alt", "decorative", "caption", "credit", "licence",
             "focal_x", "focal_y", "source", "created_at")  # fmt: skip
    given = {name: row[name] for name in names}
    return MediaLine(**{**given, "decorative": bool(given["decorative"])}, sha256=sha256)


def _copy(media: MediaStore, path: str, target: Path) -> str | None:
    """Copy a file out of the storage; answer its hash, or None if it is gone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with target.open("xb") as copy:
            for chunk in media.storage.read(path):
                digest.update(chunk)
                copy.write(chunk)
    except StoredFileNotFoundError:
        target.unlink(missing_ok=True)
        return None
    return digest.hexdigest()


def _write_piece(folder: Path, whole: Whole, library: Library, places: list[CtaPlace]) -> int:
    """Write the files of a piece; answer how many of them are edits beside it."""
    files = _piece_files(whole, library, places)
    for name, data in files.items():
        with (folder / name).open("xb") as file:
            file.write(data)
    return sum(name.startswith("edits/") and name.endswith(".md") for name in files)


def _lines(path: Path, items: Iterable[Record]) -> None:
    with path.open("xb") as file:
        for item in items:
            file.write(msgspec.json.encode(item) + b"\n")


def _pretty(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
