"""From a piece to the message that an adapter gets: what it says, and where its links lead."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from octavo.content import queries as content
from octavo.content import site_queries
from octavo.content.errors import PieceNotFoundError
from octavo.content.schemas import PublishedPiece
from octavo.cta import queries as ctas
from octavo.cta import service as cta_service
from octavo.publishing.bodies import TextJob, render_text
from octavo.publishing.pages.portable import TextLink
from octavo.sdk import CtaLink, Finding, Message
from octavo.sdk.text import compose, placeholders

__all__ = ["Source", "compose_message", "draft_source", "live_source", "text_findings"]

# Links get ten characters of code: see `kernel.ids.new_code`.
_SAMPLE_PATH = "/go/xxxxxxxxxx"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What of a piece goes into a message. `revision_id` None: it is not live."""

    piece_id: int
    revision_id: int | None
    kind: str
    title: str
    url: str
    excerpt: str
    language: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    published_at: datetime | None
    piece: PublishedPiece | None = None


async def live_source(piece_id: int, *, base_url: str) -> Source | None:
    """Answer a piece as readers see it; None when they do not."""
    for piece in await site_queries.published_pieces([piece_id]):
        return Source(
            piece_id=piece.id,
            revision_id=piece.revision_id,
            kind=piece.kind,
            title=piece.title,
            url=piece.canonical_url or base_url + piece.path,
            excerpt=piece.excerpt,
            language=piece.language,
            tags=tuple(tag.name for tag in piece.tags),
            authors=tuple(author.name for author in piece.authors),
            published_at=piece.published_at,
            piece=piece,
        )
    return None


async def draft_source(piece_id: int, *, base_url: str) -> Source:
    """Answer a piece as its writers see it, with the address it is going to have.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    piece = await content.find_piece(piece_id)
    if piece is None:
        raise PieceNotFoundError(f"there is no piece {piece_id}")
    return Source(
        piece_id=piece.id,
        revision_id=None,
        kind=piece.kind,
        title=piece.title,
        url=piece.canonical_url or base_url + (piece.path or f"/{piece.slug}/"),
        excerpt=piece.excerpt,
        language=piece.language,
        tags=tuple(tag.name for tag in piece.tags),
        authors=tuple(author.name for author in piece.authors),
        published_at=piece.published_at,
    )


async def tracked_links(
    piece_id: int, *, channel_id: int, delivery_id: int, base_url: str, now: datetime
) -> tuple[list[CtaLink], list[tuple[int, str]]]:
    """Answer the tracked links of one delivery, making those that are missing.

    Returns:
        The links, and the same as (cta id, path), which is how the delivery keeps them.
    """
    links = await cta_service.links_for_delivery(piece_id, channel_id, delivery_id, now=now)
    actions = await _actions(piece_id)
    shown = [
        CtaLink(
            slug=link.slug,
            label=link.label,
            action=actions.get(link.slug, "custom"),
            url=base_url + link.path,
        )
        for link in links
    ]
    return shown, [(link.cta_id, link.path) for link in links]


async def sample_links(piece_id: int, *, base_url: str) -> list[CtaLink]:
    """Answer links that look like those a delivery would get, for counting and previews."""
    found = await ctas.ctas_of_pieces([piece_id])
    return [
        CtaLink(slug=cta.slug, label=cta.label, action=cta.action, url=base_url + _SAMPLE_PATH)
        for cta in found.get(piece_id, [])
    ]


async def live_html(source: Source, links: Sequence[CtaLink], *, base_url: str) -> str | None:
    """Answer the text of a live piece with absolute addresses and these tracked links."""
    if source.piece is None:
        return None
    shown = tuple(TextLink(slug=link.slug, label=link.label, url=link.url) for link in links)
    job = TextJob(piece=source.piece, links=shown)
    return (await asyncio.to_thread(render_text, job, base_url=base_url)).html or None


def compose_message(
    source: Source, *, text: str | None, links: Sequence[CtaLink], html: str | None = None
) -> Message:
    """Put the message together; `text` None = the default text."""
    return Message(
        piece_id=source.piece_id,
        kind=source.kind,
        title=source.title,
        url=source.url,
        excerpt=source.excerpt,
        text=compose(text, title=source.title, url=source.url, excerpt=source.excerpt, ctas=links),
        language=source.language or None,
        tags=source.tags,
        authors=source.authors,
        ctas=tuple(links),
        published_at=source.published_at,
        html=html,
    )


def text_findings(text: str | None, links: Sequence[CtaLink]) -> list[Finding]:
    """List what is wrong with the placeholders of a text, whatever the channel."""
    if text is None:
        return []
    named = {name.removeprefix("cta:") for name in placeholders(text) if name.startswith("cta:")}
    known = {link.slug for link in links}
    findings = [
        Finding(
            code="unknown_cta",
            severity="error",
            field="text",
            message=f"the piece has no call to action {slug!r}",
            hint="attach it to the piece, or take the placeholder out",
        )
        for slug in sorted(named - known)
    ]
    if known and not named:
        findings.append(
            Finding(
                code="no_tracked_link",
                severity="warning",
                field="text",
                message="the text leads to none of the piece's calls to action",
                hint=f"put {{cta:{min(known)}}} where its link should stand",
            )
        )
    return findings


async def _actions(piece_id: int) -> dict[str, str]:
    found = await ctas.ctas_of_pieces([piece_id])
    return {cta.slug: cta.action for cta in found.get(piece_id, [])}
