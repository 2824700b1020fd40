"""What stands around a draft: its calls to action, its objective, where its links lead."""

import asyncio
import re
from collections.abc import Collection
from html import unescape

from octavo.accounts import queries as accounts
from octavo.content import addresses
from octavo.content.media import queries as media
from octavo.content.media.schemas import Media
from octavo.content.schemas import Piece
from octavo.cta import queries as ctas
from octavo.cta.schemas import PieceCta
from octavo.publishing.checks import places
from octavo.publishing.checks.messages import language_of
from octavo.publishing.checks.rules import (
    LONGEST,
    check,
    has_fragments,
    linked_paths,
    shown_files,
)
from octavo.publishing.checks.schemas import Around, CheckIn, CheckReport, Draft, Picture
from octavo.publishing.text.markdown import BodyRefusedError, render_body
from octavo.strategy import queries as strategy

__all__ = ["check_draft"]

_MOST_PATHS, _MOST_CTAS = 300, 20
_LISTS = (
    (places.tag_of, addresses.live_tags),
    (places.series_of, addresses.live_series),
    (places.author_of, addresses.live_authors),
)
_ID = re.compile(r' id="([^"]{1,300})"')


async def check_draft(
    words: Piece | CheckIn,
    *,
    base_url: str,
    piece_id: int | None,
    campaign_id: int | None,
    language: str | None = None,
) -> CheckReport:
    """Check the words of a piece, stored or not; reads the database alone.

    Args:
        piece_id: what the words belong to, None if they were never saved.
        language: of the messages, as an `Accept-Language`; None: the organisation's.
    """
    draft = Draft(**{name: getattr(words, name) for name in Draft.__struct_fields__})
    locale = (await accounts.get_organisation()).locale
    around = await _around(
        draft, base_url=base_url, locale=locale, piece_id=piece_id, campaign_id=campaign_id
    )
    spoken = language_of(locale if language is None else language)
    return await asyncio.to_thread(check, draft, around, language=spoken)


async def _around(
    draft: Draft, *, base_url: str, locale: str, piece_id: int | None, campaign_id: int | None
) -> Around:
    bare = Around(base_url=base_url, url=f"{base_url}/draft/")
    paths = sorted(linked_paths(draft.body, bare))
    attached = await ctas.ctas_of_piece(piece_id) if piece_id else None
    shown = await media.media_at(
        [path[len(places.MEDIA) :] for path in paths[:_MOST_PATHS] if path.startswith(places.MEDIA)]
    )
    objective = None
    if attached is not None:
        objective = await _has_objective(campaign_id, [cta.cta_id for cta in attached])
    pictures = {places.MEDIA + path: _picture(file) for path, file in shown.items()}
    leads = await _leading(paths[:_MOST_PATHS], attached) | pictures.keys()
    named = await media.media_named(sorted(shown_files(draft)))
    return Around(
        base_url=base_url,
        url=bare.url,
        language=locale,
        anchors=await _anchors(draft.body),
        # What was not looked up is not called broken.
        leads=frozenset(leads.union(paths[_MOST_PATHS:])),
        pictures=pictures,
        by_id={media_id: _picture(file) for media_id, file in named.items()},
        cta_slugs=None if attached is None else frozenset(cta.slug for cta in attached),
        ctas=None if attached is None else len(attached),
        has_objective=objective,
        same_title=await _same_title(draft.title, piece_id),
    )


async def _has_objective(campaign_id: int | None, cta_ids: list[int]) -> bool:
    if campaign_id is not None:
        campaign = await strategy.find_campaign(campaign_id)
        if campaign is not None and campaign.objective_id is not None:
            return True
    for cta_id in cta_ids[:_MOST_CTAS]:
        cta = await ctas.find_cta(cta_id)
        if cta is not None and cta.objective_id is not None:
            return True
    return False


async def _anchors(body: str) -> frozenset[str] | None:
    """Answer the ids within the rendered text; None if no link asks for one."""
    if len(body) > LONGEST or not has_fragments(body):
        return None
    try:
        rendered = await asyncio.to_thread(render_body, body)
    except BodyRefusedError:
        return None
    return frozenset(unescape(name) for name in _ID.findall(rendered.html))


async def _leading(paths: Collection[str], attached: list[PieceCta] | None) -> set[str]:
    """Answer those of the paths that a reader can open."""
    found = {path for path in paths if places.is_own(path)}
    for slug_of, live in _LISTS:
        slugs = {path: slug for path in paths if (slug := slug_of(path))}
        standing = await live(set(slugs.values()))
        found |= {path for path, slug in slugs.items() if slug in standing}
    forms = {path: places.forms_of(path) for path in paths}
    standing = await addresses.leading_paths(
        sorted({form for two in forms.values() for form in two})
    )
    found |= {path for path, two in forms.items() if standing.intersection(two)}
    tracked = {path for cta in attached or () for path in (cta.blog_path, cta.feed_path)}
    return found | {
        path
        for path in paths
        if path.startswith(places.TRACKED) and (attached is None or path in tracked)
    }


def _picture(file: Media) -> Picture:
    return Picture(
        alt=file.alt,
        decorative=file.decorative,
        size_bytes=file.size_bytes,
        width=file.width,
        height=file.height,
    )


async def _same_title(title: str, piece_id: int | None) -> int | None:
    return await addresses.piece_titled(title, besides=piece_id) if title.strip() else None
