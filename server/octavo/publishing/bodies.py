"""The rendered texts of live pieces for whoever hands them on: the APIs, and the channels.

Rendered and sanitised by what the site uses, kept by a hash of all that they are made from: a text
that changed is another text, so what is kept never is an old one. Bounded in bytes.
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from html import unescape

import msgspec

from octavo.content.schemas import PublishedPiece
from octavo.kernel.log import get_logger
from octavo.publishing.pages.portable import TextLink, portable_html
from octavo.publishing.read_model.prepared import pack_html, unpack_html, url_path
from octavo.publishing.text.markdown import RENDERER_VERSION, BodyRefusedError, render_body

__all__ = ["Bodies", "Body", "TextJob", "render_text"]

_log = get_logger("octavo.publishing")

_LIMIT_BYTES = 48 * 1024 * 1024
_ITEM_OVERHEAD_BYTES = 400
_BREAK = re.compile(r"<br ?/?>|</(?:p|h[1-6]|li|blockquote|pre|tr|figcaption|dd|dt|div)>")
_HIDDEN = re.compile(r"<(script|style|template)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>|<!--.*?-->", re.DOTALL)
_SPACES, _LINES = re.compile(r"[ \t]+"), re.compile(r" ?\n ?(?:\n ?)*")


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A text ready to be handed on: nothing in `html` is relative, and nothing in it runs."""

    html: str
    plain: str
    words: int
    images: int


class TextJob(msgspec.Struct, frozen=True, kw_only=True):
    """A piece whose text is wanted, with the links of its calls to action."""

    piece: PublishedPiece
    links: tuple[TextLink, ...] = ()


_NOTHING = Body(html="", plain="", words=0, images=0)


class Bodies:
    """Renders texts on demand and keeps them. One per process; its methods run on its loop."""

    def __init__(self, base_url: str, *, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._base_url = base_url.rstrip("/")
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[bytes, Body] = OrderedDict()
        self._kept_bytes = 0

    async def of(self, jobs: Sequence[TextJob]) -> Mapping[int, Body]:
        """Answer the text of each piece by its id; an unrenderable one is empty, as on the site."""
        keys = {job.piece.id: self._key(job) for job in jobs}
        missing = [job for job in jobs if keys[job.piece.id] not in self._kept]
        found = {i: self._kept[key] for i, key in keys.items() if key in self._kept}
        for key in keys.values():
            if key in self._kept:
                self._kept.move_to_end(key)
        if missing:
            made = await asyncio.to_thread(self._render_all, missing)
            for job, body in zip(missing, made, strict=True):
                self._keep(keys[job.piece.id], body)
                found[job.piece.id] = body
        return found

    def _key(self, job: TextJob) -> bytes:
        made_from = (RENDERER_VERSION, self._base_url, job.piece.path, job.piece.body, job.links)
        return hashlib.blake2b(msgspec.msgpack.encode(made_from), digest_size=16).digest()

    def _render_all(self, jobs: Sequence[TextJob]) -> list[Body]:
        return [render_text(job, base_url=self._base_url) for job in jobs]

    def _keep(self, key: bytes, body: Body) -> None:
        size = _size(body)
        if key in self._kept or size > self._limit_bytes:
            return
        self._kept[key] = body
        self._kept_bytes += size
        while self._kept_bytes > self._limit_bytes:
            self._kept_bytes -= _size(self._kept.popitem(last=False)[1])


def render_text(job: TextJob, *, base_url: str) -> Body:
    """Render one text, which takes its time: not for the loop. One beyond the limits is empty."""
    url = base_url.rstrip("/") + url_path(job.piece.path)
    try:
        rendered = render_body(job.piece.body)
    except BodyRefusedError as exc:
        _log.warning("body_not_rendered", piece_id=job.piece.id, reason=str(exc))
        return _NOTHING
    # The site's own cleaning of what XML and some JSON readers cannot carry.
    html = unpack_html(pack_html(rendered.html, small=False))
    html = portable_html(html, job.links, url=url, anchors_stay=True)
    images = html.count("<img ")
    return Body(html=html, plain=plain_lines(html), words=rendered.words, images=images)


def _size(body: Body) -> int:
    # Characters beyond Latin-1 take two or four bytes; twice the length is about right.
    return 2 * (len(body.html) + len(body.plain)) + _ITEM_OVERHEAD_BYTES


def plain_lines(html: str) -> str:
    """Answer the words of a sanitised text, a line for each paragraph, heading and item."""
    text = _BREAK.sub("\n", _HIDDEN.sub("", html.replace("\n", " ")))
    return _LINES.sub("\n", _SPACES.sub(" ", unescape(_TAG.sub("", text)))).strip()
