"""The files of the sample, drawn and sounded here: the same bytes every time."""

import io
import random
import wave
from array import array

import msgspec
from PIL import Image, ImageDraw

__all__ = ["MadeFile", "made_files"]

_PAPER, _INK, _RED, _SHADE = "#faf7f0", "#26221c", "#b3371b", "#e9e1d2"
_SIZE = (1600, 1000)
_RATE_HZ = 11_025


class MadeFile(msgspec.Struct, frozen=True):
    """A file of the sample; `alt` says what is to be seen."""

    data: bytes
    alt: str = ""


def made_files() -> dict[str, MadeFile]:
    """Answer the files by name: three schemes of folding, a shelf, and a press at work."""
    return {
        "fold-1.png": MadeFile(_fold(columns=2, rows=1), _folded("once", "two")),
        "fold-2.png": MadeFile(_fold(columns=2, rows=2), _folded("twice", "four")),
        "fold-3.png": MadeFile(_fold(columns=4, rows=2), _folded("three times", "eight")),
        "spines.png": MadeFile(
            _spines(), "The spines of twelve books beside each other, in paper, ink and red."
        ),
        "platen-press.wav": MadeFile(_platen()),
    }


def _folded(how: str, leaves: str) -> str:
    return f"A sheet folded {how}: {leaves} leaves beside each other."


def _fold(*, columns: int, rows: int) -> bytes:
    """Draw an open sheet: its edges in ink, its folds in red."""
    image, pen = _sheet()
    left, top, right, bottom = 200, 130, 1400, 870
    pen.rectangle((left + 14, top + 14, right + 14, bottom + 14), fill=_SHADE)
    pen.rectangle((left, top, right, bottom), fill="#ffffff", outline=_INK, width=8)
    for n in range(1, columns):
        x = left + (right - left) * n // columns
        _dashes(pen, (x, top), (x, bottom))
    for n in range(1, rows):
        y = top + (bottom - top) * n // rows
        _dashes(pen, (left, y), (right, y))
    width, height = (right - left) // columns, (bottom - top) // rows
    for column in range(columns):
        for row in range(rows):
            x, y = left + column * width, top + row * height
            _lines_of_text(pen, (x, y, x + width, y + height))
    return _png(image)


def _dashes(pen: ImageDraw.ImageDraw, start: tuple[int, int], end: tuple[int, int]) -> None:
    (x, y), (to_x, to_y) = start, end
    for at in range(0, max(to_x - x, to_y - y), 36):
        if x == to_x:
            pen.line((x, y + at, x, min(y + at + 22, to_y)), fill=_RED, width=6)
        else:
            pen.line((x + at, y, min(x + at + 22, to_x), y), fill=_RED, width=6)


def _lines_of_text(pen: ImageDraw.ImageDraw, leaf: tuple[int, int, int, int]) -> None:
    """Draw a leaf's text as bars, the last one short."""
    left, top, right, bottom = leaf
    width, height = right - left, bottom - top
    x, y = left + width // 6, top + height // 5
    count = max(4, height // 70)
    for line in range(count):
        length = width * 2 // 3 if line < count - 1 else width // 3
        pen.rectangle((x, y, x + length, y + 10), fill="#cfc6b6")
        y += height * 3 // 5 // count


def _spines() -> bytes:
    """Draw twelve books on a shelf."""
    image, pen = _sheet()
    chance = random.Random(12)  # noqa: S311 - a drawing, always the same
    x = 180
    for n in range(12):
        width, height = chance.randrange(78, 126), chance.randrange(520, 700)
        top = 850 - height
        colour = (_RED, _INK, "#d9ccb4", "#6d7f78", "#8c6f4d")[n * 7 % 5]
        pen.rectangle((x, top, x + width - 8, 850), fill=colour)
        pen.rectangle((x + width // 3, top + 60, x + width * 2 // 3 - 8, top + 200), fill=_PAPER)
        pen.line((x, 800, x + width - 8, 800), fill=_PAPER, width=4)
        x += width
    pen.rectangle((120, 850, 1480, 866), fill=_INK)
    return _png(image)


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", _SIZE, _PAPER)
    return image, ImageDraw.Draw(image)


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.quantize(16).save(file, "PNG", optimize=True)
    return file.getvalue()


def _platen() -> bytes:
    """Sound a press for eight seconds: a heavy stroke each second, a light one after it."""
    chance = random.Random(8)  # noqa: S311 - a sound, always the same
    samples = array("h", bytes(2 * 8 * _RATE_HZ))
    for turn in range(8):
        for offset, loud, length in ((0.10, 12_000, 0.16), (0.58, 4_500, 0.10)):
            start, count = int((turn + offset) * _RATE_HZ), int(length * _RATE_HZ)
            level = 0.0
            for n in range(count):
                level = 0.86 * level + 0.14 * chance.uniform(-1, 1)  # dull, as iron on wood is
                samples[start + n] = int(loud * 3 * level * (1 - n / count) ** 2)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE_HZ)
        out.writeframes(samples.tobytes())
    return file.getvalue()
