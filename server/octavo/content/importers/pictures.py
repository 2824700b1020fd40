"""Pictures that lie beside posts: each is stored once, and known by its file from then on."""

from datetime import datetime

from octavo.content.errors import MediaTooLargeError, NotMediaRefusedError
from octavo.content.importers.sources import Source, UnreadableError
from octavo.content.media import service as library
from octavo.content.media.store import MediaStore


class Pictures:
    """The pictures of one import."""

    def __init__(self, source: Source, *, media: MediaStore, dry_run: bool, now: datetime) -> None:
        self._source = source
        self._media = media
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
            except NotMediaRefusedError as exc:
                self._problems[file] = exc.reason
            except (UnreadableError, MediaTooLargeError) as exc:
                self._problems[file] = str(exc)
        return self._problems.get(file)

    async def _store(self, file: str) -> None:
        data = self._source.read(file, limit=self._media.limits.bytes_of("image"))
        name = file.rpartition("/")[2]
        if self._dry_run:
            await library.check_file(data, name, store=self._media)
            self._urls[file] = f"/media/{name}"
            return
        stored = await library.store_file(
            data, name, store=self._media, origin=file, is_named=False, now=self._now
        )
        self._urls[file] = f"/media/{stored.media.path}"
