"""The media of an export: stored where they lay, or elsewhere if that place is taken."""

from pathlib import Path
from tempfile import TemporaryDirectory

from octavo.content import rules
from octavo.content.errors import wrong
from octavo.content.exporters import records
from octavo.content.exporters.records import MediaLine
from octavo.content.importers.report import ReportRow
from octavo.content.importers.restoring.state import Restoring
from octavo.content.importers.sources import UnreadableError
from octavo.content.media.service import store_file
from octavo.content.tables import MediaRow
from octavo.kernel.errors import OctavoError
from octavo.kernel.text import clean_text

_WHOLE = 10_000


async def store_files(run: Restoring) -> None:
    """Store the media; a path that is taken here leads to another one."""
    with TemporaryDirectory(prefix="octavo-import-") as folder:
        for line in run.archive.read(records.MEDIA, MediaLine):
            try:
                await _store(run, line, Path(folder))
            except (OctavoError, UnreadableError, KeyError) as exc:
                reason = exc.message if isinstance(exc, OctavoError) else str(exc)
                run.archive.rows.append(
                    ReportRow(file=f"media/{line.path}", outcome="skipped", reason=reason)
                )


async def _store(run: Restoring, line: MediaLine, folder: Path) -> None:
    name = f"media/{line.path}"
    if name not in run.archive.source.files:
        raise wrong("media", "the file is not in the export")
    if run.dry_run:
        run.media[line.path] = 0
        return
    file = run.archive.source.unpack(name, folder)
    stored = await store_file(
        file, line.name, store=run.store, now=run.now, alt=line.alt, at=line.path, is_named=False
    )
    if file.parent == folder:
        file.unlink(missing_ok=True)
    run.media[line.path] = stored.media.id
    if stored.media.path != line.path:
        run.moved[f"/media/{line.path}"] = f"/media/{stored.media.path}"
    if stored.is_new:
        await _describe(run, stored.media.id, line)


async def _describe(run: Restoring, media_id: int, line: MediaLine) -> None:
    texts = {one: clean_text(getattr(line, one), field=one)
             for one in ("name", "alt", "caption", "credit", "licence", "source")}  # fmt: skip
    focal = {one: value for one in ("focal_x", "focal_y")
             if (value := getattr(line, one)) is not None and 0 <= value <= _WHOLE}  # fmt: skip
    key = rules.search_key(*(texts[one] for one in ("name", "alt", "caption", "credit")))
    await MediaRow.update({
        **{getattr(MediaRow, one): value for one, value in {**texts, **focal}.items()},
        MediaRow.decorative: line.decorative,
        MediaRow.search_key: key,
        MediaRow.created_at: line.created_at or run.now,
    }).where(MediaRow.id == media_id)  # fmt: skip
