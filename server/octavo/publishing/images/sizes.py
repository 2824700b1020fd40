"""Which sizes a picture gets, and what they are called. Pure."""

import hashlib

import msgspec

from octavo.kernel.settings import SettingsError

__all__ = [
    "FOLDER",
    "Recipe",
    "Wanted",
    "name_of",
    "parse_formats",
    "wanted_sizes",
    "why_kept",
]

FOLDER = "sizes/"
"""Where they lie in the media storage; the library gives no file an address there."""

WIDTHS = (480, 800, 1200, 1600, 2400)
FALLBACK_WIDTHS = (800, 1600)
"""In the original's format, for the few browsers that show neither AVIF nor WebP."""

_VERSION = 1
_EXTENSIONS = {
    "image/avif": "avif",
    "image/webp": "webp",
    "image/jpeg": "jpg",
    "image/png": "png",
}
_FORMATS = ("avif", "webp")
_SMALL_BYTES = 12_000


class Recipe(msgspec.Struct, frozen=True):
    """How sizes are made; another recipe has them made again."""

    formats: tuple[str, ...] = _FORMATS

    @property
    def name(self) -> str:
        return f"{_VERSION}:{','.join(self.formats)}"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A size to make, in pixels as it is shown."""

    mime: str
    width: int
    height: int


def parse_formats(text: str) -> Recipe | None:
    """Read `OCTAVO_RENDITIONS`: `avif,webp`, one of them, or `off`, which is None.

    Raises:
        SettingsError: it names another format.
    """
    named = [part.strip() for part in text.lower().split(",") if part.strip()]
    if named == ["off"]:
        return None
    if not set(named) <= set(_FORMATS):
        msg = f"OCTAVO_RENDITIONS: {text!r} is neither off nor a list of {' and '.join(_FORMATS)}"
        raise SettingsError(msg)
    return Recipe(tuple(name for name in _FORMATS if not named or name in named))


def why_kept(mime: str, size_bytes: int, *, moves: bool = False) -> str:
    """Say why a picture is shown as it is; empty when it gets sizes."""
    if mime not in _EXTENSIONS:
        return {
            "image/gif": "a GIF stays as it is: it may move",
            "image/svg+xml": "a drawing fits every size as it is",
        }.get(mime, "no picture that is made smaller")
    if moves:
        return "a picture that moves stays as it is"
    return "small enough as it is" if size_bytes < _SMALL_BYTES else ""


def wanted_sizes(mime: str, width: int, height: int, recipe: Recipe) -> list[Wanted]:
    """Answer the sizes of a picture in the order in which they are made: the largest first.

    None is larger than the original. The modern formats have one as large as it, up to the greatest
    width; the original's own format has not, for that is the original.
    """
    found: list[Wanted] = []
    for form in recipe.formats:
        widths = {w for w in WIDTHS if w < width} | {min(width, WIDTHS[-1])}
        if f"image/{form}" == mime:
            widths.discard(width)
        found += _of(f"image/{form}", widths, width, height)
    if mime not in {wanted.mime for wanted in found}:
        found += _of(mime, {w for w in FALLBACK_WIDTHS if w < width}, width, height)
    return found


def name_of(sha256: str, wanted: Wanted) -> str:
    """Answer where a size lies in the storage; the same bytes and recipe have the same name."""
    key = hashlib.sha256(f"{_VERSION}:{sha256}".encode()).hexdigest()
    extension = _EXTENSIONS[wanted.mime]
    return f"{FOLDER}{key[:2]}/{key[2:22]}-{wanted.width}.{extension}"


def _of(mime: str, widths: set[int], width: int, height: int) -> list[Wanted]:
    return [
        Wanted(mime=mime, width=w, height=max(1, round(height * w / width)))
        for w in sorted(widths, reverse=True)
    ]
