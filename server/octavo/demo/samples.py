"""The pieces of the sample: one of every kind that can be made without a camera."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from octavo.content.schemas import Kind

__all__ = ["SAMPLES", "SERIES", "Sample"]

SERIES = "From sheet to book"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A piece to be made; where `fields` and `cover` want a file of the library, they name one of `files`.

    `text` is the name of its file in `texts/`; `days` how long ago it was published, or in how many
    days it is to be; `part` its number in the series; `translates` the text that it says again.
    """

    title: str
    text: str
    fate: Literal["published", "scheduled", "draft", "idea"] = "published"
    kind: Kind = "post"
    days: int = 0
    excerpt: str = ""
    tags: Sequence[str] = ()
    cta: str | None = None
    part: int | None = None
    language: str = ""
    translates: str | None = None
    source_url: str | None = None
    cover: Mapping[str, Any] | None = None
    fields: Mapping[str, Any] = {}


SAMPLES: Sequence[Sample] = (
    Sample(title="About the press", text="about", kind="page", days=60),
    Sample(
        title="Why a sheet is folded three times",
        text="folds",
        excerpt="One sheet, three folds, eight leaves: where our name comes from.",
        tags=["Craft"],
        days=21,
        part=1,
    ),
    Sample(
        title="Por qué un pliego se dobla tres veces",
        text="pliegues",
        excerpt="Un pliego, tres dobleces, ocho hojas: de ahí viene nuestro nombre.",
        tags=["Craft"],
        days=20,
        language="es",
        translates="folds",
    ),
    Sample(
        title="",
        text="margins",
        kind="link",
        tags=["Type"],
        days=16,
        source_url="https://almanac.example/on-margins",
        fields={
            "quote": "A margin is not what is left over. It is what holds the rest together.",
            "source_title": "On margins",
            "source_author": "Lena Rand",
        },
    ),
    Sample(
        title="Setting a page that can be read",
        text="measure",
        excerpt="Measure, leading and a margin for the thumb.",
        tags=["Craft", "Type"],
        days=12,
        cta="visit-the-shop",
        part=2,
    ),
    Sample(
        title="The rhythm of the platen press",
        text="rhythm",
        kind="audio",
        excerpt="Eight seconds at the window sill.",
        tags=["Craft"],
        days=9,
        fields={
            "audio": {"media_id": "platen-press.wav"},
            "duration_s": 8,
            "episode": 1,
            "season": 1,
            "transcript": "A stroke, a breath, a stroke, a breath: the platen press turns eight times.",
        },
    ),
    Sample(
        title="Three folds, drawn",
        text="schemes",
        kind="picture",
        tags=["Craft"],
        days=7,
        fields={
            "pictures": [
                {"media_id": f"fold-{n}.png", "caption": name}
                for n, name in ((1, "Folio"), (2, "Quarto"), (3, "Octavo"))
            ]
        },
    ),
    Sample(
        title="Wood type for everybody",
        text="archive",
        kind="press_release",
        excerpt="Four hundred cases of wood type can be borrowed from January on.",
        tags=["News"],
        days=5,
        fields={
            "dateline": "Madrid",
            "boilerplate": "The Octavo Press is a small printing house that makes its books itself.",
            "contacts": [{"name": "Ada Prensa", "email": "press@press.example"}],
        },
    ),
    Sample(title="", text="oiled", kind="update", days=4),
    Sample(
        title="Letter from the bench, winter",
        text="letter",
        kind="newsletter",
        excerpt="The catalogue, an open door, and three things to read.",
        tags=["News"],
        days=3,
        fields={
            "subject": "The presses are warm",
            "preheader": "The catalogue, an open door, and three things to read.",
        },
    ),
    Sample(
        title="The winter catalogue is here",
        text="catalogue",
        excerpt="Twelve new titles, and three that we had missed.",
        tags=["News"],
        days=2,
        cta="get-the-catalogue",
        cover={"media_id": "spines.png"},
    ),
    Sample(
        title="An evening at the press",
        text="evening",
        excerpt="Come and pull a sheet yourself.",
        tags=["News"],
        fate="scheduled",
        days=3,
        cta="get-the-catalogue",
    ),
    Sample(
        title="A glossary of proofreaders' marks", text="glossary", tags=["Craft"], fate="draft"
    ),
    Sample(title="Ask readers which title to reprint", text="reprint", fate="idea"),
)
