"""What the worker does for cards; each may run twice, late or not at all."""

import asyncio
import hashlib
import math
import re
import tempfile
import time
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from octavo.content import queries as content
from octavo.content import site_queries
from octavo.content.fields import shown_title
from octavo.content.media import queries as media
from octavo.content.media.store import MediaStore
from octavo.content.schemas import Piece, PublishedPiece
from octavo.kernel.clock import Clock
from octavo.kernel.log import get_logger
from octavo.kernel.storage import StorageUnavailableError
from octavo.publishing.building.builder import Site
from octavo.publishing.cards import queries, service
from octavo.publishing.cards.drawing import FOLDER, VERSION, CardText, Colours, draw_card, file_name
from octavo.publishing.errors import BuildFailedError
from octavo.publishing.pages.sharing import SHARE_PICTURE, is_read
from octavo.publishing.text import dates
from octavo.publishing.theme.templates import Theme

__all__ = ["CardMaker"]

_AT_ONCE = 20
_DRAWN = f"/media/{FOLDER}"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STRAY_AGE = timedelta(hours=1)
_log = get_logger("octavo.cards")


class _Look(msgspec.Struct, frozen=True, kw_only=True):
    """What the cards of a site have in common."""

    site: str
    tagline: str
    locale: str
    zone: str
    colours: Colours
    kinds: dict[str, dict[str, str]]
    is_on: bool
    has_own: bool

    def mark(self) -> str:
        """Answer what moves when a card may have to say or show something else."""
        return hashlib.sha256(msgspec.json.encode((VERSION, self), order="sorted")).hexdigest()

    def kind_of(self, piece: Piece | PublishedPiece) -> str:
        """Answer the word for what a piece is, in its own language if the theme has that."""
        words = self.kinds.get(piece.language or self.locale) or self.kinds[self.locale]
        return words.get(piece.kind, "")


class CardMaker:
    """Draws the cards of live and scheduled pieces that show no picture of their own.

    What waits stands in the database: any number of processes may work.
    """

    def __init__(self, *, site: Site, store: MediaStore, clock: Clock) -> None:
        self._site = site
        self._store = store
        self._clock = clock

    async def draw_waiting(self, *, for_s: float = math.inf) -> int:
        """Draw until nothing waits; begin with nothing after `for_s`. Answers how many were looked at."""
        end = time.monotonic() + for_s
        done = 0
        while time.monotonic() < end:
            claimed = await service.claim(_AT_ONCE, now=self._clock())
            if not claimed:
                break
            try:
                await self._look_at(claimed)
            except (BuildFailedError, StorageUnavailableError) as exc:  # tried again in a while
                _log.warning("cards_wait", reason=str(exc))
                break
            done += len(claimed)
        return done

    async def notice_look(self) -> bool:
        """Have every card looked at if theme or settings are others than when that was last asked."""
        try:
            look = await self._look()
        except BuildFailedError as exc:  # the builder reports it
            _log.warning("cards_wait", reason=str(exc))
            return False
        return await service.want_look(look.mark())

    async def drop_strays(self) -> int:
        """Delete files that are no piece's card, once they are an hour old; answer how many."""
        storage, before = self._store.storage, self._clock() - _STRAY_AGE
        names = await asyncio.to_thread(
            lambda: [
                file.name
                for file in storage.files()
                if file.name.startswith(FOLDER) and file.modified_at <= before
            ]
        )
        known = await queries.known_paths()
        strays = [name for name in names if name not in known]
        return await asyncio.to_thread(lambda: sum(storage.delete(name) for name in strays))

    async def _look_at(self, claimed: Mapping[int, datetime]) -> None:
        look, ids = await self._look(), list(claimed)
        texts = await self._texts(ids, look) if look.is_on else {}
        planned = await self._planned(ids, look) if look.is_on else {}
        before, next_before = await queries.cards_of(ids), await queries.next_cards_of(ids)
        for piece_id, until in claimed.items():
            old = before.get(piece_id, "")
            path = await self._drawn(texts.get(piece_id), old)
            next_path = await self._drawn(planned.get(piece_id), next_before.get(piece_id, ""))
            await service.note(
                piece_id, path, next_path=next_path, claimed_until=until, is_new=path != old
            )

    async def _drawn(self, text: CardText | None, old: str) -> str:
        """Answer the name of the card with that text, and draw it unless it is the old one."""
        if text is None:
            return ""
        path = file_name(text)
        if path != old:
            await asyncio.to_thread(self._draw, text, path)
        return path

    async def _look(self) -> _Look:
        settings, theme = await self._site.dressed()
        values = theme.in_force
        return _Look(
            site=settings.name,
            tagline=settings.tagline,
            locale=settings.locale,
            zone=settings.zone,
            colours=_colours(theme),
            kinds={
                spoken: _kinds(theme.strings(spoken))
                for spoken in {settings.locale, *theme.locales}
            },
            is_on=values.get("cards", "on") == "on",
            has_own=not (settings.theme.get(SHARE_PICTURE) or _DRAWN).startswith(_DRAWN),
        )

    async def _texts(self, piece_ids: Sequence[int], look: _Look) -> dict[int, CardText]:
        """Answer what the cards of those pieces say that are to have one."""
        live = {piece.id: piece for piece in await site_queries.published_pieces(piece_ids)}
        found: dict[int, CardText] = {}
        if queries.SITE in piece_ids and not look.has_own:
            found[queries.SITE] = _text_of_site(look)
        for piece_id in piece_ids:
            piece = live.get(piece_id) or await content.find_piece(piece_id)
            at = _moment(piece)
            if piece is not None and at is not None and not await _has_picture(piece):
                found[piece_id] = _text_of(piece, at, look)
        return found

    async def _planned(self, piece_ids: Sequence[int], look: _Look) -> dict[int, CardText]:
        """Answer what the cards say of pieces once their planned edits are live."""
        return {
            piece.id: _text_of(piece, piece.published_at, look)
            for piece in await site_queries.planned_pieces(piece_ids)
            if not await _has_picture(piece)
        }

    def _draw(self, text: CardText, path: str) -> None:
        with tempfile.TemporaryDirectory(prefix="octavo-card-") as folder:
            file = Path(folder, "card.png")
            file.write_bytes(draw_card(text))
            self._store.storage.put(path, file)


def _moment(piece: Piece | PublishedPiece | None) -> datetime | None:
    """Answer when readers see the piece, None when that is not decided."""
    if piece is None or isinstance(piece, PublishedPiece):
        return piece.published_at if piece else None
    return piece.publish_instant if piece.status == "scheduled" else None


async def _has_picture(piece: Piece | PublishedPiece) -> bool:
    """Say whether it shows a picture that those who show links know; see `pages.sharing`."""
    if piece.cover is not None and piece.cover.media_id is None:
        return True
    ids = [piece.cover.media_id] if piece.cover and piece.cover.media_id else []
    ids += [shown["media_id"] for shown in piece.fields.get("pictures", ())[:1]]
    ids += [poster] if (poster := piece.fields.get("poster_media_id")) else []
    files = await media.shown_files(ids, []) if ids else []
    return any(is_read(file.mime) for file in files)


def _text_of(piece: Piece | PublishedPiece, at: datetime, look: _Look) -> CardText:
    day = dates.date_view(
        dates.to_micros(at), zone=look.zone, locale=piece.language or look.locale
    ).text
    names = ", ".join(author.name for author in piece.authors)
    is_dated = piece.kind != "page"
    return CardText(
        piece_id=piece.id,
        site=look.site,
        title=_in_one_line(shown_title(piece.title, piece.body, piece.fields)),
        byline=_in_one_line(" · ".join(part for part in (day if is_dated else "", names) if part)),
        kind=look.kind_of(piece),
        colours=look.colours,
    )


def _text_of_site(look: _Look) -> CardText:
    """Answer the card of pages that are no piece: the site's name, large, and its tagline."""
    return CardText(
        piece_id=queries.SITE,
        site="",
        title=_in_one_line(look.site),
        byline=_in_one_line(look.tagline),
        colours=look.colours,
    )


def _in_one_line(text: str) -> str:
    """Answer the text with one space where any stood, and each letter with its accents as one sign."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _kinds(words: Mapping[str, str]) -> dict[str, str]:
    """Answer the words for kinds of pieces; a plain post has none."""
    return {
        name.removeprefix("kind_"): word for name, word in words.items() if name.startswith("kind_")
    }


def _colours(theme: Theme) -> Colours:
    """Answer the theme's own colours on light paper; where it states none, those of ours."""
    stated = theme.tokens.get("light", {})
    wanted = {
        "paper": stated.get("paper", ""),
        "ink": stated.get("ink", ""),
        "pencil": stated.get("pencil", ""),
        "accent": theme.in_force.get("accent_light") or stated.get("vermilion", ""),
    }
    return Colours(**{name: value for name, value in wanted.items() if _COLOUR.fullmatch(value)})
