"""Sets lines in the Literata of cards; its letters lie in several files (`fonts/README.md`)."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PIL import ImageDraw, ImageFont

__all__ = ["Letters", "broken", "can_write", "cut", "width_of", "write"]

_FONTS = Path(__file__).with_name("fonts")

_SAMPLE_SIZE = 24
_MISSING = "\uffff"


class Letters(NamedTuple):
    """How letters stand: `size` in pixels, `weight` from 400 to 700."""

    size: int
    weight: int


def write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, letters: Letters, *, colour: str
) -> None:
    """Write one line, beginning at its upper left corner."""
    x = at[0]
    for face, run in _runs(text, letters):
        pen.text((x, at[1]), run, font=face, fill=colour)
        x += face.getlength(run)


def can_write(text: str) -> bool:
    """Say whether the type has every letter of a text."""
    return all(_file_of(character) is not None for character in text)


def cut(text: str, letters: Letters, room: int, *, has_more: bool = False) -> str:
    """Answer as much of a line as has room, with an ellipsis if that is not all of it."""
    if not has_more and width_of(text, letters) <= room:
        return text
    while text and width_of(text + "…", letters) > room:
        text = text[:-1]
    return text.rstrip(" ,;:–—") + "…"


def broken(text: str, letters: Letters, room: int) -> list[str]:
    """Break into lines at spaces; a word that is wider than a line is broken anywhere."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, letters) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if width_of(lines[-1] + character, letters) > room:
                lines.append("")
            lines[-1] += character
    return lines


def width_of(text: str, letters: Letters) -> float:
    """Answer how many pixels a line is wide."""
    return sum(face.getlength(run) for face, run in _runs(text, letters))


def _runs(text: str, letters: Letters) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
    """Cut a line where another file has the letters."""
    run, number = "", 0
    for character in text:
        wanted = _file_of(character) or 0
        if wanted != number and run:
            yield _face(number, letters), run
            run = ""
        number = wanted
        run += character
    if run:
        yield _face(number, letters), run


@cache
def _file_of(character: str) -> int | None:
    """Answer which file has a letter; the others draw the sign for what is missing."""
    for number in range(len(_files())):
        face = _sample(number)
        if bytes(face.getmask(character)) != bytes(face.getmask(_MISSING)):
            return number
    return None


@cache
def _sample(number: int) -> ImageFont.FreeTypeFont:
    """Answer a file as it is: with shaping, one without an ấ puts it together of an a and two accents."""
    return ImageFont.truetype(_files()[number], _SAMPLE_SIZE, layout_engine=ImageFont.Layout.BASIC)


@cache
def _face(number: int, letters: Letters) -> ImageFont.FreeTypeFont:
    face = ImageFont.truetype(_files()[number], letters.size)
    axes = face.get_variation_axes()
    face.set_variation_by_axes(
        [letters.weight if axis["name"] == b"Weight" else axis["default"] or 0 for axis in axes]
    )
    return face


@cache
def _files() -> Sequence[Path]:
    """Answer the files of the type, that with the letters of most titles first."""
    return sorted(_FONTS.glob("*.woff2"), key=lambda file: -file.stat().st_size)
