"""Exports in the background, as the API tells of them."""

from datetime import datetime
from typing import Literal

import msgspec

Format = Literal["markdown", "json", "wxr"]
State = Literal["waiting", "running", "done", "failed"]


class ExportIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be written."""

    format: Format


class ExportRun(msgspec.Struct, frozen=True, kw_only=True):
    """An export. `done` of `total` are pieces, in JSON rows; `size` is in bytes.

    The file has a `name` when it is whole, and goes at `expires_at`.
    """

    id: int
    format: Format
    state: State
    done: int
    total: int
    counts: dict[str, int]
    notes: list[str]
    error: str
    name: str
    size: int
    created_by: int | None
    created_by_name: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
