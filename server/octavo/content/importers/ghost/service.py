"""`octavo import ghost`: an export, its pictures, its redirects and, if wished, its settings."""

from datetime import datetime
from pathlib import Path

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM, OrganisationPatch
from octavo.content.importers import formats, intake
from octavo.content.importers.ghost.descriptions import take_descriptions
from octavo.content.importers.ghost.importer import Ghost
from octavo.content.importers.ghost.redirects import import_redirects
from octavo.content.importers.report import ImportReport, make_report
from octavo.content.media.store import MediaStore
from octavo.kernel.errors import OctavoError
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.text import without_forbidden_characters


class GhostOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the user decides, beside what holds for every import.

    Args:
        content: the folder (or .zip) of the pictures.
        site_url: where the blog was read.
        fetch_media: get pictures that are not in `content` from where they lie.
        redirects: Ghost's `redirects.json` or `redirects.yaml`.
        settings: take over the title and the description.
    """

    common: formats.Options = formats.Options()
    content: Path | None = None
    site_url: str = ""
    fetch_media: bool = False
    redirects: Path | None = None
    settings: bool = False


async def import_ghost(
    path: Path,
    *,
    options: GhostOptions,
    now: datetime,
    bus: EventBus,
    media: MediaStore,
    http: GuardedClient,
    progress: formats.Progress | None = None,
    log: formats.RowLog | None = None,
) -> ImportReport:
    """Import a Ghost export; say what became of each post and redirect.

    Raises:
        UnusableSourceError: it is no export, or its pictures or redirects cannot be opened.
        InvalidInputError: the zone or the author cannot be used; nothing was changed.
    """
    dry_run = options.common.dry_run
    ghost = Ghost(
        path,
        media=media,
        now=now,
        dry_run=dry_run,
        content=options.content,
        site_url=options.site_url,
        http=http if options.fetch_media else None,
    )
    settings = ghost.settings
    report = await intake.take_in(
        ghost, options=options.common, now=now, bus=bus, progress=progress, log=log
    )
    rows, notes = list(report.rows), list(report.notes)
    if options.redirects is not None:
        rows += await import_redirects(options.redirects, dry_run=dry_run, now=now, bus=bus)
    notes += await take_descriptions(ghost.blog, dry_run=dry_run, now=now, bus=bus)
    if options.settings:
        notes += await _take_settings(settings, dry_run=dry_run, now=now, bus=bus)
    return make_report(report.source, rows, dry_run=dry_run, notes=notes, seconds=report.seconds)


async def _take_settings(
    settings: dict[str, str], *, dry_run: bool, now: datetime, bus: EventBus
) -> list[str]:
    organisation = await accounts_q.get_organisation()
    notes = []
    for name, raw in (
        ("name", settings.get("title")),
        ("description", settings.get("description")),
    ):
        value = " ".join(without_forbidden_characters(raw or "").split())
        if not value or value == getattr(organisation, name):
            continue
        if dry_run:
            notes.append(f"setting {name} would become {value[:200]!r}")
            continue
        try:
            patch = msgspec.convert(
                {"version": organisation.version, name: value}, OrganisationPatch
            )
            organisation = await accounts.patch_organisation(patch, actor=SYSTEM, now=now, bus=bus)
            notes.append(f"setting {name} is {value[:200]!r} now")
        except (OctavoError, msgspec.ValidationError) as exc:
            notes.append(f"setting {name} stays: {str(exc)[:200]}")
    return notes
