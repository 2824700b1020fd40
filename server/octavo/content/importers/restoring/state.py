"""What the steps of one restoring share: their means, and what has become of names so far."""

from dataclasses import dataclass, field
from datetime import datetime

from octavo.content.importers.restoring.archive import Archive
from octavo.content.importers.restoring.companion import Companion
from octavo.content.media.store import MediaStore
from octavo.kernel.events import EventBus

SOURCE = "octavo"


@dataclass(frozen=True, kw_only=True)
class Restoring:
    """One run. In a dry run ids are 0.

    Args:
        labels: slug -> id of `tags`, `series` and `authors`.
        campaigns: name -> id.
        media: path in the export -> id.
        moved: address of a file in the export -> where it lies here, if elsewhere.
    """

    archive: Archive
    dry_run: bool
    now: datetime
    bus: EventBus
    store: MediaStore
    ctas: Companion
    notes: list[str] = field(default_factory=lambda: ["read as an export of Octavo"])
    labels: dict[str, dict[str, int]] = field(default_factory=dict)
    campaigns: dict[str, int] = field(default_factory=dict)
    media: dict[str, int] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
