"""What checks take and answer."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from octavo.content.kinds import Cover
from octavo.content.schemas import Kind

__all__ = [
    "Around",
    "CheckFinding",
    "CheckIn",
    "CheckKind",
    "CheckReport",
    "Draft",
    "Picture",
    "Readability",
    "Severity",
]

Severity = Literal["error", "warning", "hint"]


class CheckFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to mend. `start` and `end` count characters of `field`; None: all of it.

    `message` says what is the matter, `fix` what to do, in one sentence each.
    """

    check: str
    severity: Severity
    message: str
    fix: str
    field: str
    start: int | None = None
    end: int | None = None


class CheckKind(msgspec.Struct, frozen=True, kw_only=True):
    """A check there is, and what it is called."""

    check: str
    label: str
    severity: Severity


class Readability(msgspec.Struct, frozen=True, kw_only=True):
    """How easily a text reads, 0 to 100 and beyond; `score` None: not measured in this language."""

    language: str
    formula: str
    score: float | None
    words: int
    sentences: int


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, the worst first; `left_out` counts what was not listed for sheer number."""

    items: list[CheckFinding]
    readability: Readability
    left_out: int = 0


class CheckIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft as its editor has it and, if known, what stands around it; nothing of it is stored."""

    kind: Kind = "post"
    title: Annotated[str, Meta(max_length=300)] = ""
    body: Annotated[str, Meta(max_length=4_000_000)] = ""
    excerpt: Annotated[str, Meta(max_length=5_000)] = ""
    tags: Annotated[list[Annotated[str, Meta(max_length=120)]], Meta(max_length=100)] = []
    language: Annotated[str, Meta(max_length=16)] = ""
    piece_id: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    slug: Annotated[str, Meta(max_length=120)] = ""
    cover: Cover | None = None
    meta_title: Annotated[str, Meta(max_length=300)] = ""
    meta_description: Annotated[str, Meta(max_length=1_000)] = ""
    campaign_id: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    source_url: Annotated[str, Meta(max_length=2_000)] | None = None
    fields: dict[str, Any] = {}


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What is checked: the words of a piece."""

    kind: str = "post"
    title: str = ""
    body: str = ""
    excerpt: str = ""
    slug: str = ""
    language: str = ""
    meta_title: str = ""
    meta_description: str = ""
    cover: Cover | None = None
    fields: Mapping[str, Any] = {}


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What the library knows of a picture."""

    alt: str
    decorative: bool
    size_bytes: int
    width: int | None
    height: int | None


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What is known around a draft.

    `leads` holds the paths of this site that the draft links to and that lead somewhere; `pictures`
    the library's by the path they are shown at. `by_id` holds its files that fields
    name. `anchors` are the ids within the rendered text, None if nothing asks for them; `language` is
    the organisation's, for a draft that has none. `cta_slugs`, `ctas` and `has_objective` are None
    where nobody can know: a draft that was never saved.
    """

    base_url: str = "http://localhost"
    language: str = ""
    anchors: frozenset[str] | None = None
    url: str = "http://localhost/draft/"
    leads: frozenset[str] = frozenset()
    pictures: Mapping[str, Picture] = {}
    by_id: Mapping[int, Picture] = {}
    cta_slugs: frozenset[str] | None = None
    ctas: int | None = None
    has_objective: bool | None = None
    same_title: int | None = None
