"""What a format and the intake say to each other: options, items, texts, and how rows are told.

A format knows its files and nothing of the database; the intake knows no format.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from octavo.content.importers.addresses import Addresses, Directory
from octavo.content.importers.found import Found
from octavo.content.importers.report import ReportRow

Phase = Literal["reading", "importing"]
Progress = Callable[[Phase, int, int], None]
"""Told what is done of how much: bytes while reading, items while importing."""

RowLog = Callable[[Sequence[tuple[int, ReportRow]]], Awaitable[None]]
"""Notes numbered rows of the report where they outlive the process, with the batch they tell of."""

T = TypeVar("T")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the user decides.

    Args:
        dry_run: decide everything, change nothing.
        author_email: the user who signs pieces that name no author.
        zone: IANA zone of dates that name none; default: the organisation's.
    """

    dry_run: bool = False
    author_email: str | None = None
    zone: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One post or page as the first walk understands it. Kept in memory: `found` without its bulk.

    `status` is a state that holds whatever the date (`draft`, `in_review`); None goes by the date:
    drafts as `found.draft` says, what is to come scheduled, the rest published.
    """

    source_id: str
    content_hash: str
    found: Found
    file: str
    line: int | None = None
    name: str = ""
    status: str | None = None
    warnings: list[str] = []


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What the second walk brings of an item: everything that was found, and its Markdown."""

    number: int
    found: Found
    body: str
    warnings: list[str] = []


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the second walk. `number` counts what the first walk answered, from 0."""

    number: int
    item: Item


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What a format may ask while it brings the texts: where everything stands now."""

    addresses: Addresses
    directory: Directory
    zone: ZoneInfo
    now: datetime
    dry_run: bool


class Format(Protocol):
    """One kind of export, opened.

    `source` names the kind in the database for good; `name` is what the user pointed at.
    With `ids_are_paths`, one source id may belong to several pieces of different blogs.
    """

    source: str
    name: str
    ids_are_paths: bool

    def heads(
        self, zone: ZoneInfo, progress: Callable[[int, int], None]
    ) -> Iterator[Item | ReportRow | None]:
        """Answer every item in its order, and a row for whatever is not taken. Runs in a thread.

        None stands for what is counted in the notes, or told of by the second walk.

        Raises:
            UnusableSourceError: the source as a whole cannot be used.
        """

    def texts(
        self, wanted: Sequence[Wanted], desk: Desk
    ) -> AsyncIterator[Text | tuple[int, ReportRow]]:
        """Answer the texts of these items in their order, or why one cannot be had.

        Rows for numbers that the first walk left open may come in between.
        """

    def notes(self) -> list[str]:
        """Answer remarks about the whole."""

    def close(self) -> None:
        """Let go of the source."""


async def chunks(items: Iterator[T], size: int) -> AsyncIterator[list[T]]:
    """Answer the items by `size` at most; what makes them runs in a thread."""
    while chunk := await asyncio.to_thread(lambda: list(islice(items, size))):
        yield chunk
