"""Draws a card: the title in the theme's type, whose it is and of when, in paper, ink and one accent."""

import hashlib
import io

import msgspec
from PIL import Image, ImageDraw

from octavo.publishing.cards.lettering import Letters, broken, can_write, cut, write

__all__ = ["FOLDER", "MIME", "SIZE", "CardText", "draw_card", "file_name"]

SIZE = (1200, 630)
"""Width and height in pixels: 1.91 to 1, the form of large cards of Open Graph and of X."""

MIME = "image/png"

FOLDER = "cards/"
"""Where they lie in the media storage; the library gives no file an address there."""

_VERSION = 1
_PAPER, _INK, _PENCIL = "#fbf9f5", "#1f1c19", "#5c554c"
_LEFT, _TOP, _RIGHT, _BOTTOM = 84, 78, 1116, 552
_TITLE_TOP, _TITLE_ROOM = 154, 340
_TITLES = {84: 3, 76: 3, 68: 4, 60: 4, 54: 5}
"""The sizes of titles, and how many lines of each have room."""
_BOLD = 640
_NAME = Letters(30, _BOLD)
_BYLINE = Letters(30, 420)


class CardText(msgspec.Struct, frozen=True, kw_only=True):
    """What a card says. `accent` is a colour, `#rrggbb`."""

    piece_id: int
    site: str
    title: str
    byline: str
    accent: str


def file_name(text: CardText) -> str:
    """Answer the name of the card in the storage: another text or way of drawing, another name."""
    digest = hashlib.sha256(msgspec.json.encode((_VERSION, text))).hexdigest()
    return f"{FOLDER}{digest[:2]}/{digest[2:34]}.png"


def draw_card(text: CardText) -> bytes:
    """Answer the card as a PNG of at most 64 colours.

    What the type has no letters for is not drawn as boxes: a title with one such letter is left out
    as a whole, and the card shows whose page it is. So are the site's name and the byline.
    """
    image = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 20, SIZE[1]), fill=text.accent)
    _mark(pen, (_LEFT, _TOP), cell=15, accent=text.accent)
    _line(pen, (_LEFT + 84, _TOP + 11), text.site, _NAME, colour=_INK)
    if text.title and can_write(text.title):
        _title(pen, text.title)
    else:
        _mark(pen, (_LEFT, 218), cell=60, accent=text.accent)
    _line(pen, (_LEFT, _BOTTOM - 34), text.byline, _BYLINE, colour=_PENCIL)
    file = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _mark(pen: ImageDraw.ImageDraw, at: tuple[int, int], *, cell: int, accent: str) -> None:
    """Draw a sheet folded three times, one leaf in the accent."""
    (x, y), row = at, cell * 26 // 15
    right, bottom = x + 4 * cell, y + 2 * row
    pen.rectangle((x + 2 * cell, y, x + 3 * cell, y + row), fill=accent)
    for n in range(5):
        pen.line((x + n * cell, y, x + n * cell, bottom), fill=_INK, width=max(2, cell // 12))
    for n in range(3):
        pen.line((x, y + n * row, right, y + n * row), fill=_INK, width=max(2, cell // 12))


def _line(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, letters: Letters, *, colour: str
) -> None:
    if can_write(text):
        write(pen, at, cut(text, letters, _RIGHT - at[0]), letters, colour=colour)


def _title(pen: ImageDraw.ImageDraw, title: str) -> None:
    letters, lines = _fitted(title)
    height = round(letters.size * 1.16)
    y = _TITLE_TOP + (_TITLE_ROOM - height * len(lines)) // 2
    for line in lines:
        write(pen, (_LEFT - 2, y), line, letters, colour=_INK)
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
