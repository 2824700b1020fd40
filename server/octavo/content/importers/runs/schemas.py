"""Imports in the background, as the API tells of them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from octavo.content.importers.report import ReportRow

Format = Literal["wordpress", "ghost", "markdown"]
State = Literal["waiting", "running", "done", "failed"]


class RunOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the person who starts an import decides.

    Args:
        author: e-mail of the user who signs pieces that name no author.
        timezone: IANA zone of dates that name none; default: the organisation's.
        fetch_media: get pictures and files from where they lie.
        comments: keep comments with their posts (WordPress).
        site_url: where the blog was read (Ghost).
    """

    dry_run: bool = False
    author: Annotated[str, Meta(max_length=254)] = ""
    timezone: Annotated[str, Meta(max_length=64)] = ""
    fetch_media: bool = False
    comments: bool = False
    site_url: Annotated[str, Meta(max_length=2_000)] = ""


class ImportRun(msgspec.Struct, frozen=True, kw_only=True):
    """An import. `done` of `total` are bytes in the phase `reading`, items in `importing`.

    `counts` are those of the items told of so far: taken, changed, unchanged, skipped, warnings.
    """

    id: int
    format: Format
    name: str
    dry_run: bool
    state: State
    phase: str
    done: int
    total: int
    counts: dict[str, int]
    notes: list[str]
    error: str
    created_by: int | None
    created_by_name: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ImportDetail(ImportRun, frozen=True, kw_only=True):
    """An import with the first items that need an eye: skipped ones, and those with warnings."""

    rows: list[ReportRow]
