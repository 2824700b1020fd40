"""Sizes of pictures in HTML. Pure."""

import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from urllib.parse import unquote

from octavo.publishing.read_model.facts import FileFacts, Rendition, media_url

__all__ = ["TEXT_SIZES", "fallback_set", "modern_sets", "sizes_in", "with_pictures"]

TEXT_SIZES = "(min-width: 60rem) 38rem, 92vw"
"""How wide a picture of a text is shown: the theme's measure, or nearly the whole screen."""

_BEST_FIRST = ("image/avif", "image/webp")
# A writer's own `<picture>` stays as it is.
_PICTURE = re.compile(r"<picture[ >].*?</picture>|<img ([^>]*)>", re.DOTALL)
_SRC = re.compile(r'(?:^| )src="/media/([^"?#]*)[^"]*"')
_GREATEST = 2_400  # an original that is wider would only be chosen where it is too large
_LAZY = 'loading="lazy" '


def with_pictures(html: str, files: Sequence[FileFacts], *, is_first: bool = False) -> str:
    """Give the library's pictures of a sanitised text their sizes: space at once, and less to load.

    `is_first`: nothing stands above the text, so its first picture is not waited with.
    """
    if "<img" not in html or not files:
        return html
    by_path = {file.path: file for file in files if file.mime.startswith("image/")}
    waits = not is_first

    def replaced(match: re.Match[str]) -> str:
        nonlocal waits
        if match[1] is None:
            waits = True
            return match[0]
        attributes = match[1] if waits else match[1].replace(_LAZY, "", 1)
        waits = True
        return _picture(attributes, by_path)

    return _PICTURE.sub(replaced, html)


def sizes_in(paths: Sequence[str], files: Sequence[FileFacts]) -> set[str]:
    """Answer the sizes of those of the files that a text names; paths as they stand in links."""
    named = {unquote(path) for path in paths}
    return {rendition.path for file in files if file.path in named for rendition in file.renditions}


def modern_sets(file: FileFacts) -> list[tuple[str, str]]:
    """Answer the media type and the srcset of each better format of a picture, the best first."""
    found: list[tuple[str, str]] = []
    for mime in _BEST_FIRST:
        same = [one for one in file.renditions if one.mime == mime]
        if same and (mime != file.mime or mime == _BEST_FIRST[0]):
            found.append((mime, _srcset(same, file if mime == file.mime else None)))
    return found


def fallback_set(file: FileFacts) -> str:
    """Answer the srcset of a picture in the original's own format; empty when it has one size."""
    same = [one for one in file.renditions if one.mime == file.mime]
    return _srcset(same, file) if same else ""


def _srcset(renditions: Sequence[Rendition], original: FileFacts | None) -> str:
    ordered = sorted((one.width, media_url(one.path)) for one in renditions)
    if original is not None and original.width and original.width <= _GREATEST:
        ordered.append((original.width, original.url))
    return ", ".join(f"{url} {width}w" for width, url in ordered)


def _picture(attributes: str, by_path: Mapping[str, FileFacts]) -> str:
    src = _SRC.search(attributes)
    file = by_path.get(unquote(unescape(src[1]))) if src else None
    if file is None or " srcset=" in f" {attributes}":
        return f"<img {attributes}>"
    if file.width and file.height and "width=" not in attributes and "height=" not in attributes:
        attributes += f' width="{file.width}" height="{file.height}"'
    fallback = fallback_set(file)
    if fallback:
        attributes += f' srcset="{escape(fallback)}" sizes="{TEXT_SIZES}"'
    sources = "".join(
        f'<source type="{mime}" srcset="{escape(srcset)}" sizes="{TEXT_SIZES}">'
        for mime, srcset in modern_sets(file)
    )
    image = f"<img {attributes}>"
    return f"<picture>{sources}{image}</picture>" if sources else image
