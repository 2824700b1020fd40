"""Pictures that lie beside posts: each is stored once, and known by its file from then on."""

from datetime import datetime
from pathlib import Path

from octavo.content.importers.sources import Source, UnreadableError
from octavo.content.media.service import MEDIA_LIMIT_BYTES, Fresh, NotPictureError, store_picture


class Pictures:
    """The pictures of one import."""

    def __init__(self, source: Source, *, media_dir: Path, dry_run: bool, now: datetime) -> None:
        self._source = source
        self._media_dir = media_dir
        self._dry_run = dry_run
        self._now = now
        self._urls: dict[str, str] = {}
        self._problems: dict[str, str] = {}

    def url_of(self, file: str) -> str | None:
        """Answer where readers fetch a picture that was taken; None before, or if it was not."""
        return self._urls.get(file)

    async def take(self, file: str) -> str | None:
        """Store a picture; answer what is wrong with it, or None."""
        if file in self._urls:
            return None
        if file not in self._problems:
            try:
                await self._store(file)
            except (UnreadableError, NotPictureError) as exc:
                self._problems[file] = str(exc)
        return self._problems.get(file)

    async def _store(self, file: str) -> None:
        data = self._source.read(file, limit=MEDIA_LIMIT_BYTES)
        fresh = Fresh(data, name=file.rpartition("/")[2])
        path = fresh.path
        if not self._dry_run:
            media = await store_picture(
                fresh, media_dir=self._media_dir, source=file, now=self._now
            )
            path = media.path
        self._urls[file] = f"/media/{path}"
