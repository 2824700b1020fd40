"""The folder of Ghost's pictures, as a source of files by the addresses that posts use.

It may be the `content` folder, its `images`, a backup with either somewhere below, or a .zip of these.
"""

import re
from collections.abc import Iterable

from octavo.content.importers.sources import Source, UnreadableError

_BELOW = re.compile(r"(?:^|/)(?:content/)?(images|media|files)/(.+)$")
_SIZED = re.compile(r"(/content/images/)size/w\d{1,5}(?:h\d{1,5})?/(?:format/[a-z]{3,5}/)?")


def with_originals(text: str) -> str:
    """Answer the text with addresses of resized pictures led to their originals."""
    return _SIZED.sub(r"\1", text)


class Contents:
    """A `Source` whose files are called `content/images/2026/01/x.png`, wherever they lie."""

    def __init__(self, source: Source | None) -> None:
        self.name = source.name if source else ""
        self.refused = list(source.refused) if source else []
        self._source = source
        self._places = _places(source.files) if source else {}
        sizes = source.files if source else {}
        self.files = {name: sizes[place] for name, place in self._places.items()}

    def read(self, path: str, *, limit: int) -> bytes:
        """Answer a file's bytes.

        Raises:
            UnreadableError: it is larger than `limit`, or damaged.
        """
        if self._source is None or path not in self._places:
            raise UnreadableError("is not there")
        return self._source.read(self._places[path], limit=limit)

    def close(self) -> None:
        """Let go of the source."""
        if self._source is not None:
            self._source.close()


def _places(files: Iterable[str]) -> dict[str, str]:
    places: dict[str, str] = {}
    for place in sorted(files):
        found = _BELOW.search(place)
        name = f"content/{found[1]}/{found[2]}" if found else f"content/images/{place}"
        if found and "/size/w" in place:
            continue  # Ghost makes them of the originals
        places.setdefault(name, place)
    return places
