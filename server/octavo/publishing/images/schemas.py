"""What is known of the sizes of a picture."""

from datetime import datetime
from typing import Literal

import msgspec

__all__ = ["MediaRenditions", "RenditionCounts", "RenditionState", "StoredRendition", "Work"]

RenditionState = Literal["wanted", "made", "kept", "failed", "none"]


class StoredRendition(msgspec.Struct, frozen=True, kw_only=True):
    """A size of a picture; its address is `/media/<path>`."""

    path: str
    mime: str
    width: int
    height: int
    size_bytes: int


class MediaRenditions(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a picture. `width` and `height` are those that readers see: it may be turned.

    `state`: `wanted` waits for the worker, `kept` is shown as it is, `failed` too; `reason` says why.
    `none` is a file that gets no sizes, or of which the worker has not heard yet.
    """

    state: RenditionState
    reason: str = ""
    width: int | None = None
    height: int | None = None
    files: list[StoredRendition] = []
    made_at: datetime | None = None


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that a worker took."""

    sha256: str
    tries: int
    files: list[StoredRendition]


class RenditionCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many pictures stand how; `dropped` sizes belonged to no picture any more."""

    wanted: int = 0
    made: int = 0
    kept: int = 0
    failed: int = 0
    sizes: int = 0
    size_bytes: int = 0
    dropped: int = 0
