"""The items of an import between its two walks, packed: there may be hundreds of thousands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import msgspec

from octavo.content.importers.formats import Item, Wanted
from octavo.content.importers.found import Found, FoundCover
from octavo.content.importers.report import Outcome
from octavo.content.importers.updating import Known


@dataclass(kw_only=True, slots=True)
class Entry:
    """An item on its way: what was decided about it between the walks.

    There may be hundreds of thousands: what the first walk found is packed.
    """

    number: int
    packed: bytes
    known: Known | None = None
    outcome: Outcome = "taken"
    other_id: str | None = None  # its source id, when it is not the item's
    slug: str = ""
    path: str = ""
    redirects: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def item(self) -> Item:
        """The item, unpacked anew each time."""
        values, found, cover = msgspec.msgpack.decode(self.packed)
        given = dict(zip(Found.__struct_fields__, found, strict=True))
        given["cover"] = (
            None
            if cover is None
            else FoundCover(**dict(zip(FoundCover.__struct_fields__, cover, strict=True)))
        )
        names = (name for name in Item.__struct_fields__ if name != "found")
        return Item(found=Found(**given), **dict(zip(names, values, strict=True)))

    def forget(self) -> None:
        """Give the memory back: what became of the item is told."""
        self.packed, self.redirects, self.warnings, self.known = b"", (), (), None


def packed_item(item: Item) -> bytes:
    """Answer the item without the names of its fields, which are most of it."""
    values = [getattr(item, name) for name in Item.__struct_fields__ if name != "found"]
    found = [
        None if name == "cover" else getattr(item.found, name) for name in Found.__struct_fields__
    ]
    cover = item.found.cover
    whole = (values, found, None if cover is None else msgspec.structs.astuple(cover))
    return msgspec.msgpack.encode(whole)


class PackedItems(Sequence[Wanted]):
    """The items of the second walk, unpacked as they are asked for."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, place: int) -> Wanted: ...
    @overload
    def __getitem__(self, place: slice) -> list[Wanted]: ...
    def __getitem__(self, place: int | slice) -> Wanted | list[Wanted]:
        if isinstance(place, slice):
            return [Wanted(number=one.number, item=one.item) for one in self._entries[place]]
        entry = self._entries[place]
        return Wanted(number=entry.number, item=entry.item)
