"""The builder's ports on the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from octavo.accounts import queries as accounts_queries
from octavo.accounts.schemas import Organisation
from octavo.content import site_queries
from octavo.content.media import queries as media_queries
from octavo.content.media.schemas import ShownFile
from octavo.content.schemas import AuthorRef, PublishedPiece, Redirect, TagRef
from octavo.cta import queries as cta_queries
from octavo.kernel.events import EventBus
from octavo.publishing import queries, service
from octavo.publishing.building.changes import LoggedChange
from octavo.publishing.cards import queries as card_queries
from octavo.publishing.images import queries as image_queries
from octavo.publishing.images.schemas import MediaRenditions
from octavo.publishing.read_model.facts import CtaSpec, FileFacts, Rendition, media_url

__all__ = ["StoredLibrary", "StoredLog"]


class StoredLibrary:
    """Reads the database through the other features' queries."""

    async def organisation(self) -> Organisation:
        return await accounts_queries.get_organisation()

    async def count(self) -> int:
        return await site_queries.published_count()

    async def page(
        self, after: tuple[datetime, int] | None, limit: int
    ) -> Sequence[PublishedPiece]:
        return await site_queries.published_page(after, limit)

    async def pieces(self, ids: Sequence[int]) -> Sequence[PublishedPiece]:
        return await site_queries.published_pieces(ids)

    async def ctas(self, ids: Sequence[int]) -> Mapping[int, Sequence[CtaSpec]]:
        found = await cta_queries.ctas_of_pieces(list(ids))
        return {
            piece_id: [
                CtaSpec(
                    slug=cta.slug,
                    label=cta.label,
                    action=cta.action,
                    blog_path=cta.blog_path,
                    feed_path=cta.feed_path,
                )
                for cta in ctas
            ]
            for piece_id, ctas in found.items()
        }

    async def files(self, ids: Sequence[int], paths: Sequence[str]) -> Sequence[FileFacts]:
        files = await media_queries.shown_files(ids, paths)
        pictures = [file.sha256 for file in files if file.mime.startswith("image/")]
        made = await image_queries.renditions_of(pictures)
        return [_facts(file, made.get(file.sha256)) for file in files]

    async def cards(self, ids: Sequence[int]) -> Mapping[int, str]:
        return await card_queries.cards_of(ids)

    async def site_card(self) -> str:
        return (await card_queries.cards_of([card_queries.SITE])).get(card_queries.SITE, "")

    async def redirects_page(self, after: str | None, limit: int) -> Sequence[Redirect]:
        return await site_queries.redirects_page(after, limit)

    async def redirects_at(self, paths: Sequence[str]) -> Sequence[Redirect]:
        return await site_queries.redirects_at(paths)

    async def tags(self, ids: Sequence[int]) -> Sequence[TagRef]:
        return await site_queries.tags_named(ids)

    async def authors(self, ids: Sequence[int]) -> Sequence[AuthorRef]:
        return await site_queries.authors_named(ids)


class StoredLog:
    """The change log in the database; announces on the bus, in the transaction that settles."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    async def pending(self, limit: int) -> Sequence[LoggedChange]:
        return await queries.pending_changes(limit)

    async def settle(
        self, change_ids: Sequence[int], live_ids: Sequence[int], now: datetime
    ) -> None:
        await service.settle(change_ids, live_ids, now=now, bus=self._bus)


def _facts(file: ShownFile, made: MediaRenditions | None) -> FileFacts:
    focus = None
    if file.focal_x is not None and file.focal_y is not None:
        focus = (round(100 * file.focal_x, 2), round(100 * file.focal_y, 2))
    return FileFacts(
        id=file.id,
        url=media_url(file.path),
        path=file.path,
        mime=file.mime,
        size_bytes=file.size_bytes,
        # A picture that its camera turned has the other way round the size that its head says.
        width=made.width if made and made.width else file.width,
        height=made.height if made and made.height else file.height,
        alt="" if file.decorative else file.alt,
        caption=file.caption,
        credit=file.credit,
        licence=file.licence,
        focus=focus,
        renditions=[
            Rendition(path=one.path, mime=one.mime, width=one.width, height=one.height)
            for one in (made.files if made else ())
        ],
    )
