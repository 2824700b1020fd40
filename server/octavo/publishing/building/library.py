"""What the builder reads of the other features, as a port; `stored` reads the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from octavo.accounts.schemas import Organisation
from octavo.content.schemas import AuthorRef, PublishedPiece, Redirect, TagRef
from octavo.publishing.read_model.facts import CtaSpec, FileFacts

__all__ = ["Library"]


class Library(Protocol):
    """The published side of the database."""

    async def organisation(self) -> Organisation: ...

    async def count(self) -> int: ...

    async def page(
        self, after: tuple[datetime, int] | None, limit: int
    ) -> Sequence[PublishedPiece]:
        """Answer live pieces from the oldest by (published_at, id), after the one named."""
        ...

    async def pieces(self, ids: Sequence[int]) -> Sequence[PublishedPiece]:
        """Answer those of `ids` that are live."""
        ...

    async def ctas(self, ids: Sequence[int]) -> Mapping[int, Sequence[CtaSpec]]: ...

    async def files(self, ids: Sequence[int], paths: Sequence[str]) -> Sequence[FileFacts]:
        """Answer those of the library's files that exist."""
        ...

    async def cards(self, ids: Sequence[int]) -> Mapping[int, str]:
        """Answer the paths below `/media/` of the cards that were drawn of pieces."""
        ...

    async def site_card(self) -> str:
        """Answer the path below `/media/` of the card that was drawn of the site, empty for none."""
        ...

    async def redirects_page(self, after: str | None, limit: int) -> Sequence[Redirect]: ...

    async def redirects_at(self, paths: Sequence[str]) -> Sequence[Redirect]: ...

    async def tags(self, ids: Sequence[int]) -> Sequence[TagRef]: ...

    async def authors(self, ids: Sequence[int]) -> Sequence[AuthorRef]: ...
