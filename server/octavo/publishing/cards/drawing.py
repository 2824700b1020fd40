"""Draws a card: the title in Literata, what it is, whose and of when, in paper, ink and one accent."""

import hashlib
import io
import math

import msgspec
from PIL import Image, ImageDraw

from octavo.publishing.cards.lettering import Letters, broken, can_write, cut, width_of, write

__all__ = ["FOLDER", "MIME", "SIZE", "VERSION", "CardText", "Colours", "draw_card", "file_name"]

SIZE = (1200, 630)
"""Width and height in pixels: 1.91 to 1, the form of large cards of Open Graph and of X."""

MIME = "image/png"

FOLDER = "cards/"
"""Where they lie in the media storage; the library gives no file an address there."""

VERSION = 3
"""Moves whenever the same text would be drawn in another way."""

_LEFT, _TOP, _RIGHT, _BOTTOM = 84, 78, 1116, 552
_TITLE_TOP, _TITLE_ROOM = 154, 340
_TITLES = {84: 3, 76: 3, 68: 4, 60: 4, 54: 5}
"""The sizes of titles, and how many lines of each have room."""
_BOLD = 640
_NAME = Letters(30, _BOLD)
_BYLINE = Letters(30, 420)
_GAP = 36


class Colours(msgspec.Struct, frozen=True, kw_only=True):
    """What a card is drawn in, each `#rrggbb`: the ground, the letters, the byline, the mark."""

    paper: str = "#fbf9f5"
    ink: str = "#1f1c19"
    pencil: str = "#5c554c"
    accent: str = "#a6331b"


class CardText(msgspec.Struct, frozen=True, kw_only=True):
    """What a card says; `kind` is a word for what it is, empty for a plain post."""

    piece_id: int
    site: str
    title: str
    byline: str
    kind: str = ""
    colours: Colours = Colours()


def file_name(text: CardText) -> str:
    """Answer the name of the card in the storage: another text or way of drawing, another name."""
    digest = hashlib.sha256(msgspec.json.encode((VERSION, text))).hexdigest()
    return f"{FOLDER}{digest[:2]}/{digest[2:34]}.png"


def draw_card(text: CardText) -> bytes:
    """Answer the card as a PNG of at most 64 colours.

    What the type has no letters for is not drawn as boxes: a title with one such letter is left out
    as a whole, and the card shows whose page it is. So are the site's name and the byline.
    """
    colours = text.colours
    image = Image.new("RGB", SIZE, colours.paper)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 20, SIZE[1]), fill=colours.accent)
    _mark(pen, (_LEFT, _TOP), cell=15, colours=colours)
    end = _kind(pen, text.kind, colours.accent)
    _line(pen, (_LEFT + 84, _TOP + 11), text.site, _NAME, colour=colours.ink, end=end)
    if text.title and can_write(text.title):
        _title(pen, text.title, colours.ink)
    else:
        _mark(pen, (_LEFT, 218), cell=60, colours=colours)
    _line(pen, (_LEFT, _BOTTOM - 34), text.byline, _BYLINE, colour=colours.pencil)
    file = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _mark(pen: ImageDraw.ImageDraw, at: tuple[int, int], *, cell: int, colours: Colours) -> None:
    """Draw a sheet folded three times, one leaf in the accent."""
    (x, y), row = at, cell * 26 // 15
    right, bottom = x + 4 * cell, y + 2 * row
    pen.rectangle((x + 2 * cell, y, x + 3 * cell, y + row), fill=colours.accent)
    for n in range(5):
        pen.line(
            (x + n * cell, y, x + n * cell, bottom), fill=colours.ink, width=max(2, cell // 12)
        )
    for n in range(3):
        pen.line((x, y + n * row, right, y + n * row), fill=colours.ink, width=max(2, cell // 12))


def _kind(pen: ImageDraw.ImageDraw, kind: str, colour: str) -> int:
    """Write what it is at the right; answer where the line before it has to end."""
    if not kind or not can_write(kind):
        return _RIGHT
    left = _RIGHT - math.ceil(width_of(kind, _BYLINE))
    write(pen, (left, _TOP + 11), kind, _BYLINE, colour=colour)
    return left - _GAP


def _line(
    pen: ImageDraw.ImageDraw,
    at: tuple[int, int],
    text: str,
    letters: Letters,
    *,
    colour: str,
    end: int = _RIGHT,
) -> None:
    if can_write(text):
        write(pen, at, cut(text, letters, end - at[0]), letters, colour=colour)


def _title(pen: ImageDraw.ImageDraw, title: str, colour: str) -> None:
    letters, lines = _fitted(title)
    height = round(letters.size * 1.16)
    y = _TITLE_TOP + (_TITLE_ROOM - height * len(lines)) // 2
    for line in lines:
        write(pen, (_LEFT - 2, y), line, letters, colour=colour)
        y += height


def _fitted(title: str) -> tuple[Letters, list[str]]:
    """Answer the largest letters in which the title has room, and its lines; the last is cut if none has."""
    room = _RIGHT - _LEFT
    for size, most in _TITLES.items():
        letters = Letters(size, _BOLD)
        lines = broken(title, letters, room)
        if len(lines) <= most:
            return letters, lines
    lines = lines[:most]
    lines[-1] = cut(lines[-1] + " ", letters, room, has_more=True)
    return letters, lines
