"""Which picture stands for a piece where its link is shared. Pure."""

from octavo.publishing.read_model.facts import FileFacts, media_url
from octavo.publishing.read_model.prepared import PieceDetail
from octavo.publishing.theme.contexts import CardView

__all__ = ["SHARE_PICTURE", "card_view", "is_read"]

SHARE_PICTURE = "share_picture"
"""The theme's setting of the picture of pages that are no piece; a card of the site without one."""

_CARD_SIZE = (1200, 630)
_ENOUGH = 1_200
"""Pixels: what Open Graph's readers show at most. The original of a camera is a hundred times the bytes."""

_READ = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", ""})
"""What those readers know; AVIF and SVG are not among it. Of a file elsewhere nothing is known."""


def card_view(detail: PieceDetail, *, title: str, base_url: str) -> CardView | None:
    """Answer the piece's own picture in the size that is enough, else the card that was drawn for it."""
    own = _own(detail)
    if own is not None:
        return _in_size(own, title=title, base_url=base_url)
    if not detail.card:
        return None
    width, height = _CARD_SIZE
    url = base_url + media_url(detail.card)
    return CardView(url=url, alt=title, width=width, height=height)


def _own(detail: PieceDetail) -> FileFacts | None:
    parts = detail.parts
    if parts is None:
        return None
    shown = [parts.cover, *parts.pictures[:1], parts.poster]
    return next((file for file in shown if file is not None and _is_read(file)), None)


def is_read(mime: str) -> bool:
    """Say whether those who show links know this type of picture."""
    return mime in _READ


def _is_read(file: FileFacts) -> bool:
    return is_read(file.mime) or any(is_read(one.mime) for one in file.renditions)


def _in_size(file: FileFacts, *, title: str, base_url: str) -> CardView:
    url, width, height = file.url, file.width, file.height
    sizes = [one for one in file.renditions if one.mime in _READ]
    if sizes and (width is None or width > _ENOUGH or not is_read(file.mime)):
        # The narrowest that is wide enough, in the original's format where there is one.
        best = min(
            sizes, key=lambda s: (s.width < _ENOUGH, abs(s.width - _ENOUGH), s.mime != file.mime)
        )
        url, width, height = media_url(best.path), best.width, best.height
    absolute = base_url + url if url.startswith("/") else url
    return CardView(url=absolute, alt=file.alt or title, width=width, height=height)
