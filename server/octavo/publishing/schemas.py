"""What publishing answers and takes."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["BuildIn", "BuildProblem", "BuildReport", "LivePiece", "PreviewIn", "SiteStatus"]


class BuildProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be built, for the person who can mend it.

    `subject` names it: `piece:12`, `redirect:/old/`, `media:ab/cd.png`, `theme`.
    """

    subject: str
    message: str


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did to the files of the site."""

    full: bool
    written: int
    unchanged: int
    removed: int
    seconds: float
    problems: list[BuildProblem]
    went_live: int = 0


class LivePiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece whose page readers can open, and since when."""

    piece_id: int
    live_at: datetime


class SiteStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the site stands: its last build, None before the first, and what waits for the next."""

    pending: int
    built_at: datetime | None
    last_build: BuildReport | None


class BuildIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    full: bool = False


class PreviewIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft as its editor has it; nothing of it is stored."""

    kind: Literal[
        "post", "page", "press_release", "video", "audio", "newsletter", "picture", "update", "link"
    ] = "post"
    title: Annotated[str, Meta(max_length=300)] = ""
    body: Annotated[str, Meta(max_length=4_000_000)] = ""
    excerpt: Annotated[str, Meta(max_length=5_000)] = ""
    tags: Annotated[list[Annotated[str, Meta(max_length=120)]], Meta(max_length=100)] = []
    language: Annotated[str, Meta(max_length=16)] = ""
    piece_id: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
