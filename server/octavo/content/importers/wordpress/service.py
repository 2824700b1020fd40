"""`octavo import wordpress`: an export, its files, and the old addresses of its lists."""

from datetime import datetime
from pathlib import Path

import msgspec

from octavo.content.importers import formats, intake
from octavo.content.importers.report import ImportReport
from octavo.content.importers.wordpress.importer import WordPress
from octavo.content.importers.wordpress.lists import redirect_lists
from octavo.content.media.store import MediaStore
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient


class WordPressOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the user decides, beside what holds for every import.

    Args:
        uploads: the folder (or .zip) of `wp-content/uploads`.
        fetch_media: get files that are not in `uploads` from where they lie.
        comments: keep the comments of people with their posts.
    """

    common: formats.Options = formats.Options()
    uploads: Path | None = None
    fetch_media: bool = False
    comments: bool = False


async def import_wordpress(
    path: Path,
    *,
    options: WordPressOptions,
    now: datetime,
    bus: EventBus,
    media: MediaStore,
    http: GuardedClient,
    progress: formats.Progress | None = None,
    log: formats.RowLog | None = None,
) -> ImportReport:
    """Import a WordPress export; say what became of each item.

    Raises:
        UnusableSourceError: it is no export, or its uploads cannot be opened; nothing was changed.
        InvalidInputError: the zone or the author cannot be used; nothing was changed.
    """
    dry_run = options.common.dry_run
    export = WordPress(
        path,
        media=media,
        now=now,
        dry_run=dry_run,
        uploads=options.uploads,
        http=http if options.fetch_media else None,
        with_comments=options.comments,
    )
    report = await intake.take_in(
        export, options=options.common, now=now, bus=bus, progress=progress, log=log
    )
    led = await redirect_lists(export.site, dry_run=dry_run, now=now, bus=bus)
    notes = list(report.notes)
    if led:
        notes.append(f"{led} old addresses of tags, categories and authors lead to their lists")
    return msgspec.structs.replace(report, notes=notes)
